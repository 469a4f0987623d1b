"""The cases that lesson 04's exercises try an answer on: the same each time, the simplest first."""

import random

Changes = dict[str, int | None]
"""A layer: the size of each file that it brings, ``None`` for what it deletes."""


def stacks() -> list[tuple[list[Changes]]]:
    """Images as lists of layers."""
    rng = random.Random(4)
    first: list[list[Changes]] = [
        [],
        [{"/app": 30}],
        [{"/app": 30}, {"/app": 40}],
        [{"/app": 30}, {"/app": None}],
        [{"/app": 30, "/apps": 5}, {"/app": None}],
        [{"/lists/a": 20, "/lists/b": 7, "/lists.old": 3}, {"/lists": None}],
        [{"/app": 30}, {"/app": None}, {"/app": 10}],
        [{"/tmp/x": 9}, {"/tmp": None}, {"/tmp/y": 4}, {"/tmp/y": 5}],
    ]
    return [*((layers,) for layers in first), *((_stack(rng),) for _ in range(40))]


_FILES = "/app", "/apps", "/lists/a", "/lists/b", "/srv/shop/x", "/srv/shop/y"
_DELETED = *_FILES, "/lists", "/srv", "/srv/shop"


def _stack(rng: random.Random) -> list[Changes]:
    """Layers that delete only what is there, as a build's do."""
    layers: list[Changes] = []
    seen: set[str] = set()
    for _ in range(rng.randint(1, 5)):
        layer: Changes = {}
        here = [
            path for path in _DELETED if any(f"{name}/".startswith(f"{path}/") for name in seen)
        ]
        if here and rng.random() < 0.5:
            gone = rng.choice(here)
            layer[gone] = None
            seen = {name for name in seen if not f"{name}/".startswith(f"{gone}/")}
        for path in rng.sample(_FILES, rng.randint(0, 3)):
            below_gone = any(f"{path}/".startswith(f"{gone}/") for gone in layer)
            if not below_gone:
                layer[path] = rng.randint(1, 50)
        seen |= {path for path, size in layer.items() if size is not None}
        layers.append(layer)
    return layers


CONTEXT = "README", "main.py", "pip.txt", "src/shop.py", "src/web/page.html", "srcs/old.py"
"""What lies in the build context of the cases."""


def edits() -> list[tuple[list[str], list[str]]]:
    """The instructions after ``FROM``, and the files that were changed since the last build."""
    rng = random.Random(5)
    shop = ["ENV MODE=fast", "COPY pip.txt /", "RUN install /pip.txt", "COPY src /srv", "RUN test"]
    first: list[tuple[list[str], list[str]]] = [
        (["COPY main.py /"], []),
        (["COPY main.py /"], ["main.py"]),
        (["COPY main.py /", "RUN install main"], ["main.py"]),
        (["RUN install main.py", "COPY main.py /"], ["main.py"]),
        (["COPY README pip.txt /", "RUN install"], ["pip.txt"]),
        (["COPY README /main.py", "RUN install"], ["main.py"]),
        (["RUN prepare", "COPY . /", "RUN install"], ["README"]),
        (shop, ["src/shop.py"]),
        (shop, ["srcs/old.py"]),
        (shop, ["src/web/page.html", "pip.txt"]),
    ]
    return [*first, *((_instructions(rng), _changed(rng)) for _ in range(40))]


def _changed(rng: random.Random) -> list[str]:
    return sorted(rng.sample(CONTEXT, rng.randint(0, 2)))


def _instructions(rng: random.Random) -> list[str]:
    sources = [".", "src", "srcs", "src/web", *CONTEXT]
    lines: list[str] = []
    for number in range(rng.randint(2, 6)):
        taken = rng.sample(sources, rng.choice((1, 1, 2)))
        lines.append(
            rng.choice(
                (
                    f"COPY {' '.join(taken)} /{rng.choice(('srv/', 'src/', 'main.py/'))}",
                    f"RUN step {number} {taken[0]}",
                    f"ENV N{number}={taken[0]}",
                )
            )
        )
    return lines
