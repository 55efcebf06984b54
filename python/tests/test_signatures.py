"""The package has every verb and option of the command line, by the same names, and says the same of them."""

from __future__ import annotations

import importlib.metadata
import inspect
import json
import keyword
import subprocess
import sys
from pathlib import Path

import pytest
import wattroute
from wattroute import _wattroute
from wattroute._words import TREE, command

PACKAGE = Path(__file__).parents[1]
VERBS = {verb["name"]: verb for verb in TREE["verbs"]}
NOT_HERE = ("completions", "man")
# A list of policies is called so.
SEVERAL = {("replay", "policy"), ("compare", "policy"), ("day", "policy")}


def function(verb: str):
    name = verb.replace("-", "_")
    name += "_" if keyword.iskeyword(name) else ""
    return getattr(wattroute.Trace, name, None) or getattr(wattroute, name)


def test_what_is_generated_is_as_committed() -> None:
    done = subprocess.run([sys.executable, PACKAGE / "generate.py"], capture_output=True, text=True, cwd=PACKAGE)
    assert done.returncode == 0, f"`python generate.py --write` brings it in step:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in NOT_HERE])
def test_a_verb_has_the_options_of_the_command_line(verb: str) -> None:
    # Not from what was generated, but from the signature that Python sees.
    parameters = dict(inspect.signature(function(verb)).parameters)
    parameters.pop("self", None)
    for option in VERBS[verb]["options"]:
        name = "policies" if (verb, option["name"]) in SEVERAL else option["name"].replace("-", "_")
        name += "_" if keyword.iskeyword(name) else ""
        if name == "trace":
            continue
        parameter = parameters.pop(name)
        wanted = False if option["kind"] == "flag" else None
        is_needed = option["is_required"] and not (name == "out" and verb in ("import", "synth"))
        assert parameter.default is (inspect.Parameter.empty if is_needed else wanted), name
    assert set(parameters) <= {"seed", "threads", "force", "progress"}, "options that the command line does not have"
    assert ">>> " in inspect.getdoc(function(verb)), "no example"


def test_the_stub_is_of_the_module() -> None:
    stub = (Path(wattroute.__file__).parent / "_wattroute.pyi").read_text()
    for name in (name for name in vars(_wattroute) if not name.startswith("_")):
        assert f"{name}:" in stub or f"def {name}(" in stub, name
    assert (Path(wattroute.__file__).parent / "py.typed").exists()


def test_the_types_hold_together() -> None:
    mypy = pytest.importorskip("mypy.api")
    said, complained, code = mypy.run(["--config-file", str(PACKAGE / "pyproject.toml"), str(PACKAGE / "python" / "wattroute")])
    assert code == 0, said + complained


def test_the_version_is_that_of_the_program() -> None:
    manifest = json.loads(subprocess.run(["cargo", "read-manifest"], capture_output=True, text=True, cwd=PACKAGE.parent).stdout)
    assert wattroute.__version__ == manifest["version"] == importlib.metadata.version("wattroute")


def test_values_become_the_words_of_a_command_line() -> None:
    options = {
        "policy": ["oracle", Path("my") / "router.toml"],
        "baseline": ("a", "b"),
        "missing": {"cost_usd": "complete"},
        "replicates": 5,
        "carbon": 0.1,
        "stream": True,
        "objective": None,
        "seed": 0,
    }
    said = "replay toy --policy oracle --policy my/router.toml --baseline a --baseline b --missing cost_usd=complete"
    assert command("replay", ["toy"], options) == [*said.split(), "--replicates", "5", "--carbon", "0.1", "--stream", "--seed", "0"]
    assert command("sweep", ["toy"], {"accuracy": [0, 0.5, 1]}) == ["sweep", "toy", "--accuracy", "0,0.5,1"]
    # What begins with a dash is no option.
    assert command("replay", ["-x"], {"policy": "-y"}) == ["replay", "--policy=-y", "--", "-x"]
    with pytest.raises(TypeError):
        command("replay", ["toy"], {"replicates": object()})


def test_numbers_of_numpy_are_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    given = {"replicates": numpy.int64(3), "carbon": numpy.float64(0.25), "baseline": numpy.array(["a", "b"])}
    assert command("replay", ["toy"], given) == "replay toy --replicates 3 --carbon 0.25 --baseline a --baseline b".split()
