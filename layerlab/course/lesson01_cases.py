"""The cases that lesson 01's exercises try an answer on: the same each time, the simplest first."""

import random

from layerlab.layer import Layer
from layerlab.nodes import Bytes, Change, Directory, File, Whiteout


def bases() -> list[tuple[Layer]]:
    """Layers to go beneath the answer: with and without the secret, and caches of all sorts."""
    rng = random.Random(1)
    bases = [
        {"/cache/a": b"1", "/secret": b"s"},
        {"/etc/motd": b"hi"},
        {"/cache/*": b"a name like any other", "/cache/a": b"1"},
        {"/cache/a/b/c": b"1", "/cache/z": b"2", "/etc/motd": b"hi", "/secret": b"s"},
    ]
    for _ in range(20):
        base = {f"/etc/{rng.choice('abc')}": b"x"}
        if rng.random() < 0.8:
            base["/secret"] = b"s"
        for _ in range(rng.randint(0, 4)):
            base[f"/cache/{rng.choice('pqr')}{rng.choice(['', '1/x', '2'])}"] = b"c"
        bases.append(base)
    return [(Layer.of(base),) for base in bases]


def stacks() -> list[tuple[list[dict[str, str | None]], str]]:
    """Stacks of flat layers, the shortest first, and a name to look for in each."""
    rng = random.Random(2)
    cases: list[tuple[list[dict[str, str | None]], str]] = []
    for depth in (0, *(1,) * 6, *(2,) * 20, *(3,) * 30, *(5,) * 20):
        stack = [
            {
                name: None if rng.random() < 0.35 else f"{name}{index}"
                for name in "ab"
                if rng.random() < 0.6
            }
            for index in range(depth)
        ]
        cases.append((stack, rng.choice("ab")))
    return cases


def trees() -> list[tuple[list[Layer]]]:
    """Stacks whose layers name every parent, as layers made by Docker do."""
    rng = random.Random(3)
    depths = (*(1,) * 4, *(2,) * 40, *(3,) * 40)
    return [([],), *(([_random_layer(rng) for _ in range(depth)],) for depth in depths)]


def _random_layer(rng: random.Random) -> Layer:
    changes: dict[str, Change] = {}

    def fill(parent: str, depth: int) -> None:
        for name in "ab":
            path, dice = f"{parent}/{name}", rng.random()
            if dice < 0.2:
                changes[path] = File(Bytes(b"x"))
            elif dice < 0.35:
                changes[path] = Whiteout()
            elif dice < 0.75 and depth:
                changes[path] = Directory(opaque=dice < 0.45)
                fill(path, depth - 1)

    fill("", 2)
    return Layer.of(changes)
