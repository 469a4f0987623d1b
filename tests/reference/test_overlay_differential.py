"""The kernel's overlayfs and ``Container`` live through the same random histories.

Each operation's result or errno is compared, and in the end the merged tree and the upper
directory, whiteouts, opaque marks and hard links included.
"""

import errno
import multiprocessing
import os
import random
import stat
import tempfile
import traceback
from pathlib import Path
from typing import Any

import pytest
from reference.histories import Operations, random_layers
from reference.kernel import overlay, private_mounts, tree, when

from layerlab import Container, Image, Layer
from layerlab.union.stats import nanoseconds

HISTORIES = int(os.environ.get("LAYERLAB_HISTORIES", "1000"))
OPERATIONS = 200
LAST = int(os.environ.get("LAYERLAB_LAST", "12"))
FIRST = int(os.environ.get("LAYERLAB_FIRST_HISTORY", "0"))


class Kernel:
    """The operations as system calls, inside a chroot on the merged directory."""

    def __init__(self) -> None:
        self.handles: dict[int, int] = {}

    def run(self, name: str, args: tuple[Any, ...], user: tuple[int, tuple[int, ...]]) -> Any:
        uid, gids = user
        os.setegid(gids[0])
        os.setgroups(gids)
        os.seteuid(uid)
        try:
            return getattr(self, name.replace(".", "_"))(*args)
        finally:
            os.seteuid(0)
            os.setegid(0)

    def open(self, path: str, flags: int, mode: int = 0o666) -> int:
        """A FIFO is refused as the model does it: who is at its other end can't be told."""
        fd = os.open(path, flags | os.O_NONBLOCK, mode)
        if stat.S_ISFIFO(os.fstat(fd).st_mode) and not flags & os.O_PATH:
            os.close(fd)
            raise OSError(errno.ENXIO, path)
        return fd

    def read_bytes(self, path: str) -> bytes:
        fd = self.open(path, os.O_RDONLY)
        try:
            return os.read(fd, 1 << 20)
        finally:
            os.close(fd)

    def write_bytes(self, path: str, data: bytes, flag: int = os.O_TRUNC) -> int:
        fd = self.open(path, os.O_WRONLY | os.O_CREAT | flag)
        try:
            return os.write(fd, data)
        finally:
            os.close(fd)

    def append_bytes(self, path: str, data: bytes) -> int:
        return self.write_bytes(path, data, os.O_APPEND)

    def os_open(self, path: str, flags: int, mode: int, number: int) -> None:
        fd = self.open(path, flags, mode)
        if number in self.handles:
            os.close(self.handles[number])
        self.handles[number] = fd

    def makedirs(self, path: str, exist_ok: bool) -> None:
        if len(path) > 1000:  # os.makedirs would go as deep in Python's own stack
            raise OSError(errno.ENAMETOOLONG, path)
        os.makedirs(path, exist_ok=exist_ok)

    def rmtree(self, path: str) -> None:
        """``rm -rf``, in the order in which the model goes."""
        if os.path.islink(path):
            raise NotADirectoryError(errno.ENOTDIR, path)
        for name in sorted(os.listdir(path), reverse=True):
            child = f"{path.rstrip('/')}/{name}"
            if stat.S_ISDIR(os.lstat(child).st_mode):
                self.rmtree(child)
            else:
                os.unlink(child)
        os.rmdir(path)

    def chown(self, path: str, uid: int, gid: int, follow: bool) -> None:
        os.chown(path, uid, gid, follow_symlinks=follow)

    def utime(self, path: str, ns: int | None, follow: bool) -> None:
        times = {} if ns is None else {"ns": (ns, ns)}
        os.utime(path, **times, follow_symlinks=follow)

    def stat(self, path: str, follow: bool) -> Any:
        return told(os.stat(path, follow_symlinks=follow))

    def listdir(self, path: str) -> list[str]:
        return sorted(os.listdir(path))

    def access(self, path: str, mode: int) -> bool:
        return os.access(path, mode, effective_ids=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def handle_read(self, number: int, size: int) -> bytes:
        fd = self.handles[number]
        return os.read(fd, 1 << 20 if size < 0 else size)

    def handle_write(self, number: int, data: bytes) -> int:
        return os.write(self.handles[number], data)

    def handle_seek(self, number: int, offset: int, whence: int) -> int:
        fd = self.handles[number]
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            return -1  # what a place in a directory means is the file system's own affair
        return os.lseek(fd, offset, whence)

    def handle_truncate(self, number: int, size: int) -> None:
        os.ftruncate(self.handles[number], size)

    def handle_stat(self, number: int) -> Any:
        return told(os.fstat(self.handles[number]))

    def handle_close(self, number: int) -> None:
        os.close(self.handles.pop(number))


class Model:
    """The same operations on a ``Container``."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.container = Container(Image(layers))
        self.handles: dict[int, Any] = {}

    def run(self, name: str, args: tuple[Any, ...], user: tuple[int, tuple[int, ...]]) -> Any:
        self.acting = self.container if user == (0, (0,)) else self.container.as_user(*user)
        return getattr(self, name.replace(".", "_"))(*args)

    def os_open(self, path: str, flags: int, mode: int, number: int) -> None:
        self.handles[number] = self.acting.os_open(path, flags, mode)

    def makedirs(self, path: str, exist_ok: bool) -> None:
        self.acting.makedirs(path, exist_ok=exist_ok)

    def chown(self, path: str, uid: int, gid: int, follow: bool) -> None:
        self.acting.chown(path, uid, gid, follow_symlinks=follow)

    def utime(self, path: str, ns: int | None, follow: bool) -> None:
        self.acting.utime(path, ns=None if ns is None else (ns, ns), follow_symlinks=follow)

    def stat(self, path: str, follow: bool) -> Any:
        return told(self.acting.stat(path, follow_symlinks=follow))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.acting, name)

    def handle_read(self, number: int, size: int) -> bytes:
        return self.handles[number].read(size)

    def handle_write(self, number: int, data: bytes) -> int:
        return self.handles[number].write(data)

    def handle_seek(self, number: int, offset: int, whence: int) -> int:
        handle = self.handles[number]
        return -1 if stat.S_ISDIR(handle.stat().st_mode) else handle.seek(offset, whence)

    def handle_truncate(self, number: int, size: int) -> None:
        self.handles[number].truncate(size)

    def handle_stat(self, number: int) -> Any:
        return told(self.handles[number].stat())

    def handle_close(self, number: int) -> None:
        self.handles.pop(number).close()


def told(st: os.stat_result) -> tuple[Any, ...]:
    size = 0 if stat.S_ISDIR(st.st_mode) else st.st_size
    return st.st_mode, st.st_nlink, st.st_uid, st.st_gid, size, when(st.st_mtime_ns), st.st_rdev


def outcome(system: Any, name: str, args: tuple[Any, ...], user: Any) -> Any:
    try:
        return system.run(name, args, user)
    except OSError as e:
        return errno.errorcode.get(e.errno or 0, str(e))
    except KeyError:
        return "no such handle"


def model_tree(container: Container) -> dict[str, tuple[Any, ...]]:
    """The merged tree; opaque marks don't show there."""
    found = {path: node_facts(node) for path, node, _ in container.items()}
    return {path: f[1:] if f[0] == "opaque" else f for path, f in found.items()}


def node_facts(node: Any) -> tuple[Any, ...]:
    if node.kind == "whiteout":
        return ("whiteout",)
    content: Any = None
    if node.kind == "file":
        content = node.content.read()
    elif node.kind == "symlink":
        content = node.target
    elif node.kind in ("char", "block"):
        content = os.makedev(node.major, node.minor)
    meta = node.meta
    xattrs = {k: v for k, v in meta.xattrs.items() if k.startswith("user.")}
    mode, size = node.type_bits | meta.mode, node.size
    found = (mode, meta.uid, meta.gid, when(nanoseconds(meta.mtime)), size, content, xattrs)
    return ("opaque", *found) if node.kind == "directory" and node.opaque else found


def upper_tree(container: Container) -> dict[str, tuple[Any, ...]]:
    upper = container.upper
    groups: dict[int, list[str]] = {}
    for path, node in upper.items():
        groups.setdefault(id(node), []).append(path)
    found = {}
    for path, node in upper.items():
        found[path] = node_facts(node)
        if node.kind not in ("directory", "whiteout"):
            found[path] += (tuple(sorted(groups[id(node)])),)
    return found


def live(seed: int, base: Path) -> str | None:
    """One history on both sides; what differed first, or ``None``."""
    rng = random.Random(seed)
    layers = random_layers(rng)
    model, kernel = Model(layers), Kernel()
    done: list[Any] = []
    openers: dict[int, Any] = {}
    with overlay(base, layers) as (merged, upper):
        outside = os.open("/", os.O_RDONLY)
        operations = Operations(rng, layers)
        try:
            os.chroot(merged)
            os.chdir("/")
            for _ in range(OPERATIONS):
                name, args, user = operations.draw()
                name = name.strip()
                if name.startswith("handle"):  # it acts as whoever opened it
                    user = openers.get(args[0], user)
                done.append((name, args, user))
                real, ours = outcome(kernel, name, args, user), outcome(model, name, args, user)
                if real != ours:
                    return report(seed, layers, done, f"kernel {real!r}, model {ours!r}")
                if name == "os_open" and ours is None:
                    openers[args[3]] = user
        finally:
            for fd in kernel.handles.values():
                os.close(fd)
            os.fchdir(outside)
            os.chroot(".")
            os.close(outside)
        for what, real, ours in (
            ("upper directory", tree(upper), upper_tree(model.container)),
            ("merged tree", {p: f[:7] for p, f in tree(merged).items()},
             model_tree(model.container)),
        ):  # fmt: skip
            for path in sorted(real.keys() | ours.keys()):
                if real.get(path) != ours.get(path):
                    fault = f"{path}: kernel {real.get(path)}, model {ours.get(path)}"
                    return report(seed, layers, done, f"{what}, {fault}")
    return None


def report(seed: int, layers: tuple[Layer, ...], done: list[Any], fault: str) -> str:
    last = "\n  ".join(map(repr, done[-LAST:]))
    shown = "\n  ".join(str(dict(layer.changes)) for layer in layers)
    return f"history {seed}: {fault}\nlayers:\n  {shown}\nlast of {len(done)}:\n  {last}"


def share(first: int, step: int, queue: Any) -> None:
    """Every ``step``-th history from ``first``, in a process of its own."""
    faults = []
    try:
        private_mounts()
        os.umask(0o022)
        base = Path(tempfile.mkdtemp(prefix="layerlab-", dir="/dev/shm"))
        try:
            for seed in range(FIRST + first, FIRST + HISTORIES, step):
                fault = live(seed, base)
                if fault:
                    faults.append(fault)
                    if len(faults) == 8:
                        break
        finally:
            base.rmdir()
    except BaseException:
        faults.append(traceback.format_exc())
    queue.put(faults)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount an overlay")
def test_random_histories_end_alike() -> None:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = os.cpu_count() or 1
    processes = [context.Process(target=share, args=(n, workers, queue)) for n in range(workers)]
    for process in processes:
        process.start()
    faults = [fault for _ in processes for fault in queue.get(timeout=600)]
    for process in processes:
        process.join()
    assert not faults, "\n\n".join(faults)
