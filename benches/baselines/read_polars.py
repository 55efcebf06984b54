"""polars reading a table and writing it as Parquet: python read_polars.py FILE (.csv or .jsonl) OUT."""

import polars as pl

import measure
from trace_sums import METRICS


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("file")
    parser.add_argument("out")
    args = parser.parse_args()
    read = pl.read_csv if args.file.endswith(".csv") else pl.read_ndjson

    def work():
        frame = read(args.file)
        frame.write_parquet(args.out)
        return frame

    def result(frame):
        groups = frame.group_by("endpoint").agg(pl.len(), *(pl.col(METRICS).sum(),)).sort("endpoint")
        return {"answers": groups["len"].to_list()} | {metric: groups[metric].to_list() for metric in METRICS}

    measure.run(args, "read-polars", work, result)


if __name__ == "__main__":
    main()
