"""What Dask workers of this machine take, beside plain threads: measures, checks the bytes, and writes a table.

    python3 benches/cluster.py                       3 million queries
    python3 benches/cluster.py --times 100           100 million: takes 12 GB of disk for a while
    python3 benches/cluster.py --size small          from 10,000 queries: fails on a wrong result, never on a time
    python3 benches/cluster.py --wattroute PATH --python PATH    a program and an interpreter with the package that are there

Without `--python` the package is built, and installed with Dask in an environment of its own below target/bench.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

import page
import prepare
from page import figures, shown, shown_bytes
from scale_axes import ScaleData
from sides import Wrong

BENCHES = prepare.ROOT / "benches"
RESULTS = BENCHES / "cluster.json"
MARKERS = "<!-- table of benches/cluster.py -->", "<!-- end of cluster -->"
POLICY, SEED = "noisy-oracle", 1
# Worker processes of one thread each, and whether they are more than the cores of the machine may be.
WORKERS = (1, 2, 4)
# Of a day: the requests that a large service answers.
DAY_REQUESTS, DAY_S = 2_500_000_000, 86_400
PACKAGES = ["dask==2026.8.0", "distributed==2026.8.0"]


def interpreter():
    """An environment with the package and Dask."""
    venv = prepare.BENCH / "cluster-venv"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES, prepare.ROOT / "python"]
    subprocess.run(install, check=True)
    return python


def measured(command, folder, name):
    """Runs a command in a process of its own, its output into a file."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"{name}.json"
    launcher = [sys.executable, "-I", BENCHES / "measured.py", output, *command]
    told = subprocess.run([str(word) for word in launcher], stdout=subprocess.PIPE, check=True).stdout
    taken = json.loads(told)
    if taken.pop("exit"):
        raise Wrong(f"failed: {' '.join(str(word) for word in command)}")
    return taken | {"output": output}


def plain(wattroute, trace, threads, folder):
    command = [wattroute, "replay", trace, "--policy", POLICY, "--seed", SEED, "--stream", "--threads", threads, "--json", "--quiet"]
    taken = measured(command, folder, f"threads-{threads}")
    return {"series": "threads", "count": threads, "wall_s": taken["wall_s"], "peak_bytes": taken["peak_bytes"]}, taken["output"]


def dask(python, trace, workers, folder):
    """A cluster is started, which is not counted; then the replay, from the call to the result."""
    output = folder / f"workers-{workers}.json"
    told = subprocess.run(
        [python, BENCHES / "cluster_run.py", trace, str(workers), POLICY, str(SEED), output], stdout=subprocess.PIPE, check=True
    ).stdout
    return {"series": "Dask", "count": workers} | json.loads(told), output


def measure(args, wattroute, python, data):
    trace = data.repeated(args.times) if args.times > 1 else data.trace()
    folder = data.folder / "cluster"
    folder.mkdir(parents=True, exist_ok=True)
    taken, outputs = {}, {}
    for _ in range(args.runs):
        for count in WORKERS:
            for one, output in (plain(wattroute, trace, count, folder), dask(python, trace, count, folder)):
                key = one["series"], count
                taken.setdefault(key, []).append(one)
                outputs[key] = output.read_bytes()
                print(f"{one['series']} {count}: {shown(one['wall_s'])}", flush=True)
    expected = outputs["threads", WORKERS[0]]
    for (series, count), found in outputs.items():
        if found != expected:
            raise Wrong(f"{series} {count} gives other bytes than `wattroute replay --stream`")
    files = [file for file in Path(trace).rglob("*") if file.is_file()]
    return {
        "queries": json.loads(expected)["run"]["queries"],
        "trace_bytes": sum(file.stat().st_size for file in files),
        "runs": args.runs,
        "points": [some[0] | {"wall_s": statistics.median(one["wall_s"] for one in some)} for some in taken.values()],
        "machine": prepare.machine(),
    }


def table(results):
    """The table, and the arithmetic of a day."""
    wall = {(point["series"], point["count"]): point["wall_s"] for point in results["points"]}
    each = {(point["series"], point["count"]): point for point in results["points"]}
    cores = results["machine"]["cores"]
    lines = [
        "| at a time | `replay --stream`, threads | Dask, workers | over threads | its parts, added up | merging and the rest | bytes of all tallies |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for count in WORKERS:
        dask_, threads = each["Dask", count], wall["threads", count]
        # Parts that wait for each other's core take longer: then the rest cannot be told from it.
        rest = shown(max(dask_["wall_s"] - dask_["parts_s"] / count, 0)) if count <= cores else ""
        over = f"{(dask_['wall_s'] / threads - 1):+.0%}"
        name = f"{count}" if count <= cores else f"{count}, on {cores} cores"
        lines.append(
            f"| {name} | {shown(threads)} | {shown(dask_['wall_s'])} | {over} | {shown(dask_['parts_s'])} in {dask_['parts']} | {rest} | {shown_bytes(dask_['tally_bytes'])} |"
        )
    machine = results["machine"]
    about = f"{results['queries']:,} queries by 5 endpoints, {shown_bytes(results['trace_bytes'])}, `{POLICY}` of 20 replicates. {runs(results['runs'])}, on {machine['processor']}, {cores} cores, {machine['memory_gib']} GiB; load before {machine['load']:.1f}. A worker is a process of one thread; that a cluster is started is not counted. The bytes of all reports are the same."
    return "\n".join(lines) + "\n\n" + about + "\n\n" + day(results, wall)


def runs(count):
    return "One run each" if count == 1 else f"Medians of {count} runs taking turns"


def day(results, wall):
    """What a day of requests takes, by what a query took here."""
    queries, size = results["queries"], results["trace_bytes"]
    workers = min(max(WORKERS), results["machine"]["cores"])
    core_s = wall["Dask", workers] * workers / queries
    total_s, total_bytes = core_s * DAY_REQUESTS, size / queries * DAY_REQUESTS
    return (
        f"**A day of {DAY_REQUESTS / 1e9:g} billion requests**, an estimate: {workers} workers took {shown(wall['Dask', workers])} for {queries:,} queries, "
        f"{shown(core_s)} of a core a query; x {DAY_REQUESTS:,} = {figures(total_s)} core-seconds, {figures(total_s / 3600)} core-hours: "
        f"{shown(total_s / 32)} on 32 cores, were disks as fast. {figures(size / queries)} bytes a query make {shown_bytes(total_bytes)} on disk; "
        f"32 cores read them at {shown_bytes(total_bytes / (total_s / 32))} a second. Row numbers of 32 bits allow {2**32:,} queries a trace. "
        f"{DAY_REQUESTS:,} requests a day are {DAY_REQUESTS / DAY_S:,.0f} a second: {figures(core_s * DAY_REQUESTS / DAY_S)} cores keep up with them."
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(prepare.QUERIES), default="full")
    parser.add_argument("--times", type=int, default=3, choices=[1, 3, 10, 100], help="the trace of the other benches so many times")
    parser.add_argument("--runs", type=int, help="[default: 3, of size small or 100 times 1]")
    parser.add_argument("--wattroute", type=Path, metavar="PATH", help="a program that is there [default: one is built]")
    parser.add_argument("--python", type=Path, metavar="PATH", help="an interpreter with wattroute and Dask [default: one is made]")
    parser.add_argument("--keep", action="store_true", help="keep the large trace")
    parser.add_argument("--table", action="store_true", help="only write the table again, from the results that are there")
    return parser.parse_args()


def main():
    args = arguments()
    args.runs = args.runs or (1 if args.size == "small" or args.times >= 100 else 3)
    if args.table:
        return page.put(MARKERS, table(json.loads(RESULTS.read_text())))
    wattroute = args.wattroute.resolve() if args.wattroute else prepare.build()[0]
    python = args.python.absolute() if args.python else interpreter()
    data = ScaleData(args.size, wattroute, prepare.python())
    try:
        results = measure(args, wattroute, python, data)
    except (Wrong, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"wrong or failed: {error}")
    finally:
        if not args.keep and args.times > 1:
            subprocess.run(["rm", "-rf", data.folder / f"queries-x{args.times}"], check=True)
    if args.size == "full":
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        page.put(MARKERS, table(results))
    else:
        print(table(results))


if __name__ == "__main__":
    main()
