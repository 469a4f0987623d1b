"""Docker commands on two engines: a real one and layerlab's, what they print side by side.

What must differ is brought together first: times; how long something took; IDs and names made at
random, of which the n-th on one side stands for the n-th on the other, from then on for good. IDs
that derive from content are not mapped: they are equal, or the comparison fails.
"""

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from layerlab import Engine
from layerlab.docker.command import execute

ID = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-zA-Z])")
NAME = re.compile(r"\b[a-z]+_[a-z]+\b")
AGE = re.compile(
    r"(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour)s?)(?: ago)?"
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
PROGRESS = re.compile(r"[0-9a-f]{12}: .*")
COMPLETE = re.compile(r"^[0-9a-f]{12}: (?:Download|Pull) complete\n", re.MULTILINE)
RACING = re.compile(
    r"[0-9a-f]{12}: (?:Waiting|Verifying Checksum|Downloading|Extracting)\b|time=\"MOMENT\""
)
"""Lines that the real engine and its client print or not, as their threads happen to run."""
STARTING = ("start", "restart", "unpause")
SETTLING = 0.3
"""Seconds in which a program that was started, and that nobody waits for, comes to its end."""
STAMP = 1_577_934_245
"""2020-01-02 03:04:05, when all files of the base image were changed."""


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code."""

    stdout: str
    stderr: str
    code: int


class Side(Protocol):
    """An engine that takes docker commands."""

    @property
    def cwd(self) -> Path:
        """Where the commands are typed."""
        ...

    def play(self, words: list[str], stdin: str) -> Done: ...


@dataclass(frozen=True)
class Real:
    """The docker command and a dockerd."""

    env: dict[str, str]
    cwd: Path

    def play(self, words: list[str], stdin: str) -> Done:
        done = subprocess.run(
            ["docker", *words], input=stdin.encode("utf-8", "surrogateescape"), cwd=self.cwd,
            env=self.env, capture_output=True, timeout=120,
        )  # fmt: skip
        if words[0] in STARTING or words[:2] in (["run", "-d"], ["run", "-dit"]):
            time.sleep(SETTLING)
        out, err = (raw.decode("utf-8", "surrogateescape") for raw in (done.stdout, done.stderr))
        return Done(out, err, done.returncode)


@dataclass(frozen=True)
class Model:
    """layerlab."""

    engine: Engine
    cwd: Path

    def play(self, words: list[str], stdin: str) -> Done:
        done = execute(self.engine, words, str(self.cwd), stdin)
        return Done(done.stdout, done.stderr, done.code)


@dataclass(frozen=True)
class Step:
    """One line of a script: ``docker`` is left out.

    ``~`` before it: its lines have no order; ``=``: all IDs in what it prints are equal;
    ``<<< text`` after it: its standard input.
    """

    line: str

    @property
    def marks(self) -> str:
        return self.line[: len(self.line) - len(self.line.lstrip("~= "))]

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line.lstrip("~= ").partition(" <<< ")[0])

    @property
    def stdin(self) -> str:
        text = self.line.partition(" <<< ")[2]
        return f"{text}\n" if text else ""


def steps(script: str) -> Iterator[Step]:
    """The lines of a script; empty ones and comments are left out."""
    for line in script.splitlines():
        if line.strip() and not line.startswith("#"):
            yield Step(line)


@dataclass
class Pairs:
    """Random IDs and names of the one side, and those of the other that stand for the same."""

    forth: dict[str, str] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)
    equal: set[str] = field(default_factory=set)
    """IDs that derive from content alone."""

    def rename(self, real: str, model: str, *, meet: bool) -> str:
        """``real`` with the model's IDs and names for its own; to ``meet`` is to pair those that
        are new with what stands in the same place.
        """
        for pattern, size in ((ID, 12), (NAME, 99)):
            words = pattern.findall(real), pattern.findall(model)
            if meet and len(words[0]) == len(words[1]):
                for here, there in zip(*words, strict=True):
                    self._pair(here[:size], there[:size])
        longs = {word[:12]: word for word in ID.findall(model) if len(word) == 64}

        def other(found: re.Match[str]) -> str:
            word = found[0]
            twin = self.forth.get(word[:12] if ID.fullmatch(word) else word, word)
            return longs.get(twin, word) if len(word) == 64 else twin

        return NAME.sub(other, ID.sub(other, real))

    def forget(self, text: str) -> str:
        """``text`` without the IDs that were never met: it can't be known which is which."""
        return ID.sub(lambda found: found[0] if self._known(found[0][:12]) else "NEW", text)

    def _known(self, word: str) -> bool:
        return word in self.back or word in self.equal

    def _pair(self, here: str, there: str) -> None:
        if here in self.equal or there in self.equal:
            return
        if here not in self.forth and there not in self.back:
            self.forth[here], self.back[there] = there, here


def normal(text: str, root: str, cwd: Path) -> str:
    """Without times, and without the places of this machine."""
    text = re.sub("container [0-9a-f]{12} is using", "a container is using", text)  # any of several
    text = re.sub(r"lookup (\S+) on \S+:53", r"lookup \1", text)
    text = re.sub(r"docker-import-\d+", "docker-import-NEW", text)
    text = MOMENT.sub("MOMENT", text.replace(root, "/var/lib/docker").replace(str(cwd), "CWD"))
    if AGE.search(text):  # the columns' widths depend on it
        text = re.sub(r" {2,}", "  ", AGE.sub("AGE", text))
    lines = [line for line in text.splitlines(keepends=True) if not RACING.match(line)]
    return "".join(_settled(lines))


def _settled(lines: list[str]) -> Iterator[str]:
    """Progress lines that follow one another are written by several threads: by layer."""
    block: list[str] = []
    for line in [*lines, ""]:
        if PROGRESS.match(line):
            block.append(line)
            continue
        order = list(dict.fromkeys(each[:12] for each in block))
        yield from sorted(block, key=lambda each: order.index(each[:12]))
        block = []
        yield line


def _sorted(text: str) -> str:
    return "".join(sorted(text.splitlines(keepends=True)))


@dataclass
class Replay:
    """Plays commands on both sides and tells where they differ."""

    real: Side
    model: Side
    root: str
    """The real engine's ``/var/lib/docker``."""
    pairs: Pairs = field(default_factory=Pairs)
    compared: int = 0
    differences: list[str] = field(default_factory=list)

    def play(self, step: Step) -> bool:
        """Whether both print the same and exit alike; else ``differences`` gets a line."""
        real, model = (side.play(step.words, step.stdin) for side in (self.real, self.model))
        self.compared += 1
        problems = []
        unordered = "~" in step.marks
        for stream in ("stdout", "stderr"):
            here = normal(getattr(real, stream), self.root, self.real.cwd)
            there = normal(getattr(model, stream), self.root, self.model.cwd)
            if step.words[0] == "pull" and real.code:  # how far the other layers got by then
                here, there = (COMPLETE.sub("", text) for text in (here, there))
            if "=" in step.marks:
                self.pairs.equal.update(word[:12] for word in ID.findall(here))
            here = self.pairs.rename(here, there, meet=not unordered)
            if unordered:
                here = _sorted(self.pairs.forget(here))
                there = _sorted(self.pairs.forget(there))
            if here != there:
                problems.append(f"{stream} of Docker:\n{here}\n{stream} of layerlab:\n{there}")
        if real.code != model.code:
            problems.append(f"exit of Docker: {real.code}, of layerlab: {model.code}")
        if problems:
            self.differences.append(f"$ docker {step.line}\n" + "\n".join(problems))
        return not problems


def base_context(folder: Path) -> Path:
    """Busybox, all its names, and a few files, for ``docker build``; every time is ``STAMP``."""
    tools, tree = folder / "tools", folder / "tree"
    (tools / "bin").mkdir(parents=True)
    busybox = Path("/bin/busybox").read_bytes()
    (tools / "bin/busybox").write_bytes(busybox)
    (tools / "bin/busybox").chmod(0o755)
    names = subprocess.run(["busybox", "--list"], check=True, capture_output=True, text=True)
    for name in set(names.stdout.split()) - {"busybox"}:
        (tools / "bin" / name).symlink_to("busybox")
    for path, text in {
        "etc/motd": "welcome\n", "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"
        "user:x:1000:1000::/home/user:/bin/sh\n", "etc/group": "root:x:0:\nuser:x:1000:\n",
        "data/a": "aaa\n", "data/b": "bb\n", "data/sub/c": "c\n", "data/sub/d": "d" * 1000,
        "tmp/t": "",
    }.items():  # fmt: skip
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    (tree / "data/link").symlink_to("a")
    (folder / "Dockerfile").write_text('FROM scratch\nCOPY tools /\nCOPY tree /\nCMD ["sh"]\n')
    for path, folders, files in os.walk(folder, topdown=False):
        for name in (*folders, *files, ""):
            os.utime(Path(path, name), (STAMP, STAMP), follow_symlinks=False)
    return folder
