"""The same sweep cell by cell: for each accuracy and replicate a draw for each query and five masked sums.

python sweep_cells.py TRACE. Some cells are measured, spread over the accuracies, and the seconds of all 2,020 are
told: `extrapolated` says from how many.
"""

import numpy as np

import draws
import measure
import recording
from sweep import ACCURACIES, REPLICATES, SEED, prepared

CELLS = 8


class Cells(dict):
    factor = REPLICATES * len(ACCURACIES) / CELLS


def cell(index):
    """Accuracies spread over the grid, and a replicate."""
    return (index * 37 + 13) % len(ACCURACIES), index % REPLICATES


def main():
    args, endpoints, rows, columns, generator, bounds = prepared(__doc__)
    best, fallback = recording.oracle(endpoints, columns), columns[endpoints.fallback]

    def cells(right_of):
        out = Cells((metric, []) for metric in recording.METRICS)
        for accuracy, replicate in map(cell, range(CELLS)):
            right = right_of(accuracy, replicate)
            for metric in recording.METRICS:
                out[metric].append(float(np.where(right, best[metric], fallback[metric]).sum()))
        return out

    def same(accuracy, replicate):
        return draws.draw53(SEED, replicate, draws.COIN, rows) < bounds[accuracy]

    def own(accuracy, _replicate):
        return generator.random(len(rows)) < ACCURACIES[accuracy]

    extrapolated = f"from {CELLS} of {REPLICATES * len(ACCURACIES)} cells"
    measure.run(args, "sweep-cells", lambda: cells(own), lambda _: dict(cells(same)), queries=len(rows), extrapolated=extrapolated)


if __name__ == "__main__":
    main()
