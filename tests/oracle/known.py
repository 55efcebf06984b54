"""Where the program departs from the documents: each case must still depart as described, or go to the others."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import check
from cases import Case
from program import Policy, ProgramFailed
from traces import Shape, generate
from world import Flags


@dataclass
class Known:
    reason: str
    case: Case
    refusal: str  # how the program's message begins


def unanswered_confidence(rule):
    """Two endpoints, of which the local one did not answer some queries; every answer has a confidence."""
    trace = generate(Shape("confidence", queries=40, locals=1, unanswered=0.2), 1)
    cloud = next(e.id for e in trace.endpoints if e.tier == "cloud")
    policy = Policy("by-confidence", "cascade", {"confidence_at_least": 0.5})
    return Case(f"confidence-{rule}", trace, Flags([cloud], missing={"": rule}), [policy])


KNOWN = [
    Known(
        f"a cascade by confidence is refused where an endpoint did not answer, though {why}",
        unanswered_confidence(rule),
        "error: a cascade by confidence needs the confidence of every answer but the last",
    )
    for rule, why in (
        ("complete", "`complete` drops such queries"),
        ("unavailable", "under `unavailable` a cascade passes over that endpoint, unpaid"),
    )
]


SD_OF_RATIO = (
    "the standard deviation of an expected answer accuracy (or saving) leaves out that the number of queries served "
    "(or known) varies with the draws too; simulated replicates spread as ours says"
)


def run(program, comparison):
    """The messages of those that no longer are as described."""
    changed = []
    if comparison.known:
        print(f"KNOWN DISAGREEMENT in {comparison.known} of {comparison.known_possible} figures: {SD_OF_RATIO}", flush=True)
    elif comparison.known_possible:
        changed.append(f"no longer a disagreement, take it out of known.py: {SD_OF_RATIO}")
    for one in KNOWN:
        with tempfile.TemporaryDirectory() as folder:
            try:
                check.run(one.case, program, Path(folder))
            except ProgramFailed as failed:
                if one.refusal in str(failed):
                    print(f"{one.case.name}: KNOWN DISAGREEMENT: {one.reason}", flush=True)
                else:
                    changed.append(f"trace {one.case.name}: another message than the known one: {failed}")
                continue
        changed.append(f"{one.case.name} runs now: move it from known.py to cases.py ({one.reason})")
    return changed
