"""From a path to a place in a tree, the way Linux walks it.

Each component is looked up in the directory that the one before led to. Symlinks resolve
inside the tree's own root, ``..`` never leads above it, 40 links in a row are ``ELOOP``.
Source: path_resolution(7) and the kernel's ``fs/namei.c``; tests replay it on a real mount.
"""

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

MAX_HOPS = 40
NAME_MAX = 255
PATH_MAX = 4096
AnyPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]


class Place(Protocol):
    """What the walk needs to know of a node: its children, or where it points."""

    @property
    def children(self) -> Mapping[str, Any] | None:
        """Names to places, for a directory; ``None`` for anything else."""

    @property
    def target(self) -> str | None:
        """Where a symlink points; ``None`` for anything else."""


@dataclass(slots=True)
class Spot:
    """Where a walk ended: ``name`` in the last of ``chain``, and what is there, if anything."""

    chain: list[Any]
    """The directories from the root down to the parent."""
    names: list[str]
    """Their names, without the root's: with ``name`` the canonical path."""
    name: str
    place: Any
    """What was found, or ``None``."""
    last: Literal["name", "dot", "dotdot", "root"] = "name"
    """What kind of last component it was: only a ``name`` can be made or removed."""
    slash: bool = False
    """The path ended in a slash, so it has to be a directory."""

    @property
    def parent_path(self) -> str:
        return "/" + "/".join(self.names)

    @property
    def path(self) -> str:
        """The canonical path: absolute, without symlinks, dots or double slashes."""
        return "/" + "/".join([*self.names, self.name]) if self.name else self.parent_path


def error(code: int, path: object, path2: object = None) -> OSError:
    """The ``OSError`` of this errno: Python picks the subclass, as ``os`` does."""
    if path2 is None:
        return OSError(code, os.strerror(code), path)
    return OSError(code, os.strerror(code), path, None, path2)


def text(path: AnyPath) -> str:
    """``path`` as ``os`` functions take it: str, bytes or PathLike, without NUL."""
    result = path if type(path) is str else os.fsdecode(path)
    if "\0" in result:
        raise ValueError("embedded null byte")
    return result


def byte_length(name: str) -> int:
    """Length in bytes, as the file system counts it."""
    return len(name) if name.isascii() else len(os.fsencode(name))


def missing(name: str) -> int:
    """The errno of a name that isn't there: one that is too long never can be."""
    return errno.ENAMETOOLONG if byte_length(name) > NAME_MAX else errno.ENOENT


def walk(
    root: Place,
    path: str,
    *,
    follow: bool,
    create: bool = False,
    enter: Callable[[Any], bool] | None = None,
    shown: object = None,
) -> Spot:
    """Walk ``path`` from ``root``; the last component may be missing (``place`` is ``None``).

    ``follow`` says whether a symlink at the end is followed; ``create`` that a file is to be
    made, for which a slash at the end is ``EISDIR`` at once. ``enter(directory)`` says whether
    the caller may search it (``EACCES`` otherwise). ``shown`` is the path named in errors.
    """
    shown = path if shown is None else shown
    if not path:
        raise error(errno.ENOENT, shown)
    if len(path) >= PATH_MAX // 4 and byte_length(path) >= PATH_MAX:
        raise error(errno.ENAMETOOLONG, shown)
    todo = [part for part in reversed(path.split("/")) if part]
    spot = Spot([root], [], "", root, "root", slash=path.endswith("/"))
    chain, names, hops = spot.chain, spot.names, 0
    while todo:
        name = todo.pop()
        here = chain[-1]
        if enter is not None and not enter(here):
            raise error(errno.EACCES, shown)
        if name == "." or name == "..":
            if name == ".." and len(chain) > 1:
                del chain[-1], names[-1]
            spot.last = "dot" if name == "." else "dotdot"
            continue
        if create and spot.slash and not todo:
            raise error(errno.EISDIR, shown)
        place = here.children.get(name)
        if place is None:
            if todo:
                raise error(missing(name), shown)
        elif place.target is not None and (todo or follow):
            hops += 1
            if hops > MAX_HOPS:
                raise error(errno.ELOOP, shown)
            if place.target.startswith("/"):
                del chain[1:], names[:]
            if not todo:
                spot.slash = spot.slash or place.target.endswith("/")
                spot.last = "root"
            todo.extend(part for part in reversed(place.target.split("/")) if part)
            continue
        elif todo:
            if place.children is None:
                raise error(errno.ENOTDIR, shown)
            chain.append(place)
            names.append(name)
            continue
        spot.last, spot.name, spot.place = "name", name, place
        return spot
    # The path ended in '.', '..' or at the root: a directory that was entered already.
    spot.place = chain[-1]
    if len(chain) > 1:
        chain.pop()
        spot.name = names.pop()
    return spot


def find(
    root: Place,
    path: str,
    *,
    follow: bool = True,
    enter: Callable[[Any], bool] | None = None,
    shown: object = None,
) -> Spot:
    """Walk to something that exists: ``ENOENT`` if it doesn't, ``ENOTDIR`` for ``file/``."""
    shown = path if shown is None else shown
    spot = walk(root, path, follow=follow or path.endswith("/"), enter=enter, shown=shown)
    if spot.place is None:
        raise error(missing(spot.name), shown)
    if spot.slash and spot.place.children is None:
        raise error(errno.ENOTDIR, shown)
    return spot
