"""Dockerfiles built by the BuildKit in Docker's engine and by layerlab's, side by side.

What is told of each step, the layers entry by entry, history, config and cache decisions must be
the same; IDs, times and the order of steps that run side by side aside.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reference import builds
from reference.buildkit import Both, buildkit_client
from reference.builds import BUILDS, TIMED, Case
from reference.conftest import Docker

from layerlab import Image


@pytest.fixture(scope="module")
def buildkit(docker: Docker, require) -> Docker:
    require("busybox")
    return buildkit_client(docker)


@pytest.fixture(scope="module")
def base(docker: Docker, buildkit: Docker, tmp_path_factory) -> Path:
    """The base image, built by the real engine and saved."""
    folder = tmp_path_factory.mktemp("build-base")
    (folder / "context" / "bin").mkdir(parents=True)
    busybox = folder / "context" / "bin" / "busybox"
    busybox.write_bytes(Path("/bin/busybox").read_bytes())
    busybox.chmod(0o755)
    (folder / "context" / "Dockerfile").write_text(builds.BASE)
    docker("build", "--network", "none", "-t", "build-base", folder / "context")
    docker("save", "-o", folder / "base.tar", "build-base")
    return folder / "base.tar"


@pytest.fixture
def both(buildkit: Docker, base: Path, tmp_path: Path) -> Iterator[Both]:
    buildkit("builder", "prune", "-af")
    yield Both(buildkit, base, tmp_path)
    buildkit.run("rmi", "compared")


def history(image: Image) -> list[tuple[str, bool, str, str]]:
    return [(s.created_by, s.empty_layer, s.author, s.comment) for s in image.history]


def config(image: Image) -> dict[str, Any]:
    """The config JSON, in its order, without what differs from one run to the next."""
    document = json.loads(image.raw_config)
    return {k: v for k, v in document.items() if k not in ("created", "rootfs", "history")}


def entries(image: Image) -> list[dict[str, Any]]:
    """Each layer's paths, with all but their times."""
    return [{path: _facts(node) for path, node in layer.changes.items()} for layer in image.layers]


def _facts(node: Any) -> tuple[Any, ...]:
    if node.kind == "whiteout":
        return (node.kind,)
    content = node.content.read() if node.kind == "file" else getattr(node, "target", "")
    meta = node.meta
    return node.kind, meta.mode, meta.uid, meta.gid, content, getattr(node, "opaque", False)


@pytest.mark.parametrize("case", BUILDS.values(), ids=list(BUILDS))
def test_builds(both: Both, case: Case) -> None:
    if both.build(case.text, *case.args) == 0:
        theirs, mine = both.images()
        assert history(mine) == history(theirs)
        assert config(mine) == config(theirs)
        assert entries(mine) == entries(theirs)


def test_diff_ids_where_times_are_fixed(both: Both) -> None:
    assert both.build(TIMED.text) == 0
    theirs, mine = both.images()
    assert mine.diff_ids == theirs.diff_ids
