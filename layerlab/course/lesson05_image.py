"""The image of lesson 05: a bookshop, whose database is large and whose logo has two names."""

from collections.abc import Mapping
from functools import cache

from layerlab.catalog import images
from layerlab.image import History, Image
from layerlab.layer import Layer
from layerlab.nodes import Bytes, Content, Directory, File, Meta, Zeros

DATABASE = 50_000_000
"""Bytes of ``/srv/books.db``."""
LOGO = 300_000
"""Bytes of ``/srv/shop/logo``, which is ``/srv/shop/icon`` as well."""
_DAY = "2025-12-01T00:00:00Z"
_MADE = Meta(mtime=1_764_547_200)
_FOLDER = Directory(Meta(0o755, mtime=_MADE.mtime))


@cache
def shop() -> Image:
    """Three layers: busybox, the database, the shop's own files. It runs ``sleep infinity``."""
    logo = _file(Zeros(LOGO))
    database = {"/srv": _FOLDER, "/srv/books.db": _file(Zeros(DATABASE))}
    files = {
        "/etc": _FOLDER,
        "/etc/motd": _file(Bytes(b"Welcome.\n")),
        "/srv": _FOLDER,
        "/srv/shop": _FOLDER,
        "/srv/shop/icon": logo,
        "/srv/shop/logo": logo,
        "/srv/shop/page": _file(Bytes(b"Good books.\n")),
        "/srv/shop/style": _file(Bytes(b"h1 {}\n")),
    }
    image = _on(images()["busybox:1.35"], "COPY books.db /srv/", database)
    return _on(image, "COPY shop /", files).with_config(cmd=("sleep", "infinity"))


def _file(content: Content) -> File:
    return File(content, _MADE)


def _on(image: Image, made_by: str, changes: Mapping[str, object]) -> Image:
    return image.append(Layer.of(changes), History(created=_DAY, created_by=made_by))
