"""Look an image of the learner's own over: its size, its waste, and what its names give away.

Nothing here raises. What can't be opened is told in a box, since the file is anybody's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from layerlab.analysis import Finding, Waste, waste
from layerlab.archive import open_image
from layerlab.course.exercise import Note
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.nodes import File
from layerlab.units import human_size
from layerlab.wording import brief, instruction

_TOP = 5
_SECRET = re.compile(
    r"(?:^|[./_-])(?:token|secrets?|passwords?|passwd\.txt|credentials?|key)(?:\.\w+)?$"
    r"|/\.(?:env|netrc|npmrc|pypirc|pgpass|git-credentials|htpasswd)$"
    r"|/id_(?:rsa|dsa|ecdsa|ed25519)$|/\.(?:aws|kube)/|\.(?:pem|p12|pfx|jks)$",
    re.IGNORECASE,
)
_PUBLIC = re.compile(r"^/(?:usr|etc/ssl|lib|proc|sys)/")
"""Where distributions keep certificates and programs of such names, which are no secrets."""


@dataclass(frozen=True)
class Suspect:
    """A file whose name sounds like a secret, in a layer of an image."""

    path: str
    layer: int
    hidden: bool
    """Whether no container sees it any more."""


def suspects(image: Image) -> tuple[Suspect, ...]:
    """The files of all layers, hidden ones too, whose *names* sound like secrets."""
    return tuple(_suspects(image))


def _suspects(image: Image) -> Iterator[Suspect]:
    seen = {(path, layer) for path, _, layer in image.rootfs.items()}
    for number, layer in enumerate(image.layers):
        for path, node in layer.changes.items():
            if isinstance(node, File) and _SECRET.search(path) and not _PUBLIC.match(path):
                yield Suspect(path, number, (path, number) not in seen)


@dataclass(frozen=True)
class Overview:
    """An image at a glance: as text and as a box."""

    name: str
    image: Image
    waste: Waste
    suspects: tuple[Suspect, ...]

    def __repr__(self) -> str:
        return "\n".join([self._headline, *(f"  {line}" for line in self._lines())])

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{_code(line)}</li>" for line in self._lines())
        return f"<p><strong>{escape(self._headline)}</strong></p><ul>{rows}</ul>"

    @property
    def _headline(self) -> str:
        count = len(self.image.layers)
        layers = f"{count} layer" if count == 1 else f"{count} layers"
        lost = f"{human_size(self.waste.wasted_bytes)} of it for nothing"
        return f"{brief(self.name)}: {layers}, {human_size(self.image.size)}, {lost}"

    def _lines(self) -> list[str]:
        """Secrets first; text between backticks is code."""
        lines = [
            f"A secret, by its name: {brief(each.path)} in layer {each.layer}, "
            f"{'hidden, and still there' if each.hidden else 'in sight'}"
            for each in self.suspects[:_TOP]
        ]
        lines += _more(len(self.suspects), "such names")
        lines += [self._finding(each) for each in self.waste.findings[:_TOP]]
        lines += _more(len(self.waste.findings), "findings, all smaller")
        return lines or ["Nothing was found."]

    def _finding(self, each: Finding) -> str:
        others = " and others" if len(each.paths) > 1 else ""
        step = each.made_by if each.by is None else each.hidden_by
        by = f" by `{_short(step)}`" if step else ""
        size = human_size(each.saves)
        return f"{size}: {brief(each.paths[0])}{others}, {each.why}{by}. To save it, {each.advice}."


def _more(count: int, what: str) -> list[str]:
    return [f"{count - _TOP} more {what}"] if count > _TOP else []


def _short(step: str, width: int = 60) -> str:
    text = brief(instruction(step)).replace("`", "'")
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _code(line: str) -> str:
    parts = escape(line).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))


def look(given: object, ref: str | None = None) -> Overview | Note:
    """Open an archive, a path or its bytes, and look it over; ``ref`` names one of several images.

    What can't be opened comes back as a note that says why.
    """
    if not isinstance(given, (str, os.PathLike, bytes)):
        return Note("Can't be opened", "Give a path as text, such as `images/shop.tar.gz`.")
    name = "your file" if isinstance(given, bytes) else os.fspath(given)
    try:
        image = open_image(given, ref)
        return Overview(name, image, waste(image), suspects(image))
    except LayerlabError as error:
        return Note("Can't be opened", brief(str(error)))
    except OSError as error:
        return Note("Can't be opened", f"{brief(name)}: {error.strerror or error}")
