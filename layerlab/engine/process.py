"""What a container's process does: found as runc finds it, played by the shell room.

moby: ``container/env.go``; runc: ``libcontainer/init_linux.go`` (*ran*: docker 20.10, runc 1.1).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from layerlab.engine.clock import Clock
from layerlab.engine.runconfig import DEFAULT_PATH
from layerlab.engine.state import StoredContainer
from layerlab.errors import LayerlabError
from layerlab.shell import Done, Forever, find_account, run_program
from layerlab.shell.accounts import groups, users
from layerlab.shell.files import ReadOnly
from layerlab.shell.lookup import find_program, kind_of
from layerlab.shell.programs import PROGRAMS
from layerlab.shell.running import SHELLS

MAX_ID = 2**31 - 1
NOT_FOUND, NOT_EXECUTABLE, REFUSED = 127, 126, 128
"""``State.ExitCode`` of a container whose process couldn't be started."""


class Silent:
    """Standard input that stays open while nobody writes: whoever reads it waits for ever."""

    def read(self, size: int = -1, /) -> bytes:
        raise Forever

    readline = read


class CannotStart(LayerlabError):
    """A process that can't be started: why, and the exit code that Docker notes."""

    def __init__(
        self, what: str, code: int, *, by_runc: bool = True, starting: bool = True
    ) -> None:
        self.code, self.by_runc, self.starting = code, by_runc, starting
        super().__init__(what)

    def told(self, doing: str) -> str:
        """The whole message: runc's is handed on through several programs."""
        if not self.by_runc:
            return self.what
        step = "unable to start container process: " if self.starting else ""
        return f"{doing}: {step}{self.what}: unknown"


def play(
    container: StoredContainer,
    command: tuple[str, ...],
    clock: Clock,
    *,
    stdin: bytes | None = None,
    user: str = "",
    workdir: str = "",
    env: tuple[str, ...] = (),
    daemon: bool = False,
) -> Done:
    """Run ``command`` in the container; what it printed, its exit code, how long it runs.

    ``stdin``: what it can read; ``None`` if nobody is there, which a container that keeps its
    standard input open, or has a terminal, waits for.

    A program that nothing simulates says so; a ``daemon`` goes on for ever instead, silently.
    ``CannotStart`` if there is no such program.
    """
    files: Any = container.files
    user = user or container.options["user"]
    home = _home(files, user)
    cwd = workdir or container.options["workdir"] or "/"
    _check_directory(files, cwd)
    environment = _environment(container, env, home)
    path = _program(files, command[0], environment["PATH"], cwd, user)
    if not _is_simulated(path):
        fault = _exec_fault(files, path, command[0])
        if fault:
            return Done(1, stderr=f"exec {command[0]}: {fault}\n".encode())
        if daemon and kind_of(files, path).kind == "binary":
            return Done(0, runs_for=None)
    if stdin is None:
        waits = container.options["interactive"] or container.options["tty"]
        given: bytes | Silent = Silent() if waits else b""
    else:
        given = stdin
    return run_program(
        ReadOnly(files) if container.options["read_only"] else files,
        command,
        cwd=cwd,
        env=environment,
        user=user or "0",
        hostname=container.options["hostname"],
        clock=clock,
        stdin=given,
    )


def _home(files: Any, user: str) -> str:
    """The user's home directory; ``CannotStart`` if a name isn't in the container's files."""
    name, _, group = user.partition(":")
    if name and not name.isdigit() and name not in users(files).values():
        what = f"unable to find user {name}: no matching entries in passwd file"
        raise CannotStart(what, REFUSED, by_runc=False)
    if group and not group.isdigit() and group not in groups(files).values():
        what = f"unable to find group {group}: no matching entries in group file"
        raise CannotStart(what, REFUSED, by_runc=False)
    if any(part.isdigit() and int(part) > MAX_ID for part in (name, group)):
        what = f"uids and gids must be in range 0-{MAX_ID}"
        raise CannotStart(what, REFUSED, by_runc=False)
    return find_account(files, user).home


def _check_directory(files: Any, cwd: str) -> None:
    if not cwd.startswith("/"):
        raise CannotStart("Cwd must be an absolute path", NOT_EXECUTABLE, starting=False)
    if not files.isdir(cwd):
        why = "not a directory" if files.exists(cwd) else "no such file or directory"
        fault = f'chdir to cwd ("{cwd}") set in config.json failed: {why}'
        raise CannotStart(fault, NOT_EXECUTABLE)


def _environment(container: StoredContainer, env: tuple[str, ...], home: str) -> Mapping[str, str]:
    """What the process finds: Docker's defaults, then the container's own, then ``exec``'s."""
    first = [DEFAULT_PATH]
    if container.options.get("names_host", True):  # BuildKit's sandbox does without
        first.append(f"HOSTNAME={container.options['hostname']}")
    if container.options["tty"]:
        first.append("TERM=xterm")
    items = (*first, *container.options["env"], *env)
    found = {name: value for name, _, value in (item.partition("=") for item in items)}
    return {**found, "HOME": found.get("HOME") or home}


def _program(files: Any, name: str, search: str, cwd: str, user: str) -> str:
    """The file that ``name`` runs (Go's ``exec.LookPath``)."""
    account = find_account(files, user)
    seen = files.as_user(account.uid, account.gids) if account.uid else files
    try:
        return find_program(seen, name, search, cwd) if name else _missing()
    except PermissionError:
        raise CannotStart(f'exec: "{name}": permission denied', NOT_EXECUTABLE) from None
    except OSError as error:
        why = "executable file not found in $PATH"
        if "/" in name:
            why = f"stat {name}: {os.strerror(error.errno or 0).lower()}"
        raise CannotStart(f'exec: "{name}": {why}', NOT_FOUND) from None


def _missing() -> str:
    raise FileNotFoundError


def _is_simulated(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in PROGRAMS or name in SHELLS or name == "busybox"


def _exec_fault(files: Any, path: str, name: str) -> str:
    """What ``execve`` has against the file: a text that names no interpreter, or a missing one."""
    kind = kind_of(files, path)
    if kind.kind == "text":
        return "exec format error"
    if kind.interpreter and not files.exists(kind.interpreter[0]):
        return "no such file or directory"
    return ""
