"""A layer of layerlab's as the entries of its tar, and what sets it apart from a recorded one."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reference.recordings import Entry

from layerlab.nodes import Change


class Loose(NamedTuple):
    """Files whose sizes may be off, by bytes and by a share of the real size."""

    paths: str
    size: int
    share: float
    why: str


class Difference(NamedTuple):
    """A path on which two layers differ: ``None`` where one of them doesn't have it."""

    path: str
    real: Entry | None
    ours: Entry | None


def entries_of(changes: Mapping[str, Change]) -> dict[str, Entry]:
    """What the layer's tar has: that it is so is in test_commit_tar.py."""
    return dict(_entries(changes))


def _entries(changes: Mapping[str, Change]) -> Iterator[tuple[str, Entry]]:
    seen: dict[int, str] = {}
    marked = ""
    for path in sorted(changes, key=_place):
        node, name = changes[path], path[1:]
        mode, uid, gid = node.meta.mode, node.meta.uid, node.meta.gid
        if node.kind == "whiteout":
            folder, slash, base = name.rpartition("/")
            yield f"{folder}{slash}.wh.{base}", Entry("0", 0o600, 0, 0, 0, marked)
            marked = marked or name
        elif node.kind == "directory":
            yield name, Entry("5", mode, uid, gid, 0, "")
            if node.opaque:
                yield f"{name}/.wh..wh..opq", Entry("0", mode & 0o777, uid, gid, 0, "")
        elif (first := seen.setdefault(id(node), name)) != name:
            yield name, Entry("1", mode, uid, gid, 0, first)
        elif node.kind == "symlink":
            yield name, Entry("2", mode, uid, gid, 0, node.target)
        else:
            assert node.kind == "file", node.kind
            yield name, Entry("0", mode, uid, gid, node.size, "")


def _place(path: str) -> bytes:
    """Each folder sorted by name, as filepath.Walk goes."""
    return path.encode("utf-8", "surrogateescape").replace(b"/", b"\0")


def differences(
    real: Mapping[str, Entry], ours: Mapping[str, Entry], loose: tuple[Loose, ...], random: str
) -> list[Difference]:
    """Paths of one side alone, and those whose entries differ by more than they may."""
    paths = (path for path in {**real, **ours} if not re.fullmatch(random, path))
    found = (Difference(path, real.get(path), ours.get(path)) for path in paths)
    return [each for each in found if not _alike(each, loose)]


def _alike(each: Difference, loose: tuple[Loose, ...]) -> bool:
    real, ours = each.real, each.ours
    if real is None or ours is None or real._replace(size=0) != ours._replace(size=0):
        return real == ours
    off = abs(real.size - ours.size)
    return off == 0 or any(
        off <= one.size + one.share * real.size
        for one in loose
        if re.fullmatch(one.paths, each.path)
    )
