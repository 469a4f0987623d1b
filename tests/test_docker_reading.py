"""docker's reading commands on an engine of our own. The words are the 28.2 client's."""

import json

import pytest

from layerlab import Engine, History, Image, ImageConfig, Layer
from layerlab.docker.command import execute, run
from layerlab.docker.engines import api
from layerlab.docker.flags import split_flags
from layerlab.docker.spec import Flag
from layerlab.docker.summaries import path_match
from layerlab.errors import DockerExit, EngineError
from layerlab.units import human_size

MADE = "2025-12-31T23:00:00Z"
BASE = Layer.of({"/bin/sh": b"#!" * 500, "/etc/os-release": b"x" * 67})


def image(*layers: Layer, created: str = MADE, by: tuple[str, ...] = (), **config) -> Image:
    steps = [History(created, created_by=text) for text in by] if by else None
    return Image(layers, ImageConfig(created=created, **config), steps)


@pytest.fixture
def engine() -> Engine:
    """An hour after its images were made: a base, and an application on it under two names."""
    engine = Engine()
    engine.add("base:1", image(BASE, by=("/bin/sh -c #(nop) ADD file:aa in / ",)))
    app = image(
        BASE,
        Layer.of({"/app": b"a" * 2500}),
        created="2025-12-31T23:30:00Z",
        by=(
            "/bin/sh -c #(nop) ADD file:aa in / ",
            "/bin/sh -c echo 'a && b' > /app\t# " + "-" * 30,
        ),
        labels={"team": "core", "tier": "a & b"},
        cmd=("sleep", "1 hour"),
        exposed_ports=("443/tcp", "81/tcp", "80/tcp", "53/udp"),
    )
    engine.add("app", app)
    engine.add("quay.io/team/app:2", app)
    engine.clock.set("2026-01-01 00:00")
    return engine


def printed(engine: Engine, line: str) -> list[str]:
    return engine.docker(line).splitlines()


def refused(engine: Engine, line: str) -> tuple[str, int]:
    """Standard error and the exit code of a command that must fail."""
    with pytest.raises(DockerExit) as caught:
        engine.docker(line)
    return caught.value.stderr, caught.value.code


def test_images(engine: Engine) -> None:
    app, base = (engine.image(name).image.image_id.short for name in ("app", "base:1"))
    assert printed(engine, "images") == [
        "REPOSITORY         TAG       IMAGE ID       CREATED             SIZE",
        f"app                latest    {app}   30 minutes ago      3.57kB",
        f"quay.io/team/app   2         {app}   30 minutes ago      3.57kB",
        f"base               1         {base}   About an hour ago   1.07kB",
    ]


def test_an_image_without_a_name_is_dangling(engine: Engine) -> None:
    engine.add(None, image(Layer.of({"/x": b""})))
    assert printed(engine, "images -f dangling=true --format '{{.Repository}}:{{.Tag}}'") == [
        "<none>:<none>"
    ]
    assert len(printed(engine, "images -q")) == 4
    assert len(printed(engine, "images -q -f dangling=false")) == 3


def test_what_others_were_made_of_is_hidden_without_a_name(engine: Engine) -> None:
    engine.create("base:1", ["sh"], name="box")
    engine.commit("box", "base:1")  # takes the name from the image under it
    shown, hidden = printed(engine, "images -q base"), printed(engine, "images -aq")
    assert len(shown) == 1
    assert len(hidden) == len(printed(engine, "images -q")) + 1
    assert len(printed(engine, "images -q -f dangling=true")) == 0


@pytest.mark.parametrize(
    ("filters", "tags"),
    [
        ("-f label=team=core", ["latest", "2"]),
        ("-f label=tier", ["latest", "2"]),
        ("-f label=team=other", []),
        ("-f before=app", ["1"]),
        ("-f since=base:1", ["latest", "2"]),
        ("-f reference='*'", ["latest", "1"]),
        ("-f reference='*/*/*'", ["2"]),
        ("'a*'", ["latest"]),
        ("base", ["1"]),
        ("base:2", []),
        ("-f dangling=false -f 'reference=app:*'", ["latest"]),
    ],
)
def test_filters_of_images(engine: Engine, filters: str, tags: list[str]) -> None:
    assert printed(engine, f"images {filters} --format '{{{{.Tag}}}}'") == tags


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("images -f foo=1", "Invalid filter 'foo'"),
        ("images -f dangling=x", "Invalid filter 'dangling=[x]'"),
        ("images -f before=nope", "No such image: nope:latest"),
        ("images -f 'reference=['", "syntax error in pattern"),
        ("ps -f status=x", "Invalid filter 'status=x'"),
        ("ps -f exited=x", 'strconv.Atoi: parsing "x": invalid syntax'),
        ("ps -f before=x", "no such container x"),
        ("history nope", "No such image: nope:latest"),
        ("diff nope", "No such container: nope"),
        ("image inspect nope", "no such image: nope: No such image: nope:latest"),
    ],
)
def test_what_the_engine_refuses(engine: Engine, line: str, error: str) -> None:
    assert refused(engine, line) == (f"Error response from daemon: {error}\n", 1)


def test_a_newer_engine_words_filters_otherwise() -> None:
    stderr, _ = refused(Engine(store="containerd"), "images -f foo=1")
    assert stderr == "Error response from daemon: invalid filter 'foo'\n"


def test_a_newer_engine_filters_images_by_age_and_missing_labels() -> None:
    engine = Engine(store="containerd")
    engine.add("old", image(BASE, labels={"team": "core"}))
    engine.add("new", image(BASE, created="2025-12-31T23:59:00Z"))
    line = "images --format '{{.Repository}}' -f"
    assert printed(engine, f"{line} until=30m") == ["old"]
    assert printed(engine, f"{line} label!=team") == ["new"]
    assert refused(Engine(), "images -f until=30m")[0].endswith("Invalid filter 'until'\n")


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a*", "app", True),
        ("a*", "a/b", False),
        ("*/*", "a/b", True),
        ("a?p", "app", True),
        ("[^a]b", "ab", False),
        ("[a-c]b", "bb", True),
        (r"\*", "*", True),
        ("", "", True),
        ("app", "apps", False),
    ],
)
def test_patterns_are_go_s(pattern: str, text: str, found: bool) -> None:
    assert path_match(pattern, text) is found


def test_a_malformed_pattern() -> None:
    with pytest.raises(EngineError, match="syntax error in pattern"):
        path_match("a[", "a")


def test_digests_are_shown_when_they_are_asked_for(engine: Engine) -> None:
    assert printed(engine, "images base --digests")[0].split() == [
        "REPOSITORY", "TAG", "DIGEST", "IMAGE", "ID", "CREATED", "SIZE",
    ]  # fmt: skip
    line = "images base --digests --format 'table {{.Tag}}'"
    assert printed(engine, line) == ["TAG       DIGEST", "1         <none>"]


def test_history(engine: Engine) -> None:
    short = engine.image("app").image.image_id.short
    by = "/bin/sh -c echo 'a && b' > /app # -----------…"
    assert printed(engine, "history app") == [
        f"IMAGE          CREATED          CREATED BY{' ' * 38}SIZE      COMMENT",
        f"{short}   30 minutes ago   {by[:44]}…   2.5kB     ",
        f"<missing>      30 minutes ago   /bin/sh -c #(nop) ADD file:aa in /{' ' * 14}1.07kB    ",
    ]


def test_history_without_human_words(engine: Engine) -> None:
    line = "history -H=false --format '{{.CreatedSince}} {{.Size}}' base:1"
    assert printed(engine, line) == ["2025-12-31T23:00:00Z 1067"]


def test_what_was_made_before_2000_has_no_age(engine: Engine) -> None:
    engine.add("old", image(BASE, created="1970-01-01T00:00:00Z", by=("x",)))
    assert printed(engine, "history old --format '{{.CreatedSince}}|{{.CreatedAt}}'") == [
        "N/A|1970-01-01T00:00:00Z"
    ]
    assert printed(engine, "images old --format '{{.CreatedSince}}'") == ["56 years ago"]


def test_history_names_the_images_that_were_built_here(engine: Engine) -> None:
    engine.create("base:1", ["sh"], name="box")
    engine.commit("box", "child", message="by hand")
    first, second = (engine.image(name).image.image_id.short for name in ("child", "base:1"))
    assert printed(engine, "history -q child") == [first, second]
    assert printed(engine, "history child --format '{{.Comment}}'") == ["by hand", ""]


def test_ps(engine: Engine) -> None:
    box = engine.create("app", name="box", labels={"a": "b"})
    assert printed(engine, "ps") == [
        "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"
    ]
    engine.clock.advance(minutes=3)
    assert printed(engine, "ps -as") == [
        (
            "CONTAINER ID   IMAGE     COMMAND            CREATED         STATUS    PORTS     NAMES"
            "     SIZE"
        ),
        (
            f"{box.id[:12]}   app       \"sleep '1 hour'\"   3 minutes ago   Created"
            "             box       0B (virtual 3.57kB)"
        ),
    ]
    assert printed(engine, "ps -a --format '{{.Label \"a\"}} {{.Labels}}'") == [
        "b a=b,team=core,tier=a & b"
    ]


def test_a_container_of_an_image_that_lost_its_name_shows_the_id(engine: Engine) -> None:
    engine.create("app", name="box")
    engine.tag("base:1", "app")
    image_id = engine.image("quay.io/team/app:2").image.image_id
    assert printed(engine, "ps -a --format '{{.Image}}'") == [image_id.short]
    assert printed(engine, "ps -a --no-trunc --format '{{.Image}}'") == [str(image_id)]


def test_size_is_computed_when_a_template_asks_for_it(engine: Engine) -> None:
    engine.create("app", name="box")
    engine.container("box").files.write_bytes("/new", b"x" * 10)
    assert printed(engine, "ps -a --format '{{.Size}}'") == ["10B (virtual 3.58kB)"]
    assert json.loads(engine.docker("ps -a --format json"))["Size"] == "0B"
    assert json.loads(engine.docker("ps -a --format '{{json .}}'"))["Size"] != "0B"
    assert printed(engine, "ps -a --size=false --format '{{.Size}}'") == ["0B"]


def test_a_template_of_ps_is_tried_before_anything(engine: Engine) -> None:
    assert refused(engine, "ps --format '{{.Foo}}'") == (
        (
            'failed to execute template: template: :1:2: executing "" at <.Foo>: '
            "can't evaluate field Foo in type *formatter.ContainerContext\n"
        ),
        1,
    )
    assert refused(engine, "ps --format '{{'")[0] == (
        "failed to parse template: template: :1: unclosed action\n"
    )


def test_system_df(engine: Engine) -> None:
    engine.create("app", name="box")
    engine.container("box").files.write_bytes("/new", b"x" * 10)
    assert printed(engine, "system df") == [
        "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE",
        "Images          2         1         3.567kB   1.067kB (29%)",
        "Containers      1         0         10B       10B (100%)",
        "Local Volumes   0         0         0B        0B",
        "Build Cache     0         0         0B        0B",
    ]
    sizes = "{{range .Images}}{{.Tag}} {{.Size}} {{.SharedSize}} {{.UniqueSize}};{{end}}"
    assert engine.docker(["system", "df", "-v", "--format", sizes]) == (
        "latest 3.57kB 1.067kB 2.5kB;1 1.07kB 1.067kB 0B;"
    )


def test_diff(engine: Engine) -> None:
    engine.create("base:1", ["sh"], name="box")
    files = engine.container("box").files
    files.write_bytes("/etc/motd", b"hi")
    files.unlink("/bin/sh")
    assert printed(engine, "diff box") == ["C /bin", "D /bin/sh", "C /etc", "A /etc/motd"]


def test_inspect_prints_the_engine_s_json(engine: Engine) -> None:
    text = engine.docker("inspect app")
    assert text.startswith('[\n    {\n        "Id": "sha256:')
    assert text.endswith("    }\n]\n")
    assert '"tier": "a \\u0026 b"' in text
    assert json.loads(text) == [json.loads(json.dumps(engine.inspect("app")))]
    assert engine.docker("inspect app -f json").count("\n") == 1


def test_inspect_tells_what_it_did_not_find_last(engine: Engine) -> None:
    with pytest.raises(DockerExit) as caught:
        engine.docker("inspect -f '{{.Os}}' nope app gone")
    assert caught.value.stdout == "linux\n"
    assert caught.value.stderr == "Error: No such object: nope\nError: No such object: gone\n"
    assert refused(engine, "inspect -f '{{' app") == (
        "template parsing error: template: :1: unclosed action\n",
        64,
    )


def test_a_missing_key_is_an_error_after_the_first_that_failed(engine: Engine) -> None:
    line = "{{if .Config.Labels}}{{.Config.Labels.nope}}{{else}}{{.Foo}}{{end}}"
    output = execute(engine, ["inspect", "-f", line, "app", "base:1", "app"])
    assert output.stdout == "<no value>\n"
    assert [text.rpartition(" ")[2] for text in output.stderr.splitlines()] == ['"Foo"', '"nope"']


def test_size_of_a_container_is_in_its_json_when_asked_for(engine: Engine) -> None:
    engine.create("app", name="box")
    line = "inspect -s -f '{{.SizeRw}} {{.SizeRootFs}}' box"
    assert printed(engine, line) == ["0 3567"]
    assert printed(engine, "inspect -f '{{.SizeRw}}' box") == ["<nil>"]
    keys = list(json.loads(engine.docker("inspect -s box"))[0])
    assert keys[keys.index("GraphDriver") :][:4] == [
        "GraphDriver", "SizeRw", "SizeRootFs", "Mounts",
    ]  # fmt: skip


def test_version_and_info_are_the_same_each_time(engine: Engine) -> None:
    assert engine.docker("version") == Engine().docker("version")
    assert printed(engine, "version -f '{{.Client.Version}} {{.Server.Version}}'") == [
        "28.2.2 20.10.24"
    ]
    text = engine.docker("info")
    assert " Images: 2\n" in text
    assert " Storage Driver: overlay2\n" in text
    assert "driver-type: io.containerd.snapshotter.v1" in Engine(store="containerd").docker("info")


def test_a_newer_engine_knows_more_options() -> None:
    new, old = Engine(store="containerd"), Engine()
    assert (api(old), api(new)) == ((1, 41), (1, 50))
    assert "--platform" in new.docker("history --help")
    assert "--platform" not in old.docker("history --help")
    assert refused(old, "history --platform linux/amd64 app")[0] == (
        '"--platform" requires API version 1.48, but the Docker daemon API version is 1.41\n'
    )


def test_the_containerd_store_names_images_by_their_manifest() -> None:
    engine = Engine(store="containerd")
    app = engine.add("app", image(BASE))
    (shown,) = printed(engine, "images -q --no-trunc")
    assert shown != str(app.image_id)


@pytest.mark.parametrize(
    ("line", "first", "code"),
    [
        ("images --foo", "unknown flag: --foo", 125),
        ("images -x", "unknown shorthand flag: 'x' in -x", 125),
        ("images --filter", "flag needs an argument: --filter", 125),
        ("images -f", "flag needs an argument: 'f' in -f", 125),
        ("images -f x",
         ('invalid argument "x" for "-f, --filter" flag: '
         "bad format of filter (expected name=value)"), 125),
        ("images -q=maybe", ('invalid argument "maybe" for "-q, --quiet" flag: '
         'strconv.ParseBool: parsing "maybe": invalid syntax'), 125),
        ("ps -n x", ('invalid argument "x" for "-n, --last" flag: '
         'strconv.ParseInt: parsing "x": invalid syntax'), 125),
        ("images a b", "docker: 'docker images' requires at most 1 argument", 1),
        ("history", "docker: 'docker history' requires 1 argument", 1),
        ("ps a", "docker: 'docker ps' accepts no arguments", 1),
        ("inspect", "docker: 'docker inspect' requires at least 1 argument", 1),
        ("port a b c", "docker: 'docker port' requires at least 1 and at most 2 arguments", 1),
        ("foo", "docker: unknown command: docker foo", 1),
        ("image foo", "docker: unknown command: docker image foo", 1),
        ("help foo", "unknown help topic: foo", 1),
    ],
)  # fmt: skip
def test_wrong_use(engine: Engine, line: str, first: str, code: int) -> None:
    stderr, found = refused(engine, line)
    assert (stderr.split("\n")[0], found) == (first, code)


def test_a_usage_error_in_full(engine: Engine) -> None:
    assert refused(engine, "image ls a b")[0] == (
        "docker: 'docker image ls' requires at most 1 argument\n\n"
        "Usage:  docker image ls [OPTIONS] [REPOSITORY[:TAG]]\n\n"
        "SRun 'docker image ls --help' for more information\n"
    )


def test_what_is_not_simulated_says_so(engine: Engine) -> None:
    for line in ("login", "swarm init", "network ls", "images --tree"):
        stderr, code = refused(Engine(store="containerd"), line)
        assert code == 1
        assert "layerlab" in stderr


FLAGS = (
    Flag("all", "", short="a"),
    Flag("quiet", "", short="q"),
    Flag("env", "", short="e", kind="list"),
    Flag("name", "", kind="string"),
    Flag("last", "", short="n", kind="int"),
)


@pytest.mark.parametrize(
    ("words", "given", "rest"),
    [
        (["-aq", "x"], {"all": ("true",), "quiet": ("true",)}, ["x"]),
        (["x", "-a"], {"all": ("true",)}, ["x"]),
        (["--all=false"], {"all": ("false",)}, []),
        (["-e", "A=1", "-eB=2", "-e=C", "--env=D", "--env", "-q"],
         {"env": ("A=1", "B=2", "C", "D", "-q")}, []),
        (["--name", "a", "--name=b"], {"name": ("b",)}, []),
        (["-n0x10"], {"last": ("16",)}, []),
        (["-n", "-010"], {"last": ("-8",)}, []),
        (["--", "-a"], {}, ["-a"]),
        (["-"], {}, ["-"]),
    ],
)  # fmt: skip
def test_options_are_read_as_pflag_does(
    words: list[str], given: dict[str, tuple[str, ...]], rest: list[str]
) -> None:
    assert split_flags(FLAGS, words, interspersed=True) == (given, rest)


def test_options_after_an_argument_may_be_the_argument_s(engine: Engine) -> None:
    assert split_flags(FLAGS, ["-a", "sh", "-q"], interspersed=False) == (
        {"all": ("true",)},
        ["sh", "-q"],
    )


def test_a_line_is_split_as_a_shell_would(engine: Engine) -> None:
    line = """docker images --format "{{.Tag}} 'x'" base"""
    assert run(engine, line) == "1 'x'\n"
    assert run(engine, ["images", "-q", "base"]) == run(engine, "images -q base")


def test_a_quote_that_is_left_open(engine: Engine) -> None:
    stderr, code = refused(engine, "images 'base")
    assert (code, "matching quote" in stderr) == (2, True)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("--help", "Usage:  docker [OPTIONS] COMMAND"),
        ("nosuch --help", "Usage:  docker [OPTIONS] COMMAND"),
        ("--help image ls", "Usage:  docker image ls [OPTIONS] [REPOSITORY[:TAG]]"),
        ("image --help ls", "Usage:  docker image ls [OPTIONS] [REPOSITORY[:TAG]]"),
        ("help image", "Usage:  docker image COMMAND"),
        ("image nosuch --help", "Usage:  docker image COMMAND"),
        ("help help", "Usage:  docker help [command]"),
        ("images -ah", "Flag shorthand -h has been deprecated, use --help"),
    ],
)
def test_whose_help_it_is(engine: Engine, line: str, first: str) -> None:
    assert printed(engine, line)[0] == first


def test_output_and_error_of_one_command(engine: Engine) -> None:
    output = execute(engine, ["images", "ls"])
    assert output.stdout == "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n"
    assert output.stderr == ('\nNo images found matching "ls": did you mean "docker image ls"?\n')
    assert output.code == 0


def test_the_containerd_store_counts_what_was_pulled_too() -> None:
    engine = Engine(store="containerd")
    base = engine.add("base:1", image(BASE, cmd=("sh",)))
    engine.create("base:1", name="box")
    digest = printed(engine, "images -q --no-trunc")[0]
    assert engine.inspect("base:1")["RepoDigests"] == [f"base@{digest}"]
    assert engine.inspect("box")["Image"] == digest
    assert engine.inspect("box")["Driver"] == "overlayfs"
    packed = engine.inspect("base:1")["Size"]
    (row,) = json.loads(engine.docker("system df -v --format json"))["Images"]
    assert row["Size"] == human_size(packed + base.size)
    line = "system df --format '{{.Size}} {{.Reclaimable}}'"
    assert printed(engine, line)[0] == f"{human_size(packed + base.size, 4)} 0B (0%)"
    assert printed(engine, "images --digests --format '{{.Digest}}'") == [digest]
