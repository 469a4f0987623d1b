"""dpkg's database: ``/var/lib/dpkg/status``, one stanza a package, written as dpkg writes it.

dpkg 1.21: ``lib/dpkg/parse.c`` (the order of fields), ``lib/dpkg/dump.c``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from layerlab.catalog.packages import Control, Package
from layerlab.nodes import File
from layerlab.shell.files import Files

STATUS = "/var/lib/dpkg/status"

State = Literal[
    "installed", "unpacked", "triggers-pending", "config-files", "half-configured",
    "half-installed", "not-installed",
]  # fmt: skip

_FIELDS = (
    "Package", "Essential", "Protected", "Status", "Priority", "Section", "Installed-Size",
    "Origin", "Maintainer", "Bugs", "Architecture", "Multi-Arch", "Source", "Version",
    "Config-Version", "Replaces", "Provides", "Depends", "Pre-Depends", "Recommends", "Suggests",
    "Breaks", "Conflicts", "Enhances", "Conffiles", "Description", "Triggers-Pending",
)  # fmt: skip
_PLACES = {name.lower(): place for place, name in enumerate(_FIELDS)}
_FIELD = re.compile(r"^(\S+):[ \t]*(.*(?:\n[ \t].*)*)\n?", re.MULTILINE)
_WORDS = re.compile(r"^Status: (\S+) (\S+) (\S+)$", re.MULTILINE)
_Words = tuple[str, str, str]
_LASTING = "name", "version", "architecture", "binary"
NEW = "newconffile"
"""Stands for a conffile's digest until it is configured."""


@dataclass(frozen=True)
class Stanza:
    """What dpkg knows of one package, as the text that ``status`` has of it."""

    text: str

    @cached_property
    def control(self) -> Control:
        """The fields of the package."""
        return Control.of(self.text)

    @cached_property
    def name(self) -> str:
        return self.control.name

    @cached_property
    def version(self) -> str:
        return self.control.version

    @cached_property
    def architecture(self) -> str:
        return self.control.get("Architecture")

    @cached_property
    def binary(self) -> str:
        """As dpkg names it: with its architecture where several could be installed."""
        return binary_name(self.control)

    @property
    def want(self) -> str:
        """What is asked for: ``install``, ``hold``, ``deinstall``, ``purge``."""
        return self._words[0]

    @property
    def state(self) -> str:
        """What it is, such as ``installed`` or ``config-files``."""
        return self._words[2]

    @cached_property
    def _words(self) -> _Words:
        found = _WORDS.search(self.text)
        return (found[1], found[2], found[3]) if found else ("unknown", "ok", "not-installed")

    @property
    def installed(self) -> bool:
        """Whether others can depend on it."""
        return self.state in ("installed", "triggers-pending", "triggers-awaited")

    @cached_property
    def conffiles(self) -> Mapping[str, str]:
        """Its configuration files, each with the digest that the package had."""
        rows = (line.split() for line in self.control.get("Conffiles").splitlines() if line)
        return {row[0]: row[1] for row in rows if row[2:] != ["obsolete"]}

    def stated(self, state: State) -> Stanza:
        """The package in another state."""
        return self._reworded((self.want, "ok", state))

    def wanted(self, want: str) -> Stanza:
        """The package with another wish, such as ``hold``."""
        return self._reworded((want, "ok", self.state))

    def _reworded(self, words: _Words) -> Stanza:
        before, after = (f"\nStatus: {' '.join(each)}\n" for each in (self._words, words))
        other = self._told(f"\n{self.text}".replace(before, after, 1)[1:])
        other.__dict__["_words"] = words if after in f"\n{other.text}" else self._words
        return other

    def _told(self, text: str) -> Stanza:
        """The same package in other words: what was worked out of it stays."""
        other = Stanza(text)
        known = {key: self.__dict__[key] for key in _LASTING if key in self.__dict__}
        other.__dict__.update(known)
        return other

    def configured(self, digests: Mapping[str, str]) -> Stanza:
        """Installed, its conffiles in place."""
        text = self.text
        for path, digest in digests.items():
            text = text.replace(f"\n {path} {NEW}\n", f"\n {path} {digest}\n", 1)
        return self._told(text).stated("installed")

    def pending(self, triggers: Iterable[str]) -> Stanza:
        """With triggers that it has to hear of; without any it is installed."""
        fields = {name: value for name, value in _fields(self.text) if name != "Triggers-Pending"}
        told = " ".join(triggers)
        if told:
            fields["Triggers-Pending"] = told
        words = f"{self.want} ok {'triggers-pending' if told else 'installed'}"
        return Stanza(_written(fields | {"Status": words}))

    @property
    def triggers(self) -> tuple[str, ...]:
        """What it has to hear of yet."""
        return tuple(self.control.get("Triggers-Pending").split())

    def left(self) -> Stanza:
        """Removed, with its configuration files kept."""
        fields = dict(_fields(self.text)) | {
            "Status": "deinstall ok config-files",
            "Config-Version": self.version,
        }
        return Stanza(_written(fields))


def unpacked(package: Package, before: Stanza | None = None) -> Stanza:
    """A package whose files are there and whose scripts haven't run."""
    fields = dict(_fields(package.control.text))
    fields["Status"] = "install ok unpacked"
    if package.conffiles:
        old = before.conffiles if before else {}
        lines = (f"\n {path} {old.get(path, NEW)}" for path in package.conffiles)
        fields["Conffiles"] = "".join(lines)
    if before and before.state == "config-files":
        fields["Config-Version"] = before.control.get("Config-Version") or before.version
    return Stanza(_written(fields))


def digests(package: Package) -> dict[str, str]:
    """The digests of a package's conffiles, as its archive has them."""
    nodes = ((path, package.files.get(path)) for path in package.conffiles)
    return {path: digest(node.content.read()) for path, node in nodes if isinstance(node, File)}


def digest(data: bytes) -> str:
    """The MD5 that dpkg knows a configuration file by."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def binary_name(control: Control) -> str:
    """A package's name, with the architecture where ``Multi-Arch`` is ``same``."""
    if control.get("Multi-Arch") == "same":
        return f"{control.name}:{control.get('Architecture')}"
    return control.name


def read(files: Files) -> dict[str, Stanza]:
    """All packages that the tree's database knows, by name; none if there is no database."""
    try:
        text = files.read_bytes(STATUS).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return {}
    stanzas = (Stanza(f"{part}\n") for part in text.strip("\n").split("\n\n") if part)
    return {stanza.name: stanza for stanza in stanzas}


def written(database: Mapping[str, Stanza]) -> bytes:
    """The database as a file."""
    text = "".join(f"{database[name].text}\n" for name in sorted(database))
    return text.encode("utf-8", "surrogateescape")


@lru_cache(maxsize=2048)
def _fields(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((match[1], match[2]) for match in _FIELD.finditer(text))


def _written(fields: Mapping[str, str]) -> str:
    ordered = sorted(fields.items(), key=lambda item: _PLACES.get(item[0].lower(), len(_PLACES)))
    return "".join(f"{n}:{v}\n" if v[:1] == "\n" else f"{n}: {v}\n" for n, v in ordered)
