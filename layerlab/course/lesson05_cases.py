"""The cases that lesson 05's exercises try an answer on: the same each time, the simplest first."""

import random
from collections.abc import Mapping, Sequence

from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.nodes import Bytes, Directory, File, Meta, Symlink, Zeros

Sizes = Mapping[str, int]
Step = tuple[str, str, int]
"""What is done, to which path, and with how many bytes."""


def databases() -> list[tuple[Image]]:
    """Images with a ``/srv/books.db``, of several sizes and modes."""
    return [
        (Image([Layer.of({"/srv/books.db": File(Zeros(size), Meta(mode))})]),)
        for size in (1, 5_000, 2_000_000)
        for mode in (0o640, 0o644, 0o600)
    ]


def caches() -> list[tuple[Image]]:
    """Images with a directory ``/srv/cache``: empty, with files, with trees, in two layers."""
    trees: Sequence[Mapping[str, object]] = (
        {"/srv/cache/a": b"1"},
        {"/srv/cache/a": b"1", "/srv/cache/b": b"2", "/srv/shop": b"s"},
        {"/srv/cache/a/b/c": b"1", "/srv/cache/z": b"2"},
        {"/srv/cache/.keep": b"old", "/srv/cache/link": Symlink("/srv/shop"), "/srv/shop/x": b""},
        {"/srv/cache": Directory()},
    )
    upper = Layer.of({"/srv/cache/late": b"3"})
    images = [Image([Layer.of(tree)]) for tree in trees]
    return [(image,) for image in [*images, *(image.append(upper) for image in images)]]


def moves() -> list[tuple[Image, str, str]]:
    """Directories of an image, and where they are to go."""
    script = File(Bytes(b"run"), Meta(0o755))
    trees: Sequence[Mapping[str, object]] = (
        {"/srv/shop/page": b"hello"},
        {"/srv/shop/page": b"hello", "/srv/shop/run": script},
        {"/srv/shop/page": b"hello", "/srv/shop/home": Symlink("page")},
        {"/srv/shop/in/side/page": b"hello", "/srv/shop/run": script},
        {"/srv/shop/page": b"hello", "/srv/shop/tmp": Directory(Meta(0o1777))},
        {"/srv/shop": Directory(Meta(0o750)), "/srv/shop/in": Symlink("/etc"), "/etc/motd": b"x"},
        {"/srv/shop/lost": Symlink("nowhere"), "/srv/shop/empty": Directory()},
    )
    return [(Image([Layer.of(tree)]), "/srv/shop", "/srv/store") for tree in trees]


def days() -> list[tuple[dict[str, int], list[Step]]]:
    """Images in the small, and what a container does to them; each step is possible."""
    rng = random.Random(5)
    simple: list[tuple[dict[str, int], list[Step]]] = [
        ({"/a": 10}, []),
        ({"/a": 10}, [("read", "/a", 0)]),
        ({"/a": 10}, [("append", "/a", 1)]),
        ({"/a": 10}, [("append", "/a", 1), ("append", "/a", 1)]),
        ({"/a": 10}, [("chmod", "/a", 0)]),
        ({"/a": 10}, [("replace", "/a", 3)]),
        ({"/a": 10}, [("append", "/new", 3)]),
        ({"/a": 10}, [("append", "/a", 1), ("delete", "/a", 0)]),
        ({"/a": 10}, [("delete", "/a", 0), ("append", "/a", 2)]),
    ]
    return simple + [_day(rng, length) for length in range(2, 12) for _ in range(5)]


def _day(rng: random.Random, length: int) -> tuple[dict[str, int], list[Step]]:
    image = {path: rng.randint(1, 9) * 10 for path in ("/a", "/b", "/c") if rng.random() < 0.8}
    there, steps = set(image), list[Step]()
    for _ in range(length):
        what = rng.choice(("read", "append", "append", "chmod", "replace", "delete"))
        path = rng.choice(("/a", "/b", "/c"))
        if what in ("read", "chmod", "delete") and path not in there:
            what = "append"
        count = rng.randint(1, 9) if what in ("append", "replace") else 0
        steps.append((what, path, count))
        there = there - {path} if what == "delete" else there | {path}
    return image, steps
