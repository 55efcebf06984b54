"""Equivalent router accuracies (docs/compare.md, "The equivalent router accuracy").

Both ends of a noisy oracle's curve as sums, and where a policy's own ratio lies between them.
"""

import math

import closed_form
from world import METRIC_OF

MISROUTES = ("cloud", "accept", "verify", "retry", "uniform")
# Beyond an end by less is that end; ends that differ by less are the same.
ROUNDING = 1e-9


class Curves:
    """The curves of the noisy oracles over a pool."""

    def __init__(self, pool):
        self.pool = pool
        own = [b for b in pool.world.baselines if b == pool.fallback]
        self.baselines = own or pool.world.baselines
        self.right = self._sums(1.0, "cloud")
        self.wrong = {misroute: self._sums(0.0, misroute) for misroute in MISROUTES}

    def _sums(self, accuracy, misroute):
        """(part, whole) of the answer accuracy, and of what is taken by baseline and account."""
        pool, world = self.pool, self.pool.world
        policy = _Bare({"router_accuracy": accuracy, "misroute": misroute})
        possible = {}
        for query in world.queries:
            found = closed_form.plans(pool, policy.settings, query)
            possible[query] = [(p * q, *end) for p, plan in found for q, *end in closed_form.ends(pool, policy, query, plan)]
        scores = [(p, score) for one in possible.values() for p, score, _ in one if score is not None]
        sums = {"answers": (math.fsum(p * s for p, s in scores), math.fsum(p for p, _ in scores))}
        for baseline in self.baselines:
            for name, metric in METRIC_OF.items():
                sums[baseline, name] = self._taken(possible, baseline, metric)
        return sums

    def _taken(self, possible, baseline, metric):
        world = self.pool.world
        cells, able = world.cells[baseline][metric], world.able[baseline]
        both = [q for q in world.queries if able[q] and not math.isnan(cells[q])]
        found = [(p, x, cells[q]) for q in both for p, x in closed_form.amounts(possible[q], metric)]
        return math.fsum(p * x for p, x, _ in found), math.fsum(p * b for p, _, b in found)

    def equal_to(self, figures):
        """By fallback, baseline and misroute what equals a policy of these figures."""
        ids, found = self.pool.world.ids, {}
        for baseline in self.baselines:
            for misroute in MISROUTES:
                saved = figures["savings"][ids[baseline]]
                by_savings = {n: self._by_saving(baseline, n, misroute, saved[n]) for n in METRIC_OF}
                by_answers = self._at("answers", misroute, figures["answer_accuracy"], rises=True)
                key = f"{ids[self.pool.fallback]} {ids[baseline]} {misroute}"
                found[key] = {"by_savings": by_savings, "by_answers": by_answers}
        return found

    def _by_saving(self, baseline, name, misroute, saved):
        known = METRIC_OF[name] in self.pool.world.accounts and saved is not None
        return self._at((baseline, name), misroute, 1 - saved, rises=False) if known else None

    def _at(self, which, misroute, ratio, rises):
        """`rises`: whether more of the ratio is better."""
        (n0, d0), (n1, d1) = self.wrong[misroute][which], self.right[which]
        if ratio is None or d0 <= 0 or d1 <= 0:
            return None
        low, high = n0 / d0, n1 / d1
        if abs(high - low) <= ROUNDING * max(abs(low), abs(high)):
            return {"router_accuracy": None, "lies": "flat_curve", "falls": False}
        wrong, right = n0 - ratio * d0, n1 - ratio * d1
        accuracy = wrong / (wrong - right)
        accuracy = next((end for end in (0.0, 1.0) if abs(accuracy - end) < ROUNDING), accuracy)
        more = (ratio > max(low, high)) == rises
        lies = "on_curve" if 0 <= accuracy <= 1 else "above_curve" if more else "below_curve"
        drawn_on = accuracy * d1 + (1 - accuracy) * d0 > 0
        return {"router_accuracy": accuracy if drawn_on else None, "lies": lies, "falls": (high < low) == rises}


class _Bare:
    """A noisy oracle without an overhead."""

    def __init__(self, settings):
        self.settings, self.overhead = settings, {}


def by_key(found):
    """The report's list as a table, as ours is."""
    return {f"{one['fallback']} {one['baseline']} {one['misroute']}": {k: one[k] for k in ("by_savings", "by_answers")} for one in found}
