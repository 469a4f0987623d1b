"""Which packages came along by themselves: ``/var/lib/apt/extended_states``.

apt 2.6, ``apt-pkg/depcache.cc`` (writeStateFile): what isn't installed has no entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerlab.nodes import Bytes, File, Meta
from layerlab.shell.files import Files

STATES = "/var/lib/apt/extended_states"


def read(files: Files) -> dict[str, bool]:
    """By name, whether a package is marked automatic."""
    try:
        text = files.read_bytes(STATES).decode("utf-8", "surrogateescape")
    except OSError:
        return {}
    found = {}
    for part in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.splitlines() if ": " in line)
        if "Package" in fields:
            found[fields["Package"]] = fields.get("Auto-Installed") == "1"
    return found


def write(files: Files, marks: Mapping[str, bool], installed: Iterable[str], now: int) -> None:
    """Write the file anew, as apt does whenever it changes something."""
    there = set(installed)
    text = "".join(
        f"Package: {name}\nArchitecture: amd64\nAuto-Installed: {int(automatic)}\n\n"
        for name, automatic in marks.items()
        if name in there
    )
    files.unpack({STATES: File(Bytes(text.encode()), Meta(mtime=now))})
