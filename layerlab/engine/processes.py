"""Containers: made, started, entered, stopped and removed again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any

from layerlab.container import DiffLine
from layerlab.engine import containers, lifecycle
from layerlab.engine.finding import find_container, find_image
from layerlab.engine.keeper import Keeper
from layerlab.engine.runconfig import RunOptions
from layerlab.engine.state import State, StoredContainer
from layerlab.errors import EngineError, LayerlabError
from layerlab.shell import Done


class Containers(Keeper):
    """The half of an engine that has to do with containers."""

    def containers(self, all: bool = False) -> list[StoredContainer]:
        """The containers that run, be they paused, or all; the newest first."""
        found = reversed(list(self.state.containers.values()))
        return [item for item in found if all or item.status in ("running", "paused")]

    def create(
        self, image: str, command: str | Iterable[str] = (), **options: Any
    ) -> StoredContainer:
        """Make a container on an image; it is started by :meth:`start`.

        A command in one text is split into words as a shell would, and runs without one.
        """
        words, chosen = _words(command), RunOptions(**options)

        def operation(state: State) -> tuple[State, StoredContainer]:
            image_id, _ = find_image(state, self._classic(image))
            return containers.create(state, image_id, image, words, chosen, self._ids, self.clock)

        return self._change(operation)

    def start(self, name: str, *, stdin: bytes | None = None) -> StoredContainer:
        """Start a container's process; it is played as far as it goes by itself.

        ``stdin`` is what it can read. Without, a container made to be ``interactive`` waits.

        If it can't be started, the container notes that, as Docker's does.
        """

        def operation(state: State) -> tuple[State, tuple[StoredContainer, EngineError | None]]:
            container = find_container(state, name)
            if container.status == "running":
                return state, (container, None)
            if container.status == "paused":
                raise EngineError("cannot start a paused container, try unpause instead")
            state, container, error = lifecycle.started(state, container, self.clock, stdin)
            return state, (container, error)

        container, error = self._change(operation)
        if error:
            raise error
        return container

    def run(
        self,
        image: str,
        command: str | Iterable[str] = (),
        *,
        stdin: bytes | None = None,
        **options: Any,
    ) -> StoredContainer:
        """Make a container and start it. Where its program ends by itself at once, it has."""
        return self.start(self.create(image, command, **options).id, stdin=stdin)

    def exec(
        self,
        name: str,
        command: str | Iterable[str],
        *,
        user: str = "",
        workdir: str = "",
        env: Iterable[str] = (),
        stdin: bytes = b"",
    ) -> Done:
        """Run one more program in a container that runs: exit code and output."""
        return lifecycle.executed(
            self.state,
            name,
            _words(command),
            self.clock,
            user=user,
            workdir=workdir,
            env=tuple(env),
            stdin=stdin,
        )

    def stop(self, name: str, timeout: int = 10) -> None:
        """Stop a container; ``timeout`` seconds later it is killed."""
        self._change(lambda state: (lifecycle.stopped(state, name, self.clock, timeout), None))

    def kill(self, name: str, signal: str = "KILL") -> None:
        """Send a container's process a signal."""
        self._change(lambda state: (lifecycle.killed(state, name, signal, self.clock), None))

    def restart(self, name: str, timeout: int = 10) -> StoredContainer:
        """Stop a container, and start it again."""
        self.stop(name, timeout)
        return self.start(name)

    def pause(self, name: str) -> None:
        """Freeze a container's processes."""
        self._change(lambda state: (lifecycle.paused(state, name), None))

    def unpause(self, name: str) -> None:
        """Let a container's processes go on."""
        self._change(lambda state: (lifecycle.unpaused(state, name), None))

    def wait(self, name: str) -> int:
        """Let time pass until a container has ended; its exit code.

        A program that doesn't end by itself is a ``LayerlabError``.
        """
        return self._change(lambda state: lifecycle.waited(state, name, self.clock))

    def rename(self, name: str, new: str) -> None:
        """Give a container another name."""
        self._change(lambda state: (containers.rename(state, name, new), None))

    def rm(self, name: str, force: bool = False) -> None:
        """Remove a container that doesn't run, or with ``force`` any."""
        self._change(lambda state: (containers.remove(state, name, force=force), None))

    def diff(self, container: str) -> list[DiffLine]:
        """What changed in a container against its image."""
        return self.container(container).files.diff()


def _words(command: str | Iterable[str]) -> tuple[str, ...]:
    if not isinstance(command, str):
        return tuple(command)
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise LayerlabError(f"{error}".lower(), where=f"{command!r:.80}") from None
