"""busybox, measured: Debian 12's static binary, laid out as the official image lays out its own.

One file with a hard link for each applet in ``/bin``, and a handful of files in ``/etc``
(docker-library/busybox, ``latest/musl/Dockerfile.builder``). The binary isn't the official
one, whose size and applets differ a little; so no digest here is an official one. Its bytes
are zeros. tools/measure/busybox.py measures size and applets again. It has no
``/etc/os-release``: nor has the official image.
"""

import json
from dataclasses import dataclass, replace
from functools import cache

from layerlab.catalog.packages.columns import DATA
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer, RecordedBlob
from layerlab.nodes import Bytes, Directory, File, Meta, Symlink, Zeros
from layerlab.registry import compressed

_MADE = 1_778_186_025  # 7 May 2026: the binary's time in the package
_CREATED = "2026-05-07T20:33:45Z"
_FOLDERS = "bin dev etc home usr usr/bin usr/sbin var"
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"
GROUP = "root:x:0:\nnobody:x:65534:\n"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured. Sizes are in bytes."""

    version: str
    """Of the package ``busybox-static``."""
    size: int
    """Of the binary."""
    gzip: int
    """Of binary and links as a tar, compressed."""
    applets: tuple[str, ...]


@cache
def facts() -> Facts:
    """The figures of the measurement."""
    known = json.loads((DATA / "busybox.json").read_text())
    return Facts(**(known | {"applets": tuple(known["applets"])}))


@cache
def image() -> Image:
    """The image: one layer, ``CMD ["sh"]``."""
    step = History(created=_CREATED, created_by="BusyBox 1.35.0 (static), Debian 12")
    return Image([layer()], ImageConfig(created=_CREATED, cmd=("sh",)), [step])


@cache
def layer() -> Layer:
    """The root file system. What a pull moves is as much as with the true contents."""
    plain = Layer.of(_tree())
    return replace(plain, pulled_as=RecordedBlob(compressed(plain).digest, facts().gzip))


def _tree() -> dict[str, object]:
    binary = File(Zeros(facts().size), Meta(0o755, mtime=_MADE))
    return {
        **{f"/{name}": Directory(Meta(0o755, mtime=_MADE)) for name in _FOLDERS.split()},
        **{f"/{name}": Directory(Meta(0o1777, mtime=_MADE)) for name in ("tmp", "var/tmp")},
        **{f"/bin/{name}": binary for name in ("busybox", *facts().applets)},
        "/root": Directory(Meta(0o700, mtime=_MADE)),
        "/usr/bin/env": Symlink("../../bin/env", Meta(0o777, mtime=_MADE)),
        "/etc/passwd": File(Bytes(PASSWD.encode()), Meta(mtime=_MADE)),
        "/etc/group": File(Bytes(GROUP.encode()), Meta(mtime=_MADE)),
    }
