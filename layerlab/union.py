"""UnionFS: many layers, one read-only tree.

The kernel computes a union at each lookup, going down the layers. Here the merge is done
once, layer by layer, and kept: the tree of *n* layers is the tree of *n - 1* with the
directories that layer *n* touches made anew and everything else shared. So a lookup in 125
layers costs what it costs in one, and a thousand images on one base hold the base once.

Source of the rules: OCI image-spec, layer.md, and the kernel's
``Documentation/filesystems/overlayfs.rst``.
"""

import errno
import io
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, Any
from weakref import WeakValueDictionary

from layerlab.display import Drawn
from layerlab.errors import InvalidLayer
from layerlab.layer import IMPLIED, AnyLayer
from layerlab.nodes import (
    CHUNK,
    Change,
    Content,
    Device,
    Directory,
    File,
    LowerLink,
    Meta,
    Seconds,
    Symlink,
    Visible,
    Whiteout,
)
from layerlab.paths import AnyPath, Spot, error, find, text, walk


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A name in the merged tree, and the layer its node comes from. Never changed once made."""

    node: Visible
    index: int
    """The layer's place in the stack, 0 the lowest; for a directory, the topmost that has it."""
    children: dict[str, "Entry"] | None = None
    """For a directory: the merged names."""
    stack: tuple[int, ...] = ()
    """For a directory: the layers that are merged in it, topmost first."""
    target: str | None = None
    """For a symlink: where it points."""


@dataclass(frozen=True, slots=True)
class Step:
    """One layer of a lookup's trail, and what the name was there (``None``: not there)."""

    index: int
    layer: Any
    found: Change | None


@dataclass(frozen=True, slots=True)
class Hit:
    """The answer of a lookup: what the path is, which layer it comes from, how it was found."""

    path: str
    node: Visible
    index: int
    layer: Any
    trail: tuple[Step, ...]


class Merged:
    """The tree of a stack of layers, built on the tree of the stack without its top layer."""

    __slots__ = ("__weakref__", "below", "inodes", "layer", "links", "root")

    def __init__(self, below: "Merged | None", layer: AnyLayer | None, index: int) -> None:
        self.below, self.layer = below, layer
        self.inodes: dict[int, int] = {}
        if below is None or layer is None:
            self.root = Entry(IMPLIED, -1, {}, ())
            self.links: Mapping[int, int] = {}
            return
        self.links = {**below.links, **layer.links} if layer.links else below.links
        self.root = self._merge(below.root, layer, index)

    def _merge(self, below: Entry, layer: AnyLayer, index: int) -> Entry:
        tree = layer.tree
        mark = layer.changes.get("/")
        root = _directory(mark if isinstance(mark, Directory) else IMPLIED, below, index)
        todo = [("/", root)]
        while todo:
            path, directory = todo.pop()
            children = directory.children
            assert children is not None
            for name, change in tree[path].items():
                full = path + name if path == "/" else f"{path}/{name}"
                if type(change) is Whiteout:
                    children.pop(name, None)
                elif type(change) is Directory:
                    here = _directory(change, children.get(name), index, bool(tree.get(full)))
                    children[name] = here
                    if tree.get(full):
                        todo.append((full, here))
                elif type(change) is LowerLink:
                    target = self._lower(below, change.target, full)
                    self.links = {**self.links, id(target): self.links.get(id(target), 1) + 1}
                    children[name] = _leaf(target, index)
                else:
                    children[name] = _leaf(change, index)
        return root

    def inode(self, place: Entry) -> int:
        """An inode number: the same for hard links, given out in the order of asking."""
        key = id(place.node) if place.children is None else id(place)
        return self.inodes.setdefault(key, len(self.inodes) + 2)

    @staticmethod
    def _lower(root: Entry, target: str, path: str) -> Visible:
        try:
            node: Visible = find(root, target, follow=False).place.node
        except OSError:
            node = IMPLIED
        if isinstance(node, Directory):
            raise InvalidLayer(
                f"a hard link points at {target!r}, which is no file of this layer or one below",
                where=path,
                hint="the layer needs the ones it was made on",
            )
        return node


def _leaf(node: Any, index: int) -> Entry:
    return Entry(node, index, None, (), node.target if type(node) is Symlink else None)


def _directory(mark: Directory, below: Entry | None, index: int, touched: bool = True) -> Entry:
    """The merge of a layer's directory with what is below: attributes are the topmost one's."""
    if below is None or below.children is None or mark.opaque:
        return Entry(mark, index, {}, (index,))
    children = dict(below.children) if touched else below.children
    if mark is IMPLIED:
        return Entry(below.node, below.index, children, (index, *below.stack))
    return Entry(mark, index, children, (index, *below.stack))


_merged: WeakValueDictionary[tuple[int, int], Merged] = WeakValueDictionary()
_EMPTY = Merged(None, None, -1)


def merged(layers: Iterable[AnyLayer]) -> Merged:
    """The tree of ``layers``, lowest first; stacks that begin alike share what is alike."""
    tree = _EMPTY
    for index, layer in enumerate(layers):
        key = (id(tree), id(layer))
        found = _merged.get(key)
        if found is None:
            found = _merged[key] = Merged(tree, layer, index)
        tree = found
    return tree


class Reading:
    """What can be asked of any tree of files; ``os`` gives names, arguments and errors.

    A relative path starts at the root. Built on ``lookup_place``, ``node_of`` and ``listdir``.
    """

    __slots__ = ()

    def _find(self, path: AnyPath, op: str, follow: bool = True) -> Spot:
        raise NotImplementedError

    def _stat(self, place: Any) -> os.stat_result:
        raise NotImplementedError

    def listdir(self, path: AnyPath = "/") -> list[str]:
        """The names in a directory, sorted; whiteouts never show."""
        spot = self._find(path, "listdir")
        if spot.place.children is None:
            raise error(errno.ENOTDIR, path)
        return sorted(spot.place.children)

    def stat(self, path: AnyPath, *, follow_symlinks: bool = True) -> os.stat_result:
        """What ``os.stat`` would give; times are the model's, sizes of directories 4096."""
        return self._stat(self._find(path, "stat", follow_symlinks).place)

    def lstat(self, path: AnyPath) -> os.stat_result:
        """``stat`` of the path itself, even if it is a symlink."""
        return self.stat(path, follow_symlinks=False)

    def readlink(self, path: AnyPath) -> str:
        """Where a symlink points, as it was written; ``EINVAL`` for anything else."""
        target: str | None = self._find(path, "readlink", follow=False).place.target
        if target is None:
            raise error(errno.EINVAL, path)
        return target

    def exists(self, path: AnyPath) -> bool:
        """Whether the path leads somewhere; a dangling symlink doesn't."""
        return self._mode(path) is not None

    def lexists(self, path: AnyPath) -> bool:
        """Whether the path is there, be it a dangling symlink."""
        return self._mode(path, follow=False) is not None

    def isdir(self, path: AnyPath) -> bool:
        """Whether the path leads to a directory."""
        return stat.S_ISDIR(self._mode(path) or 0)

    def isfile(self, path: AnyPath) -> bool:
        """Whether the path leads to a regular file."""
        return stat.S_ISREG(self._mode(path) or 0)

    def islink(self, path: AnyPath) -> bool:
        """Whether the path is a symlink."""
        return stat.S_ISLNK(self._mode(path, follow=False) or 0)

    def _mode(self, path: AnyPath, follow: bool = True) -> int | None:
        try:
            return self.stat(path, follow_symlinks=follow).st_mode
        except (OSError, ValueError):
            return None

    def walk(self, top: AnyPath = "/") -> Iterator[tuple[str, list[str], list[str]]]:
        """As ``os.walk`` from the top down, sorted; take names out of the list to prune."""
        todo = [text(top)]
        while todo:
            path = todo.pop()
            directories, others = [], []
            try:
                names = self.listdir(path)
            except OSError:
                continue
            for name in names:
                child = path.rstrip("/") + "/" + name
                (directories if self.isdir(child) else others).append(name)
            yield path, directories, others
            base = path.rstrip("/")
            below = (f"{base}/{name}" for name in reversed(directories))
            todo.extend(child for child in below if not self.islink(child))

    def read_text(self, path: AnyPath, encoding: str = "utf-8") -> str:
        """A file's content as text."""
        return self.read_bytes(path).decode(encoding)

    def read_bytes(self, path: AnyPath) -> bytes:
        """A file's content."""
        raise NotImplementedError


class UnionFS(Reading, Drawn):
    """The merged tree of ``layers``, lowest first. It can be read, never written."""

    __slots__ = ("layers", "merged")

    def __init__(self, layers: Iterable[AnyLayer] = ()) -> None:
        self.layers = tuple(layers)
        self.merged = merged(self.layers)

    @property
    def root(self) -> Entry:
        return self.merged.root

    def _find(self, path: AnyPath, op: str, follow: bool = True) -> Spot:
        return find(self.merged.root, text(path), follow=follow, shown=path)

    def _stat(self, place: Any) -> os.stat_result:
        return lower_stat(self.merged, place)

    def lookup(self, path: AnyPath) -> Hit:
        """What ``path`` is, which layer it comes from, and the trail of layers searched.

        Directories on the way are merged and followed; a symlink at the end is not followed.
        """
        spot = self._find(path, "lookup", follow=False)
        place: Entry = spot.place
        layer = self.layers[place.index] if place.index >= 0 else None
        return Hit(spot.path, place.node, place.index, layer, self.trail(path))

    def trail(self, path: AnyPath) -> tuple[Step, ...]:
        """The layers in which the last component is looked for, topmost first.

        Also for a path that isn't there, so that you see what hides it. Only the layers that
        the parent directory is merged from are searched. The search ends at the first file or
        whiteout; a directory goes on, since what is below merges with it.
        """
        spot = deepest(self.merged.root, text(path))
        return lower_trail(self.layers, spot.chain[-1].stack, spot.parent_path, spot.name)

    def items(self) -> Iterator[tuple[str, Visible, int]]:
        """Every path of the merged tree but the root, sorted: path, node, index of its layer."""
        todo = [("", self.merged.root)]
        while todo:
            path, entry = todo.pop()
            if path:
                yield path, entry.node, entry.index
            children = entry.children or {}
            todo.extend((f"{path}/{name}", children[name]) for name in sorted(children)[::-1])

    def content(self, path: AnyPath) -> Content:
        """A file's content, unread: ask it for ``size``, ``read(start, stop)`` or ``chunks()``."""
        return file_of(self._find(path, "read").place, path).content

    def read_bytes(self, path: AnyPath) -> bytes:
        """A file's content; a layer that came from an archive reads it there and then."""
        return self.content(path).read()

    def open(self, path: AnyPath, mode: str = "r", **options: Any) -> IO[Any]:
        """The builtin's ``open`` for reading; a mode that writes is ``EROFS``."""
        if set(mode) & set("wax+"):
            raise error(errno.EROFS, path)
        raw = io.BufferedReader(ContentIO(self.content(path)), CHUNK >> 4)
        return raw if "b" in mode else io.TextIOWrapper(raw, **{"encoding": "utf-8"} | options)

    def getxattr(self, path: AnyPath, name: str, *, follow_symlinks: bool = True) -> bytes:
        """One extended attribute; ``ENODATA`` if the path has none of this name."""
        xattrs = self._find(path, "getxattr", follow_symlinks).place.node.meta.xattrs
        if name not in xattrs:
            raise error(errno.ENODATA, path)
        return bytes(xattrs[name])

    def listxattr(self, path: AnyPath = "/", *, follow_symlinks: bool = True) -> list[str]:
        """The names of the extended attributes, sorted."""
        return sorted(self._find(path, "listxattr", follow_symlinks).place.node.meta.xattrs)

    def __repr__(self) -> str:
        count = len(self.layers)
        return f"<UnionFS of {count} layer{'' if count == 1 else 's'}>"


class ContentIO(io.RawIOBase):
    """Reads a ``Content`` piece by piece, so that a big file never is in memory."""

    def __init__(self, content: Content) -> None:
        self._content, self._at = content, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._content.read(self._at, self._at + len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._content.size}
        if whence not in base or base[whence] + offset < 0:
            raise error(errno.EINVAL, None)
        self._at = base[whence] + offset
        return self._at


def file_of(place: Any, path: object) -> File:
    """The file at ``place``: ``EISDIR`` for a directory, ``ENXIO`` for a device.

    A device has a driver behind it only on a running system; the kernel's answer for a number
    without a driver is ``ENXIO``.
    """
    if place.children is not None:
        raise error(errno.EISDIR, path)
    node = place.node
    if not isinstance(node, File):
        raise error(errno.ENXIO, path)
    return node


def deepest(root: Any, path: str) -> Spot:
    """Walk to ``path``, or to the first name on the way that is missing or no directory."""
    while True:
        try:
            return walk(root, path, follow=False)
        except (FileNotFoundError, NotADirectoryError):
            path = path.rstrip("/").rpartition("/")[0] or "/"


def lower_trail(
    layers: tuple[AnyLayer, ...], stack: tuple[int, ...], parent: str, name: str
) -> tuple[Step, ...]:
    """The search for ``name`` in the layers of ``stack``, which make up the directory ``parent``."""
    steps = []
    for index in stack:
        layer = layers[index]
        found = layer.tree[parent].get(name) if name else layer.changes.get("/", IMPLIED)
        steps.append(Step(index, layer, found))
        if found is not None and (type(found) is not Directory or found.opaque):
            break
    return tuple(steps)


def nanoseconds(seconds: Seconds) -> int:
    """Seconds as ``Meta`` holds them, in nanoseconds."""
    return int(Fraction(seconds) * 10**9) if not isinstance(seconds, int) else seconds * 10**9


def make_stat(
    mode: int, meta: Meta, size: int, links: int, device: tuple[int, int], inode: int
) -> os.stat_result:
    """An ``os.stat_result``; atime and ctime, which no layer stores, are the mtime."""
    ns = nanoseconds(meta.mtime)
    whole, exact = ns // 10**9, ns / 10**9
    times = {f"st_{kind}time": exact for kind in "amc"} | {f"st_{kind}time_ns": ns for kind in "amc"}
    extra = {**times, "st_blksize": 4096, "st_blocks": -(-size // 512), "st_rdev": os.makedev(*device)}
    fields = (mode, inode, 0, links, meta.uid, meta.gid, size, whole, whole, whole)
    return os.stat_result(fields, extra)


def lower_stat(tree: Merged, place: Entry) -> os.stat_result:
    """``stat`` of a path that the merged lower layers have.

    A merged directory has one link, as overlayfs tells it; others count their subdirectories.
    """
    node = place.node
    device = (node.major, node.minor) if isinstance(node, Device) else (0, 0)
    if place.children is not None:
        links = directory_links(place.children) if len(place.stack) == 1 else 1
    else:
        links = tree.links.get(id(node), 1)
    size = 4096 if place.children is not None else node.size
    mode = node.type_bits | node.meta.mode
    return make_stat(mode, node.meta, size, links, device, tree.inode(place))


def directory_links(children: Mapping[str, Any]) -> int:
    return 2 + sum(child.children is not None for child in children.values())
