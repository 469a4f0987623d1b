"""``tar``: what it is asked, and the listing of an archive. The work is next door.

*ran*: GNU tar 1.34, busybox 1.35.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from layerlab.shell import modes, times
from layerlab.shell.lookup import DEFAULT_PATH, find_program
from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program, Usage, join
from layerlab.shell.programs import packing, untarring
from layerlab.shell.programs.compressing import FAULTS, FORMATS, Format, format_of

_LONG = {
    "create": "c", "extract": "x", "get": "x", "list": "t", "append": "r", "file": "f",
    "directory": "C", "verbose": "v", "gzip": "z", "gunzip": "z", "ungzip": "z", "bzip2": "j",
    "xz": "J", "zstd": "Z", "auto-compress": "a", "preserve-permissions": "p",
    "same-permissions": "p", "no-same-permissions": "P-", "same-owner": "O+",
    "no-same-owner": "o", "strip-components": "strip", "strip": "strip", "exclude": "exclude",
    "to-stdout": "O", "dereference": "h", "numeric-owner": "numeric", "owner": "owner",
    "group": "group", "mtime": "mtime", "sort": "sort", "wildcards": "wild", "touch": "m",
    "files-from": "T", "keep-old-files": "k", "absolute-names": "P", "overwrite": "overwrite",
    "no-recursion": "flat", "format": "format", "one-file-system": "l", "mode": "mode",
    "no-overwrite-dir": "keepdirs", "warning": "warning", "xattrs": "ignored",
    "acls": "ignored", "selinux": "ignored", "exclude-vcs": "vcs", "totals": "ignored",
    "checkpoint": "ignored", "skip-old-files": "k", "null": "ignored",
    "ignore-failed-read": "ignored", "no-xattrs": "ignored",
}  # fmt: skip
_VALUED = ("f", "C", "T", "strip", "exclude", "owner", "group", "mtime", "sort", "format", "mode",
           "warning", "X", "b")  # fmt: skip
_COMPRESSED = {"z": "gzip", "j": "bzip2", "J": "xz", "Z": "zstd"}
_VCS = (".git", ".gitignore", ".gitattributes", ".gitmodules", ".svn", ".hg", ".hgignore", "CVS",
        ".bzr")  # fmt: skip


@dataclass(frozen=True)
class Job:
    """What is to be done to an archive."""

    process: Process
    given: Options
    folder: str
    """Where ``-C`` leads."""

    @property
    def verbose(self) -> bool:
        return "v" in self.given

    def excluded(self, name: str) -> bool:
        """Whether ``--exclude`` leaves a member out: a pattern fits after any slash."""
        patterns = [*self.given.values("exclude"), *(_VCS if "vcs" in self.given else ())]
        starts = [0, *(found.end() for found in re.finditer("/", name))]
        ends = [len(name), *(found.start() for found in re.finditer("/", name))]
        parts = {name[start:end] for start in starts for end in ends if end > start}
        return any(fnmatchcase(part, pattern.rstrip("/")) for pattern in patterns for part in parts)

    def tell(self, line: str) -> None:
        """A member's name, as ``-v`` shows it."""
        archive = self.given.value("f") or "-"
        stream = self.process.stdout
        if archive == "-" and "c" in self.given:
            stream = self.process.stderr
        stream.line(line)


def tar(process: Process) -> int:
    """``-c`` makes an archive, ``-x`` unpacks one, ``-t`` lists it."""
    words = process.args[1:]
    if words and not words[0].startswith("-"):
        process.args[1:] = _old_style(words)
    given = options(process, "cxtrvzjJapPoOhmklSUWZ", valued=_VALUED, long=_LONG,
                    code=64 if process.gnu else 1)  # fmt: skip
    action = given.last("cxtr")
    if action is None:
        raise Usage(_NO_ACTION if process.gnu else _NO_ACTION_BUSYBOX, 2 if process.gnu else 1)
    if action == "r":
        raise Usage("layerlab can't append to an archive", 2)
    folder = process.cwd
    for name in given.values("C"):
        folder = join(folder, name)
    job = Job(process, given, folder)
    return _create(job) if action == "c" else _read(job, action)


_NO_ACTION = """\
You must specify one of the '-Acdtrux', '--delete' or '--test-label' options
Try 'tar --help' or 'tar --usage' for more information."""
_NO_ACTION_BUSYBOX = "must be called with one of: -c -t -x"


def _old_style(words: list[str]) -> list[str]:
    """``tar xzf a``: letters without a dash, their values after them."""
    rest = words[1:]
    found: list[str] = []
    for letter in words[0]:
        found.append(f"-{letter}")
        if letter in _VALUED and rest:
            found.append(rest.pop(0))
    return [*found, *rest]


def _create(job: Job) -> int:
    process, given = job.process, job.given
    if not given.rest and "T" not in given:
        told = "Cowardly refusing to create an empty archive\n"
        more = "Try 'tar --help' or 'tar --usage' for more information."
        raise Usage(told + more if process.gnu else "empty archive", 2 if process.gnu else 1)
    archive = given.value("f") or "-"
    form = _wanted(given, archive, creating=True)
    _have_program(process, form, archive)
    data, code = packing.pack(job)
    if form:
        data = form.compress(data, form.level)
    if archive == "-":
        process.stdout.write(data)
        return code
    try:
        with process.open(archive, 0o1101, 0o666) as file:
            file.write(data)
    except OSError as problem:
        raise _cannot_open(process, archive, problem) from None
    return code


def _wanted(given: Options, archive: str, *, creating: bool) -> Format | None:
    letter = given.last("zjJZ")
    if letter:
        return FORMATS[_COMPRESSED[letter]]
    if creating and "a" in given:
        return next((form for form in FORMATS.values() if archive.endswith(form.suffix)), None)
    return None


def _have_program(process: Process, form: Format | None, archive: str) -> None:
    """GNU's tar runs ``xz`` for that, which an image need not have."""
    if form is None or not process.gnu:
        return
    try:
        find_program(process.files, form.program, process.env.get("PATH", DEFAULT_PATH))
    except OSError as problem:
        child = f"{process.name} (child)"
        process.stderr.line(f"{child}: {form.program}: Cannot exec: {problem.strerror}")
        process.stderr.line(f"{child}: Error is not recoverable: exiting now")
        process.say("Child returned status 2")
        raise Usage("Error is not recoverable: exiting now", 2) from None


def _cannot_open(process: Process, name: str, problem: OSError) -> Usage:
    if not process.gnu:
        return Usage(f"can't open '{name}': {problem.strerror}", 1)
    fatal = f"{process.name}: Error is not recoverable: exiting now"
    return Usage(f"{name}: Cannot open: {problem.strerror}\n{fatal}", 2)


def _archive(job: Job) -> bytes:
    process, given = job.process, job.given
    name = given.value("f") or "-"
    try:
        data = process.read(name)
    except OSError as problem:
        raise _cannot_open(process, name, problem) from None
    form = _wanted(given, name, creating=False) or format_of(data[:6])
    _have_program(process, form, name)
    if form is None:
        return data
    try:
        return form.expand(data)
    except FAULTS:
        if not process.gnu:
            raise Usage("invalid magic", 1) from None  # fmt: skip
        process.stderr.line(f"\n{form.program}: stdin: not in {form.program} format")
        process.say("Child returned status 1")
        raise Usage("Error is not recoverable: exiting now", 2) from None


def _read(job: Job, action: str) -> int:
    process = job.process
    data = _archive(job)
    try:
        process.files.stat(job.folder)
    except OSError as problem:
        name = job.given.value("C") or ""
        if not process.gnu:
            raise Usage(f"can't change directory to '{name}': {problem.strerror}", 1) from None
        raise _cannot_open(process, name, problem) from None
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            wanted = _Wanted(job)
            if action == "t":
                _list(job, wanted.members(archive))
            else:
                untarring.unpack(job, archive, wanted.members(archive))
            return wanted.missing()
    except (tarfile.TarError, *FAULTS[1:], OverflowError):  # tarfile trusts a sparse file's map
        if not data:
            return 0
        if not process.gnu:
            raise Usage("invalid tar magic", 1) from None
        process.say("This does not look like a tar archive")
        raise Usage("Exiting with failure status due to previous errors", 2) from None


class _Wanted:
    """The members that were named, with all below them; all, if none were."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.names = [name.rstrip("/") for name in job.given.rest]
        self.met: set[str] = set()

    def members(self, archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
        for member in archive:
            if self._wants(member.name) and not self.job.excluded(member.name):
                yield member

    def _wants(self, name: str) -> bool:
        if not self.names:
            return True
        wild = "wild" in self.job.given
        fits = [asked for asked in self.names if name == asked or name.startswith(f"{asked}/")
                or (wild and fnmatchcase(name, asked))]  # fmt: skip
        self.met.update(fits)
        return bool(fits)

    def missing(self) -> int:
        process = self.job.process
        gone = [name for name in self.names if name not in self.met]
        for name in gone:
            process.say(f"{name}: not found in archive", gnu=f"{name}: Not found in archive")
        if gone and process.gnu:
            process.say("Exiting with failure status due to previous errors")
        return (2 if process.gnu else 1) if gone else 0


def _list(job: Job, members: Iterator[tarfile.TarInfo]) -> None:
    width, told = 19, False
    for member in members:
        if member.name.startswith("/") and not told and "P" not in job.given:
            told = True
            job.process.say("removing leading '/' from member names",
                            gnu="Removing leading `/' from member names")  # fmt: skip
        name = shown_name(member)
        if not job.verbose:
            job.process.stdout.line(name)
            continue
        owner = f"{member.uname or member.uid}/{member.gname or member.gid}"
        if "numeric" in job.given:
            owner = f"{member.uid}/{member.gid}"
        size = str(0 if member.islnk() else member.size)
        gap = width - len(owner) - len(size)
        if job.process.gnu:
            width = max(width, len(owner) + 1 + len(size))
            gap = width - len(owner) - len(size)
        when = times.moment(int(member.mtime))
        stamp = f"{when:%Y-%m-%d %H:%M}" if job.process.gnu else f"{when:%Y-%m-%d %H:%M:%S}"
        mode = modes.shown(packing.mode_of(member))
        kind = "h" if member.islnk() and job.process.gnu else mode[0]
        arrow = ""
        if member.islnk():
            arrow = f" link to {member.linkname}" if job.process.gnu else f" -> {member.linkname}"
        elif member.issym():
            arrow = f" -> {member.linkname}"
        line = f"{kind}{mode[1:]} {owner}{' ' * max(gap, 1)}{size} {stamp} {name}{arrow}"
        job.process.stdout.line(line)


def shown_name(member: tarfile.TarInfo) -> str:
    """A member's name, a directory's with a slash."""
    return f"{member.name}/" if member.isdir() and not member.name.endswith("/") else member.name


PROGRAMS: Mapping[str, Program] = {"tar": tar}
