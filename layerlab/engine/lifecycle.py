"""The life of a container's process: start, exec, stop, kill, pause; and time that passes.

A program is played at once, when it is started, and the state notes when it ends. One that
sleeps runs until the clock gets there; one that waits for something that never comes (``tail
-f``, a server) runs until it is stopped. As process 1 of its container it ignores every signal
but the last (pid_namespaces(7)): ``stop`` waits its ten seconds, then kills.

moby: ``daemon/start.go``, ``stop.go``, ``kill.go``, ``exec.go``, ``pause.go``.
"""

from __future__ import annotations

import math
import signal
from dataclasses import replace

from layerlab.engine.clock import Clock
from layerlab.engine.containers import put
from layerlab.engine.finding import find_container
from layerlab.engine.ground import remount
from layerlab.engine.process import REFUSED, CannotStart, play
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.store import remove_container
from layerlab.errors import EngineError, LayerlabError
from layerlab.shell import Done

KILLED = 128 + signal.SIGKILL
CREATE_FAILED = "failed to create shim task: OCI runtime create failed: runc create failed"
MOUNTING = (
    ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified "
    "host path exists and is the expected type"
)
"""What the daemon guesses wherever something is no directory."""
NETWORKS = ("default", "bridge", "host", "none")
EXEC_FAILED = "OCI runtime exec failed: exec failed"
EXEC_CODE = 126
"""What ``docker exec`` exits with when the program couldn't be started."""


def started(
    state: State, container: StoredContainer, clock: Clock, stdin: bytes | None
) -> tuple[State, StoredContainer, EngineError | None]:
    """The container with its process started, and played as far as it goes by itself.

    If the process can't be started, the container notes why, and the error comes back with it.
    """
    now = clock()
    if container.started is not None:
        remount(container.files)
    command = (*container.entrypoint, *container.cmd)
    own = bool(container.entrypoint) or container.cmd == (container.image.config.cmd or ())
    daemon = own or container.options["detach"]
    try:
        _check_network(container)
        done = play(container, command, clock, stdin=stdin, daemon=daemon)
    except CannotStart as error:
        told = error.told(CREATE_FAILED)
        if "not a directory" in told:
            told += MOUNTING
        failed = replace(container, exit_code=error.code, error=told)
        after = remove_container(state, failed) if failed.remove else put(state, failed)
        return after, failed, EngineError(told)
    ends = None if done.runs_for is None else max(clock.now, now + math.ceil(done.runs_for))
    running = replace(
        container,
        status="running",
        started=now,
        exit_code=0,
        error="",
        ends=ends,
        ends_with=done.code,
        output=container.output + done.stdout,
        errors=container.errors + done.stderr,
    )
    if done.runs_for == 0:
        state, ended = _ended(state, running, clock.now, done.code)
        return state, ended, None
    return put(state, running), running, None


def _check_network(container: StoredContainer) -> None:
    """It is looked for when the process starts, not when the container is made."""
    network = container.options["network"]
    if network not in NETWORKS:
        raise CannotStart(f"network {network} not found", REFUSED, by_runc=False)


def _ended(
    state: State, container: StoredContainer, when: int, code: int
) -> tuple[State, StoredContainer]:
    """The container with its process gone; with ``--rm`` the container goes, too."""
    ended = replace(container, status="exited", finished=when, exit_code=code, ends=None)
    return (remove_container(state, ended) if ended.remove else put(state, ended)), ended


def settled(state: State, now: int) -> State:
    """The state in which every process whose time has come is gone."""
    for container in state.containers.values():
        if container.status == "running" and container.ends is not None and container.ends <= now:
            state, _ = _ended(state, container, container.ends, container.ends_with)
    return state


def executed(
    state: State,
    name: str,
    command: tuple[str, ...],
    clock: Clock,
    *,
    user: str = "",
    workdir: str = "",
    env: tuple[str, ...] = (),
    stdin: bytes = b"",
) -> Done:
    """One more process in a container that runs; time goes on for as long as it takes."""
    container = find_container(state, name)
    if container.status == "paused":
        raise EngineError(f"Container {name} is paused, unpause the container before exec")
    if container.status != "running":
        raise not_running(container)
    now = clock()
    try:
        done = play(container, command, clock, stdin=stdin, user=user, workdir=workdir, env=env)
    except CannotStart as error:
        return Done(EXEC_CODE, f"{error.told(EXEC_FAILED)}\r\n".encode())
    if done.runs_for:
        clock.now = max(clock.now, now + math.ceil(done.runs_for))
    return done


def not_running(container: StoredContainer) -> EngineError:
    """The daemon's answer where only a running container will do."""
    return EngineError(f"Container {container.id} is not running")


def stopped(state: State, name: str, clock: Clock, timeout: int) -> State:
    """The state in which the container doesn't run; it gets ``timeout`` seconds to end."""
    container = find_container(state, name)
    if container.status not in ("running", "paused"):
        return state
    latest = clock() + timeout
    if container.ends is not None and container.ends <= latest:
        clock.now = max(clock.now, container.ends)
        return settled(put(state, replace(container, status="running")), clock.now)
    clock.now = max(clock.now, latest)
    return _ended(state, container, clock.now, KILLED)[0]


def killed(state: State, name: str, what: str, clock: Clock) -> State:
    """The state after a signal; all but ``KILL`` are lost on a container's first process."""
    number = signal_number(what)
    try:
        container = find_container(state, name)
        if number > signal.SIGRTMAX:
            raise EngineError(f"The linux daemon does not support signal {number}")
        if container.status not in ("running", "paused"):
            raise not_running(container)
    except EngineError as error:
        raise EngineError(f"Cannot kill container: {name}: {error.what}") from None
    now = clock()
    if number != signal.SIGKILL:
        return state
    return _ended(state, container, now, KILLED)[0]


def signal_number(what: str) -> int:
    """``KILL``, ``sigkill`` or a number; ``EngineError`` if there is no signal of that name."""
    if what.isdigit() and int(what):
        return int(what)
    name = "SIG" + what.upper().removeprefix("SIG")
    if name not in signal.Signals.__members__:
        raise EngineError(f"Invalid signal: {what}")
    return signal.Signals[name]


def paused(state: State, name: str) -> State:
    """The state in which the container's processes stand still."""
    container = find_container(state, name)
    if container.status == "paused":
        raise EngineError(f"Container {container.id} is already paused")
    if container.status != "running":
        raise not_running(container)
    return put(state, replace(container, status="paused"))


def unpaused(state: State, name: str) -> State:
    """The state in which they go on."""
    container = find_container(state, name)
    if container.status != "paused":
        raise EngineError(f"Container {container.id} is not paused")
    return put(state, replace(container, status="running"))


def waited(state: State, name: str, clock: Clock) -> tuple[State, int]:
    """The state once the container's process has ended, and its exit code."""
    container = find_container(state, name)
    if container.status not in ("running", "paused"):
        return state, container.exit_code
    if container.status == "paused" or container.ends is None:
        raise LayerlabError(
            "its program doesn't end by itself", where=name, hint="docker stop ends it"
        )
    clock.now = max(clock.now, container.ends)
    return settled(state, clock.now), container.ends_with
