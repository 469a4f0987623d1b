"""Who, where and when: ``id``, ``whoami``, ``hostname``, ``uname``, ``date``, ``pwd`` and kin."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from functools import partial

from layerlab.shell import accounts, times
from layerlab.shell.options import options
from layerlab.shell.process import Forever, Process, Program, Usage


def id_(process: Process) -> int:
    """Print user and group IDs with their names; ``-u -g -G`` numbers, ``-n`` names."""
    given = options(process, "ugGnr", most=1)
    account = process.world.account
    files = process.files
    users, groups = accounts.users(files), accounts.groups(files)
    if given.rest:
        if given.rest[0] not in users.values() and not given.rest[0].isdigit():
            name = given.rest[0]
            raise Usage(f"‘{name}’: no such user" if process.gnu else f"unknown user {name}")
        account = accounts.find_account(files, given.rest[0])
    gids = account.gids

    def told(number: int, names: Mapping[int, str]) -> str:
        return names.get(number, str(number)) if "n" in given else str(number)

    def named(number: int, names: Mapping[int, str]) -> str:
        return f"{number}({names[number]})" if number in names else str(number)

    if "u" in given:
        process.stdout.line(told(account.uid, users))
    elif "g" in given:
        process.stdout.line(told(account.gid, groups))
    elif "G" in given:
        process.stdout.line(" ".join(told(gid, groups) for gid in gids))
    else:
        line = f"uid={named(account.uid, users)} gid={named(account.gid, groups)}"
        line += " groups=" + ",".join(named(gid, groups) for gid in gids)
        process.stdout.line(line)
    return 0


def whoami(process: Process) -> int:
    """Print the user's name."""
    uid = process.world.account.uid
    name = accounts.users(process.files).get(uid)
    if name is None:
        process.say(f"unknown uid {uid}", gnu=f"cannot find name for user ID {uid}")
        return 1
    process.stdout.line(name)
    return 0


def hostname(process: Process) -> int:
    """Print the host's name."""
    process.stdout.line(process.world.hostname)
    return 0


def uname(process: Process) -> int:
    """Print what the kernel says of itself: it is the host's, in every container."""
    given = options(process, "asnrvmpio", long={"all": "a", "kernel-release": "r"})
    world = process.world
    values = {
        "s": "Linux", "n": world.hostname, "r": world.kernel,
        "v": "#1 SMP Mon Oct 19 16:18:59 UTC 2020",  # the build of that kernel, CentOS 7.9's
        "m": "x86_64", "o": "GNU/Linux",
    }  # fmt: skip
    chosen = values if "a" in given else [letter for letter in values if letter in given] or ["s"]
    process.stdout.line(" ".join(values[letter] for letter in chosen))
    return 0


def date(process: Process) -> int:
    """Print the simulated time, or the one of ``-d``, in a format after ``+``. All is UTC."""
    given = options(process, "uR", valued="drD", long={"date": "d", "utc": "u", "reference": "r"})
    seconds = process.now
    text = given.value("d")
    if text is not None:
        try:
            seconds = times.parse(text, process.now)
        except ValueError:
            told = f"invalid date ‘{text}’" if process.gnu else f"invalid date '{text}'"
            raise Usage(told) from None
    elif "r" in given:
        name = given.value("r") or ""
        seconds = process.files.stat(process.path(name)).st_mtime_ns // 10**9
    form = given.rest[0] if given.rest else "+%a %b %e %H:%M:%S %Z %Y"
    if not form.startswith("+"):
        raise Usage(f"invalid date '{form}'")
    process.stdout.line(_formatted(seconds, form[1:]))
    return 0


def _formatted(seconds: int, form: str) -> str:
    when = times.moment(seconds)
    form = form.replace("%s", str(seconds)).replace("%N", "000000000").replace("%Z", "UTC")
    form = form.replace("%e", f"{when.day:2}").replace("%:z", "+00:00")
    return when.strftime(form)


def pwd(process: Process) -> int:
    """Print the current directory."""
    process.stdout.line(process.cwd)
    return 0


def basename(process: Process) -> int:
    """Print a path's last name, without a suffix if one is given."""
    given = options(process, "a", valued="s", least=1, permute=False)
    several = given.any("as")
    names = given.rest if several else given.rest[:1]
    suffix = given.value("s") or ("" if several else "".join(given.rest[1:2]))
    for name in names:
        last = name.rstrip("/").rpartition("/")[2] or ("/" if name.startswith("/") else name)
        if suffix and last != suffix:
            last = last.removesuffix(suffix)
        process.stdout.line(last)
    return 0


def dirname(process: Process) -> int:
    """Print a path without its last name."""
    given = options(process, "", least=1, permute=False)
    for name in given.rest if process.gnu else given.rest[:1]:
        bare = name.rstrip("/")
        head = bare.rpartition("/")[0].rstrip("/")
        root = "/" if name.startswith("/") else "."
        process.stdout.line(head or root)
    return 0


def sleep(process: Process) -> int:
    """Let simulated time pass: ``5``, ``1.5m``, ``infinity``."""
    given = options(process, "", least=1)
    for word in given.rest:
        if word in ("inf", "infinity"):
            raise Forever
        found = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)([smhd]?)", word)
        if not found:
            if not process.gnu:
                raise Usage(f"invalid number '{word}'")
            more = "Try 'sleep --help' for more information."
            raise Usage(f"invalid time interval ‘{word}’\n{more}")
        unit = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]
        process.world.ran += float(found[1]) * unit
    return 0


def _sum(process: Process, algorithm: str) -> int:
    """Print digests of files; ``-c`` checks what a file lists."""
    given = options(process, "cbtsw", long={"check": "c", "status": "s"})
    if "c" in given:
        return _check(process, given.rest, algorithm, quiet="s" in given)
    code = 0
    for name in given.rest or ["-"]:
        try:
            data = process.read(name)
        except OSError as problem:
            process.say(f"can't open '{name}': {problem.strerror}",
                        gnu=f"{name}: {problem.strerror}")  # fmt: skip
            code = 1
            continue
        process.stdout.line(f"{hashlib.new(algorithm, data).hexdigest()}  {name}")
    return code


def _check(process: Process, names: list[str], algorithm: str, *, quiet: bool) -> int:
    wrong = 0
    for _, data in process.inputs(names):
        for line in data.decode("utf-8", "surrogateescape").splitlines():
            digest, _, name = line.partition("  ")
            try:
                good = hashlib.new(algorithm, process.read(name)).hexdigest() == digest
            except OSError as problem:
                process.say(f"can't open '{name}': {problem.strerror}",
                            gnu=f"{name}: {problem.strerror}")  # fmt: skip
                good = False
            wrong += not good
            if not quiet:
                process.stdout.line(f"{name}: {'OK' if good else 'FAILED'}")
    if wrong:
        many = "s" if wrong > 1 else ""
        process.say(f"WARNING: {wrong} of {wrong} computed checksums did NOT match",
                    gnu=f"WARNING: {wrong} computed checksum{many} did NOT match")  # fmt: skip
    return int(bool(wrong))


def nproc(process: Process) -> int:
    """Print the number of processors: one, as time passes here for one program at a time."""
    process.stdout.line("1")
    return 0


def mktemp(process: Process) -> int:
    """Make an empty file or directory whose name nothing else has, always the same one."""
    given = options(process, "dqut", valued="p", most=1)
    template = given.rest[0] if given.rest else "tmp.XXXXXX"
    folder = given.value("p") or ("/tmp" if not given.rest else "")
    stem = template.rstrip("X")
    width = len(template) - len(stem)
    number = 0
    while True:
        name = (
            f"{folder.rstrip('/')}/{stem}{number:0{width}}"
            if folder
            else f"{stem}{number:0{width}}"
        )
        try:
            if "d" in given:
                process.files.mkdir(process.path(name), 0o700)
            else:
                flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
                process.open(name, flags, 0o600).close()
        except FileExistsError:
            number += 1
            continue
        process.stdout.line(name)
        return 0


def nothing(process: Process) -> int:
    """``sync`` and the like: nothing that could be seen."""
    return 0


PROGRAMS: Mapping[str, Program] = {
    "id": id_, "whoami": whoami, "hostname": hostname, "uname": uname, "date": date, "pwd": pwd,
    "basename": basename, "dirname": dirname, "sleep": sleep, "nproc": nproc, "mktemp": mktemp,
    "sync": nothing,
    "md5sum": partial(_sum, algorithm="md5"), "sha1sum": partial(_sum, algorithm="sha1"),
    "sha256sum": partial(_sum, algorithm="sha256"), "sha512sum": partial(_sum, algorithm="sha512"),
}  # fmt: skip
