"""gzip and zstd, read as a stream of blocks, with a limit on how far they may blow up."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, Literal, Protocol

from layerlab.errors import LayerlabError
from layerlab.source.limits import Meter

Kind = Literal["gzip", "zstd"]

_PIECE = 1 << 16
_OUTPUT = 1 << 17  # glibc serves this much from its heap, larger from fresh pages
_ZSTD = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"  # after a first byte of 0x50 to 0x5f (RFC 8878, 3.1.2)
_OTHERS = {b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x04\x22\x4d\x18": "lz4"}


def sniff(head: bytes, *, where: str = "") -> Kind | None:
    """What the first bytes say; ``None`` for bytes that aren't compressed.

    Names are never asked: a layer called ``layer.tar`` is often a gzip. A compression that
    no registry uses (bzip2, xz, lz4) is an error rather than a puzzle later on.
    """
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_ZSTD) or (head[1:4] == _SKIPPABLE and head[0] & 0xF0 == 0x50):
        return "zstd"
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            raise LayerlabError(
                f"the bytes are compressed with {name}, which layers in registries never are",
                where=where,
                hint="recompress with gzip or zstd, or not at all",
            )
    return None


def decompress(
    blocks: Iterable[bytes], kind: Kind, *, where: str = "", meter: Meter | None = None
) -> Iterator[bytes]:
    """The uncompressed blocks of a gzip (many members) or zstd stream (many frames)."""
    meter = meter or Meter()
    new = _decoder(kind, where)
    pieces = (block[at : at + _PIECE] for block in blocks for at in range(0, len(block), _PIECE))
    spent = made = 0
    data = next(pieces, b"")
    while data:
        decoder = new()
        spent += len(data)
        while True:
            try:
                output = decoder.decompress(data, _OUTPUT)
            except Exception as error:  # each library has errors of its own
                raise _damaged(kind, str(error), where) from error
            made += len(output)
            meter.unpacked(len(output), made, spent, where)
            if output:
                yield output
            if decoder.eof:
                break
            data = b""
            if decoder.needs_input:
                data = next(pieces, b"")
                spent += len(data)
                if not data:
                    raise _damaged(kind, "it ends early", where)
        data = _next_member(decoder.unused_data, pieces, kind, where)
        spent -= len(data)


def _next_member(rest: bytes, pieces: Iterator[bytes], kind: Kind, where: str) -> bytes:
    """What follows the end of a member: another one, or zeros up to the end of the file."""
    while True:
        if kind == "gzip":
            rest = rest.lstrip(b"\0")  # padding to a tape's block is customary
        if len(rest) >= 4:
            break
        more = next(pieces, b"")
        if not more:
            break
        rest += more
    if rest and sniff(rest) != kind:
        raise _damaged(kind, "something else follows its end", where)
    return rest


class _Decoder(Protocol):
    eof: bool
    needs_input: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def _decoder(kind: Kind, where: str) -> Callable[[], Any]:
    """A maker of decoders: the fastest library that is installed."""
    if kind == "gzip":
        try:
            igzip: Any = import_module("isal.igzip_lib")
        except ImportError:
            return _Zlib
        return lambda: igzip.IgzipDecompressor(flag=igzip.DECOMP_GZIP)
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name).ZstdDecompressor  # type: ignore[no-any-return]
        except ImportError:
            continue
    raise LayerlabError(
        "the bytes are compressed with zstd, which this Python can't read",
        where=where,
        hint="pip install backports.zstd",
    )


class _Zlib:
    """The standard library's gzip, with the interface of the newer decompressors."""

    def __init__(self) -> None:
        import zlib

        self._inner = zlib.decompressobj(wbits=31)
        self._full = False

    def decompress(self, data: bytes, max_length: int) -> bytes:
        output = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(output) == max_length
        return output

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


def _damaged(kind: Kind, detail: str, where: str) -> LayerlabError:
    return LayerlabError(
        f"the {kind} data is damaged: {detail}", where=where, hint="fetch or save it again"
    )
