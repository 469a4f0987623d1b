"""What docker's reading commands print, on a real engine and on layerlab's, from the same images.

Both load one archive. An age or a second of difference is all that is let pass; IDs of images
derive from content, so they are compared as they are.
"""

import json
import re
import shlex
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from reference.conftest import Docker, client_of, running_dockerd

from layerlab import Engine, open_images
from layerlab.docker.command import execute
from layerlab.docker.gotemplate import Template, TemplateError, raw
from layerlab.docker.structs import typed

AGE = re.compile(r"(?:Less than a second|About a minute|1 second|\d+ (?:second|minute)s) ago *")
BASE = """\
FROM scratch
LABEL team=core tier="a & b" empty=""
ENV PATH=/bin:/sbin A=1
ADD busybox /bin/busybox
SHELL ["/bin/busybox", "sh", "-c"]
RUN /bin/busybox --install -s /bin && echo "<hello>	& 'x'" > /etc-file
WORKDIR /srv
EXPOSE 80/tcp 443
ENTRYPOINT ["/bin/sh"]
CMD ["-c", "sleep 1000"]
STOPSIGNAL SIGTERM
"""
CHILD = """\
FROM app:1
LABEL second=yes
RUN echo two > /srv/two
CMD ["-c", "echo hi; exit 3"]
"""


@dataclass(frozen=True)
class Pair:
    """The two engines with the same images in them."""

    docker: Docker
    engine: Engine

    def both(self, line: str) -> tuple[tuple[str, str, int], tuple[str, str, int]]:
        """What each prints, ages aside, and its exit code.

        The names of one image come in any order from the real client, a Go map's; so the lines of
        ``images`` are compared in order of the alphabet.
        """
        words = shlex.split(line)
        self.engine.clock.now = int(time.time())
        real = self.docker.run(*words)
        ours = execute(self.engine, words)
        return (
            (_met(real.stdout.decode(), words), _met(real.stderr.decode(), []), real.returncode),
            (_met(ours.stdout, words), _met(ours.stderr, []), ours.code),
        )


def _met(text: str, words: list[str]) -> str:
    text = re.sub("CREATED  +", "CREATED ", AGE.sub("AGE ", text))
    return "".join(sorted(text.splitlines(True))) if words[:1] == ["images"] else text


@pytest.fixture(scope="module")
def pair(overlay_disk: Path, require, tmp_path_factory) -> Iterator[Pair]:
    require("busybox")
    folder = tmp_path_factory.mktemp("reading")
    with running_dockerd(overlay_disk / "reading") as path:
        docker = client_of(path, tmp_path_factory.mktemp("reading-home"))
        archive = _build(docker, folder)
        docker("load", "-i", archive)
        engine = Engine()
        for name, image in open_images(archive).items():
            engine.add(name, image)
        yield Pair(docker, engine)


def _build(docker: Docker, folder: Path) -> Path:
    """An archive of four images, a second apart; the engine has none of them any more."""
    shutil.copy(shutil.which("busybox"), folder)
    names = ["app:1", "tiny:latest", "app:2", "quay.io/team/app:2", "other:latest"]
    (folder / "Dockerfile").write_text("FROM scratch\nADD Dockerfile /\n")
    docker("build", "-q", "--network=none", "-t", "tiny", folder)
    time.sleep(1)
    (folder / "Dockerfile").write_text(BASE)
    docker("build", "-q", "--network=none", "-t", "app:1", folder)
    time.sleep(1)
    (folder / "Dockerfile").write_text(CHILD)
    docker("build", "-q", "--network=none", "-t", "app:2", folder)
    for other in names[3:]:
        docker("tag", "app:2", other)
    docker("save", "-o", folder / "all.tar", *names)
    docker("image", "prune", "--all", "--force")
    return folder / "all.tar"


LINES = """
history app:1
history --no-trunc app:2
history -q app:1
history -q --no-trunc app:2
history -H=false app:1
history --human=0 --format "{{.CreatedSince}} {{.Size}}" tiny
history --format json app:1
history --format "{{json .CreatedBy}}" app:1
history --format "table {{.ID}}\\t{{.Size}}" app:2
history --format "table {{.CreatedBy | upper}}\\t{{pad .Size 2 2}}|" app:2
history --format "{{.ID}}: {{truncate .CreatedBy 10}}" tiny
history --format "{{.Foo}}" tiny
history --format table tiny
history --platform linux/amd64 tiny
history nope
history A:b
history ''
history
history a b
image history tiny
diff nope
diff ''
diff
diff a b
inspect nope nope2
inspect ''
inspect --type foo x
inspect --type '' x
inspect --type image c1
inspect --type container app:1
inspect -f "{{" tiny
inspect -f "{{.Os}} {{.Foo}}" tiny
inspect -f "{{.Id}} {{.Size}}" app:1 nope tiny
inspect -s -f "{{.Os}}" tiny
inspect -f "{{.Foo}}" app:1 nope tiny
inspect -f "{{json .Config}}" app:1
inspect -f "{{.Config}}" app:1
inspect -f "{{json .RootFS}} {{.RepoTags}} {{join .Config.Env \\" \\"}}" app:1
inspect
image inspect nope tiny -f "{{.Os}}"
image inspect "a b"
image inspect Foo:bar
image inspect ''
container inspect nope
container inspect ''
images
images -a
images -q
images -q --no-trunc
images --no-trunc
images --digests
images --digests --format "table {{.ID}}"
images --format "{{.Repository}}:{{.Tag}} {{.Digest}}"
images nope
images ls
image ls ls
images app
images app:1
images "a*" -q
images "*/*/*"
images quay.io/team/app
images app:1 --format json
images app:1 --format "{{json .}}" --no-trunc
images app:1 --format "table {{.ID}}\\t{{.Repository | printf \\"%-8s\\"}}|"
images app:1 --format "table {{.Foo}}"
images nope --format "table {{.Foo}}\\t{{.Label \\"a.b-c\\"}}"
images app:1 --format "{{.CreatedAt}} {{.Containers}} {{.SharedSize}} {{.VirtualSize}}"
images app:1 --format raw
images app:1 --format raw --digests
images app:1 --format raw -q
images -f label=team=core -q
images -f label=team -f "label=tier=a & b" -q
images -f label=nope
images -f before=app:1 --format "{{.Repository}}"
images -f since=app:1 --format "{{.Repository}}"
images -f since=tiny -f before=app:2 -q
images -f reference="a*:1" -q
images -f reference="[a-b]pp" -q
images -f reference="["
images -f reference="*/team/*:2" -q
images -f dangling=true
images -f dangling=false -q
images -f dangling=x
images -f foo=x
images -f x
images -f =x
images -f before=nope
images --tree
images --foo
images -x
images -qx
images -q=
images -aq=z
images --no-trunc=maybe
images --filter
images --format
images ---x
images --=x
images a b
image ls a b
image list --foo
images -h
images --help
images a b --help
images --foo --help
ps
ps -a
ps -q
ps --format "{{.Foo}}"
ps --format "{{"
ps --format "{{index (split .Names \\",\\") 1}}"
ps -q --format x
ps -f foo=bar
ps -f status=foo
ps -f status=paused
ps -f exited=x
ps -f before=nope
ps -f health=x
ps -f is-task=x
ps -f publish=1:2
ps -n x
ps -n 0x1
ps a
system df
system df -v
system df --format "{{.Type}}: {{.Size}} {{.Reclaimable}}"
system df --format json
system df --format "table {{.Type}}\\t{{.Size}}"
system df --format raw
system df --format "{{.Foo}}"
system df -v --format raw
system df -v --format "{{range .Images}}{{.ID}} {{.UniqueSize}};{{end}}"
system df -v --format "{{.Foo}}"
system df -v --format "{{json .Volumes}} {{len .Images}}"
system df foo
info -f "{{.Images}} {{.Driver}} {{.Swarm.LocalNodeState}} {{.ContainersRunning}}"
info -f "{{.Foo}}"
info -f "{{"
version -f "{{.Client.Version}} {{.Client.APIVersion}} {{.Server.APIVersion}}"
version -f "{{.Foo}}"
version -f "{{"
version a
--version
-D images -q
-x
-H
foo
foo --bar
''
image
image foo
image --foo
image help
volume foo
help images
help image
help foo
help help
help -h
help image ls foo
images -ah
--help image ls
image --help ls
image nosuch --help
-h image
--version images -q app:1
--context default images -q app:1
"""


@pytest.mark.parametrize("line", LINES.strip().split("\n"))
def test_a_reading_command(pair: Pair, line: str) -> None:
    real, ours = pair.both(line)
    assert ours == real


HELPED = [
    "image", "container", "system", "network", "volume", "image ls", "images", "history",
    "inspect", "image inspect", "container inspect", "ps", "container ls", "diff", "port",
    "system df", "info", "version",
]  # fmt: skip


@pytest.mark.parametrize("name", HELPED)
def test_the_help_of_a_command(pair: Pair, name: str) -> None:
    real, ours = pair.both(f"{name} --help")
    assert ours == real


def test_the_help_of_docker_itself(pair: Pair) -> None:
    real, ours = pair.both("--help")
    home = pair.docker.env["HOME"]
    assert _unwrapped(ours[0]) == _unwrapped(real[0].replace(f"{home}/", "/root/"))


def _unwrapped(text: str) -> list[str]:
    """The words: how they are broken into lines depends on the length of the home directory."""
    return text.split()


def test_the_whole_json_of_an_image(pair: Pair) -> None:
    real, ours = pair.both("inspect app:1")
    there, here = json.loads(real[0])[0], json.loads(ours[0])[0]
    for document in (there, here):
        del document["GraphDriver"]["Data"], document["Metadata"]
    assert here == there
    assert list(here) == list(there)
    assert ours[0].splitlines()[:12] == real[0].splitlines()[:12]


@pytest.fixture(scope="module")
def boxes(pair: Pair) -> Iterator[None]:
    """Three containers on each side: one never started, one that failed, one without its name."""
    for line in (
        "create --name c1 --network none -l a=b -l team=web app:1",
        "run --name c2 --network none app:2",
        "tag app:1 moved",
        "create --name c3 --network none moved",
        "tag tiny moved",
    ):
        real, ours = pair.both(line)
        assert ours[2] == real[2]
    yield
    for line in ("rm c1 c2 c3", "rmi moved"):
        pair.both(line)


OF_CONTAINERS = """
ps --format "{{.Names}}"
ps -a --format "table {{.Names}}\\t{{.Image}}\\t{{.Command}}\\t{{.Status}}\\t{{.State}}"
ps -a --format "table {{.Names}}\\t{{.Label \\"a\\"}}\\t{{.Labels}}"
ps -a --no-trunc --format "{{.Names}} {{.Image}} {{.Command}} {{.Ports}}"
ps -as --format "{{.Names}} {{.Size}}"
ps -a --format "{{.Names}} {{.Size}}"
ps -a --size=false --format "{{.Names}} {{.Size}}"
ps -a --format "{{.Networks}}|{{.Mounts}}|{{.LocalVolumes}}|{{.Platform}}|{{.RunningFor}}"
ps -a -f label=a=b --format "{{.Names}}"
ps -a -f label=team --format "{{.Names}}"
ps -a -f name=^c --format "{{.Names}}"
ps -a -f name=/c2 --format "{{.Names}}"
ps -a -f name=[ --format "{{.Names}}"
ps -a -f ancestor=app:1 --format "{{.Names}}"
ps -a -f ancestor=tiny -f ancestor=app:2 --format "{{.Names}}"
ps -a -f ancestor=nope --format "{{.Names}}"
ps -f status=created --format "{{.Names}}"
ps -a -f status=exited -f status=running --format "{{.Names}}"
ps -a -f exited=3 --format "{{.Names}}"
ps -a -f exited=0 --format "{{.Names}}"
ps -a -f before=c2 --format "{{.Names}}"
ps -a -f since=c2 --format "{{.Names}}"
ps -a -f network=none --format "{{.Names}}"
ps -a -f volume=x --format "{{.Names}}"
ps -l --format "{{.Names}}"
ps -n 2 --format "{{.Names}}"
ps -n 0 --format "{{.Names}}"
system df
system df --format "{{.Type}} {{.Active}} {{.Reclaimable}}"
system df -v --format "{{range .Images}}{{.Containers}} {{end}}"
system df -v --format "{{range .Containers}}{{.Names}} {{.Size}} {{.Status}};{{end}}"
diff c1
diff c2
port c1
port c2 80
inspect -s -f "{{.SizeRw}} {{.SizeRootFs}}" c1 c2
inspect -f "{{.SizeRw}}" c1
inspect -f "{{.State.Status}} {{.State.ExitCode}} {{.Name}} {{.Path}} {{.Args}}" c1 c2 c3
inspect -f "{{json .Config.Labels}} {{.Config.Image}} {{.HostConfig.NetworkMode}}" c1 c3
inspect -f "{{json .Mounts}} {{json .NetworkSettings.Ports}}" c1
inspect --type container -f "{{.Driver}}" c1 app:1
container inspect -f "{{.Platform}}" c2
logs c2
"""


@pytest.mark.parametrize("line", OF_CONTAINERS.strip().split("\n"))
def test_a_look_at_containers(pair: Pair, boxes: None, line: str) -> None:
    real, ours = pair.both(line)
    assert ours == real


def test_the_whole_json_of_a_container(pair: Pair, boxes: None) -> None:
    """All of it, but for IDs, times and places."""
    real, ours = pair.both("inspect -s c1")
    there, here = json.loads(real[0])[0], json.loads(ours[0])[0]
    assert list(here) == list(there)
    for part in ("HostConfig", "Config", "State", "Mounts", "Args", "SizeRw", "SizeRootFs"):
        for document in (there, here):
            if part == "Config":
                del document[part]["Hostname"]
        assert here[part] == there[part]
    assert list(here["NetworkSettings"]) == list(there["NetworkSettings"])


TEMPLATES = (Path(__file__).parent / "templates.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def documents(pair: Pair, boxes: None) -> dict[str, tuple[str, dict[str, object]]]:
    """The engine's JSON of two images and a container, and the client's structs for them."""
    kinds = {"app:1": "image", "tiny": "image", "c1": "container"}
    return {
        name: (f"{kind}.InspectResponse", json.loads(pair.docker("inspect", name))[0])
        for name, kind in kinds.items()
    }


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_template(pair: Pair, documents, text: str) -> None:
    """Each on structs, and where that fails on the JSON itself, as ``docker inspect -f`` does."""
    real = pair.docker.run("inspect", "-f", text, *documents)
    pointer = re.compile(r"0xc000[0-9a-f]{6}")
    printed, errors = _inspected(text, documents)
    assert pointer.sub("0x", printed) == pointer.sub("0x", real.stdout.decode())
    assert errors == real.stderr.decode()


def _inspected(text: str, documents: dict[str, tuple[str, dict[str, object]]]) -> tuple[str, str]:
    """What is printed of the documents, and the errors."""
    printed, errors, strict = "", "", False
    try:
        template = Template(text)
    except TemplateError as error:
        return "", f"template parsing error: {error}\n"
    for struct, document in documents.values():
        try:
            try:
                printed += template.render(typed(struct, document), strict=strict) + "\n"
            except TemplateError:
                strict = True
                printed += template.render(raw(document), strict=True) + "\n"
        except TemplateError as error:
            errors += f"template parsing error: {error}\n"
    return printed or "\n", errors
