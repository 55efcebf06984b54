"""Parts of a replay, for an engine that runs them in many processes: cut, tally each, merge.

Dask has :mod:`wattroute.dask`. Any other engine that runs functions and returns bytes needs three steps:

>>> import wattroute
>>> from wattroute import tallies
>>> trace = wattroute.synth("ipw-routing", queries=8000)
>>> job = tallies.Job(trace, ["oracle", "random"], {"seed": 1})
>>> parts = tallies.cut(trace, 2)
>>> parts
[(0, 4096), (4096, 8000)]
>>> made = [job.tally(part) for part in parts]
>>> result = tallies.merge(job, made)
>>> result.to_dict() == trace.replay(["oracle", "random"], seed=1).to_dict()
True
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Optional

from . import _wattroute
from ._policies import hosted
from ._result import Result
from ._types import Policies, Text
from ._words import EVERYWHERE, VERBS, command

Part = tuple[int, int]
"""The first of some queries, and the one behind the last."""

# What a job settles itself, and what a tally is not asked.
_NOT_OPTIONS = {"trace", "policy", "rows", "tally", "out", "stream", "help", "json", "quiet"}


class Job:
    """What is replayed, and how: the same for every part. It can be pickled, and read where its files are not: policies
    are found where it is made.

    ``options`` are those of :meth:`wattroute.Trace.replay`.
    """

    def __init__(self, trace: Text, policies: Policies, options: Optional[Mapping[str, Any]] = None) -> None:
        self.trace: str = os.fspath(trace)
        """The trace: a folder, a name in the program, or what another machine makes one of."""
        self.policies: list[tuple[str, str]] = [(name, _wattroute.policy_text(name)) for name in _names(policies)]
        """The policies: names, and the text of each."""
        given = {_option(name): value for name, value in (options or {}).items()}
        # In the order of `Trace.replay`, so that a report's manifest says the same.
        self.options: dict[str, Any] = {name: given[name] for name in [*VERBS["replay"], *EVERYWHERE] if name in given}
        """Options of `replay`."""

    def words(self, trace: Optional[str] = None, more: Optional[Mapping[str, Any]] = None) -> list[str]:
        """The words of the command line, of a trace that lies elsewhere where one is named."""
        policies = [name for name, _ in self.policies]
        return command("replay", [trace or self.trace], {"policy": policies, **self.options, **(more or {})})

    def tally(self, part: Part, trace: Optional[Text] = None) -> bytes:
        """The tally of a part: some hundred kilobytes for each policy. ``trace`` is where it lies on this machine."""
        start, end = part
        with tempfile.TemporaryDirectory(prefix="wattroute-") as folder:
            file = Path(folder) / "part.tally"
            place = None if trace is None else os.fspath(trace)
            _wattroute.tally(self.words(place, {"rows": f"{start}..{end}", "tally": file}), self.policies)
            return file.read_bytes()


def cut(trace: Text, parts: int) -> list[Part]:
    """Cuts a trace into so many parts of about one size: between row groups, which then are decoded once, and where
    there are fewer of those, between blocks of queries. No part is empty, so that there may be fewer."""
    return cut_at(*_wattroute.bounds(os.fspath(trace)), parts)


def cut_at(block: int, bounds: list[int], parts: int) -> list[Part]:
    """The same from the rows of a block, and where row groups begin."""
    if parts < 1:
        raise ValueError(f"a trace is cut into 1 part and more, not {parts}")
    queries = bounds[-1]
    # Row groups of other programs need not be whole blocks.
    groups = sorted({bound // block * block for bound in bounds[:-1]})
    places = groups if len(groups) >= parts else list(range(0, queries, block))
    parts = min(parts, len(places))
    starts = [places[number * len(places) // parts] for number in range(parts)]
    return list(zip(starts, [*starts[1:], queries]))


def merge(job: Job, made: Iterable[bytes]) -> Result:
    """The result of a job from the tallies of all its parts, in any order: the very one that :meth:`wattroute.Trace.replay`
    gives."""
    named = [(f"tally {number}", tally) for number, tally in enumerate(made)]
    return Result(_wattroute.merge(named, _deciding(job)))


def _deciding(job: Job) -> list[str]:
    """The words that a report keeps: without those that change nothing in it."""
    said = {name: value for name, value in job.options.items() if name not in ("threads", "force")}
    return command("replay", [job.trace], {"policy": [name for name, _ in job.policies], **said})


def _names(policies: Policies) -> list[str]:
    names: list[str]
    names, objects = hosted([policies] if isinstance(policies, (str, os.PathLike)) else policies)
    if objects:
        raise TypeError(f"a part of a trace is replayed under policies by name or file, not under an object: {objects[0][1]!r}")
    return names


def _option(name: str) -> str:
    option = name.replace("_", "-")
    known = {*VERBS["replay"], *EVERYWHERE} - _NOT_OPTIONS
    if option not in known:
        allowed = ", ".join(sorted(one.replace("-", "_") for one in known))
        raise TypeError(f"`{name}` is no option of a replay in parts: {allowed}")
    return option
