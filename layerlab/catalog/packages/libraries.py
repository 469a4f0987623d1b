"""``/etc/ld.so.cache`` and ldconfig's own cache, as large as the names of the libraries make them.

glibc 2.36, elf/cache.c: the first has 24 bytes an entry and its path, the second 48 bytes a file
and its soname. The contents are zeros: no library of the catalog can be run.
"""

import posixpath
import re
import stat
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from layerlab.catalog.packages.generated import figures
from layerlab.nodes import File, Meta, Zeros

CACHE, AUXILIARY = "/etc/ld.so.cache", "/var/cache/ldconfig/aux-cache"
CONFIGURED = "/etc/ld.so.conf.d"
DEFAULTS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64")

HEADER, ENTRY, EXTENSION = 48, 24, 24
GENERATOR = "ldconfig (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36"
AUXILIARY_HEADER, AUXILIARY_ENTRY = 33, 48
"""The names begin with an empty one."""

_LIBRARY = re.compile(r"(lib|ld-).*\.so(\..*)?")


def caches(tree: Any) -> Mapping[str, File]:
    """What ``ldconfig`` writes for the libraries in the tree."""
    if not tree.exists("/sbin/ldconfig"):
        return {}
    paths = names = entries = files = 0
    for folder, real in _folders(tree):
        found = list(_libraries(tree, real, figures().unlisted.keys()))
        entries += len(found)
        paths += sum(len(folder) + 1 + len(name.encode()) + 1 for name, _ in found)
        known = {target: name for name, target in reversed(found) if not name.endswith(".so")}
        known = {target: name for name, target in found} | known
        files += len(known)
        names += sum(len(name.encode()) + 1 for name in known.values())
        for path, soname in figures().unlisted.items():
            if (
                soname
                and path not in known
                and path.rpartition("/")[0] == real
                and tree.exists(path)
            ):
                files, names = files + 1, names + len(soname.encode()) + 1
    size = HEADER + ENTRY * entries + paths
    size += -size % 4 + EXTENSION + len(GENERATOR)
    auxiliary = AUXILIARY_HEADER + AUXILIARY_ENTRY * files + names
    return {
        CACHE: File(Zeros(size), Meta(0o644)),
        AUXILIARY: File(Zeros(auxiliary), Meta(0o600)),
    }


def named(tree: Any, skipped: AbstractSet[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Each folder, as it is named and as it is, and the names of its entries."""
    for folder, real in _folders(tree):
        yield folder, real, [name for name, _ in _libraries(tree, real, skipped)]


def _folders(tree: Any) -> Iterator[tuple[str, str]]:
    """The folders that ldconfig searches, as they are named and as they are: each once."""
    seen = set()
    named: list[str] = []
    for name in tree.listdir(CONFIGURED) if tree.isdir(CONFIGURED) else []:
        if name.endswith(".conf"):
            lines = tree.read_text(f"{CONFIGURED}/{name}").splitlines()
            named += [line.strip() for line in lines if line.startswith("/")]
    for folder in [*named, *DEFAULTS]:
        real = _real(tree, folder)
        if tree.isdir(real) and real not in seen:
            seen.add(real)
            yield folder, real


def _real(tree: Any, path: str) -> str:
    """The path without the link of a merged ``/usr``."""
    first = "/" + path.split("/")[1]
    if tree.islink(first):
        return posixpath.normpath(posixpath.join("/", tree.readlink(first))) + path[len(first) :]
    return path


def _libraries(tree: Any, folder: str, skipped: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    """Name of each entry in a folder, and the file that it leads to.

    A file goes by its soname, which is the name of a link to it; a link that ends in ``.so`` is for
    the linker, and an entry of its own. What doesn't fit was measured: scripts of the linker, and
    links that aren't the soname.
    """
    names = [name for name in tree.listdir(folder) if _LIBRARY.fullmatch(name)]
    files, links = [], {}
    for name in names:
        path = f"{folder}/{name}"
        mode = tree.lstat(path).st_mode
        if stat.S_ISREG(mode) and path not in skipped:
            files.append(name)
        elif stat.S_ISLNK(mode) and tree.isfile(path):
            target = posixpath.normpath(posixpath.join(folder, tree.readlink(path)))
            links[name] = _real(tree, target)
    for name, target in links.items():
        while posixpath.dirname(target) == folder and posixpath.basename(target) in links:
            target = links[posixpath.basename(target)]
        links[name] = target
    links = {name: to for name, to in links.items() if f"{folder}/{name}" not in skipped}
    known_by_link = {target for name, target in links.items() if not name.endswith(".so")}
    for name in files:
        if f"{folder}/{name}" not in known_by_link:
            yield name, f"{folder}/{name}"
    yield from links.items()
