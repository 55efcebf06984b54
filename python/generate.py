"""Writes what says what the command line's tree says: `_verbs.py` and `_plots.py` of the package, and the page of the
package in the documentation.

    python generate.py           prints what would change, and ends with 1 where something would
    python generate.py --write   writes it

It takes the tree from the package that is installed, so that a new option is first built and then generated.
"""

from __future__ import annotations

import difflib
import json
import keyword
import sys
import textwrap
from pathlib import Path

from examples import EXAMPLES
from reference import page
from wattroute import _wattroute

HERE = Path(__file__).parent / "python" / "wattroute"
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "python.md"

METHODS = ["inspect", "check", "study", "replay", "compare", "sweep", "break-even", "day", "train", "enrich"]
FUNCTIONS = ["import", "synth", "reproduce", "report", "figures", "policies", "formats", "measures"]
# They are for shells and manual pages.
LEFT_OUT = ["completions", "man"]

# Options of every verb, and which of them a verb has where it is not all.
COMMON = ["seed", "threads", "force"]
COMMON_OF = {
    "inspect": ["threads"],
    "check": ["threads"],
    "report": ["force"],
    "figures": ["force"],
    "policies": [],
    "formats": [],
    "measures": [],
}
# Verbs that give a trace, which may be a temporary one.
MAKE_A_TRACE = ["import", "synth", "enrich"]
# Options that name several policies.
SEVERAL = {("replay", "policy"): "policies", ("compare", "policy"): "policies", ("day", "policy"): "policies"}
TYPES = {"count": "int", "number": "float", "path": "Text", "text": "str"}
WIDTH = 120

NOTES = {
    "seed": "Seed of every random number: the same seed gives the same bytes [default: 0]",
    "progress": "Whether a bar shows how far it is [default: where a person looks], or what is called with units done and in all",
    "policies": "An object that routes may stand for a name: see `wattroute.Router`.",
    "input": "Files or folders; or a table in memory, any object with ``__arrow_c_stream__``, or several by name",
    "map": "Mapping file: names columns, units and conversions (table); or its text, or what it says as a mapping",
    "out": "Folder of the new trace [default: a temporary one, which is removed with the trace]",
}


# What stands in place of what the help says of exit codes.
ON_FAILURE = {
    "check": "Where there is a fault it raises :class:`wattroute.Error`, whose ``result`` has all of them; warnings and notes do not count.",
    "reproduce": "Generates traces from the specs of traces/ that the paper's figures imply, replays them, and holds what comes out of\n"
    "their rows against the paper. Where a figure is outside of its tolerance it raises :class:`wattroute.Error`, whose\n"
    "``result`` has the report.",
}


def python_name(verb: str, option: dict) -> str:
    name = SEVERAL.get((verb, option["name"]), option["name"]).replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


def kind(verb: str, option: dict) -> str:
    name = option["name"]
    if option["kind"] == "flag":
        return "bool"
    if name in ("policy", "router"):
        return "Policies"
    if (verb, name) == ("import", "input"):
        return "Tables"
    if (verb, name) == ("import", "map"):
        return "Map"
    if option["words"] and all(word.isdigit() for word in option["words"]):
        return "int"
    if (verb, name) == ("sweep", "accuracy"):
        return "Numbers"
    if option["is_repeated"]:
        return "Pairs" if "=" in (option["value"] or "") or (verb, name) == ("enrich", "output-tokens") else "Texts"
    return TYPES[option["kind"]]


def optional(verb: str, option: dict) -> bool:
    return not option["is_required"] or (option["name"] == "out" and verb in MAKE_A_TRACE)


def declared(verb: str, option: dict) -> str:
    of = kind(verb, option)
    if of == "bool":
        return f"{python_name(verb, option)}: bool = False"
    return f"{python_name(verb, option)}: " + (f"Optional[{of}] = None" if optional(verb, option) else of)


def meaning(verb: str, option: dict) -> str:
    name = option["name"]
    if name == "out" and verb in MAKE_A_TRACE:
        return NOTES["out"] + ("; with `force` the trace itself is replaced" if verb == "enrich" else "")
    text = NOTES[name] if verb == "import" and name in ("input", "map") else option["meaning"]
    if option["default"] is not None and "[default" not in text:
        text += f" [default: {option['default']}]"
    if option["words"] and option["kind"] != "flag":
        text += f" [one of: {', '.join(option['words'])}]"
    if name in ("policy", "router") and (verb, name) != ("train", "router"):
        text += ". " + NOTES["policies"]
    return text


def documented(verb: dict, options: list[dict], common: list[dict], gives: str) -> list[str]:
    lines = [verb["about"].rstrip(".") + ".", ""]
    notes = ON_FAILURE.get(verb["name"], verb["notes"])
    if notes:
        lines += [*notes.splitlines(), ""]
    said = [(python_name(verb["name"], option), meaning(verb["name"], option)) for option in options]
    said += [(option["name"], NOTES.get(option["name"], option["meaning"])) for option in common]
    if common:
        said.append(("progress", NOTES["progress"]))
    if said:
        lines.append("Parameters:")
        for name, text in said:
            text = " ".join(text.split())
            lines += textwrap.wrap(f"{name}: {text}", WIDTH - 12, initial_indent="    ", subsequent_indent="        ", break_on_hyphens=False)
        lines.append("")
    lines += [f"Returns a :class:`wattroute.{gives}`.", ""]
    return lines + EXAMPLES[verb["name"]].strip("\n").splitlines()


def function(verb: dict, common: dict, is_method: bool) -> str:
    name = verb["name"]
    options = [option for option in verb["options"] if not (is_method and option["name"] == "trace")]
    options.sort(key=lambda option: 0 if option["is_argument"] or (name, option["name"]) in SEVERAL else 1)
    by_place = [option for option in options if option["is_argument"] or (name, option["name"]) in SEVERAL]
    by_name = [option for option in options if option not in by_place]
    shared = [common[option] for option in COMMON_OF.get(name, COMMON)]
    gives = "Trace" if name in MAKE_A_TRACE else "Result"
    parameters = [declared(name, option) for option in by_place]
    named = [declared(name, option) for option in by_name] + [declared("", option) for option in shared]
    named += ["progress: Progress = None"] if shared else []
    parameters += ["*", *named] if named else []
    python = python_name(name, {"name": name})
    body = [f"def {python}("] + [f"    {parameter}," for parameter in (["self"] if is_method else []) + parameters]
    if not parameters:
        body = [f"def {python}({'self' if is_method else ''}", ]
        body[0] += f") -> {gives}:"
    else:
        body.append(f") -> {gives}:")
    doc = documented(verb, by_place + by_name, shared, gives)
    body += ['    """' + doc[0]] + [f"    {line}" if line else "" for line in doc[1:]] + ['    """']
    arguments = ", ".join(python_name(name, option) for option in by_place if option["is_argument"])
    given = [(option["name"], python_name(name, option)) for option in by_place + by_name if not option["is_argument"]]
    given += [(option["name"], option["name"]) for option in shared]
    said = ", ".join(f'"{option}": {value}' for option, value in given)
    progress = ", progress" if shared else ""
    target = "self._" if is_method else "_"
    how = {"import": "imported", "synth": "synthesized", "enrich": "enriched"}.get(name)
    call = f"{target}{how}(" if how else f'{target}call("{name}", '
    if given:
        body += textwrap.wrap(f"    options = {{{said}}}", WIDTH - 4, subsequent_indent="        ", break_on_hyphens=False)
    body += [f"    return {call}[{arguments}], {'options' if given else '{}'}{progress})"]
    return "\n".join(f"    {line}" if line and is_method else line for line in body)


def verbs() -> str:
    tree = json.loads(_wattroute.verbs)
    known = {verb["name"]: verb for verb in tree["verbs"]}
    common = {option["name"]: option for option in tree["everywhere"]}
    placed = METHODS + FUNCTIONS + LEFT_OUT
    if sorted(placed) != sorted(known):
        sys.exit(f"verbs that are in no list of generate.py, or are no verbs: {set(placed) ^ set(known)}")
    methods = "\n\n".join(function(known[name], common, True) for name in METHODS)
    functions = "\n\n\n".join(function(known[name], common, False) for name in FUNCTIONS)
    return f'''"""The verbs of the command line: made from its tree by `generate.py`, which a test holds it to. Change nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ._calls import OfTrace, _call, _imported, _synthesized
from ._progress import Progress
from ._result import Result
from ._types import Map, Numbers, Pairs, Policies, Tables, Text, Texts

if TYPE_CHECKING:
    from ._trace import Trace


class TraceVerbs(OfTrace):
    """The verbs that take a trace."""

{methods}


{functions}
'''


def figures() -> str:
    plots = "\n\n".join(
        f'''    def plot_{name}(self, *, columns: Optional[int] = None) -> Figure:
        """{summary}; for a screen, or for 1 or 2 columns of a paper."""
        return self.plot("{name}", columns=columns)'''
        for name, summary in _wattroute.figures
    )
    return f'''"""The figures by name: made by `generate.py`, which a test holds it to. Change nothing here."""

from __future__ import annotations

from typing import Optional

from ._figure import Figure


class Plots:
    """The figures of a result. One that its report cannot feed is an error that says what is missing."""

    def plot(self, name: str, *, columns: Optional[int] = None) -> Figure:
        """A figure by name."""
        raise NotImplementedError

{plots}
'''


def main() -> int:
    differs = False
    for path, text in [(HERE / "_verbs.py", verbs()), (HERE / "_plots.py", figures()), (PAGE, page())]:
        name = path.name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        differs |= old != text
        if "--write" in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        else:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, f"{name}, generated"))
    return int(differs and "--write" not in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
