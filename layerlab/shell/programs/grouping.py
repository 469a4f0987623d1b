"""``groupadd``, ``groupdel``, ``groupmod``, ``gpasswd``, ``passwd``, ``chpasswd``.

*ran*: shadow 4.13, in an overlay over Debian 12.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from layerlab.shell import shadow
from layerlab.shell.options import options
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.shadow import GROUP, GSHADOW, PASSWD, SHADOW, AccountFiles


def groupadd(process: Process) -> int:
    """Add a group; ``-r`` of the system, ``-g`` with this number, ``-f`` if it isn't there."""
    given = options(process, "fro", valued="gpKU", least=1, most=1, code=2, long={
        "force": "f", "gid": "g", "system": "r", "non-unique": "o", "password": "p", "users": "U",
    })  # fmt: skip
    name, system = given.rest[0], "r" in given
    table = AccountFiles(process.files)
    if table.find(GROUP, name):
        if "f" in given:
            return 0
        raise Usage(f"group '{name}' already exists", 9)
    used = table.numbers(GROUP)
    text = given.value("g")
    low, high = shadow.span(process.files, "GID", system=system)
    if text is not None and not text.isdigit():
        raise Usage(f"invalid group ID '{text}'", 3)
    taken = text is not None and int(text) in used and "o" not in given
    if taken and "f" not in given:
        raise Usage(f"GID '{text}' already exists", 4)
    gid = int(text) if text is not None and not taken else 0
    gid = gid if text is not None and not taken else shadow.next_id(used, low, high, system=system)
    members = given.value("U") or ""
    table.add(GROUP, (name, "x", gid, members))
    table.add(GSHADOW, (name, given.value("p") or "!", "", members))
    table.save()
    return 0


def groupdel(process: Process) -> int:
    """Remove a group, unless it is somebody's first one."""
    given = options(process, "f", least=1, most=1, code=2, long={"force": "f"})
    name = given.rest[0]
    table = AccountFiles(process.files)
    row = table.find(GROUP, name)
    if row is None:
        raise Usage(f"group '{name}' does not exist", 6)
    first = next((user for user in table.rows(PASSWD) if user[3] == row[2]), None)
    if first and "f" not in given:
        raise Usage(f"cannot remove the primary group of user '{first[0]}'", 8)
    table.remove(GROUP, name)
    table.remove(GSHADOW, name)
    table.save()
    return 0


def groupmod(process: Process) -> int:
    """Change a group: ``-g`` its number, which its users get, too; ``-n`` its name."""
    given = options(process, "o", valued="gnp", least=1, most=1, code=2,
                    long={"gid": "g", "new-name": "n", "non-unique": "o"})  # fmt: skip
    name = given.rest[0]
    table = AccountFiles(process.files)
    row = table.find(GROUP, name)
    if row is None:
        raise Usage(f"group '{name}' does not exist", 6)
    gid, new = given.value("g"), given.value("n")
    if gid is not None:
        table.opened(PASSWD)
        if int(gid) in table.numbers(GROUP) - {int(row[2])} and "o" not in given:
            raise Usage(f"GID '{gid}' already exists", 4)
        for user in table.rows(PASSWD):
            user[3] = gid if user[3] == row[2] else user[3]
        row[2] = gid
    if new is not None:
        if table.find(GROUP, new):
            raise Usage(f"group '{new}' already exists", 9)
        for path in (GROUP, GSHADOW):
            found = table.find(path, name)
            if found:
                found[0] = new
    table.save()
    return 0


def gpasswd(process: Process) -> int:
    """``-a`` and ``-d``: a group's member more or less."""
    given = options(process, "", valued="adM", least=1, most=1, code=2,
                    long={"add": "a", "delete": "d", "members": "M"})  # fmt: skip
    group = given.rest[0]
    table = AccountFiles(process.files)
    user = given.value("a") or given.value("d") or ""
    if user and not table.find(PASSWD, user):
        raise Usage(f"user '{user}' does not exist", 3)
    if not table.find(GROUP, group):
        raise Usage(f"group '{group}' does not exist in {GROUP}", 3)
    if "a" in given:
        process.stdout.line(f"Adding user {user} to group {group}")
        table.join(group, user)
    elif "d" in given:
        process.stdout.line(f"Removing user {user} from group {group}")
        if user not in table.members(GROUP, group):
            raise Usage(f"user '{user}' is not a member of '{group}'", 3)
        table.leave(group, user)
    else:
        for path in (GROUP, GSHADOW):
            table.set_members(path, group, (given.value("M") or "").split(","))
    table.save()
    return 0


_EMPTY = """\
unlocking the password would result in a passwordless account.
You should set a password with usermod -p to unlock the password of this account."""


def passwd(process: Process) -> int:
    """``-l`` locks a password, ``-u`` unlocks it, ``-d`` deletes it, ``-S`` tells of it."""
    given = options(process, "dlueSaq", most=1, code=2, long={
        "delete": "d", "lock": "l", "unlock": "u", "expire": "e", "status": "S", "quiet": "q",
    })  # fmt: skip
    name = given.rest[0] if given.rest else process.world.account.name or "root"
    table = AccountFiles(process.files)
    row = table.find(SHADOW, name)
    if row is None:
        raise Usage(f"user '{name}' does not exist", 1)
    if "S" in given:
        process.stdout.line(_status(row))
        return 0
    if not given.any("dlue"):
        raise Usage("layerlab can't ask for a password; -l, -u, -d, -e and -S are simulated", 1)
    if "u" in given and not row[1].lstrip("!"):
        raise Usage(_EMPTY, 3)
    if "d" in given:
        row[1] = ""
    if "l" in given and not row[1].startswith("!"):
        row[1] = f"!{row[1]}"
    if "u" in given:
        row[1] = row[1].removeprefix("!")
    if "e" in given:
        row[2] = "0"
    table.rewrite(SHADOW)
    table.save()
    if "q" not in given:
        told = "password expiry information changed." if "e" in given else "password changed."
        process.stdout.line(f"passwd: {told}")
    return 0


def _status(row: shadow.Row) -> str:
    state = "NP" if not row[1] else "L" if row[1][0] in "!*" else "P"
    when = datetime.fromtimestamp(int(row[2] or 0) * shadow.DAY, UTC)
    ages = (field or "-1" for field in row[3:7])
    return f"{row[0]} {state} {when:%Y-%m-%d} {' '.join(ages)}"


def chpasswd(process: Process) -> int:
    """Set the passwords of lines ``user:password``; ``-e`` has them hashed already.

    The hash of a password has the form and length of Debian's yescrypt, and isn't one: what a
    layer holds is as long as in reality, and nobody logs in here.
    """
    given = options(process, "e", valued="cs", long={"encrypted": "e"}, most=0)
    table = AccountFiles(process.files)
    for number, line in enumerate(process.stdin.read().decode().splitlines(), 1):
        name, _, word = line.partition(":")
        row = table.find(SHADOW, name)
        if row is None:
            process.say(f"(user {name}) pam_chauthtok() failed, error:\n"
                        "Authentication token manipulation error")  # fmt: skip
            process.say(f"(line {number}, user {name}) password not changed")
            return 1
        row[1] = word if "e" in given else _hashed(name, word)
        row[2] = str(process.now // shadow.DAY)
        table.save(backup=False)
    return 0


def _hashed(name: str, word: str) -> str:
    digest = base64.b64encode(hashlib.sha512(f"{name}:{word}".encode()).digest(), b"./").decode()
    return f"$y$j9T${digest[:22]}${digest[22:65]}"


PROGRAMS: Mapping[str, Program] = {
    "groupadd": groupadd, "groupdel": groupdel, "groupmod": groupmod, "gpasswd": gpasswd,
    "passwd": passwd, "chpasswd": chpasswd,
}  # fmt: skip
