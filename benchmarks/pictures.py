"""The charts of docs/speed.md: how far each row is from its bar, and how things grow."""

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.ticker import FuncFormatter, MaxNLocator

from benchmarks.growth import Curve
from benchmarks.harness import Row
from layerlab.notebook.charts import STYLE, Chart, finished, new_axes
from layerlab.notebook.palette import DIM, GROUND, INK, RULE

LABEL = 46
"""Letters of a row's name, at most."""


def distances(rows: Sequence[Row]) -> Chart:
    """A dot a row, at its ratio over its bar: 1 is the bar, left of it is better."""
    missed = [row for row in rows if not row.met]
    alt = (
        f"Ratio over bar for {len(rows)} rows on a logarithmic axis: {len(rows) - len(missed)} "
        f"at or under 1, {len(missed)} above it."
    )
    with mpl.rc_context(STYLE):
        figure, axes = new_axes("Left of the line, the bar is met", 1.6 + 0.29 * len(rows))
        axes.axvline(1, color=INK, linewidth=1.5)
        for place, row in enumerate(rows):
            if row.low is not None and row.high is not None:
                ends = max(row.low, row.ratio / 100) / row.bar, row.high / row.bar
                axes.plot(ends, (place, place), color=DIM, linewidth=1.5)
            # Shape and filling tell the two apart, not colour.
            axes.plot(
                row.ratio / row.bar, place, "o" if row.met else "D", markersize=7, color=INK,
                markerfacecolor=INK if row.met else GROUND, markeredgewidth=1.5,
            )  # fmt: skip
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_xlabel("ratio over bar; filled: met, hollow: missed; line: all rounds")
        axes.set_yticks(range(len(rows)), [label(row) for row in rows], fontsize=11)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.grid(axis="x", color=RULE)
        axes.set_axisbelow(True)
        return finished(figure, alt)


def label(row: Row) -> str:
    """The row's name in the chart, cut to the room there is."""
    peer = "" if row.peer == "at most" else f" / {row.peer}"
    work = row.work.split(", over")[0].split("; ")[0]
    room = LABEL - len(peer)
    return (work if len(work) <= room else work[: room - 1] + "…") + peer


def growth(curves: Sequence[Curve]) -> Chart:
    """A small chart a curve, each in its own units, from zero."""
    ends = "; ".join(
        f"{curve.name}: {curve.y[0]:.3g} {curve.y_label} at {curve.x[0]:,} {curve.x_label}, "
        f"{curve.y[-1]:.3g} at {curve.x[-1]:,}"
        for curve in curves
    )
    with mpl.rc_context(STYLE):
        figure, whole = new_axes("", 6.2)
        whole.remove()
        for place, curve in enumerate(curves, 1):
            axes = figure.add_subplot((len(curves) + 1) // 2, 2, place, facecolor=GROUND)
            axes.plot(curve.x, curve.y, color=INK, marker="o", markersize=4, linewidth=2)
            axes.set_title(f"{curve.name}: {curve.promise}", loc="left", fontsize=13)
            axes.set_xlabel(curve.x_label)
            axes.set_ylabel(curve.y_label)
            axes.set_xlim(0, curve.x[-1] * 1.03)
            axes.set_ylim(0, max(curve.y) * 1.15)
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.grid(axis="y", color=RULE)
            axes.spines[["top", "right"]].set_visible(False)
        return finished(figure, f"{ends}.")
