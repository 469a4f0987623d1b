"""Files of the real machine that commands read and write, and Go's words when they can't."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from layerlab.docker.spec import ClientError, Parsed


def go_words(error: OSError) -> str:
    """What Go says for an errno: libc's words in lower case."""
    return os.strerror(error.errno or 0).lower()


def check_file(args: Parsed, name: str) -> None:
    """``ClientError`` in Go's words unless the file can be read."""
    path = Path(args.cwd, name)
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        verb = "read" if path.is_dir() else "open"
        raise ClientError(f"{verb} {name}: {go_words(error)}") from None


def write_file(args: Parsed, name: str, what: str, write: Callable[[Path], None]) -> None:
    """Let ``write`` make the file, unless its place is none.

    ``what`` is what the client then says that it failed to do (moby: pkg/atomicwriter).
    """
    path = Path(args.cwd, name)
    if path.is_dir():
        raise ClientError(f"{what}: cannot write to a directory")
    if path.is_symlink():
        raise ClientError(f"{what}: cannot write to a symbolic link directly")
    if not path.parent.is_dir():
        parent = os.path.dirname(name)
        raise ClientError(f"{what}: invalid output path: stat {parent}: no such file or directory")
    write(path)
