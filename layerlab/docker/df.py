"""``docker system df``: what images and containers take up (formatter/disk_usage.go)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerlab.docker.formatting import render, template_of
from layerlab.docker.gotemplate import Record, TemplateError
from layerlab.docker.images import HEADERS as IMAGE_HEADERS
from layerlab.docker.images import NONE, RAW_WITH_DIGEST, image_record
from layerlab.docker.listing import RUNNING
from layerlab.docker.ps import HEADERS as CONTAINER_HEADERS
from layerlab.docker.ps import RAW as RAW_CONTAINERS
from layerlab.docker.ps import container_record
from layerlab.docker.spec import FORMAT_HELP, ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.docker.summaries import ImageSummary, summaries
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.digest import ChainID
    from layerlab.engine import Engine

TABLE = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}"
IMAGES = (
    "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}"
    "\t{{.UniqueSize}}\t{{.Containers}}"
)
CONTAINERS = (
    "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}"
    "\t{{.Status}}\t{{.Names}}"
)
VOLUMES = "table {{.Name}}\t{{.Links}}\t{{.Size}}"
CACHE = (
    "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}"
    "\t{{.UsageCount}}\t{{.Shared}}"
)
RAW = (
    "type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\n"
    "reclaimable: {{.Reclaimable}}\n"
)
RAW_VERBOSE = (
    "{{range .Images}}type: Image\n" + RAW_WITH_DIGEST + "\n{{end -}}\n"
    "{{range .Containers}}type: Container\n" + RAW_CONTAINERS + "size: {{.Size}}\n\n{{end -}}\n"
    "{{range .Volumes}}{{end -}}\n{{range .BuildCache}}{{end -}}"
)
HEADERS = {
    "Type": "TYPE", "TotalCount": "TOTAL", "Active": "ACTIVE", "Size": "SIZE",
    "Reclaimable": "RECLAIMABLE",
}  # fmt: skip
VOLUME_HEADERS = {"Name": "VOLUME NAME", "Links": "LINKS", "Size": "SIZE"}
CACHE_HEADERS = {
    "ID": "CACHE ID", "CacheType": "CACHE TYPE", "Size": "SIZE", "CreatedSince": "CREATED",
    "LastUsedSince": "LAST USED", "UsageCount": "USAGE", "Shared": "SHARED",
}  # fmt: skip


@dataclass(frozen=True)
class ImageUse:
    """One image, what of its size it shares with others, and how many containers it has."""

    summary: ImageSummary
    shared: int
    containers: int

    @property
    def unique(self) -> int:
        """Bytes of layers that no other image has."""
        return self.summary.stored.image.size - self.shared


def df(engine: Engine, parsed: Parsed) -> Output:
    """The summary, or with ``-v`` every image and container."""
    layout = parsed.text("format") or "table"
    images, layers_size = image_use(engine)
    if parsed.on("verbose"):
        return Output(_verbose(engine, images, layout))
    layout = {"table": TABLE, "raw": RAW}.get(layout, layout)
    rows = [_images_row(images, layers_size), _containers_row(engine), _empty("Volumes"),
            _empty("Builder")]  # fmt: skip
    return Output(render(layout, rows, HEADERS))


def image_use(engine: Engine) -> tuple[list[ImageUse], int]:
    """What each image takes up, and the size of all their layers together."""
    found = summaries(engine)
    sizes: dict[ChainID, int] = {}
    holders: Counter[ChainID] = Counter()
    for summary in found:
        image = summary.stored.image
        holders.update(image.chain_ids)
        sizes.update(
            (chain, layer.size) for chain, layer in zip(image.chain_ids, image.layers, strict=True)
        )
    users = Counter(container.image_id for container in engine.containers(all=True))
    uses = [
        ImageUse(
            summary,
            sum(sizes[chain] for chain in summary.stored.image.chain_ids if holders[chain] > 1),
            users[summary.id],
        )
        for summary in found
    ]
    return uses, sum(sizes.values())


def _images_row(images: list[ImageUse], size: int) -> Record:
    active = [use for use in images if use.containers]
    reclaimable = size - sum(use.unique for use in active)
    return _row("Images", "Images", len(images), len(active), size, _share(reclaimable, size))


def _containers_row(engine: Engine) -> Record:
    found = engine.containers(all=True)
    sizes = {each.id: each.files.size for each in found}
    active = {each.id for each in found if each.status in RUNNING}
    total = sum(sizes.values())
    reclaimable = sum(size for name, size in sizes.items() if name not in active)
    return _row(
        "Containers", "Containers", len(found), len(active), total, _share(reclaimable, total)
    )


def _empty(kind: str) -> Record:
    """Local volumes and build cache: layerlab has none."""
    title = {"Volumes": "Local Volumes", "Builder": "Build Cache"}[kind]
    return _row(kind, title, 0, 0, 0, "0B")


def _share(part: int, whole: int) -> str:
    return f"{human_size(part, 4)} ({part * 100 // whole}%)" if whole else human_size(part, 4)


def _row(kind: str, title: str, total: int, active: int, size: int, reclaimable: str) -> Record:
    fields = {
        "Active": str(active),
        "Reclaimable": reclaimable,
        "Size": human_size(size, 4),
        "TotalCount": str(total),
        "Type": title,
    }
    return Record(f"*formatter.diskUsage{kind}Context", fields, row=True)


def _verbose(engine: Engine, images: list[ImageUse], layout: str) -> str:
    trunc = layout.startswith("table")
    rows = [_image_row(engine, use, trunc) for use in images]
    boxes = [
        container_record(engine, each, trunc=trunc, size=True, virtual=False)
        for each in engine.containers(all=True)
    ]
    if layout == "table":
        return (
            f"Images space usage:\n\n{render(IMAGES, rows, IMAGE_HEADERS)}"
            f"\nContainers space usage:\n\n{render(CONTAINERS, boxes, CONTAINER_HEADERS)}"
            f"\nLocal Volumes space usage:\n\n{render(VOLUMES, [], VOLUME_HEADERS)}"
            f"\nBuild cache usage: 0B\n\n{render(CACHE, [], CACHE_HEADERS)}"
        )
    if layout == "raw":
        layout = RAW_VERBOSE
    fields = {"Images": rows, "Containers": boxes, "Volumes": [], "BuildCache": []}
    try:
        return template_of(layout).render(Record("*formatter.diskUsageContext", fields))
    except TemplateError as error:
        raise ClientError(error.what) from None


def _image_row(engine: Engine, use: ImageUse, trunc: bool) -> Record:
    """An image under the first of its tags."""
    tagged = [name for name in use.summary.references if name.tag]
    name = (tagged[0].familiar_name, tagged[0].tag) if tagged else (NONE, NONE)
    return image_record(
        engine, use.summary, *name, trunc=trunc, containers=use.containers, shared=use.shared
    )


COMMANDS = (
    Command(
        ("system df",),
        "[OPTIONS]",
        "Show docker disk usage",
        df,
        (
            Flag("format", FORMAT_HELP, kind="string"),
            Flag("verbose", "Show detailed information on space usage", short="v"),
        ),
        Takes(0, 0),
    ),
)
