"""Writes a trace as tables that other programs log: python tables.py TRACE FOLDER.

A row is an answer, in the order of the queries. `rows.csv` has a fifth of the queries, `rows.jsonl` all of them;
`map.toml` is the mapping for `wattroute import table FILE --map FOLDER/map.toml`.
"""

import sys
from pathlib import Path

import polars as pl

import recording

DIGITS = {"latency_s": 3, "energy_j": 4, "cost_usd": 9}
MAP = """layout = "long"

[columns]
id = "query"
endpoint = "endpoint"
dataset = "dataset"
input_tokens = "input_tokens"

[metrics]
"""
METRICS = ["score", "output_tokens", *DIGITS]

endpoints, folder = recording.Endpoints(sys.argv[1]), Path(sys.argv[2])
queries = endpoints.queries().select("row", "dataset", pl.col("input_tokens").cast(pl.Int64))
queries = queries.with_columns(query=pl.format("query-{}", "row"))


def answers(index):
    part = pl.read_parquet(endpoints.part(index), columns=["row", *METRICS], hive_partitioning=False)
    part = part.with_columns(pl.col(metric).round(digits) for metric, digits in DIGITS.items())
    part = part.with_columns(pl.col("output_tokens").cast(pl.Int64), endpoint=pl.lit(endpoints.ids[index]), place=index)
    return part.join(queries, on="row")


rows = pl.concat(map(answers, range(len(endpoints.ids)))).sort("row", "place")
columns = ["query", "endpoint", "dataset", "input_tokens", *METRICS]
folder.mkdir(parents=True, exist_ok=True)
rows.filter(pl.col("row") < len(queries) // 5).select(columns).write_csv(folder / "rows.csv")
rows.select(columns).write_ndjson(folder / "rows.jsonl")
(folder / "map.toml").write_text(MAP + "".join(f'{metric} = {{ column = "{metric}" }}\n' for metric in METRICS))
