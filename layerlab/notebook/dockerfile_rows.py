"""What a build says of each instruction, and what it comes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from layerlab.build import Build, Dockerfile, Instruction, Step, parse
from layerlab.build.dialects import CLASSIC, EMBEDDED
from layerlab.build.lines import read
from layerlab.errors import DockerfileError
from layerlab.image import Image
from layerlab.notebook import palette

BUILDERS = ("classic", "buildkit")
_DIALECTS = {"classic": CLASSIC, "buildkit": EMBEDDED}
Kind = Literal["base", "hit", "run", "wait", "none"]


class Line(NamedTuple):
    """An instruction as it was typed. The key is its own, wherever it is moved."""

    key: int
    text: str

    @property
    def shown(self) -> str:
        """On one line, without the comments above it."""
        said = [line.strip() for line in self.text.split("\n") if line.lstrip()[:1] != "#"]
        return " ".join(line.removesuffix("\\").rstrip() for line in said)


def split(text: str, builder: str) -> list[str]:
    """A Dockerfile by its instructions, each with the comments above it."""
    try:
        source = read(text, heredocs=_DIALECTS[builder].heredocs)
    except DockerfileError:
        said = (line.strip() for line in text.split("\n"))
        return [text.strip("\n")] if any(line and line[0] != "#" for line in said) else []
    found, lines, start = [], text.split("\n"), 0
    for line in source.lines:
        found.append("\n".join(lines[start : line.end]).strip("\n"))
        start = line.end
    return found


def joined(lines: Iterable[Line]) -> str:
    """The Dockerfile that these instructions are."""
    return "\n".join(line.text for line in lines)


def place(lines: Sequence[Line], number: int) -> int:
    """The index of the instruction that the Dockerfile's line ``number`` is part of."""
    end = 0
    for index, line in enumerate(lines):
        end += line.text.count("\n") + 1
        if number <= end:
            return index
    return len(lines) - 1


class Guess(NamedTuple):
    """What a text came to when it was last built: layers, and their bytes."""

    layers: int
    size: int


@dataclass(frozen=True)
class Row:
    """An instruction, and what the build made of it."""

    line: Line
    kind: Kind
    """``base`` for a FROM, ``none`` for what is carried out nowhere: an ARG before the first.

    ``wait`` while a build is under way, and it isn't known yet.
    """
    reason: str
    stage: int
    steps: tuple[Step, ...] = ()
    base: Image | None = None
    """What a FROM began with."""
    guess: Guess | None = None
    """While a build is under way, what to expect of it."""

    @cached_property
    def size(self) -> int:
        """Bytes of its layer; of a FROM, of all that are in the base."""
        if self.guess is not None:
            return self.guess.size
        return self.base.size if self.base else sum(step.size for step in self.steps)

    @property
    def layers(self) -> int:
        """How many layers it made, or brought, or is likely to."""
        if self.guess is not None:
            return self.guess.layers
        return len(self.base.layers) if self.base else sum(bool(step.layer) for step in self.steps)

    @property
    def look(self) -> palette.Look:
        """Colour and pattern of its layer; the base's are always the first."""
        return look(self.line.key, base=self.kind == "base")

    def paths(self, what: Literal["added", "hidden", "copied_up"]) -> tuple[str, ...]:
        """The paths that it added, hid, or copied up."""
        return tuple(path for step in self.steps for path in getattr(step, what))


def look(key: int, *, base: bool = False) -> palette.Look:
    """How the layer of an instruction looks."""
    return palette.look(0 if base else max(1, key))


def rows(lines: Sequence[Line], done: Build, builder: str) -> tuple[Row, ...]:
    """A row for each instruction."""
    dockerfile = parse(joined(lines), dialect=_DIALECTS[builder])
    steps: dict[int, list[Step]] = {}
    for step in done.steps:
        steps.setdefault(place(lines, step.line), []).append(step)
    starts = {place(lines, s.start.line): number for number, s in enumerate(dockerfile.stages)}
    found, stage = list[Row](), -1
    for index, line in enumerate(lines):
        stage = starts.get(index, stage)
        mine = tuple(steps.get(index, ()))
        if index in starts:
            found.append(_base(line, stage, dockerfile, done))
        elif mine:
            hit = all(step.cached for step in mine)
            reason = next((step.reason for step in mine if step.cached is hit), "")
            found.append(Row(line, "hit" if hit else "run", reason, stage, mine))
        else:
            why = "before the first FROM" if stage < 0 else "no stage that is wanted needs it"
            found.append(Row(line, "none", why, stage))
    return tuple(found)


def expected(
    lines: Sequence[Line], hits: Mapping[int, bool], known: Mapping[str, Guess], builder: str
) -> tuple[Row, ...]:
    """The rows while a build is under way. ``hits`` are those of the lines known by now.

    What comes after a miss in its stage will miss, too.
    """
    dockerfile = parse(joined(lines), dialect=_DIALECTS[builder])
    starts = {place(lines, stage.start.line) for stage in dockerfile.stages}
    told = {place(lines, number): hit for number, hit in hits.items()}
    found, missed = list[Row](), False
    for index, line in enumerate(lines):
        if index in starts:
            missed = False
            found.append(Row(line, "base", "", 0, guess=known.get(line.text)))
            continue
        hit = told.get(index, False if missed else None)
        missed = missed or hit is False
        kind: Kind = "wait" if hit is None else "hit" if hit else "run"
        why = {"hit": "in the cache", "run": "being built"}.get(kind, "not known yet")
        found.append(Row(line, kind, why, 0, guess=known.get(line.text)))
    return tuple(found)


def _base(line: Line, stage: int, dockerfile: Dockerfile, done: Build) -> Row:
    """The row of a FROM: what its stage began with, as far as the build tells."""
    first: Image | None = next((s.parent for s in done.steps if s.stage == stage), None)
    if first is None and stage == len(dockerfile.stages) - 1:
        first = done.image
    start: Instruction = dockerfile.stages[stage].start
    told = f"stage {stage}, on {start.args[0]}" if len(dockerfile.stages) > 1 else "the base"
    return Row(line, "base", told, stage, base=first)


class Piece(NamedTuple):
    """A layer of an image, and the instruction that made it."""

    name: str
    size: int
    look: palette.Look
    kind: Kind


@dataclass(frozen=True)
class Totals:
    """What a build comes to, in bytes of its layers, uncompressed."""

    image: Image
    pieces: tuple[Piece, ...]
    """The image's layers, the base first."""
    rebuilt: int
    """Of the layers that were made anew, in all stages."""
    reused: int
    """Of the layers that the cache had."""
    again: int
    """How many instructions were carried out."""
    steps: int
    """Of how many."""

    @property
    def size(self) -> int:
        """Of the image."""
        return self.image.size

    @property
    def base(self) -> int:
        """Of what the image began with."""
        return sum(piece.size for piece in self.pieces if piece.kind == "base")

    def pushed(self, known: Mapping[str, object] | Iterable[str]) -> int:
        """What a push sends to a registry that has layers of these DiffIDs."""
        there = set(known)
        layers = {layer.diff_id: layer.size for layer in self.image.layers}
        return sum(size for diff_id, size in layers.items() if diff_id not in there)


def totals(found: Sequence[Row], done: Build) -> Totals:
    """What the rows come to."""
    made = {
        step.layer.diff_id: Piece(row.line.shown, step.size, row.look, row.kind)
        for row in found
        for step in row.steps
        if step.layer is not None
    }
    base = Piece("the base", 0, palette.look(0), "base")
    pieces = tuple(
        made.get(layer.diff_id, base._replace(size=layer.size)) for layer in done.image.layers
    )
    ran = [row for row in found if row.kind == "run"]
    hits = [row for row in found if row.kind == "hit"]
    return Totals(
        done.image,
        pieces,
        sum(row.size for row in ran),
        sum(row.size for row in hits),
        len(ran),
        len(ran) + len(hits),
    )
