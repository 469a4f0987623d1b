"""Lesson 00's five minutes, played on a real engine: the same words, but for IDs and times."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from layerlab import Image, save_image
from layerlab.course import lesson00
from layerlab.course.lesson00_image import NAME, image, running
from layerlab.engine import Engine
from layerlab.layer import Layer
from layerlab.nodes import Bytes, File, Zeros
from layerlab.registry import Registry
from tests.reference.conftest import Docker, Require
from tests.reference.test_lesson06 import ends
from tests.reference.test_lesson06 import host as host  # the registry on loopback

LESSON = Path(__file__).parents[2] / "notebooks/00_start_here.ipynb"
BUSYBOX = Path("/bin/busybox")


def typed() -> list[str]:
    """The docker commands of the lesson, in order."""
    cells = json.loads(LESSON.read_text("utf-8"))["cells"]
    lines = [line for c in cells if c["cell_type"] == "code" for line in c["source"]]
    return [line.removeprefix("%docker ").rstrip("\n") for line in lines if "%docker" in line]


def with_programs() -> Image:
    """The lesson's image with the busybox of this machine where the model has as many zeros."""
    made, program = image(), BUSYBOX.read_bytes()
    busybox: dict[int, File] = {}  # hard links stay hard links

    def filled(node: object) -> object:
        if isinstance(node, File) and isinstance(node.content, Zeros):
            padded = program.ljust(node.content.size, b"\0")
            return busybox.setdefault(id(node), replace(node, content=Bytes(padded)))
        return node

    base = Layer.of({path: filled(node) for path, node in made.layers[0].changes.items()})
    return Image([base, *made.layers[1:]], made.config, made.history)


def normal(printed: str) -> str:
    """Without what is another on each run: IDs, and how long ago something was."""
    printed = re.sub(r"\b[0-9a-f]{64}\b", "ID" * 32, printed)
    printed = re.sub(r"\b[0-9a-f]{12}\b", "ID" * 6, printed)
    printed = re.sub(r"(Less than a second|About a \w+|\d+ \w+) ago *", "AGO ", printed)
    return re.sub(r"CREATED +", "CREATED ", printed).rstrip("\n")


def no_network(words: list[str]) -> list[str]:
    """The real engine has no network to give to a container."""
    return [words[0], "--network", "none", *words[1:]] if words[0] == "run" else words


@pytest.fixture
def real(docker: Docker, host: str, require: Require, tmp_path: Path) -> Docker:
    """An engine that has nothing, and the lesson's image in the registry."""
    require("busybox")
    name = f"{host}/{NAME}"
    save_image(with_programs(), tmp_path / "image.tar", name)
    docker("load", "-q", "-i", tmp_path / "image.tar")
    docker("push", "-q", name)
    docker("rmi", name)
    return docker


def test_the_five_minutes(real: Docker, host: str) -> None:
    registry = Registry(host)
    registry.publish(NAME, image())
    model = Engine(registries=[registry])
    commands = [command.replace(NAME, f"{host}/{NAME}") for command in typed()]
    assert {command.split()[0] for command in commands} == {
        "commit", "diff", "exec", "history", "images", "pull", "run",
    }  # fmt: skip
    try:
        for command in commands:
            words = shlex.split(command)
            if words == ["images"]:
                words.append(f"{host}/{NAME}")  # other tests have images, too
            here, there = real(*no_network(words)), model.docker(words)
            assert words[0] != "images" or "1.98MB" in here
            if words[0] == "pull":
                assert ends(here) == ends(there) == ["Pull complete"] * 3
                assert normal(here).splitlines()[-3:] == normal(there).splitlines()[-3:]
            elif words[0] == "diff":  # a real one lists directories in an order of its own
                assert sorted(here.splitlines()) == sorted(there.splitlines())
            else:
                assert normal(here) == normal(there), command
    finally:
        real.run("rm", "-f", "box")
        real.run("rmi", "-f", "mine:1", f"{host}/{NAME}")


def test_what_the_third_exercise_makes_docker_print(real: Docker, host: str) -> None:
    exercise, name = lesson00.make_it_print, f"{host}/{NAME}"
    real("pull", "-q", name)
    try:
        for line in (exercise.solve(), *(mistake.answer for mistake in exercise.mistakes)):
            real("create", "--network", "none", "--name", "todo", name, "sh", "-c", line)
            real.run("start", "-a", "todo")
            listed = real("diff", "todo").splitlines()
            real("rm", "todo")
            assert sorted(listed) == sorted(lesson00.diff_after(line)), line
    finally:
        real.run("rm", "-f", "todo")
        real.run("rmi", name)


def test_the_second_exercise(real: Docker, host: str) -> None:
    name = f"{host}/{NAME}"
    real("pull", "-q", name)
    has = []
    try:
        real("run", "--network", "none", "--name", "vi", name, "rm", "/bin/vi")
        real("commit", "vi", "vi:1")
        for called, image_name in (("hello", name), ("new", name), ("mine", "vi:1")):
            run = ["run", "--rm", "--network", "none", image_name, "ls", "/bin/vi"]
            if real.run(*run).returncode == 0:
                has.append(called)
        if real.run("cp", "vi:/bin/vi", "-").returncode == 0:
            has.append("box")
    finally:
        real.run("rm", "-f", "vi")
        real.run("rmi", "-f", "vi:1", name)
    assert has == lesson00.who_has_it.solve()


def test_the_exercises_container_is_the_lessons() -> None:
    box = running().container("box")
    assert box.status == "running"
    assert running().diff("box") == []
