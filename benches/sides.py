"""Two sides of a row: how each is run, and whether what they say agrees."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile

import measured

# As a share of the largest figure of a list, for what is exact; and in standard errors, for what both sides draw.
EXACT, ERRORS = 1e-9, 5.0


class Wrong(Exception):
    """A side failed, or its result is another one."""


class Server:
    """A process that keeps its data in memory, tells its result, and runs once for each line that it is sent."""

    def __init__(self, command, threads=None):
        self.command, self.threads, self.process = [str(word) for word in command], threads, None

    def start(self):
        environment = os.environ | ({"RAYON_NUM_THREADS": str(self.threads)} if self.threads else {})
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([*self.command, "--serve"], stdin=pipe, stdout=pipe, text=True, env=environment)
        return self.read()

    def once(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        told = self.read()
        return told["seconds"], told["processor"]

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise Wrong(f"{os.path.basename(self.command[1])} ended with {self.process.wait()}")
        return json.loads(line)

    def stop(self):
        if self.process:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            self.process.wait()


class Command:
    """A whole process a run, from its start to its end. `told` makes the result of its standard output; what it makes
    is not there before it starts."""

    def __init__(self, command, told=json.loads, makes=None):
        self.command, self.told, self.makes = [str(word) for word in command], told, makes

    def start(self):
        self.once()
        return self.told(self.output)

    def once(self):
        if self.makes:
            shutil.rmtree(self.makes, ignore_errors=True)
        with tempfile.TemporaryFile("w+") as output:
            taken = measured.run(self.command, output)
            if taken["exit"]:
                raise Wrong(f"{' '.join(self.command[:3])} ended with {taken['exit']}")
            output.seek(0)
            self.output = output.read()
        return taken["wall_s"], taken["processor_s"]

    def stop(self):
        pass


def listed(figures):
    return {name: value if isinstance(value, list) else [value] for name, value in figures.items()}


def agree(ours, theirs):
    """Stops where two results differ. Standard errors are one side's: the other draws as many numbers."""
    mine, others = listed(ours["result"]), listed(theirs["result"])
    errors = listed(ours.get("standard_errors") or theirs.get("standard_errors") or {})
    if mine.keys() != others.keys():
        raise Wrong(f"{theirs['name']}: figures {sorted(others)}, wanted {sorted(mine)}")
    for name, figures in mine.items():
        if len(figures) != len(others[name]):
            raise Wrong(f"{theirs['name']}: {name} has {len(others[name])} figures, wanted {len(figures)}")
        largest = max((abs(figure) for figure in figures + others[name] if figure is not None), default=0.0)
        for index, (one, other) in enumerate(zip(figures, others[name])):
            if one is None and other is None:
                continue
            error = errors[name][index] * 2**0.5 if name in errors else 0.0
            # Written so that NaN does not agree with anything.
            if None in (one, other) or not abs(one - other) <= EXACT * largest + ERRORS * error:
                raise Wrong(f"{theirs['name']}: {name}, figure {index}: {other}, ours {one}, standard error {error}")
