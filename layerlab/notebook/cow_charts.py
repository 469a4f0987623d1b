"""A chart of copy-on-write: what a program wrote, beside what the container layer stored for it.

The two lie up to seven powers of ten apart, so the axis is logarithmic; it begins with 0 all
the same, since reading and deleting store nothing::

    copying(frame, title="One byte written, 50MB stored")

The growth of a layer over a day needs no chart of its own: ``bars`` draws it.
"""

import matplotlib as mpl
import pandas as pd
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from layerlab.notebook.charts import STYLE, Chart, finished, new_axes
from layerlab.notebook.palette import DIM, INK, PALE, RULE
from layerlab.units import human_size

WRITTEN, STORED = "bytes written", "bytes stored"


def copying(frame: pd.DataFrame, *, title: str) -> Chart:
    """One row an operation: a ring for the bytes written, a dot for the bytes stored.

    The frame has the columns ``bytes written`` and ``bytes stored``, and the operations as its
    index; the first row is on top.
    """
    told = "; ".join(
        f"{name}: {human_size(int(row[WRITTEN]))} written, {human_size(int(row[STORED]))} stored"
        for name, row in frame.iterrows()
    )
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(title, 2.0 + 0.46 * len(frame))
        axes.set_xscale("symlog", linthresh=1, linscale=0.6)
        rows = range(len(frame))
        written, stored = ([int(n) for n in frame[name]] for name in (WRITTEN, STORED))
        axes.hlines(rows, written, stored, color=PALE, linewidth=2)
        axes.scatter(stored, rows, s=45, color=INK, label="stored in the layer")
        axes.scatter(
            written, rows, s=120, facecolor="none", edgecolor=INK, linewidth=2,
            label="written by the program",
        )  # fmt: skip
        for row, number in enumerate(stored):
            end = max(number, written[row])
            axes.annotate(
                human_size(number), (end, row), xytext=(12, 0), textcoords="offset points",
                va="center", annotation_clip=False,
            )  # fmt: skip
        axes.set_yticks(rows, [str(name) for name in frame.index])
        axes.invert_yaxis()
        longest = max([10, *written, *stored])
        ticks = [0, *(10**power for power in range(0, len(str(longest)), 3))]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: human_size(int(v))))
        axes.set_xlim(-0.3, longest * 30)
        axes.set_xlabel("bytes, each mark a thousand times the one before")
        axes.grid(axis="x", color=RULE)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.tick_params(axis="x", labelcolor=DIM)
        figure.legend(loc="outside lower left", ncols=2, frameon=False)
        return finished(figure, f"{title}. {told}.")
