"""dpkg's triggers: who wants to hear of which path or name (deb-triggers(5)).

dpkg 1.21, ``lib/dpkg/triglib.c``: names have a file each in ``/var/lib/dpkg/triggers``, paths stand
together in ``File``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layerlab.catalog.packages import Package
from layerlab.catalog.packages.members import activated, interests
from layerlab.nodes import Bytes, File, Meta
from layerlab.shell.files import Files
from layerlab.shell.packages.status import binary_name

FOLDER = "/var/lib/dpkg/triggers"
PATHS = f"{FOLDER}/File"
_SPECIAL = frozenset(("File", "Lock", "Unincorp"))
_QUIET = "/noawait"


@dataclass
class Interests:
    """Each trigger and the packages that listen to it, as ``File`` and its kin have them."""

    known: dict[str, list[str]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, files: Files) -> Interests:
        """What the tree has."""
        found = cls()
        try:
            names = files.listdir(FOLDER)
        except OSError:
            return found
        for name in sorted(set(names) - _SPECIAL):
            found.known[name] = _text(files, f"{FOLDER}/{name}").split()
        for line in _text(files, PATHS).splitlines():
            path, _, package = line.partition(" ")
            found.known.setdefault(path, []).append(package)
        return found

    def enter(self, package: Package) -> None:
        """A package is unpacked: it listens from now on."""
        binary = binary_name(package.control)
        for name, awaits in interests(package.name):
            entry = binary if awaits else f"{binary}{_QUIET}"
            if entry not in self.known.setdefault(name, []):
                self.known[name].append(entry)
                self.changed.add(name)

    def leave(self, binary: str) -> None:
        """A package is removed."""
        for name, entries in self.known.items():
            kept = [entry for entry in entries if entry.removesuffix(_QUIET) != binary]
            if kept != entries:
                self.known[name] = kept
                self.changed.add(name)

    def listening(self, trigger: str) -> list[str]:
        """The packages that hear of a trigger, by name without their architecture."""
        entries = self.known.get(trigger, ())
        return [entry.removesuffix(_QUIET).partition(":")[0] for entry in entries]

    def of_paths(self, paths: Mapping[str, object]) -> list[str]:
        """The triggers that are paths among these or above one of them.

        A package lists the directories above its files, so looking for the path itself is enough.
        """
        return [name for name in self.known if name.startswith("/") and name in paths]

    def of(self, package: Package) -> list[str]:
        """The triggers that a package's coming or going activates."""
        return [*activated(package.name), *self.of_paths(package.files)]

    def changes(self, now: int) -> dict[str, File | None]:
        """The files to write; ``None`` for one that nobody needs any more."""
        made: dict[str, File | None] = {}
        for name in self.changed:
            if name.startswith("/"):
                rows = ((n, e) for n, entries in self.known.items() for e in entries)
                text = "".join(f"{n} {e}\n" for n, e in rows if n.startswith("/"))
                made[PATHS] = _file(text, now)
            else:
                entries = self.known[name]
                path = f"{FOLDER}/{name}"
                made[path] = _file("".join(f"{e}\n" for e in entries), now) if entries else None
        return made


def merged(before: Iterable[str], new: str) -> tuple[str, ...]:
    """Pending triggers with one more, each once."""
    return tuple(dict.fromkeys((*before, new)))


def _file(text: str, now: int) -> File:
    return File(Bytes(text.encode()), Meta(mtime=now))


def _text(files: Files, path: str) -> str:
    try:
        return files.read_bytes(path).decode()
    except OSError:
        return ""
