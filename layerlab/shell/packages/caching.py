"""apt's binary caches of all that it knows: kept, unless the settings turn them off.

apt 2.6 (*ran*): ``apt-pkg/pkgcachegen.cc``; ``pkgDPkgPM::Go`` makes ``pkgcache.bin`` anew once dpkg
is done. The official image's ``docker-clean`` turns both off.
"""

from __future__ import annotations

from layerlab.catalog import debian
from layerlab.nodes import File, Meta, Zeros
from layerlab.shell.files import Files
from layerlab.shell.packages import indexes
from layerlab.shell.packages.applying import exists, remove, touched

FOLDER = "/var/cache/apt"
PACKAGES, SOURCES = f"{FOLDER}/pkgcache.bin", f"{FOLDER}/srcpkgcache.bin"
CLEAN = "/etc/apt/apt.conf.d/docker-clean"
"""The official image's setting that keeps apt's cache empty."""


def opened(files: Files, now: int) -> None:
    """What apt does before anything else: read the caches, or make them from the lists."""
    if not exists(files, SOURCES):
        build(files, now)


def build(files: Files, now: int) -> None:
    """Make both caches from the lists."""
    _scratch(files)
    _write(files, now, SOURCES, PACKAGES)


def refresh(files: Files, now: int) -> None:
    """Make the cache anew that has what is installed; the lists' own is still good."""
    if exists(files, SOURCES):
        _write(files, now, PACKAGES)


def drop(files: Files) -> None:
    """Remove both."""
    for path in (PACKAGES, SOURCES):
        remove(files, path)


def _write(files: Files, now: int, *paths: str) -> None:
    # How large they are depends on the lists; what is installed is in there already.
    if not exists(files, CLEAN) and indexes.available(files):
        sizes = debian.facts().caches
        files.unpack({path: File(Zeros(sizes[path]), Meta(mtime=now)) for path in paths})


def _scratch(files: Files) -> None:
    """A file in ``/tmp`` that comes and goes: what it leaves is a directory copied up."""
    path = "/tmp/apt.scratch"
    touched(files, path, 0o600)
    remove(files, path)
