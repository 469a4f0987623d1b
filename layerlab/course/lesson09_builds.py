"""How lesson 09 judges the Dockerfile of its fifth exercise: by building it.

The project is a small one on Debian, and its Dockerfile makes the usual mistakes. An answer
must keep what a container needs, and leave out what nobody needs.
"""

from __future__ import annotations

import io
from functools import cache

from layerlab.course.lesson04_builds import Facts, Files, builds, lists, where
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.nodes import File, Meta, Zeros

GAIN = 24_500_000
"""Bytes that an answer must be smaller by. All four mistakes mended come to a little more."""

WASTEFUL = """\
FROM debian
RUN apt-get update && apt-get install -y --no-install-recommends curl
COPY . /srv/app/
RUN cd /srv/app && tar -xf vendor.tar && rm vendor.tar
RUN chmod 600 /srv/app/points.csv
RUN rm /srv/app/key
CMD ["sh", "/srv/app/main.sh"]
"""
APP = "/srv/app"
KEY = b"open sesame\n"
_LIBRARY, _POINTS = 2_000_000, 3_000_000


@cache
def project() -> Files:
    """The build context: a program, its data, a library still packed, and a key."""
    packed = io.BytesIO()
    Layer.of({"/lib.so": File(Zeros(_LIBRARY), Meta(0o755))}).write_tar(packed)
    return {
        "key": KEY,
        "main.sh": b"curl -d @points.csv shop.example\n",
        "points.csv": File(Zeros(_POINTS), Meta(0o644)),
        "vendor.tar": packed.getvalue(),
    }


@cache
def wasteful_size() -> int:
    """Bytes of the image that the Dockerfile of the exercise makes."""
    [done] = builds(WASTEFUL, project())
    return done.image.size


def leaner(text: str) -> Facts:
    """What a container needs, what must be in no layer, and how much is saved."""
    [done] = builds(text, project())
    image = done.image
    saved = wasteful_size() - image.size
    return {
        "curl": where(image, ["/usr/bin/curl"]),
        "main.sh": where(image, [f"{APP}/main.sh"]),
        "the library": where(image, [f"{APP}/lib.so"]),
        "points.csv": _points(image),
        "the key": _key(image),
        "the package lists": lists(image),
        f"{GAIN:,} bytes less": "yes" if saved >= GAIN else f"no, {max(saved, 0):,}",
    }


def _points(image: Image) -> str:
    path = f"{APP}/points.csv"
    if not image.rootfs.isfile(path):
        return "not there"
    return f"there, mode {image.rootfs.lookup(path).node.meta.mode & 0o7777:o}"


def _key(image: Image) -> str:
    """Where the key is, under whatever path."""
    holders = {
        path
        for layer in image.layers
        for path, node in layer.changes.items()
        if isinstance(node, File) and node.size == len(KEY) and node.content.read() == KEY
    }
    return where(image, holders)
