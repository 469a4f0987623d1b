"""From a layer's tar to its changes.

OCI image-spec, layer.md, says what entries mean. Where it is silent, the choice made here is
in docs/decisions/0003-tar-rules.md.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from layerlab.digest import DiffID
from layerlab.errors import InvalidLayer
from layerlab.nodes import (
    Change,
    Device,
    Directory,
    File,
    LowerLink,
    Meta,
    Slice,
    Symlink,
    Whiteout,
)
from layerlab.nodes import Source as ReadAt
from layerlab.source import Digester, Meter, Reader, Source
from layerlab.tarball import headers
from layerlab.tarball.headers import Entry, read_entries

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
RESERVED = ".wh..wh."

_MAX_HOPS = 40  # as path_resolution(7)
_LONG = 1024  # of a path: a quarter of what Linux takes
_ODD_PARTS = re.compile(r"(?:^|/)(?:\.{0,2})(?:/|$)")
_DEVICES = {headers.CHAR: "char", headers.BLOCK_DEVICE: "block", headers.FIFO: "fifo"}


@dataclass(frozen=True, slots=True)
class TarIndex:
    """What one pass over a layer's tar found."""

    changes: dict[str, Change]
    diff_id: DiffID
    size: int
    """Bytes of the whole tar, uncompressed."""
    closed: bool
    """Whether the tar ends as it should, in zero blocks. Docker doesn't mind when it doesn't."""


def read_tar(source: Source, *, where: str = "") -> TarIndex:
    """Index the tar in ``source`` in one pass forward; file contents stay where they are."""
    return index_blocks(source.blocks(), source, where=where)


def index_blocks(
    blocks: Iterable[bytes], source: ReadAt, *, where: str = "", meter: Meter | None = None
) -> TarIndex:
    """Index the tar that ``blocks`` hold; its files are slices of ``source``."""
    with Digester() as digester:
        reader = Reader(digester.passing(blocks), where=where)
        changes = Changes(source, where, meter or Meter())
        for entry in read_entries(reader):
            changes.add(entry)
        closed = reader.offset > changes.end
        reader.drain()
        return TarIndex(changes.finish(), DiffID(digester.digest()), digester.size, closed)


class Changes:
    """The changes of one layer, as its entries come in."""

    def __init__(self, source: ReadAt, where: str, meter: Meter) -> None:
        self._source, self._where, self._meter = source, where, meter
        self._changes: dict[str, Change] = {}
        self._whiteouts: dict[str, Meta] = {}
        self._opaque: set[str] = set()
        self._parents: set[str] = set()
        self._symlinks: dict[str, str] = {}
        self._folder = self._real_folder = ""  # of the last entry; most stand next to each other
        self.end = 0
        """Where the last entry ended."""

    def add(self, entry: Entry) -> None:
        """Take in one entry, or refuse the layer with ``InvalidLayer``."""
        kind, name, link, size, offset, meta, major, minor = entry
        self.end = offset + size + -size % headers.BLOCK
        self._meter.entry(len(name) + len(link), self._where)
        if meta.xattrs:
            self._meter.names(sum(map(len, chain(*meta.xattrs.items()))), self._where)
        if len(name) > _LONG:
            self._charge_depth(name)
        path = self._path(name)
        folder, _, base = path.rpartition("/")
        if folder != self._folder:
            self._folder, self._real_folder = folder, self._follow(folder, name)
            self._parents.add(self._real_folder)
        parent = self._real_folder
        if parent is not folder:
            path = f"{parent}/{base}"
        node: Change
        if base.startswith(WHITEOUT):
            self._mark(path, parent, base, meta)
            return
        if kind == headers.FILE:
            node = File(Slice(self._source, offset, size), meta)
        elif kind == headers.DIRECTORY:
            node = Directory(meta)
        elif kind == headers.SYMLINK:
            if not link:
                raise self._bad(name, "a symlink to nowhere")
            node = Symlink(link, meta)
            self._symlinks[path] = link
        elif kind == headers.LINK:
            node = self._link(name, path, link)
        else:
            # Linux has 12 and 20 bits for them; what is more is cut off (moby: system.Mkdev).
            major, minor = major & 0xFFF, minor & 0xFFFFF
            node = Device(_DEVICES[kind], major, minor, meta)  # type: ignore[arg-type]
        if path in self._changes and not (
            kind == headers.DIRECTORY and isinstance(self._changes[path], Directory)
        ):
            raise self._bad(name, "the path occurs twice")
        if path == "/" and kind != headers.DIRECTORY:
            raise self._bad(name, "the root can only be a directory")
        self._changes[path] = node

    def finish(self) -> dict[str, Change]:
        """All changes by path, once the last entry is in."""
        changes, implied = self._changes, self._all_parents()
        for path, meta in self._whiteouts.items():
            there = changes.get(path)
            if isinstance(there, Directory) or (there is None and path in implied):
                self._opaque.add(path)  # it hides the lower one, and stays
            elif there is None:
                changes[path] = Whiteout(meta)
        for path in self._opaque:
            there = changes.get(path, Directory())
            if isinstance(there, Directory):
                changes[path] = Directory(there.meta, opaque=True)
        for path in implied:
            there = changes.get(path)
            if there is not None and not isinstance(there, Directory):
                raise self._bad(path, f"a {there.kind} can't have paths below it")
        return {path: changes[path] for path in sorted(changes)}

    def _path(self, name: str) -> str:
        """The absolute path an entry's name stands for."""
        path = name.removeprefix("./").rstrip("/")
        if path and not _ODD_PARTS.search(path):
            return "/" + path
        if name.startswith("/") and path:  # "/" itself is how kaniko names the root
            raise self._bad(name, "an absolute name")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise self._bad(name, "'..' in a name")
        if not name:
            raise self._bad(name, "an entry without a name")
        return "/" + "/".join(parts)

    def _mark(self, path: str, parent: str, base: str, meta: Meta) -> None:
        """Note a whiteout or an opaque mark; what AUFS reserved is skipped."""
        if base == OPAQUE:
            self._opaque.add(parent or "/")
        elif base in (".wh.", ".wh..", ".wh..."):
            raise self._bad(path, "a whiteout of nothing")
        elif not base.startswith(RESERVED):
            self._whiteouts[f"{parent}/{base[len(WHITEOUT) :]}"] = meta

    def _link(self, name: str, path: str, link: str) -> Change:
        """The node that a hard link shares with its target."""
        folder, _, base = posixpath.normpath("/./" + link.lstrip("/")).rpartition("/")
        target = f"{self._follow(folder, name)}/{base}"
        if posixpath.normpath(link.lstrip("/")).startswith("..") or target in ("/", path):
            raise self._bad(name, f"a hard link to {link!r:.100}")
        node = self._changes.get(target)
        if isinstance(node, Directory):
            raise self._bad(name, f"a hard link to a directory, {link!r:.100}")
        return LowerLink(target) if node is None else node

    def _follow(self, folder: str, name: str) -> str:
        """``folder`` with the symlinks of this layer resolved, as if it were extracted.

        An entry below a symlink that stands before it in the same layer lands where that
        leads, inside the root (*ran*: docker 20.10, umoci 0.4.7). A lower layer's symlink is
        not asked: there, the entry makes a real folder in its place.
        """
        if not self._symlinks or not folder:
            return folder
        todo, done, hops = folder[1:].split("/")[::-1], "", 0
        while todo:
            part = todo.pop()
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            if part in ("", "."):
                continue
            target = self._symlinks.get(f"{done}/{part}")
            if target is None:
                done = f"{done}/{part}"
                continue
            hops += 1
            if hops > _MAX_HOPS:
                raise self._bad(name, "too many levels of symbolic links")
            if target.startswith("/"):
                done = ""
            self._meter.names(len(target), self._where)
            if len(target) > _LONG:
                self._charge_depth(target)
            todo.extend(reversed(target.split("/")))
        return folder if done == folder else done

    def _charge_depth(self, name: str) -> None:
        """Work on a path goes with its length times its depth, which a long one can drive up."""
        self._meter.names(len(name) * name.count("/"), self._where)

    def _all_parents(self) -> set[str]:
        """Every path that some entry lies below."""
        found: set[str] = set()
        for parent in self._parents:
            while parent and parent not in found:
                found.add(parent)
                self._meter.names(len(parent), self._where)
                parent = parent.rpartition("/")[0]
        return found

    def _bad(self, name: str, what: str) -> InvalidLayer:
        return InvalidLayer(f"entry {name!r:.200}: {what}", where=self._where)
