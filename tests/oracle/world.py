"""What a run knows before any policy: roles, the queries that stay, who can serve them, who is right.

From docs/semantics.md: "Roles", "What is correct", "Missing cells", "Oracle".
"""

import math
from dataclasses import dataclass, field

from traces import ACCOUNTS

METRIC_OF = {"energy": "energy_j", "flops": "flops", "cost": "cost_usd", "latency": "latency_s"}
FLAG_OF = {metric: name for name, metric in METRIC_OF.items()}


@dataclass
class Flags:
    """The flags of a command, as far as this check uses them."""

    baselines: list
    fallback: str | None = None
    local: list | None = None
    objective: str = "size"
    missing: dict = field(default_factory=dict)  # rule by metric; "" is for all
    metrics: list | None = None
    replicates: int = 2
    seed: int = 0

    def arguments(self):
        found = ["--objective", self.objective, "--replicates", str(self.replicates), "--seed", str(self.seed)]
        found += ["--baseline", ",".join(self.baselines)]
        found += ["--fallback", self.fallback] if self.fallback else []
        found += ["--local", ",".join(self.local)] if self.local else []
        found += ["--metrics", ",".join(self.metrics)] if self.metrics else []
        for metric, rule in self.missing.items():
            found += ["--missing", f"{metric}={rule}" if metric else rule]
        return found


class World:
    """A trace under the flags of a command. Queries are numbered anew from 0, endpoints as in the trace."""

    def __init__(self, trace, flags, named=()):
        """`named`: endpoints that policies name; these are in use as those of the pools are."""
        self.trace, self.flags = trace, flags
        self.ids = [e.id for e in trace.endpoints]
        self.sizes = [e.params_total_b for e in trace.endpoints]
        self.tiers = [e.tier for e in trace.endpoints]
        self.local = self._local()
        self.baselines = [self.ids.index(b) for b in flags.baselines]
        self.fallbacks = [self.ids.index(flags.fallback)] if flags.fallback else self.baselines
        self.used = sorted({*self.local, *self.baselines, *self.fallbacks, *map(self.ids.index, named)})
        self.accounts = [m for m in ACCOUNTS if any(m in trace.endpoints[e].cells for e in self.used)]
        # What oracles make small is needed whatever `--metrics` says.
        wanted = [METRIC_OF.get(m) for m in (*flags.metrics, flags.objective)] if flags.metrics else self.accounts
        self.needed = ["score", *[m for m in self.accounts if m in wanted]]
        self.correct_at = trace.defaults.get("correct_at", 1.0)
        self._select()

    def _local(self):
        if self.flags.local:
            return [i for i, name in enumerate(self.ids) if name in self.flags.local]
        return [i for i, tier in enumerate(self.tiers) if tier != "cloud"]

    def _rule(self, metric):
        rules = self.flags.missing
        return rules.get(FLAG_OF.get(metric, metric), rules.get("", "require"))

    def _select(self):
        kept = [q for q in range(len(self.trace)) if not self._lacks(q, "complete")]
        self.dropped = len(self.trace) - len(kept)
        self.rows = self.trace.rows[kept]
        self.query = {name: column[kept] for name, column in self.trace.query.items()}
        # A metric without a column is missing in every cell.
        nothing = [math.nan] * len(kept)
        self.cells = [
            {m: e.cells[m][kept].tolist() if m in e.cells else nothing for m in ("score", "confidence", *ACCOUNTS)}
            for e in self.trace.endpoints
        ]
        self.sources = [{m: c[kept].tolist() for m, c in e.sources.items()} for e in self.trace.endpoints]
        self.able = [[self._able(e, q) for q in kept] for e in range(len(self.ids))]
        self.queries = range(len(kept))

    def _lacks(self, query, rule):
        metrics = [m for m in self.needed if self._rule(m) == rule]
        return any(self._missing(e, m, query) for e in self.used for m in metrics)

    def _missing(self, endpoint, metric, query):
        column = self.trace.endpoints[endpoint].cells.get(metric)
        return column is None or math.isnan(column[query])

    def _able(self, endpoint, query):
        metrics = [m for m in self.needed if self._rule(m) == "unavailable"]
        return not any(self._missing(endpoint, m, query) for m in metrics)

    def pool(self, fallback):
        """In the order of the trace, which breaks ties."""
        return sorted({*self.local, fallback})

    def available(self, query, endpoints):
        return [e for e in endpoints if self.able[e][query]]

    def score(self, endpoint, query):
        return self.cells[endpoint]["score"][query]

    def correct(self, endpoint, query):
        return self.able[endpoint][query] and self.score(endpoint, query) >= self.correct_at

    def amount(self, endpoint, query, objective):
        if objective == "size":
            return self.sizes[endpoint]
        return self.cells[endpoint][METRIC_OF[objective]][query]

    def least(self, query, endpoints, objective):
        """Of equals the first; `min` keeps it."""
        return min(endpoints, key=lambda e: self.amount(e, query, objective))
