"""Write docs/speed.md and its charts from what ``make bench`` found.

python -m benchmarks.page
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks import growth, pictures
from benchmarks.harness import Row, plain, spread
from benchmarks.results import Results, read

ROOT = Path(__file__).parents[1]
RESULTS, GROWTH = (ROOT / "benchmarks" / name for name in ("results.json", "growth.json"))


@dataclass(frozen=True)
class Promise:
    """A row of the design's table of speed."""

    what: str
    measured: str
    bar: str
    rows: tuple[str, ...]
    """How the rows that measure it begin."""


PROMISES = (
    Promise(
        "A container's file operations, by the kernel's overlayfs and sandfs",
        "Three layers of 2,000 files. listdir, read, copy-up, write and unlink of the same paths. "
        "The kernel is driven through `os`, mounted as Docker mounts.",
        "no slower; ten times as fast as pyfakefs and PyFilesystem2's MultiFS",
        ("listdir", "read,", "copy-up", "write", "unlink"),
    ),
    Promise(
        "Lookup in a deep stack",
        "125 layers, as many as Docker lets an image have, against 1; after the first lookup.",
        "1.2 times",
        ("lookup in", "stat in", "read_bytes in"),
    ),
    Promise(
        "A new container",
        "On an image of 17,000 files, until it is written to.",
        "20 µs and 2 kB",
        ("new container",),
    ),
    Promise(
        "1,000 images on one base",
        "Bytes that an image more costs on 17,000 files, against the same on a tenth of them.",
        "1.1 times",
        ("an image more",),
    ),
    Promise(
        "Open a docker-archive",
        "600 MB and 17,000 files, as layerlab saves it, every digest verified, against SHA-256 of "
        "the same bytes by `hashlib`.",
        "1.5 times",
        ("open docker-archive",),
    ),
    Promise(
        "Open it gzipped",
        "The same image as an OCI layout, against `skopeo copy` and `umoci unpack`.",
        "no slower than skopeo; half of umoci",
        ("open OCI layout",),
    ),
    Promise(
        "Where space is wasted",
        "`layerlab waste` on that image and on its gzip, against `sha256sum`.",
        "2 times; 150 MB of memory",
        ("layerlab waste",),
    ),
    Promise(
        "The chapter's Dockerfile",
        "Built in a Python that has just started, and again from the cache.",
        "0.5 s and the SHA-256 of its bytes; cached 20 ms",
        ("build the chapter",),
    ),
    Promise(
        "`import layerlab`", "Over the bare interpreter.", "60 ms", ("import layerlab",)
    ),
    Promise(
        "A widget's answer",
        "State, picture and text, in Python; the browser's own time isn't in it.",
        "100 ms",
        ("a click", "a filter"),
    ),
)  # fmt: skip

HEAD = """\
# Speed

The model must never be what a learner waits for. `make bench` measures each row beside its peer,
in turns, in one run, and writes this page. A ratio is layerlab's time or memory over the peer's:
below 1, layerlab needs less. It is the median of {rounds} rounds, and the spread goes from the
smallest to the largest. Why so: [decision 0013](decisions/0013-benchmarks-are-ratios.md).

This run: {machine}. Load average: {start:.1f} when it began, {end:.1f} when it ended.
{noise}{missed} of {total} rows missed their bar.
"""
NOISE = "The machine was busy, so that the spreads are wide and a single miss says little. "


def page(results: Results, curves: Sequence[growth.Curve]) -> str:
    """The text of docs/speed.md."""
    machine = results.machine
    start, end = results.load
    lines = [
        HEAD.format(
            rounds=results.rounds,
            machine=", ".join(machine[key] for key in sorted(machine)),
            start=start,
            end=end,
            noise=NOISE if max(start, end) > 4 else "",
            missed=sum(not row.met for row in results.rows),
            total=len(results.rows),
        ),
        _image("speed.svg", pictures.distances(results.rows).alt),
    ]
    for promise in PROMISES:
        rows = [row for row in results.rows if row.work.startswith(promise.rows)]
        lines += [f"\n## {promise.what}\n", f"{promise.measured} Bar: {promise.bar}.\n"]
        lines += _table(rows) if rows else ["Not measured in this run."]
    lines += ["\n## Growth\n", _image("growth.svg", pictures.growth(curves).alt), ""]
    lines += [f"- {_shape(curve)}" for curve in curves]
    return "\n".join(lines) + "\n"


def _image(name: str, alt: str) -> str:
    return f'<img src="{name}" alt="{escape(alt)}" width="720">'


def _table(rows: Sequence[Row]) -> list[str]:
    return [
        "| work | layerlab | peer | | ratio | spread | bar | |",
        "|---|--:|---|--:|--:|--:|--:|---|",
        *(
            f"| {row.work} | {row.ours} | {row.peer} | {row.theirs} | {plain(row.ratio)} "
            f"| {spread(row)} | {row.bar:g} | {'met' if row.met else '**missed**'} |"
            for row in rows
        ),
    ]


def _shape(curve: growth.Curve) -> str:
    """How much y grew while x grew: what the promise is held against."""
    wider, higher = curve.x[-1] / curve.x[0], curve.y[-1] / curve.y[0]
    return (
        f"{curve.name}, promised {curve.promise}: {curve.x_label} × {wider:,.3g}, "
        f"{curve.y_label} × {higher:.3g}"
    )


def main() -> None:
    results, curves = read(RESULTS), growth.read(GROWTH)
    docs = ROOT / "docs"
    (docs / "speed.md").write_text(page(results, curves), "utf-8")
    (docs / "speed.svg").write_text(pictures.distances(results.rows).svg, "utf-8")
    (docs / "growth.svg").write_text(pictures.growth(curves).svg, "utf-8")


if __name__ == "__main__":
    main()
