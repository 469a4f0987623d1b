"""Where bytes lie: in memory, in a file, in a part of one, or behind a compression.

A source is read in two ways: forward once, block by block (``blocks``), or at any place
(``pread``). Opening an archive only ever reads forward, so nothing is written to disk for
it; a compressed source is unpacked into an unnamed temporary file when somebody first asks
for bytes in its middle.
"""

import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Protocol

from layerlab.errors import LayerlabError
from layerlab.nodes import Source as ReadAt
from layerlab.source.compression import Kind, decompress
from layerlab.source.limits import Limits, Meter

BLOCK = 1 << 18
"""Bytes read at once: large enough to keep a hash busy, small enough to stay in the cache."""


class Stream(Protocol):
    """What can be read forward once: a file object, or what is enough of one."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


Given = Stream | bytes | str | os.PathLike[str]
"""What a source can be opened from."""

Watch = Callable[[int], None]
"""Is told of each block that is read on the way forward: its length in bytes."""


class Source(ReadAt, Protocol):
    """A run of bytes that can be read forward, and at any place."""

    @property
    def size(self) -> int | None:
        """How many; ``None`` while nobody has counted."""

    def blocks(self) -> Iterator[bytes]:
        """All bytes from the start, in blocks of no fixed size."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that are in memory already."""

    data: bytes = field(repr=False)
    where: str = ""

    @property
    def size(self) -> int:
        return len(self.data)

    def pread(self, offset: int, size: int) -> bytes:
        return _exactly(self.data[offset : offset + size], size, self.where)

    def blocks(self) -> Iterator[bytes]:
        for offset in range(0, len(self.data), BLOCK):
            yield self.data[offset : offset + BLOCK]


class FileSource:
    """A regular file on disk, held open for as long as this object lives.

    Anything that isn't a regular file (a device, a FIFO, a socket, a folder) is refused
    before it is read: a stranger's archive may hold links to ``/dev/zero``.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | int,
        *,
        where: str = "",
        watch: Watch | None = None,
    ) -> None:
        """``file`` is a path, or an open descriptor, which this object then owns."""
        self.where, self._watch = where or str(file), watch
        try:
            # O_NONBLOCK: opening a FIFO must not wait for a writer.
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
            self._fd = file if isinstance(file, int) else os.open(file, flags)
        except (OSError, ValueError) as error:
            raise _unreadable(error, self.where) from error
        status = os.fstat(self._fd)
        if not stat.S_ISREG(status.st_mode):
            raise LayerlabError(
                "this is not a regular file", where=self.where, hint="give a file, not a device"
            )
        self.size = status.st_size

    @classmethod
    def spooled(
        cls,
        blocks: Iterable[bytes],
        *,
        where: str,
        size: int | None = None,
        watch: Watch | None = None,
    ) -> "FileSource":
        """Put ``blocks`` into an unnamed temporary file, which goes when this object goes."""
        import tempfile  # slow to import, and most sessions never get here

        folder = tempfile.gettempdir()
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        if size is not None and size > free:
            raise _no_room(folder, f"{size} bytes are needed, {free} are free", where)
        try:
            with tempfile.TemporaryFile(buffering=0) as file:
                for block in blocks:
                    _write_all(file, block)
                return cls(os.dup(file.fileno()), where=where, watch=watch)
        except OSError as error:
            raise _no_room(folder, str(error.strerror), where) from error

    def __del__(self) -> None:
        if hasattr(self, "_fd"):
            os.close(self._fd)

    def __repr__(self) -> str:
        return f"FileSource({self.where!r})"

    def pread(self, offset: int, size: int) -> bytes:
        try:
            data = os.pread(self._fd, size, offset)
            while 0 < len(data) < size:  # Linux reads 2 GiB at most in one go
                more = os.pread(self._fd, size - len(data), offset + len(data))
                if not more:
                    break
                data += more
        except (OSError, OverflowError, ValueError) as error:
            raise _unreadable(error, self.where) from error
        return _exactly(data, size, self.where)

    def blocks(self) -> Iterator[bytes]:
        offset = 0
        while block := self.pread(offset, min(BLOCK, self.size - offset)):
            if self._watch is not None:
                self._watch(len(block))
            yield block
            offset += len(block)


@dataclass(frozen=True, slots=True)
class Part:
    """``size`` bytes of another source, from ``offset``."""

    source: ReadAt = field(repr=False)
    offset: int
    size: int
    where: str = ""

    def pread(self, offset: int, size: int) -> bytes:
        if offset < 0 or offset + size > self.size:
            raise _short(self.where)
        return self.source.pread(self.offset + offset, size)

    def blocks(self) -> Iterator[bytes]:
        for offset in range(0, self.size, BLOCK):
            yield self.pread(offset, min(BLOCK, self.size - offset))


class Compressed:
    """The uncompressed bytes of a gzip or zstd source.

    ``blocks`` decompresses as it goes. The first ``pread`` unpacks everything into an
    unnamed temporary file and serves from there.
    """

    def __init__(
        self, source: Source, kind: Kind, *, where: str = "", limits: Limits | None = None
    ) -> None:
        self.source, self.kind, self.where, self._limits = source, kind, where, limits
        self.size: int | None = None
        self._unpacked: FileSource | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Compressed({self.source!r}, {self.kind!r})"

    def pread(self, offset: int, size: int) -> bytes:
        with self._lock:
            if self._unpacked is None:
                self._unpacked = FileSource.spooled(self.blocks(), where=self.where, size=self.size)
        return self._unpacked.pread(offset, size)

    def blocks(self) -> Iterator[bytes]:
        if self._unpacked is not None:
            return self._unpacked.blocks()
        meter = Meter(self._limits)
        return decompress(self.source.blocks(), self.kind, where=self.where, meter=meter)


def open_source(given: Given, *, watch: Watch | None = None) -> Memory | FileSource:
    """The source behind a path, bytes, or a stream (which is copied to an unnamed file)."""
    where = name_of(given)
    if isinstance(given, bytes):
        return Memory(given, where)
    if isinstance(given, (str, os.PathLike)):
        return FileSource(given, where=where, watch=watch)
    return FileSource.spooled(iter(lambda: given.read(BLOCK), b""), where=where, watch=watch)


def name_of(given: Given) -> str:
    """What error messages call it."""
    if isinstance(given, (str, os.PathLike)):
        return os.fspath(given)
    return "bytes" if isinstance(given, bytes) else str(getattr(given, "name", "stream"))


def _write_all(file: IO[bytes], block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


def _exactly(data: bytes, size: int, where: str) -> bytes:
    if len(data) != size:
        raise _short(where)
    return data


def _short(where: str) -> LayerlabError:
    return LayerlabError(
        "the bytes end early", where=where, hint="the file was cut off: fetch or save it again"
    )


def _unreadable(error: Exception, where: str) -> LayerlabError:
    return LayerlabError(f"can't be read: {getattr(error, 'strerror', None) or error}", where=where)


def _no_room(folder: str, detail: str, where: str) -> LayerlabError:
    return LayerlabError(
        f"can't be unpacked to {folder}: {detail}", where=where, hint="make room, or set TMPDIR"
    )
