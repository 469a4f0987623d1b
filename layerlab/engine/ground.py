"""What a container stands on: its image, and above it what every container is given.

Docker makes a layer ``<id>-init`` with empty files where it mounts things when the process
starts (moby, ``daemon/initlayer/setup_unix.go``). The layer here holds what is then mounted
there. Of what a process writes there nothing reaches the container's layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from layerlab.container import Container
from layerlab.image import Image
from layerlab.layer import AnyLayer, Layer
from layerlab.nodes import Change, Device, Directory, File, Meta, Symlink
from layerlab.union import UnionFS

HOSTS = """\
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""
RESOLV = "nameserver 10.255.255.53\n"
_DEVICES = {"full": (1, 7), "null": (1, 3), "random": (1, 8), "tty": (5, 0),
            "urandom": (1, 9), "zero": (1, 5)}  # fmt: skip
_POINTS = (
    "/dev", "/dev/mqueue", "/dev/pts", "/dev/shm", "/etc/hostname", "/etc/hosts",
    "/etc/resolv.conf", "/proc", "/sys",
)  # fmt: skip
_READ_ONLY = ("/sys",)
_DOCKERS_OWN = "/.dockerenv", "/etc/hostname", "/etc/mtab"
_LINKS = {"fd": "/proc/self/fd", "ptmx": "pts/ptmx", "stderr": "/proc/self/fd/2",
          "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1"}  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """An image and what is mounted over it."""

    image: Image
    mounts: Layer

    @property
    def layers(self) -> tuple[AnyLayer, ...]:
        return (*self.image.layers, self.mounts)

    @cached_property
    def rootfs(self) -> UnionFS:
        """The merged tree."""
        return UnionFS(self.layers)

    def append(self, layer: Layer | None, history: Any = None) -> Image:
        """The image with one more step: what is mounted is no part of it."""
        return self.image.append(layer, history)

    def __repr__(self) -> str:
        return repr(self.image)


def ground(image: Image, hostname: str, now: int) -> Ground:
    """What a container of this host name, made now, stands on."""
    return Ground(image, Layer.of(mounted(image, hostname, now)))


def container_on(
    stack: Ground, clock: Callable[[], int], read_only: tuple[str, ...] = ()
) -> Container:
    """A container on it, with all that Docker mounts (*ran*: docker 20.10, ``/proc/mounts``).

    ``read_only`` names what else can't be written to.
    """
    files = Container(stack, clock=clock)
    for path in _POINTS:
        if path in stack.mounts.changes:
            files.mount(path, read_only=path in _READ_ONLY + read_only)
    return files


def remount(files: Container) -> None:
    """Mount it all anew, as each start does: also ``/etc/hosts`` is written again."""
    for path in _POINTS:
        files.remount(path)


def mounted(
    image: Image, hostname: str, now: int, *, hosts: str = HOSTS, names_host: bool = True
) -> dict[str, Change]:
    """What is mounted over an image; without ``names_host`` what runc alone needs."""
    return {
        path: node
        for path, node in _mounts(hostname, now, hosts)
        if _has_room(image, path) and (names_host or path not in _DOCKERS_OWN)
    }


def _has_room(image: Image, path: str) -> bool:
    """Whether the path's parent is a directory, or isn't there at all."""
    parent = path.rpartition("/")[0] or "/"
    return not image.rootfs.lexists(parent) or not image.rootfs.islink(parent)


def _mounts(hostname: str, now: int, hosts: str) -> Iterator[tuple[str, Change]]:
    readable, runs = Meta(0o644, mtime=now), Meta(0o755, mtime=now)
    yield "/.dockerenv", File(b"", runs)  # type: ignore[arg-type]  # File takes bytes
    yield "/dev", Directory(runs, opaque=True)
    for name, (major, minor) in _DEVICES.items():
        yield f"/dev/{name}", Device("char", major, minor, Meta(0o666, mtime=now))
    for name, target in _LINKS.items():
        yield f"/dev/{name}", Symlink(target, Meta(0o777, mtime=now))
    yield "/dev/pts", Directory(runs)
    for name in ("mqueue", "shm"):
        yield f"/dev/{name}", Directory(Meta(0o1777, mtime=now))
    for name, text in (("hostname", f"{hostname}\n"), ("hosts", hosts), ("resolv.conf", RESOLV)):
        yield f"/etc/{name}", File(text, readable)  # type: ignore[arg-type]
    yield "/etc/mtab", Symlink("/proc/mounts", Meta(0o777, mtime=now))
    for name in ("proc", "sys"):
        yield f"/{name}", Directory(Meta(0o555, mtime=now), opaque=True)
