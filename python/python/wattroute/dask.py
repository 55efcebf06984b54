"""Replays on a Dask cluster: the parts of a trace on its workers, and the very result that one machine gives.

    from distributed import Client
    import wattroute.dask

    result = wattroute.dask.replay("s3://bucket/my-trace", ["oracle", "random"], client=Client("scheduler:8786"))

Dask does the scheduling: a part whose worker dies is run by another one, and its dashboard shows the parts as they are
done, under ``wattroute-replay``.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from typing import Any, Optional

try:
    import distributed
except ImportError as error:
    raise ImportError("`wattroute.dask` needs Dask's scheduler: pip install 'wattroute[dask]'") from error

from . import _wattroute
from ._progress import Progress, told
from ._remote import Place
from ._result import Result
from ._types import Policies, Text
from .tallies import Job, Part, cut_at, merge

# Parts for each thread of the workers, where nobody says: few enough to be long, enough to even out.
_PARTS_A_THREAD = 4


def replay(
    trace: Text,
    policies: Policies,
    *,
    client: Optional[distributed.Client] = None,
    parts: Optional[int] = None,
    retries: int = 2,
    storage_options: Optional[Mapping[str, Any]] = None,
    cache: Optional[Text] = None,
    out: Optional[Text] = None,
    force: bool = False,
    progress: Progress = None,
    **options: Any,
) -> Result:
    """What each policy would have cost, saved and answered: as :meth:`wattroute.Trace.replay`, on the workers of a cluster.

    Parameters:
        trace: A folder that every worker sees under this path, the name of a trace in the program, or a URL of a folder
            on any file system that fsspec knows (``s3://…``, ``https://…``, ``zip://trace::https://….zip``): then each
            worker fetches the trace once into its cache
        policies: Policies by name or file: those that `--stream` takes. Files are read here, and need not be on the
            workers
        client: The cluster's client [default: the one of this process]
        parts: How many parts the trace is cut into, between row groups where it has that many [default: four for each
            thread of the workers, but no row group is cut for more than one]
        retries: How often a part is run again that fails. That its worker died is not counted here, but by Dask's
            `distributed.scheduler.allowed-failures`
        storage_options: What fsspec is told of the URL's file system
        cache: Folder on the workers for fetched traces, which those of one machine share and nobody clears
            [default: the worker's own, which goes with it]
        out: Folder for the report, its tables and figures [default: nothing is written]
        force: Replace what is there already [default: that is an error]
        progress: As everywhere, in queries
        options: Those of :meth:`wattroute.Trace.replay`, but for `stream`, `rows` and `tally`. `threads` are those of
            a part [default: 1, since a worker runs as many parts as it has threads]

    Returns a :class:`wattroute.Result`.
    """
    job = Job(trace, policies, {"threads": 1, **options})
    place = Place(job.trace, dict(storage_options or {}), None if cache is None else os.fspath(cache))
    client = _client(client)
    name = f"wattroute-replay-{uuid.uuid4().hex[:8]}"
    block, bounds = client.submit(_bounds, place, key=f"wattroute-open-{uuid.uuid4().hex[:8]}", retries=retries).result()
    cuts = cut_at(block, bounds, parts or _parts(_threads(client), len(bounds) - 1))
    futures = {
        client.submit(_tally, job, place, part, key=(name, f"queries {part[0]}..{part[1]}"), retries=retries): part for part in cuts
    }
    try:
        made = _gathered(client, futures, bounds[-1], progress)
    finally:
        # Of no use to anybody else; where a part failed, the others need not be run.
        client.cancel(list(futures))
    result = merge(job, made)
    if out is not None:
        result.files = result.write(out, force=force)
    return result


def _client(client: Optional[distributed.Client]) -> distributed.Client:
    if client is not None:
        return client
    try:
        return distributed.get_client()
    except ValueError as error:
        raise ValueError("there is no Dask client: make one, `distributed.Client(…)`, or give it as `client`") from error


def _threads(client: distributed.Client) -> int:
    return sum(client.nthreads().values())


def _parts(threads: int, row_groups: int) -> int:
    """How many parts where nobody says: a row group that is cut is decoded by both sides, which is done only where
    threads would have nothing to do."""
    threads = max(1, threads)
    return max(threads, min(_PARTS_A_THREAD * threads, row_groups))


def _gathered(client: distributed.Client, futures: dict[Any, Part], queries: int, progress: Progress) -> list[bytes]:
    """The tallies as they are done. What a part raises is raised here."""
    tell, end = told(progress)
    made, done = [], 0
    try:
        for future, tally in distributed.as_completed(futures, with_results=True):
            made.append(tally)
            start, behind = futures[future]
            done += behind - start
            if tell is not None:
                tell(done, queries, "queries")
    finally:
        end()
    return made


def _bounds(place: Place) -> tuple[int, list[int]]:
    """Of the trace, as a worker sees it."""
    return _wattroute.bounds(place.local(_folder()))


def _tally(job: Job, place: Place, part: Part) -> bytes:
    """The tally of a part, on a worker."""
    return job.tally(part, place.local(_folder()))


def _folder() -> str:
    return os.path.join(distributed.get_worker().local_directory, "wattroute")
