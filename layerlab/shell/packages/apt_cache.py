"""``apt-cache``: what the lists know of packages: ``policy``, ``show``, ``pkgnames``.

apt 2.6 (*ran*): ``cmdline/apt-cache.cc``, ``apt-private/private-show.cc``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layerlab.shell.packages import indexes, status
from layerlab.shell.packages.options import Action, dispatched
from layerlab.shell.process import Process

_PINNED, _LOCAL = 500, 100


def main(process: Process) -> int:
    """Run ``apt-cache``."""
    return dispatched(process, _COMMANDS)


def policy(process: Process, names: Sequence[str]) -> int:
    """Which version is installed, and which would be."""
    database, available = status.read(process.files), indexes.available(process.files)
    for name in names:
        stanza = database.get(name)
        there = stanza.version if stanza is not None and stanza.installed else ""
        package, source = available.get(name, (None, None))
        if not there and package is None:
            continue
        candidate = package.version if package else there
        process.stdout.write(f"{name}:\n  Installed: {there or '(none)'}\n")
        process.stdout.write(f"  Candidate: {candidate}\n  Version table:\n")
        mark = "***" if there else "   "
        process.stdout.write(f" {mark} {candidate} {_PINNED if package else _LOCAL}\n")
        if package and source:
            process.stdout.write(f"        {_PINNED} {source.uri} {package.suite} amd64 Packages\n")
        if there:
            process.stdout.write(f"        {_LOCAL} {status.STATUS}\n")
    return 0


def show(process: Process, names: Sequence[str]) -> int:
    """The paragraphs of packages, as their archives have them."""
    database, available = status.read(process.files), indexes.available(process.files)
    code = 0
    for name in names:
        if name in available:
            process.stdout.write(available[name][0].control.text.rstrip("\n") + "\n\n")
        elif name in database:
            process.stdout.write(database[name].text + "\n")
        else:
            process.stderr.write(f"N: Unable to locate package {name}\nE: No packages found\n")
            code = 100
    return code


def pkgnames(process: Process, prefixes: Sequence[str]) -> int:
    """All names that are known."""
    names = {*indexes.available(process.files), *status.read(process.files)}
    for name in sorted(names):
        if not prefixes or name.startswith(prefixes[0]):
            process.stdout.line(name)
    return 0


_COMMANDS: Mapping[str, Action] = {
    "policy": policy, "show": show, "pkgnames": pkgnames,
}  # fmt: skip
