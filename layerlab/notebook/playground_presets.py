"""What the playground begins with: layers, a few moves to make one after the other, and a question.

The paths, sizes and names of the layers are made up; what the moves do to them isn't.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from layerlab.layer import AnyLayer, Layer
from layerlab.nodes import Bytes, Directory, File, Meta, Zeros
from layerlab.notebook.playground_moves import Move
from layerlab.union import UnionFS


@dataclass(frozen=True)
class Pile:
    """Layers, base first, as a container wants them: an image that nobody has hashed."""

    layers: tuple[AnyLayer, ...]

    @cached_property
    def rootfs(self) -> UnionFS:
        """The merged tree."""
        return UnionFS(self.layers)

    def append(self, layer: Layer | None, history: Any = None) -> "Pile":
        """One layer more, if there is one."""
        return self if layer is None else Pile((*self.layers, layer))


@dataclass(frozen=True)
class Preset:
    """A stage, and what is played on it."""

    layers: Mapping[str, Mapping[str, object]]
    """What each layer has, by the instruction that made it, base first."""
    script: tuple[Move, ...]
    question: str
    """To be answered before the moves are made."""
    also: tuple[str, ...] = ()
    """Paths worth a column, though no layer has them."""

    @property
    def pile(self) -> Pile:
        """The layers."""
        return Pile(tuple(Layer.of(changes) for changes in self.layers.values()))


_MOTD = b"Welcome to Debian.\n"
_BASE = {
    "/etc": Directory(), "/etc/motd": _MOTD, "/etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n",
}  # fmt: skip
_SITE = {"/srv": Directory(), "/srv/index.html": b"<h1>Hello</h1>\n"}
_CONF = {"/etc/app.conf": b"port = 80\n"}
_STACK: Mapping[str, Mapping[str, object]] = {
    "FROM debian": _BASE, "COPY app.conf /etc/": _CONF, "COPY site /srv/": _SITE,
}  # fmt: skip
_GZIP = File(Bytes(b"#!/bin/sh\n" + b"# gzip\n" * 100), Meta(0o755))
_DATA = File(Zeros(120_000_000))
_APP = {
    "/srv": Directory(), "/srv/app": Directory(), "/srv/app/main.py": b"print('hello')\n",
    "/srv/app/old.py": b"print('old')\n",
}  # fmt: skip

PRESETS: Mapping[str, Preset] = MappingProxyType({
    "the four rules": Preset(
        _STACK,
        (
            Move("create", "/srv/new.txt", "new\n"),
            Move("read", "/etc/motd"),
            Move("append", "/etc/motd", "And hello.\n"),
            Move("read", "/etc/motd"),
            Move("delete", "/etc/app.conf"),
            Move("delete", "/srv/new.txt"),
        ),
        "Add, read, modify, delete: which of the four copies a file up?",
        also=("/srv/new.txt",),
    ),
    "one byte of a large file": Preset(
        {"FROM debian": _BASE, "COPY data.db /srv/": {"/srv": Directory(), "/srv/data.db": _DATA}},
        (
            Move("read", "/srv/data.db"),
            Move("overwrite", "/srv/data.db", "X"),
            Move("overwrite", "/srv/data.db", "Y"),
        ),
        "One byte of 120MB is written, twice. How much is copied each time?",
    ),
    "chmod to the same mode": Preset(
        _STACK,
        (
            Move("chmod", "/etc/motd"),
            Move("touch", "/etc/app.conf"),
            Move("chmod", "/srv", "755"),
        ),
        "The mode stays as it is. Is the file copied up? Does docker diff list it?",
    ),
    "rename a directory": Preset(
        {"FROM debian": _BASE, "COPY app /srv/app": _APP},
        (
            Move("rename", "/srv/app", "/srv/new"),
            Move("sh", "mv /srv/app /srv/new"),
            Move("mkdir", "/srv/own"),
            Move("rename", "/srv/own", "/srv/mine"),
        ),
        "A directory of the image gets another name. Can the kernel do that by a rename?",
        also=("/srv/new",),
    ),
    "hard links": Preset(
        {"FROM debian": {"/bin/gzip": _GZIP, "/bin/gunzip": _GZIP, "/etc/motd": _MOTD}},
        (
            Move("append", "/bin/gzip", "# mine\n"),
            Move("read", "/bin/gunzip"),
            Move("link", "/bin/gunzip", "/bin/zcat"),
            Move("append", "/bin/zcat", "# both\n"),
        ),
        "gzip and gunzip are two names of one file. Does a line added to one show in the other?",
        also=("/bin/zcat",),
    ),
    "delete and make again": Preset(
        {"FROM debian": _BASE, "COPY app /srv/app": _APP},
        (
            Move("rmtree", "/srv/app"),
            Move("mkdir", "/srv/app"),
            Move("create", "/srv/app/main.py", "print('new')\n"),
        ),
        "An empty directory is made where a full one was deleted. What keeps the old files hidden?",
        also=("/srv/app",),
    ),
    "two containers": Preset(
        _STACK,
        (
            Move("append", "/etc/motd", "A was here.\n"),
            Move("run", ""),
            Move("read", "/etc/motd"),
            Move("delete", "/etc/motd"),
            Move("switch", "A"),
            Move("read", "/etc/motd"),
            Move("commit", ""),
        ),
        "Two containers on one image: does one see what the other wrote?",
    ),
    "docker diff and the layer": Preset(
        _STACK,
        (
            Move("open_only", "/etc/motd"),
            Move("append", "/etc/app.conf", "debug = 1\n"),
            Move("create", "/srv/new.txt", "new\n"),
            Move("delete", "/srv/new.txt"),
            Move("commit", ""),
        ),
        "docker diff compares two trees, a commit stores the layer. When do they differ?",
        also=("/srv/new.txt",),
    ),
})  # fmt: skip
