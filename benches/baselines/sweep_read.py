"""Only the reading of `wattroute sweep`: polars reads the columns that it needs, as a whole process.

python sweep_read.py TRACE. Prints the sums of the columns.
"""

import json
import sys

import polars as pl

import recording

endpoints = recording.Endpoints(sys.argv[1])
queries = endpoints.queries()
frames = [endpoints.frame(index) for index in range(len(endpoints.ids))]
sums = pl.concat([frame.select(pl.col(recording.METRICS).sum()) for frame in frames])
result = {metric: sums[metric].to_list() for metric in recording.METRICS} | {"queries": len(queries)}
print(json.dumps({"name": "sweep-read", "result": result, "versions": {"polars": pl.__version__}}))
