"""Builds that can be tried, taken back and repeated: an engine between two builds, as a value.

The builders are the engine's own. Only the layers' names are the bench's: hashing what a
package manager installs takes longer than installing it, and what is a hit or a miss doesn't
hang on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Self, TypeVar

from layerlab import catalog
from layerlab.build import Build, Context, Instruction, build, host
from layerlab.digest import DiffID
from layerlab.engine.clock import START, Clock
from layerlab.engine.engine import RELEASES
from layerlab.engine.ids import Ids
from layerlab.engine.pulling import Pull
from layerlab.engine.state import State
from layerlab.engine.store import add_image, name_image
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.reference import Reference
from layerlab.registry import Registry

_RELEASE = RELEASES["20.10"]
T = TypeVar("T")
Told = Callable[[Instruction, bool], None]


@dataclass(frozen=True)
class Machine:
    """What an engine holds, its clock, and where its random names come from."""

    state: State
    now: int = START
    ids: object = None

    @classmethod
    def of(cls, images: Mapping[str, Image] | None = None) -> Self:
        """A machine that has these images, and never built anything."""
        ids, clock, state = Ids(0), Clock(), State()
        for name, image in (images or {}).items():
            state = add_image(state, image, ids, clock())
            state = name_image(state, image.image_id, Reference.parse(name).tagged())
        return cls(state, clock.now, ids.getstate())

    def build(
        self, context: Context, text: str, builder: str, told: Told = lambda instruction, hit: None
    ) -> tuple["Machine", Build | LayerlabError]:
        """The machine afterwards, and the build, or why it failed. A failure leaves its traces.

        ``told`` hears of each instruction whether it is a hit, before it is carried out.
        """
        clock, ids = Clock(self.now), Ids(0)
        ids.setstate(self.ids)
        live = _Live(self.state, ids, clock)
        here = replace(host(live, ids, live.change, _RELEASE), named=stand_in, told=told)
        done: Build | LayerlabError
        try:
            done = build(here, context, f"{text}\n", builder=builder)
        except LayerlabError as error:
            done = error
        return replace(self, state=live.state, now=clock.now, ids=ids.getstate()), done


class _Live:
    """The machine while it builds: as much of an engine as a builder asks for."""

    def __init__(self, state: State, ids: Ids, clock: Clock) -> None:
        self.state, self._ids, self.clock = state, ids, clock

    @cached_property
    def registries(self) -> Mapping[str, Registry]:
        """The catalog's."""
        return {item.host: item for item in catalog.registries()}

    def change(self, operation: Callable[[State], tuple[State, T]]) -> T:
        """Take the next state; an operation that fails changes nothing."""
        ids, now = self._ids.getstate(), self.clock.now
        try:
            self.state, result = operation(self.state)
        except BaseException:
            self._ids.setstate(ids)
            self.clock.now = now
            raise
        return result

    def pull(self, name: str, *, steps: bool) -> Pull:
        """A pull, to be played step by step."""
        assert steps  # no builder asks otherwise
        registries = dict(self.registries)
        return Pull(
            self.state, registries, Reference.parse(name), self._ids, self.clock, keep=self._keep
        )

    def _keep(self, change: Callable[[State], State]) -> State:
        return self.change(partial(_kept, change))


def _kept(change: Callable[[State], State], state: State) -> tuple[State, State]:
    after = change(state)
    return after, after


def stand_in(layer: Layer) -> Layer:
    """The layer under a name that takes no hashing of its files.

    Layers of equal entries have equal names, as with DiffIDs. The name is good for this process.
    """
    seen = hash(tuple((path, node, _xattrs(node)) for path, node in layer.changes.items()))
    return replace(layer, known_diff_id=DiffID.of(f"{seen} {len(layer.changes)}".encode()))


def _xattrs(node: Any) -> object:
    """What ``Meta`` leaves out of its hash."""
    meta = getattr(node, "meta", None)
    return tuple(meta.xattrs.items()) if meta is not None and meta.xattrs else None
