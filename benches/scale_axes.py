"""What is measured along each axis of scale, and why it grows as it does."""

from dataclasses import dataclass

import prepare

TIMES, ENDPOINTS, ACCURACIES, REPLICATES = (1, 3, 10, 100), (5, 20, 60), (11, 101, 1_001, 10_001), (1, 10, 100, 1_000)
# A trace of so many times the queries is read part by part only.
STREAMED_ONLY = 100

# Why an axis is as it is: a sentence by axis and series, shown beside the verdict.
# Whoever measures holds them against the table.
EXPLANATIONS = {
    ("queries", "replay --stream"): "a part of about a million queries is in memory at a time, whatever the trace has",
    ("queries", "sweep --stream"): "a part of about a million queries is in memory at a time, whatever the trace has",
    ("queries", "replay"): "parts of a row group or two are in memory at a time, and take the memory of those before, whatever the trace has",
    ("queries", "sweep"): "as for `replay`",
    ("endpoints", "replay"): "the queries' own columns, draws and resamples are the constant; each endpoint adds its columns and one more place for the oracle to look",
    ("endpoints", "sweep"): "as for `replay`; what a sweep adds up does not grow with endpoints",
    ("accuracies", "sweep"): "one pass over the queries for all accuracies is the constant; each accuracy adds its own 1,000 resamples and its part of the report",
    ("replicates", "sweep"): "reading the trace, the oracle's choice and both outcomes of each query are the constant; each replicate adds a draw a query and one pass over what changes. The bins of 1,000 replicates take 6.5 MB a thread in slim lines, more than the nearer caches hold, and come back for each block: a replicate then costs a fifth more",
    ("replicates", "replay"): "reading the trace and the oracle's choice are the constant; each replicate adds a draw and a line a query; with fewer replicates than endpoints lines are made for what is chosen, with more for all endpoints once",
}


@dataclass(frozen=True)
class Axis:
    """What grows, and the unit of work that a slope is told in."""

    name: str
    unit: str
    per: int
    per_words: str


AXES = {
    axis.name: axis
    for axis in (
        Axis("queries", "queries", 1_000_000, "a million queries"),
        Axis("endpoints", "endpoints", 1, "an endpoint"),
        Axis("accuracies", "router accuracies", 1_000, "a thousand accuracies"),
        Axis("replicates", "replicates", 1, "a replicate"),
    )
}


@dataclass(frozen=True)
class Point:
    """One command at one place of an axis. `trace` makes the trace when it is first asked for."""

    axis: str
    value: int
    series: str
    trace: object
    options: tuple = ()

    def command(self, wattroute):
        verb, *streamed = self.series.split()
        policy = ["--policy", "noisy-oracle"] if verb == "replay" else []
        return [str(word) for word in (wattroute, verb, self.trace(), *policy, *self.options, *streamed, "--json", "--quiet")]

    def name(self):
        return f"{self.axis}-{self.value}-{self.series.replace(' --', '-')}"


class ScaleData(prepare.Data):
    """Traces that are made of the one that the other benches use."""

    def script(self, verb, count, name):
        if count == {"repeat": TIMES, "widen": ENDPOINTS}[verb][0]:
            return self.trace()
        trace = self.trace()
        return self.make(name, lambda part: [self.python, prepare.ROOT / "benches" / "scale_data.py", verb, trace, count, part])

    def repeated(self, times):
        return self.script("repeat", times, f"queries-x{times}")

    def widened(self, endpoints):
        return self.script("widen", endpoints, f"endpoints-{endpoints}")


def points(axis, data):
    queries = prepare.QUERIES[data.size]
    at = lambda value, series, *options: Point(axis, value, series, data.trace, options)
    if axis == "queries":
        series = lambda times: ["replay --stream", "sweep --stream"] + (["replay", "sweep"] if times < STREAMED_ONLY else [])
        return [Point(axis, queries * times, name, lambda times=times: data.repeated(times)) for times in TIMES for name in series(times)]
    if axis == "endpoints":
        return [Point(axis, count, name, lambda count=count: data.widened(count)) for count in ENDPOINTS for name in ("replay", "sweep")]
    if axis == "accuracies":
        return [at(count, "sweep", "--accuracy", f"0:1:{1 / (count - 1):g}") for count in ACCURACIES]
    return [at(count, series, "--replicates", count) for count in REPLICATES for series in ("replay", "sweep")]
