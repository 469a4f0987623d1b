"""Engine: one machine's images and containers, and the commands that change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Literal, TypeVar

from layerlab.engine import committing, containers, deleting, store
from layerlab.engine.clock import Clock
from layerlab.engine.finding import find_container, find_image
from layerlab.engine.ids import Ids
from layerlab.engine.runconfig import RunOptions
from layerlab.engine.state import State, StoredContainer, StoredImage
from layerlab.image import Image
from layerlab.reference import Reference

Result = TypeVar("Result")

RELEASES = {"20.10": "20.10.24", "29": "29.0.0"}


class Engine:
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
        registries: Iterable[Any] = (),
    ) -> None:
        self.seed, self.version, self.client = seed, version, client
        self.builder, self.store = builder, store
        self.clock = clock or Clock()
        self.registries: dict[str, Any] = {item.host: item for item in registries}
        self._ids = Ids(seed)
        self._state = State()
        self._host: Any = None

    @property
    def state(self) -> State:
        """All that it holds now; a value, which stays as it is."""
        return self._state

    def _change(self, operation: Callable[[State], tuple[State, Result]]) -> Result:
        """Take the next state; if the operation fails, all stays as it was."""
        ids, now = self._ids.getstate(), self.clock.now
        try:
            state, result = operation(self._state)
        except BaseException:
            self._ids.setstate(ids)
            self.clock.now = now
            raise
        self._state = state
        return result

    def image(self, ref: str) -> StoredImage:
        """The image of this name, ID or beginning of an ID."""
        return find_image(self.state, ref)[1]

    def container(self, name: str) -> StoredContainer:
        """The container of this name, ID or beginning of an ID."""
        return find_container(self.state, name)

    def images(self) -> list[StoredImage]:
        """All images, in the order in which they came."""
        return list(self.state.images.values())

    def containers(self, all: bool = False) -> list[StoredContainer]:
        """The containers that run, or all, the newest first."""
        found = reversed(list(self.state.containers.values()))
        return [item for item in found if all or item.status == "running"]

    def add(self, ref: str | None, image: Image) -> Image:
        """Put an image into the store, under a name if one is given, as a load does."""
        name = None if ref is None else Reference.parse(ref).tagged()

        def operation(state: State) -> tuple[State, Image]:
            now = self.clock()
            state = store.add_image(state, image, self._ids, now)
            if name is not None:
                state = store.tag(state, image.image_id, name, now)
            return state, image

        return self._change(operation)

    def create(self, image: str, command: Iterable[str] = (), **options: Any) -> StoredContainer:
        """Make a container on an image; it is started by :meth:`start`."""
        chosen = RunOptions(**options)

        def operation(state: State) -> tuple[State, StoredContainer]:
            return containers.create(state, image, tuple(command), chosen, self._ids, self.clock)

        return self._change(operation)

    def rename(self, name: str, new: str) -> None:
        """Give a container another name."""
        self._change(lambda state: (containers.rename(state, name, new), None))

    def rm(self, name: str, force: bool = False) -> None:
        """Remove a container that doesn't run, or with ``force`` any."""
        self._change(lambda state: (containers.remove(state, name, force=force), None))

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
        name = None if not ref else Reference.parse(ref).tagged()

        def operation(state: State) -> tuple[State, Image]:
            found = find_container(state, container)
            now = self.clock()
            image = committing.committed(
                found, now, RELEASES[self.version], message=message, author=author
            )
            state = store.add_image(state, image, self._ids, now, found.image_id)
            if name is not None:
                state = store.tag(state, image.image_id, name, now)
            return state, image

        return self._change(operation)

    def tag(self, source: str, target: str) -> None:
        """Give an image one more name."""
        name = Reference.parse(target).tagged()

        def operation(state: State) -> tuple[State, None]:
            image_id, _ = find_image(state, source)
            return store.tag(state, image_id, name, self.clock()), None

        self._change(operation)

    def rmi(self, ref: str, force: bool = False, prune: bool = True) -> list[str]:
        """Take a name from an image, or remove it; the lines that Docker prints."""
        return self._change(lambda state: deleting.remove(state, ref, force=force, prune=prune))

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
        images, made = len(self.state.images), len(self.state.containers)
        return f"<Engine {self.version}: {images} images, {made} containers>"
