"""What lesson 09 says of real machines, tried on one: its image, its boxes, its savings."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from layerlab import File, Image, ImageConfig, open_image, save_image
from layerlab.analysis import waste
from layerlab.course.lesson09 import one_run, shop
from tests.reference.buildkit import buildkit_client
from tests.reference.conftest import Docker, Require
from tests.reference.test_lesson01 import quoted

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSON = NOTEBOOKS / "09_your_own_image.ipynb"
FOLDER = NOTEBOOKS / "images/shop"


def run_cells() -> dict[str, Any]:
    """The lesson's own code, run to its end: the variables that it leaves."""
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        for cell in json.loads(LESSON.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)
    return names


@dataclass(frozen=True)
class Lesson:
    """What the lesson's code has made, and an engine that has the base of its image."""

    made: dict[str, Any]
    docker: Docker

    def built(self, folder: Path, text: str, token: Path | None = None) -> Image:
        """What the real engine builds of the lesson's context with this Dockerfile.

        With ``token`` BuildKit builds, and that file is a secret and not in the context.
        """
        client, options = self.docker, ["--network", "none"]
        context = folder / "context"
        shutil.rmtree(context, ignore_errors=True)
        shutil.copytree(FOLDER, context)
        (context / "Dockerfile").write_text(text)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", context], check=True)
        if token:
            shutil.move(context / "token", token)
            client = buildkit_client(self.docker)
            options += ["--secret", f"id=t,src={token}"]
        client("build", *options, "-t", "lesson09", context)
        self.docker("save", "-o", folder / "built.tar", "lesson09")
        return open_image(folder / "built.tar")


@pytest.fixture(scope="module")
def lesson(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lesson]:
    """The lesson, run; its images are removed from the engine afterwards."""
    before = Path.cwd()
    os.chdir(NOTEBOOKS)
    try:
        made = run_cells()
    finally:
        os.chdir(before)
    env = ("PATH=/usr/sbin:/usr/bin:/bin",)
    base = Image(shop().layers[:1], ImageConfig(env=env, cmd=("sh",)))
    archive = tmp_path_factory.mktemp("lesson09") / "toolbox.tar"
    save_image(base, archive, "toolbox:latest")
    docker("load", "-i", archive)
    yield Lesson(made, docker)
    shutil.rmtree(made["folder"])
    with suppress(AssertionError):
        docker("rmi", "-f", "lesson09", "shop:1", "shop:2", "toolbox")


def test_the_boxes_are_what_a_real_machine_prints(
    lesson: Lesson, require: Require, tmp_path: Path
) -> None:
    require("skopeo")
    shutil.copy(NOTEBOOKS / "images/shop.tar.gz", tmp_path)
    shutil.copytree(lesson.made["folder"], tmp_path, dirs_exist_ok=True)
    programs = f"{Path(sys.executable).parent}:{lesson.docker.env['PATH']}"
    steps = quoted(LESSON)
    assert len(steps) > 15
    for step in steps:
        done = subprocess.run(
            ["bash", "-c", f"{{ {step.command}\n}} 2>&1"],
            cwd=tmp_path,
            env={**lesson.docker.env, "PATH": programs},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout == step.output, f"# {step.command}"


def test_the_image_is_what_an_engine_builds_of_its_folder(lesson: Lesson, tmp_path: Path) -> None:
    built = lesson.built(tmp_path, (FOLDER / "Dockerfile").read_text())
    for ours, real in zip(shop().layers, built.layers, strict=True):
        assert (list(ours.changes), ours.size) == (list(real.changes), real.size)
    assert waste(built) == waste(shop())


@pytest.mark.parametrize("name", ["merged", "staged"])
def test_a_mended_dockerfile_saves_on_an_engine_what_it_saves_in_the_lesson(
    lesson: Lesson, tmp_path: Path, name: str
) -> None:
    ours = lesson.made[{"merged": "one", "staged": "fixed"}[name]]
    real = lesson.built(tmp_path, lesson.made[name])
    assert [layer.size for layer in real.layers] == [layer.size for layer in ours.layers]
    assert waste(real).wasted_bytes == waste(ours).wasted_bytes


def test_a_mounted_secret_is_in_no_layer(lesson: Lesson, tmp_path: Path) -> None:
    token = tmp_path / "token"
    real = lesson.built(tmp_path, lesson.made["mounting"], token)
    for ours, layer in zip(lesson.made["mounted"].layers, real.layers, strict=True):
        assert (list(ours.changes), ours.size) == (list(layer.changes), layer.size)
        for node in layer.changes.values():
            assert not isinstance(node, File) or token.read_bytes() not in node.content.read()


def test_one_run_saves_what_the_exercise_says(lesson: Lesson, tmp_path: Path) -> None:
    text = (FOLDER / "Dockerfile").read_text()
    page = 'echo "<p>Closed on Monday.</p>" >> site/index.html'
    for line in ("RUN sh make\n", f"RUN {page}\n", "RUN chown -R 0:0 site\n"):
        assert line in text
        text = text.replace(line, "")
    joined = f"RUN chmod 600 catalog.csv\nRUN sh make && {page} && chown -R 0:0 site\n"
    real = lesson.built(tmp_path, text.replace("RUN chmod 600 catalog.csv\n", joined))
    assert shop().size - real.size == one_run.solve()
