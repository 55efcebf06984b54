"""The program under test: policy files for it, its command, its report."""

import json
import subprocess
from dataclasses import dataclass, field
from functools import cached_property

from traces import query_id


@dataclass
class Policy:
    """A policy as this check computes it, and as a file that the program reads."""

    name: str
    kind: str
    settings: dict = field(default_factory=dict)
    overhead: dict = field(default_factory=dict)
    table: list = None  # rows of a recorded file: (row, value, whether to pass over)

    @cached_property
    def recorded(self):
        """Decision or score by row; with `skip_if` the marked rows are passed over."""
        heeded = "skip_if" in self.settings
        return {row: value for row, value, over in self.table if not (heeded and over)}

    @property
    def file(self):
        return f"{self.name}.toml"

    def write(self, folder):
        lines = [f'kind = "{self.kind}"', 'summary = "for an independent check"', "", "[parameters]"]
        settings = dict(self.settings)
        if self.table is not None:
            settings["file"] = self._write_table(folder)
        lines += [f"{key} = {literal(value)}" for key, value in settings.items()]
        if self.overhead:
            lines += ["", "[overhead]", *[f"{key} = {literal(value)}" for key, value in self.overhead.items()]]
        (folder / self.file).write_text("\n".join(lines) + "\n")

    def _write_table(self, folder):
        column = self.settings.get("decision", self.settings.get("score"))
        lines = [f"query_id,{column},pass_over"]
        lines += [f"{query_id(row)},{value},{str(over).lower()}" for row, value, over in self.table]
        path = folder / f"{self.name}.csv"
        path.write_text("\n".join(lines) + "\n")
        return path.name


def literal(value):
    """As TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {literal(one)}' for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


class ProgramFailed(Exception):
    pass


def report(program, arguments, folder):
    """Run in `folder`, so that policies and traces are named by their files alone."""
    command = [program, *arguments, "--json", "--quiet", "--threads", "1"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0 or not done.stdout:
        raise ProgramFailed(f"{' '.join(arguments)}\n{done.stderr}")
    return json.loads(done.stdout)
