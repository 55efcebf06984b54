"""Draws time and peak memory along each axis: scale_figure.py RESULTS FIGURE.svg, and a PNG beside it."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from scale_axes import AXES
from scale_table import by_series

WIDTH_PX, HEIGHT_PX, DPI = 1200, 640, 100
ROWS = {"wall_s": ("wall time, s", 1.0), "peak_bytes": ("peak memory, MiB", 2.0**20)}
# By verb; streamed is hollow and dotted.
COLOURS = {"replay": "#0072b2", "sweep": "#d55e00"}
GREY = "#8a8a8a"
# Space between two labels as a share of a panel's height; a letter's as a share of the width without labels.
LABEL_APART, LETTER = 0.085, 0.042


def panel(axes, points, what, scale):
    ends = []
    for series, taken in by_series(points).items():
        work, figures = [point["value"] for point in taken], [point[what] / scale for point in taken]
        colour, streamed = COLOURS[series.split()[0]], "--stream" in series
        axes.plot(work, figures, ":" if streamed else "-", color=colour, linewidth=1.4, marker="o", markersize=5, markerfacecolor="white" if streamed else colour)
        axes.plot([work[0], work[-1]], [figures[0], figures[0] * work[-1] / work[0]], "--", color=GREY, linewidth=0.8, zorder=0)
        ends.append((series, work[-1], figures[-1], colour))
    every = [point[what] / scale for point in points]
    axes.set(xscale="log", yscale="log")
    axes.set_ylim(min(every) / 1.8, max(every) * 2.5)
    values = [point["value"] for point in points]
    span = max(values) / min(values)
    axes.set_xlim(min(values) / span**0.08, max(values) * span ** room(points))
    label(axes, ends)


def room(points):
    """Space for the longest name at the right end, as a share of the width of the lines."""
    last = max(point["value"] for point in points)
    return LETTER * (2 + max(len(point["series"]) for point in points if point["value"] == last))


def label(axes, ends):
    """Names at the ends of the lines, moved apart where they would cover each other."""
    place = lambda work, figure: axes.transAxes.inverted().transform(axes.transData.transform((work, figure)))
    longest, ends = max(work for _, work, _, _ in ends), sorted(ends, key=lambda end: end[2])
    below = 0.0
    for series, work, figure, colour in ends:
        if work < longest:
            # Beside the line and not in the way of those that go on: the lowest below, others above.
            beside = ((4, -13), "left") if series == [end for end in ends if end[1] < longest][0][0] else ((-5, 8), "right")
            axes.annotate(series, (work, figure), beside[0], textcoords="offset points", color=colour, fontsize=9, ha=beside[1])
            continue
        across, height = place(work, figure)
        height = below = max(height, below + LABEL_APART)
        axes.annotate(series, (work, figure), (across + 0.04, height), textcoords="axes fraction", color=colour, fontsize=9, va="center")


def short(value):
    units = (("M", 1_000_000), ("k", 1_000))
    return next((f"{value // factor:,}{unit}" for unit, factor in units if value % factor == 0), f"{value:,}")


def ticks(axes, values, last):
    axes.set_xticks(values, [short(value) for value in values] if last else [""] * len(values))
    axes.xaxis.set_minor_locator(NullLocator())
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if high / low > 100 else (1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9, length=3)
    axes.spines[["top", "right"]].set_visible(False)


def draw(results):
    found = results["axes"]
    widths = {"width_ratios": [1 + room(one["points"]) for one in found.values()]}
    figure, grid = pyplot.subplots(len(ROWS), len(found), figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI), squeeze=False, layout="constrained", gridspec_kw=widths)
    for column, (axis, one) in enumerate(found.items()):
        for row, (what, (words, scale)) in enumerate(ROWS.items()):
            axes = grid[row][column]
            panel(axes, one["points"], what, scale)
            last = row == len(ROWS) - 1
            ticks(axes, sorted({point["value"] for point in one["points"]}), last)
            if column == 0:
                axes.set_ylabel(words, fontsize=10)
            if last:
                axes.set_xlabel(AXES[axis].unit, fontsize=10)
    figure.supxlabel("dashed: in proportion to the first point", fontsize=9, color=GREY, x=0.99, ha="right")
    return figure


def main():
    results, out = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    # The same results give the same bytes.
    matplotlib.rcParams["svg.hashsalt"] = "scale"
    figure = draw(results)
    figure.savefig(out, metadata={"Date": None})
    figure.savefig(out.with_suffix(".png"), dpi=DPI)


if __name__ == "__main__":
    main()
