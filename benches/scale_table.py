"""Whether time and memory grow with work: verdicts, and the tables that show them."""

from page import figures, shown, shown_bytes
from scale_axes import AXES, EXPLANATIONS

# How far from a straight line is still one.
TOLERANCE = 0.15


def verdicts(results):
    """By axis and series, of wall seconds and of peak memory."""
    return [
        (axis, series, taken, growth(taken, "wall_s", AXES[axis].per), growth(taken, "peak_bytes", AXES[axis].per))
        for axis, found in results["axes"].items()
        for series, taken in by_series(found["points"]).items()
    ]


def by_series(points):
    series = {}
    for point in points:
        series.setdefault(point["series"], []).append(point)
    return {name: sorted(taken, key=lambda point: point["value"]) for name, taken in series.items()}


def growth(points, what, per):
    """How a figure grows: in proportion, not at all, by a constant and a share a unit, or otherwise."""
    work, taken = [point["value"] / per for point in points], [point[what] for point in points]
    constant, slope, off = line(work, taken)
    within = lambda ratios: all(abs(ratio - 1) <= TOLERANCE for ratio in ratios)
    if within(per_unit(points, what)):
        kind = "linear"
    elif within(one / taken[0] for one in taken):
        kind = "flat"
    else:
        kind = "constant + linear" if len(points) > 2 and off <= TOLERANCE else "not linear"
    return {"kind": kind, "constant": constant, "slope": slope, "off": off, "range": (min(taken), max(taken))}


def per_unit(points, what):
    """What a unit of work takes, against the first point."""
    first = points[0][what] / points[0]["value"]
    return [point[what] / point["value"] / first for point in points]


def line(work, taken):
    """The straight line of least squares of relative errors, and the largest of these."""
    if len(work) < 2:
        return taken[0], 0.0, 0.0
    sums = [sum(x**power / y**2 for x, y in zip(work, taken)) for power in (0, 1, 2)]
    once, twice = sum(1 / y for y in taken), sum(x / y for x, y in zip(work, taken))
    determinant = sums[0] * sums[2] - sums[1] ** 2
    constant, slope = (once * sums[2] - twice * sums[1]) / determinant, (twice * sums[0] - once * sums[1]) / determinant
    return constant, slope, max(abs((constant + slope * x) / y - 1) for x, y in zip(work, taken))


def tables(results):
    return "\n\n".join([points_table(results), verdicts_table(results)])


def points_table(results):
    lines = ["| axis | at | command | wall | processor | peak memory | wall a unit, against the first | linear within 15%? |", "| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |"]
    for axis, series, taken, _, _ in verdicts(results):
        for place, (point, ratio) in enumerate(zip(taken, per_unit(taken, "wall_s"))):
            held = "first" if place == 0 else "yes" if abs(ratio - 1) <= TOLERANCE else "no"
            took = f"{shown(point['wall_s'])} | {shown(point['processor_s'])} | {shown_bytes(point['peak_bytes'])}"
            lines.append(f"| {axis} | {point['value']:,} | `{series}` | {took} | {figures(ratio)} | {held} |")
    return "\n".join(lines)


def verdicts_table(results):
    lines = ["| axis | command | wall | | peak memory | | why |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for axis, series, _, wall, peak in verdicts(results):
        per = AXES[axis].per_words
        why = EXPLANATIONS.get((axis, series), "")
        lines.append(f"| {axis} | `{series}` | {wall['kind']} | {told(wall, shown, per)} | {peak['kind']} | {told(peak, shown_bytes, per)} | {why} |")
    return "\n".join(lines)


def told(growth, shown, per):
    """The line, with how far it is off; of what is flat the least and the most."""
    if growth["kind"] == "flat":
        return " to ".join(shown(end) for end in growth["range"])
    constant, slope = growth["constant"], growth["slope"]
    sign = "-" if constant < 0 else ""
    fit = f"{sign}{shown(abs(constant))} + {shown(slope) if slope > 0 else 0} {per}"
    return fit + (f", off by up to {growth['off']:.0%}" if growth["off"] >= 0.005 else "")
