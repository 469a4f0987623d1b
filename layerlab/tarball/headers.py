"""The headers of a tar stream: ustar, pax, GNU and the old v7, read forward and checked.

Python's ``tarfile`` does more, ten times slower. What a header means follows Go's
``archive/tar`` (reader.go), because that is what Docker reads layers with; so a global pax
header is skipped, as Docker does (moby, pkg/archive: "PAX Global Extended Headers found for
%s and ignored").
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from layerlab.errors import InvalidLayer
from layerlab.nodes import NO_XATTRS, Meta, Seconds
from layerlab.source.stream import Reader

BLOCK = 512
ZEROS = bytes(BLOCK)
MAX_EXTENSION = 1 << 20
"""Bytes that a pax header or a GNU long name may have (Go's ``maxSpecialFileSize``)."""

FILE, LINK, SYMLINK, CHAR, BLOCK_DEVICE, DIRECTORY, FIFO = b"0123456"
_OLD_FILE = 0
_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK = b"xgLK"
_KNOWN = frozenset(b"0123456")
_XATTR = "SCHILY.xattr."
_RECORD = re.compile(rb"([1-9]\d{0,6}) ([^=\0]+)=", re.DOTALL)
_DECIMAL = re.compile(r"-?\d{1,20}", re.ASCII)
_TIME = re.compile(r"(-?)(\d{1,20})(?:\.(\d*))?", re.ASCII)


class Entry(NamedTuple):
    """One member of a tar. ``name`` and ``link`` are as they stand there, not yet judged."""

    kind: int
    name: str
    link: str
    size: int
    offset: int
    meta: Meta
    major: int
    minor: int


def looks_like_tar(head: bytes) -> bool:
    """Whether ``head``, the first 512 bytes, opens a tar: a header, or the end of an empty one."""
    if len(head) < BLOCK:
        return False
    return head == ZEROS or _checksum_holds(head)


def read_entries(reader: Reader) -> Iterator[Entry]:
    """The entries of a tar, in order. Returns at the two zero blocks, or where the bytes end.

    The caller may take an entry's bytes from ``reader`` before it asks for the next one;
    what it leaves is skipped. ``InvalidLayer`` for anything that isn't a tar.
    """
    metas: dict[bytes, Meta] = {}  # most entries share mode, owner and time with others
    records: dict[str, str | bytes] = {}
    while header := _next_header(reader, pending=bool(records)):
        kind = header[156]
        if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
            _read_extension(reader, header, kind, records)
            continue
        key = header[100:124] + header[136:148]
        meta = metas.get(key)
        if meta is None:
            meta = metas[key] = _meta(header, reader)
        raw = header[:100].split(b"\0", 1)[0]
        if header[345] and header[257:265] == b"ustar\x0000":
            end = 476 if header[508:512] == b"tar\0" else 500  # star keeps times behind 131
            raw = header[345:end].split(b"\0", 1)[0] + b"/" + raw
        name = raw.decode("utf-8", "surrogateescape")
        link = ""
        if header[157]:
            link = header[157:257].split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        size = _number(header[124:136], reader, "size")
        if records:
            name = str(records.get("path", name))
            link = str(records.get("linkpath", link))
            size = int(records.get("size", size))
            meta = _meta_from_records(meta, records)
            records = {}
        if kind == _OLD_FILE:
            kind = DIRECTORY if name.endswith("/") else FILE
        elif kind not in _KNOWN:
            raise _bad(reader, f"{name!r:.100} has type {chr(kind)!r}, which Docker refuses too")
        major = minor = 0
        if kind in (CHAR, BLOCK_DEVICE):
            major = _number(header[329:337], reader, "device number")
            minor = _number(header[337:345], reader, "device number")
        if size and kind != FILE:
            size = 0  # nothing but a file has bytes behind it, whatever the field says
        offset = reader.offset
        yield Entry(kind, name, link, size, offset, meta, major, minor)
        if size:
            reader.skip(offset - reader.offset + size + -size % BLOCK, repr(name)[:100])


def _next_header(reader: Reader, *, pending: bool) -> bytes:
    """The next header block, checksum verified; empty at the end of the archive."""
    header = reader.take(BLOCK)
    if header and header != ZEROS:
        if len(header) == BLOCK and _checksum_holds(header):
            return header
        if len(header) < BLOCK:
            raise _bad(reader, "the tar ends early, in a header")
        raise _bad(reader, f"no tar header at byte {reader.offset - BLOCK}")
    if pending:
        raise _bad(reader, "the tar ends after a header that announces another entry")
    if header and reader.take(BLOCK) not in (b"", ZEROS):
        raise _bad(reader, f"a single zero block before byte {reader.offset}")
    return b""


def _checksum_holds(header: bytes) -> bool:
    """Whether the bytes of the header add up to what it says, its checksum counted as spaces.

    Adler-32's low half is 1 plus the sum of the bytes, modulo 65,521: C speed for what would
    be half the work of reading a header.
    """
    try:
        stated = int(header[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    rest = stated - 8 * 32 + sum(header[148:156])
    if (1 + rest) % 65_521 == zlib.adler32(header) & 0xFFFF:
        return True
    signed = sum(byte - 256 if byte > 127 else byte for byte in header)  # old tars on old CPUs
    return signed - sum(header[148:156]) + 8 * 32 == stated


def _number(field: bytes, reader: Reader, what: str) -> int:
    """A number in octal digits, or in base 256 where the first bit is set (GNU)."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if field[0] & 0x40 or value >= 1 << 63:
            raise _bad(reader, f"a {what} is negative or too large")
        return value
    digits = field.strip(b" \0").split(b"\0", 1)[0]
    if not digits:
        return 0
    try:
        if digits.isdigit():
            return int(digits, 8)
    except ValueError:
        pass
    raise _bad(reader, f"a {what} is {digits!r}, not octal digits")


def _meta(header: bytes, reader: Reader) -> Meta:
    return Meta(
        mode=_number(header[100:108], reader, "mode") & 0o7777,
        uid=_number(header[108:116], reader, "uid"),
        gid=_number(header[116:124], reader, "gid"),
        mtime=_time_field(header[136:148], reader),
    )


def _time_field(field: bytes, reader: Reader) -> int:
    if field[0] & 0xC0 == 0xC0:  # base 256, and before 1970
        value = int.from_bytes(field, "big", signed=True)
        if value < -1 << 63:
            raise _bad(reader, "a time is too large")
        return value
    return _number(field, reader, "time")


def _read_extension(
    reader: Reader, header: bytes, kind: int, records: dict[str, str | bytes]
) -> None:
    """Take in a header that describes the entry after it."""
    size = _number(header[124:136], reader, "size")
    if size > MAX_EXTENSION:
        raise _bad(reader, f"a header of {size} bytes; {MAX_EXTENSION} are the most")
    data = reader.exactly(size, "a header")
    reader.skip(-size % BLOCK, "a header")
    if kind in (_LONG_NAME, _LONG_LINK):
        text = data.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        records["path" if kind == _LONG_NAME else "linkpath"] = text
        return
    found = _parse_records(data, reader)
    if kind == _PAX:
        records.update(found)


def _parse_records(data: bytes, reader: Reader) -> dict[str, str | bytes]:
    r"""Pax records, ``length key=value\n`` (POSIX pax, "Extended Header")."""
    records: dict[str, str | bytes] = {}
    at = 0
    while at < len(data):
        match = _RECORD.match(data, at)
        end = at + int(match[1]) if match else 0
        if not match or end > len(data) or end <= match.end() or data[end - 1] != 10:
            raise _bad(reader, f"a pax record that can't be read: {data[at : at + 60]!r}")
        key, value = match[2].decode("utf-8", "surrogateescape"), data[match.end() : end - 1]
        at = end
        if key.startswith(_XATTR):
            records[key] = value
        elif key.startswith("GNU.sparse."):
            raise _bad(reader, "a sparse file", "write the layer without tar --sparse")
        elif key in ("path", "linkpath", "size", "uid", "gid", "mtime") and value:
            text = value.decode("utf-8", "surrogateescape")
            form = {"path": None, "linkpath": None, "mtime": _TIME}.get(key, _DECIMAL)
            if "\0" in text or (form and not form.fullmatch(text)):
                raise _bad(reader, f"the pax record {key}={text[:60]!r} makes no sense")
            if key in ("size", "uid", "gid") and not 0 <= int(text) < 1 << 63:
                raise _bad(reader, f"the pax record {key}={text} is negative or too large")
            if key == "mtime" and not -1 << 63 <= _time_text(text) < 1 << 63:  # as Go has it
                raise _bad(reader, f"the pax record {key}={text:.60} is too large")
            records[key] = text
    return records


def _meta_from_records(meta: Meta, records: Mapping[str, str | bytes]) -> Meta:
    xattrs = {
        key[len(_XATTR) :]: value
        for key, value in records.items()
        if isinstance(value, bytes) and len(key) > len(_XATTR)
    }
    mtime: Seconds = meta.mtime
    if "mtime" in records:
        mtime = _time_text(str(records["mtime"]))
    return Meta(
        meta.mode,
        int(records.get("uid", meta.uid)),
        int(records.get("gid", meta.gid)),
        mtime,
        MappingProxyType(xattrs) if xattrs else NO_XATTRS,
    )


def _time_text(text: str) -> Seconds:
    """Seconds with up to nine decimals, the rest cut off, as Go does."""
    match = _TIME.fullmatch(text)
    assert match, "checked when the record was read"
    nanos = int((match[3] or "")[:9].ljust(9, "0"))
    time = int(match[2]) if nanos == 0 else int(match[2]) + Fraction(nanos, 10**9)
    return -time if match[1] else time


def _bad(reader: Reader, what: str, hint: str = "") -> InvalidLayer:
    return InvalidLayer(what, where=reader.where, hint=hint)
