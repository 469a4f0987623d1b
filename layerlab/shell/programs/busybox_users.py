"""Busybox's ``adduser``, ``addgroup``, ``deluser`` and ``delgroup``, as Alpine has them.

Source: busybox ``loginutils/adduser.c``, ``addgroup.c``, ``deluser.c``, ``libbb/update_passwd.c``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress

from layerlab.shell.options import options
from layerlab.shell.process import Process, Usage
from layerlab.shell.programs.names import remove_tree
from layerlab.shell.programs.useradding import copy_tree
from layerlab.shell.shadow import DAY, GROUP, GSHADOW, PASSWD, SHADOW, AccountFiles

SYSTEM, PEOPLE = (100, 999), (1000, 60000)


def _update(process: Process, path: str, edit: Callable[[list[str]], list[str]]) -> None:
    """Write a file anew; the old one stays under the name with a dash, by a hard link."""
    files = process.files
    try:
        with files.os_open(path, os.O_RDWR) as file:
            text: bytes = file.read()
    except OSError:
        return
    found = files.stat(path)
    with files.os_open(f"{path}+", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) as new:
        files.chmod(f"{path}+", stat.S_IMODE(found.st_mode) & 0o777)
        files.chown(f"{path}+", found.st_uid, found.st_gid)
        with suppress(OSError):
            files.unlink(f"{path}-")
        files.link(path, f"{path}-")
        lines = edit(text.decode("utf-8", "surrogateescape").splitlines())
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        if data:
            new.write(data)
    files.rename(f"{path}+", path)


def _add(process: Process, path: str, line: str) -> None:
    _update(process, path, lambda lines: [*lines, line])


def _remove(process: Process, path: str, name: str) -> None:
    _update(process, path, lambda lines: [x for x in lines if not x.startswith(f"{name}:")])


def _member(process: Process, user: str, group: str) -> int:
    """Make a user a member of a group."""
    table = AccountFiles(process.files)
    if not table.find(PASSWD, user):
        raise Usage(f"unknown user {user}")
    if not table.find(GROUP, group):
        raise Usage(f"unknown group {group}")
    if user in table.members(GROUP, group):
        return 0

    def joined(line: str) -> str:
        return f"{line}{'' if line.endswith(':') else ','}{user}"

    for path in (GROUP, GSHADOW):
        _update(process, path, lambda lines: [
            joined(line) if line.startswith(f"{group}:") else line for line in lines
        ])  # fmt: skip
    return 0


def _first_free(used: set[int], span: tuple[int, int], letter: str) -> int:
    for number in range(span[0], span[1] + 1):
        if number not in used:
            return number
    raise Usage(f"no {letter}ids left")


def adduser(process: Process) -> int:
    """Add a user: ``-D`` without a password, ``-S`` for the system, ``-h -g -s -G -u -H -k``."""
    given = options(process, "DSH", valued="hgsGuk", least=1, most=2, long={
        "home": "h", "gecos": "g", "shell": "s", "ingroup": "G", "disabled-password": "D",
        "empty-password": "D", "system": "S", "no-create-home": "H", "uid": "u", "skel": "k",
    })  # fmt: skip
    name, system = given.rest[0], "S" in given
    if len(given.rest) == 2 and not given.given:
        return _member(process, name, given.rest[1])
    table = AccountFiles(process.files)
    home = given.value("h") or f"/home/{name}"
    group = given.value("G") or ("nogroup" if system else None)
    found = table.find(GROUP, group) if group else None
    if group and not found:
        raise Usage(f"unknown group {group}")
    if table.find(PASSWD, name):
        raise Usage(f"user '{name}' in use")
    used = table.numbers(PASSWD) | (set() if group else table.numbers(GROUP))
    text = given.value("u")
    if text is not None and int(text) in used:
        raise Usage(f"uid '{text}' in use")
    uid = int(text) if text else _first_free(used, SYSTEM if system else PEOPLE, "u")
    if not group and table.find(GROUP, name):
        raise Usage(f"group '{name}' in use")
    gid = int(found[2]) if found else uid
    gecos = given.value("g") if "g" in given else "Linux User,,,"
    shell = given.value("s") or ("/bin/false" if system else _own_shell(process, table))
    _add(process, PASSWD, f"{name}:x:{uid}:{gid}:{gecos}:{home}:{shell}")
    _add(process, SHADOW, f"{name}:!:{process.now // DAY}:0:99999:7:::")
    if group:
        _member(process, name, group)
    else:
        _new_group(process, name, gid)
    if "H" not in given:
        _make_home(process, home, uid, gid, given.value("k") or "/etc/skel")
    if not given.any("DS"):
        process.say("layerlab can't ask for a password: give -D")
        return 1
    return 0


def _own_shell(process: Process, table: AccountFiles) -> str:
    """New users get the shell of who adds them."""
    row = table.find(PASSWD, process.world.account.name or "root")
    return process.env.get("SHELL") or (row[6] if row and len(row) > 6 else "") or "/bin/sh"


def _make_home(process: Process, home: str, uid: int, gid: int, skeleton: str) -> None:
    files = process.files
    try:
        files.mkdir(home, 0o755)
        copy_tree(process, skeleton, home, uid, gid)
    except FileExistsError:
        pass
    except OSError as problem:
        process.say(f"{home}: {problem.strerror}")
        return
    files.chown(home, uid, gid)
    files.chmod(home, 0o2755)


def _new_group(process: Process, name: str, gid: int) -> None:
    _add(process, GROUP, f"{name}:x:{gid}:")
    _add(process, GSHADOW, f"{name}:!::")


def addgroup(process: Process) -> int:
    """Add a group, ``-S`` for the system, ``-g`` with a number; or a member to one."""
    given = options(process, "S", valued="g", least=1, most=2, long={"gid": "g", "system": "S"})
    if len(given.rest) == 2:
        return _member(process, *given.rest)
    name = given.rest[0]
    table = AccountFiles(process.files)
    if table.find(GROUP, name):
        raise Usage(f"group '{name}' in use")
    used, text = table.numbers(GROUP), given.value("g")
    if text is not None and int(text) in used:
        raise Usage(f"gid '{text}' in use")
    span = SYSTEM if "S" in given else PEOPLE
    _new_group(process, name, int(text) if text else _first_free(used, span, "g"))
    return 0


def deluser(process: Process) -> int:
    """Remove a user and the group of its name; ``--remove-home`` its home, too."""
    given = options(process, "r", least=1, most=2, long={"remove-home": "r"})
    name = given.rest[0]
    table = AccountFiles(process.files)
    row = table.find(PASSWD, name)
    if not row:
        raise Usage(f"unknown user {name}")
    if len(given.rest) == 2:
        return _leave(process, table, *given.rest)
    _remove(process, PASSWD, name)
    _remove(process, SHADOW, name)
    if "r" in given:
        remove_tree(process, row[5])
    if table.find(GROUP, name):
        _remove(process, GROUP, name)
        _remove(process, GSHADOW, name)
    return 0


def _leave(process: Process, table: AccountFiles, user: str, group: str) -> int:
    if not table.find(GROUP, group):
        raise Usage(f"unknown group {group}")
    if user not in table.members(GROUP, group):
        raise Usage(f"can't find {user} in {GROUP}")

    def left(line: str) -> str:
        head, _, members = line.rpartition(":")
        return f"{head}:{','.join(name for name in members.split(',') if name != user)}"

    for path in (GROUP, GSHADOW):
        _update(process, path, lambda lines: [
            left(line) if line.startswith(f"{group}:") else line for line in lines
        ])  # fmt: skip
    return 0


def delgroup(process: Process) -> int:
    """Remove a group, or a member of one."""
    given = options(process, "", least=1, most=2)
    if len(given.rest) == 2:
        return _leave(process, AccountFiles(process.files), *given.rest)
    name = given.rest[0]
    table = AccountFiles(process.files)
    row = table.find(GROUP, name)
    if not row:
        raise Usage(f"unknown group {name}")
    first = next((user[0] for user in table.rows(PASSWD) if user[3] == row[2]), None)
    if first:
        raise Usage(f"'{first}' still has '{name}' as their primary group!")
    _remove(process, GROUP, name)
    _remove(process, GSHADOW, name)
    return 0
