"""What a build did, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from layerlab.build.instructions import Instruction
from layerlab.image import Image
from layerlab.layer import AnyLayer
from layerlab.nodes import Whiteout
from layerlab.union.merge import Entry
from layerlab.units import human_size


@dataclass(frozen=True)
class Step:
    """One instruction, carried out or found in the cache."""

    instruction: Instruction
    parent: Image = field(repr=False)
    """What it was carried out on."""
    image: Image = field(repr=False)
    """What came of it."""
    cached: bool
    reason: str
    """Why it was a hit, or a miss."""
    stage: int = 0

    @property
    def line(self) -> int:
        """Where it stands in the Dockerfile; 0 for what an option added."""
        return self.instruction.line

    @property
    def layer(self) -> AnyLayer | None:
        """The layer that it made, if it made one."""
        made = len(self.image.layers) > len(self.parent.layers)
        return self.image.layers[-1] if made else None

    @property
    def size(self) -> int:
        """Bytes that the image grew by."""
        return 0 if self.layer is None else self.layer.size

    @cached_property
    def _sorted(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        added: list[str] = []
        hidden: list[str] = []
        copied_up: list[str] = []
        root = self.parent.rootfs.root
        names: dict[str, Mapping[str, Entry]] = {"": root.children or {}}

        def below(folder: str) -> Mapping[str, Entry]:
            """The names in a folder of the lower layers; a layer's paths hold no symlinks."""
            if folder not in names:
                parent, _, name = folder.rpartition("/")
                entry = below(parent).get(name)
                names[folder] = (entry.children if entry else None) or {}
            return names[folder]

        for path, node in self.layer.changes.items() if self.layer else ():
            folder, _, name = path.rpartition("/")
            if isinstance(node, Whiteout):
                hidden.append(path)
            else:
                (copied_up if not name or name in below(folder) else added).append(path)
        return tuple(added), tuple(hidden), tuple(copied_up)

    @property
    def added(self) -> tuple[str, ...]:
        """Paths that weren't there before."""
        return self._sorted[0]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Paths of lower layers that it deleted: their bytes stay in the image."""
        return self._sorted[1]

    @property
    def copied_up(self) -> tuple[str, ...]:
        """Paths of lower layers that the new layer has again, changed or replaced."""
        return self._sorted[2]

    def __repr__(self) -> str:
        kind = "no layer" if self.layer is None else human_size(self.size)
        hit = "cached" if self.cached else "run"
        return f"<Step line {self.line}: {self.instruction.source} ({kind}, {hit})>"


@dataclass(frozen=True)
class Build:
    """A build that succeeded."""

    image: Image
    steps: tuple[Step, ...]
    output: str = field(repr=False)
    """What ``docker build`` printed after "Sending build context"."""
