"""From a layer's changes to its tar, byte for byte as ``docker commit`` writes it.

A layer that came from an archive writes the archive's own bytes. Any other is written as
Docker 20.10 writes the upper directory of a container (moby, pkg/archive: ``TarWithOptions``;
Go, archive/tar: ``Writer.WriteHeader``), which tests/reference/test_commit_tar.py watches.
"""

from collections.abc import Iterator, Mapping
from itertools import repeat
from math import floor
from typing import BinaryIO

from layerlab.digest import DiffID
from layerlab.errors import DigestMismatch, InvalidLayer
from layerlab.nodes import (
    CHUNK,
    Change,
    Directory,
    File,
    LowerLink,
    Meta,
    Symlink,
    Whiteout,
    Zeros,
)
from layerlab.source import Digester, Source
from layerlab.tarball import headers
from layerlab.tarball.golang import header
from layerlab.tarball.reading import OPAQUE, WHITEOUT

_KINDS = {"char": headers.CHAR, "block": headers.BLOCK_DEVICE, "fifo": headers.FIFO}


def changes_size(changes: Mapping[str, Change]) -> int:
    """Bytes of regular files, a hard-linked one once, and the lengths of symlinks' targets."""
    nodes = {id(node): node for node in changes.values()}
    return sum(node.size for node in nodes.values())


def write_tar(
    changes: Mapping[str, Change],
    stream: BinaryIO | None,
    *,
    original: Source | None = None,
    expected: DiffID | None = None,
) -> DiffID:
    """Write a layer to ``stream`` (``None``: nowhere) and return its DiffID.

    ``original`` are the layer's own bytes, copied as they are; if they don't have the
    ``expected`` DiffID any more, that is a ``DigestMismatch``.
    """
    blocks = original.blocks() if original is not None else tar_blocks(changes)
    with Digester() as digester:
        for block in digester.passing(blocks):
            if stream is not None:
                stream.write(block)
        diff_id = DiffID(digester.digest())
    if expected is not None and diff_id != expected:
        raise DigestMismatch(expected, diff_id, where=str(getattr(original, "where", "")))
    return diff_id


def tar_blocks(changes: Mapping[str, Change]) -> Iterator[bytes]:
    """The tar of ``changes`` in blocks: entries in the order of their names, two zero blocks."""
    gathered: list[bytes | memoryview] = []
    size = 0
    for piece in _pieces(changes):
        if type(piece) is bytes and len(piece) >= _GATHER:  # goes as it is
            if gathered:
                yield b"".join(gathered)
                gathered, size = [], 0
            yield piece
            continue
        gathered.append(piece)
        size += len(piece)
        if size >= _GATHER:
            yield b"".join(gathered)
            gathered, size = [], 0
    gathered.append(bytes(2 * headers.BLOCK))
    yield b"".join(gathered)


_GATHER = 1 << 18
_ZEROS = bytes(CHUNK), bytes(_GATHER)
"""What most of a measured layer consists of: the same two objects, which nobody has to copy."""
_SOME_ZEROS = memoryview(_ZEROS[1])


def _zeros(size: int) -> Iterator[bytes | memoryview]:
    for block in _ZEROS:
        whole, size = divmod(size, len(block))
        yield from repeat(block, whole)
    yield _SOME_ZEROS[:size]


def _pieces(changes: Mapping[str, Change]) -> Iterator[bytes | memoryview]:
    seen: dict[int | Meta, bytes] = {}  # inode to the first name that it was met under
    # filepath.Walk sorts each folder by name: '/' comes before everything else.
    for path, raw in sorted(
        ((path, path.encode("utf-8", "surrogateescape")) for path in changes),
        key=lambda pair: pair[1].replace(b"/", b"\0"),
    ):
        node, name = changes[path], raw[1:]
        if "/.wh." in path:
            check_real_name(path)
        if isinstance(node, Directory):
            directory = name + b"/" if name else b"./"
            yield _entry(headers.DIRECTORY, directory, node.meta, node.type_bits)
            if node.opaque:
                mark = name + b"/" if name else b""
                yield _opaque_mark(mark + OPAQUE.encode(), node.meta)
        elif isinstance(node, Whiteout):
            # The kernel hard-links all whiteouts that one mount makes. Docker notes that, then
            # makes a plain file of the entry, and leaves the link's name in the header.
            folder, _, base = name.rpartition(b"/")
            first = seen.setdefault(node.meta, name)
            yield _entry(
                headers.FILE,
                (folder + b"/" if folder else b"") + WHITEOUT.encode() + base,
                node.meta,
                0o600,
                link=b"" if first is name else first,
                permissions=False,
            )
        elif isinstance(node, LowerLink):
            target = node.target.encode("utf-8", "surrogateescape")[1:]
            yield _entry(headers.LINK, name, Meta(), File.type_bits, link=target)
        elif (first := seen.setdefault(id(node), name)) is not name:
            yield _entry(headers.LINK, name, node.meta, node.type_bits, link=first)
        elif isinstance(node, File):
            size = node.size
            yield _entry(headers.FILE, name, node.meta, node.type_bits, size=size)
            padding = -size % headers.BLOCK
            if type(node.content) is not Zeros:
                yield from node.content.chunks()
                yield bytes(padding)
            elif size < _GATHER:
                yield _SOME_ZEROS[: size + padding]
            else:
                yield from _zeros(size + padding)
        elif isinstance(node, Symlink):
            target = node.target.encode("utf-8", "surrogateescape")
            yield _entry(headers.SYMLINK, name, node.meta, node.type_bits, link=target)
        elif node.device != "socket":  # a socket has no place in a tar: Docker leaves it out
            yield _entry(
                _KINDS[node.device],
                name,
                node.meta,
                node.type_bits,
                device=(node.major, node.minor),
            )


def _entry(
    kind: int,
    name: bytes,
    meta: Meta,
    mode: int,
    *,
    link: bytes = b"",
    size: int = 0,
    device: tuple[int, int] = (0, 0),
    permissions: bool = True,
) -> bytes:
    return header(
        kind,
        name,
        link=link,
        mode=mode | meta.mode & 0o7777 if permissions else mode,
        uid=meta.uid,
        gid=meta.gid,
        size=size,
        mtime=floor(meta.mtime),
        device=device,
        xattrs=meta.xattrs,
    )


def _opaque_mark(name: bytes, meta: Meta) -> bytes:
    return header(headers.FILE, name, mode=meta.mode & 0o777, uid=meta.uid, gid=meta.gid)


def check_real_name(path: str) -> None:
    """Refuse a name that a tar of a layer can't hold, because it would be a mark there."""
    if path.rpartition("/")[2].startswith(WHITEOUT):
        raise InvalidLayer(
            "a name that begins with '.wh.' can't be stored in a layer",
            where=path,
            hint="OCI image-spec, layer.md: it would be read as a whiteout",
        )
