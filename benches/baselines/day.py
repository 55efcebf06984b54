"""A day of arrivals in numpy: five strategies on the same drawn queries, cumulative by minute.

python day.py TRACE --arrivals N. From columns in memory. Arrivals come in chunks of whole minutes; a query's figures
stand side by side, so that an arrival reads one line of memory. Energy, compute, cost and score are summed.
"""

import numpy as np

import measure
import recording

# Relative rates at half past each hour, as in src/workload/arrivals.rs.
RATES = [62, 50, 42, 37, 35, 38, 48, 66, 92, 120, 138, 146, 142, 144, 152, 154, 148, 138, 126, 118, 114, 108, 96, 78]
METRICS = ["energy_j", "flops", "cost_usd", "score"]
STRATEGIES = ["all-fallback", "random", "noisy-oracle 0.6", "noisy-oracle 0.8", "oracle"]
CHUNK = 1 << 18
MINUTES = 1440


def arrivals(total):
    """How many arrive in each minute: running sums are the exact ones, rounded."""
    counts, weights, running, before = [], [], 0, 0
    for minute in range(MINUTES):
        half = (2 * minute + 1 + 2880 - 60) % 2880
        hour, past = half // 120, half % 120
        weights.append(RATES[hour] * (120 - past) + RATES[(hour + 1) % 24] * past)
    whole = sum(weights)
    for weight in weights:
        running += weight
        until = (2 * total * running + whole) // (2 * whole)
        counts.append(until - before)
        before = until
    return counts


def chunks(counts):
    """Ranges of minutes of about as many arrivals."""
    first = 0
    while first < MINUTES:
        last, size = first + 1, counts[first]
        while last < MINUTES and size + counts[last] <= CHUNK:
            size += counts[last]
            last += 1
        yield first, last, size
        first = last


def tables(endpoints, columns):
    """The fallback's figures and the oracle's less these by query; and all endpoints' by endpoint and query."""
    fallback, best = columns[endpoints.fallback], recording.oracle(endpoints, columns)
    own = [fallback[metric] for metric in METRICS] + [best[metric] - fallback[metric] for metric in METRICS]
    every = np.stack([np.stack([column[metric] for metric in METRICS], axis=1) for column in columns])
    return np.ascontiguousarray(np.stack(own, axis=1)), every.reshape(-1, len(METRICS))


def weights(endpoints):
    """256 equally likely endpoints: half are the fallback, the others any local one."""
    local = [index for index in range(len(endpoints.ids)) if index != endpoints.fallback]
    assert 128 % len(local) == 0, "weights that 256 values can tell"
    return np.array([endpoints.fallback] * 128 + local * (128 // len(local)), dtype=np.int64)


def day(endpoints, columns, counts, generator):
    """Cumulative sums, strategies by minutes by metrics."""
    queries = len(columns[0]["score"])
    mine, every = tables(endpoints, columns)
    choices = weights(endpoints) * queries
    sums = np.zeros((len(STRATEGIES), MINUTES, len(METRICS)))
    for first, last, size in chunks(counts):
        if size == 0:
            continue
        minute = np.repeat(np.arange(last - first), counts[first:last])
        query = generator.integers(0, queries, size, dtype=np.uint32)
        coin = generator.random(size, dtype=np.float32)
        figures = np.take(mine, query, axis=0)
        # Right from 0.6 on, from 0.8 on, or at 1 alone: three bins a minute.
        bins = minute * 3 + (coin >= np.float32(0.6)) + (coin >= np.float32(0.8))
        drawn = np.take(every, choices[generator.integers(0, 256, size, dtype=np.uint8)] + query, axis=0)
        for metric in range(len(METRICS)):
            wrong = np.bincount(minute, weights=figures[:, metric], minlength=last - first)
            change = np.bincount(bins, weights=figures[:, 4 + metric], minlength=3 * (last - first)).reshape(-1, 3)
            sums[0, first:last, metric] = wrong
            sums[1, first:last, metric] = np.bincount(minute, weights=drawn[:, metric], minlength=last - first)
            sums[2:, first:last, metric] = wrong + np.cumsum(change, axis=1).T
    return np.cumsum(sums, axis=1)


def deviations(endpoints, columns):
    """The standard deviation of what one arrival adds, strategies by metrics."""
    best, wrong = recording.oracle(endpoints, columns), columns[endpoints.fallback]
    share = np.bincount(weights(endpoints), minlength=len(columns)) / 256
    out = np.empty((len(STRATEGIES), len(METRICS)))
    for index, metric in enumerate(METRICS):
        moments = lambda column: np.array([column[metric].mean(), (column[metric] ** 2).mean()])
        right, cloud = moments(best), moments(wrong)
        drawn = sum(share * moments(column) for share, column in zip(share, columns))
        mixed = [cloud, drawn, *(a * right + (1 - a) * cloud for a in (0.6, 0.8)), right]
        out[:, index] = [np.sqrt(max(square - mean**2, 0.0)) for mean, square in mixed]
    return out


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("trace")
    parser.add_argument("--arrivals", type=int, default=80_200_000)
    args = parser.parse_args()
    endpoints = recording.Endpoints(args.trace)
    _, columns = recording.columns(endpoints)
    counts, generator = arrivals(args.arrivals), np.random.default_rng(1)
    quarters = [MINUTES // 4 * part - 1 for part in (1, 2, 3, 4)]
    after = np.cumsum(counts)[quarters]
    deviation = deviations(endpoints, columns)
    names = [(s, m, f"{strategy} {metric}") for s, strategy in enumerate(STRATEGIES) for m, metric in enumerate(METRICS)]

    def result(sums):
        # Of scores the whole day's, as wattroute tells it.
        found = {name: sums[s, quarters, m].tolist()[-1 if METRICS[m] == "score" else 0 :] for s, m, name in names}
        return found | {"arrivals": [int(count) for count in after]}

    error = lambda s, m: (deviation[s, m] * np.sqrt(after)).tolist()
    errors = {name: error(s, m)[-1 if METRICS[m] == "score" else 0 :] for s, m, name in names}
    measure.run(args, "day", lambda: day(endpoints, columns, counts, generator), result, errors, queries=len(columns[0]["score"]))


if __name__ == "__main__":
    main()
