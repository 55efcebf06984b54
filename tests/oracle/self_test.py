"""That the comparison can fail: one thing is changed at a time, and each change must be noticed."""

import copy
import tempfile
from pathlib import Path

import check
from cases import cases
from compare import Comparison
from program import report
from world import World


def run(program, seed):
    replay = next(c for c in cases(1, seed) if not c.misroutes and not c.compared)
    compared = next(c for c in cases(1, seed) if c.compared)
    sweep = next(c for c in cases(1, seed) if c.misroutes)
    unnoticed = 0
    for name, case, change in changes(replay, sweep, compared):
        found = disagreements(case, program, change)
        wanted = change is not None
        unnoticed += bool(found) != wanted
        shown = f"{len(found)} disagreements, the first: {found[0]}" if found else "all agree"
        print(f"{'as it should be' if bool(found) == wanted else 'NOT NOTICED'}: {name}: {shown}", flush=True)
    return 1 if unnoticed else 0


def changes(replay, sweep, compared):
    return [
        ("nothing changed in a replay", replay, None),
        ("nothing changed in a sweep", sweep, None),
        ("one total of theirs, by one part in 10^8", replay, one_total),
        ("one share of theirs, by one query in one replicate", replay, one_share),
        ("one figure of theirs left out", replay, one_left_out),
        ("one closed form of theirs, by one part in 10^8", replay, one_closed_form),
        ("one saving of theirs in a sweep, by 10^-8", sweep, one_saving),
        ("nothing changed in a comparison", compared, None),
        ("one equivalent router accuracy of theirs, by one part in 10^8", compared, one_equivalent),
        ("one score of ours turned over", replay, one_score),
        ("the energy of one answer of ours, by one part in 1000", replay, one_energy),
        ("the seed of our draws", replay, one_seed),
    ]


def disagreements(case, program, change):
    """`change` takes (case, report) and alters copies of them between the program's run and ours."""
    ours = copy.deepcopy(case)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        check.write(case, folder)
        found = report(program, case.arguments(), folder)
    if change:
        change(ours, found)
    comparison = Comparison()
    for entry in check.pairs(ours, World(ours.trace, ours.flags, ours.named), found):
        comparison.entry(case.name, *entry)
    return comparison.disagreements


def one_equivalent(_case, found):
    of = next(one for one in found["compare"]["policies"] if one["policy"] == "random.toml")
    of["equivalents"][0]["by_answers"]["router_accuracy"]["value"] *= 1 + 1e-8


def one_total(_case, found):
    found["policies"][3]["totals"]["energy_j"] *= 1 + 1e-8


def one_share(case, found):
    entry = found["policies"][2]
    entry["share"][next(iter(entry["share"]))] += 1 / (entry["queries"] * case.flags.replicates)


def one_left_out(_case, found):
    del found["policies"][1]["known"]["latency_s"]


def one_closed_form(_case, found):
    entry = next(p for p in found["policies"] if p["expected"])
    entry["expected"]["totals"]["latency_s"]["sd"] *= 1 + 1e-8


def one_saving(_case, found):
    saved = next(iter(found["curves"][1]["points"][2]["savings"].values()))
    saved["cost"]["value"] += 1e-8


def one_score(case, _found):
    scores = case.trace.endpoints[0].cells["score"]
    scores[7] = 1 - scores[7]


def one_energy(case, _found):
    case.trace.endpoints[0].cells["energy_j"][5] *= 1.001


def one_seed(case, _found):
    case.flags.seed += 1
