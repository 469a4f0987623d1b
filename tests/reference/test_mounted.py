"""What Docker mounts into a container, against a real dockerd: nothing of it is in the layer.

The same commands run in a container, in a RUN of each builder, and in layerlab. What they print,
``docker diff``, ``docker ps -s`` and the layers must be the same.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from reference import both_builders, buildkit
from reference.both_builders import entries
from reference.buildkit import buildkit_client
from reference.conftest import Docker

from layerlab import Engine, Image, open_image
from layerlab.docker.command import execute

SCRIPTS = {
    "written": """
        echo 10.0.0.9 db >> /etc/hosts; cat /etc/hosts
        echo other > /etc/hostname; cat /etc/hostname
        echo nameserver 9.9.9.9 > /etc/resolv.conf; cat /etc/resolv.conf
        echo a > /dev/a; mkdir /dev/d; echo s > /dev/shm/s; ls /dev/d /dev/shm; cat /dev/a
        chmod 600 /etc/hosts; chown 3:4 /etc/hosts; stat -c "%a %u %g" /etc/hosts""",
    "removed": """
        rm /etc/hosts; echo $?; rm -f /etc/hostname; echo $?; rmdir /proc; echo $?
        rm -r /dev/shm; echo $?; rm /dev/null /dev/zero; ls /dev
        rm -r /etc 2> /dev/e || ls -A /etc""",
    "moved": """
        mv /etc/hosts /etc/h; echo $?; mv /dev /d; echo $?; echo a > /tmp/a; mv /tmp/a /etc/hosts
        echo a > /dev/a; mv /dev/a /tmp/b; echo $?; cat /tmp/b; mv /tmp/b /dev/b; ls /dev /tmp""",
    "linked": """
        ln /etc/hosts /etc/h; echo $?; echo a > /dev/a; ln /dev/a /tmp/a; echo $?
        ln /dev/a /dev/b; stat -c %h /dev/b; ln -s /etc/hosts /tmp/s; echo more >> /tmp/s
        ln /etc/passwd /dev/p; echo $?; ln /etc/hosts /etc/passwd; echo $?""",
    "edited": "sed -i s/localhost/local/ /etc/hosts 2> /dev/null; echo $?; ls /etc",
    "copied": """
        cp /etc/hosts /tmp/h; cat /tmp/h; cp /etc/passwd /etc/hosts; cat /etc/hosts
        cp /etc/passwd /dev/shm; cat /dev/shm/passwd; rm /etc/mtab; ls -A /etc""",
    "volume": """
        cat /vol/f; echo new > /vol/f; echo n > /vol/n; rm /vol/g; ls /vol; rmdir /vol; echo $?
        mv /vol/n /tmp/n; mv /vol /tmp; echo $?; ls -A /made; echo m > /made/m; cat /made/m""",
    "read-only": """
        mkdir /sys/d; echo $?; echo a > /sys/a; echo $?; rmdir /sys; echo $?""",
}
IMAGE = """\
FROM build-base
RUN mkdir -p /vol /tmp && echo f > /vol/f && echo g > /vol/g && echo root:x:0:0::/: > /etc/passwd
VOLUME /vol /made
"""


class Pair:
    """A container of the real engine and one of layerlab's, on the same image."""

    def __init__(self, docker: Docker, engine: Engine, name: str) -> None:
        self.docker, self.engine, self.name = docker, engine, name
        self.same("run", "-d", "--network", "none", "--name", name, "--hostname", "box",
                  "mounted", "sleep", "1000", told=False)  # fmt: skip

    def same(self, *line: str, told: bool = True) -> None:
        """The command succeeds or fails on both; what it prints is the same, too."""
        real, ours = self.docker.run(*line), execute(self.engine, list(line))
        theirs = [real.stdout.decode(), real.stderr.decode()]
        if line[0] == "diff":
            theirs[0] = "".join(sorted(theirs[0].splitlines(True), key=lambda line: line[2:]))
        if told:
            for text, mine in zip(theirs, (ours.stdout, ours.stderr), strict=True):
                both_builders.same(text, mine)
        assert real.returncode == ours.code, (theirs, ours)

    def layer(self, folder: Path) -> tuple[object, object]:
        """What a commit stores, of both."""
        for engine in (self.docker, lambda *line: execute(self.engine, list(line))):
            engine("commit", self.name, "committed")
        self.docker("save", "-o", folder / "c.tar", "committed")
        images = open_image(folder / "c.tar"), self.engine.image("committed").image
        return tuple(entries(image)[3:] for image in images)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def engine(docker: Docker, build_base: Path, tmp_path_factory) -> Engine:
    folder = tmp_path_factory.mktemp("mounted")
    (folder / "Dockerfile").write_text(IMAGE)
    docker("build", "--network", "none", "-t", "mounted", folder)
    docker("save", "-o", folder / "mounted.tar", "mounted")
    engine = Engine()
    engine.load(folder / "mounted.tar")
    return engine


@pytest.fixture
def pair(docker: Docker, engine: Engine) -> Iterator[Pair]:
    yield Pair(docker, engine, "box")
    docker("rm", "-fv", "box")
    engine.rm("box", force=True)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_container(pair: Pair, script: str, tmp_path: Path) -> None:
    pair.same("exec", "box", "sh", "-c", SCRIPTS[script])
    pair.same("diff", "box")
    pair.same("ps", "-s", "--filter", "name=box", "--format", "{{.Size}}")
    theirs, mine = pair.layer(tmp_path)
    assert mine == theirs


def test_each_start_mounts_anew(pair: Pair) -> None:
    pair.same("exec", "box", "sh", "-c", SCRIPTS["written"] + "; echo v > /vol/v")
    pair.same("restart", "-t", "0", "box")
    pair.same("exec", "box", "sh", "-c", "cat /etc/hosts /etc/hostname; ls /dev /dev/shm; ls /vol")
    pair.same("diff", "box")


def test_cp(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("copied\n")
    pair.same("cp", str(tmp_path / "f"), "box:/etc/hosts")
    pair.same("cp", str(tmp_path / "f"), "box:/vol/new")
    pair.same("exec", "box", "sh", "-c", "echo 10.0.0.9 db >> /etc/hosts; cat /vol/new")
    pair.same("cp", "box:/etc/hosts", str(tmp_path / "hosts"))
    assert (tmp_path / "hosts").read_text().endswith("10.0.0.9 db\n")
    pair.same("diff", "box")


RUNS = {name: f"FROM mounted\nRUN {'; '.join(filter(None, map(str.strip, text.splitlines())))}\n"
        for name, text in SCRIPTS.items()}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_a_classic_build(docker: Docker, engine: Engine, build_base: Path, tmp_path: Path,
                         name: str) -> None:  # fmt: skip
    both = both_builders.Both(docker, build_base, tmp_path)
    both.engine.load(_archive(docker, tmp_path))
    text = RUNS[name].replace("cat /etc/hostname", "true")  # named at random there
    (both.context / "Dockerfile").write_text(text)
    line = ["build", "--network", "none", "-t", "compared", str(both.context)]
    real, ours = docker.run(*line), execute(both.engine, line)
    assert ours.code == real.returncode, (real, ours)
    theirs, mine = both.images()
    assert _layers(mine) == _layers(theirs)


@pytest.mark.parametrize("name", RUNS)
def test_buildkit(docker: Docker, engine: Engine, build_base: Path, tmp_path: Path,
                  name: str) -> None:  # fmt: skip
    client = buildkit_client(docker)
    client("builder", "prune", "-af")
    both = buildkit.Both(client, build_base, tmp_path)
    both.engine.load(_archive(docker, tmp_path))
    base, run = RUNS[name].rstrip().replace("/etc/hostname", "/tmp/hostname").split("\nRUN ")
    # One stream: of two, the builder may print one in the middle of the other's line.
    if both.build(f"{base}\nRUN {{ {run}; }} 2>&1\n") == 0:
        theirs, mine = both.images()
        assert _layers(mine) == _layers(theirs)


def _archive(docker: Docker, folder: Path) -> Path:
    docker("save", "-o", folder / "mounted.tar", "mounted")
    return folder / "mounted.tar"


def _layers(image: Image) -> str:
    return json.dumps(entries(image)[3:], indent=1, default=str)
