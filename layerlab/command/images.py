"""IMAGE: an archive or a layout, one image of an archive that holds several, or an engine's."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from layerlab.archive import open_image
from layerlab.command.progress import progress
from layerlab.image import Image

ENGINES = ("docker", "podman")


def opened(given: str, errors: TextIO) -> Image:
    """The image that ``given`` names; on the terminal ``errors`` one sees it being read.

    ``LayerlabError`` if there is none, or it can't be read.
    """
    scheme, mark, ref = given.partition("://")
    if mark and scheme in ENGINES:
        return _saved(scheme, ref, errors)
    if given == "-":
        return open_image(sys.stdin.buffer)
    path, wanted = split(given)
    with progress(errors, f"reading and verifying {path}", _bytes(path)) as watch:
        return open_image(path, wanted, watch=watch)


def split(given: str) -> tuple[str, str | None]:
    """A path, and the name behind it: ``images.tar:alpine:3.20`` is in ``images.tar``.

    What exists as it stands is a path, however many colons it has.
    """
    end = len(given)
    while not os.path.exists(given[:end]):
        end = given.rfind(":", 0, end)
        if end < 1:
            return given, None
    return given[:end], given[end + 1 :] or None


def _saved(scheme: str, ref: str, errors: TextIO) -> Image:
    from layerlab.command.engines import Saved  # most images are files

    with progress(errors, f"saving {scheme}://{ref}") as watch, Saved(scheme, ref, watch) as stream:
        return open_image(stream)


def _bytes(path: str) -> int:
    """How many bytes lie at a path, in a folder's files all together."""
    if not os.path.isdir(path):
        return os.stat(path).st_size if os.path.exists(path) else 0
    files = (os.path.join(top, name) for top, _, names in os.walk(path) for name in names)
    return sum(os.lstat(file).st_size for file in files)
