"""A session of docker commands, and random ones, on a real engine and on layerlab's.

Standard output, standard error and exit codes must be the same; what ``replay.py`` brings together
first aside.
"""

import contextlib
import json
import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reference.conftest import Docker, client_of, running_dockerd
from reference.replay import Model, Real, Replay, Step, base_context, steps

from layerlab import Engine, Registry
from layerlab.engine.clock import Clock

SESSIONS = Path(__file__).parent / "replays"
HISTORIES = int(os.environ.get("LAYERLAB_HISTORIES", "10"))


@pytest.fixture(scope="module")
def alone(overlay_disk: Path, require, tmp_path_factory) -> Iterator[Docker]:
    """The docker command for an engine that nobody else uses."""
    require("busybox")
    with running_dockerd(overlay_disk / "replay") as path:
        yield client_of(path, tmp_path_factory.mktemp("replay-home"))


@pytest.fixture(scope="module")
def archives(alone: Docker, tmp_path_factory) -> Path:
    """A folder with the base image, saved, and damaged; the engine has it no more."""
    folder = tmp_path_factory.mktemp("replay-base")
    alone("build", "-t", "base", base_context(folder / "context"))
    alone("save", "-o", folder / "base.tar", "base")
    alone("rmi", "base")
    whole = (folder / "base.tar").read_bytes()
    (folder / "cut.tar").write_bytes(whole[:300_000])
    (folder / "altered.tar").write_bytes(whole.replace(b"welcome", b"WELCOME"))
    return folder


@pytest.fixture
def replay(alone: Docker, archives: Path, tmp_path: Path) -> Iterator[Replay]:
    """Both engines, with nothing in them, each in a folder with the archives."""
    with emptied(alone):
        yield side_by_side(alone, archives, tmp_path)


@contextlib.contextmanager
def emptied(docker: Docker) -> Iterator[None]:
    """Afterwards the real engine has neither containers nor images."""
    try:
        yield
    finally:
        for listing, remove in (("ps -aq", "rm -f"), ("images -aq", "rmi -f")):
            if ids := docker(*listing.split()).split():
                docker.run(*remove.split(), *ids)


def side_by_side(
    docker: Docker, archives: Path, folder: Path, registry: Registry | None = None
) -> Replay:
    places = [folder / name for name in ("docker", "layerlab")]
    for place in places:
        place.mkdir()
        for archive in archives.glob("*.tar"):
            (place / archive.name).symlink_to(archive)
    registries = [registry] if registry else []
    engine = Engine(clock=Clock(int(time.time())), registries=registries)
    return Replay(Real(dict(docker.env), places[0]), Model(engine, places[1]), str(docker.root))


def play(replay: Replay, name: str, host: str = "") -> None:
    """Play the script of this name to its end; ``REGISTRY`` in it is ``host``."""
    script = (SESSIONS / f"{name}.txt").read_text()
    for step in steps(script.replace("REGISTRY", host)):
        replay.play(step)
    assert not replay.differences, "\n\n".join(replay.differences)


def test_a_session(replay):
    play(replay, "session")
    assert replay.compared >= 80


@pytest.fixture
def server(require, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Debian's registry on a port of this machine: its name, and where it keeps its blobs."""
    require("docker-registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    (tmp_path / "registry.yml").write_text(
        json.dumps(
            {
                "version": 0.1,
                "log": {"level": "error"},
                "http": {"addr": host},
                "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
            }
        )
    )
    command = ["docker-registry", "serve", tmp_path / "registry.yml"]
    with (tmp_path / "registry.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await_port(host)
        yield host, tmp_path / "registry/docker/registry/v2/blobs/sha256"
    finally:
        process.terminate()
        process.wait()


def _await_port(host: str) -> None:
    address, port = host.split(":")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address, int(port)), 1):
            return
        time.sleep(0.05)
    pytest.fail("docker-registry didn't come up")


def test_push_and_pull(alone, archives, server, tmp_path):
    """The registry's blobs are real on both sides; then one of them is altered."""
    host, blobs = server
    ours = tmp_path / "ours"
    replay = side_by_side(alone, archives, tmp_path, Registry(host, ours))
    with emptied(alone):
        play(replay, "pushing", host)
        _alter_smallest_layer(blobs)
        _alter_smallest_layer(ours / "blobs/sha256")
        play(replay, "damaged", host)


def _alter_smallest_layer(blobs: Path) -> None:
    files = (path for path in blobs.rglob("*") if path.is_file())
    path = min(
        (p for p in files if p.read_bytes()[:2] == b"\x1f\x8b"), key=lambda p: p.stat().st_size
    )
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


CONTAINERS = ("ox", "yak", "zebu")  # none could be the beginning of an ID
IMAGES = ("base", "base", "base", "base", "im:0", "im:1")
SCRIPTS = (  # with fixed times, so that equal changes make equal layers
    "echo {n} > /data/{f}; touch -d '2001-02-03 04:05:06' /data/{f} /data",
    "rm -f /data/{f}; touch -d '2001-02-03 04:05:06' /data",
    "rm -rf /data/sub; touch -d '2001-02-03 04:05:06' /data",
    "mkdir -p /data/sub/{f}; touch -d '2001-02-03 04:05:06' /data/sub /data/sub/{f} /data",
    "rm -rf /data; mkdir /data; echo 1 > /data/{f}; touch -d @981173106 /data/{f} /data",
    "chmod 60{n} /data/{f}",
    "cat /data/{f}",
    "ls -R /data",
    "exit {n}",
    "true",
)
COMMANDS = {  # and how often, against the others
    "load -i base.tar": 1,
    "pull {b}": 3,
    "pull {i}": 1,
    "push {i}": 2,
    "~ images --digests": 1,
    "run -d --name {c} {i} sleep 1000": 6,
    'run --name {c} {i} sh -c "{s}"': 3,
    'create --name {c} {i} sh -c "{s}"': 1,
    'run --rm {i} sh -c "{s}"': 1,
    "create --name {c} {i}": 1,
    "start {c}": 1,
    "start {c} {d}": 1,
    'exec {c} sh -c "{s}"': 7,
    "commit {c} {i}": 4,
    "commit -m text -c 'ENV A={n}' {c} {i}": 1,
    "commit {c}": 1,
    "tag {i} {j}": 2,
    "rmi {i}": 1,
    "rmi {i} {j}": 1,
    "rmi -f {i}": 1,
    "rm {c}": 1,
    "rm {c} {d}": 1,
    "rm -f {c}": 1,
    "stop -t 0 {c}": 1,
    "kill {c}": 1,
    "restart -t 0 {c}": 1,
    "rename {c} {d}": 1,
    "pause {c}": 1,
    "unpause {c}": 1,
    "~ images -a": 1,
    "~ images": 1,
    "~ images {i}": 1,
    "ps -a": 1,
    "ps -as": 1,
    "~ diff {c}": 2,
    "history {i}": 2,
    "~ image prune -f": 1,
    "~ image prune -af": 1,
    "~ container prune -f": 1,
    "~ system prune -f": 1,
    "image inspect -f '{{json .RootFS.Layers}}' {i}": 1,
    "image inspect -f '{{.Size}} {{json .RepoTags}} {{.Parent}}' {i}": 1,
    "logs {c}": 1,
    "container inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.Image}} {{.Name}}' {c}": 1,
    "save -o saved.tar {i}": 1,
    "load -i saved.tar": 1,
    "system df": 1,
    "~ system df -v": 1,
}


def history(rng: random.Random, length: int, host: str) -> Iterator[Step]:
    """Commands with a handful of names, so that they often meet; the first image is pushed."""
    base = f"{host}/base"
    for line in ("load -i base.tar", f"tag base {base}", f"push {base}", "rmi base"):
        yield Step(line)
    for line in rng.choices(tuple(COMMANDS), tuple(COMMANDS.values()), k=length):
        if "{s}" in line:
            line = line.replace("{s}", rng.choice(SCRIPTS))
        one, two = rng.sample(CONTAINERS, 2)  # the client removes the same one twice at once
        for name, word in {
            "c": one, "d": two, "b": base,
            "i": f"{host}/{rng.choice(IMAGES)}", "j": f"{host}/{rng.choice(IMAGES)}",
            "f": rng.choice(("a", "b", "new")), "n": rng.choice("0234"),
        }.items():  # fmt: skip
            line = line.replace(f"{{{name}}}", word)
        yield Step(line)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_random_histories(alone, archives, server, tmp_path, seed):
    """What differs first is told; what follows may differ because of it."""
    host, _ = server
    replay = side_by_side(alone, archives, tmp_path, Registry(host))
    with emptied(alone):
        for step in history(random.Random(seed), 40, host):
            assert replay.play(step), f"after {replay.compared} commands:\n{replay.differences[0]}"
