"""What a path can be: a file, a directory, a symlink, a device, or the mark of a deletion.

Nodes are values: two containers can share one without fear. A layer maps paths to nodes;
paths of one layer that hold *the same* ``File`` object are hard links of each other.
"""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import repeat
from types import MappingProxyType
from typing import ClassVar, Literal, Protocol

Seconds = int | float | Fraction
NO_XATTRS: Mapping[str, bytes] = MappingProxyType({})
CHUNK = 1 << 20


class Content(Protocol):
    """The bytes of a file, wherever they are."""

    @property
    def size(self) -> int:
        """Length in bytes, known without reading."""

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes from ``start`` up to ``stop``, or to the end."""

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """All bytes, at most ``size`` at a time."""


def _chunks(content: Content, size: int) -> Iterator[bytes]:
    for start in range(0, content.size, size):
        yield content.read(start, min(start + size, content.size))


@dataclass(frozen=True, slots=True)
class Bytes:
    """Content in memory."""

    data: bytes = b""

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        return self.data[start:stop]

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        return _chunks(self, size)


@dataclass(frozen=True, slots=True)
class Zeros:
    """``size`` NUL bytes that take no memory: a file of which only the size was measured."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError(f"a file can't have {self.size} bytes")

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        return bytes(len(range(self.size)[start:stop]))

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        whole, rest = divmod(self.size, size)
        if whole:
            yield from repeat(bytes(size), whole)
        if rest:
            yield bytes(rest)


class Source(Protocol):
    """A run of bytes that can be read at any place: a file, or a part of one."""

    def pread(self, offset: int, size: int) -> bytes:
        """Exactly ``size`` bytes from ``offset``."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Content that lies in an archive and is read when asked for."""

    source: Source = field(repr=False)
    offset: int
    size: int

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        begin, end, _ = slice(start, stop).indices(self.size)
        return self.source.pread(self.offset + begin, end - begin) if end > begin else b""

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        return _chunks(self, size)


@dataclass(frozen=True, slots=True)
class Meta:
    """What ``stat`` tells of a path besides its kind and size.

    ``mode`` holds the permission bits with setuid, setgid and sticky (0o7777), without the
    kind; ``mtime`` is in seconds since 1970, a ``Fraction`` where they aren't whole.
    """

    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: Seconds = 0
    xattrs: Mapping[str, bytes] = field(default_factory=lambda: NO_XATTRS, hash=False)

    def __repr__(self) -> str:
        """Only what tells: the mode, and what isn't root's, 1970's or empty."""
        told = [f"mode=0o{self.mode:o}"]
        others = ("uid", self.uid), ("gid", self.gid), ("mtime", self.mtime)
        told += [f"{name}={value}" for name, value in others if value]
        if self.xattrs:
            told.append(f"xattrs={dict(self.xattrs)}")
        return f"Meta({', '.join(told)})"


@dataclass(frozen=True, slots=True)
class File:
    """A regular file. ``File(b"hi")`` and ``File(Zeros(4096))`` both work."""

    content: Content = Bytes()
    meta: Meta = Meta()
    kind: ClassVar[str] = "file"
    type_bits: ClassVar[int] = stat.S_IFREG

    def __post_init__(self) -> None:
        if isinstance(self.content, str):
            object.__setattr__(self, "content", Bytes(self.content.encode()))
        elif isinstance(self.content, (bytes, bytearray, memoryview)):
            object.__setattr__(self, "content", Bytes(bytes(self.content)))

    @property
    def size(self) -> int:
        return self.content.size


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory. An ``opaque`` one hides whatever lower layers have at its path."""

    meta: Meta = Meta(mode=0o755)
    opaque: bool = False
    kind: ClassVar[str] = "directory"
    type_bits: ClassVar[int] = stat.S_IFDIR
    size: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link; ``target`` is stored as it was written, resolved only when followed."""

    target: str
    meta: Meta = Meta(mode=0o777)
    kind: ClassVar[str] = "symlink"
    type_bits: ClassVar[int] = stat.S_IFLNK

    @property
    def size(self) -> int:
        """The length of the target in bytes, as ``lstat`` gives it."""
        return len(self.target.encode("utf-8", "surrogateescape"))


_DEVICE_BITS = {
    "char": stat.S_IFCHR,
    "block": stat.S_IFBLK,
    "fifo": stat.S_IFIFO,
    "socket": stat.S_IFSOCK,
}


@dataclass(frozen=True, slots=True)
class Device:
    """A special file: a character or block device with its numbers, a FIFO or a socket."""

    device: Literal["char", "block", "fifo", "socket"]
    major: int = 0
    minor: int = 0
    meta: Meta = Meta()
    size: ClassVar[int] = 0

    def __post_init__(self) -> None:
        if self.device not in _DEVICE_BITS:
            raise ValueError(f"{self.device!r} is not one of {', '.join(_DEVICE_BITS)}")

    @property
    def kind(self) -> str:
        return self.device

    @property
    def type_bits(self) -> int:
        return _DEVICE_BITS[self.device]


@dataclass(frozen=True, slots=True)
class Whiteout:
    """The mark that deletes a path of the layers below.

    ``.wh.<name>`` in a tar (OCI image-spec, layer.md), a 0/0 character device in an
    overlayfs upper directory.
    """

    meta: Meta = Meta(mode=0)
    kind: ClassVar[str] = "whiteout"
    type_bits: ClassVar[int] = 0
    size: ClassVar[int] = 0


Node = File | Directory | Symlink | Device | Whiteout
Visible = File | Directory | Symlink | Device


@dataclass(frozen=True, slots=True)
class LowerLink:
    """A hard link whose target is in a *lower* layer; stacking the layers resolves it.

    OCI image-spec, layer.md: the target of a tar hard link may come from a layer below.
    """

    target: str
    kind: ClassVar[str] = "hard link"
    size: ClassVar[int] = 0


Change = Node | LowerLink
