"""Look an image of the learner's own over: its size, its waste, and what its names give away.

Nothing here raises. What can't be opened is told in a box, since the file is anybody's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from layerlab.analysis import Waste, waste
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
        return "\n".join([self._headline, *self._lines])

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(line.strip())}</li>" for line in self._lines)
        return f"<p><strong>{escape(self._headline)}</strong></p><ul>{rows}</ul>"

    @property
    def _headline(self) -> str:
        count = len(self.image.layers)
        layers = f"{count} layer" if count == 1 else f"{count} layers"
        lost = f"{human_size(self.waste.wasted_bytes)} of it for nothing"
        return f"{brief(self.name)}: {layers}, {human_size(self.image.size)}, {lost}"

    @property
    def _lines(self) -> list[str]:
        steps = [step.created_by for step in self.image.history if not step.empty_layer]
        lines = []
        for each in self.waste.findings[:_TOP]:
            step = steps[each.layer if each.by is None else each.by] if steps else ""
            what = f"{brief(each.paths[0])}{' and others' if len(each.paths) > 1 else ''}"
            by = f", by {_short(step)}" if step else ""
            lines.append(
                f"  {human_size(each.saves)}: {what}, {each.why}{by}. Advice: {each.advice}"
            )
        if more := len(self.waste.findings) - _TOP:
            lines += [f"  {more} smaller findings"] if more > 0 else []
        for suspect in self.suspects[:_TOP]:
            state = "hidden, and there" if suspect.hidden else "in sight"
            lines.append(
                f"  A secret, by its name: {brief(suspect.path)}, layer {suspect.layer}, {state}"
            )
        return lines or ["  nothing found"]


def _short(step: str, width: int = 60) -> str:
    text = brief(instruction(step))
    return text if len(text) <= width else f"{text[: width - 1]}…"


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
