"""When two nodes are the same but for their times, which any writing changes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from layerlab.nodes import Change, File, LowerLink, Slice, Symlink, Whiteout
from layerlab.source import Compressed, Part, Reader

Pair = tuple[Change, Change]


def same_content(pairs: Sequence[Pair]) -> list[bool]:
    """For each two nodes of one kind: whether files have the same bytes, symlinks one target.

    Bytes are read only where the sizes are equal, a part at a time. A compressed layer is
    unpacked once for all its files, and nothing of it is kept.
    """
    unsure = [pair for pair in pairs if _known(*pair) is None]
    digests = _digests(node for pair in unsure for node in pair if isinstance(node, File))
    return [
        digests[id(one)] == digests[id(other)] if known is None else known
        for one, other in pairs
        for known in (_known(one, other),)
    ]


def same_owner(one: Change, other: Change) -> bool:
    """Whether mode, owner, group and extended attributes are the same."""
    marks = Whiteout, LowerLink
    if isinstance(one, marks) or isinstance(other, marks):
        return True
    a, b = one.meta, other.meta
    return (a.mode, a.uid, a.gid, dict(a.xattrs)) == (b.mode, b.uid, b.gid, dict(b.xattrs))


def _known(one: Change, other: Change) -> bool | None:
    """Whether the contents are the same, as far as it can be said without reading."""
    if isinstance(one, File) and isinstance(other, File):
        if one.size != other.size:
            return False
        return True if one.content == other.content else None
    if isinstance(one, Symlink) and isinstance(other, Symlink):
        return one.target == other.target
    return True


def _digests(files: Iterable[File]) -> dict[int, bytes]:
    """SHA-256 of each file's bytes, by the file's ``id``."""
    found: dict[int, bytes] = {}
    packed: defaultdict[int, list[tuple[int, File, Compressed]]] = defaultdict(list)
    for file in {id(file): file for file in files}.values():
        source, offset = _place(file)
        if isinstance(source, Compressed):
            packed[id(source)].append((offset, file, source))
        else:
            found[id(file)] = _digest(file.content.chunks())
    for wanted in packed.values():
        reader = Reader(wanted[0][2].blocks())
        for offset, file, _ in sorted(wanted, key=lambda each: each[0]):
            reader.skip(offset - reader.offset, "a file")
            found[id(file)] = _digest(reader.take_blocks(file.size))
    return found


def _place(file: File) -> tuple[object, int]:
    """The source that a file's bytes are read from at last, and where they begin in it."""
    if not isinstance(file.content, Slice):
        return None, 0
    source, offset = file.content.source, file.content.offset
    while isinstance(source, Part):
        offset += source.offset
        source = source.source
    return source, offset


def _digest(blocks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.digest()
