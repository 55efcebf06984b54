"""What `wattroute sweep TRACE --json` does, in numpy and polars, as a whole process.

python sweep_command.py TRACE. The oracle of the smallest endpoint that is right, the noisy oracle at 101 accuracies
in 20 replicates, savings against the fallback in four accounts and answer accuracy, the closed form beside them,
and for each of these figures an interval: 1,000 resamples of 1,000 buckets of queries, with the router's own noise.
"""

import json
import sys

import numpy as np
import polars as pl

import measure
import recording
from sweep import ACCURACIES, REPLICATES

BUCKETS, RESAMPLES = 1000, 1000
METRICS = recording.METRICS


def buckets(rows):
    """By hash, since the order of a file may mean something."""
    hashed = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    hashed = (hashed ^ (hashed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return (((hashed >> np.uint64(32)) * np.uint64(BUCKETS)) >> np.uint64(32)).astype(np.intp)


def simulated(generator, queries, change, base):
    """The mean over replicates of the totals, accuracies by metrics."""
    total = np.zeros((len(ACCURACIES), len(METRICS)))
    for _ in range(REPLICATES):
        bins = (generator.random(queries) * 100).astype(np.intp) + 1
        for index in range(len(METRICS)):
            total[:, index] += np.cumsum(np.bincount(bins, weights=change[index], minlength=len(ACCURACIES)))
    return base + total / REPLICATES


def main():
    endpoints = recording.Endpoints(sys.argv[1])
    endpoints.queries()
    rows, columns = recording.columns(endpoints)
    generator = np.random.default_rng(1)
    fallback, best = columns[endpoints.fallback], recording.oracle(endpoints, columns)
    change = [best[metric] - fallback[metric] for metric in METRICS]
    bucket = buckets(rows)
    by_bucket = lambda columns: np.array([np.bincount(bucket, weights=column, minlength=BUCKETS) for column in columns])
    wrong, gain = by_bucket([fallback[metric] for metric in METRICS]), by_bucket(change)
    base, whole = wrong.sum(axis=1), gain.sum(axis=1)
    # Score is told per query, the accounts per unit of the baseline's; more of the first is better.
    below, sign = np.concatenate([[len(rows)], base[1:]]), np.array([1.0, -1.0, -1.0, -1.0, -1.0])
    offset = np.array([0.0, 1.0, 1.0, 1.0, 1.0])
    figure = lambda totals, below: offset + sign * totals / below
    points = figure(simulated(generator, len(rows), change, base), below)
    expected = figure(base + ACCURACIES[:, None] * whole, below)
    squares = np.array([np.dot(column, column) for column in change])
    noise = np.sqrt((ACCURACIES * (1 - ACCURACIES))[:, None] * squares / REPLICATES) / below
    weights = generator.multinomial(BUCKETS, np.full(BUCKETS, 1 / BUCKETS), size=RESAMPLES).astype(float)
    counts = np.bincount(bucket, minlength=BUCKETS).astype(float)
    base_of, gain_of, counts_of = weights @ wrong.T, weights @ gain.T, weights @ counts
    below_of = np.concatenate([counts_of[:, None], base_of[:, 1:]], axis=1)
    normal = generator.standard_normal(RESAMPLES)
    low, high = np.empty_like(points), np.empty_like(points)
    for index, accuracy in enumerate(ACCURACIES):
        resampled = figure(base_of + accuracy * gain_of, below_of) + normal[:, None] * noise[index]
        low[index], high[index] = np.quantile(resampled, [0.025, 0.975], axis=0) + points[index] - expected[index]
    # Where nothing varies there is no interval.
    varies = high - low > 1e-13 * np.maximum(abs(low), abs(high))
    result, errors = {}, {}
    for index, metric in enumerate(METRICS):
        result[f"{metric} expected"] = expected[:, index].tolist()
        for name, values in (("", points), (" low", low), (" high", high)):
            known = varies[:, index] | (name == "")
            result[metric + name] = [value if is_known else None for value, is_known in zip(values[:, index].tolist(), known)]
            # Of an end of an interval: the draws', and that of a quantile of 1,000 and of a deviation from 1,000 buckets.
            errors[metric + name] = (noise if name == "" else np.hypot(noise, 0.1 * (high - low) / 3.92))[:, index].tolist()
    print(json.dumps({"name": "sweep-command", "result": result, "standard_errors": errors, "versions": measure.versions()}))


main()
