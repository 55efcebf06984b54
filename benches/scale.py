"""Time and memory as work grows: measures each axis, checks results, and writes benches/scale.json, tables and a figure.

    python3 benches/scale.py                    1M queries by 5 endpoints and up: takes 12 GB of disk for a while
    python3 benches/scale.py --only accuracies  this axis alone, or `billion`; the others stay as they were
    python3 benches/scale.py --size small       from 10,000 queries: fails on a wrong result, never on a time
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import page
import prepare
import scale_axes
import scale_billion
import scale_checks
import scale_table
from page import shown, shown_bytes
from scale_axes import AXES, ScaleData
from sides import Wrong

BENCHES = prepare.ROOT / "benches"
RESULTS, FIGURE = BENCHES / "scale.json", "scale.svg"
MARKERS = "<!-- table of benches/scale.py -->", "<!-- end of scale -->"
# What takes longer is run once.
LONG_S = 20.0
# Of the trace that is repeated, with a margin: how much of the disk must be free.
DISK_MARGIN = 1.3


def measured(command, name, folder):
    """Runs a command in a process of its own, its output into a file."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"{name}.json"
    launcher = [sys.executable, "-I", BENCHES / "measured.py", output, *command]
    told = subprocess.run([str(word) for word in launcher], stdout=subprocess.PIPE, check=True).stdout
    taken = json.loads(told)
    if taken.pop("exit"):
        raise Wrong(f"failed: {' '.join(str(word) for word in command)}")
    return taken | {"output": output}


def measure_axis(axis, wattroute, data, runs, run):
    """All points of an axis in turns, then whether their results agree."""
    points = scale_axes.points(axis, data)
    enough_disk(axis, data)
    commands = {point: point.command(wattroute) for point in points}
    taken = {point: [] for point in points}
    for _ in range(runs):
        for point, command in commands.items():
            if not taken[point] or taken[point][0]["wall_s"] < LONG_S:
                taken[point].append(run(command, point.name()))
    found = [summed(point, some) for point, some in taken.items()]
    for one in found:
        print(f"{axis} {one['value']:,}, {one['series']}: {shown(one['wall_s'])}, {shown_bytes(one['peak_bytes'])}", flush=True)
        if "--stream" in one["series"]:
            scale_checks.under_limit(f"{one['series']} of {one['value']:,} queries", one)
    checks = scale_checks.check(axis, {point: some[0]["output"] for point, some in taken.items()})
    if axis == "queries":
        checks += scale_checks.check_total(wattroute, data, run)
    return {"unit": AXES[axis].unit, "points": found, "checks": checks}


def summed(point, taken):
    """The median of the runs in time and the largest in memory."""
    median = lambda what: statistics.median(one[what] for one in taken)
    files = [file for file in Path(point.trace()).rglob("*") if file.is_file()]
    return {
        "value": point.value,
        "series": point.series,
        "runs": len(taken),
        "wall_s": median("wall_s"),
        "processor_s": median("processor_s"),
        "peak_bytes": max(one["peak_bytes"] for one in taken),
        "from_disk_bytes": taken[0]["from_disk_bytes"],
        "trace_bytes": sum(file.stat().st_size for file in files),
        "wall_s_runs": [one["wall_s"] for one in taken],
    }


def enough_disk(axis, data):
    if axis != "queries":
        return
    once = sum(file.stat().st_size for file in data.trace().rglob("*.parquet"))
    missing = [times for times in scale_axes.TIMES[1:] if not (data.folder / f"queries-x{times}").exists()]
    wanted, free = DISK_MARGIN * once * sum(missing), shutil.disk_usage(data.folder).free
    if wanted > free:
        raise OSError(f"traces of up to {scale_axes.TIMES[-1]} times the queries need {shown_bytes(wanted)} of disk; {shown_bytes(free)} are free")


def drop_traces(data):
    """Those that are made for an axis; the one that the other benches use stays."""
    for folder in [*data.folder.glob("queries-x*"), *data.folder.glob("endpoints-*")]:
        shutil.rmtree(folder)


def tables(results):
    machine = results["machine"]
    about = f"Along an axis all else is as in the trace of `run.py`, 20 replicates, 101 accuracies; more queries and more endpoints are those of that trace again, under new ids. Time is the median of runs taking turns ({results['runs']}; one where it took longer than {LONG_S:.0f} s), memory the largest peak, of the whole process. On {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; load before {machine['load']:.1f}."
    checks = [check for axis in results["axes"].values() for check in axis["checks"]]
    held = "Checked in the same runs: " + "; ".join(checks) + "."
    billion = ["A billion queries:", "\n".join(scale_billion.lines(results))]
    return "\n\n".join([scale_table.tables(results), about, held, *billion, f"![Time and peak memory along each axis]({FIGURE})"])


def write(results, size, python, file):
    """The figure beside the results, and the tables."""
    file.write_text(json.dumps(results, indent=1) + "\n")
    figure = file.with_name(FIGURE)
    subprocess.run([python, BENCHES / "scale_figure.py", file, figure], check=True)
    if size == "full":
        page.put(MARKERS, tables(results))
    else:
        print(tables(results))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(prepare.QUERIES), default="full")
    parser.add_argument("--only", action="append", choices=[*AXES, "billion"], help="an axis; may be given several times")
    parser.add_argument("--runs", type=int, help="runs of what does not take long [default: 3, of size small 1]")
    parser.add_argument("--wattroute", type=Path, metavar="PATH", help="a program that is there [default: one is built]")
    parser.add_argument("--keep", action="store_true", help="keep the large traces")
    parser.add_argument("--table", action="store_true", help="only write tables and figure again, from the results that are there")
    return parser.parse_args()


def main():
    args = arguments()
    runs = args.runs or (3 if args.size == "full" else 1)
    python = prepare.python()
    wattroute = None if args.table else args.wattroute.resolve() if args.wattroute else prepare.build()[0]
    data = ScaleData(args.size, wattroute, python)
    file = RESULTS if args.size == "full" else data.folder / RESULTS.name
    results = json.loads(file.read_text()) if file.exists() else {"axes": {}}
    if args.table:
        return write(results, args.size, python, file)
    results |= {"size": args.size, "runs": runs, "machine": prepare.machine()}
    run = lambda command, name: measured(command, name, data.folder / "scale")
    try:
        for axis in args.only or [*AXES, "billion"]:
            if axis == "billion":
                results["billion"] = scale_billion.measure(args.size, wattroute, data, run)
            else:
                results["axes"][axis] = measure_axis(axis, wattroute, data, runs, run)
            # What was measured is kept, whatever comes of the next axis.
            file.write_text(json.dumps(results, indent=1) + "\n")
            if not args.keep:
                drop_traces(data)
    except (Wrong, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"wrong or failed: {error}")
    results["axes"] = {axis: results["axes"][axis] for axis in AXES if axis in results["axes"]}
    write(results, args.size, python, file)


if __name__ == "__main__":
    main()
