"""What packages say of triggers, and what their questions add to debconf's database."""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from layerlab.catalog import packages
from measure.archive import control_texts

_TRIGGERS = re.compile(r"^(interest|activate)(-await|-noawait)?\s+(\S+)", re.MULTILINE)
_CALLED = re.compile(r"^\s*dpkg-trigger (?:--\S+ )*([\w/][^\s;|&]*)", re.MULTILINE)
_ON_UPGRADE = "perl-major-upgrade"
"""Nobody who installs activates it."""
_DEBCONF = "/var/cache/debconf/{}.dat"


class _Sizes(NamedTuple):
    templates: int
    config: int


def measure(debs: Mapping[str, Path], debconf: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """The facts of ``dpkg.json``: ``debs`` by package, and what :func:`growths` found."""
    interests: dict[str, list[tuple[str, bool]]] = {}
    activates: dict[str, list[str]] = {}
    triggering: dict[str, list[str]] = {}
    with ThreadPoolExecutor(2) as pool:
        read = pool.map(lambda name: control_texts(debs[name], "triggers", "postinst"), debs)
        texts = dict(zip(debs, read, strict=True))
    for name, known in sorted(texts.items()):
        for kind, waits, trigger in _TRIGGERS.findall(known.get("triggers", "")):
            if kind == "interest":
                interests.setdefault(name, []).append((trigger, waits != "-noawait"))
            else:
                activates.setdefault(trigger, []).append(name)
        called = dict.fromkeys(_CALLED.findall(known.get("postinst", "")))
        called.pop(_ON_UPGRADE, None)
        if called:
            triggering[name] = [path for pattern in called for path in _expanded(pattern)]
    return {
        "interests": interests,
        "activates": dict(sorted(activates.items())),
        "triggering": triggering,
        "debconf": dict(sorted(debconf.items())),
    }


def _expanded(pattern: str) -> list[str]:
    """A trigger's name, or the directories that a pattern of the shell finds."""
    if "*" not in pattern:
        return [pattern]
    directories = {
        path
        for name in packages.names()
        for path, node in packages.package(name).files.items()
        if node.kind == "directory"
    }
    return sorted(fnmatch.filter(directories, pattern))


def growths(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """By package, the bytes that configuring it added to ``templates.dat`` and ``config.dat``.

    ``folder`` has what :func:`measure.generated.observe` saw.
    """
    before: _Sizes | None = None
    listings = sorted(folder.glob("listing.*"), key=lambda path: path.stat().st_mtime_ns)
    for listing in listings:
        name, sizes = listing.name.split(".", 2)[2], _sizes(listing)
        if before is not None and name and sizes != before:
            asks = "templates" in packages.package(name).members
            if asks:
                added = zip(sizes, before, strict=True)
                yield name, _Sizes(*(now - then for now, then in added))
        before = sizes


def _sizes(listing: Path) -> _Sizes:
    rows = listing.read_text("utf-8", "surrogateescape").split("\0")
    known = {
        row.rpartition("\t")[2]: int(row.split("\t", 5)[4]) for row in rows if "/debconf/" in row
    }
    return _Sizes(*(known.get(_DEBCONF.format(which), 0) for which in _Sizes._fields))
