"""A file of columns: each a run of bytes, all compressed together as one ``.gz``.

What is alike stands together and compresses well: paths by paths, sizes by sizes. The first
line is JSON and says how long each column is; ``zcat`` shows the rest.
"""

import gzip
import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

from layerlab.errors import LayerlabError

DATA = Path(__file__).parents[1] / "data"
"""Where the measured files are, beside the code."""


def pack(columns: Mapping[str, bytes]) -> bytes:
    """The columns as one compressed file: the same bytes each time."""
    header = json.dumps({name: len(data) for name, data in columns.items()})
    return compress(b"".join([header.encode(), b"\n", *columns.values()]))


def compress(plain: bytes) -> bytes:
    """The bytes as ``.gz``: somewhat larger than as ``.xz``, and unpacked four times as fast."""
    return gzip.compress(plain, 9, mtime=0)


def decompress(raw: bytes) -> bytes:
    """What :func:`compress` compressed."""
    try:
        return zlib.decompress(raw, _GZIP)
    except zlib.error as error:
        raise LayerlabError(f"the catalog's data is damaged: {error}") from error


_GZIP = 16 + zlib.MAX_WBITS


def unpack(raw: bytes) -> dict[str, bytes]:
    """The columns by name."""
    plain = decompress(raw)
    start = plain.index(b"\n") + 1
    columns = {}
    for name, length in json.loads(plain[:start]).items():
        columns[name] = plain[start : start + length]
        start += length
    return columns


def pack_numbers(numbers: Iterable[int]) -> bytes:
    """Numbers below 2³², all first bytes before all second ones: the high ones are alike."""
    data = _little(array("I", numbers)).tobytes()
    return b"".join(data[place::4] for place in range(4))


def unpack_numbers(data: bytes) -> "array[int]":
    """What :func:`pack_numbers` packed."""
    count = len(data) // 4
    mixed = bytearray(len(data))
    for place in range(4):
        mixed[place::4] = data[place * count : (place + 1) * count]
    return _little(array("I", bytes(mixed)))


def pack_texts(texts: Iterable[str]) -> bytes:
    """Texts without NUL, each closed by one. What isn't UTF-8 stays as it was."""
    return "".join(text + "\0" for text in texts).encode("utf-8", "surrogateescape")


def unpack_texts(data: bytes) -> list[str]:
    """What :func:`pack_texts` packed."""
    return data.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _little(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
