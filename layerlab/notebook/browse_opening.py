"""Where a browser's image comes from: a path, a file that the page sends, or a built example."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from typing import IO

from layerlab.archive import open_images
from layerlab.build import Context
from layerlab.catalog import images as catalog
from layerlab.engine import Engine
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.notebook.svg import printable
from layerlab.units import human_size

MOST_UPLOADED = 1 << 28
"""Bytes of a file that the page may send. On one machine the path is quicker at any size."""
PART = 1 << 20
"""Bytes a message. Tornado, which serves JupyterLab, closes a connection at 10 MiB."""
_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".oci")
_MOST_LISTED = 50


class CannotOpen(LayerlabError):
    """A file that no image can be had from, or one that is too large to be sent."""


def opened(path: str) -> dict[str, Image]:
    """The images in an archive or layout, by name; ``CannotOpen`` says what is wrong."""
    path = os.path.expanduser(path.strip())
    if not path:
        raise CannotOpen("no path was given", hint="type where the archive is")
    if not os.path.exists(path):
        raise CannotOpen(
            "there is no such file", where=path, hint="paths begin where the notebook is"
        )
    try:
        return open_images(path)
    except LayerlabError as error:
        raise _said(error, error.where) from error
    except OSError as error:
        raise CannotOpen(f"it can't be read: {error.strerror}", where=path) from error


def _said(error: LayerlabError, where: str) -> CannotOpen:
    """The error as a page can show it: what a stranger's archive names is escaped."""
    return CannotOpen(printable(error.what), where=printable(where), hint=printable(error.hint))


def nearby(folder: str = ".") -> list[str]:
    """Archives and layouts in a folder and in the folders in it, by their names alone."""
    found = []
    for entry in _entries(folder):
        if _is_archive(entry):
            found.append(entry.path)
        elif entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
            found += [inner.path for inner in _entries(entry.path) if _is_archive(inner)]
    return sorted(path.removeprefix("./") for path in found)[:_MOST_LISTED]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)[:1000]
    except OSError:
        return []


def _is_archive(entry: os.DirEntry[str]) -> bool:
    if entry.name.endswith(_ENDINGS):
        return True
    return entry.is_dir() and os.path.isfile(os.path.join(entry.path, "oci-layout"))


class Upload:
    """A file on its way from the page, put into a temporary file that has gone after opening."""

    def __init__(self, name: str, size: int) -> None:
        if size > MOST_UPLOADED:
            raise CannotOpen(
                f"{human_size(size)} are too much to send, {human_size(MOST_UPLOADED)} the most",
                where=name,
                hint="put it where the notebook is, and give the path instead",
            )
        if size <= 0:
            raise CannotOpen("the file is empty", where=name)
        self.name, self.size, self.taken = name, size, 0
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="layerlab-")  # noqa: SIM115

    def take(self, start: int, part: bytes) -> bool:
        """Add the part that begins at ``start``; whether it was the last."""
        if start != self.taken or not part or start + len(part) > self.size:
            raise CannotOpen("a part was lost on the way", where=self.name, hint="send it again")
        try:
            self._file.write(part)
        except OSError as error:
            raise CannotOpen(f"no room for it: {error.strerror}", where=self.name) from error
        self.taken += len(part)
        return self.taken == self.size

    def images(self) -> dict[str, Image]:
        """The images in it, which read on from a file of their own."""
        self._file.seek(0)
        try:
            return open_images(self._file)
        except LayerlabError as error:
            inside = error.where.removeprefix(str(self._file.name))
            raise _said(error, self.name + inside) from error
        finally:
            self.close()

    def close(self) -> None:
        """Give the file up."""
        self._file.close()


EXAMPLE = """\
FROM debian
COPY app.py catalog.csv /srv/
RUN apt-get update
RUN apt-get install -y --no-install-recommends curl
RUN rm -rf /var/lib/apt/lists/*
RUN chmod 755 /srv/app.py && echo "65537,spoon,0.50" >> /srv/catalog.csv
CMD ["/srv/app.py"]
"""
"""A Dockerfile with mistakes that many make."""

_APP = "#!/usr/bin/python3\nprint(open('/srv/catalog.csv').readline())\n"
_THINGS = ("cup", "saucer", "kettle", "jug", "tray", "caddy", "strainer")


def _catalog() -> str:
    rows = (f"{n:05},{_THINGS[n % 7]},{n % 90 + 1}.50" for n in range(1, 65537))
    return "\n".join(["number,article,price", *rows, ""])


@cache
def example() -> Image:
    """What is shown without an image: one that a few usual mistakes have made larger."""
    engine = Engine()
    engine.add("debian", catalog()["debian:12"])
    files = {"app.py": _APP, "catalog.csv": _catalog()}
    context = Context.of(files).with_file(".dockerignore", b"Dockerfile\n.dockerignore\n")
    image: Image = engine.build(context, EXAMPLE).image
    return image
