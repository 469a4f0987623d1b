"""Who may do what: the permission bits, for someone who isn't root.

Source: path_resolution(7), inode(7), and ``inode_permission``, ``may_delete`` and
``may_linkat`` in the kernel's ``fs/namei.c``.
"""

import stat
from dataclasses import dataclass
from typing import Any

READ, WRITE, SEARCH = 4, 2, 1


@dataclass(frozen=True, slots=True)
class User:
    """Someone: a user ID and the group IDs, the primary one first."""

    uid: int = 0
    gids: tuple[int, ...] = (0,)

    @property
    def is_root(self) -> bool:
        return self.uid == 0

    def may(self, place: Any, want: int) -> bool:
        """Whether the bits of ``want`` are granted: owner's, group's or everyone's count."""
        if self.uid == 0:
            return True
        meta = meta_of(place)
        if self.uid == meta.uid:
            bits = meta.mode >> 6
        elif meta.gid in self.gids:
            bits = meta.mode >> 3
        else:
            bits = meta.mode
        return bool(bits & want == want)

    def owns(self, place: Any) -> bool:
        return self.uid == 0 or self.uid == meta_of(place).uid

    def may_remove(self, parent: Any, place: Any) -> bool:
        """The sticky bit: in such a directory one removes only what is one's own."""
        return not meta_of(parent).mode & stat.S_ISVTX or self.owns(place) or self.owns(parent)

    def may_reuse(self, parent: Any, place: Any) -> bool:
        """Whether ``O_CREAT`` may open what is there already (``may_create_in_sticky``).

        In a directory like ``/tmp`` what somebody else put there is refused, even to root.
        Files and FIFOs have sysctls of their own, off unless a distribution sets them.
        """
        mode = meta_of(parent).mode
        if mode & (stat.S_ISVTX | stat.S_IWOTH) != stat.S_ISVTX | stat.S_IWOTH:
            return True
        kind = place.type_bits if hasattr(place, "type_bits") else place.node.type_bits
        owner = meta_of(place).uid
        return kind in (stat.S_IFREG, stat.S_IFIFO) or owner in (meta_of(parent).uid, self.uid)

    def may_link(self, place: Any) -> bool:
        """``fs.protected_hardlinks``: others link only what they could read and write."""
        mode = place.type_bits if hasattr(place, "type_bits") else place.node.type_bits
        bits = meta_of(place).mode
        safe = mode == stat.S_IFREG and not bits & stat.S_ISUID
        safe = safe and bits & (stat.S_ISGID | stat.S_IXGRP) != stat.S_ISGID | stat.S_IXGRP
        return self.owns(place) or (safe and self.may(place, READ | WRITE))


def meta_of(place: Any) -> Any:
    """What has ``mode``, ``uid`` and ``gid``: an inode itself, or an entry's node's meta."""
    return place if hasattr(place, "whiteouts") else place.node.meta
