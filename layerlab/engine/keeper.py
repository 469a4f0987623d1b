"""Keeper: what holds the state, and takes the next one when an operation has succeeded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from layerlab.engine import containerd, lifecycle
from layerlab.engine.clock import Clock
from layerlab.engine.finding import find_container, find_image
from layerlab.engine.ids import Ids
from layerlab.engine.state import State, StoredContainer, StoredImage

Result = TypeVar("Result")


class Keeper:
    """A state that moves on, its clock, and where its random names come from."""

    def __init__(self, seed: int, clock: Clock, store: Literal["overlay2", "containerd"]) -> None:
        self.seed, self.clock, self.store = seed, clock, store
        self._ids = Ids(seed)
        self._state = State()

    @property
    def state(self) -> State:
        """All that it holds now; a value, which stays as it is."""
        self._state = lifecycle.settled(self._state, self.clock.now)
        return self._state

    def _change(self, operation: Callable[[State], tuple[State, Result]]) -> Result:
        """Take the next state; if the operation fails, all stays as it was."""
        ids, now = self._ids.getstate(), self.clock.now
        try:
            state, result = operation(self.state)
        except BaseException:
            self._ids.setstate(ids)
            self.clock.now = now
            raise
        self._state = state
        return result

    def image(self, ref: str) -> StoredImage:
        """The image of this name, ID or beginning of an ID."""
        return find_image(self.state, self._classic(ref))[1]

    def _classic(self, ref: str) -> str:
        """A name or an ID as the state has it, whatever the image store calls it."""
        return containerd.classic(self.state, ref) if self.store == "containerd" else ref

    def container(self, name: str) -> StoredContainer:
        """The container of this name, ID or beginning of an ID."""
        return find_container(self.state, name)
