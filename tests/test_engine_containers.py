"""Containers and their processes, and the time that they take."""

import pytest

from layerlab import (
    Engine,
    EngineError,
    File,
    Image,
    ImageConfig,
    Layer,
    LayerlabError,
    Meta,
    Symlink,
)

PROGRAMS = (
    "cat",
    "date",
    "echo",
    "env",
    "hostname",
    "id",
    "ls",
    "pwd",
    "sh",
    "sleep",
    "tail",
    "touch",
)
EXECUTABLE = Meta(0o755)
BUSYBOX = Image(
    [
        Layer.of(
            {
                "/bin/busybox": File(b"\0busybox", EXECUTABLE),
                **{f"/bin/{name}": Symlink("busybox") for name in PROGRAMS},
                "/bin/server": File(b"\0server", EXECUTABLE),
                "/etc/passwd": b"root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n",
            }
        )
    ],
    ImageConfig(cmd=("sh",), env=("PATH=/bin", "A=1"), labels={"from": "image"}),
)


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    engine.add("bb", BUSYBOX)
    return engine


def test_a_program_that_ends(engine: Engine) -> None:
    box = engine.run("bb", ["sh", "-c", "echo out; echo err >&2; touch /new; exit 3"], name="box")
    assert box == engine.container("box")
    assert (box.status, box.exit_code, box.output, box.errors) == ("exited", 3, b"out\n", b"err\n")
    assert box.files.diff() == ["A /new"]
    assert box.started is not None
    assert box.finished is not None
    assert box.created < box.started < box.finished
    again = engine.start("box")
    assert again.output == b"out\nout\n"
    assert engine.wait("box") == 3


def test_a_command_may_be_one_text(engine: Engine) -> None:
    box = engine.run("bb", "sh -c 'echo a b; sleep 100'", name="box")
    assert (box.cmd, box.output) == (("sh", "-c", "echo a b; sleep 100"), b"a b\n")
    assert engine.exec("box", 'echo "c  d"').stdout == b"c  d\n"
    with pytest.raises(LayerlabError, match="no closing quotation"):
        engine.run("bb", "echo 'a", name="other")
    assert [item.name for item in engine.containers(all=True)] == ["box"]


def test_a_program_that_sleeps(engine: Engine) -> None:
    box = engine.run("bb", ["sh", "-c", "sleep 60; exit 4"], name="box")
    assert engine.containers() == [box]
    engine.clock.advance(seconds=58)
    assert engine.container("box").status == "running"
    engine.clock.advance(seconds=10)
    ended = engine.container("box")
    assert (ended.status, ended.exit_code) == ("exited", 4)
    assert box.started is not None
    assert ended.finished == box.started + 60


def test_waiting_lets_time_pass(engine: Engine) -> None:
    box = engine.run("bb", ["sleep", "3600"], name="box")
    assert engine.wait("box") == 0
    assert box.started is not None
    assert engine.clock.now == box.started + 3600
    engine.run("bb", ["tail", "-f", "/etc/passwd"], name="tail")
    with pytest.raises(LayerlabError, match="doesn't end by itself"):
        engine.wait("tail")


def test_exec(engine: Engine) -> None:
    engine.run("bb", ["sleep", "100"], name="box", hostname="host", env=("B=2",), workdir="/etc")
    done = engine.exec("box", ["sh", "-c", "pwd; hostname; echo $A$B$C $HOME; exit 5"], env=["C=3"])
    assert (done.code, done.stdout) == (5, b"/etc\nhost\n123 /root\n")
    assert engine.exec("box", ["sh", "-c", "id; echo $HOME"], user="me").stdout.endswith(
        b"/home/me\n"
    )
    assert engine.exec("box", ["cat"], stdin=b"typed").stdout == b"typed"
    now = engine.clock.now
    engine.exec("box", ["sleep", "30"])
    assert engine.clock.now == now + 30
    assert engine.container("box").output == b""


def test_stop_takes_its_time(engine: Engine) -> None:
    engine.run("bb", ["sleep", "1000"], name="box")
    now = engine.clock.now
    engine.stop("box")
    stopped = engine.container("box")
    assert (stopped.status, stopped.exit_code) == ("exited", 137)
    assert engine.clock.now == now + 10
    engine.stop("box")
    assert engine.container("box") is stopped


def test_a_program_may_end_before_it_is_killed(engine: Engine) -> None:
    engine.run("bb", ["sh", "-c", "sleep 5; exit 6"], name="box")
    engine.stop("box")
    assert engine.container("box").exit_code == 6


def test_signals(engine: Engine) -> None:
    engine.run("bb", ["sleep", "1000"], name="box")
    engine.kill("box", "TERM")
    assert engine.container("box").status == "running"
    engine.kill("box")
    assert engine.container("box").exit_code == 137
    with pytest.raises(EngineError, match="Invalid signal: FOO"):
        engine.kill("box", "FOO")


def test_an_engine_says_in_a_line_what_it_holds(engine: Engine) -> None:
    assert repr(engine) == "<Engine 20.10: 1 image, 0 containers>"


def test_pause(engine: Engine) -> None:
    engine.run("bb", ["sleep", "1000"], name="box")
    engine.pause("box")
    assert [box.name for box in engine.containers()] == ["box"]
    assert engine.inspect("box")["State"]["Paused"] is True
    with pytest.raises(EngineError, match="Unpause and then stop"):
        engine.rm("box")
    engine.unpause("box")
    assert engine.container("box").status == "running"


def test_standard_input_that_stays_open(engine: Engine) -> None:
    assert engine.run("bb", detach=True).status == "exited"
    waits = engine.run("bb", detach=True, interactive=True)
    assert (waits.status, waits.ends) == ("running", None)
    assert engine.run("bb", interactive=True, stdin=b"echo hi").output == b"hi\n"


@pytest.mark.parametrize(
    ("command", "options", "status"),
    [
        (["server"], {}, "exited"),
        (["server"], {"detach": True}, "running"),
        ([], {"entrypoint": ("server", "--now")}, "running"),
    ],
)
def test_what_cannot_be_simulated(engine: Engine, command, options, status: str) -> None:
    box = engine.run("bb", command, **options)
    assert box.status == status
    if status == "exited":
        assert box.exit_code == 127
        assert b"/bin/server can't be simulated" in box.errors


def test_an_image_that_names_a_server(engine: Engine) -> None:
    engine.add("server", BUSYBOX.with_config(cmd=("server",)))
    assert engine.run("server").status == "running"


def test_rm_when_it_ends(engine: Engine) -> None:
    box = engine.run("bb", ["echo", "hi"], remove=True)
    assert (box.output, box.status) == (b"hi\n", "exited")
    engine.run("bb", ["sleep", "5"], remove=True, name="later")
    assert engine.wait("later") == 0
    assert not engine.state.containers


def test_a_start_that_fails_is_noted(engine: Engine) -> None:
    with pytest.raises(EngineError, match="executable file not found"):
        engine.run("bb", ["nope"], name="box")
    box = engine.container("box")
    assert (box.status, box.exit_code) == ("created", 127)
    assert "executable file not found in $PATH" in engine.inspect("box")["State"]["Error"]
    with pytest.raises(EngineError):
        engine.run("bb", ["nope"], name="gone", remove=True)
    assert list(engine.state.containers) == [box.id]


def test_what_every_container_is_given(engine: Engine) -> None:
    box = engine.run("bb", ["cat", "/etc/hostname"], hostname="me")
    assert box.output == b"me\n"
    assert box.files.exists("/.dockerenv")
    assert box.files.diff() == []
    assert box.files.size == 0
    assert engine.commit(box.id).layers == BUSYBOX.layers


def test_users(engine: Engine) -> None:
    box = engine.run("bb", ["touch", "/new"], user="me")
    assert (box.exit_code, box.files.diff()) == (1, [])
    with pytest.raises(EngineError, match="unable to find user you: no matching entries in passwd"):
        engine.run("bb", ["id"], user="you")


def test_options_join_the_images_config(engine: Engine) -> None:
    box = engine.create("bb", ["env"], env=("A=2", "B=3"), labels={"by": "me"}, workdir="/srv/x")
    config = engine.inspect(box.id)["Config"]
    assert config["Env"] == ["A=2", "B=3", "PATH=/bin"]
    assert config["Labels"] == {"by": "me", "from": "image"}
    assert box.files.diff() == ["A /srv", "A /srv/x"]


def test_names(engine: Engine) -> None:
    box = engine.create("bb", name="/one")
    assert box.name == "one"
    with pytest.raises(EngineError) as refused:
        engine.create("bb", name="one")
    assert refused.value.what == (
        f'Conflict. The container name "/one" is already in use by container "{box.id}". You have '
        "to remove (or rename) that container to be able to reuse that name."
    )
    engine.rename("one", "two")
    engine.create("bb", name="one")
    with pytest.raises(EngineError, match="Error when allocating new name: Conflict"):
        engine.rename("one", "two")


def test_a_container_outlives_its_image(engine: Engine) -> None:
    engine.create("bb", name="box")
    assert engine.rmi("bb", force=True)[-1] == f"Deleted: {BUSYBOX.image_id}"
    assert engine.state.layers
    assert engine.start("box").exit_code == 0
    with pytest.raises(EngineError, match="failed to get digest"):
        engine.commit("box")
    engine.rm("box")
    assert not engine.state.layers
