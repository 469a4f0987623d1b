"""What can be done in the playground: each operation is a system call or two on a container."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from layerlab.container import Container
from layerlab.errors import LayerlabError
from layerlab.notebook.svg import printable
from layerlab.notebook.words import short
from layerlab.shell import Shell
from layerlab.units import human_size

_SHOWN = 60
"""How much of what was read is shown."""
_LONGEST = 200_000_000
"""Bytes of a file that a truncation makes: a program in the shell may read it."""


class BadMove(LayerlabError):
    """A move of the playground that can't be made."""


@dataclass(frozen=True)
class Operation:
    """One thing to do at a path."""

    run: Callable[[Container, str, str], str]
    """Does it to a container, with the path and one text more; what came of it, in words."""
    label: str
    """What the page calls it."""
    needs: str = ""
    """What the text more is, where there is one: ``Text``, ``Mode``, ``Size``, ``New path``."""
    default: str = ""


def _read(container: Container, path: str, _more: str) -> str:
    content = container.content(path)
    return f"{human_size(content.size)} read{_quoted(content.read(0, _SHOWN))}"


def _create(container: Container, path: str, text: str) -> str:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with container.os_open(path, flags, 0o666) as file:
        return _wrote(file.write(text.encode()))


def _write(container: Container, path: str, text: str) -> str:
    return _wrote(container.write_bytes(path, text))


def _append(container: Container, path: str, text: str) -> str:
    return _wrote(container.append_bytes(path, text))


def _overwrite(container: Container, path: str, text: str) -> str:
    with container.os_open(path, os.O_WRONLY) as file:
        return _wrote(file.write(text.encode()))


def _open_only(container: Container, path: str, _more: str) -> str:
    container.os_open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666).close()
    return _wrote(0)


def _truncate(container: Container, path: str, size: str) -> str:
    if not size.isdecimal() or int(size) > _LONGEST:
        told = human_size(_LONGEST)
        raise BadMove(f"{size!r:.20} is no size here", hint=f"give bytes, up to {told}")
    container.truncate(path, int(size))
    return f"{human_size(int(size))} long now"


def _chmod(container: Container, path: str, mode: str) -> str:
    before = container.stat(path).st_mode & 0o7777
    container.events.records.pop()  # nobody asked for a stat
    if set(mode) - set("01234567"):
        raise BadMove(f"{mode!r:.20} is no mode", hint="give octal digits, as 644")
    new = int(mode, 8) if mode else before
    container.chmod(path, new)
    return f"mode {before:03o} → {new & 0o7777:03o}"


def _touch(container: Container, path: str, _more: str) -> str:
    """As touch(1): open the file for writing, making it if need be, then set its time."""
    with suppress(IsADirectoryError):
        container.os_open(path, os.O_WRONLY | os.O_CREAT, 0o666).close()
    container.utime(path)
    return "time set"


def _sh(container: Container, line: str, _more: str) -> str:
    noted = len(container.events)
    shell = Shell(container)
    del container.events.records[noted:]  # it looked up root in /etc/passwd
    done = shell.run(line)
    told = (done.stdout + done.stderr).rstrip(b"\n")
    code = f"exit code {done.code}" if done.code else ""
    if done.runs_for is None:
        code = "it would run for ever, and was stopped"
    return ": ".join(filter(None, (code, _text(told))))


def _plain(name: str) -> Callable[[Container, str, str], str]:
    def run(container: Container, path: str, more: str) -> str:
        getattr(container, name)(path, *[more] * (name in ("rename", "link")))
        return ""

    return run


OPERATIONS: Mapping[str, Operation] = MappingProxyType({
    "read": Operation(_read, "read"),
    "create": Operation(_create, "create a file", "Text", "new"),
    "mkdir": Operation(_plain("mkdir"), "mkdir"),
    "append": Operation(_append, "append", "Text", "more"),
    "overwrite": Operation(_overwrite, "overwrite one byte", "Text", "X"),
    "write": Operation(_write, "write anew", "Text", "new"),
    "truncate": Operation(_truncate, "truncate", "Size", "0"),
    "open_only": Operation(_open_only, "open, write nothing"),
    "chmod": Operation(_chmod, "chmod", "Mode (none: as it is)"),
    "touch": Operation(_touch, "touch"),
    "rename": Operation(_plain("rename"), "rename", "New path"),
    "link": Operation(_plain("link"), "hard link", "New path"),
    "delete": Operation(_plain("unlink"), "delete"),
    "rmdir": Operation(_plain("rmdir"), "rmdir"),
    "rmtree": Operation(_plain("rmtree"), "delete a tree"),
})  # fmt: skip
SHELL = Operation(_sh, "shell")
_WRITTEN = {"open_only": ": >> {}", "rmtree": "rm -r {}"}


@dataclass(frozen=True)
class Move:
    """An operation at a path. For ``sh`` the path is the whole line."""

    op: str
    path: str
    more: str = ""

    @property
    def call(self) -> str:
        """As it stands in the log."""
        path = short(printable(self.path), 60)
        if self.op == "sh":
            return f"$ {path}"
        if self.op in ("rename", "link"):
            return f"{self.op} {path} → {short(printable(self.more), 40)}"
        if self.op in _WRITTEN:
            return _WRITTEN[self.op].format(path)
        return f"{self.op} {path}".strip()

    def run(self, container: Container) -> str:
        """Do it; what came of it. ``OSError`` as the kernel has it."""
        operation = SHELL if self.op == "sh" else OPERATIONS.get(self.op)
        if operation is None:
            names = ", ".join(OPERATIONS)
            raise BadMove(f"there is no operation {self.op!r:.20}", hint=names)
        return operation.run(container, self.path, self.more)


def _wrote(count: int) -> str:
    return f"{human_size(count)} written" if count else "nothing written"


def _text(data: bytes) -> str:
    shown = printable(data.decode("utf-8", "surrogateescape"))
    return short(shown, _SHOWN)


def _quoted(data: bytes) -> str:
    """What was read, where it is text."""
    text = data.decode("utf-8", "replace").rstrip("\n")
    return f", “{short(printable(text), _SHOWN)}”" if text and text[0].isprintable() else ""
