"""A running program: what it was given, and where it prints."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from layerlab.shell import accounts
from layerlab.shell.accounts import Account
from layerlab.shell.faults import ShellName
from layerlab.shell.files import Files
from layerlab.shell.streams import Nothing, Output, Source, Streams


class Clock(Protocol):
    """What tells the time without letting it pass."""

    @property
    def now(self) -> int:
        """Seconds since 1970."""


@dataclass(frozen=True)
class Flavour:
    """Whose programs these are: their words, their columns, their exit codes."""

    tools: Literal["busybox", "gnu"]
    shell: ShellName
    name: str
    """What the shell calls itself in its messages."""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


BUSYBOX = Flavour("busybox", "ash", "sh")
"""A container with busybox, as Alpine has it."""
DEBIAN = Flavour("gnu", "dash", "sh")
"""A container with Debian's programs."""
CENTOS = Flavour("gnu", "bash", "-bash", {
    "ll": ("ls", "-l", "--color=auto"), "l.": ("ls", "-d", ".*", "--color=auto"),
    "ls": ("ls", "--color=auto"), "grep": ("grep", "--color=auto"),
})  # fmt: skip
"""Somebody logged in on a CentOS host. Its aliases that ask back (``rm -i``) are left out."""


@dataclass
class World:
    """Where programs run: one tree of files, one user, one clock."""

    files: Files
    clock: Clock
    account: Account = field(default_factory=Account)
    hostname: str = ""
    kernel: str = "3.10.0-1160.el7.x86_64"
    flavour: Flavour = BUSYBOX
    commands: Mapping[str, Program] = field(default_factory=dict)
    """Programs beside those that the shell has; they need no file in the tree."""
    ran: float = 0.0
    """Seconds that programs have slept."""


class Forever(Exception):
    """A program that doesn't end by itself."""


class Usage(Exception):
    """A program that was called the wrong way: what it says, and its exit code.

    ``bare``: without the program's name before it.
    """

    def __init__(self, text: str, code: int = 1, *, bare: bool = False) -> None:
        self.text, self.code, self.bare = text, code, bare
        super().__init__(text)


@dataclass
class Process:
    """One program that runs. ``args`` begins with its name."""

    world: World
    args: list[str]
    stdin: Source
    stdout: Output
    stderr: Output
    cwd: str
    env: dict[str, str]
    launch: Callable[[Process, list[str], bytes], int]
    """Starts another program, which gets these bytes to read; see :meth:`start`."""
    label: str = ""
    """What its messages begin with, if not with its name: a shell's for its builtins."""
    builtin: ShellName | None = None
    """The shell that this is a builtin of."""

    @property
    def files(self) -> Files:
        return self.world.files

    @property
    def name(self) -> str:
        return self.args[0].rpartition("/")[2]

    @property
    def gnu(self) -> bool:
        return self.world.flavour.tools == "gnu"

    @property
    def now(self) -> int:
        return self.world.clock.now

    def path(self, name: str) -> str:
        """``name`` as seen from the root of the tree; ``""`` stays what leads nowhere."""
        return join(self.cwd, name)

    def say(self, text: str, *, gnu: str | None = None, dash: str | None = None) -> None:
        """A line on standard error, after the program's name.

        In the words of busybox and its ash, of GNU and its bash, or of dash's builtins, which
        without ``dash`` are those of ash.
        """
        gnus = self.gnu if self.builtin is None else self.builtin == "bash"
        told = gnu if gnu is not None and gnus else text
        told = dash if dash is not None and self.builtin == "dash" else told
        if self.gnu:  # error(3) prints first what stdio still holds; busybox doesn't
            self.stdout.flush()
        self.stderr.write(f"{self.label or self.name}: {told}\n")
        self.stderr.flush()

    def start(self, args: list[str], stdin: bytes = b"") -> int:
        """Run another program, which prints where this one does; its exit code.

        ``OSError`` as ``execvp`` has it if there is none.
        """
        self.stdout.flush()
        self.stderr.flush()
        return self.launch(self, args, stdin)

    def open(self, name: str, flags: int = os.O_RDONLY, mode: int = 0o666) -> Any:
        """An open file; the few devices that every container has are there, too."""
        return open_file(self.files, self.path(name), flags, mode)

    def read(self, name: str) -> bytes:
        """A file's content, or standard input for ``-``."""
        if name == "-":
            return self.stdin.read()
        with self.open(name) as file:
            data: bytes = file.read()
        return data

    def inputs(self, names: list[str], complain: Callable[[str, OSError], None] | None = None
               ) -> Iterator[tuple[str, bytes]]:  # fmt: skip
        """Name and content of each file; one that can't be read is told of and left out."""
        for name in names or ["-"]:
            try:
                yield name, self.read(name)
            except OSError as problem:
                if complain:
                    complain(name, problem)
                else:
                    self.say(f"{name}: {problem.strerror}")

    def user_name(self, uid: int) -> str:
        """As ``ls -l`` shows an owner."""
        return accounts.users(self.files).get(uid, str(uid))

    def group_name(self, gid: int) -> str:
        return accounts.groups(self.files).get(gid, str(gid))


class Shell(Protocol):
    """The program ``sh``."""

    def __call__(
        self, world: World, args: list[str], environment: Mapping[str, str], cwd: str,
        streams: Streams, /,
    ) -> int: ...  # fmt: skip


class Program(Protocol):
    """A program: it gets its process and returns its exit code."""

    def __call__(self, process: Process, /) -> int: ...


class _Zeros(Nothing):
    """``/dev/zero``."""

    def read(self, size: int = -1) -> bytes:
        return bytes(max(size, 0))


DEVICES: Mapping[str, Callable[[], Nothing]] = {"/dev/null": Nothing, "/dev/zero": _Zeros}
"""What a container engine mounts over ``/dev``, whatever the image has there."""


def join(cwd: str, name: str) -> str:
    """A path as seen from ``cwd``; not normalized, since symlinks may stand in it."""
    if not name or name.startswith("/"):
        return name
    return f"{cwd.rstrip('/')}/{name}"


def open_file(files: Files, path: str, flags: int, mode: int = 0o666) -> Any:
    """``open(2)``, with the devices that every container has; a pipe or socket is refused."""
    if path in DEVICES:
        return DEVICES[path]()
    return files.os_open(path, flags, mode)
