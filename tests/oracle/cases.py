"""What is compared: shapes of traces, flags, and the policies replayed under them."""

from dataclasses import dataclass, field

import numpy as np

from program import Policy
from traces import Shape, generate
from world import METRIC_OF, Flags

OBJECTIVES = ("size", "energy", "cost", "flops", "latency")
OVERHEAD = {"energy_j": 0.37, "latency_s": 0.011, "cost_usd": 3e-6, "flops": 2.5e9}


@dataclass
class Case:
    """One command: a trace, flags, and policies; a sweep has one policy, the noisy oracle that is swept."""

    name: str
    trace: object
    flags: Flags
    policies: list
    named: list = field(default_factory=list)  # endpoints that the policies name
    misroutes: list = field(default_factory=list)
    accuracies: list = field(default_factory=list)
    compared: bool = False  # whether policies are held against each other

    def arguments(self):
        verb = "sweep" if self.misroutes else "compare" if self.compared else "replay"
        found = [verb, "trace", *self.flags.arguments()]
        for policy in self.policies:
            found += ["--policy", policy.file]
        for misroute in self.misroutes:
            found += ["--misroute", misroute]
        return found + (["--accuracy", ",".join(map(str, self.accuracies))] if self.misroutes else [])

    def swept(self, misroute, accuracy):
        """The policy at one point of a sweep."""
        settings = {**self.policies[0].settings, "router_accuracy": accuracy, "misroute": misroute}
        if misroute.startswith("local:"):
            _, detect, false_alarm = misroute.split(":")
            settings |= {"misroute": "local", "detect": float(detect), "false_alarm": float(false_alarm)}
        return Policy("swept", "noisy-oracle", settings, self.policies[0].overhead)

    def about(self):
        if self.misroutes:
            return f"sweep of {len(self.misroutes)} misroutes at {len(self.accuracies)} accuracies"
        return f"{'comparison' if self.compared else 'replay'} of {len(self.policies)} policies"


def oracles():
    """The plain one first: regret is held against it."""
    found = [Policy("oracle", "oracle")]
    found += [Policy(f"oracle-{o}", "oracle", {"objective": o}) for o in OBJECTIVES]
    found += [Policy(f"oracle-best-{o}", "oracle", {"goal": "best", "objective": o}) for o in ("size", "energy")]
    found += [Policy("oracle-iso", "oracle", {"goal": "iso-accuracy", "objective": "cost"})]
    found += [Policy(f"oracle-{r}", "oracle", {"none_correct": r}) for r in ("cloud", "cheapest", "free", "skip")]
    found += [Policy("oracle-free-overhead", "oracle", {"none_correct": "free"}, OVERHEAD)]
    return found


def noisy_oracles():
    found = []
    for misroute in ("cloud", "accept", "verify", "retry", "uniform"):
        settings = {"router_accuracy": 0.7, "misroute": misroute}
        found.append(Policy(f"noisy-{misroute}", "noisy-oracle", settings))
    general = {"router_accuracy": 0.35, "misroute": "local", "detect": 0.6, "false_alarm": 0.25}
    found.append(Policy("noisy-local", "noisy-oracle", general, OVERHEAD))
    failing = {**general, "wrong_from": "failing", "objective": "energy"}
    found.append(Policy("noisy-failing", "noisy-oracle", failing))
    for rule in ("cheapest", "free", "skip"):
        settings = {"router_accuracy": 0.5, "misroute": "verify", "none_correct": rule}
        found.append(Policy(f"noisy-{rule}", "noisy-oracle", settings))
    best = {"router_accuracy": 0.9, "misroute": "uniform", "goal": "best", "objective": "latency"}
    iso = {"router_accuracy": 0.9, "misroute": "accept", "goal": "iso-accuracy"}
    return [*found, Policy("noisy-best", "noisy-oracle", best), Policy("noisy-iso", "noisy-oracle", iso)]


def two_rates():
    rates = {"cloud_to_local": 0.3, "local_to_cloud": 0.2}
    found = [Policy(f"rates-{m}", "noisy-oracle", {**rates, "misroute": m}) for m in ("accept", "verify", "retry")]
    general = {**rates, "misroute": "local", "detect": 0.5, "false_alarm": 0.1}
    rest = {"none_correct": "free", "misroute": "verify"}, {"none_correct": "skip"}, {"none_correct": "cheapest", "misroute": "retry"}
    found += [Policy(f"rates-{s['none_correct']}", "noisy-oracle", {**rates, **s}, OVERHEAD) for s in rest]
    iso = {**rates, "goal": "iso-accuracy", "wrong_from": "failing", "misroute": "accept"}
    return [*found, Policy("rates-local", "noisy-oracle", general), Policy("rates-iso", "noisy-oracle", iso)]


def fixed(ids):
    found = [Policy("all-fallback", "always", {"endpoint": "fallback"})]
    found += [Policy(f"always-{i}", "always", {"endpoint": name}) for i, name in enumerate(ids)]
    found += [Policy("always-overhead", "always", {"endpoint": ids[0]}, OVERHEAD)]
    weights = {name: w for name, w in zip(ids[::-1], (0.5, 2.0, 0.25, 1.0, 0.75, 0.1))}
    found += [Policy("random", "random", {"fallback_share": 0.3}), Policy("random-weights", "random", {"weights": weights})]
    return found


def routed(trace, ids, rng):
    """Policies that look at what is known of a query before it is routed."""
    ids = [ids[0], ids[-1]]
    high = {"column": "hard", "at_least": 0.5, "high": "fallback", "low": ids[0]}
    gappy = {"column": "gappy", "at_least": 0.25, "high": ids[1], "low": "fallback", "missing": ids[0]}
    by = {"route": {"chat-0": ids[0], "shared": "fallback"}, "default": ids[1]}
    by_dataset = {"by": "dataset", "route": {"chat": ids[1], "exam": "fallback"}, "default": ids[0]}
    return [
        Policy("threshold", "threshold", high),
        Policy("threshold-gappy", "threshold", gappy),
        Policy("by-category", "by-category", by),
        Policy("by-dataset", "by-category", by_dataset),
        *recorded(trace, ids, rng),
    ]


def recorded(trace, ids, rng):
    names = [*ids, "fallback", "nick"]
    decisions = [(int(r), str(rng.choice(names)), bool(rng.random() < 0.2)) for r in trace.rows if rng.random() < 0.9]
    scores = [(int(r), round(float(rng.random()), 3), False) for r in trace.rows]
    named = {"decision": "choice", "endpoints": {"nick": ids[1]}, "missing": "fallback"}
    scored = {"score": "p", "at_least": 0.4, "low": ids[0]}
    return [
        Policy("recorded", "recorded", named, table=decisions),
        Policy("recorded-skip-if", "recorded", {**named, "skip_if": "pass_over"}, table=decisions),
        Policy("recorded-score", "recorded", scored, OVERHEAD, table=scores),
    ]


def single_local():
    """`local` names an endpoint where there is one; a model names one where it has one."""
    high = {"column": "hard", "at_least": 0.5}
    return [Policy("all-local", "always", {"endpoint": "local"}), Policy("threshold-local", "threshold", high)]


def cascades(ids):
    order = list(dict.fromkeys([ids[-1], "fallback", ids[0]]))
    found = [Policy("cascade", "cascade", {"judge_error": 0.0}), Policy("cascade-judge", "cascade", {"judge_error": 0.3}, OVERHEAD)]
    found += [Policy("cascade-order", "cascade", {"order": order, "judge_error": 0.2})]
    found += [Policy("cascade-confidence", "cascade", {"confidence_at_least": 0.6})]
    found += [Policy("cascade-budget", "cascade", {"judge_error": 0.1, "budget_usd": 1.5e-3})]
    return found


def learning():
    """LinUCB on numbers, and fitted routers with rules that no fit decides."""
    numbers = {"parts": ["columns"], "missing": "mean"}
    bare = {"algorithm": "linucb", "features": numbers, "alpha": 0.5, "ridge": 1.0}
    found = [Policy("linucb", "bandit", {**bare, "lambda": 0.3, "objective": "energy"})]
    found += [Policy("linucb-scale", "bandit", {**bare, "alpha": 1.5, "ridge": 2.5, "lambda": 0.6, "objective": "latency", "scale": 4.0}, OVERHEAD)]
    found += [Policy("linucb-score", "bandit", {**bare, "lambda": 0.0, "objective": "energy"})]
    for name, tau in (("smallest", 0.0), ("sure", 1.0)):
        rule = {"kind": "cheapest", "tau": tau, "objective": "size"}
        found.append(Policy(f"learned-{name}", "learned", {"router": {"kind": "bradley-terry"}, "rule": rule, "features": numbers}, OVERHEAD))
    return found


# Flags beside what is drawn: see `_flags`.
SHAPES = [
    (Shape("binary"), {}),
    (Shape("fine", coarse=False, row_gaps=True, estimated=True), {}),
    (Shape("graded", graded=True, locals=4, queries=500), {}),
    (Shape("two-clouds", clouds=2, estimated=True), {}),
    (Shape("graded-fine", graded=True, clouds=2, coarse=False, row_gaps=True), {}),
    (Shape("no-flops", lacking=("flops",), null_groups=True), {}),
    (Shape("gaps", unanswered=0.05, missing=0.04, phone=True, estimated=True), {}),
    (Shape("gaps-graded", graded=True, clouds=2, unanswered=0.08, missing=0.03, row_gaps=True), {}),
    (Shape("many-gaps", unanswered=0.2, missing=0.1, locals=2, coarse=False), {}),
    (Shape("zeros", zeros=True, no_tier=True), {}),
    (Shape("one-local", locals=1, graded=True), {}),
    (Shape("not-needed", missing=0.15, gappy=("energy_j", "flops"), clouds=2, estimated=True), {"metrics": ["cost"], "objective": "size"}),
    (Shape("one-lacks", one_lacks=("cost_usd",), missing=0.05, phone=True, estimated=True), {"objective": "energy"}),
    (Shape("local-baseline", locals=4), {"baselines": ["model0@laptop0"], "objective": "energy"}),
    (Shape("outside", locals=4, clouds=2), {"baselines": ["large1@server1"], "local": ["model1@laptop1", "model2@laptop0"]}),
    (Shape("baseline-apart", clouds=2, phone=True), {"baselines": ["large0@server0", "model1@laptop1"], "fallback": "large1@server1"}),
]


def cases(count, seed):
    """A replay and a sweep of each trace under each missing rule; after the last shape the first comes again."""
    for number in range(count):
        shape, fixed_flags = SHAPES[number % len(SHAPES)]
        rng = np.random.default_rng([seed, number, 1])
        trace = generate(shape, [seed, number])
        for missing in missing_rules(shape, fixed_flags):
            flags = _flags(trace, shape, rng, fixed_flags, missing, seed + 10**15 * number)
            label = f"{number}-{shape.name}" + "".join(f"-{k or 'all'}-{v}" for k, v in missing.items())
            ids = [e.id for e in trace.endpoints]
            yield Case(label, trace, flags, policies_for(trace, shape, flags, rng), ids)
            yield _sweep(label + "-sweep", trace, flags, rng)
            yield Case(label + "-compare", trace, flags, compared_policies(trace, shape, flags), ids, compared=True)


def missing_rules(shape, fixed_flags):
    if "metrics" in fixed_flags or not (shape.unanswered or shape.missing):
        return [{}]
    if shape.one_lacks:
        return [{"": "unavailable"}]
    return [{"": "complete"}, {"": "unavailable"}, {"": "unavailable", "cost": "complete"}]


def _flags(trace, shape, rng, fixed_flags, missing, seed):
    clouds = [e.id for e in trace.endpoints if e.tier == "cloud"]
    objectives = [o for o in OBJECTIVES if o not in shape.lacking]
    flags = Flags(clouds, objective=str(rng.choice(objectives)), missing=missing, seed=seed)
    flags.replicates = int(rng.integers(1, 4))
    if len(clouds) > 1 and rng.random() < 0.5:
        flags.fallback = str(rng.choice(clouds))
    for name, value in fixed_flags.items():
        setattr(flags, name, value)
    return flags


def _sweep(label, trace, flags, rng):
    settings = {"router_accuracy": 0.8, "misroute": "cloud", "wrong_from": str(rng.choice(["local", "failing"]))}
    swept = Policy("swept", "noisy-oracle", settings, OVERHEAD if rng.random() < 0.5 else {})
    misroutes = ["cloud", "accept", "verify", "retry", "uniform", "local:0.6:0.25"]
    return Case(label, trace, flags, [swept], misroutes=misroutes, accuracies=[0.0, 0.35, 0.8, 1.0])


def compared_policies(trace, shape, flags):
    """Some of every kind that has an equivalent router accuracy, and one that has none."""
    ids = [e.id for e in trace.endpoints]
    locals_ = flags.local or [e.id for e in trace.endpoints if e.tier != "cloud"]
    found = [Policy("oracle", "oracle"), *fixed(ids), *cascades(locals_)]
    found += [p for p in routed(trace, locals_, np.random.default_rng(flags.seed)) if p.kind != "recorded"]
    return [p for p in found if fits(p, shape)]


def policies_for(trace, shape, flags, rng):
    ids = [e.id for e in trace.endpoints]
    locals_ = flags.local or [e.id for e in trace.endpoints if e.tier != "cloud"]
    found = [*oracles(), *noisy_oracles(), *two_rates(), *fixed(ids), *routed(trace, locals_, rng), *cascades(locals_), *learning()]
    if len(locals_) == 1:
        found += single_local()
    return [p for p in found if fits(p, shape)]


def fits(policy, shape):
    """Cells that an oracle compares must be there, and so must what a cascade looks at."""
    needs = policy.settings.get("objective")
    gappy = [METRIC_OF.get(needs) in (*shape.gappy, *shape.one_lacks), needs in shape.lacking]
    by_cost = policy.kind == "cascade" and "cost_usd" in shape.one_lacks
    return not (any(gappy) or by_cost)
