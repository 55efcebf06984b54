"""What adding up two columns takes: the memory bandwidth that a closed form is held against.

python plain_sum.py ROWS. The columns are wattroute's own draws; beside their sums, which are timed, the result has
the squared differences, which are not.
"""

import numpy as np

import draws
import measure

SEED = 11


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("rows", type=int)
    args = parser.parse_args()
    rows = np.arange(args.rows, dtype=np.uint64)
    right, wrong = (draws.draw53(SEED, replicate, draws.COIN, rows) / 2.0**53 for replicate in (0, 1))

    def result(sums):
        return {"right": sums[0], "wrong": sums[1], "difference squared": float(((right - wrong) ** 2).sum())}

    measure.run(args, "plain sum", lambda: (float(right.sum()), float(wrong.sum())), result, rows=args.rows)


if __name__ == "__main__":
    main()
