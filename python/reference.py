"""Writes the page of the package in the documentation from its docstrings: `docs/reference/python.md`."""

from __future__ import annotations

import inspect
import re
from typing import Any

import wattroute

INTRODUCTION = """<!-- Made from the package's docstrings: `python python/generate.py --write` writes it anew. -->

# Python

The package `wattroute` has the verbs and options of the [command line](commands.md), with the same names (dashes become
underscores), defaults and errors, and the same engine: the same seed gives the same bytes. How it is installed and used:
[in Python](../how-to/python.md).

- An option that may be repeated takes one value or several; one with `KEY=VALUE` a mapping too; a file or a folder is a
  text or a path.
- `policies` names the policies of `replay`, `compare` and `day`, whose option is `--policy`.
- `import_` and `enrich(as_=…)` end in an underscore, since Python has the words for itself.
- `None`, and `False` of a flag, stand for the command line's default.
"""

# The parts of the page: a title, and the names in it; a class with its methods.
PARTS = [
    ("Traces", ["open", "import_", "synth", "merge", "Trace"]),
    ("What verbs answer", ["Result", "Table", "Tables", "Figure"]),
    ("Routers in Python", ["Router", "Batch"]),
    ("Errors", ["Error", "UsageError", "Problem"]),
    ("Runs again, and lists", ["report", "figures", "reproduce", "policies", "formats", "measures"]),
]


def page() -> str:
    named = [name for _, names in PARTS for name in names]
    known = [name for name in wattroute.__all__ if not name.startswith("_")]
    if unlisted := [name for name in known if name not in named and not inspect.ismodule(getattr(wattroute, name))]:
        raise SystemExit(f"names that stand in no part of reference.py: {unlisted}")
    text = INTRODUCTION
    for title, names in PARTS:
        described = [one(name, getattr(wattroute, name)) for name in names if name in known]
        if described:
            text += f"\n## {title}\n\n" + "\n".join(described)
    return text


def one(name: str, thing: Any) -> str:
    if inspect.isfunction(thing):
        return section(3, f"wattroute.{name}", thing)
    text = section(3, f"wattroute.{name}", thing)
    for member, value in inspect.getmembers(thing, lambda value: inspect.isfunction(value) or isinstance(value, property)):
        if member.startswith("_") or member in vars(Exception) or not defined_here(thing, member):
            continue
        if isinstance(value, property):
            text += f"\n#### `{name}.{member}`\n\n{body(value)}"
        else:
            text += "\n" + section(4, f"{name}.{member}", value)
    return text


def defined_here(of: type, member: str) -> bool:
    """Whether a class of this package has it, and not one that it is built on."""
    owner = next(owner for owner in of.__mro__ if member in vars(owner))
    return owner.__module__.startswith("wattroute")


def section(level: int, name: str, thing: Any) -> str:
    head = f"{'#' * level} `{name}`\n\n"
    if inspect.isfunction(thing):
        head += f"```python\n{signature(name.split('.')[-1], thing)}\n```\n\n"
    elif inspect.isclass(thing) and thing.__module__ == "wattroute._routers":
        head += f"```python\n{signature(thing.__name__, thing.__init__)}\n```\n\n"
    return head + body(thing)


def signature(name: str, function: Any) -> str:
    parts = []
    stands_by_name = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not stands_by_name:
            stands_by_name = True
            parts.append("*")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        kind = "" if parameter.annotation is parameter.empty else f": {parameter.annotation}"
        parts.append(f"{parameter.name}{kind}{default}")
    gives = inspect.signature(function).return_annotation
    gives = "" if gives in (inspect.Signature.empty, "None") else f" -> {gives}"
    line = f"{name}({', '.join(parts)}){gives}"
    if len(line) <= 90:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){gives}"


def body(thing: Any) -> str:
    """A docstring as Markdown: parameters as a list, examples as blocks."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    out: list[str] = []
    in_example = in_parameters = False
    for line in lines:
        if line.startswith(">>> ") and not in_example:
            in_example = True
            out.append("```pycon")
        if in_example and not line.strip():
            in_example = False
            out.append("```")
        if in_example:
            out.append(line)
            continue
        if line == "Parameters:":
            in_parameters = True
            out += ["Parameters:", ""]
            continue
        if in_parameters and (found := re.match(r"    (\w+): (.*)", line)):
            out.append(f"- `{found[1]}`: {marked(found[2])}")
            continue
        if in_parameters and line.startswith("        "):
            out[-1] += " " + marked(line.strip())
            continue
        in_parameters = in_parameters and not line
        out.append(marked(line))
    if in_example:
        out.append("```")
    return "\n".join(out).rstrip() + "\n"


def marked(text: str) -> str:
    """The marks of a docstring as those of Markdown."""
    text = re.sub(r":(?:class|func|meth|attr):`~?([^`]+)`", r"`\1`", text)
    return text.replace("``", "`")
