"""What a disk that installs Debian 12 holds beside the packages of an image: measured figures.

A container borrows its host's kernel and is started by its engine, so that no image needs any
of this. Measured from the packages by tools/measure_catalog.py.
"""

import json
from functools import cache
from typing import NamedTuple

from layerlab.catalog.packages.columns import DATA


class Part(NamedTuple):
    """One part. Sizes are in bytes; those of firmware and desktop are what packages declare."""

    name: str
    packages: str
    """Which packages it was measured in."""
    items: int
    """Of files; of packages for the firmware and the desktop."""
    size: int
    """Unpacked; an installer's initrd is itself compressed."""
    archive_size: int
    """Of the archives that hold it, compressed."""


@cache
def parts() -> tuple[Part, ...]:
    """Kernel, modules, boot loaders, installers, firmware, desktop."""
    return tuple(Part(*part) for part in json.loads((DATA / "machine.json").read_text()))
