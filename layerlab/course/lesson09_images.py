"""The images of lesson 09's exercises: the one that the lesson opens, and a parcel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import layerlab
from layerlab.archive import open_image
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer
from layerlab.nodes import Directory, Whiteout

ARCHIVE = "images/shop.tar.gz"
"""Beside the lesson."""
PASSWORD = "nine-blue-saucers"


@cache
def shop() -> Image:
    """The image that the lesson opens: made by a real engine, with every kind of waste."""
    beside = Path(layerlab.__file__).parents[1] / "notebooks" / ARCHIVE
    return open_image(beside if beside.exists() else ARCHIVE)


@cache
def parcel() -> Image:
    """An image with a password that no container sees, and one that all see."""
    steps: dict[str, dict[str, object]] = {
        "COPY base/ /": {
            "/etc/motd": b"Welcome to the till.\n",
            "/opt/till/till.ini": b"user = till\npassword = ask-the-boss\n",
            "/opt/till/setup/README": b"Run this once.\n",
            "/opt/till/setup/login.txt": f"user = admin\npassword = {PASSWORD}\n".encode(),
        },
        "RUN sh /opt/till/setup/run": {"/opt/till/till.db": b"0 teapots\n", "/tmp/log": b"done\n"},
        "RUN rm -r /opt/till/setup && mkdir /opt/till/setup": {
            "/opt/till/setup": Directory(opaque=True),
            "/tmp/log": Whiteout(),
        },
        "COPY README /opt/till/setup/": {"/opt/till/setup/README": b"It was set up.\n"},
    }
    history = [History(created="1970-01-01T00:00:00Z", created_by=step) for step in steps]
    return Image([Layer.of(files) for files in steps.values()], ImageConfig(), history)
