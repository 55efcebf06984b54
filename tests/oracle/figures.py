"""The figures of a report from what came of every query, after docs/semantics.md ("Router accuracy", "Savings").

Plain sums over the queries and replicates; a figure that is not known is None.
"""

import math
from collections import Counter

import policies
from traces import ACCOUNTS
from world import METRIC_OF


class Outcomes:
    """One policy in one pool: what came of every query in every replicate, and whom the oracle would have asked."""

    def __init__(self, pool, oracle, replicates):
        self.pool, self.world, self.replicates = pool, pool.world, replicates
        self.oracle = [policies.oracle_plan(pool, oracle, q) for q in self.world.queries]
        self.all = []
        self.skipped = 0

    def add(self, outcome):
        if outcome is policies.SKIP:
            self.skipped += 1
        else:
            self.all.append(outcome)

    def of_queries(self, queries):
        """The same, of these queries alone."""
        part = object.__new__(Outcomes)
        part.__dict__.update(self.__dict__, all=[o for o in self.all if o.query in queries])
        return part


def ratio(part, whole):
    return part / whole if part is not None and whole else None


def total(outcomes, metric):
    """The mean over replicates of the sum over the queries for which the figure is known; of none it is not known."""
    found = known(outcomes, metric)
    return math.fsum(o.paid[metric] for o in found) / outcomes.replicates if found else None


def known(outcomes, metric):
    return [o for o in outcomes.all if o.served and not math.isnan(o.paid[metric])]


def known_queries(outcomes, metric):
    return len(known(outcomes, metric)) / outcomes.replicates if metric in outcomes.world.accounts else 0


def savings(outcomes, baseline):
    """By account the saving, and for how many queries both sides are known."""
    world, found, counts = outcomes.world, {}, {}
    for name, metric in METRIC_OF.items():
        cells, able = world.cells[baseline][metric], world.able[baseline]
        both = [o for o in known(outcomes, metric) if able[o.query] and not math.isnan(cells[o.query])]
        counts[name] = len(both) / outcomes.replicates
        spent = ratio(math.fsum(o.paid[metric] for o in both), math.fsum(cells[o.query] for o in both))
        found[name] = None if spent is None or metric not in world.accounts else 1 - spent
        if metric not in world.accounts or not both:
            counts[name] = None
    return found, counts


def answer_accuracy(outcomes):
    """The mean score of what was served; an empty plan scores 0."""
    served = [o.score for o in outcomes.all if o.served]
    return ratio(math.fsum(served), len(served))


def relative_answer_accuracy(outcomes, baseline):
    """Over the queries that both answered."""
    world = outcomes.world
    both = [o for o in outcomes.all if o.served and world.able[baseline][o.query]]
    theirs = math.fsum(world.score(baseline, o.query) for o in both)
    return ratio(math.fsum(o.score for o in both), theirs)


def router_accuracy(outcomes, nominal):
    world, oracle, count = outcomes.world, outcomes.oracle, len(outcomes.all)
    same = same_tier = 0
    solvable = adequate = 0
    for o in outcomes.all:
        wanted = oracle[o.query][0][0] if oracle[o.query] else None
        same += o.first == wanted
        same_tier += (o.first in outcomes.pool.local) == (wanted in outcomes.pool.local)
        if any(world.correct(e, o.query) for e in outcomes.pool.members):
            solvable += 1
            adequate += o.correct
    return {
        "nominal": nominal,
        "agreement": ratio(same, count),
        "tier_agreement": ratio(same_tier, count),
        "adequate": ratio(adequate, solvable),
    }


def per_correct(outcomes, metric):
    """The total over the right answers; unknown where an answer's figure is."""
    served = [o for o in outcomes.all if o.served]
    if len(known(outcomes, metric)) < len(served):
        return None
    return ratio(math.fsum(o.paid[metric] for o in served), sum(o.correct for o in served))


def efficiency(outcomes):
    """Mean score over mean power and over mean energy."""
    score = answer_accuracy(outcomes)
    energy = [o.paid["energy_j"] for o in known(outcomes, "energy_j")]
    power = [o.paid["energy_j"] / o.paid["latency_s"] for o in outcomes.all if o.served and o.paid["latency_s"] > 0]
    power = [p for p in power if not math.isnan(p)]
    mean = lambda column: ratio(math.fsum(column), len(column))
    return {"apw": ratio(score, mean(power)), "apj": ratio(score, mean(energy))}


def shares(outcomes):
    """Of the queries: whose answer was taken, and who was asked."""
    ids, count = outcomes.world.ids, len(outcomes.all)
    served = Counter("none" if o.endpoint is None else ids[o.endpoint] for o in outcomes.all if o.served)
    asked = Counter(ids[e] for o in outcomes.all for e in o.attempts)
    local = sum(o.endpoint in outcomes.pool.local for o in outcomes.all if o.served)
    return {
        "share": {name: n / count for name, n in served.items()},
        "attempts": {name: n / count for name, n in asked.items()},
        "local_share": local / count,
    }


def estimated(outcomes):
    found = {}
    for name, metric in METRIC_OF.items():
        cells = known(outcomes, metric) if metric in outcomes.world.accounts else []
        part = math.fsum(o.estimated[metric] for o in cells)
        found[name] = ratio(part, math.fsum(o.paid[metric] for o in cells))
    return found


def latency_percentiles(outcomes):
    """The least latency that so many answered queries keep."""
    ordered = sorted(o.paid["latency_s"] for o in known(outcomes, "latency_s") if o.attempts)
    at = lambda p: ordered[math.ceil(p / 100 * len(ordered)) - 1] if ordered else None
    return {f"p{p}": at(p) for p in (50, 95, 99)}


def groups(outcomes, baselines):
    """By data set and category; a group of which every query is left out is none."""
    world, found = outcomes.world, {}
    for query in sorted({o.query for o in outcomes.all}):
        key = (world.query["dataset"][query], world.query["category"][query])
        found.setdefault(key, set()).add(query)
    return {key: group(outcomes.of_queries(members), baselines) for key, members in found.items()}


def group(outcomes, baselines):
    ids = outcomes.world.ids
    return {
        "queries": len(outcomes.all) / outcomes.replicates,
        "answer_accuracy": answer_accuracy(outcomes),
        "totals": totals(outcomes),
        "share": shares(outcomes)["share"],
        "savings": {ids[b]: savings(outcomes, b)[0] for b in baselines},
    }


def totals(outcomes):
    """A metric that nobody in use has is not known."""
    return {m: total(outcomes, m) if m in outcomes.world.accounts else None for m in ACCOUNTS}


def figures(outcomes, nominal):
    """Everything of a policy's entry in the report that the documents define and that has no interval."""
    world, baselines = outcomes.world, outcomes.world.baselines
    counts = {m: known_queries(outcomes, m) for m in ACCOUNTS}
    sums = totals(outcomes)
    saved = {world.ids[b]: savings(outcomes, b) for b in baselines}
    return {
        "queries": len(outcomes.all) / outcomes.replicates,
        "skipped": outcomes.skipped / outcomes.replicates,
        "unserved": sum(not o.served for o in outcomes.all) / outcomes.replicates,
        "answer_accuracy": answer_accuracy(outcomes),
        "relative_answer_accuracy": {world.ids[b]: relative_answer_accuracy(outcomes, b) for b in baselines},
        "router_accuracy": router_accuracy(outcomes, nominal),
        "totals": sums,
        "known": counts,
        "per_query": {m: ratio(sums[m], counts[m]) for m in ACCOUNTS},
        "per_correct": {m: per_correct(outcomes, m) if m in world.accounts else None for m in ACCOUNTS},
        "savings": {name: both[0] for name, both in saved.items()},
        "savings_queries": {name: both[1] for name, both in saved.items()},
        **shares(outcomes),
        **efficiency(outcomes),
        "estimated": estimated(outcomes),
        "latency_s": latency_percentiles(outcomes),
        "groups": groups(outcomes, baselines),
    }
