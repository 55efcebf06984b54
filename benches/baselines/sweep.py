"""The noisy-oracle sweep in numpy: one pass a replicate, `bincount` over the bins of the draws, prefix sums.

python sweep.py TRACE. From columns in memory (scores and accounts by endpoint) to five totals at 101 accuracies
in 20 replicates, the oracle's choice among it. The result that is checked takes wattroute's own draws; what is
timed draws by numpy's PCG64.
"""

import numpy as np

import draws
import measure
import recording

SEED, REPLICATES = 11, 20
ACCURACIES = np.arange(101) / 100


def sweep(endpoints, columns, bins_of):
    """By metric an array of replicates by accuracies."""
    fallback = columns[endpoints.fallback]
    best = recording.oracle(endpoints, columns)
    change = {metric: best[metric] - fallback[metric] for metric in recording.METRICS}
    base = {metric: fallback[metric].sum() for metric in recording.METRICS}
    totals = {metric: np.empty((REPLICATES, len(ACCURACIES))) for metric in recording.METRICS}
    for replicate in range(REPLICATES):
        # The first accuracy at which a query is routed right.
        bins = bins_of(replicate)
        for metric in recording.METRICS:
            added = np.bincount(bins, weights=change[metric], minlength=len(ACCURACIES))
            totals[metric][replicate] = base[metric] + np.cumsum(added[: len(ACCURACIES)])
    return totals


def check(endpoints, columns, totals):
    """Timed sums lie within five standard deviations of their expectation, and three queries where few differ."""
    best, fallback = recording.oracle(endpoints, columns), columns[endpoints.fallback]
    for metric, found in totals.items():
        change = best[metric] - fallback[metric]
        expected = fallback[metric].sum() + ACCURACIES * change.sum()
        deviation = np.sqrt(ACCURACIES * (1 - ACCURACIES) * (change**2).sum())
        allowed = 5 * deviation + 3 * np.abs(change).max() + 1e-9 * np.abs(expected)
        assert np.all(np.abs(found - expected) <= allowed), metric


def prepared(text):
    """The arguments, the columns of their trace, what is drawn by, and below which draw each accuracy is right."""
    parser = measure.parser(text)
    parser.add_argument("trace")
    args = parser.parse_args()
    endpoints = recording.Endpoints(args.trace)
    return args, endpoints, *recording.columns(endpoints), np.random.default_rng(1), draws.thresholds(ACCURACIES)


def main():
    args, endpoints, rows, columns, generator, bounds = prepared(__doc__)

    def same(replicate):
        return np.searchsorted(bounds, draws.draw53(SEED, replicate, draws.COIN, rows), side="right")

    def own(_replicate):
        return (generator.random(len(rows)) * 100).astype(np.intp) + 1

    def result(totals):
        check(endpoints, columns, totals)
        return {metric: totals.ravel().tolist() for metric, totals in sweep(endpoints, columns, same).items()}

    measure.run(args, "sweep", lambda: sweep(endpoints, columns, own), result, queries=len(rows))


if __name__ == "__main__":
    main()
