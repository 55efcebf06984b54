"""pandas reading a table into memory: python read_pandas.py FILE (.csv or .jsonl)."""

import pandas as pd

import measure
from trace_sums import of_long


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("file")
    args = parser.parse_args()
    read = pd.read_csv if args.file.endswith(".csv") else lambda file: pd.read_json(file, lines=True)
    measure.run(args, "read-pandas", lambda: read(args.file), lambda frame: of_long(frame.groupby("endpoint")))


if __name__ == "__main__":
    main()
