"""The whole stack in one picture: registry, layers, image, container, and what it sees.

On the left what a registry holds, each blob level with the layer that it becomes. On the right
what a machine holds: the image's layers, a container's own on top, and the one tree that they
make.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layerlab.notebook import nameplates, palette, svg
from layerlab.notebook.layout import LEFT, RIGHT
from layerlab.notebook.picture import sheet
from layerlab.units import human_size

_SPLIT, _GAP = 250, 54
"""Where the registry ends, and how far from it the machine begins."""
_MACHINE = _SPLIT + _GAP
_SLAB, _STEP = 46, 56


@dataclass(frozen=True)
class Slab:
    """A layer of the image: what made it, its DiffID and size, and the blob that it came as."""

    made_by: str
    diff_id: str
    size: int
    blob: str
    transferred: int | None
    """How big the blob is, if that is known."""


@dataclass(frozen=True)
class Overview:
    """All that the picture says. ``slabs`` are the image's layers, base first."""

    registry: str
    manifest: str
    config: str
    name: str
    slabs: tuple[Slab, ...]
    container: str
    changes: str
    sees: tuple[tuple[str, int | None], ...]
    """Some paths, each with the layer that it is seen in; the top one is the container's own,
    and ``None`` says that there is no such file."""

    @property
    def text(self) -> str:
        layers = [f"  {n}  {self._told(n)}" for n in reversed(range(len(self.slabs)))]
        tree = [f"  {path}: {self._source(at)}" for path, at in self.sees]
        blobs = f"{len(self.slabs)} blobs"
        lines = [
            f"What the container {self.container} sees: one tree",
            *tree,
            f"Its own layer, read-write: {self.changes}",
            f"Image {self.name}, {self.config}, read-only",
            *layers,
            f"Registry {self.registry}: manifest {self.manifest}, config {self.config}, {blobs}",
            "Below all of it: the host's kernel, which is in no image",
        ]
        return "\n".join(lines)

    def _told(self, number: int) -> str:
        slab = self.slabs[number]
        made = f"{slab.made_by}: DiffID {slab.diff_id}, {human_size(slab.size)}"
        return f"{made}, from blob {slab.blob}{_size(slab.transferred, ', ')}"

    @property
    def alt(self) -> str:
        return (
            f"The whole stack. The registry {self.registry} holds a manifest, a config and "
            f"{len(self.slabs)} compressed blobs. Pulled, each blob is a read-only layer of the "
            f"image {self.name}. The container {self.container} has a layer of its own on top "
            f"({self.changes}), and sees one tree, merged from all of them. Below is the host's "
            "kernel."
        )

    def _source(self, at: int | None) -> str:
        if at is None:
            return "no such file"
        return "its own layer" if at == len(self.slabs) else f"layer {at}"

    def draw(self) -> str:
        """The picture, as SVG."""
        top = 48.0
        own = top + 54 + 19 * _rows(self.sees)
        first = own + _SLAB + 34  # the image's topmost slab
        kernel = first + len(self.slabs) * _STEP + 6
        parts = [
            svg.text(LEFT + 4, 30, "The whole stack in one picture", "h"),
            *self._tree(top),
            *self._own(own),
            svg.text(_MACHINE + 4, own + _SLAB + 24, self._image, "s d"),
            *self._registry(first),
            *(part for each in self._layers(first) for part in each),
            *_kernel(kernel),
        ]
        looks = [palette.look(n) for n in range(len(self.slabs))]
        return sheet(parts, kernel + 50, self.alt, self.text, looks, defs=nameplates.ARROW)

    @property
    def _image(self) -> str:
        return svg.fit(f"image {self.name} · {self.config} · read-only", RIGHT - _MACHINE - 8, 12)

    def _tree(self, y: float) -> Iterator[str]:
        width, height = RIGHT - _MACHINE, 36 + 19 * _rows(self.sees)
        yield svg.tag("rect", x=_MACHINE, y=y, width=width, height=height, rx=7, cls="view")
        place = f"translate({_MACHINE + 12} {svg.number(y + 11)}) scale(1.3)"
        yield svg.tag("g", svg.glyph(0, 0, "eye"), transform=place)
        yield svg.text(_MACHINE + 38, y + 24, "What the container sees: one tree", "b")
        for number, (path, at) in enumerate(self.sees):
            x, down = _MACHINE + 14 + number % 2 * (width / 2 - 6), y + 46 + number // 2 * 19
            yield from self._path(x, down, width / 2 - 22, path, at)

    def _path(self, x: float, y: float, room: float, path: str, at: int | None) -> Iterator[str]:
        """A path of the tree, in the colour of the layer that it is seen in."""
        face = palette.CONTAINER if at == len(self.slabs) else palette.look(at or 0)
        mark = {"x": x, "y": y - 9, "width": 10, "height": 10, "rx": 2}
        fill = "none" if at is None else face.fill
        yield svg.tag("rect", **mark, fill=fill, stroke=palette.PALE if at is None else face.edge)
        shown = svg.fit(path, room - 110, 12, mono=True)
        yield svg.text(x + 18, y, shown, "m" if at is not None else "m gone")
        yield svg.text(x + room, y, self._source(at), "s d", text_anchor="end")

    def _own(self, y: float) -> Iterator[str]:
        face = palette.CONTAINER
        yield from _slab(y, len(self.slabs), face, dashed=True)
        yield svg.text(_MACHINE + 40, y + 20, f"container {self.container}", "b")
        yield svg.text(_MACHINE + 40, y + 37, f"read-write: {self.changes}", "s d")
        yield svg.text(RIGHT - 12, y + 20, "docker run", "m d", text_anchor="end")

    def _registry(self, first: float) -> Iterator[str]:
        """``first`` is where the blobs begin; manifest and config stand above them."""
        height = 118 + len(self.slabs) * _STEP
        box = {"x": LEFT, "y": first - 120, "width": _SPLIT - LEFT, "height": height, "rx": 10}
        yield svg.tag("rect", **box, fill="none", stroke=palette.PALE)
        yield svg.text(LEFT + 12, first - 99, f"registry {self.registry}", "b")
        yield from _plate(first - 88, "manifest", self.manifest, "lists config and blobs")
        yield from _plate(first - 44, "config", self.config, "what to run, and how")
        yield nameplates.line(_SPLIT - 6, first - 26, _MACHINE + 1, first - 16)

    def _layers(self, y: float) -> Iterator[Iterator[str]]:
        for number, slab in reversed([*enumerate(self.slabs)]):
            yield self._layer(y, number, slab)
            y += _STEP

    def _layer(self, y: float, number: int, slab: Slab) -> Iterator[str]:
        face = palette.look(number)
        yield from _plate(y + 4, "blob", slab.blob, f"{_size(slab.transferred)} compressed", face)
        yield nameplates.line(_SPLIT - 6, y + _SLAB / 2, _MACHINE - 2, y + _SLAB / 2)
        if number == len(self.slabs) - 1:
            yield svg.text(_SPLIT + 1, y + 14, "pull", "m d")
        yield from _slab(y, number, face)
        name = svg.fit(svg.brief(slab.made_by), RIGHT - _MACHINE - 60, 13, bold=True)
        yield svg.text(_MACHINE + 40, y + 20, name, "b")
        yield svg.text(_MACHINE + 40, y + 37, slab.diff_id, "m d")
        yield svg.text(RIGHT - 12, y + 37, human_size(slab.size), "s", text_anchor="end")


def _size(size: int | None, before: str = "") -> str:
    return "" if size is None else before + human_size(size)


def _rows(pairs: Sequence[object]) -> int:
    """How many lines they take, two on each."""
    return (len(pairs) + 1) // 2


def _slab(y: float, number: int, face: palette.Look, *, dashed: bool = False) -> Iterator[str]:
    box = {"x": _MACHINE, "width": RIGHT - _MACHINE, "height": _SLAB, "rx": 7}
    if not dashed:
        yield svg.tag("rect", **box, y=y + 3.5, fill=face.edge, fill_opacity=0.45)
    dash = "7 4" if dashed else None
    yield svg.tag(
        "rect", **box, y=y, cls="slab", stroke=face.edge, stroke_width=1.5, stroke_dasharray=dash
    )
    band = {"x": _MACHINE, "y": y, "width": 28, "height": _SLAB, "rx": 7}
    yield svg.tag("rect", **band, fill=face.fill)
    if face.pattern != "plain":
        yield svg.tag("rect", **band, fill=f"url(#ll-{face.pattern})")
    middle = y + _SLAB / 2
    disc = {"x": _MACHINE + 4, "y": middle - 10, "width": 20, "height": 20, "rx": 10}
    yield svg.tag("rect", **disc, cls="disc")
    yield svg.text(_MACHINE + 14, middle + 4.5, str(number), "b", text_anchor="middle")


def _plate(
    y: float, name: str, ident: str, said: str, face: palette.Look | None = None
) -> Iterator[str]:
    x, width = LEFT + 10, _SPLIT - LEFT - 20
    texts = [
        svg.text(x + 10, y + 16, name, "s b"),
        svg.text(x + width - 10, y + 16, ident, "m d", text_anchor="end"),
        svg.text(x + 10, y + 32, said, "s d"),
    ]
    yield from nameplates.plate(x, y, width, *texts, look=face, filled=face is not None)


def _kernel(y: float) -> Iterator[str]:
    box = {"x": _MACHINE, "y": y, "width": RIGHT - _MACHINE, "height": 32, "rx": 7}
    yield svg.tag("rect", **box, cls="ghost")
    yield svg.text(_MACHINE + 14, y + 21, "the host's kernel: in no image", "s d")
