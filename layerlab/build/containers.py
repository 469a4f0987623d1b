"""The containers between the images of a classic build: made, run, and what they leave.

moby 20.10: ``builder/dockerfile/containerbackend.go``, ``daemon/create_unix.go``.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from layerlab.container import Container
from layerlab.engine.clock import Clock
from layerlab.engine.ground import container_on, ground
from layerlab.engine.ids import Ids
from layerlab.engine.lifecycle import CREATE_FAILED, MOUNTING
from layerlab.engine.process import CannotStart, play
from layerlab.engine.state import State, StoredContainer
from layerlab.errors import BuildError, EngineError, LayerlabError
from layerlab.image import Image
from layerlab.shell import Done


@dataclass(frozen=True)
class Stopped:
    """A container whose process is done, what it printed, and what went wrong, if it did."""

    container: StoredContainer
    output: str
    error: BuildError | None = None


def made(
    state: State, image: Image, image_name: str, config: Mapping[str, Any], ids: Ids, clock: Clock,
    *, network: str = "default",
) -> StoredContainer:  # fmt: skip
    """A container on ``image`` with this config. Its working directory is made at once.

    All that happens in it happens in the same second: the clock goes on a step at a time.
    """
    for item in config.get("Env") or ():
        if item.startswith("="):
            raise EngineError(f"invalid environment variable: {item}")
    now, container_id = clock(), ids.hex64()
    hostname = config.get("Hostname") or container_id[:12]
    files = container_on(ground(image, hostname, now), lambda: clock.now)
    workdir = config.get("WorkingDir") or ""
    if workdir:
        _make_directory(files, posixpath.normpath(workdir))
    names = {item.name for item in state.containers.values()}
    told = {
        "env": tuple(config.get("Env") or ()), "user": config.get("User") or "",
        "workdir": workdir, "hostname": hostname,
        "labels": MappingProxyType(dict(config.get("Labels") or {})),
        "tty": False, "interactive": False, "detach": True, "network": network,
        "read_only": False,
    }  # fmt: skip
    return StoredContainer(
        id=container_id,
        name=ids.name(names),
        image_id=image.image_id,
        image_name=image_name,
        files=files,
        entrypoint=tuple(filter(None, config.get("Entrypoint") or ())),
        cmd=tuple(config.get("Cmd") or ()),
        created=now,
        mount_id=ids.hex64(),
        link=ids.link(),
        init_link=ids.link(),
        options=MappingProxyType(told),
    )


def _make_directory(files: Container, path: str) -> None:
    try:
        files.makedirs(path, 0o755, exist_ok=True)
    except OSError:
        raise EngineError(f"Cannot mkdir: {path} is not a directory") from None


def run(container: StoredContainer, volumes: Iterable[str], clock: Clock) -> Stopped:
    """Let its command run to the end. Volumes are mounted first: their directories appear."""
    files, started = container.files, clock.now
    for path in sorted(volumes):
        _make_directory(files, path)
    for path in sorted(volumes):
        files.mount(path)
    try:
        done = play(container, container.cmd, clock, stdin=b"")
    except CannotStart as problem:
        told = problem.told(CREATE_FAILED)
        told += MOUNTING if "not a directory" in told else ""
        failed = replace(container, exit_code=problem.code, error=told)
        return Stopped(failed, "", BuildError(told))
    if done.runs_for is None:
        raise LayerlabError(
            "the program doesn't end by itself, and a build would wait for it",
            where=f"RUN {' '.join(container.cmd)}",
            hint="start servers with CMD, not with RUN",
        )
    clock.now += math.ceil(done.runs_for)
    ended = replace(
        container, status="exited", started=started, finished=clock.now, exit_code=done.code,
        output=done.stdout, errors=done.stderr,
    )  # fmt: skip
    error = None
    if done.code:
        command = " ".join(container.cmd)
        fault = f"The command '{command}' returned a non-zero code: {done.code}"
        error = BuildError(fault, code=done.code)
    return Stopped(ended, _printed(done), error)


def _printed(done: Done) -> str:
    """Both streams as the client shows them: standard error in red, a line at a time."""
    text = done.stdout.decode("utf-8", "replace")
    lines = done.stderr.decode("utf-8", "replace").splitlines(keepends=True)
    return text + "".join(map(in_red, lines))


def in_red(text: str) -> str:
    """Standard error of the builder (moby: ``streamformatter.NewStderrWriter``)."""
    return f"\x1b[91m{text}\x1b[0m"
