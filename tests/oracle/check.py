"""One case: the program's command on one side, ours on the other."""

import account
import closed_form
import equivalents
import figures
import policies
import traces
from compare import groups_by_key
from program import report
from random_numbers import Draws
from world import World

ORACLES = ("oracle", "noisy-oracle")


def run(case, program, folder):
    write(case, folder)
    found = report(program, case.arguments(), folder)
    return pairs(case, World(case.trace, case.flags, case.named), found)


def write(case, folder):
    traces.write(case.trace, folder / "trace")
    for policy in case.policies:
        policy.write(folder)


def pairs(case, world, found):
    """Of each policy what `Comparison.entry` takes."""
    of = of_sweep if case.misroutes else of_compare if case.compared else of_replay
    entries = of(case, world, found)
    return [("the run", found["run"], of_run(world), 1), *entries]


def of_run(world):
    """What the report says before any policy."""
    return {
        "queries": len(world.queries),
        "dropped": world.dropped,
        "baselines": [world.ids[b] for b in world.baselines],
        "pools": [of_pool(world, fallback) for fallback in world.fallbacks],
    }


def of_pool(world, fallback):
    local = [e for e in world.local if e != fallback]
    return {
        "fallback": world.ids[fallback],
        "local": [world.ids[e] for e in local],
        "coverage_local": coverage(world, local),
        "coverage": coverage(world, [*local, fallback]),
    }


def coverage(world, endpoints):
    """By scores alone, whether or not an account of that answer is missing."""
    right = lambda e, q: world.score(e, q) >= world.correct_at
    return sum(any(right(e, q) for e in endpoints) for q in world.queries) / len(world.queries)


def of_replay(case, world, found):
    pools = pools_of(case, world)
    known = {policy.file: policy for policy in case.policies}
    done, oracle = [], {}
    for entry in found["policies"]:
        policy = known.get(entry["name"].split(" (fallback")[0])
        if policy is None:
            continue  # a baseline's own policy, which the report adds
        # Policies that depend on no pool are held against the first.
        pool = pools[entry["fallback"] or world.ids[world.fallbacks[0]]]
        # LinUCB draws nothing, and has one replicate.
        outcomes = replay(pool, policy, 1 if policy.kind == "bandit" else case.flags.replicates)
        ours = figures.figures(outcomes, policy.settings.get("router_accuracy"))
        if policy.kind == "noisy-oracle":
            ours["expected"] = closed_form.expected(pool, policy)
        if entry["fallback"]:
            # The oracle of a pool is the first one that the command names.
            best = oracle.setdefault(entry["fallback"], ours["savings"])
            ours["regret"] = regret(best, ours["savings"])
        done.append((entry["name"], groups_by_key(entry), ours, len(outcomes.all)))
    missing = set(known) - {name.split(" (fallback")[0] for name, *_ in done}
    assert not missing, f"not in the report: {missing}"
    return done


def of_compare(case, world, found):
    """The equivalent router accuracies alone: the policies' figures are those of a replay."""
    pools = pools_of(case, world)
    curves = {fallback: equivalents.Curves(pool) for fallback, pool in pools.items()}
    known = {policy.file: policy for policy in case.policies}
    theirs = {one["policy"]: one for one in found["compare"]["policies"]}
    done = []
    for entry in found["policies"]:
        policy = known.get(entry["name"].split(" (fallback")[0])
        if policy is None:
            continue  # an endpoint's own policy, which the program adds
        fallbacks = [entry["fallback"]] if entry["fallback"] else list(pools)
        outcomes = replay(pools[fallbacks[0]], policy, case.flags.replicates)
        ours = figures.figures(outcomes, None)
        held = policy.kind not in ORACLES and not ours["unserved"] and not ours["skipped"]
        equal = [curves[fallback].equal_to(ours) for fallback in fallbacks] if held else []
        merged = {key: value for one in equal for key, value in one.items()}
        listed = equivalents.by_key(theirs[entry["name"]].get("equivalents", []))
        done.append((entry["name"], {"equivalents": listed}, {"equivalents": merged}, 1))
    return done


def pools_of(case, world):
    """By fallback; they share the draws."""
    draws = Draws(case.flags.seed, world.rows)
    return {world.ids[fallback]: policies.Pool(world, fallback, draws) for fallback in world.fallbacks}


def regret(best, own):
    less = lambda a, b: None if a is None or b is None else a - b
    return {b: {name: less(best[b][name], value) for name, value in saved.items()} for b, saved in own.items()}


def replay(pool, policy, replicates):
    outcomes = figures.Outcomes(pool, policy.settings if policy.kind in ORACLES else {}, replicates)
    for replicate in range(replicates):
        for query in pool.world.queries:
            plan = policies.plan(pool, policy, query, replicate)
            skipped = plan is policies.SKIP
            outcomes.add(plan if skipped else account.run(pool, policy, query, replicate, plan))
    return outcomes


def of_sweep(case, world, found):
    pools, done = pools_of(case, world), []
    for curve in found["curves"]:
        pool = pools[curve["fallback"]]
        for point in curve["points"]:
            policy = case.swept(curve["misroute"], point["router_accuracy"])
            outcomes = replay(pool, policy, case.flags.replicates)
            name = f"misroute {curve['misroute']} at {point['router_accuracy']}, fallback {curve['fallback']}"
            done.append((name, point, of_point(pool, policy, outcomes), len(outcomes.all)))
    points = len(case.misroutes) * len(world.fallbacks) * len(case.accuracies)
    assert len(done) == points, f"{len(done)} points of a sweep in the report, {points} expected"
    return done


def of_point(pool, policy, outcomes):
    """The figures of a replay at that accuracy, under the names of a sweep."""
    all_ = figures.figures(outcomes, policy.settings["router_accuracy"])
    hoped = closed_form.expected(pool, policy)
    savings = {b: {n: v and v["mean"] for n, v in saved.items()} for b, saved in hoped["savings"].items()}
    same = ("savings", "answer_accuracy", "totals", "per_query", "per_correct")
    return {
        **{name: all_[name] for name in same},
        "measured_router_accuracy": all_["router_accuracy"],
        "expected_savings": savings,
        "expected_answer_accuracy": hoped["answer_accuracy"]["mean"],
    }
