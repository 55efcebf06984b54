"""Policies of a call: names and files, and routers that are written in Python."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from . import _routers


def hosted(value: Any) -> tuple[Any, list[tuple[str, Any]]]:
    """The names that a command line has for some policies, and those that are routers of Python with their names."""
    if value is None or isinstance(value, (str, os.PathLike)):
        return value, []
    names: list[str] = []
    objects: list[tuple[str, Any]] = []

    def add(one: Any, name: Any = None) -> None:
        if isinstance(one, (str, os.PathLike)) and name is None:
            names.append(os.fspath(one))
        elif isinstance(one, Mapping):
            for key, each in one.items():
                add(each, key)
        elif _routers.is_router(one):
            objects.append(_routers.prepared(one, name))
            names.append(objects[-1][0])
        else:
            raise TypeError(
                f"{one!r} is no policy: a name or a file is, a callable, and an object with `fit` and `predict_proba`"
            )

    several = isinstance(value, Iterable) and not isinstance(value, Mapping) and not _routers.is_router(value)
    for one in value if several else [value]:
        add(one)
    return names, objects
