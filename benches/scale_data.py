"""Makes large traces from a small one, with little memory: scale_data.py repeat|widen TRACE COUNT OUT

    repeat   COUNT times the queries, under new ids and rows
    widen    COUNT endpoints: the local ones again and again, under new ids
"""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# As wattroute writes them: whole blocks of its engine.
ROW_GROUP_ROWS = 262_144
ZSTD_LEVEL = 3


def repeat(trace, times, out):
    """Every table written again and again. Other numbers of rows draw other numbers; all else stays."""
    import pyarrow.parquet as parquet

    rows = parquet.read_table(trace / "queries.parquet", columns=["row"])["row"]
    stride = rows[-1].as_py() + 1
    if stride * times > 2**32:
        sys.exit(f"rows are numbers of 32 bits: {times} times {stride:,} are too many")
    shutil.copy(trace / "trace.toml", out / "trace.toml")
    files = sorted(path.relative_to(trace) for path in trace.rglob("*.parquet"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda file: repeat_table(trace / file, times, stride, out / file), files))


def repeat_table(file, times, stride, out):
    import pyarrow.parquet as parquet

    out.parent.mkdir(parents=True, exist_ok=True)
    table = readable(parquet.read_table(file))
    written = parquet.ParquetFile(file).metadata.row_group(0)
    columns = [written.column(index) for index in range(written.num_columns)]
    compressed = {column.path_in_schema: {"UNCOMPRESSED": "NONE"}.get(column.compression, column.compression) for column in columns}
    dictionary = [column.path_in_schema for column in columns if "RLE_DICTIONARY" in column.encodings]
    levels = {name: ZSTD_LEVEL for name, codec in compressed.items() if codec == "ZSTD"}
    with parquet.ParquetWriter(out, table.schema, compression=compressed, compression_level=levels, use_dictionary=dictionary) as writer:
        for group in row_groups(copy_of(table, copy, stride) for copy in range(times)):
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)


def readable(table):
    """Views of strings, which not every version writes, as strings."""
    import pyarrow

    plain = [field.with_type(pyarrow.string()) if field.type == pyarrow.string_view() else field for field in table.schema]
    return table.cast(pyarrow.schema(plain))


def copy_of(table, copy, stride):
    import pyarrow
    import pyarrow.compute as compute

    def moved(name, column):
        if name == "row":
            return compute.add(column, pyarrow.scalar(copy * stride, pyarrow.uint32()))
        if name == "query_id":
            return compute.binary_join_element_wise(column, f"-{copy}", "")
        return column

    return pyarrow.table([moved(name, table[name]) for name in table.column_names], schema=table.schema)


def row_groups(tables):
    """The rows of many tables in groups of one size, but for the last."""
    import pyarrow

    held = None
    for table in tables:
        held = pyarrow.concat_tables([held, table]) if held else table
        while held.num_rows >= ROW_GROUP_ROWS:
            yield held.slice(0, ROW_GROUP_ROWS)
            held = held.slice(ROW_GROUP_ROWS)
    if held.num_rows:
        yield held


def widen(trace, count, out):
    """More local endpoints, each with the outcomes of one that is there: the same file under another name."""
    head, *endpoints = (trace / "trace.toml").read_text().split("[[endpoint]]")
    local = [endpoint for endpoint in endpoints if 'tier = "local"' in endpoint]
    added = [(local[index % len(local)], index // len(local) + 2) for index in range(count - len(endpoints))]
    shutil.copy(trace / "queries.parquet", out / "queries.parquet")
    for endpoint in endpoints:
        link(trace, out, endpoint, endpoint)
    for endpoint, copy in added:
        again = endpoint.replace(endpoint_id(endpoint), f"{endpoint_id(endpoint)}-{copy}", 1)
        link(trace, out, endpoint, again)
        endpoints.append(again)
    endpoints = [endpoint.strip("\n") + "\n" for endpoint in endpoints]
    (out / "trace.toml").write_text("\n[[endpoint]]\n".join([head.strip("\n") + "\n", *endpoints]))


def endpoint_id(endpoint):
    return endpoint.split('id = "', 1)[1].split('"', 1)[0]


def link(trace, out, old, new):
    folder = out / "outcomes" / f"endpoint={endpoint_id(new)}"
    folder.mkdir(parents=True)
    for part in sorted((trace / "outcomes" / f"endpoint={endpoint_id(old)}").glob("*.parquet")):
        os.link(part, folder / part.name)


def main():
    verb, trace, count, out = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    # What an earlier run may have left half done.
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    {"repeat": repeat, "widen": widen}[verb](trace, count, out)


if __name__ == "__main__":
    main()
