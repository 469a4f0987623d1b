"""One mutated archive after the other: opened, looked at in every way, extracted, saved.

Whatever a stranger's file holds, the answer is what it says, or a ``LayerlabError`` or
``OSError``; within a few seconds, within some memory, and nothing is written elsewhere.
"""

import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from fuzzing_archives import mutant, sizes, written

from layerlab import (
    Container,
    Engine,
    File,
    Image,
    Layer,
    LayerlabError,
    Meta,
    Symlink,
    open_image,
    open_images,
    save_image,
)
from layerlab.analysis import compare, dive, to_json, tree, waste
from layerlab.archive import extract
from layerlab.shell import Shell

SECONDS = 20
"""Of the processor's time, that one archive may take."""
MEMORY = 200 << 20
"""Bytes that one may take, beyond its own."""
PLACES = {"archive", "root", "saved", "tmp"}
"""What a case may leave in its folder."""
FORMATS = ("docker-archive", "oci-archive", "oci-layout")


class TookTooLong(BaseException):
    """The watchdog's: no ``except Exception`` holds it up."""


@dataclass
class Report:
    """What came of the cases so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    """By the case's number, what went wrong."""
    peak: int = 0
    """The most bytes that a case took beyond its own."""

    def add(self, other: "Report") -> None:
        """Take in what came of other cases."""
        self.outcomes += other.outcomes
        self.failures |= other.failures
        self.peak = max(self.peak, other.peak)


def look(path: Path, scratch: Path, rng: random.Random) -> str:
    """Do with an archive all that can be done; in one word, what came of it."""
    if rng.random() < 0.01:  # they are slow
        others(path)
    try:
        images = open_images(path)
    except (LayerlabError, OSError) as error:
        return type(error).__name__
    image = rng.choice(list(images.values()))
    if rng.random() < 0.1:
        assert open_image(path, image.image_id.hex) == image
    repr(image)
    for layer in image.layers:
        layer.write_tar(None)
        read(node for node in layer.changes.values())
    union = image.rootfs
    read(node for _, node, _ in union.items())
    for folder, _, names in islice(union.walk(), 50):
        for name in names[:50]:
            place = f"{folder.rstrip('/')}/{name}"
            union.lstat(place), union.lookup(place), union.exists(place)
    container_of(image)
    found = to_json(waste(image)), to_json(dive(image)), tree(image)
    assert all(found)
    to_json(compare(image, rng.choice(list(images.values()))))
    outcome = "opened"
    try:
        extract(image, "/", scratch / "root")
        check_extracted(scratch / "root")
    except (LayerlabError, OSError) as error:
        outcome += f", extract: {type(error).__name__}"
        assert not os.path.lexists(scratch / "root"), "a failed extraction leaves something"
    if rng.random() < 0.6:
        return outcome
    try:
        format: Any = rng.choice(FORMATS)
        save_image(image, scratch / "saved", "again:1", format)
        again = open_image(scratch / "saved")
        assert again == image, "what was saved is another image"
    except (LayerlabError, OSError) as error:
        outcome += f", save: {type(error).__name__}"
    return outcome


ROOT = Layer.of({"/bin/busybox": File(b"\x7fELF", Meta(0o755)), "/bin/tar": Symlink("busybox")})


def others(path: Path) -> None:
    """The other readers of strangers' archives: the engine's, a build's, the shell's ``tar``."""
    engine = Engine()
    ways: list[Callable[[], object]] = [
        lambda: engine.load(path),
        lambda: engine.docker(f"load -i {path}"),
    ]
    if path.is_file():
        data = path.read_bytes()
        files = {"/x.tar": data, "/Dockerfile": b"FROM scratch\nADD x.tar /x/\n", "/d": data}
        ways.append(lambda: engine.build(files))
        for line in ("tar -tvf /x.tar", "tar -xf /x.tar -C /tmp", "tar -xzf /x.tar"):
            container = Container(Image([ROOT, Layer.of({"/x.tar": data, "/tmp/here": b""})]))
            ways.append(partial(Shell(container).run, line))
    for way in ways:
        with suppress(LayerlabError, OSError):
            way()


def read(nodes: Iterator[Any]) -> None:
    """Some files' first bytes."""
    for node in islice(nodes, 200):
        repr(node)
        if node.kind == "file":
            node.content.read(0, 1000)


def container_of(image: Image) -> None:
    """A container writes, changes and commits."""
    container = Container(image)
    try:
        container.makedirs("/etc/new")
        container.write_bytes("/etc/new/file", b"x")
        container.append_bytes("/etc/motd", b"x")
        container.rename("/etc", "/moved")
    except (LayerlabError, OSError):
        pass
    container.diff()
    container.commit()


def check_extracted(folder: Path) -> None:
    """No special file, no foreign owner's rights."""
    todo = [str(folder)]  # os.walk fails on trees that are a thousand deep
    while todo:
        path = todo.pop()
        mode = os.lstat(path).st_mode
        assert stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)
        assert stat.S_ISLNK(mode) or not mode & 0o6000
        if stat.S_ISDIR(mode):
            with suppress(OSError):  # a path that is too long to be named from here
                todo += [os.path.join(path, name) for name in os.listdir(path)]


# Watching


_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_EVENTS = {  # of sys.addaudithook: which of its arguments are places where something changes
    "os.mkdir": (0,), "os.rmdir": (0,), "os.remove": (0,), "os.rename": (0, 1), "os.link": (1,),
    "os.symlink": (1,), "os.chmod": (0,), "os.chown": (0,), "os.utime": (0,), "os.truncate": (0,),
    "os.setxattr": (0,), "shutil.rmtree": (0,),
}  # fmt: skip


class Guard:
    """Notes whatever is written outside of a folder. It can't be removed: one a process."""

    def __init__(self) -> None:
        self.folder = ""
        self.found: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.folder:
            return
        if event == "open" and isinstance(args[2], int) and args[2] & _WRITES:
            self._check(event, args[0])
        for at in _EVENTS.get(event, ()):
            self._check(event, args[at])

    def _check(self, event: str, path: Any) -> None:
        if isinstance(path, int) or path is None:
            return  # a descriptor, which was opened before
        text = os.fsdecode(path)
        if ".." in text.split("/") or not (text + "/").startswith(f"{self.folder}/"):
            if not text.startswith("/") and ".." not in text.split("/"):
                return  # below a descriptor
            self.found.append(f"{event} {text!r:.100}")


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """``TookTooLong`` in whatever runs for longer."""

    def bark(*_: Any) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, bark)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)  # again, should a destructor swallow it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def clear(folder: Path) -> None:
    """Remove a folder; Python's own way fails on trees that are a thousand deep."""
    try:
        shutil.rmtree(folder)
    except RecursionError:
        subprocess.run(["rm", "-rf", folder], check=True)


def told(error: BaseException) -> str:
    """Where it happened: the innermost lines."""
    steps = traceback.extract_tb(error.__traceback__)[-3:]
    return "".join(f"\n    {step.filename}:{step.lineno} {step.line}" for step in steps)


def memory(line: str) -> int:
    """Bytes of this process: ``VmRSS`` now, ``VmHWM`` the most since ``forget_peak``."""
    with open("/proc/self/status", "rb") as status:
        for text in status:
            if text.startswith(line.encode()):
                return int(text.split()[1]) << 10
    raise AssertionError(line)


def forget_peak() -> None:
    with open("/proc/self/clear_refs", "wb") as file:
        file.write(b"5")


def run(seed: int, numbers: Iterator[int], scratch: Path, guard: Guard, report: Report) -> None:
    """Run the cases of these numbers; ``report`` is filled as they end."""
    inside = scratch / "inside"
    tempfile.tempdir = str(inside / "tmp")
    for number in numbers:
        inside.mkdir()
        (inside / "tmp").mkdir()
        archive = mutant(seed, number)
        path = written(archive, inside / "archive")
        size = sum(sizes(archive))
        del archive
        forget_peak()
        base = memory("VmRSS")
        guard.folder = str(inside)
        try:
            with watchdog(SECONDS):
                outcome = look(path, inside, random.Random(number))
        except TookTooLong as error:
            outcome = f"took more than {SECONDS} s"
            report.failures[number] = f"{outcome}{told(error)}"
        except Exception as error:
            outcome = "failed"
            report.failures[number] = f"{error!r:.300}{told(error)}"
        guard.folder = ""
        taken = memory("VmHWM") - base - size
        report.outcomes[outcome] += 1
        report.peak = max(report.peak, taken)
        if taken > MEMORY:
            report.failures[number] = f"took {taken >> 20} MiB"
        left = {*os.listdir(inside), *os.listdir(inside / "tmp")} - PLACES
        if guard.found or left or os.listdir(scratch) != ["inside"]:
            report.failures[number] = f"wrote elsewhere: {guard.found or left or 'beside'}"
            guard.found.clear()
        clear(inside)
