"""One tar header, byte for byte as Go's ``archive/tar`` writes it when asked for pax.

Plain ustar where everything fits; else a pax header in front with what doesn't, its records
sorted by key. Source: Go, archive/tar: ``Header.allowedFormats``, ``Writer.writeUSTARHeader``
and ``writePAXHeader``, ``splitUSTARPath``, ``formatter.formatOctal``.
"""

import zlib
from collections.abc import Mapping
from functools import lru_cache

from layerlab.nodes import NO_XATTRS
from layerlab.tarball.owners import GROUPS, USERS

_BLOCK = 512
_NAME, _PREFIX = 100, 155
_ID, _LONG = 1 << 21, 1 << 33
"""What the octal fields of owners, and of sizes and times, can't hold."""
_PAX = ord("x")


def header(
    kind: int,
    name: bytes,
    *,
    link: bytes = b"",
    mode: int = 0,
    uid: int = 0,
    gid: int = 0,
    size: int = 0,
    mtime: int = 0,
    device: tuple[int, int] = (0, 0),
    xattrs: Mapping[str, bytes] = NO_XATTRS,
) -> bytes:
    """The header of one entry, with the pax header that it may need before it."""
    short = len(name) <= _NAME and len(link) <= _NAME and not xattrs and device == (0, 0)
    if short and name.isascii() and link.isascii():
        fitting = 0 <= uid < _ID and 0 <= gid < _ID and 0 <= size < _LONG and 0 <= mtime < _LONG
        if fitting:
            return _plain(kind, name, link, mode, uid, gid, size, mtime)
    records: dict[bytes, bytes] = {}
    prefix, rest = _split(name)
    if not name.isascii() or len(name) > _NAME:
        records[b"path"] = name
    needs_pax = bool(records) and not prefix
    if not link.isascii() or len(link) > _NAME:
        records[b"linkpath"] = link
        needs_pax = True
    for key, value, width in ((b"uid", uid, 8), (b"gid", gid, 8), (b"size", size, 12)):
        if not _fits(value, width):
            records[key] = b"%d" % value
            needs_pax = True
    if not _fits(mtime, 12):
        records[b"mtime"] = b"%d" % mtime
        needs_pax = True
    for attribute, text in xattrs.items():
        records[b"SCHILY.xattr." + attribute.encode("utf-8", "surrogateescape")] = text
        needs_pax = True
    owner = (USERS.get(uid, "").encode(), GROUPS.get(gid, "").encode())
    numbers = (mode, uid, gid, size, mtime)
    if not needs_pax:
        return _block(kind, rest if prefix else name, link, numbers, owner, device, prefix)
    data = b"".join(_record(key, records[key]) for key in sorted(records))
    ascii_name, ascii_link = _ascii(name), _ascii(link)
    return (
        _block(_PAX, _pax_name(name), b"", (0, 0, 0, len(data), 0), None)
        + data
        + bytes(-len(data) % _BLOCK)
        + _block(kind, ascii_name, ascii_link, numbers, owner, device)
    )


def _plain(
    kind: int, name: bytes, link: bytes, mode: int, uid: int, gid: int, size: int, mtime: int
) -> bytes:
    """What most entries have, put together from what they have in common."""
    front, back, known = _common(kind, mode, uid, gid)
    head = b"%b%b%011o\0%011o\0" % (name.ljust(_NAME, b"\0"), front, size, mtime)
    if link:
        back, known = link.ljust(_NAME, b"\0") + back[_NAME:], known + _sum(link)
    return b"%b%06o\0 %c%b" % (head, known + _sum(head), kind, back)


@lru_cache(maxsize=1024)
def _common(kind: int, mode: int, uid: int, gid: int) -> tuple[bytes, bytes, int]:
    """What lies between name and numbers, what after the kind, and that one's share of the sum."""
    owner = (USERS.get(uid, "").encode(), GROUPS.get(gid, "").encode())
    blank = _block(kind, b"", b"", (mode, uid, gid, 0, 0), owner)
    back = blank[157:]
    return blank[_NAME : _NAME + 24], back, 8 * 32 + kind + sum(back)


def _sum(text: bytes) -> int:
    """The sum of ASCII bytes, fewer than 512.

    Half of Adler-32 is one more than that, and comes ten times as fast as ``sum``.
    """
    return (zlib.adler32(text) & 0xFFFF) - 1


def _split(name: bytes) -> tuple[bytes, bytes]:
    """``splitUSTARPath``: prefix and name of a path of more than 100 bytes, if it can be split."""
    length = len(name)
    if length <= _NAME or not name.isascii():
        return b"", name
    if length > _PREFIX + 1:
        length = _PREFIX + 1
    elif name.endswith(b"/"):
        length -= 1
    at = name.rfind(b"/", 0, length)
    left = len(name) - at - 1
    if at <= 0 or left > _NAME or left == 0 or at > _PREFIX:
        return b"", name
    return name[:at], name[at + 1 :]


def _fits(value: int, width: int) -> bool:
    return 0 <= value < 1 << 3 * (width - 1)


def _record(key: bytes, value: bytes) -> bytes:
    r"""``length key=value\n``, where the length counts its own digits."""
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + len(b"%d" % len(rest))
    length = len(rest) + len(b"%d" % length)
    return b"%d" % length + rest


def _pax_name(name: bytes) -> bytes:
    """``path.Join(dir, "PaxHeaders.0", file)``, cut to what the field holds."""
    folder, _, file = name.rpartition(b"/")
    joined = b"/".join(part for part in (folder, b"PaxHeaders.0", file) if part)
    return _ascii(joined)[:_NAME].rstrip(b"/")


def _ascii(text: bytes) -> bytes:
    """What is left without the bytes that aren't ASCII: Go's stand-in next to a pax record."""
    return bytes(byte for byte in text if 0 < byte < 0x80)


def _text(text: bytes, width: int) -> bytes:
    """A text field; one cut at a slash loses it, lest a file be taken for a folder."""
    if len(text) > width and text[width - 1 : width] == b"/":
        text = text[:width].rstrip(b"/")
    return text[:width].ljust(width, b"\0")


def _octal(value: int, width: int) -> bytes:
    """An octal field with a NUL at its end; 0 where the number doesn't fit."""
    return b"%0*o\0" % (width - 1, value if _fits(value, width) else 0)


def _block(
    kind: int,
    name: bytes,
    link: bytes,
    numbers: tuple[int, int, int, int, int],
    owner: tuple[bytes, bytes] | None,
    device: tuple[int, int] = (0, 0),
    prefix: bytes = b"",
) -> bytes:
    """The 512 bytes. A pax header has no ``owner``, and leaves its device numbers blank."""
    mode, uid, gid, size, mtime = numbers
    if owner is None:
        tail = bytes(32 + 32 + 8 + 8)
    else:
        tail = _text(owner[0], 32) + _text(owner[1], 32)
        tail += _octal(device[0], 8) + _octal(device[1], 8)
    head = b"".join(
        (
            _text(name, _NAME),
            _octal(mode, 8),
            _octal(uid, 8),
            _octal(gid, 8),
            _octal(size, 12),
            _octal(mtime, 12),
        )
    )
    end = b"%c" % kind + _text(link, _NAME) + b"ustar\x0000" + tail + _text(prefix, _PREFIX)
    checksum = sum(head) + 8 * 32 + sum(end)
    return head + b"%06o\0 " % checksum + end.ljust(_BLOCK - len(head) - 8, b"\0")
