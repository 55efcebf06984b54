"""RouterBench's own evaluation on its own rows, in pandas as its authors publish it (arXiv 2403.12031).

python routerbench.py [DATA]. DATA, or WATTROUTE_DATA, is the folder with `routerbench/{winograde,mbpp}_*.csv`. The
cost and quality of every model and of the oracle, the cascade at eight budgets with a perfect judge, row by row, and
AIQ of the models and of the cascade: the area under the non-decreasing convex hull, found as their code finds it,
by trying every pair of points on every point between. From frames in memory.
"""

import os

import numpy as np
import pandas as pd

import measure

SETS = ["winograde", "mbpp"]
BUDGETS = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.01, 100.0]
# In ascending list price, as the cascade tries them.
ASCENDING = [
    "mistral-7b-chat",
    "WizardLM-13B-V1.2",
    "mixtral-8x7b-chat",
    "code-llama-instruct-34b-chat",
    "Yi-34B-Chat",
    "llama-2-70b-chat",
    "gpt-3.5-turbo-1106",
    "claude-instant-v1",
    "claude-v1",
    "claude-v2",
    "gpt-4-1106-preview",
]


def read(data, name):
    frames = [pd.read_csv(os.path.join(data, "routerbench", f"{name}_{part}.csv")) for part in ("train", "test")]
    return pd.concat(frames, ignore_index=True)


def order(frame):
    models = [column.removesuffix("|total_cost") for column in frame.columns if column.endswith("|total_cost")]
    return [next(model for model in models if model.split("/")[-1] == name) for name in ASCENDING]


def singles(frame, models):
    """Total cost and mean quality of every model."""
    return np.array([[frame[f"{model}|total_cost"].sum(), frame[model].astype(float).mean()] for model in models])


def oracle(frame):
    """The published column: cheapest of the best, and free where no model is right."""
    chosen = frame["oracle_model_to_route_to"]
    cost = frame.apply(lambda row: 0.0 if row[chosen.name] == "no_model_correct" else row[f"{row[chosen.name]}|total_cost"], axis=1)
    quality = frame.apply(lambda row: 0.0 if row[chosen.name] == "no_model_correct" else float(row[row[chosen.name]]), axis=1)
    return cost.sum(), quality.mean()


def cascade(frame, models, budget):
    """One model after the other until one is right, the money is spent, or there is none left."""
    right_from = np.quantile(frame[models].values.astype(float).flatten(), q=0.95)
    quality, cost = 0.0, 0.0
    for _, row in frame.iterrows():
        left, spent, last = budget, 0.0, 0.0
        for model in models:
            price = row[model + "|total_cost"]
            if price >= left and spent > 0:
                break
            spent += price
            left -= price
            last = row[model]
            if last >= right_from:
                break
        quality += last
        cost += spent
    return cost, quality / len(frame)


def hull(points):
    """The least curve above all points that never falls nor steepens: corners and what lies on it between."""
    points = points[points[:, 0].argsort(kind="stable")]
    best = {}
    for i, (x1, y1) in enumerate(points):
        for x2, y2 in points[i:]:
            for x, y in points:
                if x1 < x < x2:
                    height = max(y, np.interp(x, [x1, x2], [y1, y2]))
                    best[x] = max(best.get(x, height), height)
    for x, y in (points[0], points[-1]):
        best.setdefault(x, y)
    curve = sorted(best.items())
    rising = [curve[0]]
    for x, y in curve[1:]:
        # Where a dearer point is worse it is left out.
        if y >= rising[-1][1]:
            rising.append((x, y))
    return np.array(rising)


def aiq(points, most):
    curve = hull(points)
    curve = np.vstack([curve, [most, curve[-1, 1]]])
    return np.trapezoid(curve[:, 1], curve[:, 0]) / most


def evaluate(frames):
    told = {}
    for name, (frame, models) in frames.items():
        zero = singles(frame, models)
        cascaded = np.array([cascade(frame, models, budget) for budget in BUDGETS])
        most = max(zero[:, 0].max(), cascaded[:, 0].max())
        told[name] = zero, oracle(frame), cascaded, [aiq(zero, most), aiq(cascaded, most)]
    return told


def result(told):
    found = {}
    for name, (zero, best, cascaded, areas) in told.items():
        found |= {f"{name} cost": zero[:, 0].tolist(), f"{name} quality": zero[:, 1].tolist()}
        found |= {f"{name} oracle": [float(figure) for figure in best]}
        found |= {f"{name} cascade cost": cascaded[:, 0].tolist(), f"{name} cascade quality": cascaded[:, 1].tolist()}
        found |= {f"{name} aiq": [float(area) for area in areas]}
    return found


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("data", nargs="?", default=os.environ.get("WATTROUTE_DATA"))
    args = parser.parse_args()
    frames = {name: (frame, order(frame)) for name, frame in ((name, read(args.data, name)) for name in SETS)}
    measure.run(args, "routerbench", lambda: evaluate(frames), result)


if __name__ == "__main__":
    main()
