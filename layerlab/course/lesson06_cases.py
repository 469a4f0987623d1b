"""The cases that lesson 06's exercises try an answer on: the same each time, the simplest first."""

import random

Sized = list[tuple[str, int]]

_FIRST: tuple[list[Sized], ...] = (
    [[("os", 30)]],
    [[("os", 30), ("app", 5)], [("os", 30), ("web", 7)]],
    [[("os", 30), ("app", 5)], [("bsd", 20), ("app", 5)]],
    [[("os", 30), ("lib", 5), ("app", 5)], [("os", 30), ("lib", 5), ("app", 5), ("fix", 1)]],
    [
        [("os", 30), ("lib", 9), ("app", 5)],
        [("bsd", 20), ("lib", 9), ("app", 5)],
        [("os", 30), ("lib", 9), ("web", 7)],
    ],
)


def stores() -> list[tuple[list[Sized]]]:
    """Sets of images."""
    rng = random.Random(6)
    return [([],), *((_copy(images),) for images in _FIRST), *((_images(rng),) for _ in range(40))]


def removals() -> list[tuple[list[Sized], int]]:
    """Sets of images, and the one that goes."""
    rng = random.Random(7)
    cases = [(_copy(images), at) for images in _FIRST for at in range(len(images))]
    for _ in range(40):
        images = _images(rng)
        cases.append((images, rng.randrange(len(images))))
    return cases


def wishes() -> list[tuple[list[list[str]], list[str]]]:
    """What is here, and what is pulled."""
    rng = random.Random(8)
    cases: list[tuple[list[list[str]], list[str]]] = [
        ([], ["os", "app"]),
        ([["os", "app"]], ["os", "app"]),
        ([["os", "app"]], ["os", "web"]),
        ([["os", "app"]], ["bsd", "app"]),
        ([["bsd"], ["os", "lib", "app"]], ["os", "lib", "web", "fix"]),
        ([["os", "lib", "app"]], ["os", "patch", "lib", "app"]),
        ([["os", "lib", "app"]], ["os", "new", "app"]),
    ]
    for _ in range(40):
        *here, wanted = ([name for name, _ in image] for image in _images(rng))
        cases.append((here, wanted))
    return cases


def _images(rng: random.Random) -> list[Sized]:
    """Two to four images of different layers, whose beginnings often agree."""
    sizes = {name: rng.choice((3, 5, 5, 8, 20)) for name in "abcde"}
    images: list[Sized] = []
    for _ in range(rng.randint(2, 4)):
        start = rng.choice(images)[: rng.randint(0, 3)] if images else []
        rest = [name for name in "abcde" if name not in dict(start)]
        rng.shuffle(rest)
        more = rest[: rng.randint(0 if start else 1, 2)]
        images.append([*start, *((name, sizes[name]) for name in more)])
    return images


def _copy(images: list[Sized]) -> list[Sized]:
    return [list(image) for image in images]
