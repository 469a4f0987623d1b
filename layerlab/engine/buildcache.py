"""BuildKit's build cache: what its steps left, and the names under which they are found again.

moby 20.10: ``builder/builder-next``; BuildKit: ``cache/manager.go`` (DiskUsage, Prune).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from layerlab.engine.pruning import Pruned, moment_of
from layerlab.engine.state import State
from layerlab.engine.store import with_item, without
from layerlab.errors import EngineError
from layerlab.image import Image
from layerlab.layer import AnyLayer, Layer, RecordedLayer
from layerlab.tarball import changes_size

NOTHING = Image([])


@dataclass(frozen=True)
class CacheRecord:
    """What one step left: a snapshot, the files that a client sent, or a cache mount's files."""

    id: str
    """25 letters and digits."""
    key: str
    """What it is found by: a hash of the step and of what it was carried out on."""
    kind: Literal["regular", "source.local", "exec.cachemount"]
    description: str
    created: int
    used: int
    count: int = 1
    """How often it was used."""
    parent: str = ""
    """The key of the record that it stands on."""
    image: Image = field(default=NOTHING, repr=False)
    """Of a snapshot: its layers, and those below. An image without config."""
    files: Layer | None = field(default=None, repr=False)
    """Of the other kinds: the files."""
    base: bool = False
    """Whether it is a layer of an image that steps stand on: it takes no space of its own."""
    told: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the step was, by aspect: shows why another one isn't found."""


def _unpacked(layer: AnyLayer) -> int:
    """Bytes as ``du`` counts them: here symlinks count, also where the layer's size has none."""
    return layer.size if isinstance(layer, RecordedLayer) else changes_size(layer.changes)


@dataclass(frozen=True)
class CacheUsage:
    """A record, and whether some image has its layers, too."""

    record: CacheRecord
    shared: bool

    @property
    def size(self) -> int:
        """Bytes that it takes beside the records that it stands on.

        Symlinks count as long as no image has the layer. (Docker keeps the size that it worked
        out first, when somebody asked for it.)
        """
        record = self.record
        if record.files is not None:
            return record.files.size
        if record.base or not record.image.layers:
            return 0
        top = record.image.layers[-1]
        return top.size if self.shared else _unpacked(top)


def used(state: State, key: str, now: int) -> State:
    """The state in which a record was used once more."""
    record = state.build_cache[key]
    record = replace(record, used=now, count=record.count + 1)
    return replace(state, build_cache=with_item(state.build_cache, key, record))


def cache_usage(state: State) -> tuple[CacheUsage, ...]:
    """All records, those used last at the end, as the client sorts them."""
    chains = {chain for stored in state.images.values() for chain in stored.image.chain_ids}
    ordered = sorted(state.build_cache.values(), key=lambda record: (record.used, record.id))
    return tuple(CacheUsage(record, _is_shared(record, chains)) for record in ordered)


def _is_shared(record: CacheRecord, chains: Iterable[str]) -> bool:
    layers = record.image.layers
    return record.kind == "regular" and bool(layers) and record.image.chain_ids[-1] in chains


def prune_cache(
    state: State, *, all: bool = False, until: float | None = None
) -> tuple[State, Pruned]:
    """The state without what no image shares, or with ``all`` without any of the cache.

    ``until``: only what was last used up to then, in seconds since 1970.
    """
    gone = [
        usage
        for usage in cache_usage(state)
        if (all or not usage.shared) and (until is None or usage.record.used <= until)
    ]
    kept = without(state.build_cache, *(usage.record.key for usage in gone))
    names = tuple(usage.record.id for usage in gone)
    pruned = Pruned(names, sum(usage.size for usage in gone))
    return replace(state, build_cache=kept), pruned


def until(texts: Iterable[str], now: int) -> float | None:
    """The moment of ``until=24h`` or ``unused-for=24h``; ``EngineError`` in the daemon's words."""
    found: float | None = None
    for text in texts:
        name, _, value = text.partition("=")
        if name not in ("until", "unused-for"):
            raise EngineError(f"Invalid filter '{name}'")
        found = moment_of(value, now)
    return found
