"""Reading forward: exact runs of bytes out of a stream of blocks, hashed as they pass."""

import hashlib
import threading
from collections.abc import Iterable, Iterator
from queue import Queue
from types import TracebackType
from typing import Self

from layerlab.errors import InvalidLayer


class Digester:
    """SHA-256 of the blocks it is given, computed in a second thread.

    hashlib lets go of the interpreter while it works, so hashing and reading overlap. At
    most four blocks wait. A context manager: leaving it ends the thread.
    """

    def __init__(self) -> None:
        self.size = 0
        self._sha = hashlib.sha256()
        self._queue: Queue[bytes | None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finish()

    def update(self, block: bytes) -> None:
        self.size += len(block)
        if self._queue is None:
            if len(block) < _WORTH_A_THREAD:
                self._sha.update(block)
                return
            self._queue = Queue(maxsize=4)
            self._thread = threading.Thread(target=self._work, args=(self._queue,), daemon=True)
            self._thread.start()
        self._queue.put(block)

    def passing(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same blocks, hashed on their way."""
        for block in blocks:
            self.update(block)
            yield block

    def digest(self) -> str:
        """``sha256:`` and the hex digits, of everything up to here. Ends the hashing."""
        self._finish()
        return "sha256:" + self._sha.hexdigest()

    def _work(self, queue: "Queue[bytes | None]") -> None:
        while (block := queue.get()) is not None:
            self._sha.update(block)

    def _finish(self) -> None:
        if self._queue is not None:
            self._queue.put(None)
            self._thread.join()
            self._queue = None


_WORTH_A_THREAD = 1 << 16


class Reader:
    """Takes exact runs of bytes out of blocks, and knows its offset."""

    __slots__ = ("_at", "_base", "_block", "_blocks", "where")

    def __init__(self, blocks: Iterable[bytes], *, where: str = "") -> None:
        self._blocks = iter(blocks)
        self._block = b""
        self._at = 0  # where we stand in the block
        self._base = 0  # where the block begins in the stream
        self.where = where

    @property
    def offset(self) -> int:
        """Bytes taken and skipped so far."""
        return self._base + self._at

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end of the stream."""
        begin, end = self._at, self._at + size
        if end <= len(self._block):
            self._at = end
            return self._block[begin:end]
        return b"".join(self.take_blocks(size))

    def exactly(self, size: int, what: str) -> bytes:
        """The next ``size`` bytes; fewer are an ``InvalidLayer``."""
        data = self.take(size)
        if len(data) < size:
            raise self._cut_off(what)
        return data

    def take_blocks(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes in whatever pieces they come."""
        while size > 0:
            if self._at >= len(self._block) and not self._next():
                return
            piece = self._block[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def skip(self, size: int, what: str) -> None:
        """Leave out ``size`` bytes; fewer are an ``InvalidLayer``."""
        self._at += size
        while self._at > len(self._block):
            beyond = self._at - len(self._block)
            self._at = len(self._block)
            if not self._next():
                raise self._cut_off(what)
            self._at = beyond

    def drain(self) -> None:
        """Leave out all the rest."""
        while self._next():
            pass

    def _next(self) -> bool:
        self._base += len(self._block)
        self._at = 0
        self._block = next(self._blocks, b"")
        return bool(self._block)

    def _cut_off(self, what: str) -> InvalidLayer:
        return InvalidLayer(
            f"the tar ends early, in {what}",
            where=self.where,
            hint="the file was cut off: fetch or save it again",
        )
