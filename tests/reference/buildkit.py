"""Builds by BuildKit in a real engine and by layerlab's: one context, both asked the same.

The client has to be of the engine's own release, 20.10: later ones leave BuildKit to a plugin.
"""

import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from reference import builds
from reference.conftest import Docker

from layerlab import Engine, Image, open_image
from layerlab.docker.command import execute

OPTIONS = "build", "--network", "none"
_LINE = re.compile(r"#(\d+) ?(.*)")
_TIME = re.compile(r"^\d+\.\d+ ")
_MOUNT = re.compile(r"/\S*/overlay2/[0-9a-z]+/merged")
_ID = re.compile(r"sha256:[0-9a-f]{64}")
_UNDER_WAY = re.compile(r"transferring \w+: \S+ \d+\.\d+s")


def buildkit_client(docker: Docker) -> Docker:
    """The same engine, asked by a client that has BuildKit built in; skips if there is none."""
    for folder in os.environ["PATH"].split(":"):
        client = Path(folder, "docker")
        if not os.access(client, os.X_OK):
            continue
        told = subprocess.run([client, "--version"], capture_output=True, text=True, check=False)
        if "version 20.10" in told.stdout:
            env = {**docker.env, "DOCKER_BUILDKIT": "1", "PATH": f"{folder}:{docker.env['PATH']}"}
            return replace(docker, env=env)
    pytest.skip("no docker client of 20.10, which has BuildKit built in: apt-get install docker.io")


@dataclass(frozen=True)
class Told:
    """What a progress tells of one vertex."""

    lines: tuple[str, ...]
    ending: str


def told(text: str) -> tuple[dict[str, Told], str]:
    """Each vertex by name, and what follows the last; times, IDs and the order of output aside."""
    names: dict[str, str] = {}
    lines: dict[str, list[str]] = {}
    rest = ""
    for line in re.sub(r"(?m)(?<=.)(?=#\d+ DONE [\d.]+s$)", "\n", text).split("\n"):
        match = _LINE.fullmatch(line)
        if not match:
            rest += f"{line}\n" if line else ""
            continue
        number, said = match[1], _MOUNT.sub("MERGED", match[2])
        if number not in names:
            names[number], lines[number] = said, []
        elif said not in (names[number], "..."):
            lines[number].append(said)
    found = {_named(names[number]): _told(said) for number, said in lines.items()}
    return found, _MOUNT.sub("MERGED", rest)


def _begins(line: str, ended: tuple[str, ...]) -> bool:
    """Whether a line only tells that something is under way that has an end, too."""
    return any(other.startswith(f"{line} ") for other in ended)


def _named(name: str) -> str:
    """Whose step it is called is left to chance, where several stages share it."""
    name = re.sub(r"^\[\w+ 2/2\] RUN echo same$", "RUN echo same", name)
    return re.sub(r"^(?:\[.*\] )?(FROM .*?)(?::latest)?$", r"\1", name)


def _told(said: list[str]) -> Told:
    # A transfer that takes a while is told of while it is under way, too.
    said = [line for line in said if not _UNDER_WAY.fullmatch(line)]
    kept = [_TIME.sub("", line) for line in said if not re.fullmatch(_ID, line)]
    *lines, ending = kept or [""]
    ended = tuple(line for line in lines if line.endswith(" done"))
    lines = [line for line in lines if line in ended or not _begins(line, ended)]
    lines = [re.sub(r"^(uid=.*) groups=.*", r"\1", line) for line in lines]
    plain = [_ID.sub("ID", re.sub(r" \d+\.\d+s done$", " done", line)) for line in lines]
    return Told(tuple(sorted(plain)), re.sub(r"^DONE \d+\.\d+s$", "DONE", ending))


def differences(
    theirs: dict[str, Told], mine: dict[str, Told], passed_over: tuple[str, ...] = ()
) -> str:
    """What Docker and layerlab tell otherwise."""
    names = [
        name
        for name in {**theirs, **mine}
        if theirs.get(name) != mine.get(name) and name not in passed_over
    ]
    return "".join(f"{name}\n- {theirs.get(name)}\n+ {mine.get(name)}\n" for name in names)


def _cut_off(theirs: dict[str, Told]) -> tuple[str, ...]:
    """What a failure elsewhere kept from ending: how far it came is left to chance.

    So is whether the base was looked at before: then it is CACHED, and else DONE.
    """
    ended = "DONE", "CACHED", "ERROR"
    cut = (
        name
        for name, each in theirs.items()
        if name.startswith("FROM ") or not each.ending.startswith(ended)
    )
    return ("[internal] load build context", *cut)


class Both:
    """One context, and two engines that build it."""

    def __init__(self, docker: Docker, base: Path, folder: Path) -> None:
        self.docker, self.context, self._archive = docker, folder / "context", folder / "t.tar"
        self.engine = Engine(builder="buildkit")
        self.engine.load(base)
        self._moment = 1_700_000_000
        builds.plant(self.context)

    def write(self, text: str, name: str = "Dockerfile", mode: int = 0o644) -> None:
        """A file of the context. When it changes, its time does by whole seconds, as layerlab's."""
        path = self.context / name
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
            self._moment += 1
        path.chmod(mode)
        os.utime(path, (self._moment, self._moment))

    def build(self, text: str, *args: str) -> int:
        """Build on both; what they tell must be the same. The exit code."""
        self.write(text)
        line = (*OPTIONS, "-t", "compared", *args, str(self.context))
        real = self.docker.run(*line)
        ours = execute(self.engine, list(line))
        theirs, mine = real.stderr.decode(), ours.stderr
        left_to_chance = _cut_off(told(theirs)[0]) if ours.code else ()
        found = differences(told(theirs)[0], told(mine)[0], left_to_chance)
        assert found == "", f"{text}\n{found}"
        assert (told(mine)[1], ours.code) == (told(theirs)[1], real.returncode), text
        assert ours.stdout == real.stdout.decode() == "" or "-q" in args
        return ours.code

    def images(self, name: str = "compared") -> tuple[Image, Image]:
        """What came of it: Docker's image and layerlab's."""
        self.docker("save", "-o", self._archive, name)
        return open_image(self._archive), self.engine.image(name).image
