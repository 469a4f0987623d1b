"""Dockerfiles built by the BuildKit in Docker's engine and by layerlab's, side by side.

What is told of each step, the layers entry by entry, history, config and cache decisions must be
the same; IDs, times and the order of steps that run side by side aside.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reference import buildkit_cases
from reference.both_builders import entries, history
from reference.buildkit import Both, buildkit_client
from reference.builds import BUILDS, FAILING_STEPS, FAILURES, IGNORED, SEQUENCES, UNREADABLE, Case
from reference.conftest import Docker

from layerlab import Image
from layerlab.docker.command import execute


@pytest.fixture(scope="module")
def buildkit(docker: Docker, require) -> Docker:
    require("busybox")
    return buildkit_client(docker)


@pytest.fixture
def both(buildkit: Docker, build_base: Path, tmp_path: Path) -> Iterator[Both]:
    buildkit("builder", "prune", "-af")
    yield Both(buildkit, build_base, tmp_path)
    buildkit.run("rmi", "compared")


def config(image: Image) -> dict[str, Any]:
    """The config JSON, in its order, without what differs from one run to the next."""
    document = json.loads(image.raw_config)
    return {k: v for k, v in document.items() if k not in ("created", "rootfs", "history")}


def settled(image: Image) -> list[dict[str, Any]]:
    """The layers' entries, but for a bare ``/etc``.

    A RUN makes its stubs there and takes them away. Mostly the directory shows for that in
    the layer; once in some thousand steps, on a busy machine, Docker's has nothing at all.
    """
    layers = entries(image)
    for layer in layers:
        if not any(path.startswith("/etc/") for path in layer):
            layer.pop("/etc", None)
    return layers


def compare(both: Both, case: Case) -> None:
    """Build on both, and compare what came of it."""
    if both.build(case.text, *case.args) == 0:
        theirs, mine = both.images()
        assert history(mine) == history(theirs)
        assert config(mine) == config(theirs)
        assert settled(mine) == settled(theirs)


@pytest.mark.parametrize("case", BUILDS.values(), ids=list(BUILDS))
def test_builds(both: Both, case: Case) -> None:
    compare(both, case)


@pytest.mark.parametrize("name", buildkit_cases.SEQUENCES)
def test_what_is_buildkit_s_own(both: Both, name: str) -> None:
    for case in buildkit_cases.SEQUENCES[name]:
        compare(both, case)


def test_diff_ids_where_times_are_fixed(both: Both) -> None:
    assert both.build(buildkit_cases.TIMED) == 0
    theirs, mine = both.images()
    assert mine.diff_ids == theirs.diff_ids


@pytest.mark.parametrize("name", SEQUENCES)
def test_what_the_cache_has(both: Both, name: str) -> None:
    case = name.replace(" ", "-")
    for edit in SEQUENCES[name]:
        for file, content, mode in edit.files:
            both.write(content, file, mode)
        text = f"FROM build-base\nLABEL case={case}\n{edit.text.replace('{case}', case)}"
        both.build(text, *edit.args)


def test_what_cannot_be_read(both: Both) -> None:
    lines = (*UNREADABLE, *buildkit_cases.UNREADABLE)
    for text in (*FAILURES, *(f"FROM build-base\n{line}" for line in lines)):
        both.build(text)


def test_steps_that_fail(both: Both) -> None:
    for line in FAILING_STEPS:
        if line != "COPY d/f/x /x":  # there the client fails while it looks for files
            both.build(f"FROM build-base\n{line}\n")


def test_what_is_ignored(both: Both) -> None:
    for text in IGNORED:
        if text.startswith("a\\"):
            continue  # no pattern at all: there the transfer fails, here the client
        both.write(text, ".dockerignore")
        both.docker("builder", "prune", "-af")
        both.engine.prune("cache", all=True)
        if both.build("FROM scratch\nCOPY . /all/\n") == 0:
            theirs, mine = both.images()
            assert entries(mine) == entries(theirs), text


def test_what_the_cache_takes(both: Both) -> None:
    """The row of ``system df``, what a prune leaves, and what ``history`` says."""

    def told(*line: str) -> None:
        mine = execute(both.engine, list(line)).stdout
        assert mine.split("\n")[-2] == both.docker(*line).split("\n")[-1]

    lines = "FROM build-base\nRUN echo 12345 > /x\nCOPY d /d\n"
    both.build(f"{lines}RUN ln -s x /y\n")
    told("system", "df")
    told("history", "compared", "--format", "{{.Size}} {{.CreatedBy}}")
    told("builder", "prune", "-f")
    told("system", "df")
    told("builder", "prune", "-af")
    told("system", "df")
    both.build(f"{lines}RUN false\n")
    both.build(f"{lines}COPY d /e\nRUN rm x && false\n")
    told("system", "df")
    told("builder", "prune", "-f")


def test_quiet(both: Both) -> None:
    """What is quiet prints the ID alone; what fails tells all that it kept to itself."""
    assert both.build("FROM build-base\nRUN touch /x\n", "-q") == 0
    line = ["build", "--network", "none", "-q", str(both.context)]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", execute(both.engine, line).stdout)
    for text in ("FROM build-base\nRUN false\n", "FROM build-base\nFOO\n"):
        assert both.build(text, "-q") != 0
