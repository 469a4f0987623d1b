"""RUN: a process in a snapshot, with what is mounted there, and the layer that it leaves.

BuildKit: ``executor/runcexecutor/executor.go``, ``executor/oci/spec_unix.go``,
``executor/stubs.go``, as moby 20.10 has them (*ran*: docker 20.10, DOCKER_BUILDKIT=1).
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from layerlab.build.buildkit.graph import Run
from layerlab.build.sources import scoped
from layerlab.container import Container
from layerlab.engine.clock import Clock
from layerlab.engine.ground import Ground, container_on, mounted
from layerlab.engine.process import CannotStart, play
from layerlab.engine.state import StoredContainer
from layerlab.errors import EngineError, LayerlabError
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.nodes import Change, Directory, File, Meta, Whiteout
from layerlab.paths import find
from layerlab.shell import find_account
from layerlab.union import UnionFS

HOSTNAME = "buildkitsandbox"
HOSTS = f"127.0.0.1\tlocalhost {HOSTNAME}\n::1\tlocalhost ip6-localhost ip6-loopback\n"
_SPECIAL = "/dev", "/proc", "/sys"
_STUBS = "/etc/resolv.conf", "/etc/hosts"


class Failed(EngineError):
    """A process that couldn't be started, or ended with another code than 0."""

    def __init__(self, what: str, output: str = "", code: int = 1) -> None:
        self.output, self.code = output, code
        super().__init__(what)


@dataclass(frozen=True)
class Ran:
    """What a process left: layer, output, the seconds that it took, its caches' files."""

    layer: Layer
    output: str
    seconds: float
    caches: Mapping[str, Layer]


def run(wanted: Run, image: Image, shown: Mapping[str, Layer], clock: Clock, now: int) -> Ran:
    """Let it run to its end; ``shown`` has the files of each mount, by its place.

    All that it does happens in one second of the clock. ``Failed`` if it fails.
    """
    files = container_on(_ground(image, shown, now), lambda: clock.now, _STUBS)
    fixed = {mount.target for mount in wanted.mounts if mount.readable_only}
    for place in sorted(shown):
        files.mount(place, read_only=place in fixed)
    told = " ".join(wanted.args)
    try:
        with suppress(KeyError):  # of a user who isn't there the start tells
            _make_workdir(files, wanted)
        done = play(_container(wanted, image, files, now), wanted.args, clock, stdin=b"")
    except CannotStart as problem:
        if problem.by_runc:
            line = f"runc run failed: unable to start container process: {problem.what}\n"
            raise Failed(f"executor failed running [{told}]: exit code: 1", line) from None
        raise Failed(f"executor failed running [{told}]: {problem.what}") from None
    if done.runs_for is None:
        raise LayerlabError(
            "the program doesn't end by itself, and a build would wait for it",
            where=f"RUN {told}",
            hint="start servers with CMD, not with RUN",
        )
    clock.now += math.ceil(done.runs_for)
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.code:
        fault = f"executor failed running [{told}]: exit code: {done.code}"
        raise Failed(fault, output, done.code)
    caches = {
        mount.id: _inside(files, mount.target) for mount in wanted.mounts if mount.type == "cache"
    }
    layer = _left(image.rootfs, files.layer(), shown, clock.now)
    return Ran(layer, output, done.runs_for, caches)


def _make_workdir(files: Container, wanted: Run) -> None:
    """The working directory, where a base names one that isn't there."""
    account, path = find_account(files, wanted.user), scoped(files, wanted.workdir)
    if not files.exists(path):
        files.makedirs(path, 0o755)
        files.chown(path, account.uid, account.gid)


def _ground(image: Image, shown: Mapping[str, Layer], now: int) -> Ground:
    """The snapshot, and above it what is mounted."""
    changes = dict(mounted(image, HOSTNAME, now, hosts=HOSTS, names_host=False))
    for place, layer in shown.items():
        changes[place] = Directory(Meta(0o755, mtime=now), opaque=True)
        for path, node in layer.changes.items():
            if path == "/":
                changes[place] = node
            else:
                changes[place + path] = node
    return Ground(image, Layer.of(changes))


def _container(wanted: Run, image: Image, files: Container, now: int) -> StoredContainer:
    options = {
        "env": (*wanted.env, *wanted.proxies), "user": wanted.user, "workdir": wanted.workdir,
        "hostname": HOSTNAME, "labels": {}, "tty": False, "interactive": False, "detach": True,
        "network": "none", "read_only": False, "names_host": False,
    }  # fmt: skip
    return StoredContainer(
        id="", name="", image_id=image.image_id, image_name="", files=files, entrypoint=(),
        cmd=wanted.args, created=now, options=MappingProxyType(options),
    )  # fmt: skip


def _left(below: UnionFS, layer: Layer, shown: Mapping[str, Layer], now: int) -> Layer:
    """The layer with the places that were made to mount something at."""
    kept: dict[str, Change] = dict(layer.changes)
    files = {place for place, layer in shown.items() if isinstance(layer.changes.get("/"), File)}
    for path in (*_SPECIAL, *(place for place in shown if place not in files)):
        _make(kept, below, path, now)
    for path in (*_STUBS, *sorted(files)):  # what was made for a file goes again
        if not below.lexists(path):
            _touch(kept, below, posixpath.dirname(path), now)
    return Layer(MappingProxyType(dict(sorted(kept.items()))))


def _make(kept: dict[str, Change], below: UnionFS, path: str, now: int) -> None:
    """A directory to mount something at, if there is none, and its parents."""
    if below.lexists(path) or path in kept:
        return
    _touch(kept, below, posixpath.dirname(path), now)
    kept[path] = Directory(Meta(0o755, mtime=now))


def _touch(kept: dict[str, Change], below: UnionFS, path: str, now: int) -> None:
    """A directory in which something was made: it and its parents are copied up."""
    if path == "/" or isinstance(kept.get(path), Directory):
        return
    if isinstance(kept.get(path), Whiteout):
        return
    there = below.lookup(path).node if below.lexists(path) else None
    parent = posixpath.dirname(path)
    if isinstance(there, Directory):
        _copy_up(kept, below, parent)
        kept[path] = Directory(Meta(there.meta.mode, there.meta.uid, there.meta.gid, now))
    elif there is None:
        _touch(kept, below, parent, now)
        kept[path] = Directory(Meta(0o755, mtime=now))


def _copy_up(kept: dict[str, Change], below: UnionFS, path: str) -> None:
    if path == "/" or path in kept:
        return
    _copy_up(kept, below, posixpath.dirname(path))
    node = below.lookup(path).node
    if isinstance(node, Directory):
        kept[path] = Directory(node.meta)


def _inside(files: Container, target: str) -> Layer:
    """What lies in a mount after the process."""
    found: dict[str, Change] = {}
    todo = [("", find(files.root, target).place)]
    while todo:
        path, place = todo.pop()
        for name, child in (place.children or {}).items():
            found[f"{path}/{name}"] = child.node
            todo.append((f"{path}/{name}", child))
    return Layer.of(found)
