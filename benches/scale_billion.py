"""A billion queries: a trace that is replayed many times as a workload, and what a billion on disk would take."""

import prepare
from page import figures, shown, shown_bytes
from scale_checks import STREAM_PEAK_BYTES

BILLION = 1_000_000_000
# The next size, ten times as large, is left out where it would take longer.
LONGEST_S = 180.0
# Verbs that keep something of every query they draw; a day keeps a batch.
HOLDS_ARRIVALS = {"replay --workload"}


def measure(size, wattroute, data, run):
    """Draws from the trace with replacement: as arrivals of a day, and as the sample of a replay."""
    counts = [BILLION // step * prepare.QUERIES[size] // prepare.QUERIES["full"] for step in (100, 10, 1)]
    trace, scored = data.trace(), ["--policy", "noisy-oracle", "--json", "--quiet"]
    day = lambda count: [wattroute, "day", trace, "--arrivals-total", count, *scored]
    return {"day": many(counts, day, run, "day"), "replay --workload": many(counts, lambda count: sample(wattroute, trace, count, scored, data), run, "workload")}


def sample(wattroute, trace, count, scored, data):
    file = data.folder / f"sample-{count}.toml"
    file.write_text(f"sample = {count}\n")
    return [wattroute, "replay", trace, "--workload", file, *scored]


def many(counts, command, run, name):
    taken = []
    for count in counts:
        if taken and taken[-1]["wall_s"] * count / taken[-1]["queries"] > LONGEST_S:
            break
        one = run(command(count), f"{name}-{count}")
        one.pop("output")
        taken.append({"queries": count} | one)
    return taken


def lines(results):
    """The arithmetic, from what was measured."""
    found = []
    for name, taken in results.get("billion", {}).items():
        found += [extrapolated(name, taken)]
    streamed = [point for point in results["axes"].get("queries", {}).get("points", []) if point["series"] == "replay --stream"]
    return found + ([file_bound(max(streamed, key=lambda point: point["value"]))] if streamed else [])


def extrapolated(name, taken):
    *before, last = taken
    each = lambda one: one["wall_s"] / one["queries"]
    told = f"- **`{name}`**: " + "; ".join(f"{one['queries']:,} queries in {shown(one['wall_s'])}, peak {shown_bytes(one['peak_bytes'])}" for one in taken)
    if last["queries"] == BILLION:
        return told + f". Measured, not extrapolated; from {before[-1]['queries']:,}: {shown(each(before[-1]))} a query x 10^9 = {shown(each(before[-1]) * BILLION)}."
    told += f". A billion, extrapolated: {shown(each(last))} a query x 10^9 = {shown(each(last) * BILLION)}"
    if name not in HOLDS_ARRIVALS or not before:
        return told + "."
    grown = (last["peak_bytes"] - before[-1]["peak_bytes"]) / (last["queries"] - before[-1]["queries"])
    return told + f"; {figures(grown)} bytes of memory a further query make {shown_bytes(last['peak_bytes'] + grown * (BILLION - last['queries']))}."


def file_bound(point):
    """A billion rows on disk: all that is read grows with them, and memory does not."""
    queries, seconds, size = point["value"], point["wall_s"], point["trace_bytes"]
    return (
        f"- **File-bound, `replay --stream`**: {queries:,} queries are {shown_bytes(size)} on disk, {figures(size / queries)} bytes a query: x 10^9 = {shown_bytes(size / queries * BILLION)}. "
        f"They took {shown(seconds)}, {shown(seconds / queries)} a query: x 10^9 = {shown(seconds / queries * BILLION)}, "
        f"with the same peak, {shown_bytes(point['peak_bytes'])} (limit {shown_bytes(STREAM_PEAK_BYTES)}). "
        f"Of these bytes {shown_bytes(point['from_disk_bytes'])} came from the disk and the others from the page cache; "
        f"a disk that gives less than {shown_bytes(size / seconds)} a second would be the limit instead."
    )
