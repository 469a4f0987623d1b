"""The measured files: for each path its kind, mode, owner, size, time and target.

Contents are :class:`Zeros` of the measured size, but for configuration files, whose bytes are
kept in a file of their own and read when somebody asks for them.
"""

import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from typing import NamedTuple

from layerlab.catalog.packages import columns
from layerlab.catalog.packages.columns import DATA
from layerlab.nodes import Content, Directory, File, Meta, Slice, Source, Symlink, Zeros

Measured = File | Directory | Symlink

FILE, REAL, DIRECTORY, SYMLINK, HARD_LINK = "frdsh"
"""Kinds of entries. A ``REAL`` one is a file whose bytes are kept."""


class Style(NamedTuple):
    """What many entries have in common: few differ in kind, mode and owner."""

    kind: str
    mode: int
    uid: int
    gid: int


class Entry(NamedTuple):
    """One path as it was measured. ``mtime`` is in whole seconds, as Debian's tars have it."""

    path: str
    style: Style
    mtime: int
    size: int = 0
    target: str = ""
    content: bytes = b""


class Extent(NamedTuple):
    """How much of the columns belongs to one group: entries, and bytes of the others."""

    entries: int
    paths: int
    targets: int
    content: int


def pack(groups: Iterable[Iterable[Entry]]) -> tuple[dict[str, bytes], bytes, list[Extent]]:
    """Groups of entries as columns, the bytes of the real files, and the extent of each group."""
    listed = [list(group) for group in groups]
    entries = [entry for group in listed for entry in group]
    styles = sorted({entry.style for entry in entries})
    number = {style: at for at, style in enumerate(styles)}
    packed = {
        "styles": json.dumps(styles).encode(),
        "style": bytes(number[entry.style] for entry in entries),
        "path": columns.pack_texts(entry.path for entry in entries),
        "size": columns.pack_numbers(entry.size for entry in entries),
        "mtime": columns.pack_numbers(entry.mtime for entry in entries),
        "target": columns.pack_texts(entry.target for entry in entries if entry.target),
    }
    extents = [
        Extent(
            len(group),
            len(columns.pack_texts(entry.path for entry in group)),
            len(columns.pack_texts(entry.target for entry in group if entry.target)),
            sum(len(entry.content) for entry in group),
        )
        for group in listed
    ]
    return packed, b"".join(entry.content for entry in entries), extents


@dataclass(frozen=True)
class Kept:
    """The bytes of real files, in ``data``: unpacked when the first of them is read."""

    name: str

    def pread(self, offset: int, size: int) -> bytes:
        return _bytes(self.name)[offset : offset + size]


@cache
def _bytes(name: str) -> bytes:
    return columns.decompress((DATA / name).read_bytes())


class Files:
    """Groups of entries, as :func:`pack` packed them: each is unpacked when it is needed."""

    def __init__(
        self, packed: Mapping[str, bytes], kept: Source, extents: Iterable[Extent]
    ) -> None:
        self._packed, self._kept = packed, kept
        extents = [Extent(0, 0, 0, 0), *extents]
        self._starts = [
            Extent(*sums)
            for sums in zip(
                *(accumulate(column) for column in zip(*extents, strict=True)), strict=True
            )
        ]

    def _texts(self, name: str, start: int, stop: int) -> list[str]:
        return columns.unpack_texts(self._packed[name][start:stop])

    @cached_property
    def _sizes(self) -> "array[int]":
        return columns.unpack_numbers(self._packed["size"])

    @cached_property
    def _mtimes(self) -> "array[int]":
        return columns.unpack_numbers(self._packed["mtime"])

    @cached_property
    def _styles(self) -> list[Style]:
        return [Style(*style) for style in json.loads(self._packed["styles"])]

    def group(self, at: int) -> dict[str, Measured]:
        """The nodes of one group by absolute path, in the order in which they were measured."""
        start, stop = self._starts[at], self._starts[at + 1]
        span = slice(start.entries, stop.entries)
        targets = iter(self._texts("target", start.targets, stop.targets))
        offset = start.content
        metas: dict[tuple[int, int], Meta] = {}
        nodes: dict[str, Measured] = {}
        rows = zip(
            self._texts("path", start.paths, stop.paths),
            self._packed["style"][span],
            self._sizes[span],
            self._mtimes[span],
            strict=True,
        )
        for path, number, size, mtime in rows:
            kind, mode, uid, gid = self._styles[number]
            meta = metas.get((number, mtime))
            if meta is None:
                meta = metas[number, mtime] = Meta(mode, uid, gid, mtime)
            if kind == FILE:
                nodes[path] = File(Zeros(size), meta)
            elif kind == DIRECTORY:
                nodes[path] = Directory(meta)
            elif kind == SYMLINK:
                nodes[path] = Symlink(next(targets), meta)
            elif kind == HARD_LINK:
                nodes[path] = nodes[next(targets)]
            else:
                content: Content = Slice(self._kept, offset, size)
                nodes[path] = File(content, meta)
                offset += size
        return nodes
