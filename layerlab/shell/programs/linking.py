"""``ln``, ``readlink``, ``realpath``: links, and where they lead."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping

from layerlab.paths import error
from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program, Usage, join
from layerlab.shell.programs.names import is_directory


def ln(process: Process) -> int:
    """Link a file under another name; ``-s`` with a symlink; ``-f`` in place of what is there."""
    given = options(process, "sfnbvT", valued="S", least=1,
                    long={"symbolic": "s", "force": "f", "no-dereference": "n"})  # fmt: skip
    rest = given.rest
    to = rest.pop() if len(rest) > 1 else rest[0].rstrip("/").rpartition("/")[2] or rest[0]
    into = is_directory(process, process.path(to)) and "T" not in given
    if "n" in given and into and _is_link(process, to):
        into = False
    if len(rest) > 1 and not into and process.gnu:
        missing = not _there(process, process.path(to))
        why = os.strerror(errno.ENOENT if missing else errno.ENOTDIR)
        raise Usage(f"target '{to}': {why}")
    code = 0
    for target in rest:
        name = f"{to.rstrip('/')}/{target.rstrip('/').rpartition('/')[2]}" if into else to
        path = process.path(name)
        missing = "s" not in given and not _there(process, process.path(target))
        gnu = _gnu_no_link(process, target, name, given) if process.gnu else None
        if gnu:
            process.say("", gnu=gnu)
            code = 1
            continue
        try:
            if missing:
                process.files.lstat(process.path(target))  # says why
            if "f" in given and _there(process, path) and not _is_plain_directory(process, path):
                process.files.unlink(path)
            if "s" in given:
                process.files.symlink(target, path)
            else:
                process.files.link(process.path(target), path)
        except OSError as problem:
            code = 1
            _say_no_link(process, target, name, problem, symbolic="s" in given, missing=missing)
    return code


def _gnu_no_link(process: Process, target: str, name: str, given: Options) -> str | None:
    """What GNU's ``ln`` finds out before it tries."""
    path = process.path(name)
    if "s" not in given and is_directory(process, process.path(target)):
        if not _is_link(process, target):
            return f"{target}: hard link not allowed for directory"
    elif "f" in given and _there(process, path):
        if _is_plain_directory(process, path):
            return f"{name}: cannot overwrite directory"
        if same_name(process, process.path(target) if "s" not in given else target, path):
            return f"'{target}' and '{name}' are the same file"
    return None


def _say_no_link(
    process: Process, target: str, name: str, problem: OSError, *, symbolic: bool, missing: bool
) -> None:
    shown = target if missing else name
    why = problem.strerror
    if problem.errno == errno.ELOOP:
        gnu = f"failed to access '{name}': {why}"
    elif symbolic or problem.errno == errno.EEXIST:
        kind = "symbolic" if symbolic else "hard"
        gnu = f"failed to create {kind} link '{name}': {why}"
    elif missing:
        gnu = f"failed to access '{target}': {why}"
    elif is_directory(process, process.path(target)):
        gnu = f"{target}: hard link not allowed for directory"
    else:
        gnu = f"failed to create hard link '{name}' => '{target}': {why}"
    process.say(f"{shown}: {why}", gnu=gnu)


def _there(process: Process, path: str) -> bool:
    try:
        process.files.lstat(path)
    except OSError:
        return False
    return True


def _is_plain_directory(process: Process, path: str) -> bool:
    return stat.S_ISDIR(process.files.lstat(path).st_mode)


def _is_link(process: Process, name: str) -> bool:
    try:
        return stat.S_ISLNK(process.files.lstat(process.path(name.rstrip("/"))).st_mode)
    except OSError:
        return False


def real_path(process: Process, name: str, *, missing_last: bool = True) -> str:
    """The canonical path: absolute, without symlinks. The last name may be missing."""
    todo = [part for part in reversed(join(process.cwd, name).split("/")) if part]
    done: list[str] = []
    hops = 0
    while todo:
        part = todo.pop()
        if part == ".":
            continue
        if part == "..":
            done[-1:] = []
            continue
        path = "/" + "/".join([*done, part])
        try:
            found = process.files.lstat(path)
        except FileNotFoundError:
            if todo or not missing_last:
                raise error(errno.ENOENT, name) from None
            return path
        if stat.S_ISLNK(found.st_mode):
            hops += 1
            if hops > 40:
                raise error(errno.ELOOP, name)
            target = process.files.readlink(path)
            if target.startswith("/"):
                done = []
            todo += [part for part in reversed(target.split("/")) if part]
            continue
        if todo and not stat.S_ISDIR(found.st_mode):
            raise error(errno.ENOTDIR, name)
        done.append(part)
    return "/" + "/".join(done)


def same_name(process: Process, one: str, other: str) -> bool:
    """Whether two paths are one name in one directory."""

    def name(path: str) -> str:
        bare = path.rstrip("/")
        folder, _, last = bare.rpartition("/")
        try:
            return f"{real_path(process, folder or ('/' if '/' in bare else '.'))}/{last}"
        except OSError:
            return path

    return name(one) == name(other)


def readlink(process: Process) -> int:
    """Print where a symlink points; ``-f`` the canonical path."""
    given = options(process, "fnev", least=1, long={"canonicalize": "f"})
    code = 0
    for name in given.rest:
        try:
            if given.any("fe"):
                # busybox looks for the directory of a missing name, so there must be a slash
                lenient = "f" in given and (process.gnu or "/" in name)
                found = real_path(process, name, missing_last=lenient)
            else:
                found = process.files.readlink(process.path(name))
        except OSError:
            code = 1
            continue
        process.stdout.write(found + ("" if "n" in given else "\n"))
    return code


def realpath(process: Process) -> int:
    """Print the canonical path; busybox wants the last name to be there, GNU doesn't."""
    given = options(process, "", least=1)
    code = 0
    for name in given.rest:
        try:
            process.stdout.line(real_path(process, name, missing_last=process.gnu))
        except OSError as problem:
            process.say(f"{name}: {problem.strerror}")
            code = 1
    return code


PROGRAMS: Mapping[str, Program] = {"ln": ln, "readlink": readlink, "realpath": realpath}
