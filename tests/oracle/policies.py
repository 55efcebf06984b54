"""What each kind of policy plans for a query, from docs/semantics.md and policies/README.md.

A plan is a list of (endpoint, stop rule); SKIP means that the query leaves both sides of the comparison.
"""

import math

import numpy as np

from random_numbers import COIN, RANDOM_ROUTER, WRONG_ENDPOINT
from world import METRIC_OF

SKIP = None
ALWAYS = ("always",)
CORNERS = {"accept": (0.0, 0.0), "verify": (1.0, 0.0), "retry": (1.0, 1.0)}


class Pool:
    """A fallback with the local endpoints, in which a policy is replayed."""

    def __init__(self, world, fallback, draws):
        self.world, self.fallback, self.draws = world, fallback, draws
        self.members = world.pool(fallback)
        self.local = [e for e in world.local if e != fallback]
        self.oracles, self.learned = {}, {}

    def resolve(self, name):
        if name == "fallback":
            return self.fallback
        if name == "local":
            (only,) = self.local
            return only
        return self.world.ids.index(name)


def oracle_plan(pool, settings, query):
    """Worked out once for each query and oracle of a pool."""
    key = tuple(settings.get(name) for name in ("objective", "goal", "none_correct"))
    known = pool.oracles.setdefault(key, {})
    if query not in known:
        known[query] = choose(pool, settings, query)
    return known[query]


def choose(pool, settings, query):
    """docs/semantics.md, "Oracle"."""
    world = pool.world
    objective = settings.get("objective", world.flags.objective)
    able = world.available(query, pool.members)
    if settings.get("goal") == "best":
        # Whether correct or not; where all score 0 nobody is the best.
        top = max((world.score(e, query) for e in able), default=0.0)
        chosen = [e for e in able if world.score(e, query) == top > 0.0]
    else:
        chosen = [e for e in able if world.correct(e, query)]
    if chosen:
        return [(world.least(query, chosen, objective), ALWAYS)]
    if settings.get("goal") == "iso-accuracy":
        rule = "cheapest"
    else:
        rule = settings.get("none_correct", "cloud")
    if rule == "skip":
        return SKIP
    if rule == "free":
        return []
    if rule == "cheapest" and able:
        return [(world.least(query, able, objective), ALWAYS)]
    return [(pool.fallback, ALWAYS)]


def verifier(settings):
    """Detection and false alarm of the misroute rule, None for rules without a verifier."""
    misroute = settings.get("misroute", "cloud")
    if misroute == "local":
        return settings.get("detect", 0.0), settings.get("false_alarm", 0.0)
    return CORNERS.get(misroute)


def wrong_endpoints(pool, settings, query):
    """W: whom an error may go to."""
    world, plan = pool.world, oracle_plan(pool, settings, query)
    chosen = plan[0][0] if plan else None
    members = [e for e in world.available(query, pool.members) if e not in (chosen, pool.fallback)]
    if settings.get("wrong_from") == "failing":
        members = [e for e in members if not world.correct(e, query)]
    return members


def local_then_verifier(pool, settings, endpoint):
    rates = verifier(settings)
    if rates in (None, (0.0, 0.0)):
        return [(endpoint, ALWAYS)]
    return [(endpoint, ("verify", *rates)), (pool.fallback, ALWAYS)]


def misroutes(pool, settings, query):
    """The plans of a misrouted query, each as likely."""
    misroute = settings.get("misroute", "cloud")
    if misroute == "uniform":
        able = pool.world.available(query, pool.members)
        return [[(e, ALWAYS)] for e in able] or [[(pool.fallback, ALWAYS)]]
    return [[(pool.fallback, ALWAYS)]] if misroute == "cloud" else wrong_plans(pool, settings, query)


def wrong_plans(pool, settings, query):
    """To each of W; where W is empty the query goes to the fallback."""
    wrong = wrong_endpoints(pool, settings, query)
    return [local_then_verifier(pool, settings, e) for e in wrong] or [[(pool.fallback, ALWAYS)]]


def noisy_oracle_plan(pool, settings, query, replicate):
    plan = oracle_plan(pool, settings, query)
    if plan is SKIP:
        return SKIP
    if "cloud_to_local" in settings:
        return two_rates_plan(pool, settings, query, replicate, plan)
    if pool.draws.chance(COIN, replicate, query, settings["router_accuracy"]):
        return plan
    return pool.draws.one_of(WRONG_ENDPOINT, replicate, query, misroutes(pool, settings, query))


def two_rates_plan(pool, settings, query, replicate, plan):
    """With `cloud_to_local` the endpoint is drawn from W; a verifier also looks at local answers routed right."""
    chosen = plan[0][0] if plan else pool.fallback  # nobody is not local
    stays_local = chosen != pool.fallback
    rate = settings["local_to_cloud" if stays_local else "cloud_to_local"]
    errs = pool.draws.chance(COIN, replicate, query, rate)
    if stays_local:
        return [(pool.fallback, ALWAYS)] if errs else local_then_verifier(pool, settings, chosen)
    if not errs:
        return plan
    return pool.draws.one_of(WRONG_ENDPOINT, replicate, query, wrong_plans(pool, settings, query))


def random_plan(pool, settings, query, replicate):
    if "weights" in settings:
        names = sorted(settings["weights"])
        members = [pool.resolve(name) for name in names]
        weights = [settings["weights"][name] for name in names]
    else:
        share = settings["fallback_share"]
        members = [*pool.local, pool.fallback]
        weights = [(1 - share) / len(pool.local)] * len(pool.local) + [share]
    return [(pool.draws.weighted(RANDOM_ROUTER, replicate, query, members, weights), ALWAYS)]


def threshold_plan(pool, settings, query):
    value = pool.world.query["feature_" + settings["column"]][query]
    if math.isnan(value):
        return [(pool.resolve(settings["missing"]), ALWAYS)]
    return [(pool.resolve(side(settings, value)), ALWAYS)]


def side(settings, value):
    if value >= settings["at_least"]:
        return settings.get("high", "fallback")
    return settings.get("low", "local")


def by_category_plan(pool, settings, query):
    kind = pool.world.query[settings.get("by", "category")][query]
    return [(pool.resolve(settings["route"].get(kind, settings["default"])), ALWAYS)]


def cascade_plan(pool, settings):
    """The same for every query: the engine runs the judge, the confidence and the budget."""
    if "order" in settings:
        order = [pool.resolve(name) for name in settings["order"]]
    else:
        order = sorted(pool.members, key=lambda e: mean_cost(pool.world, e))
    if "confidence_at_least" in settings:
        rule = ("confidence", settings["confidence_at_least"])
    else:
        rule = ("judge", settings.get("judge_error", 0.0))
    return [(e, rule) for e in order]


def mean_cost(world, endpoint):
    """Over all answers of the trace, those of dropped queries too: an order is known before a replay."""
    cells = world.trace.endpoints[endpoint].cells["cost_usd"]
    known = cells[~np.isnan(cells)].tolist()
    return math.fsum(known) / len(known)


def contexts(world):
    """A constant 1, and both columns with mean 0 and variance 1 over all queries of the trace, 0 where missing."""
    columns = [np.ones(len(world.queries))]
    for name in ("feature_hard", "feature_gappy"):
        whole = world.trace.query[name]
        standardised = (world.query[name] - np.nanmean(whole)) / np.nanstd(whole)
        # The program keeps features in single precision.
        columns.append(np.nan_to_num(standardised.astype(np.float32)).astype(float))
    return np.column_stack(columns)


def bandit_choices(pool, settings):
    """LinUCB (docs/semantics.md, "Policies that learn while they route"): the endpoint of each query, in their order."""
    world, x, lam = pool.world, contexts(pool.world), settings["lambda"]
    # A size is nothing that an answer takes.
    of_run = world.flags.objective
    metric = METRIC_OF[settings.get("objective", "energy" if of_run == "size" else of_run)]
    inverse = [np.linalg.inv(settings["ridge"] * np.eye(x.shape[1]))] * len(pool.members)
    sums = [np.zeros((x.shape[1], 2)) for _ in pool.members]
    scale, chosen = settings.get("scale", 0.0), []
    for query in world.queries:
        row = x[query]
        worth = []
        for a, b in zip(inverse, sums):
            score, amount = row @ a @ b
            spent = amount / scale if scale > 0 else 0.0
            worth.append((1 - lam) * score - lam * spent + settings["alpha"] * math.sqrt(row @ a @ row))
        arm = worth.index(max(worth))
        endpoint = pool.members[arm]
        chosen.append(endpoint)
        # What has no weight may be missing; an answer that lacks what has teaches nothing, nor does none at all.
        told = np.array([world.score(endpoint, query), world.cells[endpoint][metric][query] if lam > 0 else 0.0])
        if not world.able[endpoint][query] or np.isnan(told).any():
            continue
        if "scale" not in settings:
            scale = max(scale, told[1])
        inverse[arm] = np.linalg.inv(np.linalg.inv(inverse[arm]) + np.outer(row, row))
        sums[arm] = sums[arm] + np.outer(row, told)
    return chosen


def bandit_plan(pool, policy, query):
    if policy.name not in pool.learned:
        pool.learned[policy.name] = bandit_choices(pool, policy.settings)
    return [(pool.learned[policy.name][query], ALWAYS)]


def learned_plan(pool, settings, query):
    """Rules whose choice no fit decides: every prediction is at least 0, and none of a ranking is 1."""
    if settings["rule"]["tau"] > 0:
        return [(pool.fallback, ALWAYS)]
    sizes = [pool.world.trace.endpoints[e].params_total_b for e in pool.members]
    return [(pool.members[sizes.index(min(sizes))], ALWAYS)]


def recorded_plan(pool, settings, query, recorded):
    value = recorded.get(pool.world.rows[query])
    if value is None:
        return [(pool.resolve(settings["missing"]), ALWAYS)]
    if "score" in settings:
        return [(pool.resolve(side(settings, value)), ALWAYS)]
    return [(_named(pool, settings.get("endpoints", {}).get(value, value)), ALWAYS)]


def _named(pool, name):
    """An endpoint, `fallback`, `local`, or a model that has one endpoint."""
    models = [i for i, known in enumerate(pool.world.ids) if known.split("@")[0] == name]
    return models[0] if len(models) == 1 else pool.resolve(name)


def plan(pool, policy, query, replicate):
    settings = policy.settings
    if policy.kind == "always":
        return [(pool.resolve(settings["endpoint"]), ALWAYS)]
    if policy.kind == "cascade":
        return cascade_plan(pool, settings)
    drawn = {"noisy-oracle": noisy_oracle_plan, "random": random_plan}
    if policy.kind in drawn:
        return drawn[policy.kind](pool, settings, query, replicate)
    if policy.kind == "bandit":
        return bandit_plan(pool, policy, query)
    if policy.kind == "learned":
        return learned_plan(pool, settings, query)
    if policy.kind == "recorded":
        return recorded_plan(pool, settings, query, policy.recorded)
    kinds = {"oracle": oracle_plan, "threshold": threshold_plan, "by-category": by_category_plan}
    return kinds[policy.kind](pool, settings, query)
