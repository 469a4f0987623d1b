"""``chmod``, ``chown``, ``chgrp``, ``stat``: who a file belongs to, and what is known of it."""

from __future__ import annotations

import re
import stat as stats
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from layerlab.shell import accounts, modes, sizes, times
from layerlab.shell.options import options
from layerlab.shell.process import Process, Program, Usage


def _below(process: Process, name: str, recursive: bool) -> Iterator[str]:
    """``name`` and, if asked for, all that is in it; symlinks are not followed."""
    yield name
    path = process.path(name)
    try:
        if not recursive or not stats.S_ISDIR(process.files.lstat(path).st_mode):
            return
    except OSError:
        return
    for child in process.files.listdir(path):
        yield from _below(process, f"{name.rstrip('/')}/{child}", recursive)


def chmod(process: Process) -> int:
    """Set modes, ``755`` or ``u+x,go-w``; ``-R`` with all below."""
    process.args = [
        f"./{arg}" if index and re.fullmatch("-[rwxst]+", arg) and "R" not in arg else arg
        for index, arg in enumerate(process.args)
    ]
    given = options(process, "Rcvf", least=2, long={"recursive": "R", "verbose": "v"})
    text = given.rest[0].removeprefix("./")
    change = modes.parse(process, text)
    code, recursive = 0, "R" in given
    for top in given.rest[1:]:
        for name in _below(process, top, recursive):
            path = process.path(name)
            try:
                if name != top and stats.S_ISLNK(process.files.lstat(path).st_mode):
                    continue
                old = process.files.stat(path).st_mode
                new = change(stats.S_IMODE(old), stats.S_ISDIR(old))
                process.files.chmod(path, new)
            except OSError as problem:
                if "f" not in given:
                    gnu = f"changing permissions of '{name}': {problem.strerror}"
                    if not _exists(process, path):
                        gnu = f"cannot access '{name}': {problem.strerror}"
                        with suppress(OSError):
                            process.files.lstat(path)
                            gnu = f"cannot operate on dangling symlink '{name}'"
                    process.say(f"{name}: {problem.strerror}", gnu=gnu)
                code = 1
                continue
            if "v" in given or ("c" in given and new != stats.S_IMODE(old)):
                _tell_mode(process, name, stats.S_IMODE(old), new)
    return code


def _exists(process: Process, path: str) -> bool:
    try:
        process.files.stat(path)
    except OSError:
        return False
    return True


def _tell_mode(process: Process, name: str, old: int, new: int) -> None:
    def told(mode: int) -> str:
        return f"{mode:04o} ({modes.shown(mode)[1:]})"

    if not process.gnu:
        process.stdout.line(f"mode of '{name}' changed to {told(new)}")
    elif new == old:
        process.stdout.line(f"mode of '{name}' retained as {told(new)}")
    else:
        process.stdout.line(f"mode of '{name}' changed from {told(old)} to {told(new)}")


def chown(process: Process) -> int:
    """Set owners: ``user``, ``user:group``, ``user:`` with the user's own group, ``:group``."""
    return _chown(process, lambda text: owner_of(process, text))


def chgrp(process: Process) -> int:
    """Set groups."""
    return _chown(process, lambda text: (-1, _group(process, text, text)))


def _chown(process: Process, parse: Callable[[str], tuple[int, int]]) -> int:
    given = options(process, "RhLHPcvf", least=2, long={"recursive": "R", "no-dereference": "h"})
    uid, gid = parse(given.rest[0])
    recursive = "R" in given
    code = 0
    for top in given.rest[1:]:
        # Depth first, a directory after what is in it: busybox's recursive_action.
        for name in reversed(list(_below(process, top, recursive))):
            follow = "h" not in given and not recursive
            path = process.path(name)
            try:
                new = (uid, gid) if process.gnu else _whole(process, path, uid, gid)
                process.files.chown(path, *new, follow_symlinks=follow)
            except OSError as problem:
                if "f" not in given:
                    verb = "cannot access" if problem.errno == 2 else "changing ownership of"
                    with suppress(OSError):
                        if stats.S_ISLNK(process.files.lstat(path).st_mode) and problem.errno == 2:
                            verb = "cannot dereference"
                    process.say(f"{name}: {problem.strerror}",
                                gnu=f"{verb} '{name}': {problem.strerror}")  # fmt: skip
                code = 1
    return code


def _whole(process: Process, path: str, uid: int, gid: int) -> tuple[int, int]:
    """Fill in, as busybox does, what isn't changed, of a symlink from the link itself (*ran*)."""
    found = process.files.lstat(path)
    return (found.st_uid if uid == -1 else uid), (found.st_gid if gid == -1 else gid)


def owner_of(process: Process, text: str) -> tuple[int, int]:
    """The IDs of ``user:group``, -1 for what isn't named; ``Usage`` if nobody knows them."""
    separator = ":" if ":" in text else "." if "." in text else ""
    user, _, group = text.partition(separator) if separator else (text, "", "")
    uid, gid = -1, -1
    if user:
        names = {name: number for number, name in accounts.users(process.files).items()}
        if user in names:
            uid = names[user]
        elif user.isdigit():
            uid = int(user)
        else:
            whole = f"unknown user/group {text}" if separator else f"unknown user {user}"
            raise Usage(f"invalid user: ‘{text}’" if process.gnu else whole)
        if separator and not group:
            gid = accounts.find_account(process.files, user).gid
    if group:
        gid = _group(process, group, text)
    return uid, gid


def _group(process: Process, group: str, text: str) -> int:
    names = {name: number for number, name in accounts.groups(process.files).items()}
    if group in names:
        return names[group]
    if group.isdigit():
        return int(group)
    if process.gnu:
        raise Usage(f"invalid group: ‘{text}’")
    raise Usage(f"unknown user/group {text}" if text != group else f"unknown group {group}")


KINDS = {
    stats.S_IFREG: "regular file", stats.S_IFDIR: "directory", stats.S_IFLNK: "symbolic link",
    stats.S_IFCHR: "character special file", stats.S_IFBLK: "block special file",
    stats.S_IFIFO: "fifo", stats.S_IFSOCK: "socket",
}  # fmt: skip


def kind(mode: int, size: int) -> str:
    """``%F`` of ``stat``."""
    if stats.S_ISREG(mode) and size == 0:
        return "regular empty file"
    return KINDS[stats.S_IFMT(mode)]


def stat(process: Process) -> int:
    """Tell all that is known of a file; ``-c`` in one's own format, ``-L`` where a link leads."""
    given = options(process, "Lt", valued="c", least=1, long={"format": "c", "dereference": "L"})
    form = given.value("c")
    code = 0
    for name in given.rest:
        try:
            text = _described(process, name, form, "L" in given)
        except OSError as problem:
            process.say(f"can't stat '{name}': {problem.strerror}",
                        gnu=f"cannot statx '{name}': {problem.strerror}")  # fmt: skip
            code = 1
            continue
        process.stdout.line(text)
    return code


_DEFAULT = """\
  File: {shown}
  Size: %-10s\tBlocks: %-10b IO Block: %-6o {kind}
Device: {device}\tInode: %-11i Links: {links}
Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)
Access: %x
Modify: %y
Change: %z"""


def _described(process: Process, name: str, form: str | None, follow: bool) -> str:
    path = process.path(name)
    found = process.files.stat(path, follow_symlinks=follow)
    link = stats.S_ISLNK(found.st_mode)
    quoted = f"'{name}' -> '{process.files.readlink(path)}'" if link else name
    if form is None:
        quoted = quoted.replace("'", "") if process.gnu else quoted
        device = "0,0" if process.gnu else "0h/0d"
        links = f"{found.st_nlink}" if not stats.S_ISCHR(found.st_mode) else f"{found.st_nlink:<5}"
        form = _DEFAULT.format(
            shown=quoted.replace("%", "%%"), device=device, links=links,
            kind=kind(found.st_mode, found.st_size),
        )  # fmt: skip
        if process.gnu:
            form += "\n Birth: -"
    when = times.moment(found.st_mtime)
    fraction = f"{found.st_mtime_ns % 10**9:09}"
    shown_time = f"{when:%Y-%m-%d %H:%M:%S}.{fraction} +0000"
    values = {
        "n": name, "s": found.st_size, "b": sizes.blocks(found), "o": 4096, "B": 512,
        "i": found.st_ino, "h": found.st_nlink, "u": found.st_uid, "g": found.st_gid,
        "U": accounts.users(process.files).get(found.st_uid, "UNKNOWN"),
        "G": accounts.groups(process.files).get(found.st_gid, "UNKNOWN"),
        "a": f"{stats.S_IMODE(found.st_mode):o}", "A": modes.shown(found.st_mode),
        "f": f"{found.st_mode:x}", "F": kind(found.st_mode, found.st_size),
        "N": quoted if link else f"'{name}'" if process.gnu else name, "d": 0, "D": 0,
        "x": shown_time, "y": shown_time, "z": shown_time, "w": "-", "W": 0,
        "X": int(found.st_mtime), "Y": int(found.st_mtime), "Z": int(found.st_mtime),
        "t": "0", "T": "0", "m": "/",
    }  # fmt: skip

    def put(match: re.Match[str]) -> str:
        flags, letter = match[1], match[2]
        if letter == "%":
            return "%"
        value = values.get(letter, "?")
        if flags == "04":
            return f"{value:>04}"
        if "." in flags:
            return f"{value:>10.10}"
        width = int(flags.lstrip("-") or 0)
        return f"{value:<{width}}" if flags.startswith("-") else f"{value:>{width}}"

    return re.sub(r"%(-?\d*(?:\.\d+)?)([a-zA-Z%])", put, form)


PROGRAMS: Mapping[str, Program] = {"chmod": chmod, "chown": chown, "chgrp": chgrp, "stat": stat}
