"""Layer: an immutable changeset, and one step of an image.

A layer says what changed against the layers below it: paths added or replaced, and paths
deleted. OCI image-spec, layer.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from types import MappingProxyType
from typing import BinaryIO, ClassVar

from layerlab.digest import BlobDigest, DiffID
from layerlab.display import Drawn
from layerlab.errors import DigestMismatch, InvalidLayer, NoContent
from layerlab.nodes import (
    Change,
    Device,
    Directory,
    File,
    LowerLink,
    Symlink,
    Whiteout,
)
from layerlab.source import (
    Compressed,
    Digester,
    Kind,
    Meter,
    Source,
    decompress,
    open_source,
    sniff,
)
from layerlab.tarball import changes_size, index_blocks, tar_blocks, write_tar

IMPLIED = Directory()
"""Stands in ``Layer.tree`` for a directory that no entry names: lower layers keep their say."""

_NAMED_ONCE = (Directory, Whiteout, LowerLink)
_NODES = (File, Directory, Symlink, Device, Whiteout, LowerLink)


@dataclass(frozen=True, slots=True)
class Blob:
    """A layer as registries store it: compressed, and named by the digest of that."""

    source: Source = field(repr=False)
    digest: BlobDigest
    size: int
    compression: Kind

    def write(self, stream: BinaryIO) -> None:
        """Copy the blob's bytes, and see that they still have its digest."""
        with Digester() as digester:
            stream.writelines(digester.passing(self.source.blocks()))
            if digester.digest() != self.digest:
                raise DigestMismatch(self.digest, digester.digest())


@dataclass(frozen=True, slots=True)
class RecordedBlob:
    """A compressed form that is known by name only: nothing here has its bytes."""

    digest: BlobDigest
    """Its first 12 digits are what ``docker pull`` prints."""
    size: int | None = None
    """Compressed bytes; ``None`` where nobody noted them."""


@dataclass(frozen=True, eq=False)
class Layer(Drawn):
    """One changeset: ``changes`` maps absolute paths to nodes.

    Make one with :meth:`of` or :meth:`from_tar`. Two layers are equal when their DiffIDs are.
    """

    changes: Mapping[str, Change]
    tar: Source | None = field(default=None, repr=False)
    """Where the layer's own tar bytes lie; ``None`` for a layer made in memory."""
    known_diff_id: DiffID | None = field(default=None, repr=False)
    blob: Blob | None = field(default=None, repr=False)
    """The compressed bytes that it came from, if it was compressed."""
    pulled_as: RecordedBlob | None = field(default=None, repr=False)
    """What it counts as on the way, where contents are zeros that would compress to nothing."""
    linked: bool = field(default=False, repr=False)
    """Whether the archive has a link in its place, as Docker before 25 saves a layer once more."""

    @classmethod
    def of(cls, changes: Mapping[str, object]) -> "Layer":
        """A layer of ``{"/etc/motd": b"hi", "/bin/sh": Symlink("busybox"), "/old": Whiteout()}``.

        Bytes and text stand for a file with those bytes. Parents that aren't named are implied.
        """
        nodes: dict[str, Change] = {}
        for path, value in changes.items():
            check_path(path)
            if isinstance(value, (bytes, str)):
                value = File(value)  # type: ignore[arg-type]  # File takes both
            if not isinstance(value, _NODES):
                raise InvalidLayer(
                    f"{value!r:.60} is nothing a path can be",
                    where=path,
                    hint="use bytes, File, Directory, Symlink, Device or Whiteout",
                )
            nodes[path] = value
        layer = cls(MappingProxyType(dict(sorted(nodes.items()))))
        _ = layer.tree  # a file with paths below it is refused here, not later
        return layer

    @classmethod
    def from_tar(cls, stream: BinaryIO | bytes | str | PathLike[str]) -> "Layer":
        """The layer in a tar, plain or compressed with gzip or zstd.

        Its bytes are kept where they are (a path) or put aside in an unnamed temporary file
        (a stream), and file contents are read from there when asked for.
        """
        source = open_source(stream)
        kind = sniff(source.pread(0, min(source.size, 8)), where=source.where)
        return cls.read(source.blocks(), source, kind, where=source.where, closed=True)

    @classmethod
    def read(
        cls,
        blocks: Iterable[bytes],
        source: Source,
        compression: Kind | None,
        *,
        where: str = "",
        closed: bool = False,
        meter: Meter | None = None,
    ) -> "Layer":
        """The layer in ``blocks``, read once and hashed; ``source`` is where they lie for good.

        ``closed`` insists on the zero blocks at the end, which alone show that a tar whose
        digest nobody knows was not cut off between two entries. (Docker does without them.)
        """
        blob: Blob | None = None
        if compression is None:
            tar: Source = source
            index = index_blocks(blocks, tar, where=where, meter=meter)
        else:
            limits = meter.limits if meter else None
            tar = unpacked = Compressed(source, compression, where=where, limits=limits)
            with Digester() as digester:
                passing = digester.passing(blocks)
                plain = decompress(passing, compression, where=where, meter=meter)
                index = index_blocks(plain, unpacked, where=where, meter=meter)
                digest = BlobDigest(digester.digest())
            unpacked.size = index.size
            blob = Blob(source, digest, digester.size, compression)
        if closed and not index.closed:
            raise InvalidLayer(
                "the tar ends without its closing zero blocks",
                where=where,
                hint="the file was cut off: fetch or save it again",
            )
        return cls(MappingProxyType(index.changes), tar, index.diff_id, blob)

    def write_tar(self, stream: BinaryIO | None) -> DiffID:
        """Write the layer's tar, byte for byte the one it came from, and return its DiffID.

        ``None`` writes nowhere and only computes.
        """
        return write_tar(self.changes, stream, original=self.tar, expected=self.known_diff_id)

    @cached_property
    def diff_id(self) -> DiffID:
        """The digest of the layer's uncompressed tar."""
        return self.known_diff_id or self.write_tar(None)

    @cached_property
    def tar_size(self) -> int:
        """Bytes of the layer's uncompressed tar."""
        if self.tar is not None and self.tar.size is not None:
            return self.tar.size
        return sum(map(len, self.tar.blocks() if self.tar else tar_blocks(self.changes)))

    @cached_property
    def size(self) -> int:
        """Bytes as ``docker history`` prints them.

        Regular files, a hard-linked one once, and the lengths of symlinks' targets;
        directories and whiteouts are 0 (*ran*: docker 20.10, overlay2).
        """
        return changes_size(self.changes)

    @cached_property
    def tree(self) -> Mapping[str, Mapping[str, Change]]:
        """For each directory the layer touches, its entries by name.

        A directory that no entry names, only implied by one below it, is ``IMPLIED``.
        """
        tree: dict[str, dict[str, Change]] = {"/": {}}
        last, entries = "", tree["/"]
        for path, node in self.changes.items():
            if isinstance(node, Directory):
                tree.setdefault(path, {})
            if path == "/":
                continue
            parent, _, name = path.rpartition("/")
            if parent == last and name not in entries:  # most stand next to each other
                entries[name] = node
            else:
                _plant(tree, path, node)
                last, entries = parent, tree[parent or "/"]
        return tree

    @cached_property
    def links(self) -> Mapping[int, int]:
        """How many names each hard-linked node has, by ``id``."""
        ids = [id(n) for n in self.changes.values() if not isinstance(n, _NAMED_ONCE)]
        if len(set(ids)) == len(ids):
            return {}
        return {node: count for node, count in Counter(ids).items() if count > 1}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Layer, RecordedLayer)) and self.diff_id == other.diff_id

    def __hash__(self) -> int:
        return hash(self.diff_id)

    def __repr__(self) -> str:
        return f"<Layer: {len(self.changes)} changes, {self.size} bytes>"


@dataclass(frozen=True)
class RecordedLayer(Drawn):
    """A layer known by name only: DiffID and size as ``docker inspect`` and ``history`` print them.

    It counts in every table; asking for its files is a ``NoContent`` error. Where a few files
    were recorded, a container on it finds those, and no others.
    """

    diff_id: DiffID
    size: int
    pulled_as: RecordedBlob | None = field(default=None, compare=False)
    known: Layer | None = field(default=None, compare=False, repr=False)
    """The files that were recorded: a part of what is in the layer."""
    blob: ClassVar[None] = None

    @property
    def changes(self) -> Mapping[str, Change]:
        return self._known().changes

    @property
    def tree(self) -> Mapping[str, Mapping[str, Change]]:
        return self._known().tree

    @property
    def links(self) -> Mapping[int, int]:
        return self._known().links

    @property
    def tar_size(self) -> int:
        """Always ``NoContent``."""
        raise self._missing()

    def write_tar(self, stream: BinaryIO | None) -> DiffID:
        """Always ``NoContent``."""
        raise self._missing()

    def _known(self) -> Layer:
        if self.known is None:
            raise self._missing()
        return self.known

    def _missing(self) -> NoContent:
        files = "its files" if self.known is None else "all of its files"
        return NoContent(
            f"only the DiffID and size of this layer were recorded, not {files}",
            where=self.diff_id,
            hint="open the image from an archive to read them",
        )


AnyLayer = Layer | RecordedLayer


def check_path(path: str) -> None:
    """Refuse a path that no change can have: relative, unnormalised, or out of the root."""
    if not isinstance(path, str) or not path.startswith("/"):
        fault, hint = "a change needs an absolute path", "begin it with '/'"
    elif "\0" in path:
        fault, hint = "a path can't hold a NUL byte", "remove it"
    elif path != "/" and any(part in ("", ".", "..") for part in path[1:].split("/")):
        fault, hint = "'..', '.', '//' and a trailing '/' have no place here", "write it out"
    else:
        return
    raise InvalidLayer(fault, where=f"{path!r:.80}", hint=hint)


def _plant(tree: dict[str, dict[str, Change]], path: str, node: Change) -> None:
    """Enter ``node`` in its parent, and the parent in its own where nothing named it."""
    while True:
        parent, _, name = path.rpartition("/")
        parent = parent or "/"
        there = tree.get(parent)
        entries = tree.setdefault(parent, {}) if there is None else there
        old = entries.get(name)
        if old is None or old is IMPLIED:
            entries[name] = node
        elif node is not IMPLIED or not isinstance(old, Directory):
            raise InvalidLayer(f"a {old.kind} can't have paths below it", where=path)
        if there is not None or parent == "/":
            return
        path, node = parent, IMPLIED
