"""Dockerfiles built by Docker's classic builder and by layerlab's, side by side.

Output and exit code, the layers entry by entry, history, config and cache decisions must be the
same; IDs and times aside. Where every time is fixed, the DiffIDs are the same.
"""

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reference import builds
from reference.builds import (
    BUILDS,
    FAILING_STEPS,
    FAILURES,
    IGNORED,
    SEQUENCES,
    TIMED,
    UNREADABLE,
    Case,
    Edit,
)
from reference.conftest import Docker

from layerlab import Engine, Image, open_image
from layerlab.docker.command import execute

OPTIONS = "build", "--network", "none"
_HEX = re.compile(r"\b[0-9a-f]{12}\b")
_MOUNT = re.compile(r"/\S*/overlay2/[0-9a-f]{64}/merged")
_OF_THE_RUN = ("created", "container", "docker_version", "rootfs", "history")


@pytest.fixture(scope="module")
def base(docker: Docker, require, tmp_path_factory) -> Path:
    """The base image, built by the real engine and saved."""
    require("busybox")
    folder = tmp_path_factory.mktemp("build-base")
    (folder / "context" / "bin").mkdir(parents=True)
    busybox = folder / "context" / "bin" / "busybox"
    busybox.write_bytes(Path("/bin/busybox").read_bytes())
    busybox.chmod(0o755)
    (folder / "context" / "Dockerfile").write_text(builds.BASE)
    docker(*OPTIONS, "-t", "build-base", folder / "context")
    docker("save", "-o", folder / "base.tar", "build-base")
    return folder / "base.tar"


class Both:
    """One context, and two engines that build it."""

    def __init__(self, docker: Docker, base: Path, folder: Path) -> None:
        self.docker, self.context, self._archive = docker, folder / "context", folder / "t.tar"
        self.engine = Engine()
        self.engine.load(base)
        self._ids: tuple[dict[str, str], dict[str, str]] = ({}, {})
        builds.plant(self.context)

    def build(self, text: str, *args: str) -> int:
        """Build on both; what they print must be the same. The exit code."""
        (self.context / "Dockerfile").write_text(text)
        line = (*OPTIONS, "-t", "compared", *args, str(self.context))
        real = self.docker.run(*line)
        ours = execute(self.engine, list(line))
        streams = ((real.stdout, ours.stdout), (real.stderr, ours.stderr))
        for theirs, mine in streams:
            same(self._plain(theirs.decode(), 0), self._plain(mine, 1))
        assert ours.code == real.returncode
        return ours.code

    def _plain(self, text: str, which: int) -> str:
        """IDs by their number, and paths of the engine's own without what is random."""
        ids = self._ids[which]
        text = text.replace("\x1b[0m\x1b[91m", "")  # how much is red at once is a race there
        numbered = _HEX.sub(lambda match: ids.setdefault(match[0], f"ID{len(ids)}"), text)
        return _MOUNT.sub("MERGED", numbered)

    def images(self) -> tuple[Image, Image]:
        """What came of it: Docker's image and layerlab's."""
        self.docker("save", "-o", self._archive, "compared")
        return open_image(self._archive), self.engine.image("compared").image


@pytest.fixture
def both(docker: Docker, base: Path, tmp_path: Path) -> Iterator[Both]:
    yield Both(docker, base, tmp_path)
    docker.run("rmi", "compared")


def same(theirs: str, mine: str) -> None:
    lines = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), "docker", "layerlab", n=2)
    assert theirs == mine, "\n".join(lines)


def config(image: Image) -> dict[str, Any]:
    """The config JSON without what differs from one run to the next."""
    document = json.loads(image.raw_config)
    for section in ("config", "container_config"):
        document.get(section, {}).pop("Image", None)
        if document.get(section, {}).get("Hostname"):
            document[section]["Hostname"] = "set"
    return {key: value for key, value in document.items() if key not in _OF_THE_RUN}


def entries(image: Image) -> list[dict[str, Any]]:
    """Each layer's paths, with all but their times."""
    return [{path: _facts(node) for path, node in layer.changes.items()} for layer in image.layers]


def _facts(node: Any) -> tuple[Any, ...]:
    if node.kind == "whiteout":
        return (node.kind,)
    content = node.content.read() if node.kind == "file" else getattr(node, "target", "")
    meta = node.meta
    return node.kind, meta.mode, meta.uid, meta.gid, content, getattr(node, "opaque", False)


def links(image: Image) -> list[list[list[str]]]:
    """Which paths of each layer are one file."""
    found = []
    for layer in image.layers:
        names: dict[int, list[str]] = {}
        for path, node in layer.changes.items():
            names.setdefault(id(node), []).append(path)
        found.append(sorted(paths for paths in names.values() if len(paths) > 1))
    return found


def history(image: Image) -> list[tuple[str, bool, str, str]]:
    return [(s.created_by, s.empty_layer, s.author, s.comment) for s in image.history]


@pytest.mark.parametrize("case", BUILDS.values(), ids=list(BUILDS))
def test_builds(both: Both, case: Case) -> None:
    assert both.build(case.text, "--no-cache", *case.args) == 0
    theirs, mine = both.images()
    assert history(mine) == history(theirs)
    assert config(mine) == config(theirs)
    assert entries(mine) == entries(theirs)
    assert links(mine) == links(theirs)


def test_triggers(both: Both) -> None:
    both.build("FROM build-base\nONBUILD RUN echo 1 > /1\nONBUILD COPY a b /x/\nONBUILD ARG y=2\n")
    both.docker("tag", "compared", "triggers")
    both.engine.tag("compared", "triggers")
    assert both.build("FROM triggers\nRUN echo $y\n", "--no-cache") == 0
    theirs, mine = both.images()
    assert history(mine) == history(theirs)
    assert config(mine) == config(theirs)
    assert entries(mine) == entries(theirs)


def test_diff_ids_where_times_are_fixed(both: Both) -> None:
    assert both.build(TIMED.text, "--no-cache") == 0
    theirs, mine = both.images()
    assert mine.diff_ids == theirs.diff_ids


def test_what_cannot_be_read(both: Both) -> None:
    for text in (*FAILURES, *(f"FROM build-base\n{line}" for line in UNREADABLE)):
        assert both.build(text) != 0, text
    assert both.build("FROM build-base\n", "--target", "nope") != 0
    assert both.build("FROM build-base as a\nFROM build-base as A\n") != 0


def test_steps_that_fail(both: Both) -> None:
    for text in FAILING_STEPS:
        assert both.build(f"FROM build-base\n{text}\n", "--no-cache") != 0, text
    assert both.build("FROM build-base\nRUN false\n", "--force-rm") != 0


def test_what_is_ignored(both: Both) -> None:
    compared = 0
    for text in IGNORED:
        (both.context / ".dockerignore").write_text(text)
        if both.build("FROM scratch\nCOPY . /all/\n", "--no-cache") == 0:
            theirs, mine = both.images()
            assert entries(mine) == entries(theirs), text
            compared += 1
    assert compared > 15


def test_quiet(both: Both) -> None:
    """What is quiet prints the ID alone; what fails tells all that it kept to itself."""
    (both.context / "Dockerfile").write_text("FROM build-base\nRUN touch /x\n")
    line = [*OPTIONS, "-q", str(both.context)]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", execute(both.engine, line).stdout)
    for text in ("FROM build-base\nRUN false\n", "FROM build-base\nFOO\n"):
        assert both.build(text, "-q", "--no-cache") != 0


@pytest.mark.parametrize("name", SEQUENCES)
def test_what_the_cache_has(both: Both, name: str) -> None:
    case = name.replace(" ", "-")
    for number, edit in enumerate(SEQUENCES[name]):
        _apply(both.context, edit)
        text = f"FROM build-base\nLABEL case={case}\n{edit.text.replace('{case}', case)}"
        try:
            both.build(text, *edit.args)
        except AssertionError as error:
            raise AssertionError(f"edit {number}: {error}") from None


def _apply(context: Path, edit: Edit) -> None:
    for name, content, mode in edit.files:
        (context / name).write_text(content)
        (context / name).chmod(mode)
