"""COPY and ADD: which files are meant, what they hash to, and where they land.

moby 20.10: ``builder/dockerfile/copy.go`` and ``internals.go`` (*ran*: docker 20.10).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from layerlab.build import unpacking
from layerlab.build.patterns import BadPattern, matches
from layerlab.build.sources import Forbidden, Source, joined_hash, scoped
from layerlab.build.unpacking import Owner
from layerlab.container import Container
from layerlab.errors import EngineError, LayerlabError

_URL = re.compile("https?://")
_WILD = re.compile(r"(?:\\.|[^\\])*?[*?\[]", re.DOTALL)


@dataclass(frozen=True)
class Item:
    """One source of a COPY: a path in its tree, and ``file:`` or ``dir:`` and a hash."""

    path: str
    hash: str


@dataclass(frozen=True)
class Copy:
    """A COPY or ADD, understood."""

    command: str
    """``COPY`` or ``ADD``."""
    source: Source
    items: tuple[Item, ...]
    target: str
    chown: str = ""

    @property
    def comment(self) -> str:
        """What the image's history says of it, behind ``#(nop)``."""
        hashes = [item.hash for item in self.items]
        shown = hashes[0] if len(hashes) == 1 else joined_hash("multi", hashes)
        owner = f"--chown={self.chown}" if self.chown else ""
        return f"{self.command} {owner}{shown} in {self.target} "


def understood(command: str, source: Source, words: tuple[str, ...], chown: str = "") -> Copy:
    """Find what is to be copied; ``EngineError`` in the daemon's words if it isn't there."""
    *sources, target = words
    try:
        items = tuple(item for path in sources for item in _items(command, source, path))
        if not items:
            raise EngineError("no source files were specified")
    except EngineError as error:
        raise EngineError(f"{command} failed: {error.what}") from None
    if len(items) > 1 and not target.endswith("/"):
        raise EngineError(
            f"When using {command} with more than one source file, the destination must be a "
            "directory and end with a /"
        )
    return Copy(command, source, items, target, chown)


def _items(command: str, source: Source, path: str) -> Iterator[Item]:
    if _URL.match(path):
        if command == "COPY":
            raise EngineError("source can't be a URL for COPY")
        raise LayerlabError(
            f"ADD can't fetch {path}: nothing here is on a network",
            hint="download it yourself, and COPY the file",
        )
    path = path.removeprefix("/").removeprefix("./")
    if not _WILD.match(path):
        yield _item(source, path)
        return
    for place, _ in source.walk():
        if place != "/" and _matches(path, place[1:]):
            yield _item(source, place[1:])


def _matches(pattern: str, path: str) -> bool:
    try:
        return matches(pattern, path)
    except BadPattern:
        return False


def _item(source: Source, path: str) -> Item:
    try:
        place = source.resolve(path)
    except Forbidden:
        raise EngineError(f"forbidden path outside the build context: {path} ()") from None
    if not source.files.lexists(place):
        missing = "" if source.image else (
            "file not found in build context or excluded by .dockerignore: "
        )  # fmt: skip
        raise EngineError(f"{missing}stat {path}: file does not exist")
    if not source.files.isdir(place):
        return Item(path, f"file:{source.hash_of(path)}")
    return Item(path, joined_hash("dir", sorted(source.hashes(place))))


def perform(copy: Copy, files: Container, workdir: str, owner: Owner | None, mount: str) -> None:
    """Put the files into the container; they become the ``owner``'s, or keep theirs (``None``).

    ``mount`` is where the engine has it mounted: its errors name paths of the host.
    """
    target = copy.target
    if not target.startswith("/"):
        slash = "/" * target.endswith("/")
        target = posixpath.normpath(posixpath.join("/", workdir, target)).rstrip("/") + slash
        target = target or "/"
    for item in copy.items:
        try:
            _perform(copy, files, item, target, owner)
        except OSError as error:
            doing = "lstat"
            if copy.source.files.isdir(copy.source.resolve(item.path)):
                doing = "failed to copy directory: mkdir"
            why = (error.strerror or str(error)).lower()
            raise EngineError(
                f"failed to copy files: {doing} {mount}{error.filename or ''}: {why}"
            ) from None


def _perform(copy: Copy, files: Container, item: Item, target: str, owner: Owner | None) -> None:
    source = copy.source
    place, to = source.resolve(item.path), scoped(files, target)
    if source.files.isdir(place):
        unpacking.copy_folder(files, source, place, to, owner)
        return
    layer = unpacking.archive_in(source, place) if copy.command == "ADD" else None
    if layer is not None:
        unpacking.unpack(files, layer, to)
        return
    if target.endswith("/") or files.isdir(to):
        to = posixpath.join(to, posixpath.basename(item.path.rstrip("/")))
    unpacking.copy_file(files, source, place, to, owner)


def owner_of(files: Any, chown: str) -> Owner:
    """Whom ``--chown=bob:staff`` means, by the names that the image knows."""
    parts = chown.split(":")
    try:
        if len(parts) > 2:
            raise EngineError(f"invalid chown string format: {chown}")
        user, group = parts[0], parts[-1]
        uid = _number(files, "/etc/passwd", user, "uid for user", "user")
        gid = _number(files, "/etc/group", group, "gid for group", "group")
    except EngineError as error:
        raise EngineError(
            f"unable to convert uid/gid chown string to host mapping: {error.what}"
        ) from None
    return uid, gid


def _number(files: Any, table: str, name: str, what: str, kind: str) -> int:
    if re.fullmatch(r"[+-]?\d+", name, re.ASCII):
        return int(name)
    try:
        text = files.read_bytes(scoped(files, table)).decode("utf-8", "replace")
    except OSError:
        raise EngineError(
            f"can't find {what} {name}: open {table}: no such file or directory"
        ) from None
    for row in text.splitlines():
        fields = row.split(":")
        if fields[0] == name and len(fields) > 2 and fields[2].isdecimal():
            return int(fields[2])
    raise EngineError(f"can't find {what} {name}: no such {kind}: {name}")
