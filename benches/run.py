"""Runs our side and the others' in turns, checks that they agree, and writes the table of ratios.

    python3 benches/run.py                  1M queries: benches/results.json and the table in benches/README.md
    python3 benches/run.py --only sweep     these rows alone; the others stay as they were
    python3 benches/run.py --size small     10,000 queries, one run: fails on a wrong result, never on a time

WATTROUTE_DATA names the folder with the real files; without it the rows that need them are left out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import page
import prepare
from page import figures, shown
from sides import Command, Server, Wrong, agree

RESULTS = prepare.ROOT / "benches" / "results.json"
MARKERS = "<!-- table of benches/run.py -->", "<!-- end of the table -->"
CELLS, POINTS = 8, 101
SHORT_S = 1.0


@dataclass
class Other:
    """What our side is held against: how much faster ours is to be, and what of ours it is compared with."""

    name: str
    label: str
    side: object
    goal: float
    words: str = ""
    of_ours: object = staticmethod(lambda told: told)

    def goal_words(self):
        return self.words or f"{self.goal:g} times faster"


@dataclass
class Row:
    name: str
    work: str
    ours: object
    others: list = field(default_factory=list)


def rows(size, wattroute, against, python, data):
    """All rows; what they need is made now, so only for those asked for: each is a function."""
    real = os.environ.get("WATTROUTE_DATA")
    bench = lambda name, threads=None: Server(
        [against, name, "--folder", data.folder, "--arrivals", prepare.ARRIVALS[size], "--rows", prepare.COLUMN_ROWS[size], *(["--data", real] if real else [])], threads
    )
    script = lambda name, *arguments: Server([python, prepare.BASELINES / name, *arguments])
    count = f"{prepare.QUERIES[size]:,} x 5"
    slower, day = "no slower", f"{prepare.ARRIVALS[size]:,} arrivals, five strategies, cumulative by minute"

    def sweep():
        trace = data.trace()
        others = [
            Other("numpy", "numpy, one pass a replicate with `bincount`", script("sweep.py", trace), 8),
            Other("numpy cells", "numpy, cell by cell", script("sweep_cells.py", trace), 1000, of_ours=cells),
            Other("rust cells", "plain Rust, rayon over cells", bench("sweep-cells"), 400, of_ours=cells),
        ]
        return Row("sweep", f"sweep, 101 accuracies x 20 replicates, {count}, from columns in memory", bench("sweep"), others)

    def closed_form():
        column_rows = prepare.COLUMN_ROWS[size]
        other = Other("plain sum", "numpy adding up the same columns", script("plain_sum.py", column_rows), 0.7, "70% of its bandwidth")
        return Row("closed-form", f"the closed form of one figure, two columns of {column_rows:,}, one thread", bench("closed-form", 1), [other])

    def command():
        trace = data.trace()
        ours = Command([wattroute, "sweep", trace, "--json", "--quiet"], swept)
        inspected = lambda _: costs(wattroute, trace)
        read = Other("polars reads", "polars reads the same columns", Command([python, prepare.BASELINES / "sweep_read.py", trace], read_costs), 1, slower, inspected)
        work = Other("numpy and polars", "numpy and polars, the same work", Command([python, prepare.BASELINES / "sweep_command.py", trace]), 3)
        return Row("sweep-command", f"`wattroute sweep --json`, whole process, {count}", ours, [read, work])

    def ten():
        data.trace()
        one = Other("one", "one policy", bench("replay-one"), 0.25, "less than 4 times the time")
        return Row("replay-ten", f"replay of ten policies at once, {count}", bench("replay-ten"), [one])

    def roc():
        others = [Other("scikit-learn", "scikit-learn's `roc_curve`", script("roc.py", data.roc()), 3)]
        return Row("roc", f"every distinct threshold of {prepare.QUERIES[size]:,} scores", bench("roc"), others)

    def the_day():
        numpy = script("day.py", data.trace(), "--arrivals", prepare.ARRIVALS[size])
        return Row("day", f"the day: {day}", bench("day"), [Other("numpy", "numpy drawing and summing the same", numpy, 8)])

    def synth():
        data.trace()
        other = Other("numpy", "numpy drawing as many normals and uniforms", script("synth.py", prepare.QUERIES[size]), 1, slower)
        return Row("synth", f"rows of `synth ipw-routing`, {count}, in memory, columns that follow from tokens as what they follow from", bench("synth"), [other])

    def tables(ending, what, disk=False):
        def row():
            # wattroute waits until the disk has what it wrote, the others do not: where it is no disk, nobody waits.
            memory = None if disk else prepare.memory()
            folder = tempfile.TemporaryDirectory(prefix="wattroute-bench-", dir=memory or data.folder)
            tables, out = data.tables(), Path(folder.name) / "imported"
            file = tables / f"rows.{ending}"
            ours = [wattroute, "import", "table", file, "--map", tables / "map.toml", "--out", out, "--quiet"]
            sums = lambda _: json.loads(subprocess.run([python, prepare.BASELINES / "trace_sums.py", f"{folder.name}/imported"], stdout=subprocess.PIPE, check=True).stdout)
            pandas = Other("pandas", "pandas reads it", script("read_pandas.py", file), 1, slower)
            polars = script("read_polars.py", file, Path(folder.name) / "polars.parquet")
            polars = Other("polars", "polars reads it and writes Parquet", polars, 1 / 1.5, "within 1.5 times")
            name, where = f"import-{ending}{'-disk' * disk}", "memory" if memory else "a new folder on the disk"
            return Row(name, f"`wattroute import table`, whole process, into {where}, {what}", Command(ours, sums, makes=out), [pandas, polars])

        return row

    def real_rows(name, title):
        def row():
            if not real:
                raise LookupError("WATTROUTE_DATA is not set")
            other = Other("pandas", "its published algorithm in pandas", script(f"{name}.py", real), 100)
            return Row(name, f"{title}'s own evaluation on its own rows, in memory", bench(name), [other])

        return row

    def threads(name, work):
        def row():
            data.trace()
            one = Other("one thread", "one thread", bench(name, 1), 1.8, "1.8 times faster")
            return Row(f"{name}-threads", f"two threads: {work}", bench(name, 2), [one])

        return row

    million = prepare.QUERIES[size]
    return {
        "sweep": sweep,
        "closed-form": closed_form,
        "sweep-command": command,
        "replay-ten": ten,
        "roc": roc,
        "day": the_day,
        "synth": synth,
        "import-csv": tables("csv", f"{million:,} rows of CSV"),
        "import-csv-disk": tables("csv", f"{million:,} rows of CSV", disk=True),
        "import-jsonl": tables("jsonl", f"{5 * million:,} rows of JSONL"),
        "routerbench": real_rows("routerbench", "RouterBench"),
        "routellm": real_rows("routellm", "RouteLLM"),
        "sweep-threads": threads("sweep", f"the sweep, {count}"),
        "day-threads": threads("day", f"the day, {day}"),
    }


def cells(told):
    """The cells of a sweep that are measured cell by cell."""
    places = [index * POINTS + (index * 37 + 13) % POINTS for index in range(CELLS)]
    return told | {"result": {name: [sums[place] for place in places] for name, sums in told["result"].items()}}


def swept(output):
    """The figures of a sweep's report that the script has too."""
    [curve] = json.loads(output)["curves"]
    accounts = {"energy_j": "energy", "flops": "flops", "cost_usd": "cost", "latency_s": "latency"}
    result = {"score expected": [point["expected_answer_accuracy"] for point in curve["points"]]}
    figures = {"score": [point["answer_accuracy"] for point in curve["points"]]}
    for metric, account in accounts.items():
        only = lambda savings: next(iter(savings.values()))[account]
        result[f"{metric} expected"] = [only(point["expected_savings"]) for point in curve["points"]]
        figures[metric] = [only(point["savings"]) for point in curve["points"]]
    for metric, points in figures.items():
        result |= {metric: [point["value"] for point in points]}
        result |= {f"{metric} {end}": [point[end] for point in points] for end in ("low", "high")}
    return {"name": "wattroute sweep", "result": result}


def costs(wattroute, trace):
    told = subprocess.run([wattroute, "inspect", trace, "--json", "--quiet"], stdout=subprocess.PIPE, check=True).stdout
    return {"result": {"cost_usd": [endpoint["cost_usd_total"] for endpoint in json.loads(told)["endpoints"]]}}


def read_costs(output):
    told = json.loads(output)
    return told | {"result": {"cost_usd": told["result"]["cost_usd"]}}


def measure(row, runs):
    """Checks every side against ours, then lets them take turns: each runs alone."""
    sides = [row.ours, *(other.side for other in row.others)]
    try:
        ours = row.ours.start()
        told = [other.side.start() for other in row.others]
        for other, theirs in zip(row.others, told):
            agree(other.of_ours(ours), theirs)
        times = [[] for _ in sides]
        for _ in range(runs):
            for side, taken in zip(sides, times):
                taken.append(turn(side))
    finally:
        for side in sides:
            side.stop()
    versions = {package: version for theirs in told for package, version in theirs.get("versions", {}).items()}
    extrapolated = {other.name: theirs["extrapolated"] for other, theirs in zip(row.others, told) if "extrapolated" in theirs}
    found = {"work": row.work, "ours": timed(times[0]), "others": {}}
    for other, taken in zip(row.others, times[1:]):
        theirs = timed(taken)
        ratio = theirs["median"] / found["ours"]["median"]
        theirs |= {"label": other.label, "ratio": ratio, "goal": other.goal, "goal_words": other.goal_words(), "met": ratio >= other.goal}
        theirs |= {"extrapolated": extrapolated[other.name]} if other.name in extrapolated else {}
        found["others"][other.name] = theirs
    return found | {"versions": versions}


def turn(side):
    """One timed run. What is over in less than a second runs twice, of which the second counts: while another side ran, the
    processor may have slowed down and the host may have taken back memory, neither of which is work of this side."""
    taken = side.once()
    return side.once() if taken[0] < SHORT_S else taken


def timed(taken):
    seconds, processor = zip(*taken)
    return {"median": statistics.median(seconds), "processor_median": statistics.median(processor), "seconds": list(seconds)}


def table(results):
    """One line a comparison."""
    lines = ["| work | ours | theirs | ratio | goal | met? |", "| --- | --- | --- | --- | --- | --- |"]
    for row in results["rows"].values():
        for other in row["others"].values():
            theirs = f"{other['label']}: {shown(other['median'])}" + (f" ({other['extrapolated']})" if "extrapolated" in other else "")
            met = "yes" if other["met"] else "no"
            lines.append(f"| {row['work']} | {shown(row['ours']['median'])} | {theirs} | {figures(other['ratio'])} | {other['goal_words']} | {met} |")
    machine = results["machine"]
    versions = ", ".join(f"{package} {version}" for package, version in sorted(results["versions"].items()) if package != "wattroute")
    about = f"Medians of {results['runs']} runs and more, sides taking turns, on {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB ({versions}); load before the last run {machine['load']:.1f}. Ratio: their time over ours."
    return "\n".join([*lines, "", about])


def write(results, size):
    if size != "full":
        (prepare.BENCH / size / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        return
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    page.put(MARKERS, table(results))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(prepare.QUERIES), default="full")
    parser.add_argument("--only", action="append", metavar="ROW", help="a row by name; may be given several times")
    parser.add_argument("--runs", type=int, help="timed runs of each side [default: 5, of size small 1]")
    parser.add_argument("--table", action="store_true", help="only write the table again, from benches/results.json")
    args = parser.parse_args()
    runs = args.runs or (5 if args.size == "full" else 1)
    before = json.loads(RESULTS.read_text()) if args.size == "full" and RESULTS.exists() else {"rows": {}, "versions": {}, "runs": runs}
    if args.table:
        return write(before, args.size)
    wattroute, against = prepare.build()
    python = prepare.python()
    known = rows(args.size, wattroute, against, python, prepare.Data(args.size, wattroute, python))
    if unknown := set(args.only or []) - known.keys():
        parser.error(f"no row {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    results, failed = before | {"machine": prepare.machine()}, []
    for name in args.only or known:
        try:
            found = measure(known[name](), runs)
        except LookupError as error:
            print(f"{name}: left out, {error}", flush=True)
            continue
        except (Wrong, OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            failed.append(name)
            continue
        results["versions"] |= found.pop("versions")
        results["rows"][name] = found
        for other in found["others"].values():
            print(f"{name}: {shown(found['ours']['median'])}, {other['label']} {shown(other['median'])}: {figures(other['ratio'])} ({other['goal_words']})", flush=True)
    results["runs"] = min(runs, results["runs"]) if len(results["rows"]) > len(args.only or known) else runs
    results["rows"] = {name: results["rows"][name] for name in known if name in results["rows"]}
    write(results, args.size)
    if failed:
        sys.exit(f"wrong or failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
