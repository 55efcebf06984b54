"""Every distinct threshold of a score column by scikit-learn's `roc_curve`.

python roc.py FILE. FILE: scores and then labels, 64-bit floats (columns.py writes it).
"""

import numpy as np
from sklearn.metrics import roc_curve

import measure


def result(curve):
    false, true, thresholds = curve
    area = float(np.trapezoid(true, false))
    return {"points": len(false), "false": float(false.sum()), "true": float(true.sum()), "thresholds": float(thresholds[1:].sum()), "area": area}


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("file")
    args = parser.parse_args()
    scores, labels = np.fromfile(args.file, dtype="<f8").reshape(2, -1)
    labels = labels > 0.5
    measure.run(args, "roc", lambda: roc_curve(labels, scores, drop_intermediate=False), result, rows=len(scores))


if __name__ == "__main__":
    main()
