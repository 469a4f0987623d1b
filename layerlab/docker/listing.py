"""The engine's list of containers, filtered (moby: daemon/list.go)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from layerlab.docker.engines import filter_wording
from layerlab.docker.filters import Filters
from layerlab.engine.finding import container_named
from layerlab.engine.store import children
from layerlab.errors import EngineError

if TYPE_CHECKING:
    from layerlab.digest import ImageID
    from layerlab.engine import Engine
    from layerlab.engine.state import StoredContainer

ACCEPTED = (
    "ancestor", "before", "exited", "id", "isolation", "label", "name", "status", "health",
    "since", "volume", "network", "is-task", "publish", "expose",
)  # fmt: skip
STATES = ("paused", "restarting", "removing", "running", "dead", "created", "exited")
RUNNING = "running", "paused"
"""States in which there is a process."""
HEALTHS = ("starting", "healthy", "unhealthy", "none")


def containers(
    engine: Engine, texts: Iterable[str] = (), *, all: bool = False, limit: int = 0
) -> list[StoredContainer]:
    """The containers that ``docker ps`` lists, newest first: the running ones, or ``all``.

    ``limit``: no more than so many, whatever their state, if it isn't 0. ``texts`` are filters.
    """
    filters = Filters.read(texts, ACCEPTED, filter_wording(engine))
    codes = [_number(value) for value in filters.get("exited")]
    _check(filters, filter_wording(engine))
    before, since = (_named(engine, filters.get(name)) for name in ("before", "since"))
    ancestors = _ancestors(engine, filters)
    found: list[StoredContainer] = []
    for container in engine.containers(all=True):
        if before is not None:
            before = None if container is before else before
            continue
        if container is since or (limit > 0 and len(found) == limit):
            break
        if container.status not in RUNNING and not (all or "status" in filters or limit > 0):
            continue
        if _matches(filters, container) and (
            (not codes or (container.status == "exited" and container.exit_code in codes))
            and ("ancestor" not in filters or container.image_id in ancestors)
        ):
            found.append(container)
    return found


def _check(filters: Filters, wording: str) -> None:
    """Refuse values that the engine refuses."""
    for value in filters.get("status"):
        if value not in STATES:
            raise EngineError(f"{wording} 'status={value}'")
    filters.switch("is-task", wording)
    for value in filters.get("health"):
        if value not in HEALTHS:
            raise EngineError(f"Unrecognised filter value for health: {value}")
    for name in ("publish", "expose"):
        for value in filters.get(name):
            if ":" in value:
                raise EngineError(f"filter for '{name}' should not contain ':': {value}")


def _number(value: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", value):
        raise EngineError(f'strconv.Atoi: parsing "{value}": invalid syntax')
    return int(value)


def _named(engine: Engine, names: tuple[str, ...]) -> StoredContainer | None:
    """The container of ``before`` or ``since``: by its whole ID or its name."""
    found = None
    for name in names:
        found = engine.state.containers.get(name) or container_named(engine.state, name)
        if found is None:
            raise EngineError(f"no such container {name}")
    return found


def _ancestors(engine: Engine, filters: Filters) -> set[ImageID]:
    """The images that were asked for, and all that were built here on them."""
    found: set[ImageID] = set()
    for name in filters.get("ancestor"):
        try:
            todo = [engine.image(name).image.image_id]
        except EngineError:
            continue  # the daemon only logs it
        while todo:
            image_id = todo.pop()
            if image_id not in found:
                found.add(image_id)
                todo += children(engine.state, image_id)
    return found


def _matches(filters: Filters, container: StoredContainer) -> bool:
    return (
        filters.matches("name", f"/{container.name}", container.name)
        and filters.matches("id", container.id)
        and filters.matches("status", container.status)
        and filters.has_labels(labels(container))
        and filters.get("health") in ((), ("none",))
        and ("network" not in filters or network(container) in filters.get("network"))
        and "volume" not in filters
        and "publish" not in filters
        and ("expose" not in filters or _exposes(filters, container))
        and filters.get("is-task") in ((), ("false",))
    )


def _exposes(filters: Filters, container: StoredContainer) -> bool:
    wanted = {f"{port}/{protocol or 'tcp'}" for port, _, protocol in
              (value.partition("/") for value in filters.get("expose"))}  # fmt: skip
    return bool(wanted & set(exposed(container)))


def labels(container: StoredContainer) -> dict[str, str]:
    """The labels of its image, and its own over them."""
    return {**container.image.config.labels, **container.options.get("labels", {})}


def network(container: StoredContainer) -> str:
    """The network that it is attached to: ``--network``, or the bridge."""
    name = str(container.options.get("network") or "default")
    return "bridge" if name == "default" else name


def exposed(container: StoredContainer) -> list[str]:
    """The ports that ``ps`` shows for it: those its image exposes, while it runs, on a bridge."""
    if container.status not in RUNNING or network(container) in ("none", "host"):
        return []
    return [port if "/" in port else f"{port}/tcp" for port in container.image.config.exposed_ports]
