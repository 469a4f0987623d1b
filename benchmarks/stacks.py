"""What depth costs, what a container costs, and what images that share a base share."""

import random
from collections.abc import Callable

from benchmarks.harness import Row, absolute, compared, duration, memory, side_by_side, volume
from layerlab import Container, Image, Layer, UnionFS

DEPTH = 125
"""As many layers as Docker lets an image have."""


def base_layer(files: int) -> Layer:
    """Files as a distribution has them: some twenty to a directory."""
    return Layer.of({f"/usr/d{i // 20}/file-{i}": b"x" for i in range(files)})


def measure(files: int, images: int, rounds: int) -> list[Row]:
    return [*depth(files, rounds), *container(files, rounds), sharing(files, images)]


def depth(files: int, rounds: int) -> list[Row]:
    """Lookups in a deep stack in which every layer touches the directories that are searched."""
    base = base_layer(files)
    rng = random.Random(0)
    paths = [f"/usr/d{i // 20}/file-{i}" for i in rng.sample(range(files), min(files, 2000))]
    folders = sorted({path.rpartition("/")[0] for path in paths})
    above = [
        Layer.of({f"{folder}/of-layer-{number}": b"y" for folder in folders[number::10]})
        for number in range(1, DEPTH)
    ]
    one, deep = UnionFS([base]), UnionFS([base, *above])

    def each(work: Callable[[str], object]) -> Callable[[], None]:
        def run() -> None:
            for path in paths:
                work(path)

        return run

    rows = []
    for name in ("lookup", "stat", "read_bytes"):
        calls = each(getattr(deep, name)), each(getattr(one, name))
        for call in calls:
            call()  # the bar holds after the first
        ours, theirs = (
            [taken / len(paths) for taken in times] for times in side_by_side(*calls, rounds=rounds)
        )
        work = f"{name} in {DEPTH} layers"
        rows.append(compared(work, ours, "in 1 layer", theirs, 1.2, duration))
    return rows


def container(files: int, rounds: int) -> list[Row]:
    """A new container, in time and bytes, against bars that are no peer's but absolute."""
    image = Image([base_layer(files)])
    Container(image)
    count = 200

    def make() -> list[Container]:
        return [Container(image) for _ in range(count)]

    [times] = side_by_side(make, rounds=rounds)
    held, _ = memory(make)
    work = f"new container on {files:,} files"
    return [
        absolute(work, [taken / count for taken in times], 20e-6, duration),
        absolute(f"{work}, memory", [held / count], 2000, volume),
    ]


def sharing(files: int, images: int) -> Row:
    """Many images on one base, against the same on a base of a tenth: the base must not count."""

    def one_more(number: int, base: Layer) -> Image:
        image = Image([base, Layer.of({f"/opt/app{number}/config": b"%d" % number})])
        image.rootfs.lookup("/usr/d0/file-0")
        return image

    def each(base: Layer) -> float:
        warm = one_more(0, base)
        held, _ = memory(lambda: [one_more(number, base) for number in range(1, images + 1)])
        del warm
        return held / images

    big, small = each(base_layer(files)), each(base_layer(files // 10))
    work = f"an image more, {images:,} on {files:,} files"
    return compared(work, [big], f"on {files // 10:,}", [small], 1.1, volume)
