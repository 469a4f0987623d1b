"""The room's face: a shell that keeps its state, and a single program as ``exec`` runs it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from layerlab.shell.accounts import find_account
from layerlab.shell.files import writable
from layerlab.shell.interpreter import Interpreter
from layerlab.shell.lookup import DEFAULT_PATH, find_program
from layerlab.shell.process import BUSYBOX, DEBIAN, Clock, Flavour, Forever, Program, World
from layerlab.shell.running import run_file
from layerlab.shell.sh import sh
from layerlab.shell.state import ShellState
from layerlab.shell.streams import Done, Source, Streams

START = 1_767_225_600
KERNEL = "3.10.0-1160.el7.x86_64"
"""Of the host that the engine runs on: every container is told so."""


@dataclass(frozen=True)
class Still:
    """A clock that stands."""

    now: int = START


def flavour_of(files: Any) -> Flavour:
    """Whose programs an image has: Debian's where there is bash and no busybox."""
    for path in ("/bin/busybox", "/usr/bin/busybox"):
        if _there(files, path):
            return BUSYBOX
    debian = _there(files, "/bin/bash") or _there(files, "/usr/bin/bash")
    return DEBIAN if debian else BUSYBOX


def _there(files: Any, path: str) -> bool:
    try:
        files.stat(path)
    except OSError:
        return False
    return True


def _world(
    files: Any, commands: Mapping[str, Program], user: str, hostname: str, clock: Clock | None,
    flavour: Flavour | None, kernel: str,
) -> World:  # fmt: skip
    account = find_account(files, user)
    if account.uid and hasattr(files, "as_user"):
        files = files.as_user(account.uid, account.gids)
    return World(
        writable(files), Still() if clock is None else clock, account, hostname, kernel,
        flavour_of(files) if flavour is None else flavour, commands,
    )  # fmt: skip


class Shell:
    """A shell on a tree of files. Directory and variables last from one script to the next.

    ``files`` is a ``Container`` or anything that can be read as one; ``commands`` adds
    programs, functions from a :class:`Process` to an exit code. ``user`` is a name or ID, with
    a group after a colon if need be (``KeyError`` if the tree doesn't know it). ``clock.now``
    is read by ``date`` and ``ls -l``.
    """

    def __init__(
        self, files: Any, *, commands: Mapping[str, Program] | None = None, cwd: str = "/",
        env: Mapping[str, str] | None = None, user: str = "root", hostname: str = "",
        clock: Clock | None = None, flavour: Flavour | None = None, kernel: str = KERNEL,
    ) -> None:  # fmt: skip
        world = _world(files, commands or {}, user, hostname, clock, flavour, kernel)
        flavour = world.flavour
        state = ShellState(
            cwd=cwd, name=flavour.name, shell=flavour.shell, aliases=dict(flavour.aliases)
        )
        state.take({"PATH": DEFAULT_PATH, "HOME": world.account.home, "PWD": cwd})
        state.take(env or {})
        self._shell = Interpreter(world, state, sh)

    @property
    def cwd(self) -> str:
        """The directory that the shell is in."""
        return self._shell.cwd

    @property
    def env(self) -> Mapping[str, str]:
        """What its programs find in their environment."""
        return self._shell.state.environment

    def run(self, script: str, stdin: bytes = b"") -> Done:
        """Run a script to its end: exit code and output."""
        stdout, stderr = io.BytesIO(), io.BytesIO()
        world = self._shell.world
        world.ran = 0.0
        code: int = 0
        runs_for: float | None = None
        try:
            streams = Streams(io.BytesIO(stdin), stdout, stderr)
            code = self._shell.run(script, streams, line=int(world.flavour.shell == "dash"))
            runs_for = world.ran
        except Forever:
            pass
        return Done(code, stdout.getvalue(), stderr.getvalue(), runs_for)

    def terminal(self, script: str) -> bytes:
        """Run a script as typed; what a terminal shows, both streams as they come."""
        screen = io.BytesIO()
        with suppress(Forever):
            self._shell.run(script, Streams(io.BytesIO(), screen, screen))
        return screen.getvalue()


def run_program(
    files: Any, argv: list[str] | tuple[str, ...], *,
    commands: Mapping[str, Program] | None = None, cwd: str = "/",
    env: Mapping[str, str] | None = None, user: str = "root", hostname: str = "",
    clock: Clock | None = None, flavour: Flavour | None = None, stdin: bytes | Source = b"",
    kernel: str = KERNEL,
) -> Done:  # fmt: skip
    """Run one program as a container's ``exec`` does: no shell between.

    It must be there, as a file that can be executed: ``FileNotFoundError`` or
    ``PermissionError`` otherwise, for which the caller has runc's words. ``env`` is all that
    the program gets; without a ``PATH`` in it, Docker's default is looked through.
    """
    environment = dict(env or {})
    world = _world(files, commands or {}, user, hostname, clock, flavour, kernel)
    path = find_program(world.files, argv[0], environment.get("PATH", DEFAULT_PATH), cwd)
    stdout, stderr = io.BytesIO(), io.BytesIO()
    source = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
    streams = Streams(source, stdout, stderr)
    code: int = 0
    runs_for: float | None = None
    try:
        code = run_file(world, path, list(argv), environment, cwd, streams, sh)
        runs_for = world.ran
    except Forever:
        pass
    return Done(code, stdout.getvalue(), stderr.getvalue(), runs_for)
