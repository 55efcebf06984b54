"""Errors: those of the command line, with their parts."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import wattroute


def test_an_error_is_that_of_the_command_line(run, tmp_path: Path) -> None:
    for words, call in [
        ("replay toy --policy orcale", lambda: wattroute.open("toy").replay("orcale")),
        ("replay toy --policy oracle --objective speed", lambda: wattroute.open("toy").replay("oracle", objective="speed")),
        ("replay toy --policy oracle --replicates x", lambda: wattroute.open("toy").replay("oracle", replicates="x")),
        ("inspect toy --threads 0", lambda: wattroute.open("toy").inspect(threads=0)),
    ]:
        printed = run(tmp_path, *words.split(), code=2)
        said = json.loads(run(tmp_path, *words.split(), "--json", code=2))["errors"]
        with pytest.raises(wattroute.UsageError) as raised:
            call()
        error = raised.value
        # What the parser of words finds, a terminal is told in the parser's own form.
        assert printed == f"error: {error}\n" or "invalid value" in error.what
        assert isinstance(error, ValueError)
        assert [{label: text for label, text in vars(one).items() if text is not None} for one in error.errors] == said
        assert error.what == said[0]["what"] and error.hint == said[0].get("hint")


def test_several_problems_are_one_exception(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("a\n1\n")
    with pytest.raises(wattroute.Error) as raised:
        wattroute.import_("table", tmp_path / "answers.csv", map={"layout": "long"})
    assert len(raised.value.errors) == 3 and str(raised.value).count("\nand: ") == 2
    assert raised.value.errors[2].what == "no metric has a column"


def test_a_trace_that_is_none_is_said_where_it_is_opened() -> None:
    with pytest.raises(wattroute.Error) as raised:
        wattroute.open("laddr")
    assert raised.value.hint.startswith("did you mean `ladder`?")


def test_a_check_that_finds_faults_says_which(answers: Path) -> None:
    wattroute.import_("table", "answers.csv", map="map.toml", out="made")
    part = next(Path("made").rglob("part-0.parquet"))
    part.write_bytes(part.read_bytes()[:-8])
    with pytest.raises(wattroute.Error) as raised:
        wattroute.open("made").check()
    found = raised.value.result.to_dict()
    assert found["fault_count"] == len(found["faults"]) >= 1


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    trace = wattroute.open("toy")
    trace.replay("oracle", out=tmp_path / "run")
    with pytest.raises(wattroute.Error, match="there is something already"):
        trace.replay("random", out=tmp_path / "run")
    trace.replay("random", out=tmp_path / "run", force=True)
    assert wattroute.report(tmp_path / "run").to_dict()["policies"][0]["name"] == "random"


def test_an_error_can_be_sent_to_another_process() -> None:
    with pytest.raises(wattroute.Error) as raised:
        wattroute.open("toy").replay("orcale")
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is wattroute.UsageError and str(again) == str(raised.value) and again.found == "`orcale`"
