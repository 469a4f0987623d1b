"""The command line against a real engine: ``docker://``, ``docker history``, ``docker cp``."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from layerlab.command import main
from layerlab.units import human_size

DOCKERFILE = """\
FROM build-base
ENV A=1
RUN mkdir -p /srv/app/old && head -c 300000 /dev/zero > /srv/app/data && echo one > /srv/app/old/x
RUN chmod 600 /srv/app/data && ln -s ../app/data /srv/app/link && ln /srv/app/data /srv/app/hard
RUN rm -r /srv/app/old && mkdir /srv/app/old && printf '\\000\\377' > /srv/app/old/y
CMD ["sh"]
"""
NAME = "command-line"


@pytest.fixture(scope="module")
def built(docker, build_base, tmp_path_factory) -> str:
    """An image with two tags, and other bytes under a third."""
    folder = tmp_path_factory.mktemp("command")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    docker("build", "--network", "none", "-t", NAME, folder)
    docker("tag", NAME, f"{NAME}:other-name")
    docker("tag", "build-base", f"{NAME}:base")
    return NAME


@pytest.fixture
def run(docker, monkeypatch, capsysbinary) -> Callable[..., str]:
    """``run("layers", "docker://x")``: what the command prints, talking to the tests' engine."""
    for name in ("DOCKER_HOST", "HOME"):
        monkeypatch.setenv(name, docker.env[name])

    def call(*argv: object) -> str:
        code = main(list(map(str, argv)))
        out, err = capsysbinary.readouterr()
        assert (code, err) == (0, b"")
        return out.decode("latin-1" if argv[0] == "cat" else "utf-8")

    return call


def test_layers_are_those_of_docker_history(run, docker, built) -> None:
    lines = run("layers", f"docker://{built}").splitlines()
    sizes = [line.split()[2] for line in lines[1:-1]]
    shown = docker("history", "--format", "{{.Size}}\t{{.CreatedBy}}", "--no-trunc", built)
    steps = [line.split("\t") for line in shown.splitlines()]
    # What made no layer has 0B there, and no line here.
    told = [
        (size, made) for size, made in reversed(steps) if "ENV" not in made and "CMD" not in made
    ]
    assert sizes == [size for size, _ in told]
    found = json.loads(run("layers", "--json", f"docker://{built}"))
    assert [row["created_by"] for row in found["layers"]] == [made for _, made in told]
    inspected = json.loads(docker("image", "inspect", built))[0]
    assert [row["diff_id"] for row in found["layers"]] == inspected["RootFS"]["Layers"]
    assert (found["image_id"], found["size"]) == (inspected["Id"], inspected["Size"])


@pytest.mark.parametrize("how", ["latest", "id", "short"])
def test_by_tag_and_by_id(run, docker, built, how: str) -> None:
    image_id = docker("image", "inspect", "--format", "{{.Id}}", built)
    ref = {"latest": f"{built}:latest", "id": image_id, "short": image_id[7:19]}[how]
    assert json.loads(run("layers", "--json", f"docker://{ref}"))["image_id"] == image_id
    base = docker("image", "inspect", "--format", "{{.Id}}", "build-base")
    assert json.loads(run("layers", "--json", f"docker://{built}:base"))["image_id"] == base


def test_archive_and_engine_say_the_same(run, docker, built, tmp_path: Path) -> None:
    docker("save", "-o", tmp_path / "x.tar", f"{built}:latest", f"{built}:base")
    for command in ("layers", "tree", "waste"):
        told = run(command, f"docker://{built}")
        assert run(command, f"{tmp_path}/x.tar:{built}") == told
    saved = subprocess.run(["docker", "save", built], env=docker.env, stdout=subprocess.PIPE)
    piped = subprocess.run(
        [sys.executable, "-m", "layerlab", "tree", "-"], input=saved.stdout, capture_output=True
    )
    assert b"there are several images" in piped.stderr  # a name without a tag: all its tags
    assert run("compare", "--json", f"docker://{built}", f"{tmp_path}/x.tar:{built}:latest")


def test_cat_and_extract_give_what_docker_cp_gives(run, docker, built, tmp_path: Path) -> None:
    container = docker("create", built)
    try:
        docker("cp", f"{container}:/srv", tmp_path / "docker")
        docker("cp", f"{container}:/srv/app/data", tmp_path / "data")
    finally:
        docker("rm", container)
    image = f"docker://{built}"
    assert run("cat", image, "/srv/app/link").encode("latin-1") == (tmp_path / "data").read_bytes()
    assert run("cat", image, "srv/app/old/y") == "\x00\xff"
    run("extract", image, "/srv", tmp_path / "layerlab")
    assert _tree(tmp_path / "layerlab") == _tree(tmp_path / "docker")


def _tree(top: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, time and content of all below a folder."""
    found = {}
    for path in [top, *top.rglob("*")]:
        status = path.lstat()
        data = os.readlink(path).encode() if path.is_symlink() else b""
        data = path.read_bytes() if path.is_file() and not data else data
        shown = hashlib.sha256(data).hexdigest()
        found[str(path.relative_to(top))] = (status.st_mode, int(status.st_mtime), shown)
    return found


def test_sizes_of_folders_are_those_of_du(run, docker, built, tmp_path: Path) -> None:
    image = f"docker://{built}"
    run("extract", image, "/srv", tmp_path / "srv")
    du = subprocess.run(
        ["du", "--bytes", "srv"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for line in du.stdout.splitlines():
        size, path = line.split("\t")
        folders = [tmp_path / path, *(p for p in (tmp_path / path).rglob("*") if p.is_dir())]
        own = sum(folder.stat().st_size for folder in folders)  # du counts those, too
        shown = run("tree", "--depth", 0, image, path).splitlines()[1].split()
        assert shown[1] == human_size(int(size) - own)


def test_no_such_image(docker, built, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker.env["DOCKER_HOST"])
    assert main(["layers", "docker://no-such-image"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.lower().startswith(
        "layerlab: docker://no-such-image: docker says: no such image: no-such-image"
    )
    assert "('docker pull no-such-image' fetches it" in err


def test_engine_that_is_not_running(require, monkeypatch, capsys, tmp_path: Path) -> None:
    require("docker")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    assert main(["layers", "docker://x"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"docker says: Cannot connect to the Docker daemon at unix://{tmp_path}/nobody." in err
    assert "(start the engine, or " in err
