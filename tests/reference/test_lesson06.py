"""What lesson 06 says of real machines, tried on one: its own images, its commands, its boxes."""

import shlex
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerlab import Engine, save_image
from layerlab.course.lesson06_images import images, team_engine
from layerlab.registry import Registry
from tests.reference.conftest import Docker, Require, client_of, running_dockerd
from tests.reference.test_lesson01 import quoted
from tests.reference.test_registry import free_port

LESSON = Path(__file__).parents[2] / "notebooks/06_layer_sharing.ipynb"
QUOTED_HOST = "127.0.0.1:5000"
FIGURES = "{{.Tag}} {{.Size}} {{.SharedSize}} {{.UniqueSize}} {{.Containers}}"
SIZES = "{{range .Images}}" + FIGURES + "\n{{end}}"


@pytest.fixture(scope="module")
def host(require: Require, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry on loopback, empty."""
    require("docker-registry")
    folder, host = tmp_path_factory.mktemp("registry"), f"127.0.0.1:{free_port()}"
    settings = folder / "registry.yml"
    settings.write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder / 'data'}}}}}\n"
        f"http: {{addr: '{host}'}}\n"
    )
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(["docker-registry", "serve", settings], stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://{host}/v2/", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail((folder / "log").read_text())
        yield host
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def real(
    host: str, overlay_disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Docker]:
    """An engine that has nothing, and the lesson's images in the registry."""
    folder = tmp_path_factory.mktemp("lesson06")
    with running_dockerd(overlay_disk / "lesson06") as socket:
        docker = client_of(socket, folder)
        for name, image in images().items():
            save_image(image, folder / "image.tar", name)
            docker("load", "-q", "-i", folder / "image.tar")
            docker("tag", name, f"{host}/{name}")
            docker("push", "-q", f"{host}/{name}")
        docker("image", "prune", "-a", "-f")
        assert docker("images", "-q") == ""
        yield docker


@pytest.fixture
def model(host: str) -> Engine:
    """A simulated engine with the same registry."""
    registry = Registry(host)
    for name, image in images().items():
        registry.publish(name, image)
    return Engine(registries=[registry])


def ends(printed: str) -> list[str]:
    """What a pull said of each layer in the end, the lowest first."""
    last: dict[str, str] = {}
    for line in printed.splitlines():
        name, _, status = line.partition(": ")
        if len(name) == 12:
            last[name] = status
    return list(last.values())


def test_the_lesson_on_a_real_engine(real: Docker, model: Engine, host: str) -> None:
    """Pulls, disk usage, removal and prune, one after the other, on both."""
    for name in ("shop:1", "blog:1", "news:1", "shop:3", "shop:2"):
        command = f"pull {host}/team/{name}"
        assert ends(real(*command.split())) == ends(model.docker(command))
    for name in ("one", "two"):
        command = ["create", "--name", name, f"{host}/team/shop:1"]
        real(*command)
        model.docker(command)
    for command in (
        'system df --format "table {{.Type}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}"',
        f'system df -v --format "{SIZES}"',
        f"rmi {host}/team/shop:2",
        f"rmi {host}/team/news:1",
        'system df --format "{{.Size}} {{.Reclaimable}}"',
        "image prune -a -f",
        f"create --name blog {host}/team/blog:1",
        'system df --format "{{.Size}} {{.Reclaimable}}"',
        "image prune -a -f",
    ):
        if command.startswith("create"):
            pull = f"pull -q {host}/team/blog:1"
            assert real(*pull.split()) == model.docker(pull).rstrip("\n")
            real(*command.split())
            model.docker(command)
            continue
        words = shlex.split(command)
        assert told(real(*words)) == told(model.docker(words)), command
    for name in ("one", "two", "blog"):
        real("rm", name)
    real("image", "prune", "-a", "-f")


def told(printed: str) -> list[str]:
    """The lines as a set, sorted; digests of manifests aside, since Go's gzip isn't ours."""
    lines = printed.rstrip("\n").splitlines()
    return sorted(line.rstrip() for line in lines if "@sha256:" not in line)


def test_the_boxes_are_what_docker_prints(real: Docker, host: str) -> None:
    steps = [step for step in quoted(LESSON) if "docker" in step.command]
    assert len(steps) == 3
    for step in steps:
        done = subprocess.run(
            ["bash", "-c", step.command.replace(QUOTED_HOST, host)],
            env=real.env,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.replace(host, QUOTED_HOST) == step.output
    real("image", "prune", "-a", "-f")


def test_an_equal_layer_on_another_base_crosses_again(real: Docker, host: str) -> None:
    """Its blob's bytes aren't kept: the box's three lines, and the registry's own log of it."""
    real("pull", "-q", f"{host}/team/shop:1")
    printed = real("pull", f"{host}/team/shop:3")
    assert printed.count("Pulling fs layer") == 3
    assert printed.count("Download complete") == 3
    assert "Already exists" not in printed
    real("image", "prune", "-a", "-f")


def test_the_lessons_images_are_as_big_as_it_says() -> None:
    sizes = {name: image.size for name, image in images().items()}
    assert sizes == {
        "team/shop:1": 8_500_000,
        "team/blog:1": 7_000_000,
        "team/news:1": 9_000_000,
        "team/shop:2": 8_500_000,
        "team/shop:3": 8_500_000,
    }
    assert team_engine().registries["docker.io"].tags("team/shop") == ("1", "2", "3")
