"""The build cache as one build reads and writes it: records of the engine's state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Literal

from layerlab.build.hosting import Host
from layerlab.engine.buildcache import CacheRecord, used
from layerlab.engine.state import State
from layerlab.engine.store import with_item
from layerlab.engine.times import moment
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.nodes import File


class BuiltLayer(Layer):
    """A layer as BuildKit's snapshots count it: by its files alone, not its symlinks' targets."""

    @cached_property
    def size(self) -> int:
        """Bytes of the files, a hard-linked one once."""
        files = {id(node): node for node in self.changes.values() if isinstance(node, File)}
        return sum(node.size for node in files.values())


class Records:
    """What a build finds in the cache, and leaves there."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._before = frozenset(host.state().build_cache)
        self._bases: set[str] = set()

    def all(self) -> Iterable[CacheRecord]:
        """Every record, the oldest first."""
        return self._host.state().build_cache.values()

    def found(self, key: str) -> CacheRecord | None:
        """The record of a key; it counts as used once more."""
        if key not in self._host.state().build_cache:
            return None

        def operation(state: State) -> tuple[State, CacheRecord]:
            state = used(state, key, self._host.clock.now)
            return state, state.build_cache[key]

        record: CacheRecord = self._host.change(operation)
        return record

    def keep(
        self, key: str, image: Image, now: int, parent: str, description: str,
        told: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Keep a snapshot under a key, instead of any that was there."""
        self._put(
            CacheRecord(
                self._host.ids.base36(), key, "regular", description, now, now, 1, parent, image,
                told=told,
            )
        )  # fmt: skip

    def keep_files(
        self, key: str, kind: Literal["source.local", "exec.cachemount"], files: Layer, now: int
    ) -> None:
        """Keep what a client sent, or what a cache mount holds."""
        old = self._host.state().build_cache.get(key)
        if old is not None:
            self._put(replace(old, files=files, used=now, count=old.count + 1))
            return
        names = {"source.local": "local source for ", "exec.cachemount": "cached mount "}
        description = names[kind] + key.partition(":")[2]
        identity = self._host.ids.base36()
        self._put(CacheRecord(identity, key, kind, description, now, now, files=files))

    def files(self, key: str) -> Layer | None:
        """The files under a key."""
        record = self._host.state().build_cache.get(key)
        return None if record is None else record.files

    def keep_bases(self, images: Iterable[Image]) -> None:
        """A record for each layer of these images, which a step stands on or reads."""
        for image in images:
            parent = ""
            for count, chain_id in enumerate(image.chain_ids, 1):
                key = f"chain:{chain_id}"
                self._bases.add(key)
                if self.found(key) is None:
                    now = self._host.clock.now
                    self._put(
                        CacheRecord(
                            self._host.ids.base36(), key, "regular", "", now, now, 1, parent,
                            Image(image.layers[:count]), base=True,
                        )
                    )  # fmt: skip
                parent = key

    def was_here(self, image: Image) -> bool:
        """Whether an image was needed by this build, and was in the cache before it."""
        key = f"chain:{image.chain_ids[-1]}"
        return key in self._bases and key in self._before

    @staticmethod
    def base_created(image: Image) -> tuple[int, ...]:
        """When an image's layers were made, as its history tells."""
        steps = [step for step in image.history if not step.empty_layer]
        times = [int(moment(step.created or image.config.created)) for step in steps]
        last = times[-1] if times else int(moment(image.config.created))
        return (*times, *(last for _ in image.layers[len(times) :]))

    def _put(self, record: CacheRecord) -> None:
        def operation(state: State) -> tuple[State, None]:
            kept = with_item(state.build_cache, record.key, record)
            return replace(state, build_cache=kept), None

        self._host.change(operation)
