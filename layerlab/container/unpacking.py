"""Many paths at once, as dpkg unpacks an archive: each made beside its place, renamed into it.

dpkg 1.21, ``lib/dpkg/archives.c`` (*ran*, strace): ``x.dpkg-new`` is made, gets owner, mode and
time, and is renamed to ``x``. What only shows for a moment is left out here.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

from layerlab.container.inode import Inode
from layerlab.container.mount import Mount
from layerlab.container.rights import SEARCH, WRITE
from layerlab.nodes import Directory, Symlink, Visible
from layerlab.paths import error


class Unpacking(Mount):
    """The call that puts whole nodes into the tree."""

    def unpack(self, nodes: Mapping[str, Visible]) -> None:
        """Put each node at its path, parents first; paths that share a ``File`` are hard links.

        A directory stays as it is when a directory or a symlink comes, and so does a symlink
        to one when a directory comes; ``EISDIR`` for anything else. A new directory was renamed
        into place: it is opaque where its parent is merged with a lower one (``ovl_rename``).
        All happens in one moment of the clock. ``ENOENT`` if a parent is missing.
        """
        overlay, records, now = self._overlay, self._records, self._clock()
        folders: dict[str, tuple[Inode, list[str]]] = {}
        # Packages name all directories above their files, and most of them are there.
        passed: dict[str, Any] = {"": overlay.root} if self._enter is None else {}
        made: dict[int, Inode] = {}
        for path, node in nodes.items():
            above, _, name = path.rpartition("/")
            directory = type(node) is Directory
            copied: tuple[str, ...] = ()
            known = folders.get(above)
            if known is None:
                if directory and above in passed:
                    place = passed[above].children.get(name)
                    if place is not None and place.children is not None:
                        passed[path] = place
                        continue
                if self._stays(path, node):
                    continue
                parent, names, copied = self._folder(above, path)
                folders[above] = parent, names
            else:
                parent, names = known
            children = parent.children
            assert children is not None
            there = children.get(name)
            if there is not None:
                if there.children is not None:
                    if directory or type(node) is Symlink:
                        continue
                    raise error(errno.EISDIR, path)
                if directory and there.target is not None and self._stays(path, node):
                    continue
            whiteout = name in parent.whiteouts
            ended = whiteout or (type(there) is Inode and there.lower is None)
            search = names, name, True, ended, parent.lower
            inode = made.get(id(node))
            if inode is None:
                inode = made[id(node)] = Inode.of(node, overlay.new_number())
            else:
                inode.links += 1
            if type(there) is Inode:
                if there.covers is not None:
                    raise error(errno.EBUSY, path)
                there.gone(now)
            elif there is not None and overlay.readers:
                overlay.readers.pop("/".join(("", *names, name)), None)
            if whiteout:
                parent.whiteouts.discard(name)
            if directory:
                inode.opaque = whiteout or parent.lower is not None
                folders[path] = inode, [*names, name]
            children[name] = inode
            parent.mtime = now
            records.append(("unpack", path, search, copied, 0, None))

    def _stays(self, path: str, node: Visible) -> bool:
        """Whether a directory is there that a directory, or a symlink, doesn't replace."""
        if node.kind not in ("directory", "symlink"):
            return False
        try:
            place = self._find(path, follow=node.kind == "directory").place
        except OSError:
            return False
        return place.children is not None

    def _folder(self, above: str, path: str) -> tuple[Inode, list[str], tuple[str, ...]]:
        """The directory that a path lies in, copied up: itself, its names, what was copied."""
        spot = self._walk(path, False)
        self._need(spot.chain[-1], WRITE | SEARCH, path)
        copied = self._overlay.copy_up_parents(spot)
        if type(spot.chain[-1]) is not Inode:
            raise error(errno.ENOTDIR, above)
        return spot.chain[-1], spot.names, copied
