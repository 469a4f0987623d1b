"""``make bench``: every row of every page, in one run on one machine.

python -m benchmarks [--quick] [containers stacks archives analysis builds startup widgets]
"""

import argparse
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import analysis, archives, builds, containers, stacks, startup, widgets
from benchmarks.harness import Row, table


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    layer_files: int = 2_000
    image_files: int = 17_000
    images: int = 1_000
    archive_bytes: int = 600_000_000
    chapter: bool = True
    """Build the chapter's Dockerfile, or one like it of small packages."""
    rounds: int = 3


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
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="only these; all by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="layerlab-bench-") as scratch:
        known = pages(QUICK if options.quick else FULL, Path(scratch))
        if unknown := sorted(set(options.pages) - set(known)):
            parser.error(f"{unknown[0]} is none of {', '.join(known)}")
        print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}")
        print("ratio: layerlab's time or memory over the peer's; bar: the most it may be\n")
        rows = [row for name in options.pages or known for row in known[name]()]
    print(table(rows))
    missed = sum(not row.met for row in rows)
    tiny = "; at these sizes the ratios mean nothing" if options.quick else ""
    print(f"\n{len(rows)} rows, {missed} above their bar{tiny}")


if __name__ == "__main__":
    main()
