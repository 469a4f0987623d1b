"""What an engine keeps, against a real dockerd: config of commits, inspect, rmi, prune, df.

The same base image is in both. IDs that are random or made of times are told apart only by the
order in which they turn up.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from reference.conftest import Docker, client_of, running_dockerd

from layerlab import Engine, EngineError, InvalidReference
from layerlab.units import human_size

BASE = """\
FROM scratch
COPY busybox /bin/busybox
ENV PATH=/bin A=b
RUN ["/bin/busybox", "--install", "-s", "/bin"]
LABEL z=1 l="a <b>"
EXPOSE 80
STOPSIGNAL SIGINT
ONBUILD RUN x
CMD ["/bin/sh"]
"""
NETWORK = ("--network", "none")


class Both:
    """A real engine and layerlab's, told to do the same."""

    def __init__(self, real: Docker, engine: Engine) -> None:
        self.real, self.engine = real, engine

    def run(self, image: str, *command: str, name: str, **options: Any) -> None:
        flags = [flag for item in options.items() for flag in _flags(*item)]
        self.real.run("run", *NETWORK, "--name", name, *flags, image, *command)
        self.engine.run(image, command, name=name, network="none", **options)

    def create(self, image: str, *command: str, name: str) -> None:
        self.real("create", *NETWORK, "--name", name, image, *command)
        self.engine.create(image, command, name=name, network="none")

    def commit(self, container: str, ref: str = "", **options: Any) -> None:
        flags = [flag for key in options for flag in (f"--{key}", options[key])]
        self.real("commit", *flags, container, *filter(None, [ref]))
        self.engine.commit(container, ref or None, **options)

    def tag(self, source: str, target: str) -> None:
        self.real("tag", source, target)
        self.engine.tag(source, target)

    def refused(self, act: Callable[[Engine], object], *args: str) -> None:
        """The real engine refuses ``args``, and ours does with the same words."""
        done = self.real.run(*args)
        told = self.names(done.stderr.decode())
        with pytest.raises(EngineError) as refusal:
            act(self.engine)
        ours = f"Error response from daemon: {refusal.value.what}\n"
        assert done.returncode == 1
        assert numbered(ours) == numbered(told.partition("Error: failed")[0])

    def same_lines(self, ours: Iterable[str], theirs: str) -> None:
        assert numbered("\n".join(ours)) == numbered(theirs)

    def names(self, text: str) -> str:
        """``text`` with the real engine's own folders where Docker's usual ones are."""
        return text.replace(str(self.real.root), "/var/lib/docker")

    def inspected(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What both say of an image or container, the real one first."""
        theirs = json.loads(self.names(self.real("inspect", name)))[0]
        return theirs, self.engine.inspect(name)

    def raw_config(self, name: str) -> bytes:
        """The config JSON of an image as the real engine stores it."""
        image_id = self.real("inspect", "-f", "{{.Id}}", name).removeprefix("sha256:")
        return (self.real.root / f"image/overlay2/imagedb/content/sha256/{image_id}").read_bytes()


def _flags(key: str, value: Any) -> list[str]:
    name = {"env": "-e", "labels": "-l", "detach": "-d", "interactive": "-i"}.get(key, f"--{key}")
    if isinstance(value, dict):
        return [word for item in value.items() for word in (name, "=".join(item))]
    if isinstance(value, tuple):
        return [word for item in value for word in (name, item)]
    return [name] if value is True else [name, value]


def numbered(text: str) -> str:
    """Each ID by its number, each time by a T; what derives from an ID follows it."""
    found: list[str] = []

    def number(match: re.Match[str]) -> str:
        known = next((item for item in found if item.startswith(match[0])), None)
        if known is None:
            found.append(known := match[0])
        return f"#{found.index(known)}"

    # Whole IDs first, so that their beginnings are known wherever they stand.
    found += dict.fromkeys(re.findall(r"\b[0-9a-f]{64}\b", text))
    text = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b", number, text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", lambda m: "T" if m[0] > "0002" else m[0], text)
    return re.sub(r"20\.10\.24\S*?(?=\")", "VERSION", text)


@pytest.fixture(scope="module")
def alone(overlay_disk: Path, require, tmp_path_factory) -> Iterator[Docker]:
    require("busybox")
    with running_dockerd(overlay_disk / "engine") as path:
        yield client_of(path, tmp_path_factory.mktemp("engine-home"))


@pytest.fixture(scope="module")
def archive(alone: Docker, tmp_path_factory) -> Path:
    context = tmp_path_factory.mktemp("engine-base")
    shutil.copy(shutil.which("busybox") or "", context / "busybox")
    (context / "Dockerfile").write_text(BASE)
    alone("build", "--network", "none", "-t", "base", context)
    alone("save", "-o", context / "base.tar", "base")
    return context / "base.tar"


@pytest.fixture
def both(alone: Docker, archive: Path) -> Both:
    """Both engines with the base image and nothing else."""
    for listing, remove in (("ps -aq", "rm -f"), ("images -aq", "rmi -f")):
        while ids := alone(*listing.split()).split():  # an image goes after those built on it
            alone.run(*remove.split(), *ids)
    both = Both(alone, Engine())
    both.same_lines(both.engine.load(archive), alone("load", "-i", archive))
    return both


def test_config_of_a_commit(both: Both) -> None:
    # One variable: run's client puts several through a Go map, in no order (cli's run.go).
    both.run(
        "base", "sh", "-c", "echo hi > /f; mkdir /d; echo '<&>'", name="one",
        env=("X=y",), workdir="/tmp/w", user="1000", hostname="hh",
        labels={"k": "v", "a": "b"},
    )  # fmt: skip
    both.run("base", "sh", "-c", "echo hi > /f", name="two", detach=True)
    both.create("base", "sh", name="three")
    both.commit("one", "made:1", message="why", author="me <me@x>")
    both.commit("two", "made:2")
    both.commit("three", "made:3")
    for name in ("made:1", "made:2", "made:3"):
        theirs = both.raw_config(name)
        ours = both.engine.image(name).image.raw_config
        assert numbered(ours.decode()) == numbered(theirs.decode())
    steps = both.engine.history("made:3")
    assert steps[-1].empty_layer


CHANGES = [
    "ENTRYPOINT",
    "ENTRYPOINT e f", 'ENTRYPOINT ["x"]', "ENTRYPOINT []", "CMD", "CMD []", 'CMD ["a", "b"]',
    "CMD [a]", 'CMD $A "q r"', '   cmd   ["x"]  ', "ENV Q=1 R=2 PATH=/x", "ENV Q some  thing",
    "ENV z=${A}c w=$z v=${A:-n}${N:-n}${A:+p}${N:+p}", r"""ENV a="x y" b='$A' c=p\ q d="\$A\q" """,
    'LABEL z="1 2" y=$A', "LABEL x y", "EXPOSE 80 90/udp 1-3", "VOLUME /v /w", 'VOLUME ["/a"]',
    "USER u", "USER $A", "WORKDIR rel", "WORKDIR /a/../b/", "WORKDIR /x/$A", "ONBUILD RUN y",
    "HEALTHCHECK --interval=5s --retries=3 CMD x y", "HEALTHCHECK NONE",
    'HEALTHCHECK --timeout=1m30s CMD ["a","b"]', "ENV a=b\\", "# x\nUSER v",
    "ENV a=1\nENV b=$a\nCMD x\nENTRYPOINT y",
]  # fmt: skip


REFUSED = [
    "", "# x", "RUN x", "FOO x", "COPY a b", "SHELL [\"a\"]", "ENV", "ENV x", "ENV a=b c",
    "LABEL", "LABEL x", "EXPOSE", "EXPOSE abc", "EXPOSE 80/foo", "EXPOSE 99999", "USER",
    "WORKDIR", "VOLUME", "ONBUILD", "ONBUILD FROM x", "ONBUILD ONBUILD RUN x", "HEALTHCHECK",
    "HEALTHCHECK CMD", "HEALTHCHECK --x CMD a", "HEALTHCHECK FOO x",
]  # fmt: skip


def test_changes(both: Both) -> None:
    both.create("base", "ls", name="one")
    for change in CHANGES:
        lines = change.split("\n")
        both.real("commit", *(word for line in lines for word in ("-c", line)), "one", "made")
        both.engine.commit("one", "made", changes=lines)
        theirs, ours = both.raw_config("made"), both.engine.image("made").image.raw_config
        assert numbered(ours.decode()) == numbered(theirs.decode()), change
    before = both.engine.state
    for change in REFUSED:
        both.refused(
            lambda e, line=change: e.commit("one", changes=[line]), "commit", "-c", change, "one"
        )
    assert both.engine.state == before


def test_inspect_of_images(both: Both) -> None:
    both.run("base", "sh", "-c", "echo hi > /f", name="one")
    both.commit("one", "made:1", message="why", author="me")
    both.tag("made:1", "quay.io/x/made:2")
    for name in ("base", "made:1"):
        theirs, ours = both.inspected(name)
        if name == "base":  # what was loaded has a time for the tag neither here nor there
            assert ours["Metadata"] == theirs["Metadata"]
        assert numbered(json.dumps(ours)) == numbered(json.dumps(theirs))


def test_inspect_of_containers(both: Both) -> None:
    both.create("base", "ls", name="made")
    both.run("base", "sh", "-c", "exit 3", name="ended", env=("X=y",), labels={"k": "v"})
    both.run("base", "cat", name="waits", detach=True, interactive=True)
    both.real.run("run", *NETWORK, "--name", "failed", "base", "nope")
    with pytest.raises(EngineError):
        both.engine.run("base", ["nope"], name="failed", network="none")
    for name in ("made", "ended", "waits", "failed"):
        theirs, ours = both.inspected(name)
        for document in (theirs, ours):
            document["State"]["Pid"] = document["State"]["Pid"] > 0
            network = document.pop("NetworkSettings")
            document["network"] = [list(network), list(network["Networks"]["none"])]
            driver = document["GraphDriver"]["Data"]
            document["GraphDriver"] = {key: driver[key].count(":") for key in driver}
        assert numbered(json.dumps(ours)) == numbered(json.dumps(theirs))


def test_what_rmi_prints(both: Both) -> None:
    both.run("base", "sh", "-c", "echo hi > /f", name="one")
    both.commit("one", "made:1")
    both.run("made:1", "sh", "-c", "echo hixx > /g", name="two")
    both.commit("two", "made:2")
    both.commit("two")
    both.tag("made:2", "r.io/k:3")
    for name in ("one", "two"):
        both.real("rm", name)
        both.engine.rm(name)
    for name in ("made:1", "made:2", "r.io/k:3"):
        both.same_lines(both.engine.rmi(name), both.real("rmi", name))
    dangling = both.real("images", "-qf", "dangling=true")
    ours = next(i for i, s in both.engine.state.images.items() if s.parent and s.tagged is None)
    both.same_lines(both.engine.rmi(ours.short), both.real("rmi", dangling))
    both.same_lines(both.engine.rmi("base"), both.real("rmi", "base"))
    assert not both.engine.state.images
    assert not both.engine.state.layers


def test_rmi_of_what_containers_use(both: Both) -> None:
    both.run("base", "cat", name="runs", detach=True, interactive=True)
    image_id = both.engine.image("base").image.image_id
    before = both.engine.state
    for name in ("base", image_id, image_id.short, image_id.hex):
        both.refused(lambda e, name=name: e.rmi(name), "rmi", name)
    for name in (image_id.short,):
        both.refused(lambda e, name=name: e.rmi(name, force=True), "rmi", "-f", name)
    assert both.engine.state == before
    both.real("stop", "-t", "0", "runs")
    both.engine.stop("runs")
    for name in ("base", image_id.short):
        both.refused(lambda e, name=name: e.rmi(name), "rmi", name)
    both.tag("base", "other:1")
    both.refused(lambda e: e.rmi(image_id.short), "rmi", image_id.short)
    both.same_lines(both.engine.rmi("base"), both.real("rmi", "base"))
    both.refused(lambda e: e.rmi("other:1"), "rmi", "other:1")
    both.same_lines(both.engine.rmi("other:1", force=True), both.real("rmi", "-f", "other:1"))
    # The container still holds the layers, so that none of them went.
    assert both.engine.state.layers
    assert not both.engine.state.images
    both.engine.rm("runs")
    assert not both.engine.state.layers


def test_rmi_of_an_image_that_others_were_built_on(both: Both) -> None:
    both.create("base", "sh", name="one")
    both.commit("one", "made:1")
    both.real("rm", "one")
    both.engine.rm("one")
    image_id = both.engine.image("base").image.image_id
    both.refused(lambda e: e.rmi(image_id.short), "rmi", image_id.short)
    both.refused(lambda e: e.rmi(image_id.short, force=True), "rmi", "-f", image_id.short)
    both.same_lines(both.engine.rmi("base"), both.real("rmi", "base"))
    both.same_lines(both.engine.rmi("made:1"), both.real("rmi", "made:1"))
    assert not both.engine.state.images


def test_refusals(both: Both) -> None:
    both.run("base", "cat", name="runs", detach=True, interactive=True)
    both.create("base", "ls", name="made")
    before = both.engine.state
    for act, *args in (
        (lambda e: e.rm("runs"), "rm", "runs"),
        (lambda e: e.rm("nope"), "rm", "nope"),
        (lambda e: e.create("base", name="made"), "create", "--name", "made", "base"),
        (lambda e: e.create("base", name="a b"), "create", "--name", "a b", "base"),
        (lambda e: e.create("base", name="a"), "create", "--name", "a", "base"),
        (lambda e: e.create("base", workdir="x"), "create", "-w", "x", "base"),
        (lambda e: e.create("base", entrypoint=()), "create", "--entrypoint", "", "base"),
        (lambda e: e.rename("made", "runs"), "rename", "made", "runs"),
        (lambda e: e.rename("made", "made"), "rename", "made", "made"),
        (lambda e: e.rename("made", "x y"), "rename", "made", "x y"),
        (lambda e: e.rename("nope", "x"), "rename", "nope", "x"),
        (lambda e: e.exec("made", ["ls"]), "exec", "made", "ls"),
        (lambda e: e.kill("made"), "kill", "made"),
        (lambda e: e.kill("runs", "FOO"), "kill", "-s", "FOO", "runs"),
        (lambda e: e.kill("runs", "99"), "kill", "-s", "99", "runs"),
        (lambda e: e.pause("made"), "pause", "made"),
        (lambda e: e.unpause("runs"), "unpause", "runs"),
        (lambda e: e.tag("nope", "x"), "tag", "nope", "x"),
        (lambda e: e.tag("base", "sha256:abc"), "tag", "base", "sha256:abc"),
        (lambda e: e.image("nope"), "history", "nope"),
        (lambda e: e.image("Foo:bar"), "history", "Foo:bar"),
        (lambda e: e.image("a b"), "history", "a b"),
        (lambda e: e.image("x:" + "a" * 129), "history", "x:" + "a" * 129),
        (lambda e: e.image("a" * 64), "history", "a" * 64),
        (lambda e: e.image("sha256:abc"), "history", "sha256:abc"),
        (lambda e: e.commit("nope"), "commit", "nope"),
        (lambda e: e.save(["nope"], "x"), "save", "-o", "x", "nope"),
        (lambda e: e.save(["nope:1"], "x"), "save", "-o", "x", "nope:1"),
        (lambda e: e.save(["base", "Foo"], "x"), "save", "-o", "x", "base", "Foo"),
        (lambda e: e.prune("images", filters=["foo=x"]), "image", "prune", "-f", "--filter",
         "foo=x"),
        (lambda e: e.prune("images", filters=["until=x"]), "image", "prune", "-f", "--filter",
         "until=x"),
        (lambda e: e.prune("images", filters=["until=1h", "until=2h"]), "image", "prune", "-f",
         "--filter", "until=1h", "--filter", "until=2h"),
    ):  # fmt: skip
        both.refused(act, *args)
    assert both.engine.state == before
    both.real("pause", "runs")
    both.engine.pause("runs")
    both.refused(lambda e: e.rm("runs"), "rm", "runs")
    both.refused(lambda e: e.exec("runs", ["ls"]), "exec", "runs", "ls")
    both.refused(lambda e: e.pause("runs"), "pause", "runs")
    both.refused(lambda e: e.start("runs"), "start", "runs")


def test_names_that_the_client_refuses(both: Both) -> None:
    """The client looks at new names itself, in words of its own."""
    for name in ("Foo:bar", "a b", "x:" + "a" * 129, "a" * 64, "x@sha256:abc"):
        done = both.real.run("tag", "base", name)
        with pytest.raises(InvalidReference) as refusal:
            both.engine.tag("base", name)
        assert done.stderr.decode().endswith(f"not a valid repository/tag: {refusal.value.what}\n")


def test_programs_that_cannot_be_started(both: Both) -> None:
    setup = "printf text > /x; printf '#!/nope\\n' > /y; chmod 755 /x /y; echo > /z; mkdir /d"
    both.run("base", "sh", "-c", setup, name="one")
    both.commit("one", "made")
    for command in ("nope", "/bin/nope", "/d", "/z", "z"):
        done = both.real.run("run", *NETWORK, "--rm", "made", command)
        with pytest.raises(EngineError) as refusal:
            both.engine.run("made", [command], remove=True)
        assert done.stderr.decode().startswith(
            f"docker: Error response from daemon: {refusal.value.what}\n"
        )
    both.run("made", "cat", name="two", detach=True, interactive=True)
    for command in ("/x", "/y", "nope", "/bin/nope", "/d"):
        done = both.real.run("exec", "two", command)
        ours = both.engine.exec("two", [command])
        assert (ours.code, ours.stdout, ours.stderr) == (done.returncode, done.stdout, done.stderr)
    for options in (
        {"user": "nobody"}, {"user": "1:nobody"}, {"workdir": "/nope"}, {"workdir": "rel"},
    ):  # fmt: skip
        flags = [f"--{key}={value}" for key, value in options.items()]
        done = both.real.run("exec", *flags, "two", "pwd")
        ours = both.engine.exec("two", ["pwd"], **options)
        assert (ours.code, ours.stdout, ours.stderr) == (done.returncode, done.stdout, done.stderr)


def test_what_images_and_containers_take(both: Both) -> None:
    both.run("base", "sh", "-c", "echo hi > /f; chmod 700 /bin/busybox", name="one")
    both.commit("one", "made:1")
    both.run("made:1", "sh", "-c", "echo hixx > /g", name="two")
    both.commit("two", "made:2")
    both.commit("two")
    both.run("made:1", "cat", name="three", detach=True, interactive=True)
    both.tag("made:2", "r.io/k:3")
    theirs = json.loads(both.real("system", "df", "-v", "--format", "json"))
    rows = {
        (row["Repository"], row["Tag"]): [row["SharedSize"], row["UniqueSize"], row["Containers"]]
        for row in theirs["Images"]
    }
    used = both.engine.df()
    for image in used.images:
        name = image.references[0] if image.references else None
        key = (name.familiar_name, name.tag) if name else ("<none>", "<none>")
        assert rows.pop(key) == [_four(image.shared), _four(image.unique), str(image.containers)]
    assert not rows
    images, containers = map(json.loads, _lines(both.real("system", "df", "--format", "json"))[:2])
    assert images["TotalCount"] == str(len(used.images))
    assert images["Active"] == str(used.active_images)
    assert images["Size"] == _four(used.layers_size)
    assert images["Reclaimable"].startswith(f"{_four(used.reclaimable_images)} (")
    assert containers["TotalCount"] == str(len(used.containers))
    assert containers["Active"] == str(used.active_containers)
    assert containers["Size"] == _four(used.containers_size)
    assert containers["Reclaimable"].startswith(f"{_four(used.reclaimable_containers)} (")


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _four(size: int) -> str:
    return human_size(size, 4)


@pytest.mark.parametrize("everything", [False, True])
def test_prune(both: Both, everything: bool) -> None:
    both.run("base", "sh", "-c", "echo hi > /f", name="one")
    both.commit("one", "made:1")
    both.run("made:1", "sh", "-c", "echo hixx > /g", name="two")
    both.commit("two", "made:2")
    both.commit("two")
    both.run("made:1", "cat", name="runs", detach=True, interactive=True)
    pruned = both.engine.prune("containers")
    printed = both.real("container", "prune", "-f").split("\n")
    assert len(pruned.deleted) == len(printed) - 3 == 2
    assert printed[-1] == f"Total reclaimed space: {_four(pruned.reclaimed)}"
    pruned = both.engine.prune("images", all=everything)
    printed = both.real("image", "prune", "-f", *(["-a"] if everything else [])).split("\n")
    assert printed[-1] == f"Total reclaimed space: {_four(pruned.reclaimed)}"
    # In which order images are looked at is left to chance there.
    untagged = {line for line in printed if line.startswith("untagged")}
    assert {line for line in pruned.deleted if line.startswith("untagged")} == untagged
    assert len(pruned.deleted) == len(printed) - 3
    left = both.real("images", "-aq", "--no-trunc").split()
    assert len(both.engine.state.images) == len(left)


def test_what_is_saved_is_loaded(both: Both, tmp_path: Path) -> None:
    both.run("base", "sh", "-c", "echo hi > /f", name="one")
    both.commit("one", "made:1")
    both.tag("made:1", "made:2")
    for names in (["made"], ["made:2", "base"], [None]):
        ours = [name or both.engine.image("made:1").image.image_id.short for name in names]
        theirs = [name or both.real("images", "-q", "made:1") for name in names]
        both.engine.save(ours, tmp_path / "ours.tar")
        both.real("save", "-o", tmp_path / "theirs.tar", *theirs)
        there, here = Engine(), Engine()
        lines = both.real("load", "-i", tmp_path / "theirs.tar")
        both.same_lines(there.load(tmp_path / "theirs.tar"), lines)
        # In which order several images are saved is left to chance there.
        assert sorted(map(numbered, here.load(tmp_path / "ours.tar"))) == sorted(
            map(numbered, _lines(lines))
        )
        printed = _lines(both.real("load", "-i", tmp_path / "ours.tar"))
        told = [line for line in printed if not line.startswith("The image")]
        assert told == here.load(tmp_path / "ours.tar")


def test_load_takes_a_name_away(both: Both, archive: Path) -> None:
    both.run("base", "sh", "-c", "echo hi > /f", name="one")
    both.commit("one", "made")
    both.tag("made", "base")
    both.same_lines(both.engine.load(archive), both.real("load", "-i", archive))
