"""docker's commands that change things, on an engine of our own.

That Docker prints the same is in tests/reference/test_docker_replay.py, at length.
"""

import re

import pytest

from layerlab import Engine, Image, ImageConfig, Layer, Registry, Symlink
from layerlab.docker.command import execute
from layerlab.docker.spec import Output
from layerlab.nodes import File, Meta

PROGRAM = Meta(0o755)
APPLETS = ("cat", "echo", "false", "sh", "sleep")
DAEMON = "Error response from daemon:"
BASE = Image(
    [
        Layer.of({
            "/bin/busybox": File(b"\x7fELF", PROGRAM),
            **{f"/bin/{name}": Symlink("busybox") for name in APPLETS},
            "/data/a": b"aaa\n",
            "/data/sub/b": b"bb\n",
            "/etc/motd": b"welcome\n",
        })
    ],
    ImageConfig(cmd=("sh",)),
)  # fmt: skip


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    engine.add("base", BASE)
    return engine


@pytest.fixture
def docker(engine, tmp_path):
    """``docker("rm -f x")``: what the command prints, and its exit code."""

    def run(line: str, stdin: str = "") -> Output:
        return execute(engine, line.split(), str(tmp_path), stdin)

    return run


def test_several_names_fail_apart(docker, engine):
    docker("create --name one base")
    done = docker("rm nope one none")
    assert done.stdout == "one\n"
    assert done.stderr == (
        "Error response from daemon: No such container: nope\n"
        "Error response from daemon: No such container: none\n"
    )
    assert done.code == 1


def test_force_forgives_what_is_missing_alone(docker):
    assert docker("rm -f nope").code == 0
    assert docker("rmi -f nope").code == 0
    docker("run -d --name box base sleep 100")
    assert docker("rmi -f nope base").code == 0
    image = docker("images -aq").stdout.strip()
    done = docker(f"rmi -f {image}")
    assert "cannot be forced" in done.stderr
    assert done.code == 1


def test_run_passes_on_what_the_program_prints_and_its_code(docker):
    done = docker("run --rm base echo hello")
    assert done == Output("hello\n")
    assert docker("run --rm base false").code == 1
    assert docker("ps -aq").stdout == ""


@pytest.mark.parametrize(
    ("command", "code", "why"),
    [
        ("nothere", 127, 'exec: "nothere": executable file not found in $PATH'),
        ("/etc/motd", 126, 'exec: "/etc/motd": permission denied'),
        ("--nope", 125, "unknown flag: --nope"),
    ],
)
def test_run_that_cannot_start(docker, command, code, why):
    line = f"run --nope base {command}" if command == "--nope" else f"run --rm base {command}"
    done = docker(line)
    assert why in done.stderr
    assert done.stderr.endswith("\nRun 'docker run --help' for more information\n")
    assert done.code == code


def test_run_pulls_what_is_missing(tmp_path):
    registry = Registry("127.0.0.1:5000")
    registry.publish("team/base:1", BASE)
    engine = Engine(registries=[registry])
    name = "127.0.0.1:5000/team/base:1"
    done = execute(engine, ["run", "--rm", name, "echo", "hi"])
    assert done.stdout == "hi\n"
    first, *_, last = done.stderr.splitlines()
    assert first == f"Unable to find image '{name}' locally"
    assert last == f"Status: Downloaded newer image for {name}"
    assert execute(engine, ["run", "--rm", "-q", "--pull", "always", name, "false"]).stderr == ""
    missing = execute(engine, ["run", "127.0.0.1:5000/team/base:2"])
    assert "docker: Error response from daemon: manifest for" in missing.stderr
    assert missing.code == 125


def test_what_cannot_be_simulated_says_so(docker):
    done = docker("run -v /here:/there base")
    assert "layerlab: --volume can't be simulated" in done.stderr
    assert "--entrypoint" in done.stderr
    assert done.code == 125
    assert docker("ps -aq").stdout == ""


def test_options_of_run_reach_the_program(docker):
    done = docker(
        "run --rm -i -e A=1 --hostname hh -w /data --entrypoint sh base", "echo $A $HOSTNAME $PWD"
    )
    assert done.stdout == "1 hh /data\n"
    assert docker("run --rm -t base echo hi").stdout == "hi\r\n"
    assert docker("run -it base").stderr == "the input device is not a TTY\n"
    assert (
        "sh: can't create /data/x: Read-only"
        in docker("run --rm -i --read-only base sh", "echo > /data/x").stderr
    )


def test_attach_goes_on_where_docker_would_wait(docker, engine):
    done = docker("run --name forever base sleep infinity")
    assert "doesn't end by itself" in done.stderr
    assert engine.container("forever").status == "running"
    before = engine.clock.now
    assert docker("run base sleep 30").code == 0
    assert engine.clock.now >= before + 30


def test_logs_gather_what_all_runs_printed(docker):
    docker("run --name box base echo hello")
    assert docker("start -a box").stdout == "hello\n"
    assert docker("logs box").stdout == "hello\nhello\n"
    assert docker("logs -n 1 box").stdout == "hello\n"
    assert docker("logs -t box").code == 1


def test_exec(docker):
    docker("run -d --name box base sleep 100")
    assert docker("exec -i box cat", "typed").stdout == "typed"
    assert docker("exec box cat", "typed").stdout == ""
    done = docker("exec box nothere")
    assert done.stdout.endswith("executable file not found in $PATH: unknown\r\n")
    assert done.code == 126
    assert docker("exec -d box nothere").stderr.startswith("Error response from daemon: OCI")


def test_prune_asks(docker, engine):
    asked = (
        "WARNING! This will remove all stopped containers.\n"
        "Are you sure you want to continue? [y/N] "
    )
    made = docker("create base").stdout
    assert docker("container prune") == Output(asked)
    assert docker("container prune", "n\n") == Output(asked)
    assert len(engine.state.containers) == 1
    done = docker("container prune", "Y\n")
    assert done.stdout == f"{asked}Deleted Containers:\n{made}\nTotal reclaimed space: 0B\n"
    assert docker("container prune -f") == Output("Total reclaimed space: 0B\n")
    assert docker("image prune -f --filter nope=1").stderr == (
        "Error response from daemon: Invalid filter 'nope'\n"
    )


def test_system_prune_says_what_it_will_remove(docker):
    text = docker("system prune -a --filter until=1h").stdout
    assert "  - all images without at least one container associated to them\n" in text
    assert "  Items to be pruned will be filtered with:\n  - until=1h\n\nAre you sure" in text
    done = docker("system prune -af")
    assert re.search(r"deleted: sha256:\w{64}\n\nTotal reclaimed space: \d+B\n$", done.stdout)


def test_commit_refuses_before_it_asks_the_engine(docker):
    docker("create --name box base")
    wrong = docker("commit box Foo:bar")
    assert wrong.stderr == (
        "invalid reference format: repository name (library/Foo) must be lowercase\n"
    )
    assert re.fullmatch(r"sha256:\w{64}\n", docker("commit box new:1").stdout)
    assert docker("tag new:1 a@sha256:" + 64 * "0").stderr == (
        "refusing to create a tag with a digest reference\n"
    )


class TestCopying:
    @pytest.fixture(autouse=True)
    def box(self, engine):
        engine.create("base", name="box")

    def test_out_and_in(self, docker, engine, tmp_path):
        assert docker("cp box:/data .") == Output()
        assert (tmp_path / "data/sub/b").read_text() == "bb\n"
        assert docker("cp data box:/data") == Output()  # into it, since it is there
        assert docker("cp data box:/new") == Output()  # as it, since it isn't
        files = engine.container("box").files
        assert files.read_text("/data/data/a") == "aaa\n"
        assert files.read_text("/new/sub/b") == "bb\n"
        assert docker("cp data/. box:/new") == Output()
        assert files.listdir("/new") == ["a", "sub"]

    def test_what_comes_in_is_roots_and_keeps_its_time(self, docker, engine, tmp_path):
        (tmp_path / "f").write_text("text")
        (tmp_path / "f").chmod(0o640)
        docker("cp f box:/data/a")
        entry = engine.container("box").files.stat("/data/a")
        assert (entry.st_mode & 0o7777, entry.st_uid) == (0o640, 0)
        assert entry.st_mtime == int((tmp_path / "f").stat().st_mtime)

    def test_links_are_copied_or_followed(self, docker, engine, tmp_path):
        engine.container("box").files.symlink("a", "/data/link")
        docker("cp box:/data/link plain")
        assert (tmp_path / "plain").is_symlink()
        docker("cp -L box:/data/link followed")
        assert (tmp_path / "followed").read_text() == "aaa\n"

    def test_a_stream(self, docker, engine):
        tar = docker("cp box:/data/sub -").stdout
        assert docker("cp - box:/etc", tar) == Output()
        assert engine.container("box").files.read_text("/etc/sub/b") == "bb\n"

    @pytest.mark.parametrize(
        ("line", "error"),
        [
            ("cp a b", "must specify at least one container source\n"),
            ("cp box:/a box:/b", "copying between containers is not supported\n"),
            ("cp box:/nope .", f"{DAEMON} Could not find the file /nope in container box\n"),
            ("cp nope:/x .", "Error response from daemon: No such container: nope\n"),
            ("cp box:/data box.txt", "cannot copy directory\n"),
            ("cp box:/data/a none/", "no such directory\n"),
            ("cp box.txt box:/no/x", f"{DAEMON} Could not find the file /no in container box\n"),
            ("cp box.txt box:/data/a/x", f"{DAEMON} extraction point is not a directory\n"),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, docker, tmp_path, line, error):
        (tmp_path / "box.txt").write_text("text")
        done = docker(line)
        assert (done.stderr, done.code) == (error, 1)


def test_save_and_load(docker, engine, tmp_path):
    docker("tag base two:1")
    assert docker("save -o two.tar base two:1") == Output()
    archive = docker("save base").stdout
    docker("rmi base two:1")
    assert docker("load -i two.tar").stdout == "Loaded image: base:latest\nLoaded image: two:1\n"
    docker("rmi base two:1")
    assert docker("load", archive).stdout == "Loaded image: base:latest\n"
    assert docker("save -o . base").stderr.endswith("cannot write to a directory\n")
    assert docker("load", "nothing").stderr.endswith("unexpected EOF\n")
    assert docker("load -i none").stderr == "open none: no such file or directory\n"


def test_push_and_pull_say_which_tag_is_meant(docker, engine):
    docker("tag base 127.0.0.1:5000/base")
    first, second, *_, last = docker("push 127.0.0.1:5000/base").stdout.splitlines()
    assert first == "Using default tag: latest"
    assert second == "The push refers to repository [127.0.0.1:5000/base]"
    assert last.startswith("latest: digest: sha256:")
    assert docker("push -q 127.0.0.1:5000/base").stdout == "127.0.0.1:5000/base:latest\n"
    missing = docker("push -q 127.0.0.1:5000/none:1")
    assert (missing.stdout, missing.code) == ("", 1)
    assert docker("pull 127.0.0.1:5000/base:2").stderr.startswith(
        "Error response from daemon: manif"
    )


def test_a_failed_command_changes_nothing(docker, engine):
    docker("run -d --name box base sleep 100")
    before = engine.state
    for line in (
        "rm box",
        "rmi base",
        "tag base A",
        "create --name box base",
        "rename box box",
        "commit -c FOO box",
        "start none",
        "kill -s FOO box",
        "load",
        "unpause box",
    ):
        assert docker(line).code == 1, line
        assert engine.state == before, line
