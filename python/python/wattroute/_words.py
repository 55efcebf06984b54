"""The words of a command line, from the values of a call."""

from __future__ import annotations

import json
import numbers
import os
from collections.abc import Iterable, Mapping
from typing import Any

from . import _wattroute

TREE: dict[str, Any] = json.loads(_wattroute.verbs)
"""The verbs and their options, as the command line has them."""

EVERYWHERE: dict[str, Any] = {option["name"]: option for option in TREE["everywhere"]}
VERBS: dict[str, dict[str, Any]] = {
    verb["name"]: {option["name"]: option for option in verb["options"]} for verb in TREE["verbs"]
}


def word(value: Any) -> str:
    """A value as one word."""
    if isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{value!r} is neither a text, a path nor a number")
    return str(int(value)) if isinstance(value, numbers.Integral) else repr(float(value))


def words(value: Any) -> list[str]:
    """A value, or several, as words: of a mapping one ``KEY=VALUE`` each."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{word(key)}={word(one)}" for key, one in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, (str, os.PathLike)):
        return [each for one in value for each in words(one)]
    return [word(value)]


def option(meaning: dict[str, Any], value: Any) -> list[str]:
    """An option with its value; no word where the default is wanted."""
    name = f"--{meaning['name']}"
    if meaning["kind"] == "flag":
        return [name] if value else []
    given = words(value)
    if given and not meaning["is_repeated"]:
        given = [",".join(given)]
    # What begins with a dash would be taken for an option.
    return [part for one in given for part in ([f"{name}={one}"] if one.startswith("-") else [name, one])]


def command(verb: str, arguments: Iterable[Any], options: Mapping[str, Any]) -> list[str]:
    """The words of a call: the verb, its arguments, then its options."""
    known = {**EVERYWHERE, **VERBS[verb]}
    given = [each for argument in arguments for each in words(argument)]
    said = [part for name, value in options.items() for part in option(known[name], value)]
    if any(one.startswith("-") for one in given):
        return [verb, *said, "--", *given]
    return [verb, *given, *said]
