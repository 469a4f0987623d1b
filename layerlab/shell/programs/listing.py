"""``ls``, as busybox prints it and as GNU does, where the output is no terminal.

Sources: busybox ``coreutils/ls.c``, coreutils ``src/ls.c``; *ran*: busybox 1.35, coreutils 9.1.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from layerlab.shell import accounts, modes, sizes, times
from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program

SELINUX = "security.selinux"
_LONG = {
    "all": "a", "almost-all": "A", "directory": "d", "human-readable": "h", "inode": "i",
    "numeric-uid-gid": "n", "recursive": "R", "reverse": "r", "size": "s", "color": "~",
    "dereference": "L", "full-time": "y", "classify": "F",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A name to list, and what was found there."""

    name: str
    path: str
    found: os.stat_result

    @property
    def is_directory(self) -> bool:
        return stat.S_ISDIR(self.found.st_mode)


def ls(process: Process) -> int:
    """List files and directories."""
    code = 2 if process.gnu else 1
    given = options(process, "1aAdhilnRrtSLFpsxCgoUHkcu", long=_LONG, code=code)
    return _Listing(process, given).run(given.rest or ["."])


class _Listing:
    def __init__(self, process: Process, given: Options) -> None:
        self.process, self.given = process, given
        self.long = given.any("lngoy")
        self.code = 0
        self.printed = False
        self.users = accounts.users(process.files)
        self.groups = accounts.groups(process.files)

    def run(self, names: list[str]) -> int:
        items = [item for name in names if (item := self._item(name, name, top=True))]
        files = [item for item in items if "d" in self.given or not item.is_directory]
        directories = [item for item in items if item not in files]
        self._print(self._sorted(files), [*files, *directories])
        headings = len(names) > 1 or "R" in self.given
        for item in self._sorted(directories):
            self._directory(item, headings)
        return self.code

    def _item(self, name: str, shown: str, *, top: bool = False) -> Item | None:
        try:
            return Item(shown, name, self._stat(self.process.path(name), name, top))
        except OSError as problem:
            self._complain(shown, problem, access=True, serious=top)
            return None

    def _stat(self, path: str, name: str, top: bool) -> os.stat_result:
        """What is listed of a path: of a link that was named, often where it leads.

        busybox follows it unless ``-l`` is given. GNU follows it to a directory alone, and not
        with ``-l``, ``-d`` or ``-F`` either.
        """
        files, given = self.process.files, self.given
        if "L" in given or (top and not self.process.gnu and not self.long):
            return files.stat(path)
        found = files.lstat(path)
        if not (top and self.process.gnu) or self.long or given.any("dF"):
            return found
        try:
            there = files.stat(path)
        except OSError:
            return found
        return there if stat.S_ISDIR(there.st_mode) else found

    def _complain(
        self, name: str, problem: OSError, *, access: bool = False, serious: bool = False
    ) -> None:
        verb = "cannot access" if access else "cannot open directory"
        self.process.say(f"{name}: {problem.strerror}",
                         gnu=f"{verb} '{name}': {problem.strerror}")  # fmt: skip
        grave = 2 if self.process.gnu and (serious or not access) else 1
        self.code = max(self.code, grave)

    def _directory(self, item: Item, heading: bool) -> None:
        """The names in a directory, with a heading and a total where they belong."""
        path = self.process.path(item.path)
        if self.process.gnu:
            names = self._names(item, path)
            if names is None:
                return
        write = self.process.stdout.write
        if heading:
            write(("\n" if self.printed else "") + f"{item.name}:\n")
            self.printed = True
        if not self.process.gnu:
            names = self._names(item, path)
            if names is None:
                return
        assert names is not None
        if self.given.any("a"):
            names = [".", "..", *names]
        elif "A" not in self.given:
            names = [name for name in names if not name.startswith(".")]
        base = item.path if item.path.endswith("/") else item.path + "/"
        items = [found for name in names if (found := self._item(base + name, name))]
        items = self._sorted(items)
        if self.long or "s" in self.given:
            total = sum(sizes.blocks(found.found) for found in items) // 2
            write(f"total {self._total(total)}\n")
        self._print(items)
        if "R" in self.given:
            for below in items:
                if below.is_directory and below.name not in (".", ".."):
                    whole = f"{item.name.rstrip('/')}/{below.name}"
                    whole = f"/{below.name}" if item.name == "/" else whole
                    self._directory(Item(whole, below.path, below.found), True)

    def _names(self, item: Item, path: str) -> list[str] | None:
        try:
            return self.process.files.listdir(path)
        except OSError as problem:
            if self.process.gnu:
                self._complain(item.name, problem)
            else:
                self.process.say(f"can't open '{item.name}': {problem.strerror}")
                self.code = 1
            return None

    def _total(self, kilobytes: int) -> str:
        if "h" not in self.given:
            return str(kilobytes)
        if self.process.gnu:
            return sizes.human(kilobytes * 1024, gnu=True)
        # busybox rounds to whole units and keeps the room for a fraction's two columns
        return _busybox_human_total(kilobytes * 1024)

    def _sorted(self, items: list[Item]) -> list[Item]:
        by = self.given.last("tSU")
        if by == "U":
            return items
        items = sorted(items, key=lambda item: os.fsencode(item.name))
        if by == "t":
            items.sort(key=lambda item: -item.found.st_mtime_ns)
        elif by == "S":
            items.sort(key=lambda item: -item.found.st_size)
        return items[::-1] if "r" in self.given else items

    def _print(self, items: list[Item], measured: list[Item] | None = None) -> None:
        """Print a line for each item. GNU's columns are as wide as ``measured`` needs them."""
        if not items:
            return
        self.printed = True
        rows = [self._row(item) for item in items]
        if self.process.gnu:
            others = rows if measured is None else [self._row(item) for item in measured]
            widths = [max(map(len, column)) for column in zip(*others, strict=True)]
            rows = [
                [
                    # names to the left, numbers to the right, be they owners
                    cell.ljust(width) if kind in "ug" and not cell.isdigit() else cell.rjust(width)
                    for cell, width, kind in zip(row, widths, self._kinds(), strict=True)
                ]
                for row in rows
            ]
        for item, row in zip(items, rows, strict=True):
            cells = "".join(f"{cell} " for cell in row)
            self.process.stdout.line(f"{cells}{self._name(item)}")

    def _kinds(self) -> list[str]:
        given = self.given
        kinds = ["i"] * ("i" in given) + ["s"] * ("s" in given)
        if self.long:
            kinds += ["m", "l"]
            kinds += ["u"] * ("g" not in given) + ["g"] * ("o" not in given)
            kinds += ["z", "t"]
        return kinds

    def _row(self, item: Item) -> list[str]:
        """The cells before the name; those of busybox already have their width."""
        cells = {
            "i": str(item.found.st_ino), "s": str(sizes.blocks(item.found) // 2),
            "m": self._mode(item), "l": str(item.found.st_nlink),
            "u": self._owner(item.found.st_uid, self.users),
            "g": self._owner(item.found.st_gid, self.groups),
            "z": self._size(item), "t": self._time(item),
        }  # fmt: skip
        if self.process.gnu:
            return [cells[kind] for kind in self._kinds()]
        fixed = {
            "i": "{:>7}", "s": "{:>6}", "m": "{:>10}", "l": "{:>4}", "u": "{:<8.8}",
            "g": "{:<8.8}", "z": "{:>9}", "t": "{}",
        }  # fmt: skip
        if "h" in self.given and "," not in cells["z"]:
            fixed["z"] = "{:>7}"
        return [fixed[kind].format(cells[kind]) for kind in self._kinds()]

    def _mode(self, item: Item) -> str:
        """With a dot after it where the file has an SELinux label, which GNU alone shows."""
        mode = modes.shown(item.found.st_mode)
        if not self.process.gnu:
            return mode
        look = partial(self.process.files.listxattr, follow_symlinks=False)
        try:
            labelled = SELINUX in look(self.process.path(item.path))
        except OSError:
            labelled = False
        return mode + ("." if labelled else "")

    def _owner(self, number: int, names: Mapping[int, str]) -> str:
        return str(number) if "n" in self.given else names.get(number, str(number))

    def _size(self, item: Item) -> str:
        found = item.found
        if stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode):
            device = (os.major(found.st_rdev), os.minor(found.st_rdev))
            return "{}, {}".format(*device) if self.process.gnu else "{:4}, {:3}".format(*device)
        if "h" in self.given:
            return sizes.human(found.st_size, gnu=self.process.gnu)
        return str(found.st_size)

    def _time(self, item: Item) -> str:
        seconds = item.found.st_mtime_ns // 10**9
        if "y" in self.given:
            when = f"{times.moment(seconds):%Y-%m-%d %H:%M:%S}"
            fraction = f".{item.found.st_mtime_ns % 10**9:09}" if self.process.gnu else ""
            return f"{when}{fraction} +0000"
        return times.listed(seconds, self.process.now, gnu=self.process.gnu)

    def _name(self, item: Item) -> str:
        mode = item.found.st_mode
        if self.long and stat.S_ISLNK(mode):
            return f"{item.name} -> {self.process.files.readlink(self.process.path(item.path))}"
        mark = ""
        if self.given.any("Fp") and stat.S_ISDIR(mode):
            mark = "/"
        elif "F" in self.given:
            marks = {stat.S_IFLNK: "@", stat.S_IFIFO: "|", stat.S_IFSOCK: "="}
            mark = marks.get(stat.S_IFMT(mode), "*" if mode & 0o111 else "")
        return item.name + mark


def _busybox_human_total(size: int) -> str:
    """``total 2M``: busybox prints it without a fraction, in a field of its own (*ran*)."""
    units = ["", "K", "M", "G", "T"]
    power = 0
    value = float(size)
    while value >= 1024 and power < 4:
        value /= 1024
        power += 1
    return f"{int(value + 0.5)}{units[power]}".ljust(7) if size else "0"


PROGRAMS: Mapping[str, Program] = {"ls": ls}
