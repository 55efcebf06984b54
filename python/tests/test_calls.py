"""Calls: temporary traces, threads, progress, interrupts."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import wattroute
from conftest import contents


def test_a_temporary_trace_lives_as_long_as_its_object() -> None:
    trace = wattroute.synth("ipw-routing", queries=1000)
    place = Path(trace.place)
    assert place.name == "ipw-routing" and (place / "trace.toml").exists()
    priced = trace.enrich(electricity=0.2)
    del trace
    gc.collect()
    assert not place.parent.exists() and Path(priced.place).exists()
    assert "--electricity" in contents(Path(priced.place))["trace.toml"].decode()


def test_a_temporary_trace_that_is_opened_again_stays() -> None:
    again = wattroute.open(wattroute.synth("ipw-routing", queries=1000)).enrich(electricity=0.2, force=True)
    gc.collect()
    assert again.inspect().to_dict()["queries"] == 1000


def test_a_temporary_folder_is_gone_where_making_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(wattroute.Error):
        wattroute.synth("ipw-routing", queries=0)
    assert list(tmp_path.iterdir()) == []


def test_enrich_replaces_the_trace_only_where_it_is_told_to(tmp_path: Path) -> None:
    trace = wattroute.synth("ipw-routing", queries=1000, out=tmp_path / "made")
    before = contents(tmp_path / "made")
    assert wattroute.open(trace).enrich(electricity=0.2).place != trace.place
    assert contents(tmp_path / "made") == before
    assert trace.enrich(electricity=0.2, force=True).place == trace.place
    assert contents(tmp_path / "made") != before


def test_calls_side_by_side_do_not_disturb_each_other() -> None:
    trace = wattroute.open("toy")
    alone = [trace.replay("random", seed=seed, threads=1 + seed % 2).json for seed in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda seed: trace.replay("random", seed=seed, threads=1 + seed % 2).json, range(6)))
    assert alone == together


def test_python_goes_on_while_rust_works() -> None:
    ticks, ended = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not ended.is_set():
            ticks += 1
            time.sleep(0.001)

    ticking = threading.Thread(target=tick)
    ticking.start()
    wattroute.open("ladder").sweep()
    ended.set()
    ticking.join()
    # Without the lock of Python let go of there would be one or two.
    assert ticks > 10


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    trace = wattroute.synth("ipw-routing", queries=60_000)
    trace.replay(["noisy-oracle", "random"], progress=lambda done, total: told.append((done, total)))
    assert all(0 <= done <= total == 60_000 for done, total in told) and told == sorted(told)
    assert told[-1] == (60_000, 60_000)


def test_a_bar_shows_where_it_is_wanted(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    trace = wattroute.synth("ipw-routing", queries=60_000)
    trace.replay(["noisy-oracle", "random"], progress=True)
    assert "queries/s" in capfd.readouterr().err
    # Nobody looks at the output of a test.
    trace.replay(["noisy-oracle", "random"])
    assert capfd.readouterr().err == ""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    trace.replay(["noisy-oracle", "random"], progress=True)
    assert capfd.readouterr().err == ""


def test_an_exception_of_progress_stops_the_work(tmp_path: Path) -> None:
    def refuse(done: int, total: int) -> None:
        raise RuntimeError("enough")

    trace = wattroute.synth("ipw-routing", queries=60_000)
    with pytest.raises(RuntimeError, match="enough"):
        trace.replay(["noisy-oracle", "random"], out=tmp_path / "run", progress=refuse)
    assert list(tmp_path.iterdir()) == []


LONG = """
import sys, wattroute
print("begun", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(7)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send to one process")
@pytest.mark.parametrize(
    "call",
    [
        'wattroute.synth("ipw-routing", queries=5_000_000, out="made")',
        'wattroute.open("ladder").replay(["noisy-oracle"], replicates=200_000, out="made")',
        'wattroute.open("ladder").compare(["mf:router.epochs=10000"], out="made")',
        'wattroute.open("toy").day(arrivals_total=4_000_000_000, out="made")',
    ],
)
def test_an_interrupt_ends_a_call_and_nothing_is_left(call: str, tmp_path: Path) -> None:
    begun = subprocess.Popen([sys.executable, "-c", LONG.format(call=call)], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert begun.stdout.readline() == "begun\n"
    # Long before the shortest of them ends, on a fast machine too.
    time.sleep(0.7)
    begun.send_signal(signal.SIGINT)
    said, _ = begun.communicate(timeout=60)
    assert (said, begun.returncode) == ("interrupted\n", 7)
    assert list(tmp_path.iterdir()) == []
