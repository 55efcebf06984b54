"""What must be the same along an axis: stops where it is not."""

import json

from scale_axes import TIMES
from sides import EXACT, Wrong

STREAM_PEAK_BYTES = 2 * 2**30


def check(axis, outputs):
    """Says what was held against what. `outputs`: a file by point."""
    return {"queries": check_queries, "endpoints": check_endpoints, "accuracies": check_accuracies, "replicates": check_replicates}[axis](outputs)


def check_queries(outputs):
    files = {(point.value, point.series): file for point, file in outputs.items()}
    both = [(value, series) for value, series in files if (value, f"{series} --stream") in files]
    for value, series in both:
        file, streamed = files[value, series], files[value, f"{series} --stream"]
        if file.read_bytes() != streamed.read_bytes():
            raise Wrong(f"{series} of {value:,} queries: streamed, the report has other bytes ({file}, {streamed})")
    sizes = sorted({value for value, _ in both})
    held = [f"`replay` and `sweep` of {spelled(sizes)} queries print the same bytes in memory and with `--stream`"]
    return held + check_expected(files)


def check_expected(files):
    """Queries that are there again add what they add: closed forms do not hang on draws."""
    replays = {value: json.loads(file.read_text()) for (value, series), file in files.items() if series == "replay --stream"}
    first, least = replays[min(replays)], min(replays)
    for value, report in replays.items():
        times = value // least
        same(f"queries of {value:,}", report["run"]["queries"], value)
        expected, once = (one["policies"][0]["expected"] for one in (report, first))
        same(f"expected answer accuracy of {value:,}", expected["answer_accuracy"]["mean"], once["answer_accuracy"]["mean"])
        for metric, total in once["totals"].items():
            same(f"expected {metric} of {value:,}", expected["totals"][metric]["mean"], times * total["mean"])
        # The first curve has the default grid, on which the policy's own accuracy stands.
        accuracy = report["policies"][0]["router_accuracy"]["nominal"]
        curve = json.loads(files[value, "sweep --stream"].read_text())["curves"][0]["points"]
        swept = next(point for point in curve if abs(point["router_accuracy"] - accuracy) < EXACT)
        for metric, total in report["policies"][0]["totals"].items():
            same(f"{metric} of a sweep of {value:,}", swept["totals"][metric], total)
    proportion = f"expected totals and answer accuracy of the noisy oracle follow from those of {least:,} queries at {spelled(sorted(replays)[1:])}"
    return [proportion, "a sweep's totals at the policy's router accuracy are those of the replay"]


def spelled(counts):
    *most, last = [f"{count:,}" for count in counts]
    return f"{', '.join(most)} and {last}" if most else last


def check_endpoints(outputs):
    """Endpoints that are there twice change nothing: of equal ones the first is taken."""
    replays = {point.value: json.loads(file.read_text()) for point, file in outputs.items() if point.series == "replay"}
    totals = {value: report["policies"][0]["totals"] for value, report in replays.items()}
    first = totals[min(totals)]
    for value, report in replays.items():
        same(f"endpoints of {value}", len(report["run"]["endpoints"]), value)
        for metric, total in first.items():
            same(f"{metric} of {value} endpoints", totals[value][metric], total)
    return ["endpoints that are there again change no total of the noisy oracle"]


def check_accuracies(outputs):
    curves = {point.value: json.loads(file.read_text())["curves"][0]["points"] for point, file in outputs.items()}
    finest = {round(point["router_accuracy"], 9): point for point in curves[max(curves)]}
    for value, curve in curves.items():
        same("points of a curve", len(curve), value)
        for point in curve:
            finer = finest[round(point["router_accuracy"], 9)]
            if point["totals"] != finer["totals"] or point["savings"] != finer["savings"]:
                raise Wrong(f"router accuracy {point['router_accuracy']} of {value} is not that of {max(curves)}")
    return ["an accuracy has the same totals and savings on every grid that has it"]


def check_replicates(outputs):
    """Replicates average over draws: the expectation is that of one, whatever their number."""
    reports = {(point.series, point.value): json.loads(file.read_text()) for point, file in outputs.items()}
    for (series, value), report in reports.items():
        same(f"replicates of {series}", report["run"]["replicates"], value)
    expected = [report["policies"][0]["expected"]["totals"] for (series, _), report in reports.items() if series == "replay"]
    curves = [[point["expected_savings"] for point in report["curves"][0]["points"]] for (series, _), report in reports.items() if series == "sweep"]
    means = [{metric: total["mean"] for metric, total in totals.items()} for totals in expected]
    if any(mean != means[0] for mean in means) or any(curve != curves[0] for curve in curves):
        raise Wrong("expectations hang on the number of replicates")
    return ["expectations are the same for any number of replicates"]


def check_total(wattroute, data, run):
    """Every query to the fallback, of the largest trace: its totals follow from those of the smallest."""
    command = lambda times: [wattroute, "replay", data.repeated(times), "--policy", "all-fallback", "--stream", "--json", "--quiet"]
    least, most = (run(command(times), f"all-fallback-x{times}") for times in (TIMES[0], TIMES[-1]))
    under_limit("all-fallback", most)
    first, last = (json.loads(one["output"].read_text())["policies"][0] for one in (least, most))
    same("queries of all-fallback", last["queries"], TIMES[-1] * first["queries"])
    for metric, total in first["totals"].items():
        same(f"{metric} of all-fallback", last["totals"][metric], TIMES[-1] * total)
    return [f"every query to the fallback: {TIMES[-1]} times the queries, energy, compute, cost and time of the trace that was repeated"]


def same(what, found, wanted):
    # Written so that NaN is not the same as anything.
    if not abs(found - wanted) <= EXACT * abs(wanted):
        raise Wrong(f"{what}: {found}, wanted {wanted}")


def under_limit(what, taken):
    if taken["peak_bytes"] >= STREAM_PEAK_BYTES:
        raise Wrong(f"{what}: a peak of {taken['peak_bytes']:,} bytes, of {STREAM_PEAK_BYTES:,} that a streamed trace may take")
