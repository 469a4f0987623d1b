"""``docker history``: how an image was made, the last step first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlab.docker.formatting import ID_ONLY, render
from layerlab.docker.gotemplate import Record
from layerlab.docker.identity import image_id
from layerlab.docker.spec import FORMAT_HELP, Command, Flag, Output, Parsed, Takes
from layerlab.docker.table import ellipsis
from layerlab.engine.times import moment, rfc3339
from layerlab.units import human_duration, human_size

if TYPE_CHECKING:
    from layerlab.engine import Engine
    from layerlab.engine.state import StoredImage

TABLE = "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
PLAIN = TABLE.replace("CreatedSince", "CreatedAt")
HEADERS = {
    "ID": "IMAGE", "CreatedSince": "CREATED", "CreatedAt": "CREATED AT",
    "CreatedBy": "CREATED BY", "Size": "SIZE", "Comment": "COMMENT",
}  # fmt: skip
LONG_AGO = 946_684_800
"""The year 2000: what is older is said to have no date (reproducible builds set 1970)."""


def history(engine: Engine, parsed: Parsed) -> Output:
    """A row for each step of the image's history."""
    stored = engine.image(parsed.args[0])
    human, trunc = parsed.on("human"), not parsed.on("no-trunc")
    layout = parsed.text("format") or "table"
    if layout == "table":
        layout = ID_ONLY if parsed.on("quiet") else TABLE if human else PLAIN
    rows = _rows(engine, stored, human=human, trunc=trunc)
    return Output(render(layout, rows, HEADERS))


def _rows(engine: Engine, stored: StoredImage, *, human: bool, trunc: bool) -> Iterator[Record]:
    layers = iter(reversed(stored.image.layers))
    ids = iter(_ids(engine, stored))
    for step in reversed(stored.image.history):
        size = 0 if step.empty_layer else next(layers).size
        name = next(ids, "<missing>")
        made = int(moment(step.created))
        since = human_duration(engine.clock.now - made) + " ago"
        created_at = rfc3339(made)
        created_by = step.created_by.replace("\t", " ")
        yield Record(
            "*image.historyContext",
            {
                "Comment": step.comment,
                "CreatedAt": created_at,
                "CreatedBy": ellipsis(created_by, 45) if trunc else created_by,
                "CreatedSince": created_at if not human else since if made > LONG_AGO else "N/A",
                "ID": name.removeprefix("sha256:")[:12] if trunc else name,
                "Size": human_size(size) if human else str(size),
            },
            row=True,
        )


def _ids(engine: Engine, stored: StoredImage) -> Iterator[str]:
    """The ID of the image, then of each that it was built on here, as far as they are kept."""
    while True:
        yield str(image_id(engine, stored.image))
        parent = engine.state.images.get(stored.parent) if stored.parent else None
        if parent is None:
            return
        stored = parent


COMMANDS = (
    Command(
        ("image history", "history"),
        "[OPTIONS] IMAGE",
        "Show the history of an image",
        history,
        (
            Flag("format", FORMAT_HELP, kind="string"),
            Flag(
                "human",
                "Print sizes and dates in human readable format",
                short="H",
                default="true",
            ),
            Flag("no-trunc", "Don't truncate output"),
            Flag("platform", "Show history for the given platform. Formatted as "
                 '"os[/arch[/variant]]" (e.g., "linux/amd64")', kind="string", since="1.48"),
            Flag("quiet", "Only show image IDs", short="q"),
        ),
        Takes(1, 1),
    ),
)  # fmt: skip
