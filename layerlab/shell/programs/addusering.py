"""Debian's ``adduser``, ``addgroup``, ``deluser`` and ``delgroup``, which call those of passwd.

*ran*: adduser 3.134, in an overlay over Debian 12.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import replace

from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs import busybox_users
from layerlab.shell.programs.grouping import groupadd, groupdel
from layerlab.shell.programs.useradding import make_parents, useradd, userdel
from layerlab.shell.shadow import GROUP, PASSWD, SHADOW, AccountFiles

_LONG = {
    "system": "S", "group": "g", "ingroup": "i", "gid": "G", "uid": "u", "home": "h",
    "shell": "s", "gecos": "c", "comment": "c", "disabled-password": "p", "disabled-login": "l",
    "no-create-home": "H", "quiet": "q", "allow-bad-names": "b", "force-badname": "b",
    "firstuid": "1", "lastuid": "2", "remove-home": "r", "allow-all-names": "b",
    "add-extra-groups": "x", "add_extra_groups": "x", "debug": "q",
}  # fmt: skip
_NAME = re.compile(r"[a-z][-a-z0-9_]*\$?")
_BAD = """\
Please enter a username matching the regular expression
            configured via the NAME_REGEX configuration variable.  Use the
            `--allow-bad-names' option to relax this check or reconfigure
            NAME_REGEX in configuration."""
SYSTEM, PEOPLE = (100, 999), (1000, 59999)
"""``FIRST_SYSTEM_UID`` and its kin in ``adduser.conf``."""


def _given(process: Process, least: int = 1, most: int = 2) -> Options:
    given = options(process, "SgplHqbrx", valued="iGuhsc12", long=_LONG)
    if not least <= len(given.rest) <= most:
        raise Usage("Only one or two names allowed.", 1)
    return given


def _tell(process: Process, given: Options, text: str) -> None:
    if "q" not in given:
        process.stdout.line(text)


def _lock(process: Process) -> None:
    """All of them take this lock, a file that stays."""
    process.files.os_open("/run/adduser", os.O_WRONLY | os.O_CREAT, 0o644).close()


def _call(process: Process, program: Program, *args: str) -> None:
    inner = replace(process, args=[*args])
    code = program(inner)
    if code:
        raise Usage(f"`{' '.join(args)}' returned error code {code}. Exiting.", 1)


def _free(used: set[int], span: tuple[int, int]) -> int:
    """The lowest ID that isn't used."""
    return next(number for number in range(span[0], span[1] + 1) if number not in used)


def adduser(process: Process) -> int:
    """Add a user, with ``--system`` one for a service; ``adduser USER GROUP`` makes a member."""
    given = _given(process)
    if len(given.rest) == 2:
        _lock(process)
        return _join(process, given, *given.rest)
    name = given.rest[0]
    if "S" not in given and "b" not in given and not _NAME.fullmatch(name):
        raise Usage(_BAD, 1)
    _lock(process)
    if "S" in given:
        return _add_system_user(process, given, name)
    return _add_person(process, given, name)


def _add_system_user(process: Process, given: Options, name: str) -> int:
    table = AccountFiles(process.files)
    row = table.find(PASSWD, name)
    if row:
        if int(row[2]) > SYSTEM[1]:
            raise Usage(f"The user `{name}' already exists, but is not a system user. Exiting.", 1)
        _tell(process, given, f"The system user `{name}' already exists. Exiting.")
        return 0
    uid = int(given.value("u") or _free(table.numbers(PASSWD), SYSTEM))
    home = given.value("h") or "/nonexistent"
    group = given.value("i") or given.value("G") or "nogroup"
    _tell(process, given, f"Adding system user `{name}' (UID {uid}) ...")
    if "g" in given and not table.find(GROUP, name):
        gid = _free(table.numbers(GROUP), SYSTEM)
        gid = uid if "u" in given and uid not in table.numbers(GROUP) else gid
        _tell(process, given, f"Adding new group `{name}' (GID {gid}) ...")
        _call(process, groupadd, "/sbin/groupadd", "-g", str(gid), name)
    group = name if "g" in given else group
    found = AccountFiles(process.files).group_of(group)
    if found is None:
        raise Usage(f"The group `{group}' does not exist.", 1)
    _tell(process, given, f"Adding new user `{name}' (UID {uid}) with group `{found[0]}' ...")
    shell = given.value("s") or "/usr/sbin/nologin"
    _call(process, useradd, "/sbin/useradd", "-r", "-K", "UID_MIN=0", "-d", home, "-g", found[0],
          "-s", shell, "-u", str(uid), name)  # fmt: skip
    if given.value("c"):
        _finger(process, name, given.value("c") or "")
    _home(process, given, home, uid, int(found[2]), 0o755, skeleton=False)
    return 0


def _add_person(process: Process, given: Options, name: str) -> int:
    table = AccountFiles(process.files)
    if table.find(PASSWD, name):
        raise Usage(f"The user `{name}' already exists.", 1)
    if not given.any("pl"):
        why = "layerlab can't ask for a password: give --disabled-password and --gecos"
        raise Usage(why, 1)
    _tell(process, given, f"Adding user `{name}' ...")
    users, groups = table.numbers(PASSWD), table.numbers(GROUP)
    wanted = given.value("i") or given.value("G")
    if wanted:
        found = table.group_of(wanted)
        if found is None:
            raise Usage(f"The group `{wanted}' does not exist.", 1)
        group, gid = found[0], int(found[2])
        uid = int(given.value("u") or _free(users, PEOPLE))
    else:
        if table.find(GROUP, name):
            raise Usage(f"The group `{name}' already exists.", 1)
        uid = int(given.value("u") or _free(users | groups, PEOPLE))
        group, gid = name, uid if uid not in groups else _free(groups, PEOPLE)
        _tell(process, given, f"Adding new group `{name}' ({gid}) ...")
        _call(process, groupadd, "/sbin/groupadd", "-g", str(gid), name)
    _tell(process, given, f"Adding new user `{name}' ({uid}) with group `{group} ({gid})' ...")
    home = given.value("h") or f"/home/{name}"
    shell = given.value("s") or ("/usr/sbin/nologin" if "l" in given else "/bin/bash")
    _call(process, useradd, "/sbin/useradd", "-d", home, "-g", group, "-s", shell, "-u", str(uid),
          name)  # fmt: skip
    _home(process, given, home, uid, gid, 0o700, skeleton=True)
    if "c" in given:
        _finger(process, name, given.value("c") or "")
    extra = f"Adding new user `{name}' to supplemental / extra groups `users' ..."
    _tell(process, given, extra)
    _tell(process, given, f"Adding user `{name}' to group `users' ...")
    table = AccountFiles(process.files)
    table.join("users", name)
    table.save()
    return 0


def _finger(process: Process, name: str, told: str) -> None:
    """What ``chfn`` makes of a name: four fields, most of them empty."""
    table = AccountFiles(process.files)
    row = table.find(PASSWD, name)
    if row:
        fields = [*told.split(","), "", "", ""][: max(4, told.count(",") + 1)]
        row[4] = ",".join(fields)
    table.save()


def _home(
    process: Process, given: Options, home: str, uid: int, gid: int, mode: int, *, skeleton: bool
) -> None:
    files = process.files
    if "H" in given or home == "/nonexistent":
        if home == "/nonexistent" or not skeleton:
            _tell(process, given, f"Not creating `{home}'.")
        elif "H" in given:
            _tell(process, given, f"Not creating home directory `{home}'.")
        return
    try:
        files.stat(home)
    except OSError:
        pass
    else:
        _tell(process, given, f"The home directory `{home}' already exists.  Not touching this "
                              "directory.")  # fmt: skip
        return
    _tell(process, given, f"Creating home directory `{home}' ...")
    make_parents(process, home)
    files.mkdir(home, mode)
    files.chown(home, uid, gid)
    files.chmod(home, mode)
    if not skeleton:
        return
    _tell(process, given, "Copying files from `/etc/skel' ...")
    try:
        names = files.listdir("/etc/skel")
    except OSError:
        return
    for name in names:
        old, new = f"/etc/skel/{name}", f"{home}/{name}"
        with process.open(new, os.O_WRONLY | os.O_CREAT, 0o666) as file:
            data = files.read_bytes(old)
            if data:
                file.write(data)
        files.chown(new, uid, gid)
        files.chmod(new, stat.S_IMODE(files.stat(old).st_mode))


def _join(process: Process, given: Options, name: str, group: str) -> int:
    table = AccountFiles(process.files)
    if not table.find(PASSWD, name):
        raise Usage(f"The user `{name}' does not exist.", 1)
    if not table.find(GROUP, group):
        raise Usage(f"The group `{group}' does not exist.", 1)
    if name in table.members(GROUP, group):
        process.say(f"The user `{name}' is already a member of `{group}'.")
        return 0
    _tell(process, given, f"Adding user `{name}' to group `{group}' ...")
    table.opened(PASSWD, SHADOW)  # usermod does it
    table.join(group, name)
    table.save()
    _tell(process, given, "Done.")
    return 0


def addgroup(process: Process) -> int:
    """Add a group; ``--system`` with a number below 1000."""
    given = _given(process)
    _lock(process)
    if len(given.rest) == 2:
        return _join(process, given, *given.rest)
    name = given.rest[0]
    table = AccountFiles(process.files)
    row = table.find(GROUP, name)
    if row and "S" in given:
        if SYSTEM[0] <= int(row[2]) <= SYSTEM[1]:
            process.say(f"The group `{name}' already exists as a system group. Exiting.")
            return 0
        raise Usage(f"The group `{name}' already exists and is not a system group. Exiting.", 1)
    if row:
        raise Usage(f"The group `{name}' already exists.", 1)
    used = table.numbers(GROUP)
    gid = int(given.value("G") or _free(used, SYSTEM if "S" in given else PEOPLE))
    if gid in used:
        raise Usage(f"The GID `{gid}' is already in use.", 1)
    _tell(process, given, f"Adding group `{name}' (GID {gid}) ...")
    _call(process, groupadd, "/sbin/groupadd", "-g", str(gid), name)
    _tell(process, given, "Done.")
    return 0


def deluser(process: Process) -> int:
    """Remove a user, or a user from a group."""
    given = _given(process)
    name = given.rest[0]
    table = AccountFiles(process.files)
    if "r" in given:
        raise Usage(_NEEDS_PERL, 1)
    if not table.find(PASSWD, name):
        raise Usage(f"The user `{name}' does not exist.", 2)
    _lock(process)
    if len(given.rest) == 2:
        group = given.rest[1]
        if name not in table.members(GROUP, group):
            raise Usage(f"The user `{name}' is not a member of group `{group}'.", 6)
        _tell(process, given, f"Removing user `{name}' from group `{group}' ...")
        table.leave(group, name)
        table.save()
    else:
        crontab = "`/usr/bin/crontab' not executed. Skipping crontab removal. Package `cron' "
        process.say(f"{crontab}required.")
        _tell(process, given, f"Removing user `{name}' ...")
        _call(process, userdel, "/sbin/userdel", name)
    _tell(process, given, "Done.")
    return 0


_NEEDS_PERL = """\
In order to use the --remove-home, --remove-all-files, and --backup features,
you need to install the `perl' package. To accomplish that, run
apt-get install perl."""


def delgroup(process: Process) -> int:
    """Remove a group."""
    given = _given(process, most=1)
    name = given.rest[0]
    if not AccountFiles(process.files).find(GROUP, name):
        raise Usage(f"The group `{name}' does not exist.", 3)
    _lock(process)
    _tell(process, given, f"Removing group `{name}' ...")
    _call(process, groupdel, "/sbin/groupdel", name)
    _tell(process, given, "Done.")
    return 0


def _either(debian: Program, busybox: Program) -> Program:
    """Whose it is, the image tells."""
    return lambda process: debian(process) if process.gnu else busybox(process)


PROGRAMS: Mapping[str, Program] = {
    "adduser": _either(adduser, busybox_users.adduser),
    "addgroup": _either(addgroup, busybox_users.addgroup),
    "deluser": _either(deluser, busybox_users.deluser),
    "delgroup": _either(delgroup, busybox_users.delgroup),
}
