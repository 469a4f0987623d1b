"""Mutations that know what they change: headers of a tar, values of a JSON, a compressed stream.

Each takes a ``random.Random``, so the same seed makes the same mutant.
"""

import json
import random
from copy import deepcopy
from typing import Any

BLOCK = 512

# Tars

FIELDS = {  # name: (offset, length), POSIX ustar
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "type": (156, 1),
    "link": (157, 100),
    "magic": (257, 8),
    "major": (329, 8),
    "minor": (337, 8),
    "prefix": (345, 155),
}
NUMBERS = ("mode", "uid", "gid", "size", "mtime", "major", "minor")
NAMES = (
    b"", b".", b"..", b"/", b"./", b"a", b"a/", b"/etc/passwd", b"../../../tmp/owned", b"a/../../b",
    b"a//b", b"./a/./b", b".wh.a", b".wh.", b".wh..", b".wh..wh..opq", b"etc/.wh..wh..opq",
    b"etc/.wh.motd", b".wh..wh.plnk", b"etc", b"etc/motd", b"etc/motd/below", b"lib", b"lib/x",
    b"\xff\xfe", b"a\nb", b"\x1b[31m", b"\xe2\x80\xae", b"a" * 100, b"b/" * 49, b"\0x", b"opt/app",
    b"manifest.json", b"index.json", b"blobs/sha256", b"0/layer.tar", b"c:\\x", b"-rf", b"~",
)  # fmt: skip
TYPES = b"\0" + b"01234567gxLKSDMNVAX!\xff "
PAX_KEYS = (
    "path", "linkpath", "size", "uid", "gid", "mtime", "atime", "uname", "charset", "hdrcharset",
    "GNU.sparse.map", "GNU.sparse.realsize", "SCHILY.xattr.user.a", "SCHILY.xattr.", "LIBARCHIVE.x",
    "SCHILY.xattr.trusted.overlay.opaque", "SCHILY.xattr.security.capability", "", "\udcff",
)  # fmt: skip
PAX_VALUES = (
    b"", b"0", b"-1", b"1", b"9" * 19, b"9" * 30, b"1.5", b"-1.000000001", b"1e9", b"nan", b"\0",
    b"etc/motd", b"../x", b"/abs", b"x" * 300, b"d/" * 2000, b"\xff\xff", b"a\nb", b" 1", b"0x10",
)  # fmt: skip


def number(rng: random.Random, length: int) -> bytes:
    """A number as a header may hold it: octal, base 256, or nonsense."""
    value = rng.choice((0, 1, 7, 511, 512, 513, 0o7777, 0o4755, 1 << 20, 1 << 33, 1 << 62, 1 << 70))
    match rng.randrange(6):
        case 0 | 1:
            return b"%0*o\0" % (length - 1, value % 8 ** (length - 1))
        case 2:
            return (value % (1 << 8 * length - 1)).to_bytes(length, "big", signed=False)[:length]
        case 3:
            return b"\x80" + (value % (1 << 8 * (length - 1))).to_bytes(length - 1, "big")
        case 4:
            return b"\xff" * (length - 1) + rng.randbytes(1)
    return rng.choice((b"", b" " * length, b"9" * length, b"-1", b"0x1", b"7" * length))


def signed(header: bytearray) -> bytearray:
    """The header with the checksum that it should have."""
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return header


def put(header: bytearray, field: str, value: bytes) -> None:
    at, length = FIELDS[field]
    header[at : at + length] = value[:length].ljust(length, b"\0")


def header(kind: bytes, name: bytes, size: int = 0, link: bytes = b"") -> bytearray:
    new = bytearray(BLOCK)
    for field, value in {
        "name": name,
        "mode": b"0000644\0",
        "uid": b"0000000\0",
        "gid": b"0000000\0",
        "size": b"%011o\0" % size,
        "mtime": b"00000000000\0",
        "type": kind,
        "link": link,
        "magic": b"ustar\x0000",
    }.items():
        put(new, field, value)
    return signed(new)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def pax_record(key: str, value: bytes) -> bytes:
    body = b" " + key.encode("utf-8", "surrogateescape") + b"=" + value + b"\n"
    size = len(body) + 1
    while len(b"%d" % size) + len(body) != size:
        size += 1
    return b"%d" % size + body


Piece = tuple[bytearray, bytes]
"""A header and what follows it, padded."""


def pieces(tar: bytes) -> tuple[list[Piece], bytes]:
    """The entries of a tar, and its end."""
    found: list[Piece] = []
    at = 0
    while at + BLOCK <= len(tar) and any(tar[at : at + BLOCK]):
        head = bytearray(tar[at : at + BLOCK])
        try:
            size = int(head[124:136].strip(b" \0") or b"0", 8)
        except ValueError:
            break
        at += BLOCK
        size += -size % BLOCK
        found.append((head, tar[at : at + size]))
        at += size
    return found, tar[at:]


def fresh(rng: random.Random, names: list[bytes]) -> list[Piece]:
    """New entries: every kind there is, and what may stand before one."""
    name = rng.choice((rng.choice(NAMES), rng.choice(names)))
    other = rng.choice((rng.choice(NAMES), rng.choice(names), b"etc/motd"))
    body = rng.choice((b"", b"x", b"y" * 600))
    plain = (header(rng.choice((b"0", b"0", b"1", b"2", b"5")), name, len(body), other), b"")
    match rng.randrange(8):
        case 0 | 1:
            return [(header(b"0", name, len(body)), padded(body))]
        case 2:
            return [(header(b"1", name, 0, other), b"")]
        case 3:
            return [(header(b"2", name, 0, other), b"")]
        case 4:
            kind = bytes([rng.choice(TYPES)])
            return [(header(kind, name, len(body), other), padded(body))]
        case 5:
            keys = rng.choices(PAX_KEYS, k=rng.randint(1, 4))
            records = b"".join(pax_record(key, rng.choice(PAX_VALUES)) for key in keys)
            if rng.random() < 0.2:
                records = scrambled(rng, records)
            kind = rng.choice((b"x", b"x", b"x", b"g"))
            return [(header(kind, b"PaxHeaders/x", len(records)), padded(records)), plain]
        case 6:
            text = rng.choice((b"", b"n" * 300, b"d/" * rng.choice((200, 3000)), other, b"a\0b"))
            head = header(rng.choice((b"L", b"K")), b"././@LongLink", len(text) + 1)
            return [(head, padded(text + b"\0")), plain]
    sparse = header(b"S", name, len(body))
    sparse[257:265] = b"ustar  \0"
    return [(signed(sparse), padded(body))]


def changed_header(rng: random.Random, head: bytearray, names: list[bytes]) -> bytearray:
    field = rng.choice((*FIELDS, "name", "link", "type", "size"))
    if field in NUMBERS:
        value = number(rng, FIELDS[field][1])
    elif field == "type":
        value = bytes([rng.choice(TYPES)])
    elif field == "magic":
        value = rng.choice((b"ustar  \0", b"ustar\x0000", bytes(8), b"ustar\x0001", b"garbage!"))
    else:
        value = rng.choice((rng.choice(NAMES), rng.choice(names)))
    put(head, field, value)
    if rng.random() < 0.9:
        signed(head)
    else:
        head[148 + rng.randrange(8)] ^= 1 << rng.randrange(8)
    return head


def mutated_tar(rng: random.Random, tar: bytes) -> bytes:
    """A tar with one to three of its entries changed, moved, removed, or new ones among them."""
    entries, end = pieces(tar)
    names = [bytes(head[:100]).split(b"\0")[0] for head, _ in entries] or [b"a"]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(entries) + 1)
        what = rng.randrange(12)
        if what < 4 and at < len(entries):
            entries[at] = changed_header(rng, entries[at][0], names), entries[at][1]
        elif what < 8:
            entries[at:at] = fresh(rng, names)
        elif what == 8 and at < len(entries):
            del entries[at]
        elif what == 9 and at < len(entries):
            entries.insert(rng.randrange(len(entries)), entries[at])
        elif what == 10 and at < len(entries):
            head, body = entries[at]
            entries[at] = head, rng.choice((body[:-BLOCK], body + bytes(BLOCK), body[:100]))
        else:
            end = rng.choice((b"", bytes(BLOCK), bytes(BLOCK) + b"x" * BLOCK, end + b"tail" * 9))
    return b"".join(bytes(head) + body for head, body in entries) + end


# JSON

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1 << 31, 1 << 63, 1 << 64, 10**30, 1.5, 1e308, "", "x", "x" * 5000,
    "\0", "\ud800", "../../../etc/passwd", "/dev/zero", ".", "sha256:" + "0" * 64, "sha256:x",
    "sha512:" + "0" * 128, [], {}, [[]], [None], [{}], {"a": None}, ["x"] * 600, {"": {}},
    "2024-05-06T07:08:09Z", "9999-99-99T99:99:99Z", "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.layer.v1.tar+zstd", "\u202e", "a:b@sha256:c", "UPPER/case:tag",
)  # fmt: skip
TEXTS = (
    b"9" * 5000, b"[" * 3000, b'{"a":' * 3000, b"NaN", b"\xff", b"\xef\xbb\xbf", b'"\\ud800"',
    b"\0", b'"layers":[],', b'"Layers":null,', b'"rootfs":{},', b"1e999", b"-0", b"/**/",
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each container in a document with each of its keys."""
    found: list[tuple[Any, Any]] = []
    todo = [value]
    while todo:
        here = todo.pop()
        if isinstance(here, dict | list):
            items = here.items() if isinstance(here, dict) else enumerate(here)
            for key, below in list(items):
                found.append((here, key))
                todo.append(below)
    return found


def mutated_json(rng: random.Random, raw: bytes) -> bytes:
    """A document with other values, keys or numbers, or a text that is no JSON any more."""
    if rng.random() < 0.2:
        at = rng.randrange(len(raw))
        return raw[:at] + rng.choice(TEXTS) + raw[at + rng.choice((0, 0, 1, 7)) :]
    document = json.loads(raw)
    for _ in range(rng.choice((1, 1, 2, 4))):
        spots = places(document)
        if not spots or rng.random() < 0.02:
            document = deepcopy(rng.choice(VALUES))
            continue
        here, key = rng.choice(spots)
        match rng.randrange(8):
            case 0 | 1 | 2:
                here[key] = deepcopy(rng.choice(VALUES))
            case 3:
                del here[key]
            case 4:
                here[key] = [here[key]] * rng.choice((1, 2, 200))
            case 5 if isinstance(here, dict):
                here[rng.choice((key.upper(), "", "os", "config", "urls", "data"))] = here[key]
            case 6:
                other, name = rng.choice(spots)
                if name in other if isinstance(other, dict) else name < len(other):
                    here[key] = json.loads(json.dumps(other[name]))
            case 7 if isinstance(here[key], int | str):
                here[key] = str(here[key]) if isinstance(here[key], int) else len(here[key])
    return json.dumps(document).encode()


# Bytes


def scrambled(rng: random.Random, data: bytes) -> bytes:
    """Bytes flipped, cut out, doubled, cut off, or with something behind them."""
    raw = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at = rng.randrange(len(raw) + 1)
        length = rng.choice((1, 4, 100, 512))
        match rng.randrange(7):
            case 0 | 1 if at < len(raw):
                raw[at] ^= 1 << rng.randrange(8)
            case 2:
                raw[at : at + length] = rng.randbytes(min(length, 16))
            case 3:
                del raw[at : at + length]
            case 4:
                raw[at:at] = raw[at : at + length]
            case 5:
                del raw[at:]
            case 6:
                raw += rng.choice((data, bytes(512), b"tail", data[:20]))
    return bytes(raw)
