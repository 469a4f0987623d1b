"""What two images share, and what differs in the trees that their containers see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from layerlab.analysis.sameness import same_content, same_owner
from layerlab.digest import DiffID
from layerlab.image import Image
from layerlab.nodes import Device, Visible
from layerlab.units import human_size

How = Literal["added", "removed", "kind", "content", "metadata"]
"""What differs at a path. ``metadata``: mode, owner or xattrs alone; times never count."""


@dataclass(frozen=True, slots=True)
class ComparedLayer:
    """A layer of one image or of both: its place in each, ``None`` where it isn't there."""

    diff_id: DiffID
    size: int
    a: int | None
    b: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A path that the two trees don't agree on, and its size in each; ``None``: not there."""

    path: str
    how: How
    size_a: int | None
    size_b: int | None


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two images side by side. Sizes are in bytes."""

    layers: tuple[ComparedLayer, ...]
    """Those that both begin with, which a store keeps once; then the others of ``a``, of ``b``."""
    differences: tuple[Difference, ...]
    """By path."""

    @cached_property
    def shared_layers(self) -> tuple[DiffID, ...]:
        return tuple(row.diff_id for row in self._shared)

    @cached_property
    def only_a(self) -> tuple[DiffID, ...]:
        return tuple(row.diff_id for row in self.layers if row.b is None)

    @cached_property
    def only_b(self) -> tuple[DiffID, ...]:
        return tuple(row.diff_id for row in self.layers if row.a is None)

    @property
    def shared_bytes(self) -> int:
        return sum(row.size for row in self._shared)

    @property
    def size_a(self) -> int:
        return sum(row.size for row in self.layers if row.a is not None)

    @property
    def size_b(self) -> int:
        return sum(row.size for row in self.layers if row.b is not None)

    @cached_property
    def added(self) -> tuple[str, ...]:
        """Paths that only ``b`` has."""
        return tuple(row.path for row in self.differences if row.how == "added")

    @cached_property
    def removed(self) -> tuple[str, ...]:
        """Paths that only ``a`` has."""
        return tuple(row.path for row in self.differences if row.how == "removed")

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Paths that both have, but for their times different: kind, content, mode or owner."""
        alone = "added", "removed"
        return tuple(row.path for row in self.differences if row.how not in alone)

    def __repr__(self) -> str:
        sizes = f"{human_size(self.size_a)} and {human_size(self.size_b)}"
        count = len(self.differences)
        differ = "1 path differs" if count == 1 else f"{count} paths differ"
        return f"<Comparison: {sizes}, {human_size(self.shared_bytes)} shared, {differ}>"

    @property
    def _shared(self) -> tuple[ComparedLayer, ...]:
        return tuple(row for row in self.layers if row.a is not None and row.b is not None)


def compare(a: Image, b: Image) -> Comparison:
    """Compare two images; ``NoContent`` if only the name of a layer is known.

    Bytes are read of files of one size in layers that only one of the images has.
    """
    shared = _shared(a, b)
    left = {path: (node, layer) for path, node, layer in a.rootfs.items()}
    right = {path: (node, layer) for path, node, layer in b.rootfs.items()}
    found: dict[str, How | None] = {path: "removed" for path in left if path not in right}
    found |= {path: "added" for path in right if path not in left}
    pairs = {
        path: (left[path][0], right[path][0])
        for path in left
        if path in right and not (left[path][1] == right[path][1] < shared)
    }
    for path, same in zip(pairs, same_content(list(pairs.values())), strict=True):
        found[path] = _how(*pairs[path], same)
    rows = (
        Difference(path, how, _size(left.get(path)), _size(right.get(path)))
        for path, how in sorted(found.items())
        if how is not None
    )
    return Comparison(_layers(a, b, shared), tuple(rows))


def _shared(a: Image, b: Image) -> int:
    """How many layers both begin with."""
    count = 0
    for one, other in zip(a.diff_ids, b.diff_ids, strict=False):
        if one != other:
            break
        count += 1
    return count


def _layers(a: Image, b: Image, shared: int) -> tuple[ComparedLayer, ...]:
    rows = [
        ComparedLayer(layer.diff_id, layer.size, number, number if number < shared else None)
        for number, layer in enumerate(a.layers)
    ]
    rows += [
        ComparedLayer(layer.diff_id, layer.size, None, number)
        for number, layer in enumerate(b.layers)
        if number >= shared
    ]
    return tuple(rows)


def _size(there: tuple[Visible, int] | None) -> int | None:
    return None if there is None else there[0].size


def _how(one: Visible, other: Visible, same: bool) -> How | None:
    """What differs between two nodes at one path, the greatest first; ``same``: the content."""
    if one.kind != other.kind:
        return "kind"
    numbers = {(node.major, node.minor) for node in (one, other) if isinstance(node, Device)}
    if not same or len(numbers) > 1:
        return "content"
    return None if same_owner(one, other) else "metadata"
