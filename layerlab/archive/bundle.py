"""A bundle of named files, in one tar or in a folder, each hashed and looked into once.

This is what the two kinds of archive have in common. A tar is read in a single pass, in
whatever order its members stand: each is hashed, and what looks like a layer is indexed.
"""

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from layerlab.digest import Digest
from layerlab.errors import DigestMismatch, InvalidImage, LayerlabError, LimitExceeded
from layerlab.layer import Layer
from layerlab.source import (
    Compressed,
    Digester,
    FileSource,
    Meter,
    Part,
    Reader,
    Source,
    Watch,
    sniff,
)
from layerlab.tarball import headers, looks_like_tar, read_entries


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a bundle: its size and digest, and the layer or the JSON that it holds."""

    where: str
    size: int
    digest: Digest | None
    """``None`` for a faulty one."""
    layer: Layer | None = None
    data: bytes | None = field(default=None, repr=False)
    fault: LayerlabError | None = None
    """Why it is no layer or no JSON, although it looks like one."""

    def verified(self, digest: Digest, size: int | None = None) -> "Member":
        """The member itself, if these are its digest and size."""
        if size is not None and size != self.size:
            raise InvalidImage(
                f"{self.size} bytes, but its descriptor promises {size}", where=self.where
            )
        if self.digest is None:
            raise self.fault or InvalidImage("can't be read", where=self.where)
        if digest != self.digest:
            raise DigestMismatch(digest, self.digest, where=self.where)
        return self

    def as_json(self) -> bytes:
        """Its bytes; ``InvalidImage`` where they can't be JSON."""
        if self.data is not None:
            return self.data
        raise self.fault or InvalidImage("this is not the JSON it should be", where=self.where)

    def as_layer(self) -> Layer:
        """The layer in it; ``InvalidLayer`` where there is none."""
        if self.layer is not None:
            return self.layer
        raise self.fault or InvalidImage(
            "this is no layer: neither tar, gzip nor zstd", where=self.where
        )


class Bundle(Protocol):
    """Files by name. ``where`` says which archive, for error messages."""

    where: str
    meter: Meter

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""

    def is_link(self, name: str) -> bool:
        """Whether it is a symbolic or a hard link to another file."""

    def member(self, name: str) -> Member:
        """What is in it; ``InvalidImage`` if it is missing or can't be read."""


class TarBundle:
    """The members of a tar, plain or compressed as a whole."""

    def __init__(self, blocks: Iterator[bytes], source: Source, where: str, meter: Meter) -> None:
        """``blocks`` are the tar's bytes, to be read now; ``source`` is where they lie for good."""
        self.where, self.meter = where, meter
        self._members: dict[str, Member] = {}
        self._links: dict[str, str] = {}
        self._odd: set[str] = set()
        self._broken: LayerlabError | None = None
        reader = Reader(self._watched(blocks), where=where)
        end = 0
        for entry in read_entries(reader):
            meter.entry(len(entry.name) + len(entry.link), where)
            name = plain_name(entry.name, where)
            end = entry.offset + entry.size + -entry.size % headers.BLOCK
            if entry.kind == headers.FILE:
                member = self._scan(reader, source, name, entry.size, entry.offset)
                if self._members.setdefault(name, member) != member:
                    raise InvalidImage(f"two members are called {name!r:.200}", where=where)
            elif entry.kind in (headers.SYMLINK, headers.LINK):
                folder = posixpath.dirname(name) if entry.kind == headers.SYMLINK else ""
                self._links[name] = posixpath.normpath(posixpath.join(folder, entry.link))
            elif entry.kind != headers.DIRECTORY:
                self._odd.add(name)
        if reader.offset == end:
            raise InvalidImage("the tar ends early, without its closing zero blocks", where=where)
        if isinstance(source, Compressed):
            reader.drain()  # up to the checksum at its end

    def _scan(self, reader: Reader, source: Source, name: str, size: int, offset: int) -> Member:
        where = f"{self.where}: {name}"
        part = Part(source, offset, size, where)
        head = reader.take(min(size, headers.BLOCK))
        blocks = chain((head,), reader.take_blocks(size - len(head)))
        member = scan(blocks, part, head, where, self.meter)
        if self._broken is not None:
            raise self._broken
        return member

    def _watched(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Note when the archive itself is damaged: that is no fault of the member being read."""
        try:
            yield from blocks
        except LayerlabError as error:
            self._broken = error
            raise

    def has(self, name: str) -> bool:
        return name in self._members or name in self._links

    def is_link(self, name: str) -> bool:
        return plain_name(name, self.where) in self._links

    def member(self, name: str) -> Member:
        where = f"{self.where}: {name:.200}"
        target = plain_name(name, self.where)
        for _ in range(40):
            if target not in self._links:
                break
            target = self._links[target]
        if target in self._members:
            return self._members[target]
        if target.startswith(("../", "/")) or target == "..":
            raise InvalidImage(f"a link that leads outside, to {target!r:.200}", where=where)
        if target in self._odd:
            raise InvalidImage("a device or FIFO, not a file", where=where)
        raise missing(where)


class FolderBundle:
    """The files of a folder, each read when it is asked for."""

    def __init__(self, folder: str, meter: Meter, watch: Watch | None = None) -> None:
        self.where, self.meter, self._watch = folder, meter, watch
        self._root = os.path.realpath(folder)
        self._members: dict[str, Member] = {}

    def has(self, name: str) -> bool:
        return os.path.lexists(os.path.join(self._root, name))

    def is_link(self, name: str) -> bool:
        return os.path.islink(os.path.join(self._root, name))

    def member(self, name: str) -> Member:
        name = plain_name(name, self.where)
        where = f"{self.where}: {name:.200}"
        path = os.path.realpath(os.path.join(self._root, name))
        if not path.startswith(os.path.join(self._root, "")):
            raise InvalidImage(f"a link that leads outside, to {path!r:.200}", where=where)
        if not os.path.exists(path):
            raise missing(where)
        found = self._members.get(path)
        if found is None:
            found = self._members[path] = self._scan(path, where)
        return found

    def _scan(self, path: str, where: str) -> Member:
        source = FileSource(path, where=where, watch=self._watch)
        self.meter.size = source.size + (self.meter.size or 0)
        head = source.pread(0, min(source.size, headers.BLOCK))
        return scan(source.blocks(), source, head, where, self.meter)


def scan(
    blocks: Iterator[bytes], source: FileSource | Part, head: bytes, where: str, meter: Meter
) -> Member:
    """Read ``blocks`` to their end, once: hash them, and index a layer or keep a JSON."""
    size = source.size
    try:
        kind = sniff(head, where=where)
        if kind or looks_like_tar(head) or not size:  # to Go, no bytes are a tar of no entries
            layer = Layer.read(blocks, source, kind, where=where, meter=meter)
            digest = Digest(layer.blob.digest if layer.blob else layer.diff_id)
            return Member(where, size, digest, layer)
    except LimitExceeded:
        raise
    except LayerlabError as error:  # it matters only if somebody takes it for a layer
        return Member(where, size, None, fault=error)
    kept: list[bytes] | None = None
    fault: LayerlabError | None = None
    if head.lstrip()[:1] in (b"{", b"["):
        try:
            meter.keep(size, where)
            kept = []
        except LimitExceeded as error:  # it may be an SBOM, which nobody asks for
            fault = error
    with Digester() as digester:
        for block in digester.passing(blocks):
            if kept is not None:
                kept.append(block)
        if digester.size != size:
            raise InvalidImage("the tar ends early", where=where)
        data = None if kept is None else b"".join(kept)
        return Member(where, size, Digest(digester.digest()), data=data, fault=fault)


def plain_name(name: str, where: str) -> str:
    """``./a//b`` as ``a/b``. A name that leads out of the bundle is refused."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or name.startswith("/"):
        raise InvalidImage(f"a name that leads outside, {name!r:.200}", where=where)
    return "/".join(parts)


def missing(where: str) -> InvalidImage:
    """The error for a file that an archive mentions and doesn't have."""
    return InvalidImage(
        "it is missing", where=where, hint="the archive is incomplete: fetch or save it again"
    )
