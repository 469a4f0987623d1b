"""The keys of the cache: what was done, to what, and with which content.

BuildKit: ``solver/llbsolver/ops/exec.go`` and ``file.go`` (CacheMap). COPY looks at the content of
its sources, RUN at that of mounts that it can only read. Neither looks at the content of what it
stands on: there the key of the step before counts.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from layerlab.build.buildkit.content import Checksums
from layerlab.build.buildkit.graph import Copy, MakeDirectory, Run, Vertex
from layerlab.engine.buildcache import CacheRecord
from layerlab.image import Image


@dataclass(frozen=True)
class Key:
    """A key, and what it was made of."""

    step: str
    """What is done."""
    root: str
    """The key of what it is done to."""
    content: str = ""
    """Digests of what it reads."""

    @property
    def text(self) -> str:
        """The key itself."""
        parts = f"{self.step}\0{self.root}\0{self.content}"
        return hashlib.sha256(parts.encode(errors="surrogateescape")).hexdigest()


def base_key(image: Image) -> str:
    """An image counts by its layers: another config on the same ones is the same to the cache."""
    return f"chain:{image.chain_ids[-1]}" if image.layers else f"config:{image.image_id}"


def key_of(
    vertex: Vertex, root: str, checksums: Callable[[int], Checksums], keys: Callable[[int], str]
) -> Key:
    """The key of a vertex. ``checksums`` and ``keys`` are asked for its inputs by number."""
    operation = vertex.operation
    if isinstance(operation, MakeDirectory):
        return Key(repr(operation), root)
    if isinstance(operation, Copy):
        bare = replace(operation, sources=tuple(map(posixpath.basename, operation.sources)))
        if vertex.reads_root:  # one input cannot count in two ways
            return Key(repr(operation), root)
        return Key(repr(bare), root, checksums(1).of(operation.sources))
    assert isinstance(operation, Run)  # the others have no key of this kind
    bare_mounts = tuple(replace(mount, source="", origin="") for mount in operation.mounts)
    shown: list[str] = []
    for mount in operation.mounts:
        if mount.type == "bind":
            source = posixpath.normpath(posixpath.join("/", mount.source))
            seen = checksums(mount.input).of([source])
            shown.append(seen if mount.readable_only else f"{keys(mount.input)}:{source}")
    return Key(repr(replace(operation, mounts=bare_mounts)), root, "\0".join(shown))


def reason(records: Iterable[CacheRecord], key: Key, source: str) -> str:
    """Why there is no record under a key, from those that come nearest."""
    told = [record.told for record in records if record.told.get("root") == key.root]
    if not told:
        return "nothing was built on this yet"
    if any(each["step"] == key.step for each in told):
        return "the files to be copied have changed"
    if any(each["source"] == source for each in told):
        return "what the step is given has changed: variables, user, directory or mounts"
    command = source.partition(" ")[0].upper()
    alike = [each["source"] for each in told if each["source"].upper().startswith(f"{command} ")]
    if alike:
        return f"the instruction was another one: {alike[-1]}"
    return "another instruction was run on this"


def told(key: Key, source: str) -> Mapping[str, str]:
    """What a record keeps of its key, so that a miss can be explained."""
    return {"root": key.root, "step": key.step, "source": source}
