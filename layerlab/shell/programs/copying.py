"""``cp`` and ``mv``: which name each source gets, and what is done with it there.

What can't be renamed (``EXDEV``: a directory of a lower layer) is copied with all its
attributes, and then removed. Sources: busybox ``coreutils/cp.c`` and ``mv.c``, coreutils
``src/cp.c`` and ``mv.c``.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping

from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs.copier import Copier, lstat
from layerlab.shell.programs.linking import same_name
from layerlab.shell.programs.names import remove_tree

_LONG = {"archive": "a", "recursive": "r", "force": "f", "no-target-directory": "T",
         "no-dereference": "P", "preserve": "p", "no-clobber": "n", "verbose": "v",
         "target-directory": "t", "update": "u"}  # fmt: skip


def _look(process: Process, name: str, *, follow: bool = True) -> os.stat_result | None:
    """What is at a name. busybox gives up on a path that can't even be looked at."""
    try:
        return process.files.stat(process.path(name), follow_symlinks=follow)
    except OSError as problem:
        if problem.errno == errno.ENOENT or process.gnu:
            return None
        why = problem.strerror
        if problem.errno == errno.ENOTDIR:
            why = "Path has non-directory component"
        raise Usage(f"can't stat '{name}': {why}") from None


def _is_directory(found: os.stat_result | None) -> bool:
    return found is not None and stat.S_ISDIR(found.st_mode)


def _base(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _pairs(
    process: Process, given: Options, *, recursive: bool | None = None, follow: bool = True
) -> list[tuple[str, str]]:
    """Each source with the name that it is to get.

    ``recursive`` is ``None`` for ``mv``. busybox's ``cp`` puts a directory *into* whatever is
    there, be it no directory, as it tells.
    """
    sources = given.rest
    to = given.value("t") or sources.pop()
    there = _look(process, to)
    into = _is_directory(there) and "T" not in given
    if len(sources) > 1 and not into and process.gnu:
        missing = there is None and lstat(process.files, process.path(to)) is None
        why = "No such file or directory" if missing else "Not a directory"
        raise Usage(f"target '{to}': {why}")
    if len(sources) == 1 and not into and recursive is not None and not process.gnu:
        folder = _is_directory(_look(process, sources[0], follow=follow))
        into = folder and not (there is None and recursive)
    into = into or len(sources) > 1
    if not into:
        return [(sources[0], to)]
    if not process.gnu:  # busybox cuts slashes off, of the name that it reports, too
        sources = [source.rstrip("/") or source for source in sources]
    return [(source, f"{to.rstrip('/')}/{_base(source)}") for source in sources]


def cp(process: Process) -> int:
    """Copy files; ``-r`` directories, ``-p`` with time, owner and mode, ``-a`` as they are."""
    given = options(process, "arRpPdLHfilsnTvux", valued="t", long=_LONG,
                    least=1 if "-t" in process.args else 2)  # fmt: skip
    recursive = given.any("arR")
    links = given.any("adP") or (recursive and "L" not in given)
    copier = Copier(
        process, recursive=recursive, preserve=given.any("ap"), force="f" in given, links=links,
        follow_top="H" in given, hard=given.any("ad") if process.gnu else links,
    )  # fmt: skip
    for source, target in _pairs(process, given, recursive=recursive, follow=not links):
        if "n" in given and lstat(process.files, process.path(target)):
            continue
        if copier.copy(source, target) and "v" in given:
            process.stdout.line(f"'{source}' -> '{target}'")
    return copier.code


def mv(process: Process) -> int:
    """Rename files, or copy and remove what can't be renamed."""
    given = options(process, "finTvu", valued="t", long=_LONG,
                    least=1 if "-t" in process.args else 2)  # fmt: skip
    code = 0
    for source, target in _pairs(process, given):
        there = _look(process, target)
        if "n" in given and (there or lstat(process.files, process.path(target))):
            continue
        moved = _move(process, source, target, there)
        code |= int(not moved)
        if moved and "v" in given:
            told = f"'{source}' -> '{target}'"
            process.stdout.line(f"renamed {told}" if process.gnu else told)
    return code


def _move(process: Process, source: str, to: str, there: os.stat_result | None) -> bool:
    files = process.files
    from_path, to_path = process.path(source), process.path(to)
    found = lstat(files, from_path)
    wrong = _gnu_refuses(process, source, to, found) if process.gnu else None
    if wrong:
        process.say("", gnu=wrong)
        return False
    try:
        files.rename(from_path, to_path)
        return True
    except OSError as problem:
        if problem.errno != errno.EXDEV or found is None:
            gnu = f"cannot move '{source}' to '{to}': {problem.strerror}"
            if problem.errno == errno.EINVAL:
                gnu = f"cannot move '{source}' to a subdirectory of itself, '{to}'"
            process.say(f"can't rename '{source}': {problem.strerror}", gnu=gnu)
            return False
    if there is not None and not _cleared(process, source, to, there):
        return False
    copier = Copier(process, recursive=True, preserve=True, links=True, hard=True)
    return copier.copy(source, to) and remove_tree(process, source)


def _cleared(process: Process, source: str, to: str, there: os.stat_result) -> bool:
    """Remove what stands where a directory is to be copied; busybox can't if it is one."""
    files, to_path = process.files, process.path(to)
    if not stat.S_ISDIR(there.st_mode) and not process.gnu:
        process.say("can't overwrite non-directory with directory")
        return False
    try:
        if stat.S_ISDIR(there.st_mode) and process.gnu:
            files.rmdir(to_path)
        else:
            files.unlink(to_path)
    except OSError as problem:
        gnu = f"inter-device move failed: '{source}' to '{to}'; unable to remove target"
        process.say(f"can't remove '{to}': {problem.strerror}", gnu=f"{gnu}: {problem.strerror}")
        return False
    return True


def _gnu_refuses(
    process: Process, source: str, to: str, found: os.stat_result | None
) -> str | None:
    """What GNU's ``mv`` finds out before it tries."""
    there = lstat(process.files, process.path(to))
    if found is None:
        return f"cannot stat '{source}': No such file or directory"
    if there is None:
        return None
    if found.st_ino == there.st_ino and same_name(process, source, to):
        return f"'{source}' and '{to}' are the same file"
    if stat.S_ISDIR(found.st_mode) and not stat.S_ISDIR(there.st_mode):
        return f"cannot overwrite non-directory '{to}' with directory '{source}'"
    if stat.S_ISDIR(there.st_mode) and not stat.S_ISDIR(found.st_mode):
        return f"cannot overwrite directory '{to}' with non-directory"
    return None


PROGRAMS: Mapping[str, Program] = {"cp": cp, "mv": mv}
