"""Build Dockerfiles with Docker and write down what their layers hold.

    python tools/record_builds.py ROOT_TAR SCRATCH [FOLDER …]

Runs as root on a Debian machine with docker.io 20.10. ROOT_TAR is the base's root file system as
``tools/measure_catalog.py`` makes it; it becomes ``debian:12``. Each Dockerfile below
``tests/reference/recorded``, or in the folders given, is built by an engine of its own, which keeps
all it has in SCRATCH (an empty folder on a disk that takes overlays), and the recording is put
beside it.
"""

import contextlib
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from reference.recordings import FOLDER, NAME, Recording, Step, entries_of, packages_of

BASE = "debian:12"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CONFIG = "--change", f"ENV PATH={PATH}", "--change", 'CMD ["bash"]'
STATUS = "var/lib/dpkg/status"
HOSTNAME = "0123456789ab"
"""As long as a container's own. On the host's network a container has the engine's."""


def main(root_tar: Path, scratch: Path, names: list[str]) -> None:
    with engine(scratch) as socket:
        docker = Docker(socket)
        docker("import", *CONFIG, root_tar, BASE)
        for name in names or sorted(path.parent.name for path in FOLDER.glob("*/Dockerfile")):
            folder = FOLDER / name
            record(docker, folder, scratch / f"{folder.name}.tar")


@contextlib.contextmanager
def engine(scratch: Path) -> Iterator[Path]:
    """The socket of a Docker engine that starts empty."""
    socket = scratch / "s"
    command = [
        "unshare", "--uts", "sh", "-c", f'hostname {HOSTNAME} && exec "$@"', "sh",
        "dockerd", "--data-root", scratch / "d", "--exec-root", scratch / "e",
        "--pidfile", scratch / "pid", "-H", f"unix://{socket}",
        "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=overlay2",
    ]  # fmt: skip
    with (scratch / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        while not socket.exists() and process.poll() is None:
            time.sleep(0.1)
        yield socket
    finally:
        process.terminate()
        process.wait()
        for left in (scratch / "e/netns").glob("*"):  # of containers on the host's network
            subprocess.run(["umount", left], check=False)


class Docker:
    """The docker command, with the classic builder."""

    def __init__(self, socket: Path) -> None:
        settings = {"DOCKER_HOST": f"unix://{socket}", "DOCKER_BUILDKIT": "0"}
        self._environment = {**os.environ, **settings}

    def __call__(self, *args: str | Path) -> str:
        done = subprocess.run(
            ["docker", *args], env=self._environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout


def record(docker: Docker, folder: Path, archive: Path) -> None:
    """Build the Dockerfile in ``folder``, save the image as ``archive``, write the recording."""
    tag = f"recorded-{folder.name}"
    docker("build", "--network", "host", "-t", tag, folder)
    docker("save", "-o", archive, tag)
    version = docker("version", "--format", "{{.Server.Version}}").strip()
    Recording(version, tuple(_steps(docker, tag, archive))).write(folder / NAME)


def _steps(docker: Docker, tag: str, archive: Path) -> Iterator[Step]:
    template = "{{.Size}} {{json .CreatedBy}}"
    history = docker("history", "--no-trunc", "--human=false", "--format", template, tag)
    sizes = [int(line.split(" ", 1)[0]) for line in reversed(history.splitlines())]
    with tarfile.open(archive) as saved:
        [manifest] = json.load(saved.extractfile("manifest.json"))
        config = json.load(saved.extractfile(manifest["Config"]))
        layers = iter(manifest["Layers"])
        for at, (size, step) in enumerate(zip(sizes, config["history"], strict=True)):
            said = step.get("created_by", "")
            if step.get("empty_layer"):
                yield Step(said, size, None, None)
                continue
            with tarfile.open(fileobj=saved.extractfile(next(layers))) as layer:
                entries = entries_of(layer)
                status = layer.extractfile(STATUS) if STATUS in entries else None
                packages = packages_of(status) if status else None
            if at > 0:  # the first is the base
                yield Step(said, size, entries, packages)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
