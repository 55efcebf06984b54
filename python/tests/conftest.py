"""What the tests share: the program, and a folder of their own to work in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def program() -> Path:
    """The command line that the package is held to: `WATTROUTE`, or what cargo built last."""
    if named := os.environ.get("WATTROUTE"):
        return Path(named).resolve()
    built = [path for path in (ROOT / "target" / profile / "wattroute" for profile in ("release", "debug")) if path.exists()]
    if not built:
        pytest.fail("no program to hold the package to: `cargo build`, or name one in WATTROUTE")
    return max(built, key=lambda path: path.stat().st_mtime)


@pytest.fixture
def run() -> Callable[..., str]:
    """Runs the program in a folder and gives what it prints."""

    def run(folder: Path, *words: str, code: int = 0) -> str:
        done = subprocess.run([program(), *words], cwd=folder, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their names within it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


ANSWERS = """question,model,right,joules,seconds,usd
q1,small,yes,12,0.9,
q1,large,yes,150,2.1,0.004
q2,small,no,14,1.1,
q2,large,yes,160,2.4,0.005
q3,small,yes,11,0.8,
q3,large,no,155,2.2,0.004
"""

MAP = """layout = "long"
columns = { id = "question", model = "model" }

[metrics]
score = { column = "right" }
energy_j = { column = "joules", unit = "J" }
latency_s = { column = "seconds", unit = "s" }
cost_usd = { column = "usd" }

[[endpoint]]
model = "small"
tier = "local"

[[endpoint]]
model = "large"
tier = "cloud"
"""


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a table of answers and its mapping."""
    (tmp_path / "answers.csv").write_text(ANSWERS)
    (tmp_path / "map.toml").write_text(MAP)
    monkeypatch.chdir(tmp_path)
    return tmp_path
