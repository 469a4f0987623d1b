"""Files that a client sends: only those that changed since the last time, and what that takes.

fsutil: ``send.go``, ``receive.go``, ``types/wire.proto`` and ``types/stat.proto``; BuildKit:
``source/local/local.go``, as moby 20.10 has them.
"""

from __future__ import annotations

import posixpath
import stat
from collections.abc import Iterable
from types import MappingProxyType

from layerlab.build.buildkit.content import is_wild, matching
from layerlab.layer import Layer
from layerlab.nodes import Change, Device, Directory, File, Symlink
from layerlab.union import UnionFS

_CHUNK = 32 << 10
_END = 2
"""Bytes of the packet that says that all was sent, and of the one that ends a file."""
_BITS = {
    stat.S_IFDIR: 1 << 31, stat.S_IFLNK: 1 << 27, stat.S_IFIFO: 1 << 25, stat.S_IFBLK: 1 << 26,
    stat.S_IFCHR: 1 << 26 | 1 << 21, stat.S_IFSOCK: 1 << 24,
}  # fmt: skip
_SPECIAL = {0o4000: 1 << 23, 0o2000: 1 << 22, 0o1000: 1 << 20}


def followed(files: UnionFS, paths: Iterable[str]) -> Layer:
    """The part of a context that these paths mean: with parents, and what symlinks lead to."""
    changes = files.layers[0].changes if files.layers else {}
    wanted: set[str] = set()
    todo = [place for path in paths for place in _places(files, path)]
    while todo:
        path = todo.pop()
        if path in wanted:
            continue
        if path == "/":
            return Layer(MappingProxyType(dict(changes)))
        wanted.add(path)
        node = changes.get(path)
        if isinstance(node, Symlink):
            todo.append(_joined(posixpath.dirname(path), node.target))
        parent = posixpath.dirname(path)
        while parent != "/":
            above = changes.get(parent)
            if isinstance(above, Symlink):
                todo.append(_joined(posixpath.dirname(parent), above.target) + path[len(parent) :])
                todo.append(parent)
            parent = posixpath.dirname(parent)
    tops = tuple(f"{path}/" for path in wanted)
    parents = {path[:at] for path in wanted for at, char in enumerate(path) if char == "/" and at}
    kept = {
        path: node
        for path, node in changes.items()
        if f"{path}/".startswith(tops) or path in parents
    }
    return Layer(MappingProxyType(kept))


def _places(files: UnionFS, path: str) -> list[str]:
    return matching(files, path) if is_wild(path) else [path]


def _joined(folder: str, target: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, target))
    return "/" + path.lstrip("/")


def transferred(sent: Layer, known: Layer | None) -> int:
    """Bytes of the packets, when the other side has ``known``."""
    there = known.changes if known else {}
    total, firsts = _END, dict[int, str]()
    for number, (path, node) in enumerate(_ordered(sent)):
        first = firsts.setdefault(id(node), path)
        link = first if first != path and not isinstance(node, Directory) else ""
        total += _stat_packet(path[1:], node, link[1:])
        old = there.get(path)
        if isinstance(node, File) and not link and not (old and _same(node, old)):
            named = 0 if not number else 1 + _varint(number)
            chunks = range(0, node.size, _CHUNK)
            for start in chunks:
                size = min(_CHUNK, node.size - start)
                total += 2 + named + 1 + _varint(size) + size
            total += _END + named
    return total


def _ordered(layer: Layer) -> list[tuple[str, Change]]:
    return sorted(layer.changes.items(), key=lambda item: item[0].replace("/", "\0"))


def _same(node: File, old: Change) -> bool:
    return isinstance(old, File) and node.meta == old.meta and node.size == old.size


def _stat_packet(path: str, node: Change, link: str) -> int:
    assert isinstance(node, File | Directory | Symlink | Device)  # a context has nothing else
    meta = node.meta
    mode = meta.mode & 0o777 | _BITS.get(node.type_bits, 0)
    mode |= sum(bit for special, bit in _SPECIAL.items() if meta.mode & special)
    target = node.target if isinstance(node, Symlink) else link
    size = node.size if isinstance(node, File) else len(target) * isinstance(node, Symlink)
    body = _text(path) + _number(mode) + _number(size) + _number(int(meta.mtime * 10**9))
    body += _text(target)
    if isinstance(node, Device):
        body += _number(node.major) + _number(node.minor)
    body += sum(
        2 + _text(name) + 1 + _varint(len(value)) + len(value)
        for name, value in meta.xattrs.items()
    )
    return 1 + _varint(body) + body


def _text(text: str) -> int:
    size = len(text.encode(errors="surrogateescape"))
    return 1 + _varint(size) + size if size else 0


def _number(number: int) -> int:
    return 1 + _varint(number) if number else 0


def _varint(number: int) -> int:
    """Bytes that protobuf takes for a whole number."""
    if number < 0:
        return 10
    return max(1, -(-number.bit_length() // 7))
