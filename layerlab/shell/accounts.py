"""Users and groups, by ``/etc/passwd`` and ``/etc/group`` of the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Account:
    """Who acts: IDs, the groups with the primary one first, the name if there is one."""

    uid: int = 0
    gids: tuple[int, ...] = (0,)
    name: str | None = None
    home: str = "/"

    @property
    def gid(self) -> int:
        return self.gids[0]


def _table(files: Any, path: str, width: int) -> list[list[str]]:
    try:
        text = files.read_bytes(path).decode("utf-8", "replace")
    except OSError:
        return []
    rows = [line.split(":") for line in text.splitlines()]
    return [row for row in rows if len(row) >= width and row[2].isdigit()]


def users(files: Any) -> dict[int, str]:
    """User IDs to names; of two names the first counts."""
    return {int(row[2]): row[0] for row in reversed(_table(files, "/etc/passwd", 6))}


def groups(files: Any) -> dict[int, str]:
    """Group IDs to names."""
    return {int(row[2]): row[0] for row in reversed(_table(files, "/etc/group", 3))}


def find_account(files: Any, user: str) -> Account:
    """Whom ``docker run -u`` means: a name or ID, and a group after a colon.

    ``KeyError`` with the part that the tree's files don't know.
    """
    name, _, group = user.partition(":")
    name = name or "0"
    passwd, group_rows = _table(files, "/etc/passwd", 6), _table(files, "/etc/group", 3)
    row = next((r for r in passwd if r[0] == name), None)
    if row is None and name.isdigit():
        row = next((r for r in passwd if int(r[2]) == int(name)), None)
    if row is None and not name.isdigit() and name != "root":
        raise KeyError(name)
    uid = int(row[2]) if row else int(name) if name.isdigit() else 0
    login, home = (row[0], row[5]) if row else (None, "/")
    if group:
        gid = next((int(r[2]) for r in group_rows if r[0] == group), None)
        if gid is None and not group.isdigit():
            raise KeyError(group)
        return Account(uid, (int(group) if gid is None else gid,), login, home)
    primary = int(row[3]) if row and row[3].isdigit() else 0
    more = [int(r[2]) for r in group_rows if len(r) > 3 and login in r[3].split(",")]
    return Account(uid, (primary, *(g for g in more if g != primary)), login, home)
