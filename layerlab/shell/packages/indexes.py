"""apt's sources and lists: what ``apt-get update`` fetches, and what is known because of it.

apt 2.6 (*ran*): ``sources.list(5)``; a list is named after its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from layerlab.catalog import debian
from layerlab.catalog.packages import Package, names, package
from layerlab.nodes import File, Meta, Zeros
from layerlab.shell.files import Files
from layerlab.shell.packages.applying import directory

LISTS = "/var/lib/apt/lists"
SOURCES = "/etc/apt/sources.list"
PARTS = "/etc/apt/sources.list.d"
APT_USER = 42


@dataclass(frozen=True)
class Source:
    """One suite of an archive, and which components of it are wanted."""

    uri: str
    suite: str
    components: tuple[str, ...]

    @property
    def stem(self) -> str:
        """How the names of its lists begin (``URItoFileName``)."""
        address = self.uri.partition("://")[2].rstrip("/")
        return f"{address}_dists_{self.suite}".replace("/", "_")

    @property
    def archive(self) -> str:
        """Which of Debian's archives it is, whatever mirror it comes from."""
        return self.uri.rstrip("/").rpartition("/")[2]


def sources(files: Files) -> list[Source]:
    """What the tree's settings name, in their order."""
    found = [source for line in _lines(files, SOURCES) for source in _one_line(line)]
    try:
        parts = sorted(files.listdir(PARTS))
    except OSError:
        parts = []
    for name in parts:
        lines = _lines(files, f"{PARTS}/{name}")
        if name.endswith(".list"):
            found += [source for line in lines for source in _one_line(line)]
        elif name.endswith(".sources"):
            found += _stanzas("\n".join(lines))
    return found


def _one_line(line: str) -> Iterator[Source]:
    found = re.match(r"\s*deb\s+(?:\[.*?\]\s+)?(\S+)\s+(\S+)\s+([^#]*)", line)
    if found:
        yield Source(found[1], found[2], tuple(found[3].split()))


def _stanzas(text: str) -> Iterator[Source]:
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for part in re.split(r"\n\s*\n", text):
        rows = (row.partition(":") for row in re.sub(r"\n\s+", " ", part).splitlines())
        fields = {name.strip().lower(): value.split() for name, _, value in rows}
        if "deb" in fields.get("types", ()) and fields.get("enabled") != ["no"]:
            components = tuple(fields.get("components", ()))
            for uri in fields.get("uris", ()):
                yield from (Source(uri, suite, components) for suite in fields.get("suites", ()))


@dataclass(frozen=True)
class Fetched:
    """A list that an archive offers: what it is called when it is fetched, and its sizes."""

    uri: str
    title: str
    path: str
    size: int
    download: int


def offered(source: Source) -> list[Fetched]:
    """The measured lists of a source; nothing for a suite that wasn't measured."""
    return list(_offered(source))


def _offered(source: Source) -> Iterator[Fetched]:
    known = debian.facts()
    measured = {left.path.rpartition("/")[2]: left for left in known.lists}
    marks = f"{source.archive}_dists_{source.suite}_"
    for name, left in measured.items():
        rest = name.partition(f"_{marks}")[2]
        path = f"{LISTS}/{source.stem}_{rest}"
        if rest == "InRelease":
            yield Fetched(source.uri, f"{source.suite} InRelease", path, left.size, left.size)
        elif rest:
            component = rest.partition("_")[0]
            if component in source.components:
                title = f"{source.suite}/{component} amd64 Packages"
                download = known.downloads[f"{source.suite}/{component}"]
                yield Fetched(source.uri, title, path, left.size, download)


def settle(files: Files) -> None:
    """The directories that apt wants before it fetches lists."""
    settle_lists(files)
    directory(files, f"{LISTS}/partial", 0o700, APT_USER)
    files.chown(f"{LISTS}/partial", APT_USER, 0)


def settle_lists(files: Files) -> None:
    """Every fetch gives ``auxfiles`` to apt's user, whether it is that user's or not."""
    directory(files, LISTS, 0o755)
    directory(files, f"{LISTS}/auxfiles", 0o755, APT_USER)
    files.chown(f"{LISTS}/auxfiles", APT_USER, 0)


def list_file(fetched: Fetched, changed: int) -> File:
    """A list as it lies on the disk: its time is the archive's."""
    return File(Zeros(fetched.size), Meta(mtime=changed))


def available(files: Files) -> dict[str, tuple[Package, Source]]:
    """The packages that the lists in the tree know, each with the source that has it."""
    try:
        there = set(files.listdir(LISTS))
    except OSError:
        return {}
    by_suite: dict[str, Source] = {}
    for source in sources(files):
        for component in source.components:
            stem = f"{source.stem}_{component}_binary-amd64_Packages"
            if stem in there or any(name.startswith(f"{stem}.") for name in there):
                by_suite.setdefault(f"{source.suite}/{component}", source)
    if not by_suite:
        return {}
    every = ((name, package(name)) for name in names())
    return {
        name: (found, by_suite[found.suite]) for name, found in every if found.suite in by_suite
    }


def _lines(files: Files, path: str) -> list[str]:
    try:
        return files.read_bytes(path).decode("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
