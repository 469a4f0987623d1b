"""What apt writes down of a run, in ``/var/log/apt``.

apt 2.6, ``apt-pkg/deb/dpkgpm.cc`` (OpenLog, CloseLog) and ``apt-pkg/edsp.cc`` (the planner's log).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerlab.nodes import File, Meta, Zeros
from layerlab.shell.files import Files
from layerlab.shell.packages.applying import appended, directory_there
from layerlab.shell.times import moment

FOLDER = "/var/log/apt"
_ADM = 4
_PLANNED, _PLANNED_EACH = 510, 45
"""Bytes of the planner's log, compressed, and of each package that is there or comes (measured)."""


def write(
    files: Files, now: int, command: str, actions: Mapping[str, Iterable[str]], printed: str
) -> None:
    """History and terminal log. ``actions``: ``Install`` and its kin, what was done to whom."""
    stamp = f"{moment(now):%Y-%m-%d  %H:%M:%S}"
    directory_there(files, FOLDER)
    lines = "".join(f"{action}: {', '.join(each)}\n" for action, each in actions.items() if each)
    history = f"\nStart-Date: {stamp}\nCommandline: {command}\n{lines}End-Date: {stamp}\n"
    appended(files, f"{FOLDER}/history.log", history.encode())
    shown = printed.replace("\n", "\r\n")  # dpkg ran in a terminal of apt's own
    term = f"\nLog started: {stamp}\n{shown}Log ended: {stamp}\n"
    appended(files, f"{FOLDER}/term.log", term.encode(), 0o640, _ADM)


def planned(files: Files, now: int, packages: int) -> None:
    """The planner's input, which apt keeps compressed: only its size is known."""
    directory_there(files, FOLDER)
    size = _PLANNED + _PLANNED_EACH * packages
    files.unpack({f"{FOLDER}/eipp.log.xz": File(Zeros(size), Meta(mtime=now))})
