"""A session of docker commands, and random ones, on a real engine and on layerlab's.

Standard output, standard error and exit codes must be the same; what ``replay.py`` brings together
first aside.
"""

import contextlib
import os
import random
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reference.conftest import Docker, client_of, running_dockerd
from reference.replay import Model, Real, Replay, Step, base_context, steps

from layerlab import Engine, Registry
from layerlab.engine.clock import Clock

HISTORIES = int(os.environ.get("LAYERLAB_HISTORIES", "10"))

SESSION = """
# An archive comes in, and gets names.
load -i base.tar
load -q -i base.tar
images
= images --no-trunc
= images -q
= history --no-trunc base
= inspect -f '{{.Id}} {{json .RootFS.Layers}} {{.Size}}' base
tag base app:1
tag base app:2
tag base registry.example:5000/team/app
~ images
~ images app
~ images --digests
= image inspect --format '{{json .RepoTags}}' app:1

# Names that are wrong.
tag base Foo:bar
tag base "a b"
tag base x:
tag base x:00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
tag base sha256:0123456789012345678901234567890123456789012345678901234567890123
tag base 0123456789012345678901234567890123456789012345678901234567890123
tag base x@sha256:0123456789012345678901234567890123456789012345678901234567890123
tag base -x
tag "" y
tag nope y
tag sha256:0123 y
tag base
tag base y z
history nope
history
inspect nope
image inspect nope
rmi nope
rmi -f nope
rmi Foo:bar
rmi "a b"
rmi
rmi -x base
save nope
save -o nowhere/x.tar base
save -o . base
load -i nowhere.tar
load x
load <<< this is no archive
load
load -i cut.tar
load -i altered.tar
images a b
nonsense
image nonsense
container nonsense
ps nonsense
--nonsense ps
create
create Foo:bar
create --name x base
create --name "a b" base

# Containers come and go.
create --name idle base echo hi
create --name idle base echo hi
ps
ps -a
start idle
logs idle
start -a idle
start -a idle nope
start nope idle
run --name one base echo hello
run --name one base echo hello
run --rm base sh -c 'echo out; echo err >&2; exit 4'
run --rm base nothere
run --rm base /etc/motd
run --rm base /etc
run --rm base ./here
run --rm base cat /nope
run --rm base sh -c 'exit 3'
run --rm base false
run --rm -w /data base pwd
run --rm -w /new/dir base pwd
run --rm -w rel base pwd
run --rm -u nobody base true
run --rm -u 1000:nogroup base true
run --rm --entrypoint echo base hi there
run --rm --hostname hh -e A=1 base sh -c 'echo $A $HOSTNAME'
run --rm --read-only base touch /data/x
run --rm -t base echo hi
run --rm -it base echo hi
run --rm -i base cat <<< typed
run --rm base cat <<< typed
run
run --nope base
run --pull never nope
run --pull sometimes base
run -d --rm --restart always base
run -e =x base
run -d --name box base sleep 1000
ps
ps -q
ps -a --format '{{.Names}} {{.Image}} {{.Command}} {{.State}}'
exec box echo hi
exec box sh -c 'exit 9'
exec box nothere
exec box /etc/motd
exec -w /data box pwd
exec -w /nonexist box pwd
exec -w relative box pwd
exec -u nobody box true
exec -it box true
exec -t box echo hi
exec -i box cat <<< typed
exec -e A=b box sh -c 'echo $A'
exec nope true
exec one true
exec box
diff box
exec box sh -c 'echo 12345 > /data/new; rm /data/b; mkdir /opt; chmod 600 /data/sub/c'
~ diff box
ps -s
ps -as
exec box sh -c 'find /data /opt -exec touch -h -d "2001-02-03 04:05:06" {} +'
diff nope
rename box box
rename one box
rename one two
rename nope x
rename one
rm nope box one
rm two
rm -f nope
wait idle
wait nope
kill nope
kill idle
kill -s FOO box
stop nope
restart nope

# A container becomes an image.
commit box app:3
= inspect -f '{{json .RootFS.Layers}} {{.Size}}' app:3
history app:3
commit -m words -a someone -c 'CMD ["sleep", "5"]' -c 'ENV A=b' box app:4
inspect -f '{{json .Config.Cmd}} {{json .Config.Env}} {{.Author}} {{.Comment}}' app:4
history --no-trunc app:4
commit box Foo:bar
commit nope
commit
commit -c 'FOO x' box
commit -c ENV box
~ images -a
system df
system df -v
rmi base app:1
rmi app:3
rmi app:4
rmi base app:1 app:2
images
pause box
ps
exec box true
pause box
rm box
unpause box
unpause box
stop -t 0 box
ps -a --format '{{.Names}} {{.State}}'
start box
kill box
ps -a --format '{{.Names}}: {{.Image}}'
restart -t 0 box
rm -f box
rm idle
rmi registry.example:5000/team/app
images -a

# Copying in and out.
load -i base.tar
create --name files base
cp files:/data/a a
cp a files:/data/copied
cp a files:/nodir/x
cp a files:/nodir/
cp files:/nope .
cp nope:/x .
cp nofile files:/
cp a b
cp files:/a files:/b
cp files:/data/a nodir/x
cp files:/data/a nodir/
cp
~ diff files
cp files:/data copies
cp copies files:/copies
~ diff files
container rm files

# Saved, and loaded again.
load -i base.tar
tag base two:1
save -o two.tar base two:1
rmi two:1 base
load -i two.tar
~ images
rmi two:1

# Pruning.
run --name gone base sh -c 'echo 12345 > /data/new; touch -d "2001-02-03 04:05:06" /data/new /data'
commit gone
commit gone kept
commit gone kept
images -a
image prune
image prune <<< n
~ image prune <<< y
image prune -f
container prune
container prune <<< y
container prune -f
system prune
system prune -a
system prune --volumes
system prune --filter until=1h
system prune --filter nope=1 -f
image prune --filter nope=1 -f
image prune nonsense
volume prune
volume prune -f
network prune
images -a
~ image prune -af
images -a
load -i base.tar
run --name gone base sh -c 'echo 12345 > /data/new'
commit gone
~ system prune -f
~ system prune -af
system df
load -i base.tar
images
"""

PUSHING = """
load -i base.tar
tag base REGISTRY/team/base:1
push REGISTRY/team/base:1
push REGISTRY/team/base:1
push REGISTRY/team/base
push REGISTRY/team/none:1
push -q REGISTRY/team/base:1
push -a REGISTRY/team/base:1
push Foo:bar
push
tag base REGISTRY/team/other:1
push REGISTRY/team/other:1
images --digests
pull REGISTRY/team/base:1
run --name made base sh -c 'echo more > /data/more'
commit made REGISTRY/team/made:1
push REGISTRY/team/made:1
rm made
rmi REGISTRY/team/made:1 REGISTRY/team/base:1 REGISTRY/team/other:1 base
images -a
pull REGISTRY/team/base:1
pull REGISTRY/team/made:1
pull REGISTRY/team/made:1
pull -q REGISTRY/team/other:1
pull REGISTRY/team/base
pull REGISTRY/team/base:nope
pull REGISTRY/none
pull Foo:bar
pull "a b"
pull
pull REGISTRY/team/base@sha256:0000000000000000000000000000000000000000000000000000000000000000
images --digests
system df -v
history REGISTRY/team/made:1
rmi REGISTRY/team/made:1
rmi REGISTRY/team/base:1
rmi REGISTRY/team/other:1
run --rm REGISTRY/team/base:1 echo pulled first
run --rm REGISTRY/team/base:nope echo pulled first
create -q --name quiet REGISTRY/team/other:1
run --rm --pull always REGISTRY/team/base:1 echo pulled again
rm quiet
rmi REGISTRY/team/base:1 REGISTRY/team/other:1
"""

DAMAGED = """
pull REGISTRY/team/made:1
images -a
pull REGISTRY/team/base:1
pull REGISTRY/team/made:1
images
"""


@pytest.fixture(scope="module")
def alone(overlay_disk: Path, require, tmp_path_factory) -> Iterator[Docker]:
    """The docker command for an engine that nobody else uses."""
    require("busybox")
    with running_dockerd(overlay_disk / "replay") as path:
        yield client_of(path, tmp_path_factory.mktemp("replay-home"))


@pytest.fixture(scope="module")
def archive(alone: Docker, tmp_path_factory) -> Path:
    """The base image, saved; the engine has it no more."""
    folder = tmp_path_factory.mktemp("replay-base")
    alone("build", "-t", "base", base_context(folder / "context"))
    alone("save", "-o", folder / "base.tar", "base")
    alone("rmi", "base")
    return folder / "base.tar"


@pytest.fixture
def replay(alone: Docker, archive: Path, tmp_path: Path) -> Iterator[Replay]:
    """Both engines, with nothing in them, each in a folder with ``base.tar``."""
    yield _replay(alone, archive, tmp_path)
    for listing, remove in (("ps -aq", "rm -f"), ("images -aq", "rmi -f")):
        if ids := alone(*listing.split()).split():
            alone.run(*remove.split(), *ids)


def _replay(docker: Docker, archive: Path, folder: Path, registries=()) -> Replay:
    places = [folder / name for name in ("docker", "layerlab")]
    for place in places:
        place.mkdir()
        (place / "base.tar").symlink_to(archive)
    engine = Engine(clock=Clock(int(time.time())), registries=registries)
    return Replay(Real(dict(docker.env), places[0]), Model(engine, places[1]), str(docker.root))


def play(replay: Replay, script: str) -> None:
    for step in steps(script):
        replay.play(step)
    assert not replay.differences, "\n\n".join(replay.differences)


def test_a_session(replay):
    play(replay, SESSION)
    assert replay.compared >= 80


CONTAINERS = ("c0", "c1", "c2", "c3")
IMAGES = ("base", "base", "base", "im:0", "im:1", "other")
SCRIPTS = (  # with fixed times, so that equal changes make equal layers
    "echo {n} > /data/{f}; touch -d '2001-02-03 04:05:06' /data/{f} /data",
    "rm -f /data/{f}; touch -d '2001-02-03 04:05:06' /data",
    "rm -rf /data/sub; touch -d '2001-02-03 04:05:06' /data",
    "mkdir -p /data/sub/{f}; touch -d '2001-02-03 04:05:06' /data/sub /data/sub/{f} /data",
    "rm -rf /data; mkdir /data; echo {n} > /data/{f}; "
    "touch -d '2001-02-03 04:05:06' /data/{f} /data",
    "chmod 60{n} /data/{f}",
    "cat /data/{f}",
    "ls -R /data",
    "exit {n}",
    "true",
)
COMMANDS = (
    "load -i base.tar", "run -d --name {c} {i} sleep 1000", "run -d --name {c} {i} sleep 1000",
    "run -d --name {c} {i} sleep 1000", 'run --name {c} {i} sh -c "{s}"',
    'run --name {c} {i} sh -c "{s}"', 'create --name {c} {i} sh -c "{s}"', 'run --rm {i} sh -c "{s}"',
    "create --name {c} {i}", "start {c}", "start {c} {d}", 'exec {c} sh -c "{s}"',
    'exec {c} sh -c "{s}"', 'exec {c} sh -c "{s}"', "commit {c} {i}", "commit {c} {i}",
    "commit -m text -c 'ENV A={n}' {c} {i}", "commit {c}", "tag {i} {j}", "rmi {i}", "rmi {i} {j}",
    "rmi -f {i}", "rm {c}", "rm {c} {d}", "rm -f {c}", "stop -t 0 {c}", "kill {c}", "restart -t 0 {c}",
    "rename {c} {d}", "pause {c}", "unpause {c}", "~ images -a", "~ images", "~ images {i}", "ps -a",
    "ps -as", "~ diff {c}", "history {i}", "~ image prune -f", "~ image prune -af",
    "~ container prune -f", "~ system prune -f", "= inspect -f '{{json .RootFS.Layers}}' {i}",
    "image inspect -f '{{.Size}} {{json .RepoTags}} {{.Parent}}' {i}", "logs {c}",
    "container inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.Image}} {{.Name}}' {c}",
    "save -o {i}.tar {i}", "load -i {i}.tar", "system df", "~ system df -v", "port {c}",
)  # fmt: skip


def history(rng: random.Random, length: int) -> Iterator[Step]:
    """Commands with a handful of names, so that they often meet."""
    yield Step("load -i base.tar")
    for _ in range(length):
        line = rng.choice(COMMANDS)
        if "{s}" in line:
            line = line.replace("{s}", rng.choice(SCRIPTS))
        one, two = rng.sample(CONTAINERS, 2)  # the client removes the same one twice at once
        for name, word in {
            "c": one, "d": two, "i": rng.choice(IMAGES), "j": rng.choice(IMAGES),
            "f": rng.choice(("a", "b", "new")), "n": rng.choice("0234"),
        }.items():  # fmt: skip
            line = line.replace(f"{{{name}}}", word)
        yield Step(line)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_random_histories(replay, seed):
    """What differs first is told; what follows may differ because of it."""
    for step in history(random.Random(seed), 40):
        assert replay.play(step), f"after {replay.compared} commands:\n{replay.differences[0]}"
