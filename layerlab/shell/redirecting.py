"""Redirections: the streams that a command gets (POSIX.1-2017, Shell Command Language, 2.7)."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from layerlab.shell.expansion import Expansion
from layerlab.shell.faults import ShellName
from layerlab.shell.process import join, open_file
from layerlab.shell.streams import Nothing, Streams
from layerlab.shell.syntax import Redirect

MODES = {
    "<": os.O_RDONLY, ">": os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "<>": os.O_RDWR | os.O_CREAT,
    ">|": os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "&>": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    ">>": os.O_WRONLY | os.O_CREAT | os.O_APPEND, "&>>": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
}  # fmt: skip


class RedirectFailure(Exception):
    """A redirection that led nowhere: the command doesn't run."""


def redirected(
    expansion: Expansion, redirects: tuple[Redirect, ...], streams: Streams, opened: ExitStack,
    *, shell: ShellName,
) -> Streams:  # fmt: skip
    """The streams with redirections carried out; files that were opened close with ``opened``.

    ``RedirectFailure`` in the words of the shell.
    """
    if not redirects:
        return streams
    table: dict[int, Any] = {0: streams.stdin, 1: streams.stdout, 2: streams.stderr}
    table.update(streams.others)
    for redirect in redirects:
        op, fd = redirect.op, redirect.fd
        text = expansion.text(redirect.word)
        if op in ("<<", "<<<"):
            body = text + "\n" if op == "<<<" else text
            table[fd] = io.BytesIO(body.encode("utf-8", "surrogateescape"))
        elif op in ("<&", ">&") and text == "-":
            table[fd] = Nothing()
        elif op in ("<&", ">&") and text.isdigit():
            if int(text) not in table:
                raise RedirectFailure(f"{text}: Bad file descriptor")
            table[fd] = table[int(text)]
        else:
            file = _open(expansion, text, ">" if op == ">&" else op, table, shell)
            opened.callback(file.close)
            table[fd] = file
            if op in ("&>", "&>>", ">&"):
                table[1] = table[2] = file
    rest = {fd: file for fd, file in table.items() if fd > 2}
    return Streams(table[0], table[1], table[2], rest)


def _open(expansion: Expansion, name: str, op: str, table: Mapping[int, Any], shell: ShellName
          ) -> Any:  # fmt: skip
    path = join(expansion.scope.cwd, name)
    standard = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}.get(path)
    if standard is not None:
        return _Borrowed(table[standard])
    try:
        return open_file(expansion.scope.files, path, MODES[op])
    except OSError as problem:
        raise RedirectFailure(_cannot_open(name, op, problem, shell)) from None


def _cannot_open(name: str, op: str, problem: OSError, shell: ShellName) -> str:
    """Ash has words of its own for what isn't there (``errmsg`` in its redirections)."""
    why = problem.strerror
    if shell == "bash":
        return f"{name}: {why}"
    if shell == "dash":
        action = "open" if op == "<" else "create"
        return f"cannot {action} {name}: {told(problem, action)}"
    if problem.errno in (errno.ENOENT, errno.ENOTDIR):
        why = "no such file" if op == "<" else "nonexistent directory"
    return f"can't {'open' if op == '<' else 'create'} {name}: {why}"


def told(problem: OSError, action: str) -> str:
    """Dash's words for an error (``errmsg`` in its ``error.c``)."""
    if problem.errno in (errno.ENOENT, errno.ENOTDIR):
        return "No such file" if action == "open" else "Directory nonexistent"
    return problem.strerror or ""


class _Borrowed:
    """A stream that a redirection names by ``/dev/stdout``: not its to close."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def close(self) -> None:
        """Leave it open."""
