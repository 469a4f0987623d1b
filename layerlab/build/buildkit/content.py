"""What COPY compares of files: kind, mode, owner, content and names below, never the time.

BuildKit: ``cache/contenthash`` (checksum.go, filehash.go). The digests are this module's own;
equal they are where BuildKit's are.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable
from functools import lru_cache

from layerlab.build.patterns import BadPattern, matches
from layerlab.build.sources import scoped
from layerlab.errors import EngineError
from layerlab.nodes import Device, Directory, File, Symlink, Visible
from layerlab.union import UnionFS

_WILD = "*?["
_MAX_LINKS = 256


class Missing(EngineError):
    """A path that isn't there."""

    def __init__(self, path: str) -> None:
        super().__init__(f'"{path}" not found: not found')


def is_wild(path: str) -> bool:
    """Whether a path is a pattern; what stands behind a backslash is itself."""
    at = 0
    while at < len(path):
        if path[at] == "\\":
            at += 1
        elif path[at] in _WILD:
            return True
        at += 1
    return False


class Checksums:
    """The digests of one tree's paths, each computed once."""

    def __init__(self, files: UnionFS) -> None:
        self.files = files
        self._known: dict[str, str] = {}

    def of(self, paths: Iterable[str]) -> str:
        """One digest of all that these paths and patterns mean; ``Missing`` if one isn't there."""
        each = [self._wild(path) if is_wild(path) else self.path(path) for path in sorted(paths)]
        return _hashed("\0".join(each))

    def path(self, path: str) -> str:
        """What is at a path, symlinks followed."""
        for _ in range(_MAX_LINKS):
            folder, name = posixpath.split(path)
            try:
                place = posixpath.join(scoped(self.files, folder), name)
            except OSError:
                raise Missing(path) from None
            if not self.files.lexists(place):
                raise Missing(path)
            if not name or not self.files.islink(place):
                return self._digest(place)
            path = posixpath.normpath(posixpath.join("/", folder, self.files.readlink(place)))
        raise EngineError(f"too many symlinks: {path}")

    def _wild(self, pattern: str) -> str:
        found = matching(self.files, pattern)
        if len(found) == 1 and posixpath.basename(pattern) == posixpath.basename(found[0]):
            return self._digest(found[0])
        digests = []
        for path in found:
            followed = self.path(path) if self.files.islink(path) else self._digest(path)
            digests.append(posixpath.basename(path) + followed)
        return _hashed("\0".join(digests))

    def _digest(self, path: str) -> str:
        if path not in self._known:
            node = self.files.lookup(path).node if path != "/" else Directory()
            self._known[path] = self._compute(path, node)
        return self._known[path]

    def _compute(self, path: str, node: Visible) -> str:
        text = _header(node)
        if isinstance(node, Directory):
            for name in self.files.listdir(path):
                text += f"\0{name}\0{self._digest(posixpath.join(path, name))}"
            return _hashed(text)
        digest = hashlib.sha256(text.encode(errors="surrogateescape"))
        for chunk in node.content.chunks() if isinstance(node, File) else ():
            digest.update(chunk)
        return digest.hexdigest()


@lru_cache(maxsize=32)
def checksums(files: UnionFS) -> Checksums:
    """The digests of a tree, kept for the next build: trees never change."""
    return Checksums(files)


def _header(node: Visible) -> str:
    meta = node.meta
    size = node.size if isinstance(node, File) else 0
    link = node.target if isinstance(node, Symlink) else ""
    mode = 0o777 if isinstance(node, Symlink) else meta.mode
    number = (node.device, node.major, node.minor) if isinstance(node, Device) else ()
    xattrs = sorted((name, value.hex()) for name, value in meta.xattrs.items())
    return repr((node.kind, mode, meta.uid, meta.gid, size, link, number, xattrs))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def matching(files: UnionFS, pattern: str) -> list[str]:
    """The paths that a pattern means, in order; below one that fits nothing else is looked for.

    fsutil: ``copy/copy.go``, ResolveWildcards.
    """
    parts = pattern.strip("/").split("/")
    count = next(index for index, part in enumerate(parts) if is_wild(part))
    try:
        top = scoped(files, "/" + "/".join(parts[:count]))
    except OSError:
        return []
    wanted = "/".join(parts[count:])
    found: list[str] = []

    def visit(folder: str, below: str) -> None:
        for name in sorted(files.listdir(folder)):
            path, seen = posixpath.join(folder, name), f"{below}{name}"
            if _fits(wanted, seen):
                found.append(path)
            elif files.isdir(path) and not files.islink(path):
                visit(path, f"{seen}/")

    if files.isdir(top):
        visit(top, "")
    return found


def _fits(pattern: str, path: str) -> bool:
    try:
        return matches(pattern, path)
    except BadPattern:
        return False
