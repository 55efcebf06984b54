"""Expectations of a noisy oracle in closed form (docs/semantics.md, "Noisy oracle and misroutes").

Every plan that a query may get is laid out with its probability, verdicts included; what stands in the documents as
a·o + (1 − a)·m is the mean over them. Queries draw independently.
"""

import math

import policies
from traces import ACCOUNTS
from world import METRIC_OF


def plans(pool, settings, query):
    """(probability, plan) of all plans of a query; none for a query that is left out."""
    plan = policies.oracle_plan(pool, settings, query)
    if plan is policies.SKIP:
        return []
    if "cloud_to_local" in settings:
        return two_rates(pool, settings, query, plan)
    accuracy = settings["router_accuracy"]
    return [(accuracy, plan), *spread(1 - accuracy, policies.misroutes(pool, settings, query))]


def spread(probability, members):
    return [(probability / len(members), one) for one in members]


def two_rates(pool, settings, query, plan):
    if plan and plan[0][0] != pool.fallback:
        rate = settings["local_to_cloud"]
        right = policies.local_then_verifier(pool, settings, plan[0][0])
        return [(1 - rate, right), (rate, [(pool.fallback, policies.ALWAYS)])]
    rate = settings["cloud_to_local"]
    return [(1 - rate, plan), *spread(rate, policies.wrong_plans(pool, settings, query))]


def ends(pool, policy, query, plan):
    """(probability, score or None where unserved, amounts) of all that a plan may come to."""
    world = pool.world
    overhead = {m: policy.overhead.get(m, 0.0) for m in ACCOUNTS}
    if not plan:
        return [(1.0, 0.0, overhead)]
    first, stop = plan[0]
    if not world.able[first][query]:
        return [(1.0, None, {})]
    once = {m: overhead[m] + world.cells[first][m][query] for m in ACCOUNTS}
    kept = (1.0, world.score(first, query), once)
    if stop[0] != "verify" or not world.able[plan[1][0]][query]:
        return [kept]
    last = plan[1][0]
    sent = stop[2] if world.correct(first, query) else stop[1]
    twice = {m: once[m] + world.cells[last][m][query] for m in ACCOUNTS}
    return [(1 - sent, *kept[1:]), (sent, world.score(last, query), twice)]


def quotient(cases):
    """Of each query (probability, amount, base): the ratio of the expected sums, and its standard deviation.

    The second is that of the amounts less the ratio times the bases, which is exact where bases do not vary.
    """
    base = math.fsum(p * b for one in cases for p, _, b in one)
    if not base:
        return None, None
    value = math.fsum(p * x for one in cases for p, x, _ in one) / base
    return value, deviation([[(p, x - value * b) for p, x, b in one] for one in cases]) / base


def deviation(cases):
    variances = []
    for one in cases:
        rest = 1 - math.fsum(p for p, _ in one)
        mean = math.fsum(p * x for p, x in one)
        variances += [p * (x - mean) ** 2 for p, x in one] + [rest * mean**2]
    return math.sqrt(max(0.0, math.fsum(variances)))


def expected(pool, policy):
    """Totals, answer accuracy and savings: means, and standard deviations in one replicate."""
    world = pool.world
    possible = []
    for query in world.queries:
        found = plans(pool, policy.settings, query)
        possible.append([(p * q, *end) for p, plan in found for q, *end in ends(pool, policy, query, plan)])
    scores = [[(p, score, 1.0) for p, score, _ in one if score is not None] for one in possible]
    mean, sd = quotient(scores)
    return {
        "totals": {m: total(pool, possible, m) for m in ACCOUNTS},
        "answer_accuracy": {"mean": mean, "sd": sd},
        "savings": {world.ids[b]: savings(pool, possible, b) for b in world.baselines},
    }


def amounts(one, metric):
    """(probability, amount) where the query is served and its amount known."""
    return [(p, a[metric]) for p, score, a in one if score is not None and not math.isnan(a[metric])]


def total(pool, possible, metric):
    if metric not in pool.world.accounts:
        return None
    cases = [amounts(one, metric) for one in possible]
    return {"mean": math.fsum(p * x for one in cases for p, x in one), "sd": deviation(cases)}


def savings(pool, possible, baseline):
    world, found = pool.world, {}
    for name, metric in METRIC_OF.items():
        cells, able = world.cells[baseline][metric], world.able[baseline]
        both = [q for q in world.queries if able[q] and not math.isnan(cells[q])]
        spent, sd = quotient([[(p, x, cells[q]) for p, x in amounts(possible[q], metric)] for q in both])
        absent = spent is None or metric not in world.accounts
        found[name] = None if absent else {"mean": 1 - spent, "sd": sd}
    return found
