"""What crossed the wire between an engine and a registry."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from layerlab.digest import BlobDigest

Direction = Literal["down", "up"]
Kind = Literal["manifest", "config", "layer", "check", "mount"]


@dataclass(frozen=True, slots=True)
class Crossed:
    """One request: ``down`` to whoever pulls, ``up`` to the registry.

    A ``check`` asks whether a blob is there (HEAD), a ``mount`` takes one over from another
    repository: neither moves a byte of content. Headers are not counted anywhere.
    """

    direction: Direction
    kind: Kind
    digest: BlobDigest
    bytes: int | None = 0
    """``None`` where the size of what crossed was never recorded."""


@dataclass
class Traffic:
    """Every request that a registry saw, oldest first."""

    log: list[Crossed] = field(default_factory=list)

    def __iter__(self) -> Iterator[Crossed]:
        return iter(self.log)

    def __len__(self) -> int:
        return len(self.log)

    def add(self, item: Crossed) -> None:
        """Note one more request."""
        self.log.append(item)

    def clear(self) -> None:
        """Forget all of it, to see what the next operation adds."""
        self.log.clear()

    @property
    def down(self) -> int:
        """Bytes that were pulled, as far as their sizes are known."""
        return self._total("down")

    @property
    def up(self) -> int:
        """Bytes that were pushed."""
        return self._total("up")

    @property
    def total(self) -> int:
        """Bytes both ways."""
        return self.down + self.up

    def _total(self, direction: Direction) -> int:
        return sum(item.bytes or 0 for item in self.log if item.direction == direction)

    def __repr__(self) -> str:
        return f"<Traffic: {len(self.log)} requests, {self.up} bytes up, {self.down} bytes down>"
