"""Calls of verbs in this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Optional

from . import _wattroute
from ._progress import Progress, told
from ._result import Result
from ._words import command


def call(
    verb: str,
    arguments: Iterable[Any],
    options: Mapping[str, Any],
    *,
    progress: Progress = False,
    policies: Optional[list[tuple[str, Any]]] = None,
    tables: Optional[list[tuple[str, Any]]] = None,
    mappings: Optional[list[tuple[str, str]]] = None,
) -> Result:
    """Runs a verb, with policies, tables and mappings that stand in no file by their names."""
    tell, end = told(progress)
    words = command(verb, arguments, options)
    try:
        return Result(_wattroute.call(words, policies or [], tables or [], mappings or [], tell))
    finally:
        end()
