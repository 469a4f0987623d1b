"""Containers: made on an image, renamed, removed.

moby: ``daemon/create.go``, ``daemon/names.go``, ``daemon/rename.go``, ``daemon/delete.go``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from layerlab.container import Container
from layerlab.digest import ImageID
from layerlab.engine.finding import container_named, find_container
from layerlab.engine.ground import container_on, ground
from layerlab.engine.ids import Ids
from layerlab.engine.runconfig import RunOptions, merged_env
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.store import remove_container, stand_on, with_item
from layerlab.errors import EngineError

_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def create(
    state: State,
    image_id: ImageID,
    image_name: str,
    command: tuple[str, ...],
    options: RunOptions,
    ids: Ids,
    clock: Callable[[], int],
) -> tuple[State, StoredContainer]:
    """The state with one more container on the image; nothing of it runs yet.

    ``image_name`` is what the image was called: ``docker ps`` shows it.
    """
    stored = state.images[image_id]
    config = stored.image.config
    entrypoint = options.entrypoint
    if entrypoint is None:
        entrypoint = config.entrypoint or ()
        command = command or config.cmd or ()
    if not entrypoint and not command:
        raise EngineError("No command specified")
    container_id = ids.hex64()
    name = options.name
    if name is None:
        name = ids.name({item.name for item in state.containers.values()})
    else:
        check_name(state, name)
    workdir = options.workdir or config.working_dir
    if workdir and not workdir.startswith("/"):
        raise EngineError(
            f"the working directory '{workdir}' is invalid, it needs to be an absolute path"
        )
    now = clock()
    hostname = options.hostname or container_id[:12]
    files = container_on(ground(stored.image, hostname, now), clock)
    for path in (*config.volumes, *filter(None, (workdir,))):
        _make_directory(files, path)
    for path in sorted(config.volumes):
        files.mount(path)
    told = {
        "env": merged_env(options.env, config.env),
        "user": options.user or config.user,
        "workdir": workdir,
        "hostname": hostname,
        "labels": MappingProxyType({**config.labels, **(options.labels or {})}),
        "tty": options.tty,
        "interactive": options.interactive,
        "detach": options.detach,
        "network": options.network,
        "read_only": options.read_only,
    }
    container = StoredContainer(
        id=container_id,
        name=name.removeprefix("/"),
        image_id=image_id,
        image_name=image_name,
        files=files,
        entrypoint=entrypoint,
        cmd=command,
        created=now,
        remove=options.remove,
        mount_id=ids.hex64(),
        link=ids.link(),
        init_link=ids.link(),
        options=MappingProxyType(told),
    )
    return put(stand_on(state, stored.image, now), container), container


def _make_directory(files: Container, path: str) -> None:
    """The working directory, or where a volume goes, must be there before anything runs."""
    if files.isdir(path):
        return
    try:
        files.makedirs(path, exist_ok=True)
    except OSError:
        raise EngineError(f"Cannot mkdir: {path} is not a directory") from None


def put(state: State, container: StoredContainer) -> State:
    """The state with this container as it is now."""
    return replace(state, containers=with_item(state.containers, container.id, container))


def check_name(state: State, name: str) -> None:
    """Refuse a name that is none, or that another container has."""
    if not _NAME.fullmatch(name):
        allowed = "[a-zA-Z0-9][a-zA-Z0-9_.-]"
        raise EngineError(f"Invalid container name ({name}), only {allowed} are allowed")
    other = container_named(state, name)
    if other is not None:
        raise EngineError(
            f'Conflict. The container name "/{other.name}" is already in use by container '
            f'"{other.id}". You have to remove (or rename) that container to be able to '
            "reuse that name."
        )


def rename(state: State, old: str, new: str) -> State:
    """The state in which a container goes by another name."""
    if not old or not new:
        raise EngineError("Neither old nor new names may be empty")
    container = find_container(state, old)
    new = "/" + new.removeprefix("/")
    if new == f"/{container.name}":
        raise EngineError("Renaming a container with the same name as its current name")
    try:
        check_name(state, new)
    except EngineError as error:
        raise EngineError(f"Error when allocating new name: {error.what}") from None
    return put(state, replace(container, name=new[1:]))


def remove(state: State, name: str, *, force: bool = False) -> State:
    """The state without a container that doesn't run, or with ``force`` whatever it does."""
    container = find_container(state, name)
    if container.status in ("running", "paused") and not force:
        first = "Stop" if container.status == "running" else "Unpause and then stop"
        raise EngineError(
            f"You cannot remove a {container.status} container {container.id}. "
            f"{first} the container before attempting removal or force remove"
        )
    return remove_container(state, container)
