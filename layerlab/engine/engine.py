"""Engine: one machine's images and containers, and the commands that change them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Literal, overload

from layerlab import catalog
from layerlab.digest import BlobDigest
from layerlab.engine import (
    archives,
    buildcache,
    committing,
    containerd,
    deleting,
    inspecting,
    store,
)
from layerlab.engine.clock import Clock
from layerlab.engine.finding import find_container, find_image
from layerlab.engine.processes import Containers
from layerlab.engine.pruning import Filters, Pruned, prune_containers, prune_images
from layerlab.engine.pulling import Pull
from layerlab.engine.pushing import Push
from layerlab.engine.state import State, StoredImage
from layerlab.engine.usage import Usage, usage
from layerlab.errors import EngineError, InvalidReference
from layerlab.image import History, Image
from layerlab.reference import Reference
from layerlab.registry import Registry

RELEASES = {"20.10": "20.10.24", "29": "29.0.0"}


class Engine(Containers):
    """A Docker engine, simulated. The same seed and the same calls give the same bytes."""

    def __init__(
        self,
        seed: int = 0,
        clock: Clock | None = None,
        *,
        version: str = "20.10",
        client: str = "28.2",
        builder: Literal["classic", "buildkit"] = "classic",
        store: Literal["overlay2", "containerd"] = "overlay2",
        registries: Iterable[Registry] = (),
    ) -> None:
        super().__init__(seed, clock or Clock(), store)
        self.version, self.client, self.builder = version, client, builder
        known = (*catalog.registries(), *registries)
        self.registries: dict[str, Registry] = {item.host: item for item in known}
        self._host: Any = None

    def images(self) -> list[StoredImage]:
        """All images, in the order in which they came."""
        return list(self.state.images.values())

    def add(self, ref: str | None, image: Image) -> Image:
        """Put an image into the store, under a name if one is given, as a load does."""
        name = None if ref is None else _new_name(ref)

        def operation(state: State) -> tuple[State, Image]:
            now = self.clock()
            state = store.add_image(state, image, self._ids, now)
            if name is not None:
                state = store.name_image(state, image.image_id, name)
            return state, image

        return self._change(operation)

    def commit(
        self,
        container: str,
        ref: str | None = None,
        *,
        message: str = "",
        author: str = "",
        changes: Iterable[str] = (),
    ) -> Image:
        """Make an image of a container's changes, and name it if a name is given."""
        name = _new_name(ref) if ref else None

        def operation(state: State) -> tuple[State, Image]:
            found = find_container(state, container)
            if found.image_id not in state.images:  # removed by force
                where = f"{inspecting.ROOT}/image/overlay2/imagedb/content/sha256"
                raise EngineError(
                    f"failed to get digest {found.image_id}: open {where}/{found.image_id.hex}: "
                    "no such file or directory"
                )
            now = self.clock()
            image = committing.committed(
                found,
                now,
                RELEASES.get(self.version, self.version),
                message=message,
                author=author,
                changes=changes,
            )
            state = store.add_image(state, image, self._ids, now, found.image_id)
            if name is not None:
                state = store.tag(state, image.image_id, name, now)
            return state, image

        return self._change(operation)

    def tag(self, source: str, target: str) -> None:
        """Give an image one more name."""
        name = _new_name(target)

        def operation(state: State) -> tuple[State, None]:
            image_id, _ = find_image(state, self._classic(source))
            return store.tag(state, image_id, name, self.clock()), None

        self._change(operation)

    def rmi(self, ref: str, force: bool = False, prune: bool = True) -> list[str]:
        """Take a name from an image, or remove it; the lines that Docker prints."""
        before, name = self.state, self._classic(ref)
        lines = self._change(lambda state: deleting.remove(state, name, force=force, prune=prune))
        return containerd.told(before, lines) if self.store == "containerd" else lines

    def history(self, ref: str) -> tuple[History, ...]:
        """How an image was made, its first step first."""
        return self.image(ref).image.history

    def inspect(self, name: str) -> dict[str, Any]:
        """The daemon's JSON of a container, or if there is none of that name, of an image."""
        state, other_store = self.state, self.store == "containerd"
        try:
            container = find_container(state, name)
        except EngineError:
            stored = self.image(name)
            document = inspecting.image_json(state, stored)
            return containerd.image_json(document, stored.image) if other_store else document
        document = inspecting.container_json(state, container)
        return containerd.container_json(document, container.image) if other_store else document

    def df(self) -> Usage:
        """What images and containers take on disk."""
        return usage(self.state)

    def prune(
        self,
        kind: Literal["containers", "images", "system", "cache"] = "system",
        all: bool = False,
        filters: Iterable[str] = (),
    ) -> Pruned:
        """Remove containers that don't run, images without a tag, or both; or the build cache.

        With ``all`` every image goes that no container stands on, and all of the cache, also what
        images share. ``filters``: ``label=x``, ``label!=x``, ``until=24h``.
        """
        if kind == "cache":
            moment = buildcache.until(filters, self.clock.now)
            return self._change(lambda state: buildcache.prune_cache(state, all=all, until=moment))
        chosen = Filters.parse(filters, self.clock.now)

        def operation(state: State) -> tuple[State, Pruned]:
            deleted: tuple[str, ...] = ()
            reclaimed = 0
            self.clock()
            if kind != "images":
                state, pruned = prune_containers(state, chosen)
                deleted, reclaimed = pruned.deleted, pruned.reclaimed
            if kind != "containers":
                state, pruned = prune_images(state, chosen, all=all)
                deleted, reclaimed = deleted + pruned.deleted, reclaimed + pruned.reclaimed
            return state, Pruned(deleted, reclaimed)

        return self._change(operation)

    def save(self, refs: str | Iterable[str], path: str | os.PathLike[str]) -> None:
        """Write images to a docker-archive."""
        archives.save(self.state, [refs] if isinstance(refs, str) else refs, path)

    def load(self, path: str | os.PathLike[str]) -> list[str]:
        """Take the images of an archive into the store; the lines that Docker prints."""
        return self._change(lambda state: archives.load(state, path, self._ids, self.clock()))

    @overload
    def pull(self, ref: str, steps: Literal[False] = False) -> Image: ...
    @overload
    def pull(self, ref: str, steps: Literal[True]) -> Pull: ...
    def pull(self, ref: str, steps: bool = False) -> Image | Pull:
        """Fetch an image from its registry; with ``steps`` the pull, to be played step by step."""
        name = Reference.parse(ref)
        pull = Pull(self.state, self.registries, name, self._ids, self.clock, keep=self._keep)
        if steps:
            return pull
        pull.finish()
        return self.state.images[pull.image_id].image

    @overload
    def push(self, ref: str, steps: Literal[False] = False) -> BlobDigest: ...
    @overload
    def push(self, ref: str, steps: Literal[True]) -> Push: ...
    def push(self, ref: str, steps: bool = False) -> BlobDigest | Push:
        """Send an image to its registry: its manifest's digest, or with ``steps`` the push."""
        push = Push(self.state, self.registries, Reference.parse(ref), keep=self._keep)
        if steps:
            return push
        push.finish()
        assert push.manifest is not None  # it is the last thing that a push sends
        return push.manifest.digest

    def _keep(self, change: Callable[[State], State]) -> State:
        """Take what a pull or push makes of the state as it is by then."""

        def operation(state: State) -> tuple[State, State]:
            state = change(state)
            return state, state

        return self._change(operation)

    def build(
        self,
        context: Any,
        dockerfile: str | os.PathLike[str] | None = None,
        tags: Iterable[str] = (),
        target: str = "",
        build_args: Mapping[str, str | None] | None = None,
        no_cache: bool = False,
        **options: Any,
    ) -> Any:
        """Build an image: what came of it, and of each step.

        ``context`` is a directory of the real machine, or files by path. ``dockerfile`` is a
        path in it, or, with a newline in it, the text itself.
        """
        room = import_module("layerlab.build")
        release = RELEASES.get(self.version, self.version)
        chosen = room.Options(
            target=target, arguments=build_args or {}, no_cache=no_cache, **options
        )
        return room.build(
            room.host(self, self._ids, self._change, release),
            context,
            dockerfile,
            [tags] if isinstance(tags, str) else tags,
            chosen,
            builder=self.builder,
        )

    def docker(self, line: str | list[str], cwd: str = ".", stdin: str = "") -> str:
        """What ``docker LINE`` prints; ``DockerExit`` unless it exits with 0."""
        command = import_module("layerlab.docker.command")
        return str(command.run(self, line, cwd=cwd, stdin=stdin))

    @property
    def host(self) -> Any:
        """The machine's file system, ``/var/lib/docker`` included."""
        if self._host is None:
            self._host = import_module("layerlab.docker.host").host(self)
        return self._host

    def sh(self, script: str) -> str:
        """What a script prints in a shell of the host, where ``docker`` is a command, too."""
        return str(import_module("layerlab.docker.host").sh(self, script))

    def __repr__(self) -> str:
        counts = {"image": len(self.state.images), "container": len(self.state.containers)}
        held = (f"{count} {what}" + "s" * (count != 1) for what, count in counts.items())
        return f"<Engine {self.version}: {', '.join(held)}>"


def _new_name(text: str) -> Reference:
    """A tag to be given, as the client reads it."""
    name = Reference.parse(text)
    if name.digest:
        raise InvalidReference("refusing to create a tag with a digest reference")
    return name.tagged()
