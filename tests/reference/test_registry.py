"""A real engine pushes to a real registry and pulls from it; the model does the same."""

import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from reference.conftest import Docker, Require, client_of, running_dockerd

from layerlab import Image, Layer, open_image
from layerlab.engine.clock import Clock
from layerlab.engine.ids import Ids
from layerlab.engine.pulling import Pull
from layerlab.engine.pushing import Push
from layerlab.engine.state import State
from layerlab.engine.store import add_image, tag
from layerlab.engine.transfer import TransferFailed
from layerlab.errors import EngineError
from layerlab.reference import Reference
from layerlab.registry import Manifest, Registry

DOCKERFILE = """
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN seq 100000 > /numbers
RUN seq 300000 > /more
RUN echo a > /a
RUN echo b > /b
RUN echo c > /c
"""
TWINS = """
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "chmod", "700", "/bin/busybox"]
RUN ["/bin/busybox", "chmod", "700", "/bin/busybox"]
"""
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MAY_BE_MISSED = ("Verifying Checksum", "Download complete")  # a fast layer overtakes its own news


@dataclass(frozen=True)
class Real:
    """A registry that runs, and an engine that can reach it."""

    docker: Docker
    host: str
    storage: Path
    folder: Path

    def build(self, name: str, dockerfile: str = DOCKERFILE) -> str:
        (self.folder / "Dockerfile").write_text(dockerfile)
        full = f"{self.host}/{name}"
        self.docker("build", "-q", "--network=none", "-t", full, self.folder)
        return full

    def opened(self, name: str) -> Image:
        path = self.folder / "saved.tar"
        self.docker("save", "-o", path, name)
        return open_image(path, name)

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(
            f"http://{self.host}/v2/{path}", headers={"Accept": MANIFEST}
        )
        with urllib.request.urlopen(request) as answer:
            data: bytes = answer.read()
        return data

    def blob(self, digest: str) -> Path:
        digits = digest.removeprefix("sha256:")
        return self.storage / f"docker/registry/v2/blobs/sha256/{digits[:2]}/{digits}/data"

    def forget(self) -> None:
        """Remove every image; what is known of blobs stays."""
        self.docker("image", "prune", "-af")

    def origins(self) -> dict[str, list[tuple[str, str, bool]]]:
        folder = self.docker.root / "image/overlay2/distribution/v2metadata-by-diffid/sha256"
        return {
            file.name: [
                (entry["Digest"], entry["SourceRepository"], bool(entry["HMAC"]))
                for entry in json.loads(file.read_bytes())
            ]
            for file in folder.iterdir()
        }


@pytest.fixture(scope="module")
def real(
    require: Require, overlay_disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Real]:
    require("docker-registry", "busybox")
    folder = tmp_path_factory.mktemp("registry")
    host = f"127.0.0.1:{free_port()}"
    settings = folder / "config.yml"
    settings.write_text(
        "version: 0.1\n"
        f"storage: {{filesystem: {{rootdirectory: {folder / 'storage'}}}}}\n"
        f"http: {{addr: '{host}'}}\n"
    )
    context = folder / "context"
    context.mkdir()
    shutil.copy(str(shutil.which("busybox")), context / "busybox")
    with (
        running_registry(settings, host, folder / "log"),
        running_dockerd(overlay_disk / "dockerd-registry") as engine,
    ):
        yield Real(client_of(engine, folder), host, folder / "storage", context)


@contextlib.contextmanager
def running_registry(settings: Path, host: str, log: Path) -> Iterator[None]:
    """``docker-registry`` on ``host``, stopped in the end."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["docker-registry", "serve", settings],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://{host}/v2/").close()
                break
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"docker-registry didn't come up:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(30)


class Model:
    """The same, simulated."""

    def __init__(self, host: str) -> None:
        self.state = State()
        self.registries = {host: Registry(host)}
        self._ids, self._clock = Ids(0), Clock()

    def add(self, name: str, image: Image) -> None:
        self.state = add_image(self.state, image, self._ids, self._clock())
        self.state = tag(self.state, image.image_id, Reference.parse(name), self._clock())

    def push(self, name: str) -> list[str]:
        push = Push(self.state, self.registries, Reference.parse(name))
        self.state = push.finish()
        return list(push.lines())

    def pull(self, name: str) -> list[str]:
        reference = Reference.parse(name)
        pull = Pull(self.state, self.registries, reference, self._ids, self._clock)
        self.state = pull.finish()
        return [*pull.lines(), reference.tagged().full]

    def forget(self) -> None:
        self.state = State(origins=self.state.origins, diff_ids=self.state.diff_ids)

    def origins(self) -> dict[str, list[tuple[str, str, bool]]]:
        return {
            diff_id.hex: [(entry.digest, entry.repository, entry.pushed) for entry in origins]
            for diff_id, origins in self.state.origins.items()
        }


def assert_same_lines(real: list[str], model: list[str]) -> None:
    """The same lines, each layer's in the same order; which layer was first is a race."""
    ours, theirs = Counter(model), Counter(real)
    missed = ours - theirs
    assert not theirs - ours
    assert all(line.endswith(MAY_BE_MISSED) for line in missed), missed
    for name in {line.partition(": ")[0] for line in model}:
        told = [line for line in model if line.startswith(f"{name}: ") and line not in missed]
        assert [line for line in real if line.startswith(f"{name}: ")] == told
    for word in ("Preparing", "Pulling fs layer", "Already exists", "Pull complete"):
        assert [x for x in real if x.endswith(word)] == [x for x in model if x.endswith(word)]
    assert (real[0], real[-1]) == (model[0], model[-1])


def with_real_blobs(real: Real, name: str, tag: str, image: Image) -> Image:
    """The image with its layers as the registry has them: gzipped by Docker."""
    manifest = json.loads(real.get(f"{name}/manifests/{tag}"))
    layers = [
        Layer.from_tar(real.get(f"{name}/blobs/{item['digest']}")) for item in manifest["layers"]
    ]
    return Image.opened(layers, image.raw_config)


@pytest.mark.parametrize("dockerfile", [DOCKERFILE, TWINS], ids=["seven", "twins"])
def test_the_manifest_is_docker_s_to_the_byte(real: Real, dockerfile: str) -> None:
    full = real.build("manifest:1", dockerfile)
    real.docker("push", full)
    image = with_real_blobs(real, "manifest", "1", real.opened(full))
    raw = real.get("manifest/manifests/1")
    assert Manifest.of(image).raw == raw
    # Of our own gzip only digests and sizes of the layers differ.
    ours = json.loads(Manifest.of(real.opened(full)).raw or b"")
    theirs = json.loads(raw)
    assert len(ours["layers"]) == len(theirs["layers"])
    for item in (*ours["layers"], *theirs["layers"]):
        item.update(size=0, digest="")
    assert ours == theirs


@pytest.mark.parametrize("dockerfile", [DOCKERFILE, TWINS], ids=["seven", "twins"])
def test_a_session_of_pushes_and_pulls(real: Real, dockerfile: str) -> None:
    repository = f"session{len(dockerfile)}"
    full = real.build(f"{repository}/app:1", dockerfile)
    other = f"{real.host}/{repository}/other:2"
    real.docker("push", full)  # so that the model can have Docker's own blobs
    image = with_real_blobs(real, f"{repository}/app", "1", real.opened(full))
    again = f"{real.host}/{repository}/again:1"
    real.docker("tag", full, again)
    real.docker("rmi", full)
    model = Model(real.host)
    model.add(full, image)
    model.push(full)
    model.add(again, image)
    model.add(other, image)

    def both(command: str, name: str) -> None:
        told = real.docker(command, name).splitlines()
        assert_same_lines(told, model.push(name) if command == "push" else model.pull(name))

    both("push", again)  # mounted from app
    both("push", again)  # there already
    real.docker("tag", again, other)
    both("push", other)  # mounted from one of the two
    real.forget()
    model.forget()
    both("pull", full)
    both("pull", full)  # up to date
    both("pull", other)  # only a name
    both("pull", f"{real.host}/{repository}/app@{Manifest.of(image).digest}")
    here = f"{real.host}/{repository}/"  # other tests push the same layers elsewhere
    noted = real.origins()
    for name, origins in model.origins().items():
        assert [entry for entry in noted[name] if entry[1].startswith(here)] == origins


def test_a_pull_of_what_is_partly_here(real: Real) -> None:
    base = real.build("partly/base:1")
    child = real.build("partly/child:1", f"FROM {base}\nRUN echo x > /x\nRUN echo y > /y\n")
    real.docker("push", base)
    real.docker("push", child)
    model = Model(real.host)
    for name in ("base", "child"):
        image = with_real_blobs(
            real, f"partly/{name}", "1", real.opened(f"{real.host}/partly/{name}:1")
        )
        model.registries[real.host].publish(f"partly/{name}:1", image)
    real.forget()
    for name in (base, child):
        assert_same_lines(real.docker("pull", name).splitlines(), model.pull(name))


def test_what_is_refused(real: Real) -> None:
    full = real.build("refused/app:1", TWINS)
    real.docker("push", full)
    model = Model(real.host)
    model.add(full, real.opened(full))
    model.push(full)
    digest = "sha256:" + "7" * 64
    for name in (
        f"{real.host}/refused/app:2",
        f"{real.host}/nobody/home:1",
        f"{real.host}/refused/app@{digest}",
        "scratch",
    ):
        told = real.docker.run("pull", name)
        with pytest.raises(EngineError) as caught:
            model.pull(name)
        expected = f"Error response from daemon: {caught.value.what}\n"
        assert told.stderr.decode() == expected
    for name in (f"{real.host}/refused/app:2", f"{real.host}/nobody/home:1"):
        told = real.docker.run("push", name)
        with pytest.raises(TransferFailed) as failed:
            model.push(name)
        assert told.stdout.decode().splitlines() == list(failed.value.lines)
        assert told.stderr.decode() == f"{failed.value.what}\n"


def test_what_was_tampered_with(real: Real) -> None:
    full = real.build("tampered/app:1")
    real.docker("push", full)
    image = with_real_blobs(real, "tampered/app", "1", real.opened(full))
    manifest = Manifest.of(image)
    by_digest = f"{real.host}/tampered/app@{manifest.digest}"
    for digest, name in (
        (manifest.layers[3].digest, full),
        (manifest.config.digest, full),
        (manifest.layers[3].digest, by_digest),
    ):
        real.forget()
        model = Model(real.host)
        model.registries[real.host].publish("tampered/app:1", image)
        file = real.blob(digest)
        good = file.read_bytes()
        bad = bytes([good[0] ^ 1]) + good[1:]
        try:
            file.write_bytes(bad)
            model.registries[real.host].tamper(digest, bad)
            told = real.docker.run("pull", name)
            with pytest.raises(TransferFailed) as failed:
                model.pull(name)
        finally:
            file.write_bytes(good)
        assert told.stderr.decode() == f"{failed.value.what}\n"
        assert told.stdout.decode().splitlines()[0] == failed.value.lines[0]
        assert not real.docker("images", "-aq")
        assert model.state == State()


def test_an_interrupted_pull_begins_anew(real: Real) -> None:
    full = real.build("slow/app:1")
    real.docker("push", full)
    real.forget()
    slow = f"127.0.0.1:{free_port()}"
    digest = json.loads(real.get("slow/app/manifests/1"))["layers"][0]["digest"]
    with slow_proxy(slow, real.host, 300_000):
        name = f"{slow}/slow/app:1"
        pull = subprocess.Popen(
            ["docker", "pull", name], env=real.docker.env, stdout=subprocess.PIPE, text=True
        )
        assert pull.stdout is not None
        for line in pull.stdout:
            if "Pull complete" in line or "Download complete" in line:
                break
        pull.terminate()
        pull.wait(30)
        time.sleep(1)  # the daemon lets go of what it had
        root = real.docker.root / "image/overlay2"
        assert not list((root / "layerdb/sha256").iterdir())
        assert not list((real.docker.root / "tmp").glob("GetImageBlob*"))
        assert json.loads((root / "repositories.json").read_bytes()) == {"Repositories": {}}
    assert digest  # the blob is in the registry; the engine has to fetch it again
    assert "Already exists" not in real.docker("pull", full)


@contextlib.contextmanager
def slow_proxy(host: str, target: str, rate: int) -> Iterator[None]:
    """A way to ``target`` through ``host`` that lets ``rate`` bytes a second come back."""

    def pump(source: socket.socket, sink: socket.socket, pace: float) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                sink.sendall(data)
                time.sleep(len(data) * pace)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = server.accept()
                far = socket.create_connection(address(target))
                for ends, pace in (((near, far), 0.0), ((far, near), 1 / rate)):
                    threading.Thread(target=pump, args=(*ends, pace), daemon=True).start()

    server = socket.create_server(address(host))
    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        server.close()


def address(host: str) -> tuple[str, int]:
    name, _, port = host.partition(":")
    return name, int(port)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_skopeo_reads_a_registry_in_a_directory(
    require: Require, real: Real, tmp_path: Path
) -> None:
    require("skopeo")
    image = Image([Layer.of({"/a": "x"}), Layer.of({"/b": "y"})]).with_config(cmd=["/a"])
    directory = tmp_path / "registry"
    Registry("127.0.0.1:5000", directory).publish("team/app:v1", image)
    target = tmp_path / "copied.tar"
    subprocess.run(
        ["skopeo", "copy", f"oci:{directory}:team/app:v1", f"docker-archive:{target}:app:v1"],
        check=True,
        capture_output=True,
    )
    assert open_image(target) == image
