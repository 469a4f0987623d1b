"""Where COPY takes files from, and how Docker hashes them: the texts in an image's history.

moby 20.10: ``pkg/tarsum`` (version 1: no times) for the context, ``builder/remotecontext/
lazycontext.go`` and ``filehash.go`` for images; symlinks as ``moby/sys/symlink`` follows them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import stat
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from layerlab.build.context import CAPABILITY, Context
from layerlab.nodes import Device, Directory, File, Symlink, Visible
from layerlab.tarball.owners import GROUPS, USERS
from layerlab.union import UnionFS

_MAX_HOPS = 255
_TYPES = {"char": "3", "block": "4", "fifo": "6", "socket": "0"}


class Forbidden(Exception):
    """A path that leads out of the tree that it is looked for in."""


class Source:
    """A tree to copy from: a build context, or with ``image`` one image's files."""

    def __init__(self, files: UnionFS, *, image: bool) -> None:
        self.files, self.image = files, image
        self._sums: dict[str, str] = {}

    @classmethod
    def of_context(cls, context: Context) -> Source:
        """The files that the client sent."""
        return cls(context.files, image=False)

    def resolve(self, path: str) -> str:
        """Where a relative path leads, symlinks followed within the tree; ``Forbidden``."""
        normal = posixpath.normpath(path)
        if normal == ".." or normal.startswith("../"):
            raise Forbidden
        try:
            return scoped(self.files, normal)
        except OSError:
            raise Forbidden from None

    def node(self, path: str) -> Visible:
        """What is at an absolute path, no symlink followed."""
        return self.files.lookup(path).node

    def walk(self, top: str = "/") -> Iterator[tuple[str, Visible]]:
        """What is at a path that holds no symlink, and all below it, each directory in order."""
        entry = self.files.merged.root
        for name in filter(None, top.split("/")):
            entry = (entry.children or {})[name]
        todo = [(top, entry)]
        while todo:
            path, entry = todo.pop()
            yield path, entry.node
            children = entry.children or {}
            todo.extend(
                (posixpath.join(path, name), children[name]) for name in sorted(children)[::-1]
            )

    def hashes(self, top: str) -> Iterator[str]:
        """The hash of everything below a directory, itself included unless it is the whole tree."""
        for path, node in self.walk(top):
            if path == "/":
                continue
            try:
                symlink = isinstance(node, Symlink)
                yield self.hash_of(path[1:]) if symlink else self._sum_of(path, node)
            except Forbidden:
                continue  # a symlink without end: it isn't looked at

    def hash_of(self, path: str) -> str:
        """What counts of a file or directory for the cache.

        Of a symlink that is what it leads to; where that is nothing, its path itself.
        """
        place = self.resolve(path)
        if place == "/" or not self.files.lexists(place):
            return path if not self.image else place[1:] or "."
        return self._sum_of(place, self.node(place))

    def _sum_of(self, place: str, node: Visible) -> str:
        if place not in self._sums:
            self._sums[place] = self._sum(place, node)
        return self._sums[place]

    def _sum(self, place: str, node: Visible) -> str:
        first = place if self.image else self._first_names.get(id(node), place)
        content = node if isinstance(node, File) and first == place else None
        kind, link = self._kind(node, first, place)
        meta = node.meta
        mode = meta.mode | (node.type_bits if self.image else 0)
        owners = (USERS.get(meta.uid, ""), GROUPS.get(meta.gid, "")) if self.image else ("", "")
        device = (node.major, node.minor) if isinstance(node, Device) else (0, 0)
        name = place[1:] + "/" * isinstance(node, Directory)
        fields = (
            ("name", name), ("mode", mode), ("uid", meta.uid), ("gid", meta.gid),
            ("size", content.size if content else 0), ("typeflag", kind), ("linkname", link),
            ("uname", owners[0]), ("gname", owners[1]),
            ("devmajor", device[0]), ("devminor", device[1]),
        )  # fmt: skip
        found = hashlib.sha256()
        found.update("".join(f"{key}{value}" for key, value in fields).encode(errors="replace"))
        if CAPABILITY in meta.xattrs:
            found.update(CAPABILITY.encode() + meta.xattrs[CAPABILITY])
        for chunk in content.content.chunks() if content else ():
            found.update(chunk)
        return found.hexdigest()

    @staticmethod
    def _kind(node: Visible, first: str, place: str) -> tuple[str, str]:
        """The type in its tar header, and the name that it links to."""
        if first != place:
            return "1", first[1:]
        if isinstance(node, Directory):
            return "5", ""
        if isinstance(node, Symlink):
            return "2", node.target
        return (_TYPES[node.device], "") if isinstance(node, Device) else ("0", "")

    @cached_property
    def _first_names(self) -> dict[int, str]:
        """The name under which each file came first; the others came as links to it."""
        names: dict[int, str] = {}
        for path, node in self.walk():
            if not isinstance(node, Directory):
                names.setdefault(id(node), path)
        return names


def scoped(files: Any, path: str) -> str:
    """Where ``path`` leads inside a tree, all symlinks followed; what isn't there is kept.

    ``ENOTDIR`` for what lies below a file, ``ELOOP`` for symlinks without end.
    """
    todo, done, hops = path.split("/")[::-1], "", 0
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            done = done.rpartition("/")[0]
            continue
        here = f"{done}/{part}"
        if done and files.lexists(done) and not files.isdir(done):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), here)
        if not files.lexists(here) or not stat.S_ISLNK(files.lstat(here).st_mode):
            done = here
            continue
        hops += 1
        if hops > _MAX_HOPS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), here)
        target = files.readlink(here)
        if target.startswith("/"):
            done = ""
        todo.extend(reversed(target.split("/")))
    return done or "/"


def joined_hash(kind: str, hashes: Iterable[str]) -> str:
    """``dir:`` or ``multi:`` of several hashes, in this order."""
    return f"{kind}:{hashlib.sha256(','.join(hashes).encode(errors='replace')).hexdigest()}"
