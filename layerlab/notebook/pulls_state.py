"""What the pull player knows: pulls that an engine really made, frame by frame.

There is no widget here. The pulls are made one after the other before the first is shown, so
the second finds what the first has brought.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from layerlab.engine import Engine
from layerlab.engine.transfer import Progress
from layerlab.errors import LayerlabError
from layerlab.notebook import pulls_picture
from layerlab.units import human_size

FIVE = 5
_MOVING = ("Downloading", "Extracting")
_UNPACKED = ("Extracting", "Pull complete")

Frame = tuple[Progress, ...]
"""How far each layer is, the base first."""


class BadMove(LayerlabError):
    """A move of the player that can't be made."""


@dataclass(frozen=True)
class Recorded:
    """One pull from its first step to its last."""

    ref: str
    frames: tuple[Frame, ...]
    lines: tuple[str, ...]
    """What ``docker pull`` prints, where nobody draws over lines."""

    @classmethod
    def of(cls, engine: Engine, ref: str) -> "Recorded":
        """Let ``engine`` pull ``ref``, and watch."""
        pull = engine.pull(ref, steps=True)
        frames = [pull.progress]
        while pull.step():
            frames.append(pull.progress)
        return cls(ref, (*frames, pull.progress), pull.lines())

    @property
    def already(self) -> int:
        """Layers that were here."""
        return sum(row.status == "Already exists" for row in self.frames[-1])

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each blob that came, by the 12 digits of its digest."""
        rows = (row for frame in self.frames for row in frame)
        return {row.name: row.total for row in rows if row.total}


@dataclass(frozen=True)
class Player:
    """Pulls, the one that is shown, and the frame that it is at."""

    pulls: tuple[Recorded, ...]
    which: int = 0
    at: int = 0
    said: str = "Nothing has moved yet. The manifest says which layers there are."

    @classmethod
    def of(cls, engine: Engine, refs: Iterable[str]) -> "Player":
        """Pull ``refs`` one after the other, and show the first, before it has begun."""
        pulls = tuple(Recorded.of(engine, ref) for ref in refs)
        if not pulls:
            raise BadMove("there is nothing to pull", hint="name an image")
        return cls(pulls)

    @property
    def pull(self) -> Recorded:
        """The one that is shown."""
        return self.pulls[self.which]

    @property
    def frame(self) -> Frame:
        """How far each layer is now."""
        return self.pull.frames[self.at]

    @property
    def done(self) -> bool:
        """Whether it is at its end."""
        return self.at == len(self.pull.frames) - 1

    @property
    def crossed(self) -> int:
        """Bytes of blobs that came by now."""
        return sum(self.received(row) for row in self.frame)

    def received(self, row: Progress) -> int:
        """Bytes of one blob that came by now."""
        if row.status == "Downloading":
            return row.done
        waits = row.status in ("Pulling fs layer", "Waiting", "Already exists")
        return 0 if waits else self.pull.sizes.get(row.name, 0)

    def unpacked(self, row: Progress) -> float:
        """Which part of a layer is unpacked, from 0 to 1."""
        if row.status == "Extracting":
            return row.done / (row.total or row.done or 1)
        return float(row.status == "Pull complete")

    @property
    def rows(self) -> Iterator[tuple[Progress, float, float]]:
        """For each layer: how far it is, which part of it is here, and which is unpacked."""
        for row in self.frame:
            size = self.pull.sizes.get(row.name, 0)
            received = self.received(row) / size if size else float(row.status in _UNPACKED)
            yield row, received, self.unpacked(row)

    # ---- moves ----

    def choose(self, ref: str) -> "Player":
        """Show another of the pulls, from its beginning. Those before it are done."""
        for which, pull in enumerate(self.pulls):
            if pull.ref == ref:
                count = len(pull.frames[-1])
                said = f"{pull.already} of {count} layers are here already."
                if not count:
                    said = "The image is here already: no layer is even looked at."
                return replace(self, which=which, at=0, said=said)
        raise BadMove(f"{ref!r:.60} isn't among these pulls")

    def step(self) -> "Player":
        """Go on a little."""
        return self._to(self.at + 1)

    def five(self) -> "Player":
        """Go on five steps."""
        return self._to(self.at + FIVE)

    def end(self) -> "Player":
        """Go on to the end."""
        return self._to(len(self.pull.frames) - 1)

    def back(self) -> "Player":
        """Go back a little."""
        if not self.at:
            raise BadMove("this is the beginning")
        return self._to(self.at - 1)

    def _to(self, at: int) -> "Player":
        if self.done and at >= self.at:
            raise BadMove("this pull is done", hint="choose another, or reset")
        new = replace(self, at=min(at, len(self.pull.frames) - 1))
        return replace(new, said=new._told())

    def _told(self) -> str:
        crossed = f"{human_size(self.crossed)} crossed the wire."
        if self.done:
            return f"Done. {crossed} {self.pull.lines[-1].removeprefix('Status: ')}."
        counts = {status: self._count(status) for status in ("Downloading", "Waiting")}
        unpacking = [row.name for row in self.frame if row.status == "Extracting"]
        parts = [f"{number} {status.lower()}" for status, number in counts.items() if number]
        parts += [f"{name} is being unpacked" for name in unpacking]
        doing = ", ".join(parts)
        return f"{doing[:1].upper()}{doing[1:]}. {crossed}" if parts else crossed

    def _count(self, status: str) -> int:
        return sum(row.status == status for row in self.frame)

    # ---- what the desk shows ----

    @property
    def values(self) -> Mapping[str, str]:
        """What the control holds."""
        return {"ref": self.pull.ref}

    @property
    def off(self) -> Sequence[str]:
        """Moves that can't be made now."""
        return ["step", "five", "end"] * self.done + ["back"] * (not self.at)

    @property
    def text(self) -> str:
        """What a terminal shows at this moment."""
        last = ("Digest:", "Status:")
        tail = [line for line in self.pull.lines if line.startswith(last) and self.done]
        return "\n".join([*self.pull.lines[:1], *map(terminal, self.frame), *tail])

    @property
    def notes(self) -> str:
        """Nothing: the line above the picture says it."""
        return ""

    @property
    def detail(self) -> tuple[str, str]:
        """Nothing: the picture has room for all."""
        return ("", "")

    @property
    def alt(self) -> str:
        """What the picture shows."""
        rows = ", ".join(f"{row.name} {row.status}" for row in self.frame)
        at = f"step {self.at} of {len(self.pull.frames) - 1}"
        return f"docker pull {self.pull.ref}, {at}: {rows or 'no layer to look at'}."

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG."""
        return pulls_picture.draw(self, live=live)


def terminal(row: Progress) -> str:
    """A layer's line on a terminal of up to 110 columns (moby, ``pkg/jsonmessage``).

    A wider one has a bar before the numbers.
    """
    line = f"{row.name}: {row.status}"
    if row.status not in _MOVING or not row.total:
        return line
    return f"{line} {human_size(row.done, 4):>8}/{human_size(row.total, 4)}"
