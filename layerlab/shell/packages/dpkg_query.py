"""``dpkg-query``: what dpkg's database tells of packages and their files.

dpkg 1.21 (*ran*): ``src/query/main.c``, ``lib/dpkg/pkg-format.c``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from layerlab.shell.packages import removing, status
from layerlab.shell.packages.status import Stanza
from layerlab.shell.process import Process

WANTED = {"unknown": "u", "install": "i", "hold": "h", "deinstall": "r", "purge": "p"}
STATES = {
    "not-installed": "n", "config-files": "c", "half-installed": "H", "unpacked": "U",
    "half-configured": "F", "triggers-awaited": "W", "triggers-pending": "t", "installed": "i",
}  # fmt: skip
HEADER = (
    "Desired=Unknown/Install/Remove/Purge/Hold\n"
    "| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n"
    "|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n"
)
_COLUMNS = ("Name", 14), ("Version", 12), ("Architecture", 12), ("Description", 33)
_WIDTH = 80


def main(process: Process) -> int:
    """Run ``dpkg-query``."""
    args = process.args[1:]
    form = "${binary:Package}\t${Version}\n"
    action, rest = "", []
    while args:
        word = args.pop(0)
        if word in ("-f", "--showformat") and args:
            form = args.pop(0)
        elif word.startswith("--showformat="):
            form = word.partition("=")[2]
        elif word.startswith("-f"):
            form = word[2:].removeprefix("=")
        elif word.startswith("--admindir"):
            continue
        elif word.startswith("-") and not action:
            action = word
        else:
            rest.append(word)
    if action in ("-W", "--show"):
        return show(process, rest, form)
    command = ACTIONS.get(action)
    if command is None:
        process.stderr.write(_unknown(action))
        return 2
    return command(process, rest)


def _unknown(action: str) -> str:
    told = f"unknown option {action}" if action else "need an action option"
    return f"dpkg-query: error: {told}\n\nUse --help for help about querying packages.\n"


def _complain(process: Process, text: str) -> None:
    process.stdout.flush()
    process.stderr.write(f"dpkg-query: {text}\n")
    process.stderr.flush()


def _chosen(process: Process, patterns: Sequence[str]) -> tuple[list[Stanza], int]:
    """The packages that patterns match, sorted; 1 where one matches none."""
    database = status.read(process.files)
    code = 0
    if not patterns:
        return [database[name] for name in sorted(database)], code
    found: dict[str, Stanza] = {}
    for pattern in patterns:
        name = pattern.partition(":")[0]
        matching = [each for each in database if fnmatchcase(each, name)]
        if not matching:
            code = 1
            _complain(process, f"no packages found matching {pattern}")
        found |= {each: database[each] for each in matching}
    return [found[name] for name in sorted(found)], code


def show(process: Process, patterns: Sequence[str], form: str) -> int:
    """``-W``: each package in a format."""
    stanzas, code = _chosen(process, patterns)
    text = form.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
    pieces = re.split(r"\$\{(.*?)\}", text)
    for stanza in stanzas:
        cells = (_field(p, stanza) if at % 2 else p for at, p in enumerate(pieces))
        process.stdout.write("".join(cells))
    return code


def _field(name: str, stanza: Stanza) -> str:
    name, semicolon, width = name.partition(";")
    value = _value(name, stanza)
    if semicolon and width.lstrip("-").isdigit():
        count = int(width)
        value = value.ljust(-count)[:-count] if count < 0 else value.rjust(count)[:count]
    return value


def _value(name: str, stanza: Stanza) -> str:
    known = {
        "binary:package": stanza.binary,
        "db:status-abbrev": f"{abbreviated(stanza)} ",
        "db:status-want": stanza.want,
        "db:status-status": stanza.state,
        "db:status-eflag": "ok",
        "binary:summary": summary(stanza),
        "source:package": stanza.control.get("Source").partition(" ")[0] or stanza.name,
        "source:version": _source_version(stanza),
        "package": stanza.name,
    }
    return known.get(name.lower(), stanza.control.get(name))


def _source_version(stanza: Stanza) -> str:
    found = re.search(r"\((.*)\)", stanza.control.get("Source"))
    return found[1] if found else stanza.version


def summary(stanza: Stanza) -> str:
    """The description's first line."""
    return stanza.control.get("Description").partition("\n")[0]


def abbreviated(stanza: Stanza) -> str:
    """``ii``: what is wanted, and what is."""
    return WANTED.get(stanza.want, "u") + STATES.get(stanza.state, "n")


def listing(process: Process, patterns: Sequence[str]) -> int:
    """``-l``: a table, as wide as its widest cells, the description as the line has room."""
    stanzas, code = _chosen(process, patterns)
    stanzas = [s for s in stanzas if patterns or s.state != "not-installed"]
    if not stanzas:
        return code
    rows = [(s.binary, s.version, s.architecture, summary(s)) for s in stanzas]
    widths = [
        max([least, *(len(row[column]) for row in rows)])
        for column, (_, least) in enumerate(_COLUMNS[:3])
    ]
    # Into a pipe the last column is as wide as its widest cell, too.
    widths.append(max([33, *(len(row[3]) for row in rows)]))
    process.stdout.write(HEADER)
    names = [name for name, _ in _COLUMNS]
    process.stdout.write("||/ " + _row(names, widths) + "\n")
    process.stdout.write("+++-" + "-".join("=" * width for width in widths) + "\n")
    for stanza, row in zip(stanzas, rows, strict=True):
        process.stdout.write(f"{abbreviated(stanza)}  " + _row(row, widths) + "\n")
    return code


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return " ".join([*padded[:-1], cells[-1]])


def files_of(process: Process, names: Sequence[str]) -> int:
    """``-L``: the paths of packages."""
    code = 0
    for at, name in enumerate(names):
        stanza = status.read(process.files).get(name.partition(":")[0])
        if stanza is None or stanza.state == "not-installed":
            code = 1
            _complain(process, f"package '{name}' is not installed")
            process.stderr.write(
                "Use --contents (= dpkg-deb --contents) to list archive files contents.\n"
                if process.name == "dpkg-query"
                else "Use dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n"
            )
            continue
        if at:
            process.stdout.write("\n")
        paths = removing.listed(process.files, stanza.binary)
        process.stdout.write("".join(f"{path}\n" for path in paths))
    return code


def status_of(process: Process, names: Sequence[str]) -> int:
    """``-s``: the paragraphs of packages."""
    code, database = 0, status.read(process.files)
    for at, name in enumerate(names):
        stanza = database.get(name.partition(":")[0])
        if stanza is None or stanza.state == "not-installed":
            code = 1
            _complain(process, f"package '{name}' is not installed and no information is available")
            process.stderr.write("Use dpkg --info (= dpkg-deb --info) to examine archive files.\n")
            continue
        process.stdout.write("\n" * bool(at) + stanza.text)
    return code


def search(process: Process, patterns: Sequence[str]) -> int:
    """``-S``: which packages have a path."""
    code, stanzas = 0, status.read(process.files).values()
    lists = [(s.binary, removing.listed(process.files, s.binary)) for s in stanzas]
    for pattern in patterns:
        owners: dict[str, list[str]] = {}
        for binary, paths in lists:
            for path in paths:
                if _matches(path, pattern):
                    owners.setdefault(path, []).append(binary)
        for path in sorted(owners):
            process.stdout.line(f"{', '.join(sorted(owners[path]))}: {path}")
        if not owners:
            code = 1
            _complain(process, f"no path found matching pattern {pattern}")
    return code


def _matches(path: str, pattern: str) -> bool:
    if any(sign in pattern for sign in "*[?\\"):
        return fnmatchcase(path, pattern)
    if pattern.startswith("/"):
        return path == posixpath.normpath(pattern)
    return pattern in path


def _nothing(process: Process, names: Iterable[str]) -> int:
    process.stdout.write(
        "Debian dpkg-query package management program query tool version 1.21.23.\n"
    )
    return 0


ACTIONS = {
    "-l": listing, "--list": listing, "-L": files_of, "--listfiles": files_of, "-s": status_of,
    "--status": status_of, "-S": search, "--search": search, "--version": _nothing,
}  # fmt: skip
