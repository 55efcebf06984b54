"""Replays on a Dask cluster: the bytes of the command line, whatever happens to the workers.

A scheduler and three worker processes on this machine's loopback, which is all the network that there is.
"""

from __future__ import annotations

import functools
import http.server
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from pathlib import Path

import pytest

distributed = pytest.importorskip("distributed")

import wattroute  # noqa: E402
import wattroute.dask  # noqa: E402
from wattroute import tallies  # noqa: E402

QUERIES = 40_000
POLICIES = ["oracle", "random", "noisy-oracle:router_accuracy=0.6"]
OPTIONS = {"seed": 3, "replicates": 2, "carbon": 400}


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    return wattroute.synth("ipw-routing", queries=QUERIES, out=tmp_path_factory.mktemp("traces") / "trace")


@pytest.fixture(scope="module")
def whole(trace):
    """The report of one machine, written."""
    out = Path(trace.place).parent / "whole"
    trace.replay(POLICIES, out=out, **OPTIONS)
    return out


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with distributed.LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("workers")),
    ) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster) as client:
        client.wait_for_workers(3, timeout=60)
        yield client


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_bytes_are_those_of_one_machine(trace, whole, client, tmp_path):
    told = []
    result = wattroute.dask.replay(
        trace, POLICIES, client=client, parts=6, out=tmp_path / "run", progress=lambda done, of: told.append((done, of)), **OPTIONS
    )
    assert files(tmp_path / "run") == files(whole)
    assert result.files and all(file.exists() for file in result.files)
    assert len(told) == 6 and told[-1] == (QUERIES, QUERIES)


def test_a_worker_that_is_killed_in_the_middle_changes_no_byte(trace, whole, client, tmp_path):
    killed = []

    def kill(done: int, of: int) -> None:
        # Of the ten parts some are done, some are being run, and some wait.
        if not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    wattroute.dask.replay(trace, POLICIES, client=client, parts=10, out=tmp_path / "run", progress=kill, **OPTIONS)
    assert killed
    with pytest.raises(ProcessLookupError):
        # Its nanny has another one in its place by now, or soon.
        for _ in range(100):
            os.kill(killed[0], 0)
            time.sleep(0.1)
    assert files(tmp_path / "run") == files(whole)


def without_arguments(report: dict) -> dict:
    manifest = {**report["manifest"], "arguments": None}
    return {**report, "manifest": manifest}


class Server(http.server.ThreadingHTTPServer):
    """The files of a folder on 127.0.0.1, and which were asked for."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                if self.command == "GET":
                    asked.append(self.path)

        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
        threading.Thread(target=self.serve_forever, daemon=True).start()


def test_a_trace_on_the_web_is_fetched_once_by_each_worker(trace, client):
    pytest.importorskip("aiohttp")
    with Server(Path(trace.place).parent) as server:
        url = f"http://127.0.0.1:{server.server_port}/trace"
        result = wattroute.dask.replay(url, POLICIES, client=client, parts=9, **OPTIONS)
        server.shutdown()
    assert without_arguments(result.to_dict()) == without_arguments(trace.replay(POLICIES, **OPTIONS).to_dict())
    assert result.to_dict()["manifest"]["arguments"][:2] == ["replay", url]
    asked = [path for path in server.asked if path.endswith("queries.parquet")]
    assert 1 <= len(asked) <= 3, asked


def test_a_trace_in_an_archive_and_a_shared_cache(trace, client, tmp_path):
    archive, cache = tmp_path / "traces.zip", tmp_path / "cache"
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in files(Path(trace.place)).items():
            file.writestr(f"traces/mine/{name}", content)
    result = wattroute.dask.replay(f"zip://traces/mine::{archive}", "oracle", client=client, parts=4, cache=cache)
    assert without_arguments(result.to_dict()) == without_arguments(trace.replay("oracle").to_dict())
    # One copy, whole, and nothing half-fetched beside it.
    assert len(list(cache.iterdir())) == 1
    found = wattroute.dask.replay(Path(trace.place).as_uri(), "oracle", client=client, parts=2)
    assert without_arguments(found.to_dict()) == without_arguments(result.to_dict())


def test_policies_of_files_need_not_be_on_the_workers(trace, client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text('kind = "random"\nsummary = "mine"\n[parameters]\nfallback_share = 0.3\n')
    result = wattroute.dask.replay(trace, "mine.toml", client=client, parts=3, seed=5)
    assert result.to_dict() == trace.replay("mine.toml", seed=5).to_dict()


def test_what_cannot_be_replayed_in_parts_says_so(trace, client):
    with pytest.raises(wattroute.UsageError, match="looks at the whole trace"):
        wattroute.dask.replay(trace, "logistic", client=client, parts=2)
    with pytest.raises(wattroute.UsageError, match="no such policy"):
        wattroute.dask.replay(trace, "orcale", client=client)
    with pytest.raises(TypeError, match="not under an object"):
        wattroute.dask.replay(trace, lambda queries: 0, client=client)
    with pytest.raises(TypeError, match="`rows` is no option"):
        wattroute.dask.replay(trace, "oracle", client=client, rows="..4096")
    with pytest.raises(wattroute.Error, match="no such trace"):
        wattroute.dask.replay("nowhere", "oracle", client=client)


def test_without_a_client_it_says_what_to_do(trace):
    with pytest.raises(ValueError, match="there is no Dask client"):
        wattroute.dask.replay(trace, "oracle")


def test_without_dask_it_says_what_to_install(tmp_path):
    code = """
        import sys
        sys.modules["distributed"] = None
        try:
            import wattroute.dask
        except ImportError as error:
            print(error)
    """
    said = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "pip install 'wattroute[dask]'" in said.stdout


def test_cuts_are_at_row_groups_and_else_at_blocks():
    assert tallies.cut_at(4096, [0, 10_000, 20_000, 30_000], 3) == [(0, 8192), (8192, 16_384), (16_384, 30_000)]
    assert tallies.cut_at(4096, [0, 262_144, 524_288, 700_000], 2) == [(0, 262_144), (262_144, 700_000)]
    assert tallies.cut_at(4096, [0, 12_000], 2) == [(0, 4096), (4096, 12_000)]
    assert tallies.cut_at(4096, [0, 5_000], 9) == [(0, 4096), (4096, 5_000)]
    assert tallies.cut_at(4096, [0, 100], 9) == [(0, 100)]
    with pytest.raises(ValueError, match="1 part and more"):
        tallies.cut_at(4096, [0, 100], 0)


def test_tallies_of_another_job_are_refused(trace):
    made = [tallies.Job(trace, ["random"], {"seed": 1}).tally(part) for part in tallies.cut(trace, 2)]
    with pytest.raises(wattroute.Error, match="of another job") as caught:
        tallies.merge(tallies.Job(trace, ["oracle"], {"seed": 2}), made)
    assert "--policy random --seed 1" in caught.value.found and "--policy oracle --seed 2" in caught.value.allowed
    # Where the trace lies is no difference.
    assert tallies.merge(tallies.Job("elsewhere", ["random"], {"seed": 1}), made).to_dict()["manifest"]["seed"] == 1


def test_a_lost_part_is_named(trace):
    job = tallies.Job(trace, "oracle")
    first, second = tallies.cut(trace, 2)
    with pytest.raises(wattroute.Error, match=f"no tally of queries {second[0]}..{second[1]}"):
        tallies.merge(job, [job.tally(first)])
