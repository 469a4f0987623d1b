"""The build context: the files that a client sends with a Dockerfile, as one layer.

moby/go-archive: ``archive.go``; docker/cli: ``cli/command/image/build/context.go``.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from layerlab.build.ignoring import NAME, Ignore
from layerlab.layer import Layer
from layerlab.nodes import (
    CHUNK,
    NO_XATTRS,
    Change,
    Device,
    Directory,
    File,
    Meta,
    Symlink,
)
from layerlab.union import UnionFS

CAPABILITY = "security.capability"
_DEVICES = {stat.S_IFCHR: "char", stat.S_IFBLK: "block", stat.S_IFIFO: "fifo"}
_BLOCK = 512


@dataclass(frozen=True)
class OnDisk:
    """A file's content on this machine, read when asked for and then kept."""

    path: Path
    size: int

    @cached_property
    def _data(self) -> bytes:
        return self.path.read_bytes()[: self.size].ljust(self.size, b"\0")

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        return self._data[start:stop]

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        for start in range(0, self.size, size):
            yield self._data[start : start + size]


@dataclass(frozen=True)
class Context:
    """What the engine was sent: files, all root's, and how many bytes crossed."""

    layer: Layer = field(default_factory=lambda: Layer.of({}))
    counted: int | None = None
    """Bytes of the tar that was sent, where it was another than this would make."""

    @classmethod
    def of(cls, files: Mapping[str, object]) -> Context:
        """A context from ``{"app/run.sh": b"…"}``; parents that aren't named are made."""
        given = Layer.of({f"/{path.strip('/')}": node for path, node in files.items()}).changes
        parents = {path.rpartition("/")[0] for path in given}
        while missing := {path for path in parents if path} - set(given):
            given = {**given, **dict.fromkeys(missing, Directory())}
            parents = {path.rpartition("/")[0] for path in missing}
        return cls.sent({path: _owned_by_root(node) for path, node in given.items()})

    @classmethod
    def read(
        cls, folder: str | os.PathLike[str], ignore: Ignore | None = None, *, parents: bool = False
    ) -> Context:
        """A directory of this machine, without what is ignored; contents are read when needed.

        With ``parents`` an ignored directory is sent all the same if something in it is: that is
        BuildKit's way (fsutil: ``walker.go``).
        """
        entries = dict(_entries(Path(folder), ignore or Ignore()))
        missing = {path.rpartition("/")[0] for path in entries} - {"", *entries}
        while parents and missing:
            path = missing.pop()
            found = _made(Path(folder, path[1:]), os.lstat(Path(folder, path[1:])))
            assert found is not None  # it is a directory
            entries[path] = found
            missing |= {path.rpartition("/")[0]} - {"", *entries}
        return cls.sent(entries)

    @classmethod
    def sent(cls, changes: Mapping[str, Change]) -> Context:
        """The context of these files."""
        return cls(Layer(MappingProxyType(dict(sorted(changes.items())))))

    @cached_property
    def size(self) -> int:
        """Bytes of the tar that carries it."""
        return _tar_size(self.layer) if self.counted is None else self.counted

    def with_file(self, name: str, data: bytes, mode: int = 0o600) -> Context:
        """The same with one more file, or another under its name."""
        content = File(data, Meta(mode))  # type: ignore[arg-type]  # File takes bytes
        return Context.sent({**self.layer.changes, f"/{name}": content})

    def without(self, name: str) -> Context:
        """The same without a file."""
        kept = {path: node for path, node in self.layer.changes.items() if path != f"/{name}"}
        return Context(Layer(MappingProxyType(kept)))

    @cached_property
    def files(self) -> UnionFS:
        """The files as a tree."""
        return UnionFS((self.layer,))

    def cleaned(self, dockerfile: str) -> Context:
        """What the engine keeps: without Dockerfile and ``.dockerignore`` where that names them.

        moby 20.10: ``builder/remotecontext/detect.go``, removeDockerfile.
        """
        if not self.files.isfile(f"/{NAME}"):
            return self
        ignore = Ignore.parse(self.files.read_bytes(f"/{NAME}").decode("utf-8", "replace"))
        found = self
        for name in (NAME, dockerfile):
            if ignore.excludes(name):
                found = found.without(name)
        return found


def _owned_by_root(node: Change) -> Change:
    meta = getattr(node, "meta", None)
    return replace(node, meta=replace(meta, uid=0, gid=0)) if meta else node


def _entries(folder: Path, ignore: Ignore) -> Iterator[tuple[str, Change]]:
    """What lies in a directory, in the order of names; hard links share a node."""
    links: dict[tuple[int, int], Change] = {}
    todo: list[tuple[str, tuple[bool, ...]]] = [("", ())]
    while todo:
        parent, marks = todo.pop()
        below: list[tuple[str, tuple[bool, ...]]] = []
        for name in sorted(os.listdir(folder / parent)):
            path = f"{parent}/{name}".lstrip("/")
            excluded, own = ignore.marks(path, marks)
            found = os.lstat(folder / path)
            is_folder = stat.S_ISDIR(found.st_mode)
            if is_folder and (not excluded or ignore.may_keep_below(path)):
                below.append((path, own))
            node = None if excluded else _node(folder / path, found, links)
            if node is not None:
                yield f"/{path}", node
        todo.extend(reversed(below))


def _node(path: Path, found: os.stat_result, links: dict[tuple[int, int], Change]) -> Change | None:
    key = found.st_dev, found.st_ino
    shared = found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode)
    if shared and key in links:
        return links[key]
    node = _made(path, found)
    if shared and node is not None:
        links[key] = node
    return node


def _made(path: Path, found: os.stat_result) -> Change | None:
    """The node; ``None`` for a socket, which has no place in a tar."""
    kind = stat.S_IFMT(found.st_mode)
    seconds = found.st_mtime_ns // 10**9
    meta = Meta(stat.S_IMODE(found.st_mode), 0, 0, seconds, _xattrs(path, kind))
    if kind == stat.S_IFDIR:
        return Directory(meta)
    if kind == stat.S_IFLNK:
        return Symlink(os.readlink(path), meta)
    if kind == stat.S_IFREG:
        return File(OnDisk(path, found.st_size), meta)
    if kind in _DEVICES:
        number = (os.major(found.st_rdev), os.minor(found.st_rdev))
        return Device(_DEVICES[kind], *number, meta)  # type: ignore[arg-type]
    return None


def _xattrs(path: Path, kind: int) -> Mapping[str, bytes]:
    """File capabilities: the only extended attribute that is sent."""
    if kind == stat.S_IFREG:
        with suppress(OSError):
            value = os.getxattr(path, CAPABILITY, follow_symlinks=False)
            return MappingProxyType({CAPABILITY: value})
    return NO_XATTRS


def _tar_size(layer: Layer) -> int:
    """Bytes of the tar: headers as for a layer, without reading a file."""
    hollow: dict[str, Change] = {}
    seen: dict[int, Change] = {}
    content = 0
    for path, node in sorted(layer.changes.items(), key=lambda item: item[0].replace("/", "\0")):
        if id(node) not in seen and isinstance(node, File):
            content += node.size + -node.size % _BLOCK
            seen[id(node)] = File(meta=node.meta)
        hollow[path] = seen.get(id(node), node)
    sink = io.BytesIO()
    Layer(MappingProxyType(hollow)).write_tar(sink)
    return len(sink.getbuffer()) + content
