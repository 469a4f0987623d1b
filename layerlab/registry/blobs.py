"""Blobs: layers compressed as they are pushed, and where their bytes lie.

Docker compresses with Go's gzip, whose bytes no other encoder gives. Ours come from zlib at
level 6, without a name and a time in the header: a layer has the same blob on every run, but
not Docker's. docs/decisions/0007 says what follows.
"""

import os
from dataclasses import dataclass
from typing import BinaryIO, cast
from weakref import WeakKeyDictionary

from layerlab.digest import BlobDigest
from layerlab.errors import NoContent
from layerlab.layer import AnyLayer, Layer, RecordedLayer
from layerlab.source import Digester, FileSource, Memory, Source

LEVEL = 6
IN_MEMORY = 8 << 20
"""A larger blob is put aside in an unnamed temporary file."""

_MADE: "WeakKeyDictionary[Layer, Blob]" = WeakKeyDictionary()  # gzip is slow; layers don't change


@dataclass(frozen=True, slots=True)
class Blob:
    """What goes by one digest."""

    digest: BlobDigest
    size: int | None
    """Bytes; ``None`` if they weren't recorded."""
    source: Source | None
    """``None`` if only the name was recorded."""
    layer: AnyLayer | None = None
    """The layer to unpack where there are no bytes."""

    @classmethod
    def of(cls, data: bytes) -> "Blob":
        """These bytes as a blob."""
        return cls(BlobDigest.of(data), len(data), Memory(data))


def compressed(layer: AnyLayer) -> Blob:
    """The layer as it is pushed: the gzip that it came from, or a new one.

    A recorded layer goes by its recorded name; one without is a ``NoContent`` error. So does
    a layer of zeros of which the true compressed size is known (docs/decisions/0018).
    """
    if layer.pulled_as is not None:
        return Blob(layer.pulled_as.digest, layer.pulled_as.size, None, layer)
    if isinstance(layer, RecordedLayer):
        raise NoContent(
            "neither the files of this layer nor the digest of its blob were recorded",
            where=layer.diff_id,
            hint="open the image from an archive to push it",
        )
    if layer.blob is not None and layer.blob.compression == "gzip":
        return Blob(layer.blob.digest, layer.blob.size, layer.blob.source)
    if layer not in _MADE:
        _MADE[layer] = _gzip(layer)
    return _MADE[layer]


def _gzip(layer: Layer) -> Blob:
    from gzip import GzipFile  # slow to import, and most sessions never get here
    from tempfile import SpooledTemporaryFile

    with SpooledTemporaryFile(IN_MEMORY) as spool:
        with GzipFile("", "wb", LEVEL, spool, mtime=0) as encoder:
            layer.write_tar(cast(BinaryIO, encoder))
        size = spool.tell()
        spool.seek(0)
        small = size <= IN_MEMORY
        where = "a compressed layer"
        source = Memory(spool.read(), where) if small else FileSource(os.dup(spool.fileno()))
    with Digester() as digester:
        for block in source.blocks():
            digester.update(block)
        return Blob(BlobDigest(digester.digest()), size, source)
