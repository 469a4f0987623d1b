"""``docker system df``: what images and containers take up (formatter/disk_usage.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.formatting import moment, render, template_of
from layerlab.docker.gotemplate import Record, TemplateError
from layerlab.docker.identity import disk_usage
from layerlab.docker.images import HEADERS as IMAGE_HEADERS
from layerlab.docker.images import NONE, RAW_WITH_DIGEST, image_record
from layerlab.docker.ps import HEADERS as CONTAINER_HEADERS
from layerlab.docker.ps import RAW as RAW_CONTAINERS
from layerlab.docker.ps import container_record
from layerlab.docker.spec import FORMAT_HELP, ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.docker.summaries import ImageSummary, summaries
from layerlab.units import human_duration, human_size

if TYPE_CHECKING:
    from layerlab.engine import Engine
    from layerlab.engine.buildcache import CacheUsage
    from layerlab.engine.usage import ImageUsage, Usage

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
    "{{range .Volumes}}{{end -}}\n{{range .BuildCache}}type: Build Cache\nbuild_cache_id: {{.ID}}\n"
    "parent_id: {{.Parent}}\nbuild_cache_type: {{.CacheType}}\ndescription: {{.Description}}\n"
    "created_at: {{.CreatedAt}}\ncreated_since: {{.CreatedSince}}\nlast_used_at: {{.LastUsedAt}}\n"
    "last_used_since: {{.LastUsedSince}}\nusage_count: {{.UsageCount}}\nin_use: {{.InUse}}\n"
    "shared: {{.Shared}}\n\n{{end -}}"
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


def df(engine: Engine, parsed: Parsed) -> Output:
    """The summary, or with ``-v`` every image and container."""
    layout = parsed.text("format") or "table"
    used = disk_usage(engine)
    if parsed.on("verbose"):
        return Output(_verbose(engine, used, layout))
    layout = {"table": TABLE, "raw": RAW}.get(layout, layout)
    rows = [_images_row(used), _containers_row(used), _volumes_row(), _cache_row(used)]
    return Output(render(layout, rows, HEADERS))


def _images_row(used: Usage) -> Record:
    share = _share(used.reclaimable_images, used.layers_size)
    return _row("Images", "Images", len(used.images), used.active_images, used.layers_size, share)


def _containers_row(used: Usage) -> Record:
    share = _share(used.reclaimable_containers, used.containers_size)
    counts = len(used.containers), used.active_containers
    return _row("Containers", "Containers", *counts, used.containers_size, share)


def _volumes_row() -> Record:
    """Local volumes: layerlab has none."""
    return _row("Volumes", "Local Volumes", 0, 0, 0, "0B")


def _cache_row(used: Usage) -> Record:
    reclaimable = human_size(used.cache_size, 4)
    return _row("Builder", "Build Cache", len(used.cache), 0, used.cache_size, reclaimable)


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


def _verbose(engine: Engine, used: Usage, layout: str) -> str:
    trunc = layout.startswith("table")
    uses = {use.stored.image.image_id: use for use in used.images}
    rows = [
        _image_row(engine, summary, uses[summary.stored.image.image_id], trunc)
        for summary in summaries(engine)
    ]
    boxes = [
        container_record(engine, each, trunc=trunc, size=True, virtual=False)
        for each in engine.containers(all=True)
    ]
    caches = [_cache_record(engine, usage, trunc=trunc) for usage in used.cache]
    if layout == "table":
        return (
            f"Images space usage:\n\n{render(IMAGES, rows, IMAGE_HEADERS)}"
            f"\nContainers space usage:\n\n{render(CONTAINERS, boxes, CONTAINER_HEADERS)}"
            f"\nLocal Volumes space usage:\n\n{render(VOLUMES, [], VOLUME_HEADERS)}"
            f"\nBuild cache usage: {human_size(used.cache_size, 4)}\n\n"
            f"{render(CACHE, caches, CACHE_HEADERS)}"
        )
    if layout == "raw":
        layout = RAW_VERBOSE
    fields = {"Images": rows, "Containers": boxes, "Volumes": [], "BuildCache": caches}
    try:
        return template_of(layout).render(Record("*formatter.diskUsageContext", fields))
    except TemplateError as error:
        raise ClientError(error.what) from None


def _image_row(engine: Engine, summary: ImageSummary, use: ImageUsage, trunc: bool) -> Record:
    """An image under the first of its tags."""
    tagged = [name for name in use.references if name.tag]
    name = (tagged[0].familiar_name, tagged[0].tag) if tagged else (NONE, NONE)
    return image_record(
        engine, summary, *name, trunc=trunc, containers=use.containers, shared=use.shared
    )


def _cache_record(engine: Engine, usage: CacheUsage, *, trunc: bool) -> Record:
    """A record of the build cache (formatter/buildcache.go)."""
    record, now = usage.record, engine.clock.now
    parent = engine.state.build_cache.get(record.parent)
    width = 12 if trunc else None
    fields = {
        "CacheType": record.kind,
        "CreatedAt": moment(record.created),
        "CreatedSince": human_duration(now - record.created) + " ago",
        "Description": record.description,
        "ID": record.id[:width],
        "InUse": "false",
        "LastUsedAt": moment(record.used),
        "LastUsedSince": human_duration(now - record.used) + " ago",
        "Parent": parent.id[:width] if parent else "",
        "Shared": str(usage.shared).lower(),
        "Size": human_size(usage.size),
        "UsageCount": str(record.count),
    }
    return Record("*formatter.buildCacheContext", fields, row=True)


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
