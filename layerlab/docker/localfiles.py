"""Files of the real machine that commands read and write, and Go's words when they can't."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from layerlab.docker.spec import ClientError, Parsed


def go_words(error: OSError) -> str:
    """What Go says for an errno: libc's words in lower case."""
    return os.strerror(error.errno or 0).lower()


def read_file(args: Parsed, name: str) -> bytes:
    """The content of a file named in a command line; ``ClientError`` in Go's words."""
    path = Path(args.cwd, name)
    try:
        return path.read_bytes()
    except OSError as error:
        verb = "read" if path.is_dir() else "open"
        raise ClientError(f"{verb} {name}: {go_words(error)}") from None


def write_file(args: Parsed, name: str, what: str, write: Callable[[Path], None]) -> None:
    """Let ``write`` make the file beside its place, and put it there when that has succeeded.

    ``what`` is what the client says it failed to do where the place is none
    (moby: pkg/atomicwriter).
    """
    path = Path(args.cwd, name)
    if path.is_dir():
        raise ClientError(f"{what}: cannot write to a directory")
    if not path.parent.is_dir():
        shown = os.path.dirname(name) or "."
        raise ClientError(
            f"{what}: invalid output path: stat {shown}: no such file or directory"
        )
    write(path)
