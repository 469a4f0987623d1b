"""What lesson 05 says, on real machines: its boxes, its docker commands, its tables, its exercises.

The image is the lesson's, with a real busybox in it, as large as the one that was measured.
"""

import itertools
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from layerlab import Container, Engine, File, Image, Layer, save_image
from layerlab.course.exercise import Exercise
from layerlab.course.lesson05 import SCRIPT, account, anew, move, no_copy, what_diff_says
from layerlab.course.lesson05_cases import Step, caches, databases, days, moves
from layerlab.course.lesson05_image import shop
from layerlab.course.lesson05_states import in_words
from layerlab.nodes import Bytes
from layerlab.union import UnionFS
from layerlab.units import human_size
from tests.reference.conftest import Docker, Overlay, Require, client_of, running_dockerd
from tests.reference.kernel import lay_out
from tests.reference.test_lesson01 import quoted, replay

LESSON = Path(__file__).parents[2] / "notebooks/05_copy_on_write.ipynb"
CELLS = json.loads(LESSON.read_text("utf-8"))["cells"]
OPAQUE = "trusted.overlay.opaque"
Mount = Callable[..., Overlay]


def source(cell_id: str) -> str:
    [text] = ["".join(cell["source"]) for cell in CELLS if cell["id"] == cell_id]
    return text


def printed(cell: Any) -> str:
    return "".join("".join(out.get("text", "")) for out in cell["outputs"])


# ---- by hand, on the kernel ----


def by_hand() -> list[str]:
    """The commands that the lesson asks to paste."""
    [block] = re.findall(r"^```sh\n(.*?)^```", source("by-hand"), re.MULTILINE | re.DOTALL)
    return [line for line in block.splitlines() if line]


def test_what_is_pasted_prints_what_the_box_says(require: Require, overlay_dir: Path) -> None:
    require("unshare", "mount", "getfattr", "python3")
    steps = [step for step in quoted(LESSON) if "docker" not in step.command]
    assert len(steps) > 12
    paste = by_hand()
    real = replay([*paste, *(step.command for step in steps)], overlay_dir)
    assert real[: len(paste)] == [""] * len(paste)
    for step, output in zip(steps, real[len(paste) :], strict=True):
        assert output == step.output, step.command


def test_it_can_be_pasted_without_being_root(require: Require) -> None:
    """In a user namespace: ``unshare -rm``, and ``userxattr`` in place of ``redirect_dir=off``."""
    require("unshare", "mount", "getfattr", "python3")
    assert "`unshare -rm`" in source("by-hand")
    assert "write `userxattr` in place of `redirect_dir=off`" in source("by-hand")
    steps = [step for step in quoted(LESSON) if "docker" not in step.command]
    script = "\n".join([*by_hand(), *(f"{step.command} 2>&1" for step in steps)])
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-ec", script.replace("redirect_dir=off", "userxattr")],
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "Operation not permitted" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip(f"no user namespaces here: {done.stderr}")
    wanted = "".join(step.output for step in steps)
    assert done.stdout == wanted.replace("trusted.overlay.", "user.overlay.")


# ---- on an engine ----


def with_a_real_busybox(image: Image) -> Image:
    """The same image, to be run: busybox has its bytes."""
    binary = Path(shutil.which("busybox") or "").read_bytes()
    made: dict[int, File] = {}
    changes: dict[str, object] = {}
    for path, node in image.layers[0].changes.items():
        if isinstance(node, File) and path.startswith("/bin/"):
            if node.size != len(binary):
                pytest.skip("the busybox here has another size than the one that was measured")
            changes[path] = made.setdefault(id(node), File(Bytes(binary), node.meta))
        else:
            changes[path] = node
    return Image([Layer.of(changes), *image.layers[1:]], image.config, image.history)


@pytest.fixture(scope="module")
def real(
    require: Require, overlay_disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Docker]:
    """An engine that has nothing but the lesson's image."""
    require("busybox")
    folder = tmp_path_factory.mktemp("lesson05")
    save_image(with_a_real_busybox(shop()), folder / "shop.tar", "shop:1")
    with running_dockerd(overlay_disk / "lesson05") as socket:
        docker = client_of(socket, folder)
        docker("load", "-q", "-i", folder / "shop.tar")
        yield docker


@pytest.fixture
def tidy(real: Docker) -> Iterator[Docker]:
    """The engine, without the containers, volumes and images of a test afterwards."""
    yield real
    if left := real("ps", "-aq").split():
        real("rm", "-f", "-v", *left)
    if made := {*real("images", "-q").split()} - {real("images", "-q", "shop:1")}:
        real("rmi", "-f", *made)
    if volumes := real("volume", "ls", "-q").split():
        real("volume", "rm", *volumes)


def typed(docker: Docker, command: str, cwd: str = "/") -> str:
    """What a shell prints; containers have no network, since this engine has none to give."""
    for verb in ("run", "create"):
        command = command.replace(f"docker {verb} ", f"docker {verb} --network none ")
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=cwd,
        env=docker.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def comparable(text: str) -> list[str]:
    """The lines without their order, which neither ``diff`` nor ``find`` promises, or IDs."""
    return sorted(re.sub(r"\b[0-9a-f]{64}\b", "ID", line.rstrip()) for line in text.splitlines())


def test_the_boxes_are_what_docker_prints(tidy: Docker) -> None:
    steps = [step for step in quoted(LESSON) if "docker" in step.command]
    assert len(steps) > 7
    for step in steps:
        assert typed(tidy, step.command) == step.output, step.command


MAGIC = ("%docker ", "%host ")


def test_every_docker_command_of_the_lesson_prints_what_a_real_one_prints(tidy: Docker) -> None:
    """All cells of nothing but magics, in order: they are one story, and depend on no other."""
    cwd, told = "/", 0
    for cell in CELLS:
        lines = "".join(cell["source"]).splitlines()
        if cell["cell_type"] != "code" or not all(line.startswith(MAGIC) for line in lines):
            continue
        output = ""
        for line in lines:
            command = line.removeprefix("%host ").removeprefix("%")
            command = command.replace("/var/lib/docker", str(tidy.root))
            if command.startswith("cd "):
                cwd = typed(tidy, f"{command}; pwd", cwd).strip()
                continue
            output += typed(tidy, command, cwd)
            told += 1
        assert comparable(output) == comparable(printed(cell)), cell["id"]
    assert told > 25


def measured(docker: Docker, *commands: str) -> list[tuple[str, list[str]]]:
    """The size of the layer, and ``docker diff``, of a container that ran a command, for each."""
    for number, command in enumerate(commands):
        name = f"try-{number}"
        docker("run", "--network", "none", "--name", name, "shop:1", "sh", "-c", command)
    shown = docker("ps", "-a", "-s", "--format", "{{.Names}} {{.Size}}").splitlines()
    sizes = {line.split()[0]: line.split()[1] for line in shown}
    return [
        (
            sizes[f"try-{number}"],
            sorted(docker("diff", f"try-{number}").splitlines(), key=lambda line: line[2:]),
        )
        for number in range(len(commands))
    ]


def test_the_commands_cost_what_the_tables_say(tidy: Docker) -> None:
    names: dict[str, Any] = {}
    tables = [source("tried").rpartition("pd.")[0], source("written").partition("rows =")[0]]
    exec("\n".join(tables), names)
    commands = [*names["commands"], *(line for _, line in names["written"].values())]
    assert len(commands) > 15
    commands = [*dict.fromkeys(commands), "mv /srv/shop /srv/store"]
    engine = Engine()
    engine.add("shop:1", shop())
    told = []
    for command in commands:
        engine.docker(["run", "--name", "try", "shop:1", "sh", "-c", command])
        box = engine.container("try").files
        told.append((human_size(box.size), [str(line) for line in box.diff()]))
        engine.docker("rm try")
    for command, real, ours in zip(commands, measured(tidy, *commands), told, strict=True):
        assert real == ours, command


def test_a_day_on_a_real_engine(tidy: Docker) -> None:
    names: dict[str, Any] = {}
    exec(source("day-run").partition("engine.")[0], names)
    [table] = [cell for cell in CELLS if cell["id"] == "day-table"]
    rows = "".join(table["outputs"][0]["data"]["text/plain"]).splitlines()[1:]
    tidy("run", "-d", "--network", "none", "--name", "fred", "shop:1")
    for command, row in zip(names["day"], rows, strict=True):
        tidy("exec", "fred", "sh", "-c", command)
        size = tidy("ps", "-s", "--filter", "name=fred", "--format", "{{.Size}}").split()[0]
        assert row.startswith(command)
        assert size == human_size(int(row.split()[-1])), command


def test_containers_add_nothing_and_see_their_own(tidy: Docker) -> None:
    """Eight of the fifty, and the three that write one file."""
    shown = "{{.Type}} {{.Size}}"
    for number in range(8):
        tidy("create", "--network", "none", "--name", f"shop-{number}", "shop:1")
    usage = dict(
        line.rsplit(" ", 1) for line in tidy("system", "df", "--format", shown).split("\n")
    )
    assert (usage["Images"], usage["Containers"]) == ("52.28MB", "0B")
    three = ("ann", "ben", "cat")
    for name in three:
        tidy("run", "-d", "--network", "none", "--name", name, "shop:1")
        tidy("exec", name, "sh", "-c", f"echo {name} > /srv/shop/page")
    assert [tidy("exec", name, "cat", "/srv/shop/page") for name in three] == [*three]
    fresh = tidy("run", "--rm", "--network", "none", "shop:1", "cat", "/srv/shop/page")
    assert fresh == "Good books."


def test_what_diff_says(tidy: Docker) -> None:
    [(_, changes)] = measured(tidy, SCRIPT)
    answer: Any = what_diff_says.solve()
    assert sorted(changes) == sorted(answer)


# ---- the exercises, on the kernel ----


class Disk:
    """A merged directory with the methods of a container that the solutions use."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _at(self, path: str) -> str:
        return f"{self._root}{path}"

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = {
            "rmtree": shutil.rmtree, "open": open, "isdir": os.path.isdir,
            "islink": os.path.islink, "write_bytes": lambda p, data: Path(p).write_bytes(data),
        }.get(name) or getattr(os, name)  # fmt: skip
        if name == "rename":
            return lambda old, new: os.rename(self._at(old), self._at(new))
        return lambda path, *more: call(self._at(path), *more)


@pytest.fixture
def mounted(overlay: Mount, overlay_dir: Path) -> Callable[[Image], Overlay]:
    """An image's layers on the kernel's overlay."""
    numbers = itertools.count()

    def mount(image: Image) -> Overlay:
        lowers = []
        for layer in image.layers:
            lowers.append(overlay_dir / f"layer-{next(numbers)}")
            every = {path: node for path, node, _ in UnionFS([layer]).items()}
            lay_out(Layer.of(every), lowers[-1])
        return overlay(*lowers)

    return mount


def upper_in_words(upper: Path) -> str:
    """What lies in an upper directory, as the lesson says it."""
    found = []
    for path in sorted(upper.rglob("*"), key=str):
        name, status = f"/{path.relative_to(upper)}", path.lstat()
        if stat.S_ISDIR(status.st_mode):
            name += "/" + " (opaque)" * (OPAQUE in os.listxattr(path))
        found.append(name + " (whiteout)" * stat.S_ISCHR(status.st_mode))
    return ", ".join(found) or "nothing"


Mounted = Callable[[Image], Overlay]


def acted(exercise: Exercise, image: Image, disk: Overlay, *more: str) -> Container:
    """The solution on both; what it leaves in the model's container."""
    answer: Any = exercise.solve()
    box = Container(image)
    answer(box, *more)
    answer(Disk(disk.merged), *more)
    return box


def test_a_file_opened_to_be_truncated_is_not_copied(mounted: Mounted) -> None:
    for (image,) in databases():
        disk = mounted(image)
        box = acted(no_copy, image, disk)
        real = disk.upper / "srv/books.db"
        assert real.read_bytes() == box.read_bytes("/srv/books.db") == b"new\n"
        assert real.stat().st_mode == box.stat("/srv/books.db").st_mode
        assert upper_in_words(disk.upper) == in_words(box.upper)


def test_a_directory_begun_anew_is_opaque(mounted: Mounted) -> None:
    for (image,) in caches():
        disk = mounted(image)
        assert upper_in_words(disk.upper) == "nothing"
        box = acted(anew, image, disk)
        assert os.listdir(disk.merged / "srv/cache") == [".keep"]
        assert upper_in_words(disk.upper) == in_words(box.upper)
        assert "(opaque)" in in_words(box.upper)


def test_a_directory_is_moved_file_by_file(mounted: Mounted) -> None:
    for image, old, new in moves():
        disk = mounted(image)
        with pytest.raises(OSError, match="Invalid cross-device link"):
            os.rename(f"{disk.merged}{old}", f"{disk.merged}{new}")
        box = acted(move, image, disk, old, new)
        assert upper_in_words(disk.upper) == in_words(box.upper)
        for path, node, _ in box.items():
            real = Path(f"{disk.merged}{path}")
            assert stat.S_IMODE(real.lstat().st_mode) == node.meta.mode or real.is_symlink()


def act(root: Path, step: Step) -> None:
    """A step of the account, done by system calls."""
    what, path, count = step
    place = Path(f"{root}{path}")
    match what:
        case "read":
            place.read_bytes()
        case "append":
            with place.open("ab") as file:
                file.write(b"x" * count)
        case "chmod":
            place.chmod(0o600)
        case "replace":
            place.write_bytes(b"x" * count)
        case "delete":
            place.unlink()


def test_the_account_is_the_kernels(mounted: Mounted) -> None:
    answer: Any = account.solve()
    for sizes, steps in days():
        image = Image([Layer.of({path: b"x" * size for path, size in sizes.items()})])
        disk = mounted(image)
        for step in steps:
            act(disk.merged, step)
        held = sum(path.lstat().st_size for path in disk.upper.rglob("*") if path.is_file())
        assert answer(sizes, steps) == held, (sizes, steps)
