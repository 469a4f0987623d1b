"""What maintainer scripts and triggers change in a tree, as pure functions of the tree.

``configured("redis-server", tree, now)`` gives nodes by path, ``None`` for what goes. Nothing is
written: whoever installs does that, before asking for the next package. What a script makes is
measured; what depends on other packages is worked out from the tree: numbers of accounts,
which alternative counts, ``ld.so.cache``.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from layerlab.catalog.packages import alternatives, fonts, info, libraries, manpages
from layerlab.catalog.packages.files import DIRECTORY, REAL, SYMLINK
from layerlab.catalog.packages.generated import (
    RESTYLED,
    Line,
    Made,
    Owner,
    Path,
    figures,
    generated,
)
from layerlab.nodes import Bytes, Content, Directory, File, Meta, Symlink, Zeros

Node = File | Directory | Symlink
Changes = Mapping[str, Node | None]

BACKED_UP = {"/var/lib/dpkg/statoverride": 1, "/var/lib/dpkg/diversions": 3}
"""Files that dpkg keeps a copy of, as they were, and how many lines it adds at a time."""
UCF, ROTATED = "/var/lib/ucf/", 8
LOG = "/var/log/alternatives.log"
FIRST_ADDED, LAST_ADDED = 100, 999
"""What ``adduser --system`` tries first, upwards, and ``systemd-sysusers``, downwards."""
MIDDLE = (FIRST_ADDED + LAST_ADDED) // 2
PASSWORD_LOCK, ADDUSER_LOCK = "/etc/.pwd.lock", "/run/adduser"

_MODES = {"passwd": 0o644, "group": 0o644, "shadow": 0o640, "gshadow": 0o640}
_SHADOW_GROUP = 42


def unpacked(name: str, tree: Any, now: int) -> Changes:
    """What the package's preinst changes, besides what dpkg unpacks."""
    return _applied(generated(name).unpacked, tree, now)


def configured(name: str, tree: Any, now: int) -> Changes:
    """What its postinst changes. ``now`` is in seconds: accounts and logs have the date."""
    changes = _applied(generated(name).configured, tree, now)
    return {**changes, **_computed(name, tree)}


def triggered(names: Iterable[str], tree: Any, now: int) -> Changes:
    """What the triggers change once the named packages are configured, in their order."""
    changes: dict[str, Node | None] = {}
    for name in names:
        changes |= _applied(generated(name).triggered, tree, now)
        changes |= _computed(name, tree)
        if name == "libc-bin":
            changes |= libraries.caches(tree)
    return changes


def _computed(name: str, tree: Any) -> Changes:
    """What depends on all the files of its kind in the tree."""
    if name == "fontconfig":
        return fonts.caches(tree, figures().fonts)
    if name == "man-db":
        return manpages.indexes(tree)
    if name == "install-info":
        return info.lists(tree, figures().manuals, figures().head)
    return {}


def _applied(made: Made, tree: Any, now: int) -> Changes:
    if not (made.paths or made.gone or made.edits or made.lines or made.commands):
        return MappingProxyType({})
    view = _View(tree)
    _edit_accounts(made, view, now)
    for path, lines in made.lines.items():
        _append(path, lines, view)
    for path in made.gone:
        view.changes[path] = None
    for each in made.paths:
        if each.needs and not view.fits(each.needs):
            continue
        if (node := view.made(each)) is not None:
            view.put(each.path, node)
    for command in made.commands:
        _alternative(command, view, now)
    return view.changes


def _append(path: str, lines: Iterable[Line], view: "_View") -> None:
    """Add lines to a file. dpkg keeps the one before, ucf the eight before."""
    if not path.startswith(UCF):
        text = view.text(path)
        rows = view.lines(path)
        for number, line in enumerate(lines):
            if path in BACKED_UP and number % BACKED_UP[path] == 0 and (number or text is not None):
                view.write(f"{path}-old", "".join(f"{row}\n" for row in rows))
            rows.insert(rows.index(line.before) if line.before in rows else len(rows), line.text)
        whole = "\n".join(rows)
        view.write(path, whole if text and not text.endswith("\n") else f"{whole}\n")
        return
    view.write(path, view.text(path) or "")
    for line in lines:
        for number in reversed(range(ROTATED)):
            older = f"{path}.{number - 1}" if number else path
            if (text := view.text(older)) is not None:
                view.write(f"{path}.{number}", text)
        view.write(path, f"{view.text(path) or ''}{line.text}\n")


class _View:
    """The tree with what was changed so far on top of it."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.changes: dict[str, Node | None] = {}

    def text(self, path: str) -> str | None:
        """A file's text, ``None`` where there is none."""
        if path in self.changes:
            node = self.changes[path]
            return node.content.read().decode() if isinstance(node, File) else None
        try:
            return str(self.tree.read_text(path))
        except OSError:
            return None

    def lines(self, path: str) -> list[str]:
        return (self.text(path) or "").splitlines()

    def exists(self, path: str) -> bool:
        if path in self.changes:
            return self.changes[path] is not None
        return bool(self.tree.lexists(path))

    def fits(self, needs: str) -> bool:
        """Whether a path that is needed is there, or one that is in the way isn't."""
        return self.exists(needs) if needs[0] != "!" else not self.exists(needs[1:])

    def put(self, path: str, node: Node | None) -> None:
        """A node at its path, in folders that are made if they are missing."""
        missing = []
        folder = posixpath.dirname(path)
        while not self.exists(folder):
            missing.append(folder)
            folder = posixpath.dirname(folder)
        self.changes |= {each: Directory() for each in reversed(missing)}
        self.changes[path] = node

    def write(self, path: str, text: str, mode: int = 0o644, gid: int = 0) -> None:
        """A file anew, with the mode and owner given."""
        self.changes[path] = File(Bytes(text.encode()), Meta(mode, 0, gid))

    def number(self, file: str, owner: Owner) -> int | None:
        """The number of an account that is named, ``None`` if there is no such account."""
        if isinstance(owner, int):
            return owner
        rows = (line.split(":") for line in self.lines(file))
        return next((int(row[2]) for row in rows if row[0] == owner), None)

    def made(self, path: Path) -> Node | None:
        """The node of a measured path; ``None`` where its owner has no account yet."""
        uid = self.number("/etc/passwd", path.uid)
        gid = self.number("/etc/group", path.gid)
        if uid is None or gid is None:
            return None
        meta = Meta(path.mode, uid, gid)
        if path.kind == DIRECTORY:
            return Directory(meta)
        if path.kind == SYMLINK:
            return Symlink(path.target, meta)
        if path.kind == RESTYLED:
            return self._restyled(path.path, meta)
        content: Content = path.content if path.kind == REAL and path.content else Zeros(path.size)
        return File(content, meta)

    def _restyled(self, path: str, meta: Meta) -> Node | None:
        """What is there, with another mode and owner; nothing where nothing is."""
        node = self.changes.get(path)
        if isinstance(node, File | Directory):
            return replace(node, meta=meta)
        if self.tree.isdir(path):
            return Directory(meta)
        if not self.tree.isfile(path):
            return None
        when = self.tree.stat(path).st_mtime_ns // 10**9
        return File(self.tree.content(path), replace(meta, mtime=when))


def _edit_accounts(made: Made, view: _View, now: int) -> None:
    if not made.edits:
        return
    numbers: dict[str, int] = {}
    for kind, name, number in made.accounts:
        file = "/etc/passwd" if kind == "user" else "/etc/group"
        taken = {int(line.split(":")[2]) for line in view.lines(file)}
        taken |= {known for key, known in numbers.items() if key.startswith(f"{kind} ")}
        group = numbers.get(f"group {name}")
        if kind == "user" and number > MIDDLE and group and group not in taken:
            numbers[f"user {name}"] = group  # systemd-sysusers gives both the same
        else:
            numbers[f"{kind} {name}"] = _free(number, taken)
    before = {path.rstrip("-"): view.lines(path.rstrip("-")) for path in made.edits}

    def known(match: re.Match[str]) -> str:
        kind, _, name = match[1].partition(" ")
        if kind == "day":
            return str(now // 86400)
        file = "/etc/passwd" if kind == "user" else "/etc/group"
        return str(numbers.get(match[1]) or view.number(file, name) or 0)

    for path, edits in made.edits.items():
        file = path.rstrip("-")
        rows = {line.partition(":")[0]: line for line in before[file]}
        for edit in edits:
            line = re.sub(r"\{(.*?)\}", known, edit)
            rows[line.partition(":")[0]] = line
        mode = _MODES[file.removeprefix("/etc/")]
        gid = 0 if mode == 0o644 else _SHADOW_GROUP
        view.write(path, "".join(f"{line}\n" for line in rows.values()), mode, gid)
    view.write(PASSWORD_LOCK, "", 0o600)
    if any(FIRST_ADDED <= number <= MIDDLE for _, _, number in made.accounts):
        view.write(ADDUSER_LOCK, "")


def _free(number: int, taken: set[int]) -> int:
    """A free number, searched from the end at which the measured one was found."""
    if not FIRST_ADDED <= number <= LAST_ADDED:
        return number
    upwards = range(FIRST_ADDED, LAST_ADDED + 1)
    order = upwards if number <= MIDDLE else reversed(upwards)
    return next(each for each in order if each not in taken)


def _alternative(command: str, view: _View, now: int) -> None:
    group = alternatives.install(command, lambda name: _group(view, name))
    if group is None:
        return
    before, best = _group(view, group.name), group.best
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")
    said = [f"run with {alternatives.logged(command)}"]
    if best is not None and (
        before is None or before.best is None or before.best.path != best.path
    ):
        said.append(f"link group {group.name} updated to point to {best.path}")
    log = "".join(f"update-alternatives {moment}: {line}\n" for line in said)
    view.write(LOG, (view.text(LOG) or "") + log)
    view.write(f"{alternatives.ADMIN}/{group.name}", group.text)
    for link, target in group.links(view.exists):
        if view.changes.get(link) is None and _points(view.tree, link) == target:
            continue
        view.changes[link] = Symlink(target)


def _points(tree: Any, path: str) -> str | None:
    try:
        return str(tree.readlink(path))
    except OSError:
        return None


def _group(view: _View, name: str) -> alternatives.Group | None:
    text = view.text(f"{alternatives.ADMIN}/{name}")
    return alternatives.Group.read(name, text) if text else None
