"""How verbs are called: what of a call stands in no file goes by a name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from ._call import call
from ._policies import hosted
from ._progress import Progress
from ._result import Result
from ._toml import toml

if TYPE_CHECKING:
    from ._trace import Trace

# What the command line would call a mapping and a table that stand in no file.
MAPPING = "mapping"
TABLE = "table"

# The options whose values may be objects that route.
POLICIES = ("policy", "router")


def _call(verb: str, arguments: list[Any], options: dict[str, Any], progress: Progress = False) -> Result:
    objects: list[tuple[str, Any]] = []
    for option in POLICIES:
        if option in options:
            options[option], found = hosted(options[option])
            objects += found
    return call(verb, arguments, options, progress=progress, policies=objects)


def _synthesized(arguments: list[Any], options: dict[str, Any], progress: Progress) -> Trace:
    from ._trace import made

    name = Path(os.fspath(arguments[0])).stem
    return made(options["out"], name, lambda out: _call("synth", arguments, {**options, "out": out}, progress))


def _imported(arguments: list[Any], options: dict[str, Any], progress: Progress) -> Trace:
    from ._trace import made

    format, given = arguments
    files, tables = split(given)
    mappings: list[tuple[str, str]] = []
    mapping = options["map"]
    if isinstance(mapping, Mapping):
        options["map"], mappings = MAPPING, [(MAPPING, toml(mapping))]
    elif isinstance(mapping, str) and "\n" in mapping:
        options["map"], mappings = MAPPING, [(MAPPING, mapping)]
    names = [*files, *(name for name, _ in tables)]

    def make(out: Any) -> Result:
        return call("import", [format, names], {**options, "out": out}, progress=progress, tables=tables, mappings=mappings)

    return made(options["out"], options["name"] or "trace", make)


def split(given: Any) -> tuple[list[str], list[tuple[str, Any]]]:
    """The files of an import, and its tables in memory with their names."""
    if isinstance(given, (str, os.PathLike)):
        return [os.fspath(given)], []
    if hasattr(given, "__arrow_c_stream__"):
        return [], [(TABLE, given)]
    if isinstance(given, Mapping):
        return [], list(given.items())
    files: list[str] = []
    tables: list[tuple[str, Any]] = []
    for one in given:
        if hasattr(one, "__arrow_c_stream__"):
            tables.append((f"{TABLE}-{len(tables) + 1}", one))
        else:
            files.append(os.fspath(one))
    return files, tables


class OfTrace:
    """A trace, for its verbs."""

    place: str

    def _call(self, verb: str, arguments: list[Any], options: dict[str, Any], progress: Progress = False) -> Result:
        return _call(verb, [self.place, *arguments], options, progress)

    def _enriched(self, arguments: list[Any], options: dict[str, Any], progress: Progress) -> Trace:
        from ._trace import Trace, made

        if options["out"] is None and options["force"]:
            result = self._call("enrich", arguments, options, progress)
            trace = Trace(self)  # type: ignore[arg-type]
            trace.made = result
            return trace
        name = Path(self.place).name
        return made(options["out"], name, lambda out: self._call("enrich", arguments, {**options, "out": out}, progress))
