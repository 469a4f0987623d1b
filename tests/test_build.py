"""Building on an engine of our own. That Docker builds the same is in tests/reference."""

import os
import re
from pathlib import Path

import pytest

from layerlab import (
    BuildError,
    DockerExit,
    DockerfileError,
    Engine,
    EngineError,
    Image,
    ImageConfig,
    Layer,
    Symlink,
    Zeros,
)
from layerlab.build import Context, Step
from layerlab.docker.command import execute
from layerlab.nodes import File, Meta

PROGRAM = Meta(0o755)
BASE = Image(
    [
        Layer.of({
            "/bin/busybox": File(Zeros(1_000_000), PROGRAM),
            "/bin/sh": Symlink("busybox"),
            "/etc/motd": b"welcome\n",
            "/etc/hosts.bak": b"old\n",
        })
    ],
    ImageConfig(cmd=("sh",)),
)  # fmt: skip


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    engine.add("base", BASE)
    return engine


def text(*lines: str) -> str:
    return "".join(f"{line}\n" for line in ("FROM base", *lines))


def steps(engine: Engine, *lines: str, **options) -> tuple[Step, ...]:
    return engine.build({"a": b"1", "b": b"2"}, text(*lines), **options).steps


def test_each_step_tells_what_it_did(engine):
    run, chmod, env, copy = steps(
        engine, "RUN echo hi > /new && rm /etc/motd", "RUN chmod 700 /bin/busybox", "ENV x=y",
        "COPY a /etc/hosts.bak",
    )  # fmt: skip
    assert (run.added, run.hidden, run.copied_up) == (("/new",), ("/etc/motd",), ("/etc",))
    assert (run.line, run.size, run.cached) == (2, 3, False)
    assert chmod.size == 1_000_000
    assert chmod.copied_up == ("/bin", "/bin/busybox")
    assert (env.layer, env.size, env.added) == (None, 0, ())
    assert copy.copied_up == ("/etc", "/etc/hosts.bak")
    assert repr(copy) == "<Step line 5: COPY a /etc/hosts.bak (1B, run)>"


def test_the_cache_says_why(engine):
    first = steps(engine, "RUN echo a", "COPY a /x", "ENV a=1")
    assert {step.reason for step in first[1:]} == {
        "an earlier step of this stage wasn't in the cache"
    }
    again = steps(engine, "RUN echo a", "COPY a /x", "ENV a=1")
    assert [step.cached for step in again] == [True, True, True]
    assert again[-1].image == first[-1].image
    other = steps(engine, "RUN echo b")
    assert other[0].reason == "the instruction was another one: /bin/sh -c echo a"
    changed = engine.build({"a": b"new", "b": b"2"}, text("RUN echo a", "COPY a /x", "ENV a=1"))
    assert [step.cached for step in changed.steps] == [True, False, False]
    assert changed.steps[1].reason == "the files to be copied have changed"
    forced = steps(engine, "RUN echo a", no_cache=True)
    assert forced[0].reason == "the cache isn't asked: --no-cache"


def test_same_seed_same_bytes():
    def built() -> tuple[str, str]:
        engine = Engine(3)
        engine.add("base", BASE)
        done = engine.build({"a": b"1"}, text("RUN date > /when", "COPY a /a"))
        return done.image.image_id, done.output

    assert built() == built()


def test_names_and_parents(engine):
    done = engine.build({}, text("ENV a=b", "LABEL c=d"), tags=["one:1", "two", "one:1"])
    assert done.output.endswith("Successfully tagged one:1\nSuccessfully tagged two:latest\n")
    stored = engine.image("two")
    assert stored.image == done.image
    assert engine.image(stored.parent).parent == BASE.image_id
    assert engine.containers(all=True) == []


def test_a_dockerfile_that_cannot_be_read_changes_nothing(engine):
    before = engine.state
    with pytest.raises(DockerfileError) as caught:
        engine.build({}, text("ENV a=b", "FOO"), tags="x")
    assert caught.value.line == 3
    assert engine.state is before
    with pytest.raises(EngineError, match="failed to reach build target nope"):
        engine.build({}, text("ENV a=b"), target="nope")
    with pytest.raises(EngineError, match="invalid reference format"):
        engine.build({}, text("ENV a=b"), tags="a b")
    with pytest.raises(EngineError, match="Cannot locate specified Dockerfile: Other"):
        engine.build({}, Path("Other"))
    assert engine.state is before


def test_a_step_that_fails_leaves_what_docker_leaves(engine):
    """The images before it, for the next try, and its container; no name."""
    with pytest.raises(BuildError) as caught:
        engine.build({}, text("RUN echo 1 > /x", "RUN cat /x; exit 7"), tags="x")
    error = caught.value
    assert (error.line, error.source, error.code) == (3, "RUN cat /x; exit 7", 7)
    assert error.what == "The command '/bin/sh -c cat /x; exit 7' returned a non-zero code: 7"
    assert str(error).startswith("line 3, RUN cat /x; exit 7: ")
    assert error.output.endswith("\n1\n")
    (container,) = engine.containers(all=True)
    assert (container.status, container.exit_code) == ("exited", 7)
    with pytest.raises(EngineError, match="No such image"):
        engine.image("x")
    assert steps(engine, "RUN echo 1 > /x", "RUN true")[0].cached


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("RUN sleepless", "returned a non-zero code: 127"),
        ("RUN tail -f /etc/motd", "the program doesn't end by itself"),
        ("ADD https://example.com/x /x", "ADD can't fetch https://example.com/x"),
        ("COPY nope /", "COPY failed: file not found in build context"),
        ("COPY ../secret /", "forbidden path outside the build context: ../secret"),
        ("FROM nowhere/at:all", "nowhere/at"),
    ],
)
def test_what_fails_names_its_line(engine, line, what):
    with pytest.raises(BuildError) as caught:
        engine.build({}, text("ENV a=b", line))
    assert caught.value.line == 3
    assert what in caught.value.what


def test_time_passes_for_programs_that_take_some(engine):
    before = engine.clock.now
    steps(engine, "RUN sleep 30")
    assert 30 < engine.clock.now - before < 40


def test_what_is_below_a_volume_is_lost(engine):
    volume, run, copy = steps(engine, "VOLUME /etc /v", "RUN touch /v/x /etc/y /z", "COPY a /v/")
    assert (volume.layer, run.added, run.copied_up) == (None, ("/v", "/z"), ())
    assert copy.added == ("/v/a",)


def test_stages(engine):
    done = engine.build(
        {"a": b"1"},
        "FROM base AS build\nRUN echo made > /out\nFROM scratch\nCOPY --from=build /out /bin/\n",
    )
    assert [step.stage for step in done.steps] == [0, 1]
    assert done.image.rootfs.read_text("/bin/out") == "made\n"
    assert done.image.size == 5


def test_a_measured_file_stays_without_content(engine):
    engine.add("big", Image([Layer.of({"/big": File(Zeros(100_000_000))})]))
    done = engine.build({}, "FROM scratch\nCOPY --from=big /big /copied/\n")
    assert done.image.size == 100_000_000


def test_a_missing_base_is_pulled():
    engine = Engine()
    engine.registries["docker.io"].publish("library/tiny:1", BASE)
    done = engine.build({}, "FROM tiny:1\nENV a=b\n")
    assert done.output.startswith("Step 1/2 : FROM tiny:1\n1: Pulling from library/tiny\n")
    assert "Status: Downloaded newer image for tiny:1\n ---> " in done.output
    assert engine.image("tiny:1").image == BASE


def test_contexts(engine, tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "run.sh").write_text("echo\n")
    (tmp_path / "app" / "run.pyc").write_text("")
    (tmp_path / ".dockerignore").write_text("**/*.pyc\nDockerfile*\n")
    (tmp_path / "Dockerfile").write_text(text("COPY . /all/"))
    (tmp_path / "Dockerfile.dev").write_text(text("COPY app /dev/"))
    everything = engine.build(tmp_path).image.layers[-1].changes
    assert set(everything) == {"/all", "/all/.dockerignore", "/all/app", "/all/app/run.sh"}
    assert engine.build(tmp_path, "Dockerfile.dev").image.rootfs.exists("/dev/run.sh")
    sent = Context.of({"x/y": b"1", "z": Symlink("x")})
    assert set(sent.layer.changes) == {"/x", "/x/y", "/z"}
    assert sent.size == 512 * 4 + 1024


def test_a_file_that_changes_after_the_build_is_as_it_was(engine, tmp_path):
    (tmp_path / "a").write_text("then")
    (tmp_path / "Dockerfile").write_text(text("COPY a /a"))
    done = engine.build(tmp_path)
    (tmp_path / "a").write_text("now!")
    assert done.image.rootfs.read_text("/a") == "then"


@pytest.fixture
def docker(engine, tmp_path):
    def run(line: str, stdin: str = ""):
        return execute(engine, line.split(), str(tmp_path), stdin)

    return run


def test_docker_build(docker, engine, tmp_path):
    (tmp_path / "Dockerfile").write_text(text("ARG a", "RUN echo $a"))
    done = docker("build -t made --build-arg a=b --label l=m --iidfile id .")
    image = engine.image("made").image
    first = "Sending build context to Docker daemon  2.048kB\r\r\nStep 1/4 : FROM base\n"
    assert done.stdout.startswith(first)
    assert "\nb\n" in done.stdout
    assert done.stdout.endswith(
        f"Successfully built {image.image_id.short}\nSuccessfully tagged made:latest\n"
    )
    assert (tmp_path / "id").read_text() == image.image_id
    assert image.config.labels == {"l": "m"}
    shown = docker("history made").stdout
    assert re.search(rf"{image.image_id.short}.*/bin/sh -c #\(nop\)  LABEL l=m", shown)
    assert "<missing>" not in shown.split("\n")[2]


def test_docker_build_from_standard_input(docker, engine, tmp_path):
    assert docker("build -t in -", text("ENV a=b")).code == 0
    assert engine.image("in").image.config.environment["a"] == "b"
    (tmp_path / "a").write_text("1")
    done = docker("build -t file -f - .", text("COPY . /all/"))
    assert done.code == 0
    assert set(engine.image("file").image.layers[-1].changes) == {"/all", "/all/a"}
    assert "ambiguous Dockerfile source" in docker("build -f x -", "FROM base\n").stderr
    assert "can't use stdin for both" in docker("build -f - -", "FROM base\n").stderr


@pytest.mark.parametrize(
    ("line", "stderr"),
    [
        ("build /nope", 'unable to prepare context: path "/nope" not found'),
        ("build .", "unable to prepare context: unable to evaluate symlinks in Dockerfile"),
        ("build --memory 1g .", "layerlab: docker build --memory is not simulated"),
        ("build -t A .", 'invalid argument "A" for "-t, --tag" flag: invalid reference format'),
        ("build", "docker: 'docker build' requires 1 argument"),
        ("builder build", "docker: 'docker builder build' requires 1 argument"),
    ],
)  # fmt: skip
def test_docker_build_refuses(docker, line, stderr):
    done = docker(line)
    assert done.code != 0
    assert done.stderr.startswith("DEPRECATED: The legacy builder")
    assert stderr in done.stderr


def test_the_exit_code_is_the_command_s(engine, tmp_path):
    (tmp_path / "Dockerfile").write_text(text("RUN exit 9"))
    with pytest.raises(DockerExit) as caught:
        engine.docker("build .", cwd=str(tmp_path))
    assert caught.value.code == 9
    assert re.search(r"Step 2/2 : RUN exit 9\n ---> Running in \w{12}\n$", caught.value.stdout)
    assert "Error response from daemon" not in caught.value.stderr


def test_a_file_that_cannot_be_read_is_told(docker, tmp_path, monkeypatch):
    (tmp_path / "Dockerfile").write_text(text())
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("Dockerfile"))
    assert "error checking context: no permission to read from" in docker("build .").stderr
