"""Real builds, recorded: what each layer of an image holds, kept small.

A recording is one ``.xz`` of JSON. In it a layer is columns, so that what is alike stands together;
``tools/record_builds.py`` makes them. Paths are as a layer's tar has them, marks of deletion
(``.wh.``) among them.
"""

import json
import lzma
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from os.path import commonprefix
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

FOLDER = Path(__file__).with_name("recorded")
NAME = "recording.xz"


class Entry(NamedTuple):
    """An entry of a layer's tar, but for its time and its content."""

    type: str
    """The letter of the tar's header: ``0`` file, ``1`` hard link, ``2`` symlink, ``5`` folder."""
    mode: int
    uid: int
    gid: int
    size: int
    target: str


@dataclass(frozen=True)
class Step:
    """A line of ``docker history``, and what its layer holds, if it has one."""

    created_by: str
    size: int
    """Bytes, as ``docker history`` tells."""
    entries: Mapping[str, Entry] | None
    packages: Mapping[str, str] | None
    """Name and version of what is installed, where the layer changes dpkg's ``status``."""


@dataclass(frozen=True)
class Recording:
    """An image that was built on the catalog's base; the base's own steps aren't in it."""

    engine: str
    steps: tuple[Step, ...]

    def write(self, path: Path) -> None:
        """Write the recording: the same bytes each time."""
        known = {"engine": self.engine, "steps": [_packed(step) for step in self.steps]}
        plain = json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode()
        path.write_bytes(lzma.compress(plain, preset=9 | lzma.PRESET_EXTREME))

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """What :meth:`write` wrote."""
        known = json.loads(lzma.decompress(path.read_bytes()))
        return cls(known["engine"], tuple(_unpacked(step) for step in known["steps"]))


def entries_of(tar: tarfile.TarFile) -> dict[str, Entry]:
    """The entries of a layer's tar, by path."""
    return {
        member.name: Entry(
            member.type.decode(),
            member.mode & 0o7777,
            member.uid,
            member.gid,
            member.size,
            member.linkname,
        )
        for member in tar
    }


def packages_of(stream: BinaryIO) -> dict[str, str]:
    """Name and version of each package that a ``status`` of dpkg calls installed."""
    found = {}
    for paragraph in stream.read().decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line[1:])
        if fields.get("Status") == "install ok installed":
            found[fields["Package"]] = fields["Version"]
    return found


def _packed(step: Step) -> dict[str, Any]:
    known: dict[str, Any] = {"created_by": step.created_by, "size": step.size}
    if step.packages is not None:
        known["packages"] = step.packages
    if step.entries is not None:
        styles = sorted({_style(entry) for entry in step.entries.values()})
        number = {style: at for at, style in enumerate(styles)}
        known |= {
            "styles": styles,
            "paths": list(_shortened(step.entries)),
            "style": [number[_style(entry)] for entry in step.entries.values()],
            "size_of": [entry.size for entry in step.entries.values()],
            "target": [entry.target for entry in step.entries.values()],
        }
    return known


def _unpacked(known: Mapping[str, Any]) -> Step:
    entries = None
    if "styles" in known:
        rows = zip(known["style"], known["size_of"], known["target"], strict=True)
        found = (Entry(*known["styles"][style], size, target) for style, size, target in rows)
        entries = dict(zip(_lengthened(known["paths"]), found, strict=True))
    return Step(known["created_by"], known["size"], entries, known.get("packages"))


def _style(entry: Entry) -> tuple[str, int, int, int]:
    return entry.type, entry.mode, entry.uid, entry.gid


def _shortened(paths: Iterable[str]) -> Iterable[str | int]:
    """Each path as the length of what it has in common with the one before, and the rest."""
    for before, path in pairwise(["", *paths]):
        common = len(commonprefix([before, path]))  # noqa: RUF071  # by character is meant
        yield common
        yield path[common:]


def _lengthened(parts: list[Any]) -> Iterable[str]:
    path = ""
    for common, rest in zip(parts[::2], parts[1::2], strict=True):
        path = path[:common] + rest
        yield path
