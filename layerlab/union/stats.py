"""``stat`` of what a tree holds, as the kernel would fill it in."""

import os
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from layerlab.nodes import Device, Meta, Seconds
from layerlab.union.merge import Entry, Merged


def nanoseconds(seconds: Seconds) -> int:
    """Seconds as ``Meta`` holds them, in nanoseconds."""
    return int(Fraction(seconds) * 10**9) if not isinstance(seconds, int) else seconds * 10**9


def make_stat(
    mode: int, meta: Meta, size: int, links: int, device: tuple[int, int], inode: int
) -> os.stat_result:
    """An ``os.stat_result``; atime and ctime, which no layer stores, are the mtime."""
    ns = nanoseconds(meta.mtime)
    whole, exact = ns // 10**9, ns / 10**9
    extra = {
        "st_atime": exact,
        "st_mtime": exact,
        "st_ctime": exact,
        "st_atime_ns": ns,
        "st_mtime_ns": ns,
        "st_ctime_ns": ns,
        "st_blksize": 4096,
        "st_blocks": -(-size // 512),
        "st_rdev": os.makedev(*device),
    }
    fields = (mode, inode, 0, links, meta.uid, meta.gid, size, whole, whole, whole)
    return os.stat_result(fields, extra)


def lower_stat(tree: Merged, place: Entry, has_upper: bool = False) -> os.stat_result:
    """``stat`` of a path that the merged lower layers have.

    A merged directory has one link, as overlayfs tells it; others count their subdirectories.
    """
    node = place.node
    device = (node.major, node.minor) if isinstance(node, Device) else (0, 0)
    if place.children is not None:
        merged = has_upper or len(place.stack) > 1
        links = 1 if merged else directory_links(place.children)
    else:
        links = tree.links.get(id(node), 1)
    size = 4096 if place.children is not None else node.size
    mode = node.type_bits | node.meta.mode
    return make_stat(mode, node.meta, size, links, device, tree.inode(place))


def directory_links(children: Mapping[str, Any]) -> int:
    """A directory's link count: its name, its ``.`` and the ``..`` of each in it."""
    return 2 + sum(child.children is not None for child in children.values())
