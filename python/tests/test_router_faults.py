"""Routers in Python that answer wrongly, raise, or are interrupted: an error that names the block and the first bad row, and
nothing that is half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import polars
import pytest
import wattroute
from test_routers import TOY, alternating, many

BLOCK = "block 0, rows 0 to 11"


def refused(router: Any, trace: str = "toy", **said: Any) -> wattroute.Error:
    with pytest.raises(wattroute.Error) as raised:
        wattroute.open(trace).replay(router if isinstance(router, wattroute.Router) else {"mine": router}, **said)
    return raised.value


def with_one(bad: Any, at: int = 7) -> Callable[[wattroute.Batch], list[Any]]:
    """The decisions of a callable of which one is bad."""
    return lambda batch: [bad if row == at else TOY[0] for row in range(len(batch))]


def scored(bad: Any) -> Callable[[wattroute.Batch], Any]:
    """Scores of which that of row 7 and the second endpoint is bad."""
    return lambda batch: numpy.where((numpy.arange(12)[:, None] == 7) & (numpy.arange(3) == 1), bad, 0.5)


# What a router answers, what is found, what is allowed, and the row where it is one.
FAULTS: dict[str, tuple[Callable[[wattroute.Batch], Any], str, str, Any]] = {
    "too few": (
        lambda batch: alternating(batch)[:9],
        "9 endpoints",
        "12, one for each query",
        "row 9 (query `exam-4`)",
    ),
    "too many": (lambda batch: [0] * 13, "13 positions", "12, one for each query", None),
    "none": (lambda batch: [], "0 positions", "12, one for each query", "row 0 (query `chat-1`)"),
    "too few scores": (
        lambda batch: numpy.zeros((5, 3)),
        "5 rows of scores",
        "12, one for each",
        "row 5 (query `chat-6`)",
    ),
    "an unknown endpoint": (
        with_one("smal@laptop"),
        "`smal@laptop`",
        "small@laptop, medium@laptop, large@server",
        "row 7 (query `exam-2`)",
    ),
    "nothing for a query": (
        with_one(None),
        "nothing",
        "small@laptop, medium@laptop, large@server",
        "row 7 (query `exam-2`)",
    ),
    "a number among ids": (with_one(3.5), "3.5", "ids of endpoints", "row 7 (query `exam-2`)"),
    "NaN among ids": (with_one(float("nan")), "nan", "ids of endpoints", "row 7 (query `exam-2`)"),
    "a position beyond": (
        lambda batch: numpy.where(batch["row"] == 7, 3, 0),
        "3",
        "0 (small@laptop), 1",
        "row 7 (query `exam-2`)",
    ),
    "a position below": (
        lambda batch: numpy.where(batch["row"] == 7, -1, 0),
        "-1",
        "0 (small@laptop), 1",
        "row 7 (query `exam-2`)",
    ),
    "NaN among positions": (
        lambda batch: numpy.where(batch["row"] == 7, numpy.nan, 0),
        "0.0",
        "whole numbers",
        "row 0 (query `chat-1`)",
    ),
    "NaN among scores": (scored(numpy.nan), "NaN", "finite numbers", "row 7 (query `exam-2`)"),
    "a masked score": (
        lambda batch: numpy.ma.masked_array(numpy.zeros((12, 3)), (numpy.arange(36) == 22).reshape(12, 3)),
        "NaN",
        "finite numbers",
        "row 7 (query `exam-2`)",
    ),
    "an array of words": (lambda batch: numpy.full((12, 3), "high"), "2 dimensions", "ids or positions", None),
    "an infinite score": (scored(numpy.inf), "inf", "finite numbers", "row 7 (query `exam-2`)"),
    "a missing score of a frame": (
        lambda batch: polars.DataFrame(
            {id: [None if row == 7 and id == TOY[1] else 0.5 for row in range(12)] for id in TOY}
        ),
        "NaN",
        "finite numbers",
        "row 7 (query `exam-2`)",
    ),
    "a text among scores": (
        lambda batch: {id: [0.5] * 7 + ["high"] + [0.5] * 4 for id in TOY},
        "'high'",
        "finite numbers",
        "row 7 (query `exam-2`)",
    ),
    "another width": (lambda batch: numpy.zeros((12, 2)), "2 scores a query, 24 in all", "3: small@laptop", None),
    "a torn row": (
        lambda batch: [[0.1] * (2 if row == 7 else 3) for row in range(12)],
        "2 scores",
        "3: small@laptop",
        "row 7 (query `exam-2`)",
    ),
    "an endpoint that lacks": (
        lambda batch: {id: batch["row"] for id in TOY[:2]},
        "none of large@server",
        "3: small@laptop",
        None,
    ),
    "a column too short": (
        lambda batch: {id: batch["row"][:8] for id in TOY},
        "8 scores",
        "12, one for each",
        "row 8 (query `exam-3`)",
    ),
    "scores of a stranger": (
        lambda batch: {"larg@server": batch["row"]},
        "`larg@server`",
        "small@laptop, medium@laptop",
        None,
    ),
    "no decisions": (lambda batch: None, "None", "ids or positions", None),
    "one word": (lambda batch: "small@laptop", "'small@laptop'", "ids or positions", None),
    "a number": (lambda batch: 3, "3", "ids or positions", None),
    "a cube": (lambda batch: numpy.zeros((12, 3, 2)), "3 dimensions", "ids or positions", None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_answer_is_told_with_its_block_and_row(fault: str) -> None:
    router, found, allowed, row = FAULTS[fault]
    error = refused(router)
    assert error.where is not None and "policy `mine`" in error.where and BLOCK in error.where
    assert row is None or row in error.where, error
    assert error.found is not None and error.found.startswith(found), error
    assert error.allowed is not None and error.allowed.startswith(allowed), error


def test_the_nearest_name_is_offered() -> None:
    assert refused(with_one("smal@laptop")).hint == "did you mean `small@laptop`?"
    assert refused(lambda batch: {"larg@server": batch["row"]}).hint == "did you mean `large@server`?"


def test_the_second_block_is_named_too() -> None:
    trace = many(66_000)
    with pytest.raises(wattroute.Error) as raised:
        trace.replay({"mine": lambda batch: numpy.where(batch["row"] == 65_540, 9, 0)})
    assert "block 1, rows 65536 to 65999" in raised.value.where and "row 65540 (query `q65540`)" in raised.value.where
    with pytest.raises(wattroute.Error, match="another form than before"):
        trace.replay({"mine": lambda batch: [0] * len(batch) if len(batch) < 1000 else numpy.zeros((len(batch), 2))})


class Broken(Exception):
    pass


def breaks(batch: wattroute.Batch) -> list[str]:
    raise Broken("no such luck")


@pytest.mark.parametrize("threads", [1, 2])
def test_what_a_router_raises_is_the_cause(threads: int) -> None:
    error = refused(breaks, threads=threads)
    assert (
        isinstance(error.__cause__, Broken)
        and error.what == "a router failed"
        and error.cause == "Broken: no such luck"
    )
    assert BLOCK in error.where and "policy `mine`" in error.where
    lines = []
    frame = error.__cause__.__traceback__
    while frame is not None:
        lines.append(frame.tb_frame.f_code.co_name)
        frame = frame.tb_next
    assert lines[-1] == "breaks", "its own traceback"


def test_what_ends_a_program_is_raised_as_it_is() -> None:
    def leave(batch: wattroute.Batch) -> list[str]:
        sys.exit(3)

    with pytest.raises(SystemExit):
        wattroute.open("toy").replay(leave)


@pytest.mark.parametrize("verb", ["replay", "compare"])
@pytest.mark.parametrize("router", [breaks, with_one("nobody"), scored(numpy.nan)])
def test_nothing_is_half_written(verb: str, router: Any, tmp_path: Path) -> None:
    with pytest.raises(wattroute.Error):
        getattr(wattroute.open("toy"), verb)(["oracle", {"mine": router}], out=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays_there(tmp_path: Path) -> None:
    trace = wattroute.open("toy")
    trace.replay("oracle", out=tmp_path / "run")
    before = (tmp_path / "run" / "report.json").read_bytes()
    with pytest.raises(wattroute.Error):
        trace.replay(breaks, out=tmp_path / "run", force=True)
    assert (tmp_path / "run" / "report.json").read_bytes() == before and len(list(tmp_path.iterdir())) == 1
    # And it is known before a router is asked that the folder is taken.
    with pytest.raises(wattroute.Error) as raised:
        trace.replay(breaks, out=tmp_path / "run")
    assert raised.value.__cause__ is None and "router" not in raised.value.what


def test_what_cannot_be_a_router_is_told_at_once() -> None:
    trace = wattroute.open("toy")
    for nothing in (3, object(), {"mine": "oracle"}, [None]):
        with pytest.raises(TypeError, match="is no"):
            trace.replay(nothing)
    with pytest.raises(TypeError, match="is no router"):
        wattroute.Router(wattroute.Router(alternating))
    with pytest.raises(wattroute.UsageError, match="`folds`|cannot be said of a callable"):
        wattroute.Router(alternating, features={"parts": ["text"]}, calibrate="platt")
    with pytest.raises(wattroute.UsageError, match="say which by `rule`"):
        wattroute.Router(alternating, rule_parameters={"tau": 0.5})


def test_parameters_are_checked_as_those_of_a_policy_file() -> None:
    error = refused(wattroute.Router(alternating, name="mine", rule="cheapst", rule_parameters={"tau": 0.5}))
    assert (error.what, error.found, error.hint) == ("no such decision rule", "`cheapst`", "did you mean `cheapest`?")
    error = refused(wattroute.Router(alternating, name="mine", rule="cheapest", rule_parameters={"tau": 5}, folds=1))
    assert sorted(problem.what for problem in error.errors) == ["`folds` is too small", "`tau` is no probability"]
    assert "missing field `tau`" in str(refused(wattroute.Router(alternating, rule="cheapest")))
    high = wattroute.Router(
        lambda batch: numpy.full((12, 3), 1.5),
        name="mine",
        rule="win-rate",
        rule_parameters={"tau": 0.5, "weak": TOY[0]},
    )
    assert refused(high).allowed == "0 to 1, as the rule compares chances"


def test_two_of_one_name_and_columns_that_are_not_there_are_refused() -> None:
    with pytest.raises(wattroute.UsageError, match="a policy is named twice"):
        wattroute.open("toy").replay([alternating, alternating])
    error = refused(wattroute.Router(alternating, columns=["row", "embedding", "feature_nose"]))
    assert (error.what, error.found) == ("the queries lack columns that a router wants", "embedding, feature_nose")
    assert "input_tokens" in error.allowed


def test_it_cannot_be_streamed_swept_or_saved(tmp_path: Path) -> None:
    trace = wattroute.open("toy")
    error = refused(alternating, stream=True)
    assert (
        isinstance(error, wattroute.UsageError)
        and "cannot be replayed part by part" in error.what
        and "`mine` of kind supplied" in error.found
    )
    with pytest.raises(wattroute.UsageError, match="only a noisy oracle can be swept"):
        trace.sweep(policy=alternating)
    with pytest.raises(wattroute.UsageError, match="has no router to fit"):
        trace.train(router=alternating, out=tmp_path / "router.json")


SLOW = """
import sys, time, wattroute
def slow(batch):
    print("begun", flush=True)
    while True:
        {work}
try:
    wattroute.open("toy").replay(slow, out="made", threads={threads})
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(7)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send to one process")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("work", ["sum(range(1000))", "time.sleep(0.1)"])
def test_an_interrupt_ends_a_router(threads: int, work: str, tmp_path: Path) -> None:
    program = SLOW.format(work=work, threads=threads)
    begun = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert begun.stdout.readline() == "begun\n"
    time.sleep(0.3)
    begun.send_signal(signal.SIGINT)
    said, _ = begun.communicate(timeout=60)
    assert (said, begun.returncode) == ("interrupted\n", 7)
    assert list(tmp_path.iterdir()) == []
