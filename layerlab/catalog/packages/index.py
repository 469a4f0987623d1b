"""The index: which packages were measured, and what is known of each without its files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from layerlab.catalog.packages import columns
from layerlab.catalog.packages.columns import DATA
from layerlab.catalog.packages.control import Control
from layerlab.catalog.packages.files import Extent, Files, Kept, Measured
from layerlab.errors import NotFound

INDEX, FILES, CONTENTS = "packages.gz", "files.gz", "contents.gz"


class Member(NamedTuple):
    """A member of a package's control archive: what ``/var/lib/dpkg/info`` gets."""

    size: int
    mode: int


@dataclass(frozen=True, slots=True)
class Package:
    """A package of Debian 12 as it was measured. Sizes are in bytes."""

    control: Control
    suite: str
    """``bookworm/main``, as ``apt-get install`` names where it comes from."""
    archive_size: int
    """Of the ``.deb``, compressed."""
    members: Mapping[str, Member]
    """The control archive, by name: ``control``, ``postinst``, ``templates`` …"""
    conffiles: tuple[str, ...]
    place: int = field(repr=False)
    """Its number among all, by which its files are found."""

    @property
    def name(self) -> str:
        return self.control.name

    @property
    def version(self) -> str:
        return self.control.version

    @property
    def architecture(self) -> str:
        """``amd64`` or ``all``."""
        return self.control.get("Architecture")

    @property
    def installed_size(self) -> int:
        """What the package says of itself, in bytes; 1 to 7 % more than its files have."""
        return int(self.control.get("Installed-Size") or 0) * 1024

    @property
    def filename(self) -> str:
        """What apt calls the archive in its cache: a colon of the version is escaped."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"

    @property
    def files(self) -> Mapping[str, Measured]:
        """Its files by absolute path, in the order of its archive, parents first.

        Paths are as the package has them: what it puts in ``/bin`` lands in ``/usr/bin`` where
        that is a link. Names of one file are one object.
        """
        return _files_of(self.place)


@cache
def _index() -> Mapping[str, bytes]:
    return columns.unpack((DATA / INDEX).read_bytes())


@cache
def every_package() -> Mapping[str, Package]:
    """All measured packages by name, sorted."""
    index = _index()
    controls = columns.unpack_texts(index["control"])
    packages = {}
    for place, (text, facts) in enumerate(zip(controls, json.loads(index["facts"]), strict=True)):
        suite, size, conffiles, members = facts
        control = Control.of(text)
        packages[control.name] = Package(
            control,
            suite,
            size,
            MappingProxyType({name: Member(*known) for name, *known in members}),
            tuple(conffiles),
            place,
        )
    return MappingProxyType(packages)


def package(name: str) -> Package:
    """The measured package of that name; ``NotFound`` if there is none."""
    try:
        return every_package()[name]
    except KeyError:
        raise NotFound(
            name, where="Debian 12", hint="packages.names() lists what was measured"
        ) from None


def names() -> tuple[str, ...]:
    """All measured packages, sorted."""
    return tuple(every_package())


def providers_of(name: str) -> tuple[str, ...]:
    """The packages of Debian's archive, measured or not, that have a name or provide it."""
    return _providers().get(name, (name,) if name in every_package() else ())


@cache
def _providers() -> Mapping[str, tuple[str, ...]]:
    known = json.loads(_index()["providers"])
    return MappingProxyType({name: tuple(owners) for name, owners in known.items()})


@cache
def _all_files() -> Files:
    packed = columns.unpack((DATA / FILES).read_bytes())
    extents = [Extent(*extent) for extent in json.loads(packed["extents"])]
    return Files(packed, Kept(CONTENTS), extents)


@cache
def _files_of(place: int) -> Mapping[str, Measured]:
    return MappingProxyType(_all_files().group(place))
