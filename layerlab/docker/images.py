"""``docker images``: the list of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.spec import FORMAT_HELP, Command, Flag, Output, Parsed, Takes
from layerlab.docker.table import align
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.engine import Engine


def images(engine: Engine, parsed: Parsed) -> Output:
    """The images that have a name, or those that one pattern picks."""
    rows = ["REPOSITORY\tTAG\tIMAGE ID\tCREATED\tSIZE"]
    for reference, image_id in engine.state.references.items():
        stored = engine.state.images[image_id]
        size = human_size(stored.image.size)
        rows.append(f"{reference.path}\t{reference.tag}\t{image_id.short}\t\t{size}")
    return Output(align("\n".join(rows) + "\n"))


COMMANDS = (
    Command(
        ("image ls", "image list", "images"),
        "[OPTIONS] [REPOSITORY[:TAG]]",
        "List images",
        images,
        (
            Flag("all", "Show all images (default hides intermediate images)", short="a"),
            Flag("digests", "Show digests"),
            Flag("filter", "Filter output based on conditions provided", short="f", kind="filter"),
            Flag("format", FORMAT_HELP, kind="string"),
            Flag("no-trunc", "Don't truncate output"),
            Flag("quiet", "Only show image IDs", short="q"),
        ),
        Takes(0, 1),
    ),
)
