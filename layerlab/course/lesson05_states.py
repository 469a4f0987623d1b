"""How lesson 05 judges an answer that acts on a container: by what it leaves behind.

So any way to bring the container into the state is right, and two that go wrong in the same way
get the same diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layerlab.container import Container
from layerlab.course.exercise import UnfitError
from layerlab.course.plain import DOTS, Pairs, Plain, Strange, plain, run, show
from layerlab.image import Image
from layerlab.nodes import Change, Directory, File, Node, Symlink

Facts = Mapping[str, str]
"""What was asked, and what came of it, in words."""
RUNS = "it runs"


@dataclass(frozen=True)
class Acting:
    """An answer that is a function of a container, and perhaps more.

    ``cases`` gives images, the simplest first, each with the other arguments; ``judge`` says
    what an answer left in the container, given the same arguments.
    """

    wants: str
    cases: Callable[[], Sequence[tuple[Any, ...]]]
    judge: Callable[..., Facts]

    def observe(self, answer: object) -> Plain:
        if not callable(answer):
            value = plain(answer)
            what = value.what if isinstance(value, Strange) else f"`{show(value, 40)}`"
            raise UnfitError(f"The answer should be {self.wants}, and this is {what}.")
        tried = [self._try(answer, *case) for case in self.cases()]
        return DOTS if all(untouched for untouched, _ in tried) else tuple(f for _, f in tried)

    def _try(
        self, answer: Callable[..., object], image: Image, *more: object
    ) -> tuple[bool, Pairs]:
        """Whether it is still the placeholder, and what came of it."""
        box = Container(image)

        def act() -> object:
            return ... if answer(box, *more) is ... else None

        ended = run(act)
        if isinstance(ended, Strange) and ended != DOTS:
            return False, Pairs(((RUNS, f"no, {ended.what}"),))
        return ended == DOTS, Pairs(tuple(self.judge(box, *more).items()))

    def example(self, seen: Plain, right: Plain) -> str:
        """The first image on which something differs from what was asked, a line each."""
        assert isinstance(seen, tuple)
        assert isinstance(right, tuple)
        for (image, *more), found, wanted in zip(self.cases(), seen, right, strict=True):
            if found != wanted:
                told = [f"image: {', '.join(_name(*item) for item in image.rootfs.items())}"]
                told += [f"arguments: {', '.join(map(repr, more))}"] if more else []
                return "\n".join(told + _differences(found, wanted))
        return ""


def _differences(found: Plain, wanted: Plain) -> list[str]:
    assert isinstance(found, Pairs)
    assert isinstance(wanted, Pairs)
    asked = dict(wanted.items)
    return [f"{what}: {value}" for what, value in found.items if asked.get(what) != value]


def _name(path: str, node: Change, layer: int) -> str:
    return path + "/" * isinstance(node, Directory)


def in_words(changes: Mapping[str, Change]) -> str:
    """What a container layer holds, with its marks."""
    return ", ".join(_entry(path, node) for path, node in changes.items()) or "nothing"


def _entry(path: str, node: Change) -> str:
    if isinstance(node, Directory):
        return f"{path}/" + " (opaque)" * node.opaque
    return path + " (whiteout)" * (node.kind == "whiteout")


def moved(box: Container, old: str, new: str) -> Facts:
    """What came to the new place, and what is left at the old one."""
    before = _below(box.image.rootfs.items(), old)
    after = _below(box.items(), new)
    wrong = [
        f"{new}{path} {problem}"
        for path, node in before.items()
        if (problem := _problem(node, after.get(path)))
    ]
    return {
        "at the new place": ", ".join(wrong) or "all",
        "at the old place": "something" if box.lexists(old) else "nothing",
    }


def _below(items: Iterable[tuple[str, Node, int]], top: str) -> dict[str, Node]:
    """A directory and what is in it, by the rest of the path."""
    return {path[len(top) :]: node for path, node, _ in items if f"{path}/".startswith(f"{top}/")}


def _problem(node: Node, found: Node | None) -> str:
    if found is None:
        return "is missing"
    if found.kind != node.kind:
        return f"is a {found.kind}"
    if found.meta.mode != node.meta.mode:
        return "has another mode"
    if isinstance(node, File) and isinstance(found, File):
        return "" if found.content.read() == node.content.read() else "has other content"
    if isinstance(node, Symlink) and isinstance(found, Symlink):
        return "" if found.target == node.target else "points elsewhere"
    return ""
