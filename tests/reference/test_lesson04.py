"""What lesson 04 says of real machines, tried on one: boxes, exercises, small claims."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from layerlab.course.lesson04 import LINES, layer_lines
from layerlab.units import human_size
from tests.reference.conftest import Docker, Require
from tests.reference.recordings import FOLDER, NAME, Recording
from tests.reference.test_lesson01 import quoted

LESSON = Path(__file__).parents[2] / "notebooks/04_building_layer_by_layer.ipynb"
PLACES = "bin", "tmp"
"""The directories of the base: those that the lesson's Dockerfiles write to."""


NAMES = "busybox", "remark", "nothing", "some", "leaky", "lines", "first", "second", "merged"


@pytest.fixture(scope="module")
def real(
    docker: Docker, require: Require, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Docker]:
    """An engine with a ``busybox`` of one layer, and without the lesson's images afterwards."""
    require("busybox")
    context = tmp_path_factory.mktemp("lesson04")
    for place in PLACES:
        (context / "root" / place).mkdir(parents=True)
    program = context / "root/bin/busybox"
    shutil.copy(shutil.which("busybox") or "", program)
    applets = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
    for name in applets.stdout.split():
        if name != "busybox":
            (context / "root/bin" / name).symlink_to("busybox")
    (context / "Dockerfile").write_text('FROM scratch\nCOPY root /\nCMD ["sh"]\n')
    docker("build", "--network", "none", "-t", "busybox", context)
    yield docker
    docker("rmi", "-f", *NAMES)


def test_the_boxes_are_what_docker_prints(real: Docker, tmp_path: Path) -> None:
    steps = quoted(LESSON)
    assert len(steps) > 12
    for step in steps:
        if step.command.startswith("export "):
            assert step.command == "export DOCKER_BUILDKIT=0"
            continue
        done = subprocess.run(
            ["bash", "-c", step.command.replace("docker build", "docker build --network none")],
            cwd=tmp_path,
            env={**real.env, "DOCKER_BUILDKIT": "0"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout + done.stderr == step.output, step.command


def test_the_sizes_of_the_real_build_are_those_recorded() -> None:
    steps = Recording.read(FOLDER / "chapter" / NAME).steps
    rows = [f"{human_size(step.size)} {step.created_by}" for step in reversed(steps)]
    cells = json.loads(LESSON.read_text("utf-8"))["cells"]
    [told] = ["".join(cell["source"]) for cell in cells if cell["id"] == "weights-real"]
    assert "\n".join(["```", *rows, "```"]) in told


def layers(docker: Docker, name: str) -> int:
    return int(docker("inspect", "-f", "{{len .RootFS.Layers}}", name))


def test_the_lines_that_make_a_layer(real: Docker, tmp_path: Path) -> None:
    """Each line alone: built up to it, the image has one layer more, or it hasn't."""
    script = tmp_path / "main.sh"
    script.write_text("")
    script.chmod(0o644)
    lines = LINES.replace("FROM debian", "FROM busybox").splitlines()
    counts = []
    for number in range(1, len(lines) + 1):
        (tmp_path / "Dockerfile").write_text("\n".join([*lines[:number], ""]))
        real("build", "--network", "none", "-t", "lines", tmp_path)
        counts.append(layers(real, "lines"))
    grown = [n for n, (old, new) in enumerate(pairwise(counts), 2) if new > old]
    assert grown == layer_lines.solve()


def test_two_builds_have_other_names(real: Docker, tmp_path: Path) -> None:
    """A tar's times are whole seconds: in one and the same second the names would be equal."""
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN date > /when\n")
    found = set()
    for name in ("first", "second"):
        real("build", "--network", "none", "--no-cache", "-t", name, tmp_path)
        found.add(real("inspect", "-f", "{{json .RootFS.Layers}}", name))
        time.sleep(1.1)
    assert len(found) == 2
    sizes = {real("inspect", "-f", "{{.Size}}", name) for name in ("first", "second")}
    assert len(sizes) == 1


def test_merging_saves_only_what_is_rewritten(real: Docker, tmp_path: Path) -> None:
    apart = "RUN head -c 5000000 /dev/zero > /a\nRUN head -c 3000000 /dev/zero > /{}\n"
    base = int(real("inspect", "-f", "{{.Size}}", "busybox"))

    def added(text: str) -> int:
        (tmp_path / "Dockerfile").write_text(f"FROM busybox\n{text}")
        real("build", "--network", "none", "-t", "merged", tmp_path)
        return int(real("inspect", "-f", "{{.Size}}", "merged")) - base

    for name, merged in (("b", 8_000_000), ("a", 3_000_000)):
        text = apart.format(name)
        assert added(text) == 8_000_000
        assert added(text.replace("\nRUN", " &&")) == merged
