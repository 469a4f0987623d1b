"""``lab``: the course in JupyterLab, in a copy of the lessons that the learner may change."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import layerlab
from layerlab.command.screen import Screen
from layerlab.errors import LayerlabError
from layerlab.wording import printable

FOLDER = "layerlab-course"
PACKED = {"notebooks": "notebooks", "tools/jupyter": "jupyter"}
"""Folders of a checkout, and where in ``layerlab/lab`` a wheel has them (see pyproject.toml)."""

RECORD = ".layerlab-course.json"
"""In the learner's folder: the digest of each file as it was put there."""


def lab(args: Namespace, screen: Screen) -> int:
    """Bring the learner's copy up to date, and become JupyterLab in it."""
    if find_spec("jupyterlab") is None:
        raise LayerlabError(
            "JupyterLab isn't installed", hint="pip install 'layerlab[course]' brings it"
        )
    lessons, settings = materials()
    folder = chosen(args.folder)
    for name in update(lessons, folder):
        kept = "is yours, and stays; delete it to get the new one"
        print(f"layerlab: {printable(name)} {kept}", file=sys.stderr)
    screen.line(f"Your copy of the course is in {printable(str(folder))}")
    screen.stream.flush()
    start(folder, settings, browser=not args.no_browser)


def chosen(folder: str | None) -> Path:
    """Where the learner's copy is: the folder named, else the current one or one in it."""
    if folder is None:
        folder = "." if Path(RECORD).exists() else FOLDER
    return Path(folder).absolute()


def materials() -> tuple[Path, Path]:
    """The folders of the lessons and of JupyterLab's settings: the package's, or a checkout's."""
    package = Path(layerlab.__file__).parent
    for top, places in ((package / "lab", PACKED.values()), (package.parent, PACKED)):
        lessons, settings = (top / place for place in places)
        if lessons.is_dir():
            return lessons, settings
    raise LayerlabError("the lessons aren't here", where=str(package), hint="install layerlab anew")


def update(lessons: Path, folder: Path) -> list[str]:
    """Copy to ``folder`` what is new; returns what both the learner and the course changed.

    A file that still is as it was put there is replaced if the course has another now. One
    that isn't is the learner's. What was deleted comes back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = _read_record(folder / RECORD)
    kept = []
    for name, source in files(lessons):
        data, target = source.read_bytes(), folder / name
        digest = sha256(data).hexdigest()
        there = sha256(target.read_bytes()).hexdigest() if target.exists() else None
        if there in (None, record.get(name)) and there != digest:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, data, source.stat().st_mode)
        elif there != digest:
            if record.get(name) != digest:
                kept.append(name)
            continue
        record[name] = digest
    _write(folder / RECORD, json.dumps(record, indent=1, sort_keys=True).encode() + b"\n", 0o644)
    return kept


def start(folder: Path, settings: Path, *, browser: bool) -> NoReturn:
    """Become JupyterLab in ``folder``, with the first lesson open."""
    first = min(path.name for path in folder.glob("[0-9]*.ipynb"))
    command = [
        sys.executable, "-m", "jupyterlab", "--log-level=WARN",
        f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{first}",
    ]  # fmt: skip
    if not browser:
        command.append("--no-browser")
    if os.geteuid() == 0:  # JupyterLab refuses to run as root unless told
        command.append("--allow-root")
    path = os.pathsep.join(filter(None, (str(settings), os.environ.get("JUPYTER_CONFIG_PATH"))))
    os.execve(sys.executable, command, os.environ | {"JUPYTER_CONFIG_PATH": path})


def files(lessons: Path) -> Iterator[tuple[str, Path]]:
    """The course's files by name, without what JupyterLab puts beside them."""
    for path in sorted(lessons.rglob("*")):
        if path.is_file() and ".ipynb_checkpoints" not in path.parts:
            yield path.relative_to(lessons).as_posix(), path


def _read_record(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_bytes()))
    except ValueError as error:
        raise LayerlabError(
            "it isn't what was written there", where=str(path), hint="delete it"
        ) from error


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write beside, and rename: a copy that is cut short replaces nothing."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.chmod(mode & 0o777 | 0o600)  # site-packages may be read only
    beside.replace(path)
