"""What dpkg puts into the tree when it unpacks a package: its files, and what it notes of them.

dpkg 1.21: ``lib/dpkg/archives.c``, ``src/main/unpack.c``, ``src/common/filters.c``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate

from layerlab.catalog.packages import Package
from layerlab.nodes import Bytes, Content, File, Meta, Visible, Zeros
from layerlab.shell.files import Files
from layerlab.shell.packages.status import binary_name

INFO = "/var/lib/dpkg/info"
DIVERSIONS = "/var/lib/dpkg/diversions"
SETTINGS = "/etc/dpkg/dpkg.cfg", "/etc/dpkg/dpkg.cfg.d"


@dataclass(frozen=True)
class Rules:
    """What keeps a path from landing where its package says."""

    filters: tuple[tuple[bool, re.Pattern[str]], ...] = ()
    """``path-exclude`` and ``path-include`` in their order; the last that matches counts."""
    included: tuple[str, ...] = ()
    """How the patterns of ``path-include`` begin, up to their first wildcard."""
    diversions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """A path, where it goes instead, and the package that may have it."""

    def placed(self, package: Package) -> Mapping[str, Visible]:
        """A package's files, where they land."""
        files = package.files
        if not self.filters and not any(path in files for path in self.diversions):
            return files
        return dict(self._placed(package))

    def _placed(self, package: Package) -> Iterator[tuple[str, Visible]]:
        for path, node in package.files.items():
            if not self.excludes(path, node):
                to, owner = self.diversions.get(path, (path, ":"))
                yield (path if owner == package.name else to), node

    def excludes(self, path: str, node: Visible) -> bool:
        """Whether the settings leave a path out.

        A directory stays where a pattern could still include something in it.
        """
        included = True
        for include, pattern in self.filters:
            if pattern.match(path):
                included = include
        if included:
            return False
        # dpkg compares the literal beginning of each path-include with the directory.
        return node.kind != "directory" or not any(
            literal.startswith(f"{path}/") or f"{path}/".startswith(literal)
            for literal in self.included
        )


def rules(files: Files) -> Rules:
    """The rules that the tree's settings and its database of diversions make."""
    filters, literals = [], []
    for line in _settings(files):
        found = re.fullmatch(r"path-(exclude|include)[= ]\s*\"?(.*?)\"?\s*", line)
        if found:
            filters.append((found[1] == "include", re.compile(translate(found[2]))))
            if found[1] == "include":
                literals.append(re.split(r"[*?\[\\]", found[2])[0])
    rows = _lines(files, DIVERSIONS)
    diverted = {rows[at]: (rows[at + 1], rows[at + 2]) for at in range(0, len(rows) - 2, 3)}
    return Rules(tuple(filters), tuple(literals), diverted)


def info(package: Package, now: int) -> dict[str, Visible]:
    """What dpkg keeps of a package: the members of its control archive, and its list of files."""
    name = f"{INFO}/{binary_name(package.control)}"
    listed = "".join(f"{path}\n" for path in ("/.", *package.files))
    times = [node.meta.mtime for node in package.files.values()]
    made: dict[str, Visible] = {
        f"{name}.list": File(Bytes(listed.encode("utf-8", "surrogateescape")), Meta(mtime=now))
    }
    for member, (size, mode) in package.members.items():
        if member == "control":
            continue
        content: Content = Zeros(size)
        if member == "conffiles":
            content = Bytes("".join(f"{path}\n" for path in package.conffiles).encode())
        made[f"{name}.{member}"] = File(content, Meta(mode, mtime=max(times, default=now)))
    return made


def _settings(files: Files) -> Iterator[str]:
    alone, folder = SETTINGS
    yield from _lines(files, alone)
    try:
        names = sorted(files.listdir(folder))
    except OSError:
        return
    for name in names:
        yield from _lines(files, f"{folder}/{name}")


def _lines(files: Files, path: str) -> list[str]:
    try:
        return files.read_bytes(path).decode("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
