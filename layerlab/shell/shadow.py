"""The files of users and groups, changed as the programs of Debian's package passwd change them.

*ran*: shadow 4.13. A file is written whole, beside the old one, and renamed over it; the old text
stays under the name with a dash, with its owner, mode and time. What didn't change isn't written.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import Any

from layerlab.shell.files import Files

PASSWD, GROUP, SHADOW, GSHADOW = "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"
SUBUID, SUBGID = "/etc/subuid", "/etc/subgid"
_ORDER = (PASSWD, SHADOW, GROUP, GSHADOW, SUBUID, SUBGID)
LOCK = "/etc/.pwd.lock"
DAY = 86400
Row = list[str]


class AccountFiles:
    """The tables, as rows of fields. Change them, then :meth:`save`."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._old: dict[str, str | None] = {path: _text(files, path) for path in _ORDER}
        self._forced: set[str] = set()
        self._opened: set[str] = set()
        self._rows = {path: [line.split(":") for line in (text or "").splitlines()]
                      for path, text in self._old.items()}  # fmt: skip

    def has(self, path: str) -> bool:
        """Whether there is such a file at all."""
        return self._old[path] is not None

    def rows(self, path: str) -> list[Row]:
        return self._rows[path]

    def find(self, path: str, name: str) -> Row | None:
        """The first row of a name."""
        return next((row for row in self._rows[path] if row[0] == name), None)

    def add(self, path: str, row: Iterable[object]) -> None:
        """A row more at the end, if there is such a file."""
        if self.has(path):
            self._rows[path].append([str(field) for field in row])

    def remove(self, path: str, name: str) -> None:
        self._rows[path] = [row for row in self._rows[path] if row[0] != name]

    def group_of(self, text: str) -> Row | None:
        """A group by its name or number."""
        found = self.find(GROUP, text)
        return found or next((row for row in self._rows[GROUP] if row[2] == text), None)

    def numbers(self, path: str) -> set[int]:
        """The IDs that are in use."""
        return {int(row[2]) for row in self._rows[path] if len(row) > 2 and row[2].isdigit()}

    def set_members(self, path: str, group: str, members: Iterable[str]) -> None:
        """The members of a group, in ``group`` or ``gshadow``."""
        row = self.find(path, group)
        if row:
            row[3] = ",".join(members)

    def members(self, path: str, group: str) -> list[str]:
        row = self.find(path, group)
        return [name for name in row[3].split(",") if name] if row and len(row) > 3 else []

    def join(self, group: str, user: str) -> None:
        """Make a user a member of a group."""
        for path in (GROUP, GSHADOW):
            present = self.members(path, group)
            if user not in present:
                self.set_members(path, group, [*present, user])

    def leave(self, group: str, user: str) -> None:
        for path in (GROUP, GSHADOW):
            present = self.members(path, group)
            if user in present:
                self.set_members(path, group, [name for name in present if name != user])

    def rewrite(self, *paths: str) -> None:
        """Have these written though nothing in them changes."""
        self._forced.update(paths)

    def opened(self, *paths: str) -> None:
        """Have these opened for writing in any case: on an overlay that copies them up."""
        self._opened.update(paths)

    def save(self, *, backup: bool = True) -> None:
        """Write what changed. PAM keeps no ``backup``."""
        self.files.os_open(LOCK, os.O_WRONLY | os.O_CREAT, 0o600).close()
        for path in _ORDER:
            text = "".join(":".join(row) + "\n" for row in self._rows[path])
            if self.has(path) and (path in self._forced or text != self._old[path]):
                self._write(path, text, backup)
                self._old[path] = text
            elif self.has(path) and path in self._opened:
                self.files.os_open(path, os.O_RDWR).close()

    def _write(self, path: str, text: str, backup: bool) -> None:
        files = self.files
        found = files.stat(path)
        if backup:
            _put(files, f"{path}-", (self._old[path] or ""), found)
            times = int(found.st_atime), int(found.st_mtime)
            files.utime(f"{path}-", ns=(times[0] * 10**9, times[1] * 10**9))
        _put(files, f"{path}+", text, found)
        files.rename(f"{path}+", path)


def _text(files: Files, path: str) -> str | None:
    try:
        return files.read_bytes(path).decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _put(files: Files, path: str, text: str, like: os.stat_result) -> None:
    """A file with this text, and the owner and mode of another."""
    file: Any = files.os_open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with file:
        if text:
            file.write(text.encode("utf-8", "surrogateescape"))
    files.chown(path, like.st_uid, like.st_gid)
    files.chmod(path, stat.S_IMODE(like.st_mode))


def defaults(files: Files, path: str = "/etc/login.defs") -> dict[str, str]:
    """What ``login.defs`` sets, or ``/etc/default/useradd``, whose settings have ``=``."""
    found: dict[str, str] = {}
    for line in (_text(files, path) or "").splitlines():
        name, _, value = line.replace("=", " ", 1).replace("\t", " ").partition(" ")
        if name and not name.startswith("#"):
            found[name] = value.strip().strip('"')
    return found


def span(files: Files, kind: str, *, system: bool) -> tuple[int, int]:
    """The lowest and highest ID (``kind``: ``UID`` or ``GID``) that is given out."""
    setting = defaults(files)
    low = int(setting.get(f"{kind}_MIN", 1000))
    if system:
        return (int(setting.get(f"SYS_{kind}_MIN", 101)),
                int(setting.get(f"SYS_{kind}_MAX", low - 1)))  # fmt: skip
    return low, int(setting.get(f"{kind}_MAX", 60000))


def next_id(used: set[int], low: int, high: int, *, system: bool, like: int | None = None) -> int:
    """A new ID: the same as ``like`` if that is free, else one beyond those in use.

    Upwards for people, downwards for the system (``find_new_uid.c``). ``LookupError``: none left.
    """
    if like is not None and low <= like <= high and like not in used:
        return like
    inside: list[int] = [number for number in used if low <= number <= high]
    if system:
        first = min(inside) - 1 if inside else high
        candidates = [first, *range(high, low - 1, -1)]
    else:
        first = max(inside) + 1 if inside else low
        candidates = [first, *range(low, high + 1)]
    number: int
    for number in candidates:
        if low <= number <= high and number not in used:
            return number
    raise LookupError("no ID left")


def next_range(rows: list[Row], start: int, count: int) -> int:
    """Where the next range of subordinate IDs begins (``find_new_sub_uids``)."""
    for row in sorted(rows, key=lambda row: int(row[1])):
        if int(row[1]) - start >= count:
            break
        start = max(start, int(row[1]) + int(row[2]))
    return start
