"""What the notebooks share: the program's command line, tables and the look of figures. No metric is computed here."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl
from IPython.display import display

PROJECT = Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("WATTROUTE", "wattroute")

# Colours that colour-blind readers tell apart (Okabe and Ito, 2008).
BLUE, ORANGE, GREEN, PURPLE, SKY, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#767676"

plt.rcParams.update({
    "figure.dpi": 100,
    "figure.figsize": (8.4, 3.8),
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "lines.linewidth": 2,
    "legend.frameon": False,
})

# Each notebook works in a folder of its own, so that commands can name files as a reader would.
os.chdir(tempfile.mkdtemp())


def sh(command: str, first: int | None = None, last: int | None = None) -> None:
    """Runs a command line of `wattroute` and shows it with what it prints, or the first and last lines of that.

    The list of files that were written is left off.
    """
    name, *arguments = shlex.split(command)
    if name != "wattroute":
        raise ValueError(f"not a command of wattroute: {command}")
    # Jupyter asks programs for colours; what is kept in a repository is text.
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{command}\n{done.stdout}{done.stderr}")
    lines = done.stdout.split("\nwritten:\n")[0].rstrip().splitlines()
    if first is not None or last is not None:
        left = len(lines) - (first or 0) - (last or 0)
        lines = lines if left <= 0 else [*lines[: first or 0], "...", *lines[len(lines) - (last or 0) :]]
    print("\n".join([f"$ {command}", *lines]))


def table(frame: pl.DataFrame, **formats: str) -> None:
    """Shows a frame; `formats` has the format of a column's numbers, such as `saving="{:+.1%}"`. What is not known is —."""

    def text(column: str, cell: object) -> str:
        if cell is None:
            return "—"
        return formats.get(column, "{}").format(cell).replace("-", "−" if isinstance(cell, float) else "-")

    rows = [[text(name, cell) for name, cell in zip(frame.columns, row)] for row in frame.iter_rows()]
    rule = ["--:" if dtype.is_numeric() else "---" for dtype in frame.dtypes]
    lines = [" | ".join(cells) for cells in [[name.replace("_", " ") for name in frame.columns], rule, *rows]]
    page = "\n".join(f"| {line} |" for line in lines)
    display({"text/markdown": page, "text/plain": page}, raw=True)
