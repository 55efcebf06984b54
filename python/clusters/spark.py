"""A replay on Spark: `mapInArrow` runs the parts of a trace, and the driver merges them.

    spark-submit spark.py TRACE --policy oracle --policy random --parts 100 --out runs/mine

TRACE is a folder that every executor sees under this path. Wattroute is installed on all of them.
"""

import argparse

import pyarrow
from pyspark.sql import SparkSession

import wattroute
from wattroute import tallies


def replay(spark, trace, policies, parts, **options):
    """The result of :meth:`wattroute.Trace.replay`, from tasks of Spark. A task that fails is run again by Spark."""
    job = tallies.Job(trace, policies, {"threads": 1, **options})
    cuts = tallies.cut(trace, parts)

    def tally(batches):
        for batch in batches:
            rows = zip(batch.column("start").to_pylist(), batch.column("end").to_pylist())
            made = pyarrow.array([job.tally(part) for part in rows], pyarrow.binary())
            yield pyarrow.RecordBatch.from_arrays([made], ["tally"])

    # A partition for each part: each is a task of its own.
    rows = spark.sparkContext.parallelize(cuts, len(cuts)).toDF("start long, end long")
    made = rows.mapInArrow(tally, "tally binary").collect()
    return tallies.merge(job, [bytes(row.tally) for row in made])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace")
    parser.add_argument("--policy", action="append", required=True)
    parser.add_argument("--parts", type=int, default=100)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--out")
    args = parser.parse_args()
    spark = SparkSession.builder.appName("wattroute").getOrCreate()
    result = replay(spark, wattroute.open(args.trace), args.policy, args.parts, seed=args.seed)
    print(result)
    if args.out:
        result.write(args.out)


if __name__ == "__main__":
    main()
