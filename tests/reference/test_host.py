"""The host's tree beside a real engine's data root, after the same commands.

Same names, kinds, modes and owners; the same contents, where they derive from content. Random IDs
are called by what they belong to; so are the digests of what can't be made the same: an image that
names its container, and gzip, which comes from another encoder.
"""

import base64
import contextlib
import gzip
import json
import os
import re
import shlex
import socket
import stat
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from reference.conftest import Docker, client_of, running_dockerd
from reference.replay import Model, Real, base_context

from layerlab import Engine, chain_id, open_image
from layerlab.engine.clock import Clock

DOCKER = "/var/lib/docker"
SCRIPT = """
load -i base.tar
COMPARE
tag base app:1
create --name idle app:1
COMPARE
run --name one app:1 sh -c 'echo 12345 > /data/new; rm /data/b; mkdir /opt; ln -s new /data/again'
COMPARE
commit one snap:1
run -d --name two snap:1 sleep 1000
COMPARE
exec two sh -c 'rm -rf /data/sub; mkdir /data/sub; echo x >> /etc/passwd'
exec two sh -c 'chmod 600 /data/a'
exec two sh -c 'ln /data/new /hard; rm /etc/motd; mkdir /etc/motd; chmod 1777 /tmp'
COMPARE
run --rm app:1 sh -c 'echo x > /data/y'
run --name work -w /new/dir app:1 sh -c 'pwd; echo err >&2'
run -d --name paused --hostname box -e A=b --label c=d app:1 sleep 1000
pause paused
rename work worked
cp context/Dockerfile two:/opt/
exec -u 1000 two sh -c 'echo mine > /tmp/mine; ln -s /nowhere /tmp/link'
COMPARE
unpause paused
rm -f paused worked
stop -t 0 two
commit two snap:2
tag snap:1 other:1
COMPARE
rm one
rmi app:1
COMPARE
rm -f idle two
rmi snap:2 snap:1 other:1
COMPARE
rmi base
COMPARE
"""
MOVING = """
load -i base.tar
tag base REGISTRY/team/app:1
push REGISTRY/team/app:1
COMPARE
tag base REGISTRY/team/other:1
push REGISTRY/team/other:1
COMPARE
rmi REGISTRY/team/app:1 REGISTRY/team/other:1 base
COMPARE
pull REGISTRY/team/app:1
COMPARE
pull REGISTRY/team/other:1
COMPARE
"""
OWN = ("containerd", "buildkit")  # a dockerd without a containerd beside it starts its own
SCRATCH = re.compile(r"(?:work/){2}#[0-9a-f]+$")  # newer kernels keep one whiteout to link to
LEFT_BEHIND = re.compile(r"overlay2/cache-of-[^/]*(?:/work){2}$")
"""A push mounts what it reads; the engine's state doesn't know of it."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
COMPARED = re.compile(
    r"""image/overlay2/(repositories\.json
        |layerdb/.*
        |imagedb/metadata/.*
        |distribution/.*)
    |overlay2/[^/]*/(link|lower|committed|(diff|merged)/.*)
    |containers/[^/]*/(config\.v2\.json|hostconfig\.json|hostname|hosts|resolv\.conf.*)""",
    re.VERBOSE,
)


@dataclass
class Side:
    """A data root: ``files`` has ``os``'s functions, ``root`` is where it lies."""

    files: Any
    read_bytes: Callable[[str], bytes]
    root: str
    names: dict[str, str] = field(default_factory=dict)
    """What random IDs, and those that derive from them, belong to."""

    def read(self, path: str) -> str:
        return self.read_bytes(f"{self.root}/{path}").decode()

    def list(self, path: str) -> list[str]:
        try:
            return sorted(self.files.listdir(f"{self.root}/{path}"))
        except FileNotFoundError:
            return []

    def learn(self, base: set[str]) -> None:
        """Call everything random by what it belongs to. ``base``: what derives from content."""
        names = self.names = {}
        store = "image/overlay2"
        repositories = json.loads(self.read(f"{store}/repositories.json"))["Repositories"]
        for tag, image in sorted(pair for tags in repositories.values() for pair in tags.items()):
            digest = image.removeprefix("sha256:")
            if "@" in tag:
                names[tag.rpartition(":")[2]] = f"manifest-of-{tag.partition('@')[0]}"
            elif digest not in base | names.keys():
                names[digest] = f"image-{tag}"
                self._learn_layers(digest, tag, base)
        known = f"{store}/distribution"
        for name in self.list(f"{known}/diffid-by-digest/sha256"):
            diff_id = self.read(f"{known}/diffid-by-digest/sha256/{name}").removeprefix("sha256:")
            names[name] = f"blob-of-{names.get(diff_id, diff_id)}"
        for name in self.list(f"{known}/v2metadata-by-diffid/sha256"):
            for entry in json.loads(self.read(f"{known}/v2metadata-by-diffid/sha256/{name}")):
                names[entry["HMAC"]] = "signature"  # of the blob's digest
        for box in self.list("containers"):
            name = json.loads(self.read(f"containers/{box}/config.v2.json"))["Name"]
            names[box] = names[box[:12]] = f"container{name}".replace("/", "-")
            names[self.read(f"{store}/layerdb/mounts/{box}/mount-id")] = f"mount-of{name}"
        for chain in self.list(f"{store}/layerdb/sha256"):
            cache = self.read(f"{store}/layerdb/sha256/{chain}/cache-id")
            names[cache] = f"cache-of-{names.get(chain, chain)}"
        for cache in self.list("overlay2"):
            if cache != "l":
                names[self.read(f"overlay2/{cache}/link")] = f"link-of-{self.rename(cache)}"

    def _learn_layers(self, image: str, tag: str, base: set[str]) -> None:
        config = json.loads(self.read(f"image/overlay2/imagedb/content/sha256/{image}"))
        chain = None
        for number, diff_id in enumerate(config["rootfs"]["diff_ids"]):
            chain = chain_id(chain, diff_id)
            for word, kind in ((diff_id.removeprefix("sha256:"), "diff"), (chain.hex, "chain")):
                if word not in base:
                    self.names.setdefault(word, f"{kind}-{number}-of-{tag}")

    def rename(self, text: str) -> str:
        return re.sub(r"[0-9A-Za-z]+", lambda found: self.names.get(found[0], found[0]), text)

    def facts(self) -> dict[str, Any]:
        """Of each path, what must be the same on both sides."""
        found: dict[str, Any] = {}
        todo = [name for name in self.list("") if name not in OWN]
        while todo:
            path = todo.pop()
            shown = self.rename(path)
            status = self.files.lstat(f"{self.root}/{path}")
            below = self.list(path) if stat.S_ISDIR(status.st_mode) else []
            todo += [f"{path}/{name}" for name in below]
            if SCRATCH.search(path):
                continue
            found[shown] = (stat.filemode(status.st_mode), status.st_uid, status.st_gid)
            if stat.S_ISLNK(status.st_mode):
                target = self.rename(self.files.readlink(f"{self.root}/{path}"))
                found[shown] += (target,)
            elif stat.S_ISREG(status.st_mode) and COMPARED.match(path):
                found[shown] += (self.content(path),)
        return found

    def content(self, path: str) -> Any:
        raw = self.read_bytes(f"{self.root}/{path}")
        if path.endswith(".gz"):
            return split(gzip.decompress(raw))
        text = MOMENT.sub("MOMENT", self.rename(raw.decode("utf-8", "backslashreplace")))
        text = text.replace(self.root, DOCKER)
        if not path.startswith("containers") or not path.endswith(".json"):
            return text if len(text) < 4000 else hash(text)
        return told(json.loads(text), path)


def split(lines: bytes) -> list[Any]:
    """What a tar-split tells, times and checksums of headers aside: they lie in the segments."""
    entries = [json.loads(line) for line in lines.splitlines()]
    return [
        (entry["position"], entry.get("name"), entry.get("size"), entry["payload"])
        if entry["type"] == 1
        else (entry["position"], len(base64.b64decode(entry["payload"])))
        for entry in entries
    ]


def told(document: Any, path: str) -> Any:
    """What a container's JSON says: network, process and who stopped it aren't modelled."""
    if path.endswith("config.v2.json"):
        document["State"]["Pid"] = bool(document["State"]["Pid"])
        del document["HasBeenManuallyStopped"]
        document["Config"].pop("NetworkDisabled", None)  # dockerd runs without a bridge here
        del document["NetworkSettings"]
    return document


def differences(real: dict[str, Any], model: dict[str, Any]) -> list[str]:
    return [
        f"{path}\n  Docker:   {real.get(path)}\n  layerlab: {model.get(path)}"
        for path in sorted(real.keys() | model.keys())
        if real.get(path) != model.get(path) and not (path not in model and LEFT_BEHIND.match(path))
    ]


@pytest.fixture
def alone(overlay_dir: Path, require, tmp_path: Path) -> Iterator[Docker]:
    """The docker command for an engine that nobody used before."""
    require("busybox")
    with running_dockerd(overlay_dir / "host") as path:
        yield client_of(path, tmp_path)


def play(builder: Docker, docker: Docker, folder: Path, script: str) -> list[str]:
    """Differences after each ``COMPARE``; ``builder`` makes the base image, on another engine."""
    builder("build", "-t", "base", base_context(folder / "context"))
    builder("save", "-o", folder / "base.tar", "base")
    base = set(re.findall("[0-9a-f]{64}", builder("inspect", "base")))
    layers = json.loads(builder("inspect", "-f", "{{json .RootFS.Layers}}", "base"))
    base |= {chain_id(layers[: height + 1]).hex for height in range(len(layers))}
    builder("rmi", "base")
    engine = Engine(clock=Clock(int(time.time())))
    real = Side(os, lambda path: Path(path).read_bytes(), str(docker.root))
    model = Side(engine.host, engine.host.read_bytes, DOCKER)
    commands = Real(dict(docker.env), folder), Model(engine, folder)
    found: list[str] = []
    last = ""
    for line in script.split("\n")[1:-1]:
        if line == "COMPARE":
            for side in (real, model):
                side.learn(base)
            both = real.facts(), model.facts()
            found += [f"after {last}: {each}" for each in differences(*both)]
        else:
            last = line
            done = [side.play(shlex.split(line), "") for side in commands]
            assert [each.code for each in done] == [0, 0], (line, done)
    return found


@pytest.fixture
def registry(require, tmp_path: Path) -> Iterator[str]:
    """The address of a registry that starts empty."""
    require("docker-registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    settings = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
        "http": {"addr": address},
    }
    (tmp_path / "registry.yml").write_text(json.dumps(settings))
    with (tmp_path / "registry.log").open("wb") as log:
        server = subprocess.Popen(
            ["docker-registry", "serve", tmp_path / "registry.yml"], stdout=log, stderr=log
        )
    try:
        _await_registry(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def _await_registry(address: str) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}/v2/"):
            return
        time.sleep(0.1)
    pytest.fail("the registry didn't come up")


def test_the_data_root(docker, alone, tmp_path):
    found = play(docker, alone, tmp_path, SCRIPT)
    assert not found, "\n".join(found)


def test_what_push_and_pull_note(docker, alone, registry, tmp_path):
    found = play(docker, alone, tmp_path, MOVING.replace("REGISTRY", registry))
    assert not found, "\n".join(found)


def test_the_containerd_image_store(overlay_dir, require, docker, tmp_path):
    """Blobs and snapshots beside those of a containerd that imported the same archive."""
    require("containerd", "ctr", "skopeo")
    docker("build", "-t", "snapshots", base_context(tmp_path / "context"))
    docker("save", "-o", tmp_path / "saved.tar", "snapshots")
    archive = tmp_path / "oci.tar"
    saved = f"docker-archive:{tmp_path / 'saved.tar'}"
    subprocess.run(["skopeo", "copy", "-q", saved, f"oci-archive:{archive}:x"], check=True)
    with running_containerd(overlay_dir) as (root, ctr):
        ctr("images", "import", "--snapshotter", "overlayfs", archive)
        engine = Engine(store="containerd")
        engine.add("x", open_image(archive))
        sides = [
            Side(os, lambda path: Path(path).read_bytes(), str(root)),
            Side(engine.host, engine.host.read_bytes, "/var/lib/containerd"),
        ]
        real, model = (store_facts(side) for side in sides)
    assert differences(real, model) == []
    assert sum(path.startswith(BLOBS) for path in model) == 4  # a manifest, a config, two layers


BLOBS = "io.containerd.content.v1.content/blobs/sha256"
SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs/snapshots"


def store_facts(side: Side) -> dict[str, Any]:
    """The blobs with their content, and the snapshots with all their files."""
    found = {
        f"{BLOBS}/{name}": side.read_bytes(f"{side.root}/{BLOBS}/{name}")
        for name in side.list(BLOBS)
        if not is_index(side.read_bytes(f"{side.root}/{BLOBS}/{name}"))
    }
    files = {path: fact for path, fact in side.facts().items() if path.startswith(SNAPSHOTS)}
    return found | files


def is_index(blob: bytes) -> bool:
    """An archive's index: ``ctr`` stores it as a blob, a pull of one image doesn't have it."""
    return blob.startswith(b"{") and "manifests" in json.loads(blob)


@contextlib.contextmanager
def running_containerd(folder: Path) -> Iterator[tuple[Path, Callable[..., None]]]:
    """Where a containerd of our own keeps its files, and its client."""
    root, address = folder / "root", folder / "s"
    config = folder / "config.toml"
    config.write_text(
        f'version = 2\nroot = "{root}"\nstate = "{folder}/state"\n'
        f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{address}"\n'
    )

    def ctr(*words: str | Path) -> None:
        command = ["ctr", "-a", str(address), "-n", "moby", *map(str, words)]
        subprocess.run(command, check=True, capture_output=True)

    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(["containerd", "-c", config], stdout=log, stderr=log)
    try:
        for _ in range(100):
            with contextlib.suppress(subprocess.CalledProcessError):
                ctr("version")
                break
            time.sleep(0.1)
        yield root, ctr
    finally:
        server.terminate()
        server.wait()
