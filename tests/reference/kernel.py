"""A real overlay mount, driven by system calls: what ``Container`` is compared with.

Everything happens in a mount namespace of the calling process, on a tmpfs of its own, so
nothing has to be cleaned up and nothing outside is touched.
"""

import ctypes
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from layerlab import Device, Directory, File, Layer, Symlink, Whiteout
from layerlab.union import UnionFS

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, MS_REC, MS_PRIVATE, MNT_DETACH = 0x20000, 0x4000, 1 << 18, 2
OPAQUE = "trusted.overlay.opaque"
DOCKER_OPTIONS = "index=off,redirect_dir=off,metacopy=off,xino=off"


def _call(name: str, *args: Any) -> None:
    if getattr(libc, name)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def private_mounts() -> None:
    """From here on this process's mounts are its own, and go when it ends."""
    _call("unshare", CLONE_NEWNS)
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)


@contextmanager
def overlay(base: Path, layers: tuple[Layer, ...]) -> Iterator[tuple[Path, Path]]:
    """Mount ``layers`` as Docker would: yields the merged and the upper directory."""
    _call("mount", b"tmpfs", bytes(base), b"tmpfs", 0, b"size=256m")
    try:
        lowers = []
        for index, layer in enumerate(layers):
            lowers.append(base / f"l{index}")
            lay_out(layer, lowers[-1])
        merged, upper, work = base / "merged", base / "upper", base / "work"
        for directory in (merged, upper, work):
            directory.mkdir(mode=0o755)
        lower = ":".join(map(str, reversed(lowers)))
        dress(bytes(upper), UnionFS(layers).root.node)
        options = f"lowerdir={lower},upperdir={upper},workdir={work},{DOCKER_OPTIONS}"
        _call("mount", b"overlay", bytes(merged), b"overlay", 0, options.encode())
        try:
            yield merged, upper
        finally:
            _call("umount2", bytes(merged), MNT_DETACH)
    finally:
        _call("umount2", bytes(base), MNT_DETACH)


def lay_out(layer: Layer, where: Path) -> None:
    """Write a layer as overlayfs keeps it: a 0/0 device for a whiteout, a mark for opaque.

    Every directory must be among the changes: on a disk there are no implied ones.
    """
    where.mkdir(mode=0o755)
    real = os.fsencode(where)
    first: dict[int, bytes] = {}
    for path, node in layer.changes.items():
        target = real + os.fsencode(path)
        if id(node) in first and not isinstance(node, Directory | Whiteout):
            os.link(first[id(node)], target, follow_symlinks=False)
            continue
        first[id(node)] = target
        match node:
            case File(content):
                with open(target, "wb") as file:
                    file.writelines(content.chunks())
            case Directory():
                if path != "/":
                    os.mkdir(target)
            case Symlink(to):
                os.symlink(os.fsencode(to), target)
            case Whiteout():
                os.mknod(target, stat.S_IFCHR, os.makedev(0, 0))
            case Device(_, major, minor):
                os.mknod(target, node.type_bits | 0o600, os.makedev(major, minor))
    # From the leaves up, since a directory's time changes with what is made in it.
    for path, node in reversed(layer.changes.items()):
        target = real + os.fsencode(path)
        if isinstance(node, Directory) and node.opaque:
            os.setxattr(target, OPAQUE, b"y")
        if not isinstance(node, Whiteout):
            dress(target, node)


def dress(target: bytes, node: Any) -> None:
    """Give a path the attributes of ``node``."""
    meta = node.meta
    os.lchown(target, meta.uid, meta.gid)
    if not isinstance(node, Symlink):
        os.chmod(target, meta.mode)
    for name, value in meta.xattrs.items():
        os.setxattr(target, name, value, follow_symlinks=False)
    os.utime(target, (meta.mtime, meta.mtime), follow_symlinks=False)


RECENT = 1_500_000_000
"""Times set by a test are older than this; anything newer is 'now', here and in the model."""


def when(ns: int) -> object:
    return "now" if ns > RECENT * 10**9 else ns


def facts(path: bytes) -> tuple[Any, ...]:
    """What can be compared of a path: kind, attributes, content, extended attributes."""
    st = os.lstat(path)
    kind = stat.S_IFMT(st.st_mode)
    content: Any = None
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            content = file.read()
    elif kind == stat.S_IFLNK:
        content = os.fsdecode(os.readlink(path))
    elif kind in (stat.S_IFCHR, stat.S_IFBLK):
        content = st.st_rdev
    shown = [n for n in os.listxattr(path, follow_symlinks=False) if n.startswith("user.")]
    xattrs = {n: os.getxattr(path, n, follow_symlinks=False) for n in shown}
    size = 0 if kind == stat.S_IFDIR else st.st_size
    return st.st_mode, st.st_uid, st.st_gid, when(st.st_mtime_ns), size, content, xattrs


def tree(root: Path) -> dict[str, tuple[Any, ...]]:
    """Every path below ``root`` with its facts; a whiteout or opaque mark is told as such."""
    found = {}
    names: dict[int, list[str]] = {}
    for directory, subdirectories, files in os.walk(os.fsencode(root)):
        for name in subdirectories + files:
            path = os.path.join(directory, name)
            shown = "/" + os.fsdecode(os.path.relpath(path, os.fsencode(root)))
            st = os.lstat(path)
            if stat.S_ISCHR(st.st_mode) and st.st_rdev == 0:
                found[shown] = ("whiteout",)
                continue
            found[shown] = facts(path)
            if stat.S_ISDIR(st.st_mode) and _opaque(path):
                found[shown] = ("opaque", *found[shown])
            if not stat.S_ISDIR(st.st_mode):
                names.setdefault(st.st_ino, []).append(shown)
    for group in names.values():
        for path in group:
            found[path] = (*found[path], tuple(sorted(group)))
    return found


def _opaque(path: bytes) -> bool:
    try:
        return os.getxattr(path, OPAQUE) == b"y"
    except OSError:
        return False
