"""``apt-mark``: which packages are automatic, and which are held.

apt 2.6 (*ran*): ``cmdline/apt-mark.cc``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from layerlab.nodes import Bytes, File, Meta
from layerlab.shell.packages import indexes, marks, status
from layerlab.shell.packages.options import Action, dispatched
from layerlab.shell.packages.status import STATUS, Stanza
from layerlab.shell.process import Process


def main(process: Process) -> int:
    """Run ``apt-mark``."""
    return dispatched(process, _COMMANDS)


def _chosen(process: Process, words: Sequence[str]) -> tuple[list[Stanza], int]:
    database = status.read(process.files)
    installed = {name: s for name, s in database.items() if s.installed}
    found: list[Stanza] = []
    lost: list[str] = []
    for word in words:
        if word in installed:
            found.append(installed[word])
        elif re.search(r"[.*?+^$\[]", word):
            pattern = re.compile(word.replace("*", ".*") if "." not in word else word)
            found += [installed[name] for name in sorted(installed) if pattern.search(name)]
        elif word in indexes.available(process.files):
            lost.append(f"E: Package '{word}' is not installed")
        else:
            lost.append(f"E: Unable to locate package {word}")
    if lost and not found:
        lost.append("E: No packages found")
    for error in lost:
        process.stderr.write(f"{error}\n")
    return found, 100 if lost else 0


def _mark(automatic: bool) -> Callable[[Process, Sequence[str]], int]:
    how = "automatically" if automatic else "manually"

    def command(process: Process, words: Sequence[str]) -> int:
        known = marks.read(process.files)
        found, code = _chosen(process, words)
        changed = {}
        for stanza in found:
            if known.get(stanza.name, False) == automatic:
                process.stdout.line(f"{stanza.name} was already set to {how} installed.")
            else:
                process.stdout.line(f"{stanza.name} set to {how} installed.")
                changed[stanza.name] = automatic
        if changed and not code:
            there = [s.name for s in status.read(process.files).values() if s.installed]
            marks.write(process.files, {**known, **changed}, there, process.now)
        return code

    return command


def _show(automatic: bool) -> Callable[[Process, Sequence[str]], int]:
    def command(process: Process, words: Sequence[str]) -> int:
        known = marks.read(process.files)
        for name, stanza in sorted(status.read(process.files).items()):
            if stanza.installed and known.get(name, False) == automatic:
                process.stdout.line(name)
        return 0

    return command


def _hold(want: str, said: str, already: str) -> Callable[[Process, Sequence[str]], int]:
    def command(process: Process, words: Sequence[str]) -> int:
        found, code = _chosen(process, words)
        database = status.read(process.files)
        for stanza in found:
            same = stanza.want == want
            process.stdout.line(f"{stanza.name} was already {already}." if same else
                                said.format(stanza.name))  # fmt: skip
            database[stanza.name] = stanza.wanted(want)
        if found:
            data = File(Bytes(status.written(database)), Meta(mtime=process.now))
            old = File(Bytes(process.files.read_bytes(STATUS)), Meta(mtime=process.now))
            process.files.unpack({f"{STATUS}-old": old, STATUS: data})
        return code

    return command


def _held(process: Process, words: Sequence[str]) -> int:
    for name, stanza in sorted(status.read(process.files).items()):
        if stanza.want == "hold":
            process.stdout.line(name)
    return 0


_COMMANDS: Mapping[str, Action] = {
    "auto": _mark(True), "manual": _mark(False), "showauto": _show(True),
    "showmanual": _show(False), "hold": _hold("hold", "{} set on hold.", "set on hold"),
    "unhold": _hold("install", "Canceled hold on {}.", "not hold"), "showhold": _held,
}  # fmt: skip
