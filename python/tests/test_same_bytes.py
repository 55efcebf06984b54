"""The same seed gives the same bytes from Python and from the command line, verb by verb: what `--json` prints, and every
file that is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import wattroute
from conftest import ANSWERS, MAP, contents
from wattroute._words import VERBS


def toy() -> wattroute.Trace:
    return wattroute.open("toy")


# For each verb the words of a command line, and the same call in Python.
CALLS = {
    "import": (
        "import table answers.csv --out made --map map.toml --tokens-from-text --tier large=cloud",
        lambda: wattroute.import_(
            "table", "answers.csv", map="map.toml", out="made", tokens_from_text=True, tier={"large": "cloud"}
        ).made,
    ),
    "synth": (
        "synth ipw-routing --out made --queries 1000 --seed 7",
        lambda: wattroute.synth("ipw-routing", queries=1000, out="made", seed=7).made,
    ),
    "enrich": (
        "enrich given --electricity 0.2 --output-tokens small=30 --out made",
        lambda: wattroute.open("given").enrich(electricity=0.2, output_tokens={"small": 30}, out="made").made,
    ),
    "inspect": ("inspect toy --correct-at 1", lambda: toy().inspect(correct_at=1)),
    "check": ("check toy", lambda: toy().check()),
    "study": ("study ladder --out made --only coverage,precision", lambda: study()),
    "replay": (
        "replay toy --policy oracle --policy noisy-oracle:router_accuracy=0.6 --out made --baseline large@server "
        "--objective energy --missing cost_usd=complete --replicates 5 --carbon 400 --seed 3 --threads 1",
        lambda: toy().replay(
            ["oracle", "noisy-oracle:router_accuracy=0.6"],
            out=Path("made"),
            baseline="large@server",
            objective="energy",
            missing={"cost_usd": "complete"},
            replicates=5,
            carbon=400,
            seed=3,
            threads=1,
        ),
    ),
    "compare": (
        "compare toy --policy oracle --policy random --out made --by energy",
        lambda: toy().compare(["oracle", "random"], by="energy", out="made"),
    ),
    "sweep": (
        "sweep ladder --out made --accuracy 0.5,1 --misroute cloud --misroute retry --seed 5",
        lambda: wattroute.open("ladder").sweep(out="made", accuracy=[0.5, 1], misroute=["cloud", "retry"], seed=5),
    ),
    "break-even": (
        "break-even ladder --out made --router-accuracy 0.7",
        lambda: wattroute.open("ladder").break_even(router_accuracy=0.7, out="made"),
    ),
    "day": (
        "day toy --policy oracle --out made --arrivals-total 1000 --carbon local=20 --carbon cloud=400",
        lambda: toy().day("oracle", out="made", arrivals_total=1000, carbon={"local": 20, "cloud": 400}),
    ),
    "train": (
        "train ladder --router bradley-terry --out made.json --share 0.5",
        lambda: wattroute.open("ladder").train(router="bradley-terry", out="made.json", share=0.5),
    ),
    "reproduce": (
        "reproduce --scenario paper --queries 3000 --arrivals 50000 --out made --figures drawn",
        lambda: wattroute.reproduce(scenario="paper", queries=3000, arrivals=50_000, out="made", figures="drawn"),
    ),
    "report": ("report run --html page.html", lambda: wattroute.report("run", html="page.html")),
    "figures": (
        "figures run --out drawn --format svg --format pdf --columns 2",
        lambda: wattroute.figures("run", out="drawn", format=["svg", "pdf"], columns=2),
    ),
    "policies": ("policies noisy-oracle", lambda: wattroute.policies("noisy-oracle")),
    "formats": ("formats", lambda: wattroute.formats()),
    "measures": ("measures apgr", lambda: wattroute.measures("apgr")),
}


def study() -> wattroute.Result:
    return wattroute.open("ladder").study(out="made", only="coverage,precision")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the calls find: a trace, a run, a table."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "answers.csv").write_text(ANSWERS)
    (folder / "map.toml").write_text(MAP)
    wattroute.import_("table", folder / "answers.csv", map=folder / "map.toml", out=folder / "given", name="given")
    wattroute.open("ladder").sweep(accuracy=[0, 1], out=folder / "run")
    return folder


def test_every_verb_is_compared() -> None:
    assert sorted({*CALLS, "completions", "man"}) == sorted(VERBS)


@pytest.mark.parametrize("verb", CALLS)
def test_the_same_bytes(verb: str, given: Path, tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    words, call = CALLS[verb]
    for place in ("shell", "python"):
        shutil.copytree(given, tmp_path / place)
    printed = run(tmp_path / "shell", *words.split(), "--json")
    monkeypatch.chdir(tmp_path / "python")
    result = call()
    assert result.json == printed
    here, there = contents(tmp_path / "python"), contents(tmp_path / "shell")
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []


def test_the_number_of_threads_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = (toy().replay(["oracle", "random"], threads=threads).to_dict() for threads in (1, 2))
    assert one.pop("manifest")["arguments"][-2:] == ["--threads", "1"] and two.pop("manifest")
    assert one == two


def test_what_is_written_later_is_what_out_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    toy().replay("oracle", out="by-out")
    written = wattroute.report("by-out").write("by-write")
    assert written[0] == Path("by-write/report.json")
    assert contents(tmp_path / "by-out") == contents(tmp_path / "by-write")
