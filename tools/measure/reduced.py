"""Reduce what was seen while packages were configured to what each package's scripts made."""

import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from layerlab.catalog import packages
from layerlab.catalog.packages import alternatives
from layerlab.catalog.packages.files import DIRECTORY, FILE, REAL, SYMLINK, Measured
from layerlab.catalog.packages.generated import RESTYLED, Account, Line, Made
from layerlab.catalog.packages.generated import Path as MadePath
from layerlab.nodes import Bytes

_STATE = re.compile(
    r"/var/lib/dpkg/(info|updates|triggers|lock.*|status.*|available.*|diversions-old|statoverride-old)(/.*)?"
    r"|/var/(lib|cache)/(apt|debconf)(/.*)?|/var/log/(dpkg\.log|apt(/.*)?)"
    r"|/(proc|sys|dev|measure)(/.*)?|/etc/(hosts|hostname|resolv\.conf)"
)
"""What dpkg, apt and debconf keep themselves, and what a container brings."""

_ACCOUNTS = ("passwd", "group", "shadow", "gshadow")
_COMPUTED = re.compile(
    r"/etc/(ld\.so\.cache|((passwd|group|shadow|gshadow)-?)|shells|alternatives/.*)"
    r"|/etc/\.pwd\.lock|/run/adduser|/var/lib/shells\.state"
    r"|/etc/pam\.d/common-.*|/var/lib/pam/.*|/var/(log/fontconfig\.log|cache/fontconfig/[0-9a-f]{32}-.*)|/usr/share/info/dir(\.old)?"
    r"|/var/cache/man/([^/]+/)?(cat\d|index\.db)|/var/cache/man/[^/.]+"
    r"|/var/cache/ldconfig/aux-cache|/var/log/alternatives\.log"
    r"|/var/lib/dpkg/(alternatives/.*|statoverride|diversions)|/var/lib/ucf/(cache|(hashfile|registry)(\.\d)?)"
)
"""What is made again by rules: see ``layerlab/catalog/packages/configuring.py``."""

_PAM = ("account", "auth", "password", "session", "session-noninteractive")
_LINES = (
    "/etc/shells",
    "/var/lib/shells.state",
    "/var/lib/dpkg/statoverride",
    "/var/lib/dpkg/diversions",
    "/var/lib/ucf/hashfile",
    "/var/lib/ucf/registry",
    *(f"/etc/pam.d/common-{each}" for each in _PAM),
    *(f"/var/lib/pam/{each}" for each in (*_PAM, "seen")),
)
_RANDOM = re.compile(
    r"/etc/(ssh/|ssl/|machine-id|mysql/debian\.cnf|mailname)|/var/lib/(dbus|mysql|postgresql)/"
)
"""Each machine has its own: the size is kept, and not the bytes."""

_LOGGED = re.compile(r"^update-alternatives [\d-]+ [\d:]+: run with (.*)$", re.MULTILINE)

LONGEST_WORD = 100
"""More than any word of a command that was cut in the log."""

PARTS = {"Inst": "unpacked", "Conf": "configured", "Trig": "triggered"}

_MERGED = re.compile(r"^/(bin|sbin|lib|lib32|lib64|libx32)(?=/|$)")


Steps = list[tuple[str, str]]
"""``Inst`` or ``Conf``, and the package."""


class Seen(NamedTuple):
    """A path as ``find`` printed it; ``changed`` is its ctime, which any change moves."""

    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    changed: str
    target: str


@dataclass(frozen=True)
class Moment:
    """The tree after one step, and the bytes of small files that the step changed."""

    number: int
    package: str
    paths: Mapping[str, Seen]
    texts: Mapping[str, bytes]


def moments(folder: Path) -> Iterator[Moment]:
    """What was seen, in order."""
    listings = sorted(folder.glob("listing.*"), key=lambda path: path.stat().st_mtime_ns)
    for listing in listings:
        _, number, package = listing.name.split(".", 2)
        texts = {}
        with tarfile.open(listing.with_name(f"changed.{number}.{package}")) as tar:
            for member in tar:
                stream = tar.extractfile(member)
                if member.isreg() and stream is not None:
                    texts[f"/{member.name}"] = stream.read()
        yield Moment(int(number), package, dict(_listed(listing)), texts)


def _listed(path: Path) -> Iterator[tuple[str, Seen]]:
    for record in path.read_bytes().split(b"\0")[:-1]:
        kind, mode, uid, gid, size, changed, target, name = record.decode(
            "utf-8", "surrogateescape"
        ).split("\t", 7)
        if not _STATE.fullmatch(name):
            length = int(size) if kind == "f" else 0
            moved = "" if kind == "d" else changed
            yield name, Seen(kind, int(mode, 8), int(uid), int(gid), length, moved, target)


def made(folder: Path, root: Path, plan: Steps) -> Iterator[tuple[str, str, Made]]:
    """Package, ``Inst``, ``Conf`` or ``Trig``, and what its scripts made in that step."""
    owned: dict[str, Measured] = {}
    conffiles: set[str] = set()
    for act, name in plan:
        if act == "Inst":
            package = packages.package(name)
            owned |= {_MERGED.sub(r"/usr/\1", path): node for path, node in package.files.items()}
            conffiles.update(_MERGED.sub(r"/usr/\1", path) for path in package.conffiles)
    kept = [f"/etc/{file}{backup}" for file in _ACCOUNTS for backup in ("", "-")]
    kept += _LINES
    texts = {path: (root / path[1:]).read_bytes() for path in kept if (root / path[1:]).exists()}
    before: Moment | None = None
    for moment in moments(folder):
        now = {**texts, **moment.texts}
        if before is not None:
            act = plan[moment.number - 1][0] if moment.number <= len(plan) else "Trig"
            part = PARTS[act]
            names = _Names(now)
            entries = list(_entries(act, before.paths, moment, owned, conffiles, names))
            gone = tuple(
                path
                for path in before.paths
                if path not in moment.paths
                and path not in owned
                and not path.endswith((".dpkg-new", ".dpkg-tmp"))
                and not _COMPUTED.fullmatch(path)
            )
            yield (
                moment.package,
                part,
                Made(
                    tuple(entries),
                    gone,
                    tuple(_accounts(texts, now)),
                    _edits(texts, now, names),
                    {
                        path: tuple(_added(texts, now, path))
                        for path in _LINES
                        if path in moment.texts
                    },
                    _commands(texts, now),
                ),
            )
        before, texts = moment, now


class _Names:
    """Names of the accounts that scripts added: their IDs depend on the order of installs."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self.users = dict(_ids(texts, "/etc/passwd"))
        self.groups = dict(_ids(texts, "/etc/group"))


def _ids(texts: Mapping[str, bytes], path: str) -> Iterator[tuple[int, str]]:
    for line in texts.get(path, b"").decode().splitlines():
        name, _, number, *_ = line.split(":")
        if 100 < int(number) < 1000 or (int(number) == 100 and path == "/etc/passwd"):
            yield int(number), name


def _entries(
    act: str,
    before: Mapping[str, Seen],
    moment: Moment,
    owned: Mapping[str, Measured],
    conffiles: set[str],
    names: _Names,
) -> Iterator[MadePath]:
    for path, seen in sorted(moment.paths.items()):
        old = before.get(path)
        if seen == old or path.endswith((".dpkg-new", ".dpkg-tmp", ".dpkg-dist")):
            continue
        if _COMPUTED.fullmatch(path) or seen.target.startswith("/etc/alternatives/"):
            continue
        uid = names.users.get(seen.uid, seen.uid)
        gid = names.groups.get(seen.gid, seen.gid)
        node = owned.get(path)
        if node is not None and act == "Inst":
            continue
        style = (
            old[1:4] if old else (node.meta.mode, node.meta.uid, node.meta.gid) if node else None
        )
        if style is not None and style != seen[1:4] and (old is None or old.size == seen.size):
            yield MadePath(path, RESTYLED, seen.mode, uid, gid)
            continue
        if node is not None and (old is None or path in conffiles or seen.kind != "f"):
            continue
        if seen.kind == "f" and seen.size and path in moment.texts and not _RANDOM.match(path):
            yield MadePath(
                path, REAL, seen.mode, uid, gid, seen.size, "", Bytes(moment.texts[path])
            )
        elif seen.kind in "fdl":
            kind = {"f": FILE, "d": DIRECTORY, "l": SYMLINK}[seen.kind]
            yield MadePath(path, kind, seen.mode, uid, gid, seen.size, seen.target)


def _rows(texts: Mapping[str, bytes], path: str) -> list[str]:
    return texts.get(path, b"").decode().splitlines()


def _added(texts: Mapping[str, bytes], now: Mapping[str, bytes], path: str) -> Iterator[Line]:
    """The lines that are new, each with the one of the old file that follows it."""
    old, new = _rows(texts, path), _rows(now, path)
    for act, start, _, first, last in SequenceMatcher(None, old, new, False).get_opcodes():
        if act in ("insert", "replace"):
            before = old[start] if start < len(old) else ""
            yield from (Line(text, before) for text in new[first:last])


def _new_lines(texts: Mapping[str, bytes], now: Mapping[str, bytes], path: str) -> tuple[str, ...]:
    old, new = _rows(texts, path), _rows(now, path)
    if new[: len(old)] == old:
        return tuple(new[len(old) :])
    return tuple(line for line in new if line not in old)


def _accounts(texts: Mapping[str, bytes], now: Mapping[str, bytes]) -> Iterator[Account]:
    """What needs a new number, in the order of adding."""
    for kind, path in (("group", "/etc/group"), ("user", "/etc/passwd")):
        for line in _new_lines(texts, now, path):
            name, _, number, *_ = line.split(":")
            known = {row.split(":")[0] for row in _rows(texts, path)}
            if name not in known:
                yield Account(kind, name, int(number))


def _edits(
    texts: Mapping[str, bytes], now: Mapping[str, bytes], names: _Names
) -> dict[str, tuple[str, ...]]:
    """Lines of each account file that differ from the file before, numbers as names."""
    edits = {}
    for file in _ACCOUNTS:
        for path in (f"/etc/{file}", f"/etc/{file}-"):
            changed = now.get(path) != texts.get(path)
            if changed:
                old = set(_rows(texts, f"/etc/{file}"))
                lines = (row for row in _rows(now, path) if row not in old)
                edits[path] = tuple(_named(file, line, names) for line in lines)
    return edits


def _named(file: str, line: str, names: _Names) -> str:
    fields = line.split(":")
    if file == "passwd":
        fields[2] = (
            f"{{user {names.users[int(fields[2])]}}}"
            if int(fields[2]) in names.users
            else fields[2]
        )
        fields[3] = (
            f"{{group {names.groups[int(fields[3])]}}}"
            if int(fields[3]) in names.groups
            else fields[3]
        )
    if file == "group" and int(fields[2]) in names.groups:
        fields[2] = f"{{group {names.groups[int(fields[2])]}}}"
    if file == "shadow" and fields[2]:
        fields[2] = "{day}"
    return ":".join(fields)


def _commands(texts: Mapping[str, bytes], now: Mapping[str, bytes]) -> tuple[str, ...]:
    """The command lines of ``update-alternatives``, which logs them."""
    path = "/var/log/alternatives.log"
    added = now.get(path, b"")[len(texts.get(path, b"")) :].decode()
    return tuple(_whole(command, now) for command in _LOGGED.findall(added))


def _whole(command: str, now: Mapping[str, bytes]) -> str:
    """The command with what its line in the log had no room for: the rest of the slaves."""
    words = command.split()
    words = words[: len(words) - (len(words) - 5) % 4]
    if len(command) < alternatives.LOGGED - LONGEST_WORD or words[0] != "--install":
        return command
    name, path = words[2:4]
    group = alternatives.Group.read(name, now[f"{alternatives.ADMIN}/{name}"].decode())
    known = set(words[7::4])
    rest = (
        f"--slave {group.slaves[slave]} {slave} {to}"
        for slave, to in group.choices[path].slaves.items()
        if slave not in known
    )
    return " ".join([*words, *rest])
