"""The command line: what it prints, where, with which exit code, and what never gets through."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tarfile
import termios
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tars import config, docker_archive, entry, hard_link, packed, sha256, symlink, tar

from layerlab import open_image
from layerlab.analysis import compare, to_json, tree, waste
from layerlab.command import lab, main
from layerlab.command.progress import LARGE

ROOT = Path(__file__).parents[1]
LAYERLAB = [sys.executable, "-m", "layerlab"]
COMMANDS = ("layers", "tree", "waste", "compare", "cat", "extract", "lab")

BASE = tar(
    entry("bin"),
    entry("bin/sh", bytes(1500), mode=0o755),
    hard_link("bin/tool", "bin/sh", mode=0o755),
    entry("dev"),
    entry("dev/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3, mode=0o666),
    entry("etc"),
    entry("etc/issue", b"\x00\xff\n"),
    entry("etc/motd", b"hello\n"),
    entry("opt"),
    entry("opt/old", bytes(30)),
    symlink("sbin", "bin"),
    entry("tmp"),
    entry("tmp/left", bytes(200)),
)
PATCH = tar(
    entry("etc"),
    entry("etc/.wh.issue", b""),
    entry("etc/motd", b"welcome\n"),
    entry("opt"),
    entry("opt/.wh..wh..opq", b""),
    entry("opt/new", bytes(7)),
)
STEPS = [
    {"created_by": "/bin/sh -c #(nop) ADD file:" + "5" * 64 + " in / "},
    {"created_by": '/bin/sh -c #(nop)  CMD ["sh"]', "empty_layer": True},
    {"created_by": "RUN /bin/sh -c fix &&     tidy # buildkit"},
]


def archive(*layers: bytes, name: str = "app:1", **fields: object) -> bytes:
    """A docker-archive of these layers, its config with these fields besides."""
    members = docker_archive(list(layers), [name])
    return packed(members | {"config.json": config(layers, **fields)})


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of an archive of two layers."""
    path = tmp_path_factory.mktemp("command") / "app.tar"
    path.write_bytes(archive(BASE, PATCH, history=STEPS))
    return str(path)


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """``run("layers", path)``: the command in this process, its output taken."""

    def call(*argv: object) -> Done:
        code = main(list(map(str, argv)))
        out, err = capsysbinary.readouterr()
        return Done(code, out.decode("latin-1" if argv[0] == "cat" else "utf-8"), err.decode())

    return call


def on_terminal(*argv: object, columns: int = 80, **environ: str) -> str:
    """All that a terminal gets from the command."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    command = [*LAYERLAB, *map(str, argv)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=env | {"TERM": "xterm"} | environ
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                seen += os.read(ours, 1 << 16)
            except OSError:  # EIO: the other end was closed
                break
    os.close(ours)
    assert process.returncode == 0, seen
    return seen.decode().replace("\r\n", "\n")


# layers


def test_layers(run: Run, image: str) -> None:
    first, second = (sha256(layer)[7:19] for layer in (BASE, PATCH))
    assert run("layers", image) == Done(
        0,
        "LAYER  DIFF ID         SIZE  MADE BY\n"
        f"    0  {first}  1.74kB  ADD file:555555555555… in /\n"
        f"    1  {second}     15B  RUN fix && tidy\n"
        "2 layers, 1.76kB\n",
        "",
    )


def test_layers_json(run: Run, image: str) -> None:
    opened = open_image(image)
    assert json.loads(run("layers", "--json", image).out) == {
        "image_id": opened.image_id,
        "layers": [
            {
                "chain_id": opened.chain_ids[number],
                "created_by": STEPS[step]["created_by"],
                "diff_id": sha256(layer),
                "layer": number,
                "size": size,
            }
            for number, (layer, step, size) in enumerate([(BASE, 0, 1742), (PATCH, 2, 15)])
        ],
        "platform": "linux/amd64",
        "size": 1757,
    }


def test_layers_without_a_history(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(archive(BASE))
    done = run("layers", tmp_path / "x.tar")
    assert done.out.splitlines()[1:] == [f"    0  {sha256(BASE)[7:19]}  1.74kB", "1 layer, 1.74kB"]


def test_image_of_no_layers(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(archive())
    assert run("layers", tmp_path / "x.tar").out.splitlines()[1:] == ["0 layers, 0B"]
    assert run("waste", "--lowest-efficiency", 1, tmp_path / "x.tar").code == 0
    assert run("tree", tmp_path / "x.tar").out.splitlines()[1:] == [" " * 17 + "0B         /"]
    assert "it has none" in run("tree", "--layer", 0, tmp_path / "x.tar").err


# tree


def test_tree(run: Run, image: str) -> None:
    assert run("tree", image) == Done(
        0,
        "MODE           SIZE  LAYER  PATH\n"
        "             1.72kB      0  /\n"
        "drwxr-xr-x    1.5kB      0  ├── bin/\n"
        "-rwxr-xr-x    1.5kB      0  │   ├── sh\n"
        "-rwxr-xr-x    1.5kB      0  │   └── tool\n"
        "drwxr-xr-x       0B      0  ├── dev/\n"
        "crw-rw-rw-       0B      0  │   └── null (char 1, 3)\n"
        "drwxr-xr-x       8B      1  ├── etc/\n"
        "-rw-r--r--       8B      1  │   └── motd\n"
        "drwxr-xr-x       7B      1  ├── opt/\n"
        "-rw-r--r--       7B      1  │   └── new\n"
        "lrwxrwxrwx       3B      0  ├── sbin -> bin\n"
        "drwxr-xr-x     200B      0  └── tmp/\n"
        "-rw-r--r--     200B      0      └── left\n",
        "",
    )


def test_tree_of_a_part(run: Run, image: str) -> None:
    lines = run("tree", "--depth", "0", image, "sbin").out.splitlines()
    assert lines[1:] == ["drwxr-xr-x    1.5kB      0  /bin/"]
    lines = run("tree", image, "/etc/../sbin/sh").out.splitlines()
    assert lines[1:] == ["-rwxr-xr-x    1.5kB      0  /bin/sh"]
    lines = run("tree", "--depth", "1", image).out.splitlines()
    assert [line.split()[-1] for line in lines if "──" in line] == [
        "bin/", "dev/", "etc/", "opt/", "bin", "tmp/",
    ]  # fmt: skip


def test_tree_of_one_layer(run: Run, image: str) -> None:
    assert run("tree", "--layer", 1, image) == Done(
        0,
        "   MODE           SIZE  PATH\n"
        "                   15B  /\n"
        "C  drwxr-xr-x       8B  ├── etc/\n"
        "D                       │   ├── issue\n"
        "C  -rw-r--r--       8B  │   └── motd\n"
        "C  drwxr-xr-x       7B  └── opt/ (opaque: hides what lower layers have here)\n"
        "A  -rw-r--r--       7B      └── new\n",
        "",
    )
    assert all(line[0] in " A" for line in run("tree", "--layer", 0, image).out.splitlines())
    done = run("tree", "--layer", 1, "--depth", 0, image, "etc/")
    assert done.out.splitlines()[1:] == ["C  drwxr-xr-x       8B  /etc/"]
    assert (
        run("tree", "--layer", 1, image, "/bin").err
        == "layerlab: /bin: No such file or directory\n"
    )
    done = run("tree", "--layer", 2, image)
    assert (done.code, done.out) == (2, "")
    assert "there is no layer 2 (they are numbered 0 to 1, the lowest first)" in done.err


def test_link_into_a_lower_layer(run: Run, tmp_path: Path) -> None:
    upper = tar(hard_link("etc/again", "etc/motd"))
    (tmp_path / "x.tar").write_bytes(archive(BASE, upper))
    lines = run("tree", "--layer", 1, tmp_path / "x.tar").out.splitlines()
    assert lines[-2:] == [
        "                    0B  └── etc/",
        "A                   0B      └── again link to /etc/motd",
    ]


def test_folders_that_no_entry_names(run: Run, tmp_path: Path) -> None:
    files = tar(entry("a/x", bytes(5)), entry("b/y", bytes(7)), hard_link("b/z", "a/x"))
    (tmp_path / "x.tar").write_bytes(archive(files))
    for more in ([], ["--layer", "0"]):
        lines = run("tree", *more, tmp_path / "x.tar").out.splitlines()[1:]
        sizes = [re.findall(r"\d+B", line)[0] for line in lines]
        assert sizes == ["12B", "5B", "5B", "7B", "7B", "5B"]


def test_tree_json(run: Run, image: str) -> None:
    whole = tree(open_image(image))
    assert json.loads(run("tree", "--json", image).out) == whole
    assert json.loads(run("tree", "--json", image, "/sbin/").out) == whole["entries"]["bin"]
    pruned = json.loads(run("tree", "--json", "--depth", 1, image).out)
    assert sorted(pruned["entries"]) == sorted(whole["entries"])
    assert pruned["entries"]["tmp"] == {
        key: value for key, value in whole["entries"]["tmp"].items() if key != "entries"
    }


def test_tree_json_of_one_layer(run: Run, image: str) -> None:
    found = json.loads(run("tree", "--json", "--layer", 1, image).out)
    assert set(found) == {"change", "entries", "kind", "size"}
    assert found["entries"]["etc"]["entries"] == {
        "issue": {"change": "deleted", "kind": "whiteout", "size": 0},
        "motd": {"change": "changed", "kind": "file", "mode": 0o644, "size": 8},
    }
    opt = found["entries"]["opt"]
    assert (opt["change"], opt["opaque"], opt["mode"]) == ("changed", True, 0o755)
    assert json.loads(run("tree", "--json", "--layer", 1, image, "/opt").out) == opt


def test_tree_too_deep_for_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(archive(tar(entry("d/" * 1500 + "f", b"1"))))
    done = run("tree", "--json", tmp_path / "x.tar")
    assert (done.code, done.out, done.err) == (
        2,
        "",
        "layerlab: the tree is nested too deeply for JSON\n",
    )
    assert run("tree", tmp_path / "x.tar").out.count("\n") == 1503


# waste and compare


def test_waste(run: Run, image: str) -> None:
    assert run("waste", image) == Done(
        0,
        "size        1.76kB in 2 layers\n"
        "wasted      239B, 1593.3% of the 15B above the lowest layer\n"
        "efficiency  0.8640\n"
        "\n"
        "200B temporary files\n"
        "  made in layer 0: ADD file:555555555555… in /\n"
        "  to save it, delete them in the RUN that makes them\n"
        "       200B  /tmp/left\n"
        "\n"
        "33B deleted in a later layer\n"
        "  made in layer 0: ADD file:555555555555… in /\n"
        "  hidden by layer 1: RUN fix && tidy\n"
        "  to save it, delete it in the instruction that makes it, or don't copy it at all\n"
        "        30B  /opt/old\n"
        "         3B  /etc/issue\n"
        "\n"
        "6B changed in a later layer\n"
        "  made in layer 0: ADD file:555555555555… in /\n"
        "  hidden by layer 1: RUN fix && tidy\n"
        "  to save it, make the change in the instruction that makes the file\n"
        "         6B  /etc/motd\n",
        "",
    )
    assert json.loads(run("waste", "--json", image).out) == to_json(waste(open_image(image)))


def test_waste_of_many_files(run: Run, tmp_path: Path) -> None:
    files = [entry(f"d/{number}", bytes(number)) for number in range(1, 9)]
    (tmp_path / "x.tar").write_bytes(archive(tar(*files), tar(entry(".wh.d", b""))))
    lines = run("waste", tmp_path / "x.tar").out.splitlines()
    assert [line.split() for line in lines[-6:]] == [
        ["8B", "/d/8"], ["7B", "/d/7"], ["6B", "/d/6"], ["5B", "/d/5"], ["4B", "/d/4"],
        ["6B", "in", "3", "more"],
    ]  # fmt: skip
    assert "  made in layer 0" in lines


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_check_for_ci(run: Run, image: str, form: list[str]) -> None:
    efficiency = waste(open_image(image)).efficiency
    told = run("waste", *form, image)
    assert run("waste", *form, "--lowest-efficiency", efficiency, image) == told
    done = run("waste", *form, "--lowest-efficiency", efficiency + 1e-9, image)
    assert (done.code, done.out) == (1, told.out)
    assert re.fullmatch(r"layerlab: the efficiency 0\.86\d+ is lower than 0\.86\d+\n", done.err)


def test_compare(run: Run, image: str, tmp_path: Path) -> None:
    other = tar(
        entry("bin/sh", bytes(1500), mode=0o700),
        entry("etc/motd", bytes(2000)),
        entry("tmp", b"now a file"),
        entry("usr"),
        entry(".wh.opt", b""),
    )
    (tmp_path / "b.tar").write_bytes(archive(BASE, other))
    done = run("compare", image, tmp_path / "b.tar")
    assert done == Done(
        0,
        "           LAYERS    SIZE\n"
        "shared          1  1.74kB\n"
        "only in A       1     15B\n"
        "only in B       1  3.51kB\n"
        "\n"
        "m               1.5kB  /bin/sh\n"
        "+                  3B  /etc/issue\n"
        "~           8B -> 2kB  /etc/motd\n"
        "-                  0B  /opt\n"
        "-                  7B  /opt/new\n"
        "~           0B -> 10B  /tmp\n"
        "-                200B  /tmp/left\n"
        "+                  0B  /usr\n",
        "",
    )
    found = compare(open_image(image), open_image(tmp_path / "b.tar"))
    assert json.loads(run("compare", "--json", image, tmp_path / "b.tar").out) == to_json(found)
    assert run("compare", image, image).out.splitlines()[1:] == [
        "shared          2  1.76kB", "only in A       0      0B", "only in B       0      0B",
    ]  # fmt: skip


def keys(document: dict[str, Any]) -> set[str]:
    """All keys of a JSON document, but for the names of files."""
    found = set(document)
    for key, value in document.items():
        inside = value.values() if key == "entries" else value if isinstance(value, list) else ()
        found = found.union(*(keys(each) for each in inside if isinstance(each, dict)))
    return found


@pytest.mark.parametrize("command", ["layers", "tree", "tree --layer", "waste", "compare"])
def test_every_key_is_documented(run: Run, image: str, command: str) -> None:
    page = (ROOT / "docs/command-line.md").read_text("utf-8")
    name, *layer = command.split()
    images = [image, image.replace("app.tar", "other.tar")]
    Path(images[1]).write_bytes(archive(BASE))
    argv = [
        name,
        *(["--layer", "1"] if layer else []),
        "--json",
        *images[: 1 + (name == "compare")],
    ]
    used = keys(json.loads(run(*argv).out))
    row = next(line for line in page.splitlines() if line.startswith(f"| `{command}` | "))
    told = row + (page if layer else "")  # "the same" as of the whole tree
    assert not {key for key in used if f"`{key}`" not in told}


# cat and extract


def test_cat(run: Run, image: str, tmp_path: Path) -> None:
    assert run("cat", image, "/etc/motd") == Done(0, "welcome\n", "")
    assert run("cat", image, "sbin/sh") == Done(0, "\0" * 1500, "")
    (tmp_path / "x.tar").write_bytes(archive(BASE))
    assert run("cat", tmp_path / "x.tar", "/etc/issue") == Done(0, "\x00\xff\n", "")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/etc", "Is a directory"),
        ("/etc/issue", "No such file or directory"),
        ("/etc/motd/x", "Not a directory"),
        ("/dev/null", "No such device or address"),
    ],
)
def test_cat_of_what_is_no_file(run: Run, image: str, path: str, why: str) -> None:
    assert run("cat", image, path) == Done(2, "", f"layerlab: {path}: {why}\n")


def test_extract(run: Run, image: str, tmp_path: Path) -> None:
    assert run("extract", image, "/etc", tmp_path) == Done(0, "", "")
    assert (tmp_path / "etc/motd").read_text() == "welcome\n"
    assert run("extract", image, "/sbin", tmp_path / "link").code == 0
    assert os.readlink(tmp_path / "link") == "bin"
    done = run("extract", image, "/", tmp_path / "all")
    assert done == Done(0, "", "layerlab: left out /dev/null: a device, FIFO or socket\n")
    assert sorted(os.listdir(tmp_path / "all/opt")) == ["new"]
    done = run("extract", image, "/etc", tmp_path)
    assert done == Done(2, "", f"layerlab: {tmp_path}/etc: File exists\n")


# IMAGE


def test_one_image_of_several(run: Run, tmp_path: Path) -> None:
    members = {"config.json": config([BASE]), "other.json": config([PATCH])}
    members |= {"0.tar": BASE, "1.tar": PATCH}
    records = [
        {"Config": "config.json", "RepoTags": ["app:1"], "Layers": ["0.tar"]},
        {"Config": "other.json", "RepoTags": ["app:2", "host:5000/app:2"], "Layers": ["1.tar"]},
    ]
    path = tmp_path / "two.tar"
    path.write_bytes(packed(members | {"manifest.json": json.dumps(records).encode()}))
    assert "1 layer, 1.74kB" in run("layers", f"{path}:app:1").out
    for name in ("app:2", "host:5000/app:2", sha256(members["other.json"])[:19]):
        assert "1 layer, 15B" in run("layers", f"{path}:{name}").out
    done = run("layers", path)
    assert done.code == 2
    assert "there are several images: 'app:1', 'app:2', 'host:5000/app:2'" in done.err
    assert "there is no 'app:3'" in run("layers", f"{path}:app:3").err
    path.rename(tmp_path / "odd:app:1")
    assert "1 layer, 15B" in run("layers", f"{tmp_path}/odd:app:1:app:2").out
    assert run("layers", tmp_path / "odd:app:3").err.startswith(
        f"layerlab: {tmp_path}/odd:app:3: can't be read: No such file"
    )


def test_layout_and_standard_input(run: Run, image: str, tmp_path: Path) -> None:
    with tarfile.open(image) as members:
        members.extractall(tmp_path, filter="data")
    told = run("layers", image).out
    assert run("layers", tmp_path).out == told
    with open(image, "rb") as stream:
        piped = subprocess.run(
            [*LAYERLAB, "layers", "-"], stdin=stream, capture_output=True, text=True
        )
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, told, "")


ENGINE = """\
#!/bin/sh
echo "$(basename $0) $*" >>"{log}"
case "$1" in
image) {inspect};;
save) {save};;
esac
"""


class Engine(NamedTuple):
    """A folder for PATH with stand-ins for ``docker`` and ``podman``, and what they were asked."""

    folder: Path

    def install(self, name: str, *, inspect: str, save: str = "exit 9") -> None:
        program = self.folder / name
        program.write_text(ENGINE.format(log=self.folder / "log", inspect=inspect, save=save))
        program.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    bin = tmp_path / "bin"
    bin.mkdir()
    for tool in ("sh", "basename", "cat", "head", "sleep"):
        found = next(
            f"{place}/{tool}" for place in ("/bin", "/usr/bin") if os.path.exists(f"{place}/{tool}")
        )
        (bin / tool).symlink_to(found)
    monkeypatch.setenv("PATH", str(bin))
    return Engine(bin)


ID = "sha256:" + "7" * 64


@pytest.mark.parametrize(
    ("scheme", "installed", "asked"),
    [
        ("docker", ("docker", "podman"), "docker"),
        ("docker", ("podman",), "podman"),
        ("podman", ("docker", "podman"), "podman"),
    ],
)
def test_engine_is_asked(
    run: Run, image: str, engine: Engine, scheme: str, installed: tuple[str, ...], asked: str
) -> None:
    for name in installed:
        engine.install(name, inspect=f"echo {ID}", save=f"cat '{image}'")
    told = run("layers", image)
    assert run("layers", f"{scheme}://app:1") == told
    assert engine.asked == [
        f"{asked} image inspect --format {{{{.Id}}}} -- app:1", f"{asked} save {ID}",
    ]  # fmt: skip


REFUSALS = {
    "Error: No such image: app": "docker says: No such image: app ('docker pull app' fetches it",
    "Error response from daemon: No such image: app:latest": "('docker pull app' fetches it",
    "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?":
        "docker says: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon "
        "running? (start the engine, or give an archive of it)",
    "permission denied while trying to connect to the Docker daemon socket": "(run it with sudo",
    "": "docker says: it failed without a word\n",
    "\033[31mred": "docker says: \\x1b[31mred\n",
}  # fmt: skip


@pytest.mark.parametrize("said", REFUSALS)
def test_engine_that_refuses(run: Run, engine: Engine, said: str) -> None:
    engine.install("docker", inspect=f"echo '[]'; echo '{said}' >&2; exit 1")
    done = run("layers", "docker://app")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("layerlab: docker://app: docker says: ")
    assert REFUSALS[said] in done.err


def test_podman_is_named_where_docker_does_not_run(run: Run, engine: Engine) -> None:
    engine.install("docker", inspect="echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    engine.install("podman", inspect="exit 0")
    assert "(start the engine, or 'podman://app' asks Podman)" in run("layers", "docker://app").err


def test_no_engine(run: Run, engine: Engine) -> None:
    for scheme, who in (("docker", "docker or podman"), ("podman", "podman")):
        done = run("waste", f"{scheme}://app")
        assert done.code == 2
        assert f"layerlab: {scheme}://app: {who} isn't installed (save the image" in done.err


@pytest.mark.parametrize(
    "save", ["head -c 3000 '{}'; echo 'it broke' >&2; exit 1", "cat '{}'; exit 3"]
)
def test_engine_that_fails_halfway(
    run: Run, image: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save: str
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    engine.install("docker", inspect=f"echo {ID}", save=save.format(image))
    done = run("layers", "docker://app")
    assert (done.code, done.out) == (2, "")
    assert "docker says: it " in done.err
    assert os.listdir(temporary) == []


# Usage and errors


@pytest.mark.parametrize(
    "argv",
    [
        [], ["frobnicate"], ["layers"], ["layers", "a", "b"], ["layers", "--js", "x"],
        ["tree", "--layer", "-1", "x"], ["tree", "--depth", "²", "x"], ["compare", "x"],
        ["waste", "--lowest-efficiency", "95", "x"], ["waste", "--lowest-efficiency", "nan", "x"],
        ["cat", "x"], ["extract", "x", "y"], ["--version=2"],
    ],
)  # fmt: skip
def test_wrong_usage(run: Run, argv: list[str]) -> None:
    code = main(argv)
    assert code == 2
    done = run("layers", "--nonsense")
    assert done.out == ""
    lines = done.err.splitlines()
    assert lines[-2].startswith("layerlab: ")
    assert re.fullmatch(r"Try 'layerlab( \w+)? --help'\.", lines[-1])


@pytest.mark.parametrize("data", [b"", b"not an archive", bytes(10240), b"\x1f\x8b\x08\x00damaged"])
@pytest.mark.parametrize("command", ["layers", "tree", "waste", "cat", "extract"])
def test_not_an_image(run: Run, tmp_path: Path, data: bytes, command: str) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(data)
    more = {"cat": ["/"], "extract": ["/", str(tmp_path / "out")]}.get(command, [])
    done = run(command, path, *more)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"layerlab: {path}: ")
    assert done.err.count("\n") == 1
    assert os.listdir(tmp_path) == ["x.tar"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"\nFor example:\n  $ layerlab {command}" in done.out
    assert f"    {command} " in run("--help").out


def test_version(run: Run) -> None:
    assert re.fullmatch(r"layerlab \d+\.\d+\.\d+\n", run("--version").out)


def test_only_what_it_needs_is_loaded(image: str) -> None:
    program = (
        "import sys; from layerlab.command import main; "
        f"main(['layers', {image!r}]); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    heavy = {"pandas", "numpy", "matplotlib", "IPython", "ipywidgets", "subprocess", "tempfile"}
    heavy |= {"layerlab.notebook", "layerlab.engine", "layerlab.analysis", "layerlab.build"}
    loaded = set(done.stderr.split())
    assert "layerlab.command.looking" in loaded
    assert not heavy & loaded


# Strangers' names

EVIL = [
    "new\nline", "esc\x1b[31m", "bell\x07", "back\b\b\b", "\rreturn", "tab\tstop", "del\x7f",
    "c1\x9b31m", "\u202eright-to-left", "latin\udce9", "zero\u200bwidth", "line\u2028sep",
]  # fmt: skip


def test_hostile_names_reach_no_terminal(run: Run, tmp_path: Path) -> None:
    files = [entry(f"d/{name}", b"x" * 9, mode=0o755) for name in EVIL]
    links = [symlink(f"l{number}", name) for number, name in enumerate(EVIL)]
    lower = tar(
        *files, *links, entry("dev/x\x1b", type=tarfile.FIFOTYPE), format=tarfile.GNU_FORMAT
    )
    upper = tar(*(entry(f"d/.wh.{name}", b"") for name in EVIL), format=tarfile.GNU_FORMAT)
    steps = [{"created_by": "RUN " + "".join(EVIL[:-3])}, {"created_by": "COPY \x1b[2J"}]
    paths = [tmp_path / "one.tar", tmp_path / "two.tar"]
    paths[0].write_bytes(archive(lower, history=steps[:1]))
    paths[1].write_bytes(archive(lower, upper, history=steps))
    one, two = paths
    lines = (
        ["layers", two], ["layers", "--json", two], ["tree", one], ["tree", "--json", one],
        ["tree", "--layer", 1, two], ["tree", "--json", "--layer", 1, two], ["waste", two],
        ["waste", "--json", two], ["compare", one, two], ["compare", "--json", one, two],
        ["cat", one, "/x\x1b[31m"], ["tree", one, "/d/\x9b"], ["layers", "no\x1b[31m"],
        ["extract", one, "/dev", tmp_path], ["extract", one, "/\n", tmp_path],
        ["layers", f"{one}:\x1b[31m"], ["layers", "docker://\x1b[31m"],
    )  # fmt: skip
    for argv in lines:
        done = run(*argv)
        text = done.out + done.err
        assert text.replace("\n", "").isprintable(), argv
    shown = run("tree", one).out
    assert all(escaped in shown for escaped in (r"new\nline", r"esc\x1b[31m", r"latin\xe9"))
    assert shown.count("\n") == 1 + 2 + len(EVIL) + len(EVIL) + 2
    found = json.loads(run("tree", "--json", one, "/d").out)
    assert sorted(found["entries"]) == sorted(EVIL)
    assert "\x1b[31m" not in on_terminal("tree", one, NO_COLOR="1")


# A terminal, a pipe, a full disk, Control-C


def test_colour_is_for_terminals(image: str) -> None:
    plain = on_terminal("tree", image, NO_COLOR="1")
    coloured = on_terminal("tree", image)
    assert "\x1b" not in plain
    assert "\x1b[34mbin/\x1b[0m" in coloured
    assert "\x1b[32msh\x1b[0m" in coloured
    assert "\x1b[36msbin\x1b[0m -> bin" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert on_terminal("tree", image, TERM="dumb") == plain
    assert "\x1b[31mD\x1b[0m" in on_terminal("tree", "--layer", 1, image)
    assert on_terminal("tree", "--json", image).startswith("{\n")


def test_lines_fit_the_terminal(image: str) -> None:
    lines = on_terminal("layers", image, columns=52, NO_COLOR="1").splitlines()
    assert lines[1].endswith("  1.74kB  ADD file:555555555555……")
    assert len(lines[1]) == 52
    lines = on_terminal("waste", image, columns=36, NO_COLOR="1").splitlines()
    assert "  made in layer 0: ADD file:5555555…" in lines


def test_progress(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "large.tar"
    path.write_bytes(archive(tar(entry("zeros", bytes(LARGE + 9_000_000)))))
    seen = on_terminal("layers", path, columns=120)
    *drawn, rest = re.split(r"\r\x1b\[K", seen)
    told = f"reading and verifying {path}"[:100]
    assert drawn[0] == ""
    assert drawn[1].startswith(told[:60])
    assert any(re.search(r": [\d.]+MB of 41MB, \d\d%$", line) for line in drawn), drawn
    assert "zeros" not in rest
    assert rest.startswith("\x1b[1mLAYER")
    engine.install("docker", inspect=f"echo {ID}", save=f"cat '{path}'")
    saved = on_terminal("layers", "docker://app")
    assert re.search(r"\r\x1b\[Ksaving docker://app: [34]\d[\d.]*MB\r\x1b\[K", saved)
    assert saved.endswith(rest)
    narrow = on_terminal("layers", path, columns=40)
    assert all(len(line) < 40 for line in re.split(r"\r\x1b\[K", narrow)[:-1])
    assert "reading" not in on_terminal("layers", path, TERM="dumb")
    done = subprocess.run([*LAYERLAB, "layers", path], capture_output=True, text=True)
    assert done.stderr == ""


def test_no_progress_for_small_archives(image: str) -> None:
    assert "\r\x1b[K" not in on_terminal("waste", image)


def test_what_is_read_is_told(image: str, tmp_path: Path) -> None:
    told: list[int] = []
    open_image(image, watch=told.append)
    assert sum(told) == os.path.getsize(image)
    with tarfile.open(image) as members:
        members.extractall(tmp_path, filter="data")
    told.clear()
    open_image(tmp_path, watch=told.append)
    assert sum(told) == sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image of which the tree is longer than a pipe holds."""
    path = tmp_path_factory.mktemp("many") / "many.tar"
    path.write_bytes(archive(tar(*(entry(f"file-number-{n:05}", b"") for n in range(4000)))))
    return str(path)


def test_reader_that_has_seen_enough(many: str) -> None:
    with subprocess.Popen(
        [*LAYERLAB, "tree", many], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"MODE")
        process.stdout.close()
        assert process.wait() == -signal.SIGPIPE
        assert process.stderr.read() == b""


def test_full_disk(image: str, many: str) -> None:
    for path in (image, many):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [*LAYERLAB, "tree", path], stdout=full, stderr=subprocess.PIPE, text=True
            )
        assert (done.returncode, done.stderr) == (2, "layerlab: No space left on device\n")


def test_interrupted(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*LAYERLAB, "layers", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        # What a shell runs in the background ignores SIGINT, and so does what that starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(bytes(1 << 20))  # more than a pipe holds: it is reading by now
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")
    assert os.listdir(tmp_path) == []


# The course


def lessons(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_copy_of_the_course(tmp_path: Path) -> None:
    course = lessons(tmp_path / "course", a="1", b="1", images__c="1")
    copy = tmp_path / "copy"
    (course / ".ipynb_checkpoints").mkdir()
    (course / ".ipynb_checkpoints/a").touch()
    (course / "b").chmod(0o555)
    assert lab.update(course, copy) == []
    assert sorted(p.name for p in copy.rglob("*")) == sorted([lab.RECORD, "a", "b", "images", "c"])
    assert (copy / "b").stat().st_mode & 0o777 == 0o755
    lessons(copy, a="mine", own="mine")
    (copy / "images/c").unlink()
    assert lab.update(course, copy) == []
    assert ((copy / "a").read_text(), (copy / "own").read_text()) == ("mine", "mine")
    assert (copy / "images/c").read_text() == "1"
    (course / "b").chmod(0o644)
    lessons(course, a="2", b="2", d="2")
    for _ in range(2):  # it says so each time
        assert lab.update(course, copy) == ["a"]
        assert [(copy / name).read_text() for name in "abd"] == ["mine", "2", "2"]
    (copy / "a").unlink()
    assert lab.update(course, copy) == []
    assert (copy / "a").read_text() == "2"


def test_folder_that_was_there_before(tmp_path: Path) -> None:
    course = lessons(tmp_path / "course", a="1", b="1")
    copy = lessons(tmp_path / "copy", a="other", b="1")
    assert lab.update(course, copy) == ["a"]
    lessons(course, a="2", b="2")
    assert lab.update(course, copy) == ["a"]
    assert [(copy / name).read_text() for name in "ab"] == ["other", "2"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What was started in place of JupyterLab, which is here only in name."""
    calls: list[list[str]] = []

    def execve(program: str, argv: list[str], env: dict[str, str]) -> None:
        calls.append([program, *argv, env["JUPYTER_CONFIG_PATH"]])
        raise SystemExit(0)  # as if it had been left

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/etc/mine")
    return calls


def test_lab(run: Run, started: list[list[str]], tmp_path: Path) -> None:
    done = run("lab", "--no-browser")
    copy = tmp_path / "layerlab-course"
    assert done == Done(0, f"Your copy of the course is in {copy}\n", "")
    [[program, *argv, path]] = started
    assert program == argv[0] == sys.executable
    assert argv[1:3] == ["-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={copy}" in argv
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in argv
    assert "--no-browser" in argv
    assert ("--allow-root" in argv) == (os.geteuid() == 0)
    assert path == f"{ROOT}/tools/jupyter:/etc/mine"
    assert (copy / "images/greeter.tar").exists()
    os.chdir(copy)
    (copy / "01_union_file_systems.ipynb").write_text("mine")
    assert run("lab") == done._replace(out=f"Your copy of the course is in {copy}\n")
    assert "--no-browser" not in started[1]
    (copy / lab.RECORD).write_text(json.dumps({"01_union_file_systems.ipynb": "0" * 64}))
    done = run("lab", ".")
    assert done.err.startswith("layerlab: 01_union_file_systems.ipynb is yours, and stays")
    (copy / lab.RECORD).write_text("not JSON")
    assert (
        run("lab", copy).err
        == f"layerlab: {copy}/{lab.RECORD}: it isn't what was written there (delete it)\n"
    )
    assert len(started) == 3


def test_lab_without_jupyterlab(
    run: Run, started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    done = run("lab")
    assert done == Done(
        2, "", "layerlab: JupyterLab isn't installed (pip install 'layerlab[course]' brings it)\n"
    )
    assert os.listdir(tmp_path) == []
    assert not started


def test_wheel_brings_the_course(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    [path] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
        scripts = next(name for name in names if name.endswith("entry_points.txt"))
        assert "layerlab = layerlab.command:run" in wheel.read(scripts).decode()
        for source, target in lab.PACKED.items():
            for name, file in lab.files(ROOT / source):
                assert wheel.read(f"layerlab/lab/{target}/{name}") == file.read_bytes()
    assert not any(name.startswith(("notebooks/", "tools/", "tests/")) for name in names)
