"""The graph of operations that a Dockerfile stands for (BuildKit's LLB, ``solver/pb/ops.proto``).

Vertices are what the cache knows and the progress tells of. Instructions that change the
config alone make none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from layerlab.build.buildkit.mounts import Mount
from layerlab.build.instructions import Instruction
from layerlab.digest import ImageID
from layerlab.image import Image


@dataclass(frozen=True)
class Base:
    """An image to begin with, or to copy from."""

    reference: str
    """In full, with its tag: ``docker.io/library/debian:12``."""
    name: str = field(repr=False)
    """As the progress calls it."""
    image_id: ImageID
    image: Image = field(repr=False, compare=False)


@dataclass(frozen=True)
class Local:
    """The files of the build context."""


@dataclass(frozen=True)
class Run:
    """A process, and what it is given."""

    args: tuple[str, ...]
    env: tuple[str, ...]
    workdir: str
    user: str
    mounts: tuple[Mount, ...] = ()
    proxies: tuple[str, ...] = field(default=(), repr=False)
    """Variables that the cache doesn't look at."""


@dataclass(frozen=True)
class MakeDirectory:
    """What WORKDIR does: a directory with its parents, 0755."""

    path: str
    owner: str = ""


@dataclass(frozen=True)
class Copy:
    """COPY or ADD of one source after the other."""

    sources: tuple[str, ...]
    """Absolute in their tree."""
    target: str
    """Absolute; with a slash at the end where it has to be a directory."""
    owner: str = ""
    mode: int | None = None
    unpack: bool = False


Operation = Base | Local | Run | MakeDirectory | Copy


@dataclass(frozen=True, eq=False)
class Vertex:
    """One operation on what others made."""

    operation: Operation
    inputs: tuple[Vertex | None, ...] = ()
    """First the root that it changes, ``None`` for nothing at all; then what it reads."""
    name: str = ""
    """As the progress calls it."""
    instruction: Instruction | None = field(default=None, repr=False)
    asks_cache: bool = True

    @property
    def root(self) -> Vertex | None:
        """What it stands on."""
        return self.inputs[0] if self.inputs else None

    @property
    def reads_root(self) -> bool:
        """Whether a COPY reads just what it stands on."""
        source = self.inputs[1] if len(self.inputs) > 1 else None
        return bool(self.root and source and self.root.digest == source.digest)

    @cached_property
    def digest(self) -> str:
        """Names it: equal for two that do the same to the same, in one stage or in two.

        Docker hashes the operation's protobuf; this is a hash of what it holds here.
        """
        above = ",".join("" if each is None else each.digest for each in self.inputs)
        text = f"{self.operation!r}|{self.asks_cache}|{above}"
        return f"sha256:{hashlib.sha256(text.encode(errors='surrogateescape')).hexdigest()}"


def vertices(target: Vertex | None) -> list[Vertex]:
    """All that ``target`` needs, inputs first; of equal ones the last gives its name."""
    found: dict[str, Vertex] = {}
    seen: set[int] = set()

    def visit(vertex: Vertex) -> None:
        if id(vertex) in seen:
            return
        seen.add(id(vertex))
        for each in vertex.inputs:
            if each is not None:
                visit(each)
        found[vertex.digest] = vertex

    if target is not None:
        visit(target)
    return list(found.values())
