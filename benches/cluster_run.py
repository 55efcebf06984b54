"""One replay on a Dask cluster of this machine: cluster_run.py TRACE WORKERS POLICY SEED OUTPUT

Writes what `--json` prints, and prints what it took as one JSON object.
"""

import json
import logging
import sys
import time
from pathlib import Path


def main():
    import distributed

    import wattroute.dask

    trace, workers, policy, seed, output = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), Path(sys.argv[5])
    started = time.perf_counter()
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=logging.CRITICAL
    ) as cluster, distributed.Client(cluster) as client:
        # What a cluster has behind it: its processes have read the package.
        client.run(imported)
        ready = time.perf_counter()
        with distributed.get_task_stream(client) as tasks:
            result = wattroute.dask.replay(trace, policy, client=client, seed=seed, progress=False)
        done = time.perf_counter()
    parts = [task for task in tasks.data if "wattroute-replay" in str(task["key"])]
    spans = [span["stop"] - span["start"] for task in parts for span in task["startstops"] if span["action"] == "compute"]
    output.write_text(result.json)
    print(
        json.dumps(
            {
                "wall_s": done - ready,
                "start_s": ready - started,
                "parts": len(parts),
                "parts_s": sum(spans),
                "tally_bytes": sum(task.get("nbytes") or 0 for task in parts),
            }
        )
    )


def imported():
    import wattroute.dask  # noqa: F401


if __name__ == "__main__":
    main()
