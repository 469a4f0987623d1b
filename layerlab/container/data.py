"""The bytes of a file in the upper layer, which can be written.

What was written lies in a ``bytearray``. A big file that was copied up stays where it is, in
its layer, and only what is written over it is held in memory: a :class:`Rope` of pieces.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from layerlab.nodes import CHUNK, Bytes, Content, Zeros

IN_MEMORY = 1 << 20
"""Up to this size a copied-up file is taken into memory when it is first written."""

Data = bytearray | Content


@dataclass(frozen=True, slots=True)
class Rope:
    """Content made of pieces of other contents: ``(content, start, stop)``."""

    pieces: tuple[tuple[Content, int, int], ...]
    size: int

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        begin, end, _ = slice(start, stop).indices(self.size)
        found, at = [], 0
        for content, first, last in self.pieces:
            low, high = max(begin - at, 0), min(end - at, last - first)
            if low < high:
                found.append(content.read(first + low, first + high))
            at += last - first
        return b"".join(found)

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        for start in range(0, self.size, size):
            yield self.read(start, min(start + size, self.size))


def size_of(data: Data) -> int:
    """Length in bytes."""
    return len(data) if type(data) is bytearray else data.size  # type: ignore[union-attr]


def read(data: Data, start: int = 0, stop: int | None = None) -> bytes:
    """The bytes from ``start`` up to ``stop``, or to the end."""
    if type(data) is bytearray:
        return bytes(data[start:stop])
    return data.read(start, stop)  # type: ignore[union-attr]


def freeze(data: Data) -> Content:
    """The bytes as they are now."""
    return Bytes(bytes(data)) if isinstance(data, (bytearray, bytes)) else data


def write(data: Data, at: int, new: bytes) -> Data:
    """``data`` with ``new`` at ``at``; a gap before it reads as zeros."""
    data = _in_memory(data, at)
    if type(data) is bytearray:
        if at > len(data):
            data.extend(bytes(at - len(data)))
        data[at : at + len(new)] = new
        return data
    whole = freeze(data)
    gap = max(at - whole.size, 0)
    after = at + len(new)
    return _rope(
        *_cut(whole, 0, at), (Zeros(gap), 0, gap), (Bytes(new), 0, len(new)),
        *_cut(whole, after, whole.size),
    )  # fmt: skip


def truncate(data: Data, size: int) -> Data:
    """``data`` cut to ``size`` bytes, or filled up with zeros."""
    data = _in_memory(data, size)
    if type(data) is bytearray:
        del data[size:]
        data.extend(bytes(size - len(data)))
        return data
    whole = freeze(data)
    gap = max(size - whole.size, 0)
    return _rope(*_cut(whole, 0, size), (Zeros(gap), 0, gap))


def _in_memory(data: Data, at: int) -> Data:
    """A ``bytearray`` where the file is small, or is one already and has no great gap."""
    if type(data) is bytearray:
        return data if at <= len(data) + IN_MEMORY else freeze(data)
    content = freeze(data)
    return bytearray(content.read()) if max(content.size, at) <= IN_MEMORY else content


def _cut(content: Content, start: int, stop: int) -> list[tuple[Content, int, int]]:
    """The pieces of ``content`` between two places."""
    if not isinstance(content, Rope):
        return [(content, start, min(stop, content.size))]
    cut, at = [], 0
    for piece, first, last in content.pieces:
        cut.append((piece, first + max(start - at, 0), min(first + stop - at, last)))
        at += last - first
    return cut


def _rope(*pieces: tuple[Content, int, int]) -> Rope:
    """The pieces that aren't empty, small neighbours in memory joined."""
    kept: list[tuple[Content, int, int]] = []
    for content, first, last in pieces:
        if last <= first:
            continue
        if kept and isinstance(content, Bytes) and isinstance(kept[-1][0], Bytes):
            before, start, stop = kept[-1]
            if stop - start + last - first <= CHUNK:
                joined = before.read(start, stop) + content.read(first, last)
                kept[-1] = (Bytes(joined), 0, len(joined))
                continue
        kept.append((content, first, last))
    return Rope(tuple(kept), sum(last - first for _, first, last in kept))
