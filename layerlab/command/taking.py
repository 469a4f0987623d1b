"""``cat`` and ``extract``: take files out of an image."""

from __future__ import annotations

import sys
from argparse import Namespace

from layerlab.archive import extract
from layerlab.command.images import opened
from layerlab.command.screen import Screen
from layerlab.wording import printable


def cat(args: Namespace, screen: Screen) -> int:
    """A file's bytes on standard output, as they are."""
    image = opened(args.image, sys.stderr)
    content = image.rootfs.content(args.path)
    screen.stream.flush()
    for chunk in content.chunks():
        screen.stream.buffer.write(chunk)
    return 0


def take(args: Namespace, screen: Screen) -> int:
    """A file or a tree of the image, written to the disk."""
    image = opened(args.image, sys.stderr)
    for path in extract(image, args.path, args.dest):
        print(f"layerlab: left out {printable(path)}: a device, FIFO or socket", file=sys.stderr)
    return 0
