"""Traces: in a folder, in the program, or in a temporary folder that lives as long as the object."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any, Callable, Optional, Union

from . import _wattroute
from ._result import Result
from ._verbs import TraceVerbs

Text = Union[str, "os.PathLike[str]"]


class Trace(TraceVerbs):
    """A trace: what several models did with the same queries. The verbs are its methods.

    Made by :func:`wattroute.open`, :func:`wattroute.import_`, :func:`wattroute.synth` and :meth:`enrich`.
    """

    def __init__(self, place: Text) -> None:
        self.place: str = os.fspath(place)
        """The folder, or the name of a trace in the program: what the command line calls it."""
        self.made: Optional[Result] = None
        """What making it said, where this process made it."""
        # A temporary folder stays as long as some object is of it.
        self._of = place if isinstance(place, Trace) else None
        _wattroute.find(self.place)

    def __repr__(self) -> str:
        return f"wattroute.open({self.place!r})"

    def __fspath__(self) -> str:
        return self.place


def open(trace: Text) -> Trace:  # noqa: A001 - the verb of every library that reads files
    """Opens a trace: a folder, or the name of one in the program (``ladder``, ``toy``).

    >>> import wattroute
    >>> wattroute.open("toy").inspect().to_dict()["queries"]
    12
    """
    return Trace(trace)


def made(out: Optional[Text], name: str, make: Callable[[Text], Result]) -> Trace:
    """A trace that ``make`` writes to ``out``, or to a temporary folder."""
    if out is not None:
        result = make(out)
        trace = Trace(out)
    else:
        folder = tempfile.mkdtemp(prefix="wattroute-")
        try:
            place = Path(folder) / name
            result = make(place)
            trace = Trace(place)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        weakref.finalize(trace, shutil.rmtree, folder, ignore_errors=True)
    trace.made = result
    return trace
