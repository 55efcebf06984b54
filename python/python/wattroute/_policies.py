"""Policies of a call: names and files, and objects of Python."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any


def hosted(value: Any) -> tuple[Any, list[tuple[str, Any]]]:
    """The names that a command line has for some policies, and those that are objects of Python with their names."""
    if value is None or isinstance(value, (str, os.PathLike)):
        return value, []
    if not isinstance(value, (list, tuple)) and not (isinstance(value, Iterable) and not callable(value)):
        value = [value]
    names, objects = [], []
    for one in value:
        if isinstance(one, (str, os.PathLike)):
            names.append(os.fspath(one))
        else:
            name = str(getattr(one, "name", None) or getattr(one, "__name__", None) or type(one).__name__)
            names.append(name)
            objects.append((name, one))
    return names, objects
