"""How dpkg takes a package's files away.

dpkg 1.21, ``src/main/remove.c`` (removal_bulk_remove_files, removal_bulk_remove_leftover_dirs).
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterable

from layerlab.shell.files import Files
from layerlab.shell.packages.applying import remove
from layerlab.shell.packages.status import Stanza
from layerlab.shell.packages.unpacking import INFO


def listed(files: Files, binary: str) -> list[str]:
    """The paths that dpkg's list of a package has, in its order."""
    try:
        data = files.read_bytes(f"{INFO}/{binary}.list")
    except OSError:
        return []
    return data.decode("utf-8", "surrogateescape").splitlines()


def take_away(
    files: Files, paths: Iterable[str], stanza: Stanza, others: Collection[str]
) -> list[str]:
    """Remove paths, the deepest first, and give those that the package keeps.

    These are its conffiles that are there, the directories above them, and those that something
    else lies in. What other packages have, too, is theirs from now on.
    """
    kept = set(stanza.conffiles)
    above = {path[:at] for path in kept for at, sign in enumerate(path) if sign == "/"}
    rest = []
    for path in reversed(list(paths)):
        if path in kept or path in above:
            if files.lexists(path):
                rest.append(path)
        elif path == "/." or (path in others and _is_folder(files, path)):
            continue
        elif not remove(files, path) and files.lexists(path):
            rest.append(path)
    return rest[::-1]


def _is_folder(files: Files, path: str) -> bool:
    try:
        return stat.S_ISDIR(files.stat(path).st_mode)
    except OSError:
        return False


def forget(files: Files, binary: str, keep: Collection[str] = ()) -> None:
    """Remove what dpkg keeps of a package, but for members of these names."""
    for name in files.listdir(INFO):
        if name.startswith(f"{binary}.") and name[len(binary) + 1 :] not in keep:
            remove(files, f"{INFO}/{name}")
