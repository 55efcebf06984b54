"""A mapping of Python as TOML, for what a mapping file may say."""

from __future__ import annotations

import json
import numbers
import os
from collections.abc import Iterable, Mapping
from typing import Any


def toml(table: Mapping[str, Any]) -> str:
    """A table as a document: a line for each key."""
    return "".join(f"{text(str(key))} = {value(one)}\n" for key, one in table.items() if one is not None)


def value(one: Any) -> str:
    if isinstance(one, bool):
        return "true" if one else "false"
    if isinstance(one, numbers.Integral):
        return str(int(one))
    if isinstance(one, numbers.Real):
        return repr(float(one))
    if isinstance(one, (str, os.PathLike)):
        return text(os.fspath(one))
    if isinstance(one, Mapping):
        return (
            "{ "
            + ", ".join(f"{text(str(key))} = {value(each)}" for key, each in one.items() if each is not None)
            + " }"
        )
    if isinstance(one, Iterable):
        return "[" + ", ".join(value(each) for each in one) + "]"
    raise TypeError(f"{one!r} cannot stand in a mapping: texts, numbers, truths, lists and mappings can")


def text(string: str) -> str:
    """A string: JSON's escapes are TOML's, but for one character."""
    return json.dumps(string, ensure_ascii=False).replace("\x7f", "\\u007f")
