"""``make bench``: every row of every page, in one run on one machine.

python -m benchmarks [--quick] [--json FILE] [PAGE ...]
python -m benchmarks [--quick] [--json FILE] growth

The pages are containers stacks archives analysis builds startup widgets, all by default.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import analysis, archives, builds, containers, growth, stacks, startup, widgets
from benchmarks.harness import Row, table
from benchmarks.results import Results, machine


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    layer_files: int = 2_000
    image_files: int = 17_000
    images: int = 1_000
    archive_bytes: int = 600_000_000
    chapter: bool = True
    """Build the chapter's Dockerfile, or one like it of small packages."""
    rounds: int = 7
    """An odd number: the median is a round's own."""


FULL = Sizes()
QUICK = Sizes(
    layer_files=40, image_files=400, images=10, archive_bytes=2_000_000, chapter=False, rounds=1
)


def pages(sizes: Sizes, scratch: Path) -> dict[str, Callable[[], list[Row]]]:
    """What can be measured, by name."""
    files, images, rounds = sizes.image_files, sizes.images, sizes.rounds
    return {
        "containers": lambda: containers.measure(sizes.layer_files, rounds, scratch),
        "stacks": lambda: stacks.measure(files, images, rounds),
        "archives": lambda: archives.measure(sizes.archive_bytes, files, rounds, scratch),
        "analysis": lambda: analysis.measure(sizes.archive_bytes, files, rounds, scratch),
        "builds": lambda: builds.measure(sizes.chapter, rounds),
        "startup": lambda: startup.measure(rounds),
        "widgets": lambda: widgets.measure(rounds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description="layerlab next to its peers")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it run at all?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there, too")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="only these, or: growth")
    options = parser.parse_args()
    sizes = QUICK if options.quick else FULL
    if options.pages == ["growth"]:
        grow(sizes, options.json)
        return
    with tempfile.TemporaryDirectory(prefix="layerlab-bench-") as scratch:
        known = pages(sizes, Path(scratch))
        if unknown := sorted(set(options.pages) - set(known)):
            parser.error(f"{unknown[0]} is none of {', '.join(known)}")
        print(", ".join(machine().values()))
        print("ratio: layerlab's time or memory over the peer's; bar: the most it may be\n")
        before = os.getloadavg()[0]
        rows = [row for name in options.pages or known for row in known[name]()]
        load = before, os.getloadavg()[0]
    print(table(rows))
    missed = sum(not row.met for row in rows)
    tiny = "; at these sizes the ratios mean nothing" if options.quick else ""
    print(f"\n{len(rows)} rows, {missed} above their bar{tiny}")
    if options.json:
        Results(tuple(rows), sizes.rounds, options.quick, load, machine()).write(options.json)


def grow(sizes: Sizes, target: Path | None) -> None:
    """Print the curves, and write them where asked."""
    found = growth.curves(sizes.image_files, sizes.rounds)
    for curve in found:
        print(f"{curve.name}, {curve.promise}, in {curve.y_label} by {curve.x_label}")
        print("  ".join(f"{x:,}: {y:.3g}" for x, y in zip(curve.x, curve.y, strict=True)))
    if target:
        growth.write(found, target)


if __name__ == "__main__":
    main()
