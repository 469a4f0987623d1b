"""Put together what several installs have shown of each package's scripts."""

import posixpath
import re
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

from layerlab.catalog import packages
from layerlab.catalog.packages import fonts, info, libraries
from layerlab.catalog.packages.generated import NOTHING, Figures, Line, Made
from layerlab.catalog.packages.generated import Path as MadePath
from measure.reduced import Moment, Steps, made, moments

_JAVA = "ca-certificates-java"

_TRIGGERED = (
    ("/etc/ssl/certs/java/", _JAVA),
    ("/etc/ssl/certs/", "ca-certificates"),
    ("/usr/share/mime/", "shared-mime-info"),
    ("/var/cache/man", "man-db"),
    ("/usr/share/info/", "install-info"),
    ("/etc/mailcap", "mailcap"),
    ("/usr/share/icons/hicolor", "hicolor-icon-theme"),
    ("/var/lib/systemd/catalog", "systemd"),
    ("/etc/udev", "udev"),
    ("/usr/share/glib-2.0", "libglib2.0-0"),
    ("/usr/lib/x86_64-linux-gnu/gio", "libglib2.0-0"),
    ("/usr/lib/x86_64-linux-gnu/gdk-pixbuf", "libgdk-pixbuf-2.0-0"),
    ("/var/lib/ca-certificates-java/", _JAVA),
    ("/tmp/hsperfdata_root", _JAVA),
)
"""Whose trigger makes what. Some come together at the end, where dpkg doesn't tell them apart."""

_GIO = "/usr/lib/x86_64-linux-gnu/gio/modules"
_SCHEMAS = "/usr/share/glib-2.0/schemas/org.gnome.desktop"
_PHP = "/usr/lib/php/8.2/sapi/apache2"
_MODS = r"(/etc/apache2/mods-enabled/|/var/lib/apache2/module/enabled_by_maint/)"

_NEEDS = (
    (r"/etc/php/([\d.]+)/(\w+)/conf\.d(/.*)?", r"/usr/lib/php/\1/sapi/\2"),
    (r"/var/lib/php/modules/([\d.]+)/(apache2|cli|fpm)(/.*)?", r"/usr/lib/php/\1/sapi/\2"),
    (r"/usr/lib/x86_64-linux-gnu/gio/modules/giomodule\.cache", rf"{_GIO}/libdconfsettings.so"),
    (r"/usr/share/glib-2\.0/schemas/gschemas\.compiled", rf"{_SCHEMAS}.interface.gschema.xml"),
    (r"/run/dbus(/.*)?", "/usr/bin/systemd-tmpfiles"),
    (rf"{_MODS}mpm_event(\..*)?", f"!{_PHP}"),
    (rf"{_MODS}(mpm_prefork|php[\d.]+)(\..*)?", _PHP),
    (r"/usr/share/icons/.*/icon-theme\.cache", "/usr/bin/gtk-update-icon-cache"),
    (r"(.*)/__pycache__", r"\1"),
    (r"(.*)/__pycache__/([^.]+)\.cpython-\d+\.pyc", r"\1/\2.py"),
)
"""What a path of one package's script needs of another package; ``!``: what must not be there."""


@dataclass
class Merged:
    """All that was seen, each part of a package as the first install showed it."""

    parts: dict[tuple[str, str], Made] = field(default_factory=dict)
    unlisted: dict[str, str] = field(default_factory=dict)
    fonts: dict[str, dict[int, int]] = field(default_factory=dict)
    manuals: dict[str, dict[str, int]] = field(default_factory=dict)
    head: int = 0

    @property
    def listed(self) -> Iterator[tuple[str, str, Made]]:
        """Package, part and what it makes, sorted."""
        for (name, part), one in sorted(self.parts.items()):
            if not name:
                raise ValueError(f"{one} is nobody's")
            yield name, part, one

    def add(self, scratch: Path, root: Path, steps: Steps) -> None:
        """Take on what :func:`measure.generated.observe` left in ``scratch``."""
        fresh: dict[tuple[str, str], Made] = {}
        for name, part, one in self._settled(made(scratch / "measure", root, steps)):
            for owner, its in _owners(name, one, [each for act, each in steps if act == "Inst"]):
                its = replace(its, paths=tuple(map(_needing, its.paths)))
                key = (owner, part if name else "triggered")
                if its.lines and not name:
                    key = (owner, "configured")
                fresh[key] = _both(fresh.get(key, NOTHING), its)
        for key, one in fresh.items():
            known = self.parts.get(key)
            if known is None:
                self.parts[key] = one
                continue
            there = {path.path for path in known.paths}
            more = tuple(path for path in one.paths if path.needs and path.path not in there)
            self.parts[key] = replace(known, paths=(*known.paths, *more))
        tree = Tree(scratch, root)
        self._libraries(tree)
        self._fonts(tree)
        if tree.isfile(info.DIR):
            manuals, head = info.read(tree.read_text(info.DIR))
            self.manuals |= manuals
            self.head = head if manuals else self.head

    @property
    def figures(self) -> Figures:
        """What the rules need."""
        return Figures(dict(sorted(self.unlisted.items())), self.fonts, self.manuals, self.head)

    @staticmethod
    def _settled(seen: Iterator[tuple[str, str, Made]]) -> Iterator[tuple[str, str, Made]]:
        """Java's key store is made by a trigger, in whose step ever dpkg came to it."""
        store = NOTHING
        for name, part, one in seen:
            mine = tuple(path for path in one.paths if _owner(path.path) == _JAVA)
            gone = tuple(path for path in one.gone if _owner(path) == _JAVA)
            if (name, part) == (_JAVA, "configured") or not (mine or gone):
                yield name, part, one
                continue
            store = _both(store, Made(mine, gone))
            yield (
                name,
                part,
                replace(
                    one,
                    paths=tuple(path for path in one.paths if path not in mine),
                    gone=tuple(path for path in one.gone if path not in gone),
                ),
            )
        if store != NOTHING:
            paths = tuple(path for path in store.paths if path.path not in store.gone)
            yield _JAVA, "triggered", replace(store, paths=paths)

    def _libraries(self, tree: "Tree") -> None:
        """Which paths the real cache has: others that look like libraries are none."""
        data = tree.read_bytes(libraries.CACHE)
        (count,) = struct.unpack_from("<I", data, 20)
        places = (struct.unpack_from("<II", data, 52 + 24 * at)[1] for at in range(count))
        real = {data[at : data.index(b"\0", at)].decode() for at in places}
        sonames = _sonames(tree.read_bytes(libraries.AUXILIARY))
        while wrong := {
            f"{inner}/{name}"
            for folder, inner, names in libraries.named(tree, self.unlisted.keys())
            for name in names
            if f"{folder}/{name}" not in real
        }:
            self.unlisted |= {path: sonames.get(tree.size(path), "") for path in wrong}

    def _fonts(self, tree: "Tree") -> None:
        """What is left of each of fontconfig's caches without what names take."""
        caches = fonts.caches(tree, {})
        for folder, _, count in fonts.folders(tree):
            path = fonts.cache_of(folder)
            if count and tree.isfile(path):
                size = len(tree.read_bytes(path)) - caches[path].size
                self.fonts.setdefault(folder, {})[count] = size


def _sonames(auxiliary: bytes) -> dict[int, str]:
    """The sonames of the files in ldconfig's own cache, by the files' sizes."""
    (count,) = struct.unpack_from("<I", auxiliary, 24)
    texts = auxiliary[32 + 48 * count :]
    found = {}
    for at in range(count):
        _ino, _ctime, size, _dev, _flags, place = struct.unpack_from(
            "<QQQQiI", auxiliary, 32 + 48 * at
        )
        found[size] = texts[place : texts.index(b"\0", place)].decode()
    return found


def _both(one: Made, other: Made) -> Made:
    """What two steps of one package make."""
    lines = {path: (*one.lines.get(path, ()), *rows) for path, rows in other.lines.items()}
    return Made(
        (*one.paths, *other.paths),
        (*one.gone, *other.gone),
        (*one.accounts, *other.accounts),
        {**one.edits, **other.edits},
        {**one.lines, **lines},
        (*one.commands, *other.commands),
    )


def _owners(name: str, one: Made, names: list[str]) -> Iterator[tuple[str, Made]]:
    """The package itself, or for the last step, which is nobody's, those that it is made up of."""
    if name:
        if one != NOTHING:
            yield name, one
        return
    by_owner: dict[str, list[MadePath]] = {}
    gone: dict[str, list[str]] = {}
    for path in one.paths:
        by_owner.setdefault(_owner(path.path), []).append(path)
    for path in one.gone:
        gone.setdefault(_owner(path), []).append(path)
    for owner in by_owner.keys() | gone.keys():
        yield owner, Made(tuple(by_owner.get(owner, ())), tuple(gone.get(owner, ())))
    for path, lines in one.lines.items():
        for line in lines:
            yield _shipping(line, names), Made(lines={path: (line,)})


def _owner(path: str) -> str:
    return next((owner for start, owner in _TRIGGERED if path.startswith(start)), "")


def _shipping(line: Line, names: list[str]) -> str:
    """The package that has the shell."""
    for name in names:
        files = packages.package(name).files
        if (
            line.text in files
            or line.text.removeprefix("/usr") in files
            or f"/usr{line.text}" in files
        ):
            return name
    return ""


def _needing(path: MadePath) -> MadePath:
    for pattern, needs in _NEEDS:
        if match := re.fullmatch(pattern, path.path):
            return path._replace(needs=match.expand(needs))
    return path


class Tree:
    """The tree after an install, as the rules of the catalog read one."""

    def __init__(self, scratch: Path, root: Path) -> None:
        last: Moment
        *_, last = moments(scratch / "measure")
        self._paths, self._places = last.paths, (scratch / "upper", root)
        self._names: dict[str, list[str]] = {}
        for path in self._paths:
            self._names.setdefault(posixpath.dirname(path), []).append(posixpath.basename(path))

    def _real(self, path: str) -> str:
        real = "/"
        for name in path.strip("/").split("/"):
            step = posixpath.join(real, name)
            seen = self._paths.get(step)
            if seen is not None and seen.kind == "l":
                step = self._real(posixpath.normpath(posixpath.join(real, seen.target)))
            real = step
        return real

    def _kind(self, path: str) -> str:
        seen = self._paths.get(self._real(path))
        return seen.kind if seen else ""

    def exists(self, path: str) -> bool:
        return bool(self._kind(path))

    def isdir(self, path: str) -> bool:
        return self._kind(path) == "d"

    def isfile(self, path: str) -> bool:
        return self._kind(path) == "f"

    def islink(self, path: str) -> bool:
        return path in self._paths and self._paths[path].kind == "l"

    def readlink(self, path: str) -> str:
        return self._paths[path].target

    def listdir(self, path: str) -> list[str]:
        return sorted(self._names.get(self._real(path), []))

    def size(self, path: str) -> int:
        """Of a file itself: a link has none."""
        return self._paths[path].size

    def lstat(self, path: str) -> SimpleNamespace:
        bits: Mapping[str, int] = {"f": stat.S_IFREG, "l": stat.S_IFLNK, "d": stat.S_IFDIR}
        return SimpleNamespace(st_mode=bits.get(self._paths[path].kind, stat.S_IFCHR))

    def read_bytes(self, path: str) -> bytes:
        found = next(place / path[1:] for place in self._places if (place / path[1:]).exists())
        return found.read_bytes()

    def read_text(self, path: str) -> str:
        return self.read_bytes(path).decode()
