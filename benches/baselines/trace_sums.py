"""Sums of a trace's columns by endpoint: python trace_sums.py TRACE. What was imported is held against the table."""

import json
import sys

METRICS = ["score", "output_tokens", "latency_s", "energy_j", "cost_usd"]


def of_long(groups):
    """Sums of a pandas frame's groups, in the order of the endpoints' names."""
    return {"answers": groups.size().to_list()} | {metric: groups[metric].sum().to_list() for metric in METRICS}


def main():
    import polars as pl

    import recording

    endpoints = recording.Endpoints.__new__(recording.Endpoints)
    endpoints.folder = recording.Path(sys.argv[1])
    endpoints.ids = sorted(folder.name.removeprefix("endpoint=") for folder in (endpoints.folder / "outcomes").iterdir())
    read = lambda index: pl.read_parquet(endpoints.part(index), columns=METRICS, hive_partitioning=False)
    sums = [read(index).select(pl.len().alias("answers"), pl.col(METRICS).sum()) for index in range(len(endpoints.ids))]
    table = pl.concat(sums)
    print(json.dumps({"name": "trace-sums", "result": {name: table[name].to_list() for name in table.columns}}))


if __name__ == "__main__":
    main()
