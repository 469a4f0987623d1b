"""What changed: as ``docker diff`` prints it, and as ``docker commit`` stores it.

The two differ. ``docker diff`` compares the container's tree with the image's; a commit
stores the upper directory. So a copy-up that changed nothing is stored, but not listed.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from layerlab.container.handle import CAPABILITY
from layerlab.container.inode import Inode, beneath
from layerlab.errors import InvalidLayer
from layerlab.nodes import (
    NO_XATTRS,
    Change,
    Device,
    Directory,
    File,
    Meta,
    Node,
    Symlink,
    Whiteout,
)
from layerlab.union.merge import Entry


class DiffLine(str):
    """A line of ``docker diff``: ``A``, ``C`` or ``D``, a space and a path."""

    __slots__ = ()

    @property
    def kind(self) -> str:
        return self[0]

    @property
    def path(self) -> str:
        return self[2:]


def diff(image: Entry, container: Entry | Inode) -> list[DiffLine]:
    """The lines of ``docker diff``, sorted by path.

    docker's ``pkg/archive/changes.go``: a path is ``C`` when mode, owner, kind or file
    capabilities differ, or size or time where it is no directory; each directory above a
    change is ``C``, and the root never shows. A deleted tree is one ``D``.
    """
    found = dict(_changes("", image, container))
    for path in list(found):
        parent = path.rpartition("/")[0]
        while parent and parent not in found:
            found[parent] = "C"
            parent = parent.rpartition("/")[0]
    return [DiffLine(f"{kind} {path}") for path, kind in sorted(found.items())]


def _changes(path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """Walk the two trees side by side; a subtree that they share can't differ."""
    todo = [(path, old, new)]
    while todo:
        path, old, new = todo.pop()
        if new.children is None or new is old:
            continue
        # Docker looks at the old children even if the directory was made anew, but not if
        # there was no directory.
        before = (old.children if old is not None else None) or {}
        for name, child in new.children.items():
            was = before.get(name)
            if type(child) is Inode and child.covers is not None:
                child = beneath(child)
            if was is None:
                yield f"{path}/{name}", "A"
            elif was is not child and _differ(was.node, child.node):
                yield f"{path}/{name}", "C"
            todo.append((f"{path}/{name}", was, child))
        for name in before.keys() - new.children.keys():
            yield f"{path}/{name}", "D"


def _differ(old: Node, new: Node) -> bool:
    a, b = _facts(old), _facts(new)
    if a[:-2] != b[:-2]:
        return True
    # The bit test is Docker's: a block device and a socket have the directory's bit too.
    if old.type_bits & stat.S_IFDIR:
        return False
    changed: bool = a[-1] != b[-1] or not _same_time(a[-2], b[-2])
    return changed


def _facts(node: Any) -> tuple[Any, ...]:
    meta = node.meta
    device = (node.major, node.minor) if type(node) is Device else None
    capability = meta.xattrs.get(CAPABILITY)
    kind = (node.type_bits, meta.mode, meta.uid, meta.gid, device, capability)
    return (*kind, meta.mtime, node.size)


def _same_time(a: Any, b: Any) -> bool:
    """Equal, or equal in the second where one of them has nothing finer (Docker's rule)."""
    x, y = Fraction(a), Fraction(b)
    return x == y or (x // 1 == y // 1 and (x % 1 == 0 or y % 1 == 0))


def upper_changes(root: Entry | Inode) -> dict[str, Node]:
    """What lies in the upper directory, whiteouts and opaque marks included, sorted.

    Paths of one inode hold the same node. The root itself is left out: it is always there.
    """
    found: dict[str, Node] = {}
    nodes: dict[int, Node] = {}
    values: set[int] = set()
    todo = [("", root)]
    while todo:
        path, directory = todo.pop()
        if not isinstance(directory, Inode) or directory.children is None:
            continue
        for name in directory.whiteouts:
            found[f"{path}/{name}"] = Whiteout()
        for name, child in directory.children.items():
            if type(child) is Inode and child.covers is not None:
                child = beneath(child)
            if type(child) is not Inode:
                continue
            below = f"{path}/{name}"
            node = nodes.get(id(child))
            if node is None:
                node = child.node
                if id(node) in values:  # two inodes of one value are no hard links
                    node = replace(node)
                values.add(id(node))
                nodes[id(child)] = node
            found[below] = node
            if child.children is not None:
                todo.append((below, child))
    return {path: found[path] for path in sorted(found)}


def committed(upper: Mapping[str, Node]) -> dict[str, Change]:
    """The changes that ``docker commit`` stores of an upper directory.

    Sockets are left out, times are cut to seconds, and of the extended attributes only file
    capabilities stay (*ran*: docker 20.10). A name that begins with ``.wh.`` can't be stored:
    read back it would be a whiteout.
    """
    kept: dict[str, Change] = dict(upper)
    nodes: dict[int, Change] = {}
    for path, node in upper.items():
        if "/.wh." in path and path.rpartition("/")[2].startswith(".wh."):
            raise InvalidLayer(
                "a name that begins with '.wh.' can't be stored in a layer",
                where=path,
                hint="rename the file: read back, it would be a whiteout",
            )
        if type(node) is Device and node.device == "socket":
            del kept[path]
            continue
        meta = node.meta
        if type(meta.mtime) is int and meta.xattrs is NO_XATTRS:
            continue  # as it is stored already
        if id(node) not in nodes:
            nodes[id(node)] = _stored(node)
        kept[path] = nodes[id(node)]
    return kept


def _stored(node: Node) -> Node:
    meta = node.meta
    capability = meta.xattrs.get(CAPABILITY)
    xattrs = NO_XATTRS if capability is None else {CAPABILITY: capability}
    seconds = Meta(meta.mode, meta.uid, meta.gid, int(meta.mtime // 1), xattrs)
    match node:
        case File(content):
            return File(content, seconds)
        case Directory(_, opaque):
            return Directory(seconds, opaque)
        case Symlink(target):
            return Symlink(target, seconds)
        case Device(device, major, minor):
            return Device(device, major, minor, seconds)
        case _:
            return node
