"""What two images share, and what differs in the trees that their containers see."""

from __future__ import annotations

from dataclasses import dataclass, field

from layerlab.analysis.sameness import same_content, same_owner
from layerlab.digest import DiffID
from layerlab.image import Image
from layerlab.nodes import Device, Visible


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two images side by side. Paths are sorted; sizes are in bytes."""

    shared_layers: tuple[DiffID, ...]
    """The layers that both begin with: what a store keeps once."""
    only_a: tuple[DiffID, ...]
    only_b: tuple[DiffID, ...]
    shared_bytes: int
    size_a: int
    size_b: int
    added: tuple[str, ...] = field(repr=False)
    """Paths that only ``b`` has."""
    removed: tuple[str, ...] = field(repr=False)
    """Paths that only ``a`` has."""
    changed: tuple[str, ...] = field(repr=False)
    """Paths that both have, but for their times different: kind, content, target, mode or owner."""


def compare(a: Image, b: Image) -> Comparison:
    """Compare two images; ``NoContent`` if only the name of a layer is known."""
    shared = 0
    for one, other in zip(a.diff_ids, b.diff_ids, strict=False):
        if one != other:
            break
        shared += 1
    left = {path: node for path, node, _ in a.rootfs.items()}
    right = {path: node for path, node, _ in b.rootfs.items()}
    both = sorted(left.keys() & right.keys())
    return Comparison(
        shared_layers=a.diff_ids[:shared],
        only_a=a.diff_ids[shared:],
        only_b=b.diff_ids[shared:],
        shared_bytes=sum(layer.size for layer in a.layers[:shared]),
        size_a=a.size,
        size_b=b.size,
        added=tuple(sorted(right.keys() - left.keys())),
        removed=tuple(sorted(left.keys() - right.keys())),
        changed=tuple(path for path in both if _differs(left[path], right[path])),
    )


def _differs(one: Visible, other: Visible) -> bool:
    if one is other:
        return False
    if one.kind != other.kind or not same_owner(one, other) or not same_content(one, other):
        return True
    numbers = [(n.major, n.minor) for n in (one, other) if isinstance(n, Device)]
    return len(set(numbers)) > 1
