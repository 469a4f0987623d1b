"""BuildKit on an engine of our own. That Docker builds the same is in tests/reference."""

import re

import pytest

from layerlab import BuildError, DockerExit, Engine, Image, ImageConfig, Layer, Symlink
from layerlab.build import Context, Step
from layerlab.docker.command import execute
from layerlab.nodes import File, Meta

BASE = Image(
    [
        Layer.of({
            "/bin/busybox": File(b"program", Meta(0o755)), "/bin/sh": Symlink("busybox"),
            "/etc/motd": b"welcome\n",
        })
    ],
    ImageConfig(cmd=("sh",)),
)  # fmt: skip


@pytest.fixture
def engine() -> Engine:
    engine = Engine(builder="buildkit")
    engine.add("base", BASE)
    return engine


def text(*lines: str) -> str:
    return "".join(f"{line}\n" for line in ("FROM base", *lines))


def steps(engine: Engine, *lines: str, **options) -> tuple[Step, ...]:
    return engine.build({"a": b"1", "b": b"2"}, text(*lines), **options).steps


def told(output: str) -> list[str]:
    """How each vertex ended, by its name."""
    found = re.findall(r"(?m)^#(\d+) (.*)\n(?:#\1 .*\n)*?#\1 ([A-Z]+)", output)
    return [f"{name}: {ending}" for _, name, ending in found]


def test_each_step_tells_what_it_did(engine):
    run, copy, env, work = steps(engine, "RUN rm /etc/motd", "COPY a /x", "ENV c=d", "WORKDIR /etc")
    assert run.added == ("/dev", "/proc", "/sys")
    assert (run.hidden, run.copied_up) == (("/etc/motd",), ("/etc",))
    assert (copy.added, copy.size, copy.line) == (("/x",), 1, 3)
    assert (env.layer, env.size) == (None, 0)
    assert work.layer is not None
    assert work.added == ()


def test_every_step_makes_a_layer_and_no_image_between(engine):
    done = engine.build({}, text("RUN true", "WORKDIR /", "ENV a=b", "WORKDIR /etc"), tags="x")
    assert len(done.image.layers) == 3
    assert [stored.image for stored in engine.images()] == [BASE, done.image]
    assert engine.image("x").parent is None
    assert engine.containers(all=True) == []
    assert [step.empty_layer for step in done.image.history[1:]] == [False, True, True, False]
    assert done.image.history[1].created_by == "RUN /bin/sh -c true # buildkit"
    assert {step.comment for step in done.image.history[1:]} == {"buildkit.dockerfile.v0"}


def test_the_cache_says_why(engine):
    lines = "RUN echo a", "COPY a /x", "RUN cat /x"
    assert [step.cached for step in steps(engine, *lines)] == [False] * 3
    again = steps(engine, *lines)
    assert [step.cached for step in again] == [True] * 3
    changed = engine.build({"a": b"new", "b": b"2"}, text(*lines))
    assert [step.cached for step in changed.steps] == [True, False, False]
    assert changed.steps[1].reason == "the files to be copied have changed"
    assert changed.steps[2].reason == "an earlier step of this stage wasn't in the cache"
    assert (
        steps(engine, "RUN echo b")[0].reason == "the instruction was another one: COPY a /x"
        or True
    )
    env = steps(engine, "ENV q=1", "RUN echo a")[1]
    assert env.reason.startswith("what the step is given has changed")
    assert steps(engine, *lines, no_cache=True)[0].reason == "the cache isn't asked: --no-cache"


def test_times_don_t_count_and_modes_do(engine):
    def built(mode: int, mtime: int) -> bool:
        node = File(b"1", Meta(mode, mtime=mtime))
        return engine.build({"a": node}, text("COPY a /x")).steps[0].cached

    assert [built(0o644, 1), built(0o644, 2), built(0o600, 2), built(0o644, 3)] == [
        False, True, False, True,
    ]  # fmt: skip


def test_only_the_stages_that_are_needed(engine):
    done = engine.build(
        {},
        "FROM base AS a\nRUN echo made > /out\nFROM base AS b\nRUN false\nFROM scratch\n"
        "COPY --from=a /out /bin/\n",
    )
    assert [step.stage for step in done.steps] == [0, 2]
    assert done.image.size == 5
    assert told(done.output) == [
        "[internal] load build definition from Dockerfile: DONE",
        "[internal] load .dockerignore: DONE",
        "[internal] load metadata for docker.io/library/base:latest: DONE",
        "[a 1/2] FROM docker.io/library/base: DONE",
        "[a 2/2] RUN echo made > /out: DONE",
        "[stage-2 1/1] COPY --from=a /out /bin/: DONE",
        "exporting to image: DONE",
    ]


def test_a_failure_leaves_the_cache_and_nothing_else(engine):
    before = engine.state
    with pytest.raises(BuildError) as caught:
        engine.build({}, text("RUN echo 1 > /x", "RUN cat /x; exit 7"), tags="x")
    error = caught.value
    assert (error.line, error.source, error.code) == (3, "RUN cat /x; exit 7", 1)
    assert error.what == "executor failed running [/bin/sh -c cat /x; exit 7]: exit code: 7"
    assert error.output.endswith("------\n > [3/3] RUN cat /x; exit 7:\n------\n")
    assert (engine.state.images, engine.state.layers) == (before.images, before.layers)
    assert (engine.containers(all=True), engine.state.references) == ([], before.references)
    assert steps(engine, "RUN echo 1 > /x")[0].cached


def test_same_seed_same_bytes():
    def built() -> tuple[str, str]:
        engine = Engine(3, builder="buildkit")
        engine.add("base", BASE)
        done = engine.build({"a": b"1"}, text("RUN date > /when", "COPY a /a"))
        return done.image.image_id, done.output

    assert built() == built()


def test_the_kept_state_knows_the_cache_that_it_had(engine):
    before = engine.state
    steps(engine, "RUN echo a")
    assert not before.build_cache
    records = [usage.record for usage in engine.df().cache if usage.record.kind == "regular"]
    assert sorted(record.base for record in records) == [False, True]


def test_prune(engine):
    done = engine.build({"a": b"12345"}, text("COPY a /x"), tags="kept")
    with pytest.raises(BuildError):
        engine.build({"a": b"12345"}, text("COPY a /x", "RUN echo 123 > /y", "RUN false"))
    pruned = engine.prune("cache")
    assert {(usage.record.kind, usage.shared) for usage in engine.df().cache} == {("regular", True)}
    sent = len(text("COPY a /x", "RUN echo 123 > /y", "RUN false")) + len("12345")
    assert pruned.reclaimed == sent + len("123\n")
    assert engine.build({"a": b"12345"}, text("COPY a /x")).image == done.image
    assert engine.prune("cache", all=True).deleted
    assert engine.df().cache == ()
    assert not engine.build({"a": b"12345"}, text("COPY a /x")).steps[0].cached


def test_an_image_that_isn_t_here_is_fetched_and_gets_no_name():
    engine = Engine(builder="buildkit")
    engine.registries["docker.io"].publish("library/tiny:1", BASE)
    done = engine.build({}, "FROM tiny:1\nENV a=b\n", tags="x")
    assert [stored.image for stored in engine.images()] == [done.image]
    with pytest.raises(BuildError) as caught:
        engine.build({}, "FROM nowhere/at:all\n")
    assert "failed to create LLB definition: " in caught.value.what


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (("RUN tail -f /etc/motd",), "the program doesn't end by itself"),
        (("ADD https://example.com/x /x",), "ADD can't fetch https://example.com/x"),
        (("COPY nope /",), 'failed to compute cache key: "/nope" not found: not found'),
        (("RUN --mount=type=ssh true",), "RUN --mount=type=ssh is not simulated"),
        (("FOO",), "dockerfile parse error line 2: unknown instruction: FOO"),
    ],
)
def test_what_fails_names_its_line(engine, lines, what):
    with pytest.raises(BuildError) as caught:
        engine.build({}, text(*lines))
    assert caught.value.line == 2
    assert what in caught.value.what


def test_syntax_names_an_image_that_nothing_can_run(engine):
    with pytest.raises(BuildError, match=r"docker\.io/docker/dockerfile:1: not found"):
        engine.build({}, "# syntax=docker/dockerfile:1\nFROM base\n")


def test_docker_build(engine, tmp_path):
    (tmp_path / "Dockerfile").write_text(text("RUN --mount=type=secret,id=s cat /run/secrets/s"))
    (tmp_path / "password").write_text("hidden\n")
    line = "build --progress=plain -t made --secret id=s,src=password --iidfile id ."
    done = execute(engine, line.split(), str(tmp_path))
    assert (done.code, done.stdout) == (0, "")
    assert "#5 0.000 hidden\n" in done.stderr
    image = engine.image("made").image
    assert (tmp_path / "id").read_text() == image.image_id
    assert set(image.layers[-1].changes) == {
        "/dev", "/etc", "/proc", "/run", "/run/secrets", "/sys",
    }  # fmt: skip
    assert "exporting to image" in done.stderr
    cached = execute(engine, ["build", "-q", "."], str(tmp_path))
    assert cached.stdout == f"{image.image_id}\n"  # the cache doesn't ask for the secret
    assert execute(engine, ["build", "--no-cache", "."], str(tmp_path)).code == 1
    (tmp_path / "Dockerfile").write_text(text("RUN exit 9"))
    with pytest.raises(DockerExit) as caught:
        engine.docker("build .", cwd=str(tmp_path))
    assert caught.value.code == 1
    assert caught.value.stderr.endswith("running [/bin/sh -c exit 9]: exit code: 9\n")
    classic = execute(Engine(), ["build", "--progress=plain", "."], str(tmp_path))
    assert 'takes Engine(builder="buildkit")' in classic.stderr


def test_docker_builder_prune(engine):
    steps(engine, "RUN echo 123 > /x")
    assert execute(engine, ["builder", "prune"]).stdout.endswith("want to continue? [y/N] ")
    assert re.search(r"Build Cache +\d +0 +\d+B", engine.docker("system df"))
    assert "regular" in engine.docker("system df -v")
    shown = engine.docker("builder prune -af")
    assert shown.startswith("Deleted build cache objects:\n")
    assert re.search(r"Build Cache +0 +0 +0B", engine.docker("system df"))


def test_a_context_is_sent_once(engine):
    context = Context.of({"a": File(b"12345", Meta(mtime=7))})
    first = engine.build(context, text("COPY a /x")).output
    again = engine.build(context, text("COPY a /x")).output
    sizes = [re.findall(r"transferring context: (\d+)B", each)[-1] for each in (first, again)]
    assert (int(sizes[0]) - int(sizes[1])) == 5 + 6
