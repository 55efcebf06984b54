"""Kinds of values that verbs take."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Union

Text = Union[str, "os.PathLike[str]"]
"""A name or a path."""
Texts = Union[Text, Iterable[Text]]
"""One, or several."""
Pairs = Union[str, float, Mapping[str, Any], Iterable[str]]
"""``KEY=VALUE``, or several; or a mapping of keys to values."""
Numbers = Union[str, float, Iterable[float]]
"""A number, several, or a text that stands for some."""
Policies = Union[Text, Any, Iterable[Any]]
"""A policy, or several: a name, a file, or an object that routes."""
Tables = Union[Text, Any, Iterable[Any], Mapping[str, Any]]
"""Files or folders; or a table in memory, or several by name: any object with ``__arrow_c_stream__``."""
Map = Union[Text, Mapping[str, Any]]
"""A mapping file, its text, or what it says as a mapping."""
