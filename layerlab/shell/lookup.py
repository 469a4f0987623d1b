"""From a command's name to the file that is run, and to what simulates it.

Source: execve(2), execvp(3), and Go's ``exec.LookPath``, which runc goes by.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import Literal

from layerlab.paths import error
from layerlab.shell.files import Files
from layerlab.shell.process import join

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What Docker gives a container whose image sets no ``PATH``."""


def find_program(files: Files, name: str, path: str, cwd: str = "/") -> str:
    """The file that ``name`` runs. ``ENOENT`` if there is none, ``EACCES`` if it can't be run.

    With a slash in it, ``name`` itself, seen from ``cwd``.
    """
    if "/" in name:
        if not _executable(files, join(cwd, name)):
            raise error(errno.EACCES, name)
        return name
    refused = False
    for folder in path.split(":"):
        full = join(cwd, f"{folder or '.'}/{name}")
        try:
            if _executable(files, full):
                return full
            refused = True
        except OSError:
            continue
    raise error(errno.EACCES if refused else errno.ENOENT, name)


def _executable(files: Files, path: str) -> bool:
    found = files.stat(path)
    return stat.S_ISREG(found.st_mode) and _may_run(files, path, found)


def _may_run(files: Files, path: str, found: os.stat_result) -> bool:
    access = getattr(files, "access", None)
    return bool(access(path, os.X_OK) if access else found.st_mode & 0o111)


@dataclass(frozen=True)
class Kind:
    """What a file that is to be run turns out to be."""

    kind: Literal["script", "text", "binary"]
    interpreter: tuple[str, ...] = ()
    """Of a script: what its first line names."""


def kind_of(files: Files, path: str) -> Kind:
    """A script with ``#!``, another text, or a binary, which only its name tells more of."""
    with files.os_open(path, os.O_RDONLY) as file:
        head: bytes = file.read(256)
    if head.startswith(b"#!"):
        line = head[2:].split(b"\n")[0].decode("utf-8", "surrogateescape").strip()
        program, _, argument = line.partition(" ")
        return Kind("script", (program, argument.strip()) if argument else (program,))
    return Kind("binary" if b"\0" in head or not head else "text")
