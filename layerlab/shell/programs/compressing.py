"""``gzip``, ``bzip2``, ``xz``, ``zstd`` and their readers.

What comes out is what Python's zlib, bz2, lzma and zstd make of it: another encoder than gzip's
own, so a compressed file's size is off by a little.
"""

from __future__ import annotations

import bz2
import gzip as gzipped
import lzma
import os
import stat
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backports import zstd as zstandard

from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program, Usage


@dataclass(frozen=True)
class Format:
    """A compressed format: its program, its suffix, how it begins."""

    program: str
    suffix: str
    magic: bytes
    compress: Callable[[bytes, int], bytes]
    expand: Callable[[bytes], bytes]
    level: int


def _gzip(data: bytes, level: int) -> bytes:
    return gzipped.compress(data, level, mtime=0)


FORMATS: Mapping[str, Format] = {
    "gzip": Format("gzip", ".gz", b"\x1f\x8b", _gzip, gzipped.decompress, 6),
    "bzip2": Format("bzip2", ".bz2", b"BZh", bz2.compress, bz2.decompress, 9),
    "xz": Format("xz", ".xz", b"\xfd7zXZ\0", lambda data, level: lzma.compress(data, preset=level),
                 lzma.decompress, 6),
    "zstd": Format("zstd", ".zst", b"\x28\xb5\x2f\xfd", zstandard.compress,
                   zstandard.decompress, 3),
}  # fmt: skip
FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, ValueError)
_READERS = {"gunzip": "gzip", "zcat": "gzip", "bunzip2": "bzip2", "bzcat": "bzip2", "unxz": "xz",
            "xzcat": "xz", "unzstd": "zstd", "zstdcat": "zstd"}  # fmt: skip
_LONG = {
    "stdout": "c", "to-stdout": "c", "decompress": "d", "uncompress": "d", "force": "f",
    "keep": "k", "test": "t", "quiet": "q", "verbose": "v", "no-name": "n", "name": "N",
    "best": "9", "fast": "1", "rm": "R",
}  # fmt: skip


def format_of(head: bytes) -> Format | None:
    """What data is compressed with, by its first bytes."""
    return next((form for form in FORMATS.values() if head.startswith(form.magic)), None)


def compressor(process: Process) -> int:
    """Compress files, or ``-d`` expand them; each replaces the one it was made from."""
    form = FORMATS[_READERS.get(process.name, process.name)]
    given = options(process, "cdfktqvnNR0123456789", valued="T", long=_LONG)
    expand = process.name in _READERS or given.any("dt")
    process.label = form.program if process.gnu else ""
    if not given.rest or given.rest == ["-"]:
        return _filter(process, form, given, expand)
    code = 0
    for name in given.rest:
        try:
            code = max(code, _file(process, form, given, name, expand))
        except OSError as problem:
            process.say(f"{name}: {problem.strerror}")
            code = 1
    return code


def _level(given: Options, form: Format) -> int:
    letter = given.last("0123456789")
    return form.level if letter is None else int(letter)


def _made(process: Process, form: Format, given: Options, data: bytes, shown: str, expand: bool
          ) -> bytes:  # fmt: skip
    if not expand:
        return form.compress(data, _level(given, form))
    try:
        return form.expand(data)
    except FAULTS:
        told = {"gzip": f"\ngzip: {shown}: not in gzip format",
                "xz": "File format not recognized"}  # fmt: skip
        words = told.get(form.program, "not in its format")
        if form.program == "gzip" and process.gnu:
            process.stderr.line(words)
            raise Usage("", 1, bare=True) from None
        raise Usage("invalid magic" if not process.gnu else f"{shown}: {words}", 1) from None


def _filter(process: Process, form: Format, given: Options, expand: bool) -> int:
    data = _made(process, form, given, process.stdin.read(), "stdin", expand)
    if "t" not in given:
        process.stdout.write(data)
    return 0


def _file(process: Process, form: Format, given: Options, name: str, expand: bool) -> int:
    files, path = process.files, process.path(name)
    found = files.stat(path)
    if stat.S_ISDIR(found.st_mode):
        process.say(f"{name}: Is a directory", gnu=f"{name} is a directory -- ignored")
        return 1 if not process.gnu else 2
    whole = given.any("ct") or process.name.endswith("cat")
    suffixes = (form.suffix, ".tgz") if form.program == "gzip" else (form.suffix,)
    suffix = next((end for end in suffixes if name.endswith(end)), None)
    if not whole and expand is (suffix is None):
        done = f"{name} already has {suffix} suffix -- unchanged"
        dash = "--" if process.gnu else "-"
        process.say(f"{name}: unknown suffix {dash} ignored" if expand else done)
        return 2 if process.gnu else 1
    data = _made(process, form, given, process.read(name), name, expand)
    if "t" in given:
        return 0
    if whole:
        process.stdout.write(data)
        return 0
    to = path + form.suffix if not expand else path.removesuffix(suffix or "")
    to += ".tar" if suffix == ".tgz" else ""
    if "f" in given:
        _forget(process, to)
    elif _is_there(process, to):
        shown = to.rpartition("/")[2]
        process.say(f"can't open '{shown}': File exists",
                    gnu=f"{shown} already exists;\tnot overwritten")  # fmt: skip
        return 2 if process.gnu else 1
    with files.os_open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) as new:
        new.write(data)
    if process.gnu:  # busybox keeps the mode alone
        files.utime(to, ns=(found.st_atime_ns, found.st_mtime_ns))
        files.chown(to, found.st_uid, found.st_gid)
    files.chmod(to, stat.S_IMODE(found.st_mode))
    if "k" not in given and (form.program != "zstd" or "R" in given):
        files.unlink(path)
    return 0


def _is_there(process: Process, path: str) -> bool:
    try:
        process.files.lstat(path)
    except OSError:
        return False
    return True


def _forget(process: Process, path: str) -> None:
    if _is_there(process, path):
        process.files.unlink(path)


PROGRAMS: Mapping[str, Program] = dict.fromkeys((*FORMATS, *_READERS), compressor)
