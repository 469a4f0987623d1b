"""From a value of the model to the rows of a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layerlab.container import Container
from layerlab.engine.ground import Ground
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.layer import Layer, RecordedLayer
from layerlab.nodes import Change, Directory
from layerlab.notebook.scene import Row
from layerlab.union import UnionFS
from layerlab.units import human_size
from layerlab.wording import instruction

INIT = "init layer: /dev, /etc/hosts"
"""What Docker puts over the image in every container that it makes."""

_HASHED_BYTES, _HASHED_CHANGES = 1 << 24, 2000


class CannotDraw(LayerlabError):
    """A value, or an argument of a picture, that no picture can be made of."""


@dataclass(frozen=True)
class Subject:
    """The rows of a picture, base first, and the words around them."""

    rows: tuple[Row, ...]
    view: str = "you see"
    title: str = ""


def subject(value: object, names: Sequence[str] = (), *, ids: bool = True) -> Subject:
    """The rows of a Layer, a UnionFS, an Image, a Container or a sequence of layers.

    ``names`` are those of the layers, base first. An image's layers are named by the
    instructions in its history. A Container adds a row of its own on top.
    """
    match value:
        case Layer() | RecordedLayer():
            return Subject(_rows([value], names, ids), view="")
        case UnionFS():
            return Subject(_rows(value.layers, names, ids))
        case Image():
            rows = _rows(value.layers, names or instructions(value), ids)
            return Subject(rows, view="a container sees", title=_title(value, rows))
        case Container():
            rows = _rows(value.layers, names or _under(value.image), ids, extra=1)
            upper = _container_row(len(rows), value.upper, names)
            return Subject((*rows, upper), view="the container sees")
        case [*layers]:
            return Subject(_rows(layers, names, ids))
    raise CannotDraw(
        f"a {type(value).__name__} can't be drawn as a stack",
        hint="pass a Layer, UnionFS, Image, Container or a list of layers",
    )


def _under(ground: object) -> Sequence[str]:
    """The names of what a container stands on, where an image's history tells them."""
    match ground:
        case Image():
            return instructions(ground)
        case Ground():
            known = instructions(ground.image)
            return [*known, INIT] if len(known) == len(ground.image.layers) else ()
    return ()


def _title(image: Image, rows: Sequence[Row]) -> str:
    ident = f" {image.image_id.short}" if all(row.ident for row in rows) else ""
    count = f"{len(rows)} layer" + "s" * (len(rows) != 1)
    return f"Image{ident}: {count}, {human_size(image.size)}"


def _rows(
    layers: Sequence[object], names: Sequence[str], ids: bool, extra: int = 0
) -> tuple[Row, ...]:
    if names and len(names) not in (len(layers), len(layers) + extra):
        raise CannotDraw(
            f"{len(names)} names were given for {len(layers)} layers",
            hint="give each layer a name, base first",
        )
    ids = ids and _cheaply_named(layers)
    return tuple(
        _layer_row(index, layer, names[index] if names else f"layer {index}", ids)
        for index, layer in enumerate(layers)
    )


def _layer_row(index: int, layer: object, name: str, ids: bool) -> Row:
    if isinstance(layer, RecordedLayer):
        return Row(
            index, name, lambda path: None, {}, (), layer.diff_id.short, layer.size, recorded=True
        )
    if not isinstance(layer, Layer):
        raise CannotDraw(f"a {type(layer).__name__} is no layer", where=f"layer {index}")
    tree = layer.tree

    def entry(path: str) -> Change | None:
        parent, _, base = path.rpartition("/")
        return tree.get(parent or "/", {}).get(base) if base else layer.changes.get("/")

    ident = layer.diff_id.short if ids else ""
    return Row(index, name, entry, layer.changes, tree.keys(), ident, layer.size)


def _cheaply_named(layers: Sequence[object]) -> bool:
    """The DiffIDs are known or soon computed: a picture must not take a second to hash."""
    unknown = [layer for layer in layers if isinstance(layer, Layer) and not layer.known_diff_id]
    return (
        sum(len(layer.changes) for layer in unknown) <= _HASHED_CHANGES
        and sum(layer.size for layer in unknown) <= _HASHED_BYTES
    )


def _container_row(index: int, upper: Mapping[str, Change], names: Sequence[str]) -> Row:
    name = names[index] if len(names) > index else "container layer"
    changes = {path: node for path, node in sorted(upper.items()) if path != "/"}
    files = {id(node): node.size for node in changes.values()}  # hard links count once
    directories = [path for path, node in changes.items() if isinstance(node, Directory)]
    return Row(
        index, name, upper.get, changes, directories, size=sum(files.values()), writable=True
    )


def instructions(image: Image) -> list[str]:
    """What made each layer, base first, from the image's history; nothing if it doesn't tell."""
    made = [instruction(entry.created_by or "") for entry in image.history if not entry.empty_layer]
    if len(made) != len(image.layers):
        return []
    return [text or f"layer {index}" for index, text in enumerate(made)]
