"""``tar-split.json.gz``: all of a layer's tar but the files' contents.

Docker unpacks a layer and throws the tar away. With this file and the unpacked files it can
put the very same bytes together again, so that a push finds the DiffID it had. One JSON object
a line: a segment of the tar (``"type":2``), or a file whose content stands there (``"type":1``),
with the CRC-64 of that content. Format: vbatts/tar-split, ``tar/storage``.
"""

import base64
import gzip
import itertools
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from layerlab.image import gojson
from layerlab.layer import Layer
from layerlab.nodes import CHUNK
from layerlab.source.stream import Reader
from layerlab.tarball import read_entries, tar_blocks

_POLYNOMIAL = 0xD800000000000000
"""ISO 3309, bits reversed, as Go's ``hash/crc64`` has it."""
_ALL = (1 << 64) - 1
_kept: WeakKeyDictionary[Layer, bytes] = WeakKeyDictionary()


def tar_split(layer: Layer) -> bytes:
    """The file for this layer, gzipped. The first time, the layer's tar is read for it."""
    if layer not in _kept:
        blocks = layer.tar.blocks() if layer.tar is not None else tar_blocks(layer.changes)
        lines = b"".join(gojson.dump(entry) + b"\n" for entry in split(blocks))
        _kept[layer] = gzip.compress(lines, mtime=0)
    return _kept[layer]


def split(blocks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The lines for a tar, in order."""
    for position, entry in enumerate(_entries(blocks)):
        yield {**entry, "position": position}


def _entries(blocks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    ahead, behind = itertools.tee(blocks)
    headers, raw = Reader(ahead), Reader(behind)
    for entry in read_entries(headers):
        yield _segment(raw.take(entry.offset - raw.offset))
        payload = None
        size = {}
        if entry.size:
            crc = 0
            for piece in raw.take_blocks(entry.size):
                crc = crc64(piece, crc)
            size, payload = {"size": entry.size}, _text(crc.to_bytes(8, "big"))
        yield {"type": 1, **_name(entry.name), **size, "payload": payload}
    yield _segment(raw.take(headers.offset - raw.offset))
    while rest := raw.take(CHUNK):
        yield _segment(rest)
    yield _segment(b"")


def _segment(data: bytes) -> dict[str, Any]:
    return {"type": 2, "payload": _text(data)}


def _name(name: str) -> dict[str, str]:
    """A name that isn't UTF-8 goes by its bytes."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return {"name": raw.decode()}
    except UnicodeDecodeError:
        return {"name_raw": _text(raw)}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def crc64(data: bytes, before: int = 0) -> int:
    """CRC-64 (ISO) of ``data``, going on from the one ``before`` it: two bytes a step."""
    crc = before ^ _ALL
    if data == bytes(len(data)):  # what measured packages consist of
        return _past_zeros(crc, len(data)) ^ _ALL
    table = _table()
    even = len(data) & ~1
    for pair in struct.unpack(f"<{even // 2}H", data[:even]):
        crc = table[(crc ^ pair) & 0xFFFF] ^ crc >> 16
    for byte in data[even:]:
        crc = _step(crc ^ byte, 8)
    return crc ^ _ALL


def _past_zeros(crc: int, size: int) -> int:
    """The CRC after ``size`` zeros. They change it linearly, so it goes in powers of two."""
    for power in range(size.bit_length()):
        if size >> power & 1:
            crc = _mapped(crc, _leap(power))
    return crc


@cache
def _leap(power: int) -> tuple[int, ...]:
    """What becomes of each bit after ``2**power`` zeros."""
    if power == 0:
        return tuple(_step(1 << bit, 8) for bit in range(64))
    half = _leap(power - 1)
    return tuple(_mapped(image, half) for image in half)


def _mapped(crc: int, images: tuple[int, ...]) -> int:
    mapped = 0
    for bit, image in enumerate(images):
        if crc >> bit & 1:
            mapped ^= image
    return mapped


@cache
def _table() -> list[int]:
    return [_step(value, 16) for value in range(1 << 16)]


def _step(crc: int, bits: int) -> int:
    for _ in range(bits):
        crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc
