"""What the sharing simulator knows: images on bases, their containers, and what has moved.

There is no widget here. Layers go by name instead of by hash: a layer's chain is its name
behind those of all that lie below, which is what a ChainID is the hash of. The arithmetic is
an engine's; ``tests/test_sharing.py`` does the same on one and compares.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from layerlab.errors import LayerlabError
from layerlab.notebook import sharing_picture
from layerlab.units import human_size

MOST_IMAGES, MOST_CONTAINERS, MOST_VERSIONS = 6, 5, 9
BASE_SIZES = {"5MB": 5_000_000, "30MB": 30_000_000, "120MB": 120_000_000}
APP_SIZES = {"1MB": 1_000_000, "10MB": 10_000_000, "50MB": 50_000_000}

Chain = tuple[str, ...]


class BadMove(LayerlabError):
    """A move of the simulator that can't be made."""


@dataclass(frozen=True)
class Made:
    """An image: an app, and the base below it, each in some version."""

    app: int
    base_version: int = 1
    app_version: int = 1

    @property
    def name(self) -> str:
        """As the picture has it."""
        return f"app {self.app}"

    @property
    def base(self) -> Chain:
        """The chain of its first layer."""
        return (f"base v{self.base_version}",)

    @property
    def top(self) -> Chain:
        """The chain of its second layer."""
        return (*self.base, f"{self.name} v{self.app_version}")


@dataclass(frozen=True)
class Amounts:
    """Bytes of one kind: with a copy for each who uses them, and shared, part by part."""

    copies: int
    base: int
    apps: int
    unused: int = 0
    """Of images that nothing runs any more."""
    own: int = 0
    """Of the containers' own layers."""

    @property
    def shared(self) -> int:
        """All parts."""
        return self.base + self.apps + self.unused + self.own


@dataclass(frozen=True)
class Sharing:
    """Some images on one base, ``containers`` on each; half of the base is a library they read."""

    images: tuple[Made, ...]
    containers: int = 2
    base_size: int = BASE_SIZES["30MB"]
    app_size: int = APP_SIZES["10MB"]
    unused: tuple[Made, ...] = ()
    """What an upgrade left behind."""
    written: frozenset[int] = frozenset()
    """The apps whose containers have written to the library."""
    pulled: tuple[Chain, ...] = ()
    """Layers that crossed the wire, as often as they did."""
    pulls: int = 0
    picked: int = 1
    """The app that the next upgrade is of."""
    said: str = ""

    @classmethod
    def of(
        cls, images: int = 2, containers: int = 2, base_size: int | None = None,
        app_size: int | None = None,
    ) -> "Sharing":  # fmt: skip
        """So many images on one base, freshly pulled."""
        new = cls(
            (), containers, base_size or BASE_SIZES["30MB"], app_size or APP_SIZES["10MB"]
        )  # fmt: skip
        said = f"{_count(images, 'image')}, freshly pulled. The base came once."
        return replace(new._with_images(images), said=said)

    # ---- what it comes to ----

    @property
    def running(self) -> int:
        """Containers, on all images."""
        return self.containers * len(self.images)

    @property
    def library(self) -> int:
        """Bytes of the base that every container reads."""
        return self.base_size // 2

    @property
    def stored(self) -> frozenset[Chain]:
        """The layers in the store: one for each chain."""
        return frozenset(_chains((*self.images, *self.unused)))

    @cached_property
    def disk(self) -> Amounts:
        """Bytes on disk. Without sharing, each image is whole, and each container a copy of it."""
        image = self.base_size + self.app_size
        used = frozenset(_chains(self.images))
        copies = image * (len(self.images) + len(self.unused) + self.running)
        own = self.containers * len(self.written) * self.library
        unused = sum(self._size(chain) for chain in self.stored - used)
        return Amounts(copies, *self._parts(used), unused, own)

    @cached_property
    def wire(self) -> Amounts:
        """Bytes of layers that the pulls moved so far, before compression."""
        copies = (self.base_size + self.app_size) * self.pulls
        counts = Counter(map(len, self.pulled))
        return Amounts(copies, counts[1] * self.base_size, counts[2] * self.app_size)

    @cached_property
    def memory(self) -> Amounts:
        """Bytes of the page cache: each container has read the library and its app."""
        if not self.containers:
            return Amounts(0, 0, 0)
        copies = (self.library + self.app_size) * self.running
        libraries = len({image.base for image in self.images})
        apps = len({image.top for image in self.images})
        own = self.containers * len(self.written) * self.library
        return Amounts(copies, libraries * self.library, apps * self.app_size, 0, own)

    def usage(self, image: Made) -> tuple[int, int]:
        """SHARED SIZE and UNIQUE SIZE of an image, as ``docker system df -v`` has them."""
        counts = Counter(_chains((*self.images, *self.unused)))
        shared = sum(self._size(c) for c in (image.base, image.top) if counts[c] > 1)
        return shared, self.base_size + self.app_size - shared

    def _size(self, chain: Chain) -> int:
        return self.base_size if len(chain) == 1 else self.app_size

    def _parts(self, chains: frozenset[Chain]) -> tuple[int, int]:
        counts = Counter(map(len, chains))
        return counts[1] * self.base_size, counts[2] * self.app_size

    # ---- moves ----

    def select(self, part: str) -> "Sharing":
        """Choose the image that the next upgrade or write is about."""
        image = self._image(part.removeprefix("app "))
        return replace(self, picked=image.app, said=self._about(image))

    def set_images(self, count: str) -> "Sharing":
        """Pull more images, or remove some with their containers."""
        before, new = self.wire.shared, self._with_images(_number(count, 1, MOST_IMAGES))
        moved = new.wire.shared - before
        return replace(new, said=f"{_count(len(new.images), 'image')}. {_crossed(moved)}")

    def set_containers(self, count: str) -> "Sharing":
        """Run so many containers on each image."""
        number = _number(count, 0, MOST_CONTAINERS)
        new = replace(self, containers=number)
        if not number:
            new = replace(new, written=frozenset())
        grown = new.disk.shared - self.disk.shared
        said = f"{_count(new.running, 'container')}. No image layer was copied for them. "
        said += f"The disk holds {human_size(abs(grown))} {'more' if grown >= 0 else 'less'}."
        return replace(new, said=said)

    def set_base(self, size: str) -> "Sharing":
        """Choose how big the base is."""
        return replace(self, base_size=_size_of(size, BASE_SIZES), said=f"The base is {size}.")

    def set_app(self, size: str) -> "Sharing":
        """Choose how big each app's layer is."""
        said = f"Each app's layer is {size}."
        return replace(self, app_size=_size_of(size, APP_SIZES), said=said)

    def upgrade_app(self) -> "Sharing":
        """Pull a new version of the chosen app, on the base that it has."""
        old = self._image(str(self.picked))
        new = self._upgraded(old, replace(old, app_version=old.app_version + 1))
        crossed = _crossed(new.wire.shared - self.wire.shared)
        return replace(new, said=f"{old.name} has a new top layer. {crossed}")

    def upgrade_base(self) -> "Sharing":
        """Pull the chosen app as it was rebuilt on a newer base; its own files are the same."""
        old = self._image(str(self.picked))
        newest = max(image.base_version for image in self.images)
        version = newest if old.base_version < newest else newest + 1
        new = self._upgraded(old, replace(old, base_version=version))
        said = (
            f"{old.name} is on base v{version} now. {_crossed(new.wire.shared - self.wire.shared)}"
        )
        return replace(new, said=f"{said} Its own layer came again: the chain below it is new.")

    def write(self) -> "Sharing":
        """Let every container of the chosen image write a byte to the library."""
        image = self._image(str(self.picked))
        if not self.containers:
            raise BadMove("there is no container to write", hint="run one on each image first")
        if image.app in self.written:
            raise BadMove(f"{image.name}'s containers have their own copies already")
        new = replace(self, written=self.written | {image.app})
        grown = human_size(self.containers * self.library)
        said = f"{_count(self.containers, 'copy-up')} of {human_size(self.library)}: "
        return replace(new, said=f"{said}{grown} more on disk, and {grown} more in memory.")

    def prune(self) -> "Sharing":
        """Remove the images that nothing runs."""
        if not self.unused:
            raise BadMove("there is nothing to prune", hint="upgrade an image first")
        freed = human_size(self.disk.unused)
        gone = _count(len(self.unused), "image")
        return replace(self, unused=(), said=f"{gone} removed, {freed} freed: what no other has.")

    def _with_images(self, count: int) -> "Sharing":
        new = self
        apps = {image.app for image in self.images}
        for app in sorted(set(range(1, count + 1)) - apps):
            base = max((image.base_version for image in new.images), default=1)
            new = new._pull(Made(app, base))
        kept = tuple(image for image in new.images if image.app <= count)
        old = tuple(image for image in new.unused if image.app <= count)
        written = frozenset(app for app in new.written if app <= count)
        picked = min(new.picked, count)
        return replace(new, images=kept, unused=old, written=written, picked=picked)

    def _pull(self, image: Made) -> "Sharing":
        """What isn't here crosses; once a layer has to come, so has each above it (*ran*)."""
        moved = [chain for chain in (image.base, image.top) if chain not in self.stored]
        return replace(
            self,
            images=tuple(sorted((*self.images, image), key=lambda made: made.app)),
            pulled=(*self.pulled, *moved),
            pulls=self.pulls + 1,
        )

    def _upgraded(self, old: Made, new: Made) -> "Sharing":
        if max(new.app_version, new.base_version) > MOST_VERSIONS:
            raise BadMove("there are enough versions now", hint="reset to start again")
        known = replace(self, unused=(*self.unused, old))
        pulled = replace(known, images=tuple(i for i in self.images if i != old))._pull(new)
        return replace(pulled, written=self.written - {old.app})

    def _image(self, app: str) -> Made:
        for image in self.images:
            if str(image.app) == app:
                return image
        raise BadMove(f"there is no image {app!r:.20}")

    # ---- what the desk shows ----

    @property
    def values(self) -> Mapping[str, str]:
        """What the controls hold."""
        return {
            "images": str(len(self.images)),
            "containers": str(self.containers),
            "base": human_size(self.base_size),
            "app": human_size(self.app_size),
            "picked": f"app {self.picked}",
        }

    @property
    def off(self) -> Sequence[str]:
        """Moves that can't be made now."""
        write = not self.containers or self.picked in self.written
        return ["write"] * write + ["prune"] * (not self.unused)

    @property
    def text(self) -> str:
        """The amounts, then a line an image, as ``docker system df -v`` would have it."""
        rows = [("", "a copy each", "shared")]
        for name, amounts in self.amounts.items():
            rows.append((name, human_size(amounts.copies), human_size(amounts.shared)))
        lines = [f"{a:<20}{b:>12}{c:>10}" for a, b, c in rows]
        lines += ["", f"{'image':<20}{'size':>12}{'shared':>10}{'unique':>10}  containers"]
        for image in (*self.images, *self.unused):
            shared, unique = self.usage(image)
            sizes = (self.base_size + self.app_size, shared, unique)
            size = "".join(
                f"{human_size(s):>{w}}" for s, w in zip(sizes, (12, 10, 10), strict=True)
            )
            name = ", ".join(reversed(image.top))
            running = self.containers if image in self.images else 0
            lines.append(f"{name:<20}{size}  {running}")
        return "\n".join(lines)

    @property
    def amounts(self) -> Mapping[str, Amounts]:
        """The three things that sharing saves."""
        return {"on disk": self.disk, "over the wire": self.wire, "in memory": self.memory}

    @property
    def notes(self) -> str:
        """What an upgrade left on the disk."""
        if not self.unused:
            return ""
        held = human_size(self.disk.unused)
        return f"{_count(len(self.unused), 'old image')}, unused: {held} that Prune would free."

    @property
    def detail(self) -> tuple[str, str]:
        """Nothing: the picture has room for all."""
        return ("", "")

    @property
    def alt(self) -> str:
        """What the picture shows."""
        bases = len({image.base for image in self.images})
        told = f"{_count(len(self.images), 'image')} on {_count(bases, 'base')}, "
        told += f"{_count(self.containers, 'container')} on each. "
        parts = (
            f"{name.capitalize()} {human_size(a.shared)} shared, {human_size(a.copies)} as copies"
            for name, a in self.amounts.items()
        )
        return told + ". ".join(parts) + "."

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG."""
        return sharing_picture.draw(self, live=live)

    def _about(self, image: Made) -> str:
        shared, unique = self.usage(image)
        told = f"{image.top[1]} on {image.base[0]}: {human_size(shared + unique)}. "
        return told + f"Shared {human_size(shared)}, its own {human_size(unique)}."


def _chains(images: Sequence[Made]) -> Iterator[Chain]:
    for image in images:
        yield from (image.base, image.top)


def _number(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadMove(f"{text!r:.20} is no number of them", hint=f"{least} to {most}")
    return int(text)


def _size_of(text: str, sizes: Mapping[str, int]) -> int:
    if text not in sizes:
        raise BadMove(f"{text!r:.20} is no size here", hint=", ".join(sizes))
    return sizes[text]


def _crossed(size: int) -> str:
    return f"{human_size(size)} crossed the wire."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
