"""What a container sees, and what the host sees: five questions, and where each answer is from.

There is no widget here. The answers are what commands print on an engine with the catalog's
images; only a search for a kernel says nothing of an image that is not whole here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

from layerlab.catalog import busybox
from layerlab.engine import Engine
from layerlab.errors import DockerExit, LayerlabError
from layerlab.image import Image, ImageConfig
from layerlab.layer import Layer
from layerlab.nodes import File, Meta, Zeros
from layerlab.notebook import inside_picture
from layerlab.units import human_size

Source = Literal["kernel", "host", "image", "config"]
SCRATCH = "scratch + 1 file"
IMAGES = (SCRATCH, "busybox", "alpine", "debian", "ubuntu", "centos")
CONTAINER, HOST = "in the container", "on the host"
PLACES = (CONTAINER, HOST)
RELEASE, SEARCH = "cat /etc/os-release", "find / -name 'vmlinuz*'"
QUESTIONS = ("uname -r", RELEASE, SEARCH, "process 1", "size")
_INIT = "systemd"  # of CentOS 7: man 1 init there


class BadMove(LayerlabError):
    """A move that can't be made."""


class Answer(NamedTuple):
    """What was asked, what came, in one line and whole, and whose answer it is."""

    line: str
    whole: str
    source: Source


def one_file() -> Image:
    """An image on scratch with a single static program."""
    program = File(Zeros(busybox.facts().size), Meta(0o755))
    return Image([Layer.of({"/busybox": program})], ImageConfig(cmd=("/busybox", "sh")))


@cache
def _engine() -> Engine:
    """An engine with all images of the widget, which nothing but these commands is run on."""
    engine = Engine()
    engine.add("one-file", one_file())
    for name in IMAGES[1:]:
        engine.pull(name)
    return engine


def _name(image: str) -> str:
    return "one-file" if image == SCRATCH else image


def _typed(image: str, command: str) -> str:
    """The command as it has to be typed: an image of one file has no ``cat`` but its own."""
    words = f"/busybox {command}" if image == SCRATCH else command
    return f"docker run --rm {_name(image)} {words}"


@cache
def _printed(image: str, command: str) -> str:
    """What the command prints in a container, or on the host where ``image`` is empty."""
    if not image:
        return _engine().sh(command)
    try:
        return _engine().docker(_typed(image, command))
    except DockerExit as failed:
        return failed.stderr


def is_whole(image: str) -> bool:
    """Whether all files of the image are here, and not some that were recorded."""
    layers = _engine().image(_name(image)).image.layers
    return all(isinstance(layer, Layer) for layer in layers)


@dataclass(frozen=True)
class Inside:
    """An image, a place to look from, and the question whose answer is shown whole."""

    image: str = "centos"
    place: str = CONTAINER
    selected: str = QUESTIONS[0]
    said: str = "You are in a container of centos. Who answers your questions?"

    # ---- the answers ----

    @property
    def kernel(self) -> str:
        """The release of the one kernel, as the host says it."""
        return _printed("", "uname -r").strip()

    def distribution(self, place: str) -> str:
        """What the place calls itself."""
        return self.ask(RELEASE, place).line

    @property
    def answers(self) -> Mapping[str, Answer]:
        """All five, as they are where you are."""
        return {question: self.ask(question, self.place) for question in QUESTIONS}

    def ask(self, question: str, place: str) -> Answer:
        """The answer to one question at one place."""
        where = "" if place == HOST else self.image
        match question:
            case "uname -r":
                printed = _printed(where, question)
                return Answer(printed.strip(), printed, "kernel")
            case "process 1":
                return self._process_1(where)
            case "size":
                return self._size(where)
            case _ if question == RELEASE:
                printed = _printed(where, RELEASE)
                return Answer(_pretty(printed), printed, "image" if where else "host")
        return self._kernel_files(where)

    def _kernel_files(self, where: str) -> Answer:
        if where and not is_whole(where):
            told = "Of this image only a few files were recorded, so that a search would prove "
            told += "nothing. Debian and busybox are whole: look there."
            return Answer("not known here", told, "image")
        printed = _printed(where, SEARCH)
        whole = printed or "Nothing was found.\n"
        if where:
            tree = _engine().image(_name(where)).image.rootfs
            whole += f"The image has {sum(1 for _ in tree.items()):,} paths.\n"
        found = [line.rpartition("/")[2] for line in printed.splitlines()]
        return Answer(", ".join(found) or "none", whole, "image" if where else "host")

    def _process_1(self, where: str) -> Answer:
        if not where:
            told = f"The host's init, {_INIT}: the kernel starts it when the machine boots."
            return Answer(_INIT, told, "host")
        config = _engine().image(_name(where)).image.config
        command = " ".join((*(config.entrypoint or ()), *(config.cmd or ())))
        told = f"{command}, unless docker run names another program. "
        return Answer(command, told + "No init, no service manager: nothing has booted.", "config")

    def _size(self, where: str) -> Answer:
        if not where:
            told = "Nobody counts the host's files here. Its kernel is among them."
            return Answer("kernel, init and all the rest", told, "host")
        image = _engine().image(_name(where)).image
        told = f"docker images says {human_size(image.size)}: all files of {_name(where)}. "
        return Answer(human_size(image.size), f"{told}The kernel is not among them.", "image")

    # ---- moves ----

    def choose(self, image: str) -> "Inside":
        """Take another image."""
        if image not in IMAGES:
            raise BadMove(f"there is no image {image!r:.30}", hint=", ".join(IMAGES))
        new = replace(self, image=image)
        name = new.distribution(CONTAINER)
        told = f"{image}: {name}. The kernel stayed {self.kernel}."
        return replace(new, said=told)

    def go(self, place: str) -> "Inside":
        """Look from the container, or from the host."""
        if place not in PLACES:
            raise BadMove(f"{place!r:.30} is no place here", hint=" or ".join(PLACES))
        new = replace(self, place=place)
        pairs = zip(self.answers.values(), new.answers.values(), strict=True)
        same = [q for q, (old, now) in zip(QUESTIONS, pairs, strict=True) if old.line == now.line]
        kept = f"The same as before: {', '.join(same) or 'nothing'}."
        return replace(new, said=f"You look from {_seat(place)}. {kept}")

    def select(self, part: str) -> "Inside":
        """Show one answer whole."""
        if part not in QUESTIONS:
            raise BadMove(f"there is no question {part!r:.30}")
        new = replace(self, selected=part)
        return replace(new, said=f"{part}: answered by {WHOSE[new.answers[part].source]}.")

    # ---- what the desk shows ----

    @property
    def values(self) -> Mapping[str, str]:
        """What the controls hold."""
        return {"image": self.image, "place": self.place}

    @property
    def off(self) -> Sequence[str]:
        """Every move can be made."""
        return ()

    @property
    def text(self) -> str:
        """A line a question: answer, and whose."""
        lines = [f"{self.image}, {self.place}"]
        for question, answer in self.answers.items():
            lines.append(f"{question:<26}{answer.line:<32}{WHOSE[answer.source]}")
        return "\n".join(lines)

    @property
    def notes(self) -> str:
        """That an image isn't whole."""
        if self.place == HOST or is_whole(self.image):
            return ""
        return f"{self.image} is known from records: its size, its IDs, and a few of its files."

    @property
    def detail(self) -> tuple[str, str]:
        """The selected answer."""
        whole = self.answers[self.selected].whole.rstrip("\n")
        if self.selected in ("process 1", "size"):
            return self.selected.capitalize(), whole
        inside = self.place == CONTAINER
        typed = _typed(self.image, self.selected) if inside else self.selected
        return f"# {typed}", whole

    @property
    def alt(self) -> str:
        """What the picture shows."""
        rows = (
            f"{question}: {answer.line}, from {WHOSE[answer.source]}"
            for question, answer in self.answers.items()
        )
        who = f"A container of {self.image} beside the host, on one kernel, {self.kernel}. "
        return f"{who}Seen {self.place}: {'; '.join(rows)}."

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG."""
        return inside_picture.draw(self, live=live)


WHOSE: Mapping[Source, str] = {
    "kernel": "the host's kernel",
    "host": "the host's files",
    "image": "the image's files",
    "config": "the image's config",
}
"""Each source in words."""


def _seat(place: str) -> str:
    return place.partition(" ")[2]


def _pretty(release: str) -> str:
    for line in release.splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return "no such file"
