"""``useradd``, ``userdel``, ``usermod``: users, as Debian's package passwd changes them.

*ran*: shadow 4.13, in an overlay over Debian 12.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from datetime import date

from layerlab.shell import shadow
from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs.names import remove_tree
from layerlab.shell.shadow import GROUP, GSHADOW, PASSWD, SHADOW, SUBGID, SUBUID, AccountFiles

_ADD = {
    "base-dir": "b", "comment": "c", "home-dir": "d", "expiredate": "e", "inactive": "f",
    "gid": "g", "groups": "G", "skel": "k", "key": "K", "no-log-init": "l", "create-home": "m",
    "no-create-home": "M", "no-user-group": "N", "non-unique": "o", "password": "p",
    "system": "r", "shell": "s", "uid": "u", "user-group": "U",
}  # fmt: skip
_BAD_NAME = re.compile(r"^[-+~]|[\s:,/]|^$")


def useradd(process: Process) -> int:
    """Add a user; ``-m`` with a home, ``-r`` of the system, ``-g -G -u -s -d -c`` as told."""
    given = options(process, "lmMNorU", valued="bcdefgGkKpsu", long=_ADD, least=1, most=1, code=2)
    table = AccountFiles(process.files)
    row = add_user(process, table, given)
    table.save()
    home = row[5]
    setting = shadow.defaults(process.files)
    wanted = "m" in given or (setting.get("CREATE_HOME") == "yes" and not given.any("Mr"))
    if wanted:
        _make_home(process, home, int(row[2]), int(row[3]), given.value("k"), setting)
    return 0


def add_user(process: Process, table: AccountFiles, given: Options) -> shadow.Row:
    """Put the user into the tables; its row of ``passwd``."""
    name, system = given.rest[0], "r" in given
    table.opened(GROUP, GSHADOW)
    default = shadow.defaults(process.files, "/etc/default/useradd")
    shell = given.value("s") or default.get("SHELL", "/bin/sh")
    home = given.value("d") or f"{given.value('b') or default.get('HOME', '/home')}/{name}"
    if not home.startswith("/"):
        raise Usage(f"invalid home directory '{home}'", 3)
    if "s" in given and not _runs(process, shell):
        process.say(f"Warning: missing or non-executable shell '{shell}'")
    groups = [_group(table, text) for text in (given.value("G") or "").split(",") if text]
    primary = _group(table, given.value("g") or "") if "g" in given else None
    if _BAD_NAME.search(name):
        raise Usage(f"invalid user name '{name}': use --badname to ignore", 3)
    if table.find(PASSWD, name):
        raise Usage(f"user '{name}' already exists", 9)
    own = not primary and "N" not in given
    if own and table.find(GROUP, name):
        told = f"group {name} exists - if you want to add this user to that group, use -g."
        raise Usage(told, 9)
    used = table.numbers(PASSWD)
    uid = _uid(process, given, used, name)
    if own:
        low, high = shadow.span(process.files, "GID", system=system)
        gid = shadow.next_id(table.numbers(GROUP), low, high, system=system, like=uid)
        table.add(GROUP, (name, "x", gid, ""))
        table.add(GSHADOW, (name, "!", "", ""))
    else:
        gid = int(primary[2] if primary else default.get("GROUP", "100"))
    row = [name, "x", str(uid), str(gid), given.value("c") or "", home, shell]
    table.add(PASSWD, row)
    ages = ("", "", "") if system else _ages(process)
    table.add(SHADOW, (name, given.value("p") or "!", process.now // shadow.DAY, *ages,
                       given.value("f") or "", _expires(given), ""))  # fmt: skip
    for group in groups:
        table.join(group[0], name)
    if not system:
        for path, kind in ((SUBUID, "UID"), (SUBGID, "GID")):
            setting = shadow.defaults(process.files)
            count = int(setting.get(f"SUB_{kind}_COUNT", 65536))
            first = int(setting.get(f"SUB_{kind}_MIN", 100000))
            table.add(path, (name, shadow.next_range(table.rows(path), first, count), count))
    return row


def _ages(process: Process) -> tuple[str, ...]:
    setting = shadow.defaults(process.files)
    return (setting.get("PASS_MIN_DAYS", ""), setting.get("PASS_MAX_DAYS", ""),
            setting.get("PASS_WARN_AGE", ""))  # fmt: skip


def _expires(given: Options) -> str:
    text = given.value("e") or ""
    if not re.fullmatch(r"\d{4}-\d\d?-\d\d?", text):
        return text
    year, month, day = map(int, text.split("-"))
    return str((date(year, month, day) - date(1970, 1, 1)).days)


def _runs(process: Process, path: str) -> bool:
    try:
        found = process.files.stat(path)
    except OSError:
        return path == ""
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & 0o111)


def _group(table: AccountFiles, text: str) -> shadow.Row:
    found = table.group_of(text)
    if found is None:
        raise Usage(f"group '{text}' does not exist", 6)
    return found


def _uid(process: Process, given: Options, used: set[int], name: str) -> int:
    system = "r" in given
    low, high = shadow.span(process.files, "UID", system=system)
    text = given.value("u")
    if text is None:
        return shadow.next_id(used, low, high, system=system)
    if not text.isdigit():
        raise Usage(f"invalid user ID '{text}'", 3)
    uid = int(text)
    if uid in used and "o" not in given:
        raise Usage(f"UID {uid} is not unique", 4)
    if system and uid > high:
        process.stderr.line(f"{process.name} warning: {name}'s uid {uid} is greater than "
                            f"SYS_UID_MAX {high}")  # fmt: skip
    elif not system and not low <= uid <= high:
        process.stderr.line(f"{process.name} warning: {name}'s uid {uid} outside of the "
                            f"UID_MIN {low} and UID_MAX {high} range.")  # fmt: skip
    return uid


def _make_home(
    process: Process, home: str, uid: int, gid: int, skeleton: str | None,
    setting: Mapping[str, str],
) -> None:  # fmt: skip
    files = process.files
    try:
        files.stat(home)
    except OSError:
        pass
    else:
        process.stderr.line(f"{process.name}: warning: the home directory {home} already exists.")
        process.stderr.line(
            f"{process.name}: Not copying any file from skel directory into it."
        )  # fmt: skip
        return
    make_parents(process, home)
    files.mkdir(home, 0)
    files.chown(home, uid, gid)
    umask = int(setting.get("UMASK", "022"), 8)
    mode = int(setting.get("HOME_MODE", ""), 8) if "HOME_MODE" in setting else 0o777 & ~umask
    files.chmod(home, mode)
    copy_tree(process, skeleton or "/etc/skel", home, uid, gid)


def make_parents(process: Process, path: str) -> None:
    """The directories above a path, as far as they are missing."""
    above = path.rstrip("/").rpartition("/")[0]
    if above:
        try:
            process.files.stat(above)
        except OSError:
            make_parents(process, above)
            process.files.mkdir(above, 0o755)


def copy_tree(process: Process, source: str, to: str, uid: int, gid: int) -> None:
    """Copy what is in a directory, times and modes kept, owned by the new user."""
    files = process.files
    try:
        names = files.listdir(source)
    except OSError:
        return
    for name in names:
        old, new = f"{source}/{name}", f"{to}/{name}"
        found = files.lstat(old)
        if stat.S_ISDIR(found.st_mode):
            files.mkdir(new, 0)
            files.chown(new, uid, gid)
            files.chmod(new, stat.S_IMODE(found.st_mode))
            copy_tree(process, old, new, uid, gid)
        elif stat.S_ISLNK(found.st_mode):
            files.symlink(files.readlink(old), new)
            files.chown(new, uid, gid, follow_symlinks=False)
        else:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with process.open(new, flags, 0o600) as file:
                data = files.read_bytes(old)
                if data:
                    file.write(data)
            files.chown(new, uid, gid)
            files.chmod(new, stat.S_IMODE(found.st_mode))
        files.utime(new, ns=(found.st_atime_ns, found.st_mtime_ns), follow_symlinks=False)


def userdel(process: Process) -> int:
    """Remove a user; ``-r`` its home, too."""
    given = options(process, "frZ", least=1, most=1, code=2,
                    long={"force": "f", "remove": "r"})  # fmt: skip
    name = given.rest[0]
    table = AccountFiles(process.files)
    row = table.find(PASSWD, name)
    if row is None:
        raise Usage(f"user '{name}' does not exist", 6)
    table.opened(GROUP, GSHADOW)
    for path in (PASSWD, SHADOW, SUBUID, SUBGID):
        table.remove(path, name)
    for group in table.rows(GROUP):
        table.leave(group[0], name)
    own = table.find(GROUP, name)
    if own and not own[3] and all(user[3] != own[2] for user in table.rows(PASSWD)):
        table.remove(GROUP, name)
        table.remove(GSHADOW, name)
    table.save()
    if "r" not in given:
        return 0
    process.stderr.line(f"userdel: {name} mail spool (/var/mail/{name}) not found")
    try:
        process.files.stat(row[5])
    except OSError:
        process.stderr.line(f"userdel: {name} home directory ({row[5]}) not found")
        return 0
    return 0 if remove_tree(process, row[5]) else 12


_CHANGE = {
    "append": "a", "comment": "c", "home": "d", "expiredate": "e", "inactive": "f", "gid": "g",
    "groups": "G", "login": "l", "lock": "L", "move-home": "m", "non-unique": "o",
    "password": "p", "shell": "s", "uid": "u", "unlock": "U",
}  # fmt: skip


def usermod(process: Process) -> int:
    """Change a user: ``-aG`` groups, ``-s`` shell, ``-d`` home, ``-u`` and ``-g`` IDs, ``-L``."""
    given = options(process, "aLmoU", valued="cdefgGlpsu", long=_CHANGE, least=1, most=1, code=2)
    name = given.rest[0]
    table = AccountFiles(process.files)
    row, secret = table.find(PASSWD, name), table.find(SHADOW, name)
    if row is None:
        raise Usage(f"user '{name}' does not exist", 6)
    asked = _asked(given, row)
    if not asked:
        process.stderr.line("usermod: no changes")
        return 0
    groups = [_group(table, text) for text in (given.value("G") or "").split(",") if text]
    old_uid, old_home, old_gid = row[2], row[5], row[3]
    table.opened(PASSWD, SHADOW, *((GROUP, GSHADOW) if given.any("Gl") else ()))
    if "g" in given:
        row[3] = _group(table, given.value("g") or "")[2]
    if "u" in given:
        row[2] = str(_uid(process, given, table.numbers(PASSWD) - {int(old_uid)}, name))
    for letter, field in (("c", 4), ("d", 5), ("s", 6)):
        row[field] = given.value(letter) or row[field]
    if secret:
        _secret(given, secret)
    if "p" in given and secret:
        secret[2] = str(process.now // shadow.DAY)
    if asked & set("cdefgLlpsuU"):
        table.rewrite(PASSWD)
    if asked & set("eflLpU"):
        table.rewrite(SHADOW)
    if "G" in given:
        wanted = {group[0] for group in groups}
        for group in table.rows(GROUP):
            if group[0] not in wanted and "a" not in given:
                table.leave(group[0], name)
        for group in groups:
            table.join(group[0], name)
    if "l" in given:
        _rename(table, name, given.value("l") or name)
    table.save()
    if "m" in given and row[5] != old_home:
        process.files.rename(old_home, row[5])
    if row[2] != old_uid or row[3] != old_gid:
        _own(process, row[5], (int(old_uid), int(old_gid)), (int(row[2]), int(row[3])))
    if row[2] != old_uid:  # their entries in it would move
        for log in ("/var/log/faillog", "/var/log/lastlog"):
            try:
                process.files.os_open(log, os.O_RDWR).close()
            except OSError:
                continue
    return 0


def _asked(given: Options, row: shadow.Row) -> set[str]:
    """The options that would change something, or may: ``-G`` and those of the password."""
    fields = {"l": 0, "u": 2, "g": 3, "c": 4, "d": 5, "s": 6}
    return {
        letter
        for letter in "cdefgGlLpsuU"
        if letter in given and (letter not in fields or given.value(letter) != row[fields[letter]])
    }


def _secret(given: Options, row: shadow.Row) -> None:
    row[1] = given.value("p") or row[1]
    if "L" in given and not row[1].startswith("!"):
        row[1] = f"!{row[1]}"
    if "U" in given:
        row[1] = row[1].removeprefix("!") or "!"
    if "e" in given:
        row[7] = _expires(given)
    row[6] = given.value("f") or row[6]


def _rename(table: AccountFiles, name: str, new: str) -> None:
    """Give a user another name; its group and its subordinate IDs keep theirs."""
    if table.find(PASSWD, new):
        raise Usage(f"user '{new}' already exists", 9)
    for path in (GROUP, GSHADOW):
        for group in table.rows(path):
            members = table.members(path, group[0])
            if name in members:
                table.set_members(path, group[0], [new if m == name else m for m in members])
    for path in (PASSWD, SHADOW):
        row = table.find(path, name)
        if row:
            row[0] = new


def _own(process: Process, path: str, old: tuple[int, int], new: tuple[int, int]) -> None:
    """Give what was the user's in its home to the new IDs."""
    files = process.files
    try:
        found = files.lstat(path)
    except OSError:
        return
    uid = new[0] if found.st_uid == old[0] else -1
    gid = new[1] if found.st_gid == old[1] else -1
    if (uid, gid) != (-1, -1):
        files.chown(path, uid, gid, follow_symlinks=False)
    if stat.S_ISDIR(found.st_mode):
        for name in files.listdir(path):
            _own(process, f"{path}/{name}", old, new)


PROGRAMS: Mapping[str, Program] = {"useradd": useradd, "userdel": userdel, "usermod": usermod}
