"""Configuration files that are there already when a package brings its own.

dpkg 1.21, ``src/main/configure.c`` (deferred_configure_conffile).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from layerlab.catalog.packages import Package
from layerlab.nodes import File
from layerlab.shell.files import Files
from layerlab.shell.packages.status import Stanza, digest

QUESTION = """
Configuration file '{path}'
 ==> File on system created by you or by a script.
 ==> File also in package provided by package maintainer.
   What would you like to do about it ?  Your options are:
    Y or I  : install the package maintainer's version
    N or O  : keep your currently-installed version
      D     : show the differences between the versions
      Z     : start a shell to examine the situation
 The default action is to keep your current version.
*** {name} (Y/I/N/O/D/Z) [default=N] ? """


@dataclass
class Conffiles:
    """How dpkg decides; ``options`` are its own ones, ``--force-confold`` and its kin."""

    options: Iterable[str] = ()
    asking: dict[str, str] = field(default_factory=dict)
    """By package: the path that somebody would have to decide on."""

    def kept(self, files: Files, package: Package, before: Stanza | None) -> set[str]:
        """The paths that stay as they are; what has to be asked is noted in ``asking``."""
        return set(self._kept(files, package, before))

    def _kept(self, files: Files, package: Package, before: Stanza | None) -> Iterator[str]:
        known = before.conffiles if before else {}
        forced = {word for option in self.options for word in option.split(",")}
        for path in package.conffiles:
            node = package.files.get(path)
            if not isinstance(node, File):
                continue
            old = known.get(path)
            try:
                current = digest(files.read_bytes(path))
            except OSError:
                if old is not None and "--force-confmiss" not in forced:
                    yield path  # somebody removed it, and it stays removed
                continue
            new = digest(node.content.read())
            if current == new:
                yield path
            elif current == old or "--force-confnew" in forced:
                continue
            elif new == old or "--force-confold" in forced or _default(forced, old):
                yield path
            else:
                yield path
                self.asking.setdefault(package.name, path)


def _default(forced: set[str], old: str | None) -> bool:
    """``--force-confdef``: the default is to keep, where the package brought one before."""
    return "--force-confdef" in forced and old is not None
