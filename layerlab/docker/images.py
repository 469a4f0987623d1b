"""``docker images``: the list of images (cli/command/image/list.go, formatter/image.go)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlab.docker.formatting import ID_ONLY, moment, render
from layerlab.docker.gotemplate import Record
from layerlab.docker.identity import image_size, shown_size
from layerlab.docker.spec import FORMAT_HELP, ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.docker.summaries import ImageSummary, summaries
from layerlab.units import human_duration

if TYPE_CHECKING:
    from layerlab.engine import Engine

TABLE = (
    "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{if .CreatedSince }}{{.CreatedSince}}"
    "{{else}}N/A{{end}}\t{{.Size}}"
)
RAW = (
    "repository: {{ .Repository }}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\n"
    "virtual_size: {{.Size}}\n"
)
RAW_WITH_DIGEST = RAW.replace("image_id", "digest: {{.Digest}}\nimage_id")
HEADERS = {
    "ID": "IMAGE ID", "Repository": "REPOSITORY", "Tag": "TAG", "Digest": "DIGEST",
    "CreatedSince": "CREATED", "CreatedAt": "CREATED AT", "Size": "SIZE",
    "Containers": "CONTAINERS", "VirtualSize": "SIZE", "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
}  # fmt: skip
NONE = "<none>"
_HINTS = (
    "build", "history", "import", "inspect", "list", "load", "ls", "prune", "pull", "push", "rm",
    "save", "tag",
)  # fmt: skip


def images(engine: Engine, parsed: Parsed) -> Output:
    """The images that have a name, or those that a pattern and filters pick."""
    filters = list(parsed.texts("filter"))
    wanted = parsed.args[0] if parsed.args else ""
    if wanted:
        filters.append(f"reference={wanted}")
    if parsed.on("tree"):
        raise ClientError("layerlab doesn't simulate --tree: it has images of one platform only")
    found = summaries(engine, filters, all=parsed.on("all"))
    digests = parsed.on("digests")
    layout = _layout(parsed.text("format"), parsed.on("quiet"), digests)
    rows = [
        image_record(engine, summary, *name, trunc=not parsed.on("no-trunc"))
        for summary in found
        for name in _names(summary, digests, "{{.Digest}}" in layout)
    ]
    hint = ""
    if not found and parsed.name == "images" and wanted in _HINTS:
        hint = f'\nNo images found matching "{wanted}": did you mean "docker image {wanted}"?\n'
    return Output(render(layout, rows, HEADERS), hint)


def _layout(source: str, quiet: bool, digests: bool) -> str:
    if source in ("", "table"):
        if quiet:
            return ID_ONLY
        return TABLE.replace("{{.ID}}", "{{.Digest}}\t{{.ID}}") if digests else TABLE
    if source == "raw":
        if quiet:
            return "image_id: {{.ID}}"
        return RAW_WITH_DIGEST if digests else RAW
    if source.startswith("table") and digests and "{{.Digest}}" not in source:
        return source + "\t{{.Digest}}"
    return source


def _names(
    summary: ImageSummary, digests: bool, with_digest: bool
) -> Iterator[tuple[str, str, str]]:
    """Repository, tag and digest of each row that an image gets."""
    if not summary.references:
        yield NONE, NONE, NONE
        return
    tags: dict[str, list[str]] = {}
    known: dict[str, list[str]] = {}
    for reference in summary.references:
        if reference.tag:
            tags.setdefault(reference.familiar_name, []).append(reference.tag)
        else:
            known.setdefault(reference.familiar_name, []).append(reference.digest)
    for repository, names in tags.items():
        shown = known.pop(repository, []) if digests or with_digest else []
        known.pop(repository, None)
        for tag in names:
            for digest in shown or [NONE]:
                yield repository, tag, digest
    for repository, found in known.items():
        for digest in found if digests else [""]:
            yield repository, NONE, digest


def image_record(
    engine: Engine,
    summary: ImageSummary,
    repository: str,
    tag: str,
    digest: str = "",
    *,
    trunc: bool,
    containers: int = -1,
    shared: int | None = None,
) -> Record:
    """A row of a table of images. ``containers`` and ``shared`` are known to ``system df`` only."""
    size = image_size(engine, summary.stored.image)
    since = human_duration(engine.clock.now - int(summary.created)) + " ago"
    unique = None if size is None or shared is None else size - shared
    fields = {
        "Containers": "N/A" if containers < 0 else str(containers),
        "CreatedAt": moment(int(summary.created)),
        "CreatedSince": since if summary.stored.image.config.created else "",
        "Digest": digest,
        "ID": summary.id.short if trunc else str(summary.id),
        "Repository": repository,
        "SharedSize": shown_size(shared, 4),
        "Size": shown_size(size),
        "Tag": tag,
        "UniqueSize": shown_size(unique, 4),
        "VirtualSize": shown_size(size, 4),
    }
    return Record("*formatter.imageContext", fields, row=True)


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
            Flag("tree", "List multi-platform images as a tree (EXPERIMENTAL)", since="1.47"),
        ),
        Takes(0, 1),
    ),
)
