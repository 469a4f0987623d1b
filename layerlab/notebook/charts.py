"""Charts: matplotlib's lines and bars, dressed like the other pictures.

A chart is an SVG on its own quiet ground, inside an ``<img>`` that carries the alt text: that
survives in JupyterLab, on GitHub and in a static page. It starts at zero, labels its lines
and bars directly, and its title says what to see. The same numbers give the same bytes.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from layerlab.notebook.palette import DIM, GROUND, INK, PALE, RULE
from layerlab.units import human_size

STYLE: Any = {
    "svg.hashsalt": "layerlab",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 13,
    "text.color": INK,
    "axes.edgecolor": PALE,
    "axes.labelcolor": DIM,
    "xtick.color": DIM,
    "ytick.color": DIM,
}
# Colours belong to layers. What is no layer is told apart by dashes, markers and labels.
_MARKERS = ("o", "s", "^", "D")
_DASHES = ("-", "--", "-.", ":")
_SHADES = (INK, DIM, PALE)
_DPI = 72  # matplotlib's SVG counts in points, 72 to the inch
_WIDTH = 10  # inches, so 720 units


@dataclass(frozen=True)
class Chart:
    """A drawn chart. ``alt`` says in words what it shows, with the main numbers."""

    alt: str
    svg: str = field(repr=False)

    def __repr__(self) -> str:
        return f"Chart: {self.alt}"

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{data}" '
            'style="max-width:100%">'
        )


def lines(
    frame: pd.DataFrame, *, title: str, alt: str, x: str, y: str, size: bool = False
) -> Chart:
    """One line a column, labelled at its end; the index is the x axis.

    ``size`` prints the y axis in Docker's units.
    """
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(title, 3.9)
        for number, name in enumerate(frame.columns):
            axes.plot(
                frame.index,
                frame[name],
                color=_SHADES[number % len(_SHADES)],
                linestyle=_DASHES[number % len(_DASHES)],
                marker=_MARKERS[number % len(_MARKERS)],
                markersize=4,
                linewidth=2,
                clip_on=False,
            )
        _label_ends(axes, frame)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.set_xlim(0, max(frame.index))
        axes.set_ylim(0, max(1, frame.max().max()) * 1.04)
        axes.grid(axis="y", color=RULE)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        if size:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: human_size(int(v))))
        return finished(figure, alt)


def bars(values: "pd.Series[int]", *, title: str, alt: str, x: str, size: bool = False) -> Chart:
    """One horizontal bar a value, the first on top, its number at its end."""
    say: Callable[[int], str] = human_size if size else str
    names, numbers = [str(name) for name in values.index], [int(v) for v in values]
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(title, 1.2 + 0.42 * len(numbers))
        rows = range(len(numbers))  # by place: two bars may have one name
        axes.barh(rows, numbers, color=DIM, height=0.62, tick_label=names)
        axes.invert_yaxis()
        longest = max([1, *numbers])
        for row, number in enumerate(numbers):
            axes.text(number + longest * 0.012, row, say(number), va="center", color=INK)
        axes.set_xlabel(x)
        axes.set_xlim(0, longest * 1.12)
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_xticks([])
        return finished(figure, alt)


def stacks(frame: pd.DataFrame, *, title: str, alt: str, x: str, size: bool = False) -> Chart:
    """One horizontal bar a row, made of its columns in their order, the sum at its end.

    A part is named in it where there is room, and in the legend under the bars.
    """
    say: Callable[[int], str] = human_size if size else str
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(title, 1.7 + 0.5 * len(frame))
        rows = range(len(frame))
        ends = [0] * len(frame)
        longest = max([1, *frame.sum(axis="columns")])
        for number, name in enumerate(frame.columns):
            look = _PARTS[number % len(_PARTS)]
            widths = [int(width) for width in frame[name]]
            axes.barh(rows, widths, left=ends, height=0.62, label=str(name), edgecolor=INK, **look)
            for row, width in enumerate(widths):
                if width > longest * 0.1:
                    box = {"boxstyle": "round,pad=0.2", "facecolor": GROUND, "edgecolor": "none"}
                    axes.text(ends[row] + width / 2, row, say(width), va="center", ha="center",
                              fontsize=12, bbox=box)  # fmt: skip
                ends[row] += width
        for row, end in enumerate(ends):
            axes.text(end + longest * 0.012, row, say(end), va="center", fontweight="bold")
        axes.set_yticks(rows, [str(name) for name in frame.index])
        axes.invert_yaxis()
        axes.set_xlabel(x)
        axes.set_xlim(0, longest * 1.12)
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_xticks([])
        figure.legend(loc="outside lower left", ncols=len(frame.columns), frameon=False)
        return finished(figure, alt)


_PARTS: Any = (
    {"facecolor": RULE},
    {"facecolor": DIM},
    {"facecolor": GROUND, "hatch": "///"},
    {"facecolor": PALE, "hatch": "..."},
)
"""How the parts of a bar are told apart: by shade and hatching, in every row alike."""


def new_axes(title: str, height: float) -> tuple[Figure, Axes]:
    """An empty chart under its title; ``height`` in inches."""
    # No pyplot: it would keep the figure alive, and print it a second time.
    layout = ConstrainedLayoutEngine(w_pad=0.2, h_pad=0.2)  # inches
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=GROUND, layout=layout)
    FigureCanvasSVG(figure)
    axes = figure.add_subplot(facecolor=GROUND)
    axes.set_title(title, loc="left", fontsize=15, fontweight="bold", pad=14)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _label_ends(axes: Axes, frame: pd.DataFrame) -> None:
    """Name each line at its right end; lines that end in one place share a label."""
    ends: dict[float, list[str]] = {}
    for name in frame.columns:
        ends.setdefault(float(frame[name].iloc[-1]), []).append(str(name))
    for name in frame.columns:
        height = float(frame[name].iloc[-1])
        if ends[height][0] == name:
            axes.annotate(
                " and\n".join(ends[height]),
                (frame.index[-1], height),
                xytext=(10, 0),
                textcoords="offset points",
                va="center",
                color=INK,
                annotation_clip=False,
            )


def finished(figure: Figure, alt: str) -> Chart:
    """What was drawn, as an SVG that is the same in every run."""
    out = BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, facecolor=GROUND)
    text = out.getvalue().decode()
    # Text stays text, in the reader's own font. DejaVu, which it was measured in, is wider.
    text = re.sub(r"'DejaVu Sans'[^;\"]*", "system-ui, 'DejaVu Sans', sans-serif", text)
    # A unit is to be a pixel, so that 12 means 12 pixels.
    return Chart(alt, re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', text))
