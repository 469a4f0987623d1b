"""What lesson 03 says of real machines, tried on one: its boxes, and images from nothing."""

import json
import shutil
from pathlib import Path

import pytest

from layerlab import Engine
from layerlab.catalog import busybox
from tests.reference.conftest import Docker, Require
from tests.reference.test_lesson01 import quoted, replay
from tools.measure.busybox import measure

LESSON = Path(__file__).parents[2] / "notebooks/03_base_images.ipynb"


def test_boxes_are_what_a_real_machine_prints(require: Require, overlay_dir: Path) -> None:
    require("unshare", "busybox", "chroot")
    steps = quoted(LESSON)
    assert len(steps) >= 5
    real = replay([step.command for step in steps], overlay_dir)
    for step, output in zip(steps, real, strict=True):
        assert output == step.output, f"# {step.command}\n{output}"


@pytest.fixture
def program(require: Require) -> Path:
    """A static binary."""
    require("busybox")
    return Path(shutil.which("busybox") or "")


def test_one_file_is_enough(docker: Docker, program: Path, tmp_path: Path) -> None:
    """The exercise's image on a real engine: it starts, and prints the host's kernel."""
    shutil.copy(program, tmp_path / "busybox")
    lines = ["FROM scratch", "COPY busybox /", 'CMD ["/busybox", "uname", "-r"]']
    (tmp_path / "Dockerfile").write_text("\n".join(lines))
    docker("build", "--network", "none", "-t", "lesson03:one", tmp_path)
    kernel = Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert docker("run", "--rm", "--network", "none", "lesson03:one") == kernel
    layers = json.loads(docker("inspect", "-f", "{{json .RootFS.Layers}}", "lesson03:one"))
    assert len(layers) == 1


def test_a_kernel_in_an_image_changes_nothing(
    docker: Docker, program: Path, tmp_path: Path
) -> None:
    (tmp_path / "boot").mkdir()
    (tmp_path / "boot/vmlinuz-6.1.0-56-amd64").write_bytes(bytes(100))
    shutil.copy(program, tmp_path / "busybox")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    docker("build", "--network", "none", "-t", "lesson03:two", tmp_path)
    run = ["run", "--rm", "--network", "none", "lesson03:two", "/busybox"]
    kernel = Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert docker(*run, "uname", "-r") == kernel
    assert docker(*run, "ls", "/boot") == "vmlinuz-6.1.0-56-amd64"


def test_the_lower_directories_are_the_images_and_the_containers(
    docker: Docker, program: Path, tmp_path: Path
) -> None:
    shutil.copy(program, tmp_path / "busybox")
    (tmp_path / "Dockerfile").write_text('FROM scratch\nCOPY busybox /\nCMD ["/busybox"]\n')
    docker("build", "--network", "none", "-t", "lesson03:three", tmp_path)
    name = docker("create", "--network", "none", "lesson03:three")
    real = json.loads(docker("inspect", "-f", "{{json .GraphDriver.Data}}", name))
    engine = Engine()
    engine.pull("debian")
    model = engine.inspect(engine.create("debian").id)["GraphDriver"]["Data"]
    for data in (real, model):
        init, *image = data["LowerDir"].split(":")
        assert init.endswith("-init/diff")
        assert init.removesuffix("-init/diff") == data["UpperDir"].removesuffix("/diff")
        assert len(image) == 1
        assert "/overlay2/" in image[0]
    docker("rm", name)


_HERE = shutil.which("busybox")

if _HERE and Path(_HERE).stat().st_size == busybox.facts().size:  # the package that was measured

    def test_busybox_is_measured_alike_again() -> None:
        found = measure()
        facts = busybox.facts()
        assert found["applets"] == list(facts.applets)
        assert (found["size"], found["gzip"]) == (facts.size, facts.gzip)
