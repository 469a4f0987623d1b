"""Time and memory against the number of layers, files, containers and images.

What the design promises: after the first, a lookup takes as long in 125 layers as in one;
a container costs the same on any image; an image more costs what it adds.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.harness import memory, side_by_side
from benchmarks.stacks import base_layer
from layerlab import Container, Image, Layer, UnionFS

DEPTHS = (1, 5, 25, 50, 75, 100, 125)
LOOKUPS = 1000
"""At most so many files are looked up."""


@dataclass(frozen=True)
class Curve:
    """``y`` against ``x``; ``promise`` is what the design says of its shape."""

    name: str
    promise: str
    x_label: str
    y_label: str
    x: tuple[int, ...]
    y: tuple[float, ...]


def curves(most: int, rounds: int) -> list[Curve]:
    """All of them; ``most`` files, and a seventeenth as many containers and images."""
    files = tuple(most * part // 4 for part in (1, 2, 3, 4))
    counts = tuple(most // 17 * part // 4 for part in (1, 2, 3, 4))
    return [
        lookups(min(most, LOOKUPS), rounds),
        containers_on(files, rounds),
        many("containers", "straight", counts, most),
        many("images", "straight", counts, most),
    ]


def lookups(files: int, rounds: int) -> Curve:
    """Microseconds of a lookup that isn't the first."""
    base = base_layer(files)
    paths = list(base.changes)
    above = [Layer.of({f"/usr/d{n % (files // 20)}/of-{n}": b"y"}) for n in range(1, max(DEPTHS))]

    def all_paths(depth: int) -> Callable[[], None]:
        union = UnionFS([base, *above[: depth - 1]])

        def run() -> None:
            for path in paths:
                union.lookup(path)

        run()
        return run

    taken = side_by_side(*map(all_paths, DEPTHS), rounds=rounds)
    y = tuple(median(times) / len(paths) * 1e6 for times in taken)
    return Curve("a lookup after the first", "flat", "layers", "µs", DEPTHS, y)


def containers_on(files: Sequence[int], rounds: int) -> Curve:
    """Microseconds of a new container on images of so many files."""
    count = 200

    def new(number: int) -> Callable[[], None]:
        image = Image([base_layer(number)])

        def run() -> None:
            for _ in range(count):
                Container(image)

        run()
        return run

    taken = side_by_side(*map(new, files), rounds=rounds)
    y = tuple(median(times) / count * 1e6 for times in taken)
    return Curve("a new container", "flat", "files of the image", "µs", tuple(files), y)


def many(kind: str, promise: str, counts: Sequence[int], files: int) -> Curve:
    """Kilobytes of so many containers, or images, on one base; the base isn't counted."""
    base = base_layer(files)
    image = Image([base])

    def one(number: int) -> Container | Image:
        if kind == "containers":
            return Container(image)
        made = Image([base, Layer.of({f"/opt/app{number}/config": b"%d" % number})])
        made.rootfs.lookup("/usr/d0/file-0")
        return made

    def held(count: int) -> float:
        return memory(lambda: [one(number) for number in range(1, count + 1)])[0] / 1000

    warm = one(0)
    y = tuple(map(held, counts))
    del warm
    return Curve(kind, promise, kind, "kB", tuple(counts), y)


def write(found: Sequence[Curve], path: Path) -> None:
    text = json.dumps([asdict(curve) for curve in found], indent=1, sort_keys=True)
    path.write_text(text + "\n", "utf-8")


def read(path: Path) -> list[Curve]:
    return [
        Curve(**{**curve, "x": tuple(curve["x"]), "y": tuple(curve["y"])})
        for curve in json.loads(path.read_text("utf-8"))
    ]
