"""RouteLLM's own evaluation on its own rows, in pandas as its authors publish it (arXiv 2406.18665).

python routellm.py [DATA]. DATA, or WATTROUTE_DATA, is the folder with `routellm/mmlu`. A routing score for each query,
thresholds at its eleven quantiles, answer accuracy and share of strong calls at each, AUC, APGR and CPT at 20, 50 and
80%, and the optimal router at eleven shares. From a frame in memory.
"""

import glob
import os
from collections import Counter

import numpy as np
import pandas as pd

import measure

WEAK, STRONG = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
BINS = 10


def read(data):
    """All rows but those whose prompts were found in training data, with a routing score that knows a little."""
    frame = pd.concat([pd.read_csv(file) for file in sorted(glob.glob(os.path.join(data, "routellm/mmlu/*.csv")))], ignore_index=True)
    dropped = pd.read_json(os.path.join(data, "routellm/mmlu_contaminated_prompts.jsonl"), lines=True)["eval_prompt"]
    frame = frame[~frame["prompt"].isin(dropped.tolist())].reset_index(drop=True)
    noise = (np.arange(len(frame), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)
    frame["score"] = noise / 2.0**53 + 0.2 * (frame[STRONG].astype(float) - frame[WEAK].astype(float))
    return frame


def accuracy(frame, model):
    return len(frame[frame[model] == True]) / len(frame) * 100  # noqa: E712


def optimal(frame, share):
    weak_right = len(frame[frame[WEAK] == True])  # noqa: E712
    only_strong = frame[frame[WEAK] == False]  # noqa: E712
    only_strong = only_strong[only_strong[STRONG] == True]  # noqa: E712
    return (weak_right + min(len(frame) * share, len(only_strong))) / len(frame) * 100


def evaluate(frame):
    _, thresholds = pd.qcut(frame["score"], BINS, retbins=True)
    rows = []
    for index, threshold in enumerate(thresholds):
        last = index == len(thresholds) - 1
        strong = frame["score"] > threshold if last else frame["score"] >= threshold
        answers = np.where(strong, frame[STRONG], frame[WEAK])
        models = np.where(strong, STRONG, WEAK)
        counts = Counter(models)
        rows.append({"share": counts[STRONG] / len(answers) * 100, "accuracy": sum(answers) / len(answers) * 100})
    curve = pd.DataFrame(rows).sort_values(by=["share"])
    weak, strong = accuracy(frame, WEAK), accuracy(frame, STRONG)
    share = curve["share"] / 100
    area = np.trapezoid(curve["accuracy"], share)
    flat = [np.trapezoid(np.full(len(curve), level), share) for level in (weak, strong)]
    apgr = (area - flat[0]) / (flat[1] - flat[0])
    cpt = [np.interp(weak + part * (strong - weak), curve["accuracy"], curve["share"]) for part in (0.2, 0.5, 0.8)]
    return weak, strong, curve, area, apgr, cpt, [optimal(frame, tenth / 10) for tenth in range(11)]


def result(told):
    weak, strong, curve, area, apgr, cpt, best = told
    percent = lambda values: [float(value) / 100 for value in values]
    found = {"weak": weak / 100, "strong": strong / 100, "auc": float(area) / 100, "apgr": float(apgr)}
    found |= {"cpt": percent(cpt), "optimal": percent(best)}
    return found | {"share": percent(curve["share"]), "accuracy": percent(curve["accuracy"])}


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("data", nargs="?", default=os.environ.get("WATTROUTE_DATA"))
    args = parser.parse_args()
    frame = read(args.data)
    measure.run(args, "routellm", lambda: evaluate(frame), result)


if __name__ == "__main__":
    main()
