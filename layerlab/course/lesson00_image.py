"""The image of lesson 00: busybox, a greeting, and a program that prints it."""

from layerlab.catalog import busybox
from layerlab.engine import Engine
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer
from layerlab.nodes import Bytes, File, Meta

NAME = "layerlab/hello:1"
GREETING = b"Hello from the image.\n"
PROGRAM = b"#!/bin/sh\ncat /etc/motd\n"

_CREATED = "2026-06-01T12:00:00Z"
_MADE = 1_780_315_200  # the same moment
_ENV = ("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",)
_STEPS = (
    ("COPY motd /etc/motd # buildkit", {"/etc/motd": File(Bytes(GREETING), Meta(mtime=_MADE))}),
    (
        "COPY hello /bin/hello # buildkit",
        {"/bin/hello": File(Bytes(PROGRAM), Meta(0o755, mtime=_MADE))},
    ),
)


def image() -> Image:
    """Three layers and four rows of history."""
    base = busybox.image()
    config = ImageConfig(created=_CREATED, cmd=("hello",), env=_ENV)
    steps = [History(created=_CREATED, created_by=made_by) for made_by, _ in _STEPS]
    last = History(created=_CREATED, created_by='CMD ["hello"]', empty_layer=True)
    layers = [*base.layers, *(Layer.of(files) for _, files in _STEPS)]
    return Image(layers, config, [*base.history, *steps, last])


def hello_engine() -> Engine:
    """An engine whose Docker Hub has the image; nothing is pulled yet."""
    made = Engine()
    made.registries["docker.io"].publish(NAME, image())
    made.clock.set("2026-07-01")
    return made


def running() -> Engine:
    """The same, with a container ``box`` of the image that runs and has changed nothing."""
    made = hello_engine()
    made.pull(NAME)
    made.docker(["run", "-d", "--name", "box", NAME, "sleep", "100000"])
    return made
