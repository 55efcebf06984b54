"""What a plan costs (docs/semantics.md, "What a plan costs"): every attempt is paid, the last answer counts."""

from dataclasses import dataclass, field

from random_numbers import FIRST_VERDICT
from traces import ACCOUNTS


@dataclass
class Served:
    """What came of one query. `endpoint` is None where the plan was empty and nobody served."""

    query: int
    first: int | None  # whom the plan names first, whether or not that endpoint could serve
    served: bool = True
    endpoint: int | None = None
    score: float = 0.0
    correct: bool = False
    attempts: list = field(default_factory=list)
    paid: dict = field(default_factory=dict)
    estimated: dict = field(default_factory=dict)


def run(pool, policy, query, replicate, plan):
    world = pool.world
    done = Served(query, plan[0][0] if plan else None)
    done.paid = {m: policy.overhead.get(m, 0.0) for m in ACCOUNTS}
    done.estimated = dict.fromkeys(ACCOUNTS, 0.0)
    spent = 0.0
    for place, (endpoint, stop) in enumerate(plan):
        if not world.able[endpoint][query]:
            continue
        cost = world.cells[endpoint]["cost_usd"][query]
        if done.attempts and "budget_usd" in policy.settings and cost >= policy.settings["budget_usd"] - spent:
            break
        spent += cost
        pay(world, done, endpoint, query)
        if stands(pool, done, stop, query, replicate, place):
            break
    if plan and not done.attempts:
        return Served(query, done.first, served=False)
    return done


def pay(world, done, endpoint, query):
    done.attempts.append(endpoint)
    done.endpoint = endpoint
    done.score = world.score(endpoint, query)
    done.correct = world.correct(endpoint, query)
    for metric in ACCOUNTS:
        amount = world.cells[endpoint][metric][query]
        done.paid[metric] += amount
        if metric in world.sources[endpoint] and world.sources[endpoint][metric][query]:
            done.estimated[metric] += amount


def stands(pool, done, stop, query, replicate, place):
    """Whether the answer just given is kept. Each place in a plan draws verdicts of its own."""
    rule, *settings = stop
    if rule == "always":
        return True
    if rule == "confidence":
        confidence = pool.world.cells[done.endpoint]["confidence"][query]
        return confidence >= settings[0]  # an unknown confidence is below any
    verdict = FIRST_VERDICT + place
    if rule == "judge":
        errs = pool.draws.chance(verdict, replicate, query, settings[0])
        return done.correct != errs
    detect, false_alarm = settings
    return not pool.draws.chance(verdict, replicate, query, false_alarm if done.correct else detect)
