"""One Dockerfile given to Docker's classic builder and to layerlab's, and what must be equal.

IDs and times aside, that is everything: what is printed, the exit code, layers, history, config.
"""

import difflib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference import builds

from layerlab import Engine, Image, open_image
from layerlab.docker.command import execute

if TYPE_CHECKING:  # which has the fixture of what is here
    from reference.conftest import Docker

OPTIONS = "build", "--network", "none"
_HEX = re.compile(r"\b[0-9a-f]{12}\b")
_MOUNT = re.compile(r"/\S*/overlay2/[0-9a-f]{64}/merged")
_OF_THE_RUN = ("created", "container", "docker_version", "rootfs", "history")


class Both:
    """One context, and two engines that build it."""

    def __init__(self, docker: "Docker", base: Path, folder: Path) -> None:
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
