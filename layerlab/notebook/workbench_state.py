"""What the ID workbench knows: a small image, the five names of its parts, and one change each.

There is no widget here. Every move gives a new state, which remembers the one before it, so
that what changed can be told from what didn't.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from gzip import GzipFile
from io import BytesIO
from typing import Literal, NamedTuple

from layerlab.digest import BlobDigest, ChainID, DiffID, Digest, ImageID, chain_id
from layerlab.errors import LayerlabError
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer
from layerlab.nodes import Bytes, File
from layerlab.notebook import workbench_picture, workbench_words
from layerlab.registry.manifest import CONFIG, LAYER, Descriptor, Manifest

Kind = Literal["ChainID", "DiffID", "blob digest", "ImageID", "manifest digest"]
OF_A_LAYER: tuple[Kind, ...] = ("ChainID", "DiffID", "blob digest")
OF_AN_IMAGE: tuple[Kind, ...] = ("ImageID", "manifest digest")
PLAIN = "none"
COMPRESSIONS = ("gzip -6", "gzip -9", PLAIN)


class BadMove(LayerlabError):
    """A move of the workbench that can't be made."""


class Name(NamedTuple):
    """Which name of what: ``Name("DiffID", "app")``; the layer is empty for those of the image."""

    kind: Kind
    layer: str = ""

    def __str__(self) -> str:
        return f"{self.kind} of {self.layer}" if self.layer else self.kind


def _layer(path: str, text: str) -> Layer:
    return Layer.of({path: File(Bytes(text.encode()))})


FIRST: Mapping[str, Layer] = {
    "base": _layer("/etc/motd", "hello\n" * 8),
    "app": _layer("/srv/app.py", "print(open('/etc/motd').read())\n" * 4),
    "site": _layer("/srv/site.conf", "colour = blue\n" * 6),
}
_CONFIG = ImageConfig(cmd=("python3", "/srv/app.py"))
_DEBUG = "DEBUG=1"
_COMMENT = "reviewed"
_TOP = Name("ChainID", "site")


@dataclass(frozen=True)
class Bench:
    """An image by its parts: layers by name, base first, and all that its names depend on."""

    layers: Mapping[str, Layer] = field(default_factory=lambda: FIRST)
    config: ImageConfig = _CONFIG
    comment: str = ""
    """What the history says of the top layer."""
    compression: str = COMPRESSIONS[0]
    tag: str = "shop:1.0"
    layer: str = "app"
    """The layer that the next change is made to."""
    selected: Name = _TOP
    """The name whose text is shown."""
    said: str = "Nothing changed yet. Change one thing, and see which names change with it."
    before: "Bench | None" = field(default=None, repr=False, compare=False)
    """The state that the last change was made to."""

    # ---- the image and its names ----

    @cached_property
    def image(self) -> Image:
        """The image as layerlab has it."""
        steps = [
            History(self.config.created, f"COPY {name}/ /", comment=self._comment(name))
            for name in self.layers
        ]
        return Image(self.layers.values(), self.config, steps)

    def _comment(self, layer: str) -> str:
        return self.comment if layer == list(self.layers)[-1] else ""

    @cached_property
    def blobs(self) -> Mapping[str, bytes]:
        """Each layer as a registry would store it."""
        return {name: self._compressed(tar) for name, tar in self.tars.items()}

    @cached_property
    def tars(self) -> Mapping[str, bytes]:
        """Each layer's own tar."""
        return {name: _tar(layer) for name, layer in self.layers.items()}

    def _compressed(self, tar: bytes) -> bytes:
        if self.compression == PLAIN:
            return tar
        stream = BytesIO()
        with GzipFile("", "wb", int(self.compression[-1]), stream, mtime=0) as encoder:
            encoder.write(tar)
        return stream.getvalue()

    @cached_property
    def manifest(self) -> bytes:
        """The manifest: the config and the blobs, by digest, as Docker writes it."""
        kind = LAYER if self.compression != PLAIN else LAYER.removesuffix(".gzip")
        config = self.image.raw_config
        raw = Manifest.made(
            Descriptor(BlobDigest.of(config), len(config), CONFIG),
            tuple(Descriptor(BlobDigest.of(b), len(b), kind) for b in self.blobs.values()),
        ).raw
        assert raw is not None
        return raw

    @cached_property
    def names(self) -> Mapping[Name, Digest]:
        """All five names, those of each layer first."""
        found: dict[Name, Digest] = {}
        below: ChainID | None = None
        for name, tar in self.tars.items():
            diff_id = DiffID.of(tar)
            below = chain_id(below, diff_id)
            found[Name("ChainID", name)] = below
            found[Name("DiffID", name)] = diff_id
            found[Name("blob digest", name)] = BlobDigest.of(self.blobs[name])
        found[Name("ImageID")] = ImageID.of(self.image.raw_config)
        found[Name("manifest digest")] = Digest.of(self.manifest)
        return found

    @cached_property
    def changed(self) -> Mapping[Name, Digest]:
        """The names that the last change changed, and what they were before it."""
        if self.before is None:
            return {}
        old = self.before.names
        return {name: old[name] for name, digest in self.names.items() if old[name] != digest}

    # ---- moves ----

    def select(self, part: str) -> "Bench":
        """Show what a name is the hash of: ``ImageID``, ``DiffID of app``."""
        name = next((name for name in self.names if str(name) == part), None)
        if name is None:
            raise BadMove(f"there is no name {part!r:.40}", hint="such as 'DiffID of app'")
        return replace(self, selected=name)

    def choose(self, layer: str) -> "Bench":
        """Choose the layer that the next change is made to."""
        return replace(self, layer=self._known(layer))

    def change_byte(self, layer: str) -> "Bench":
        """Change one letter of the layer's file; again, and it is what it was."""
        path, file = self.file(layer)
        data = file.content.read()
        data = bytes([data[0] ^ 0x20]) + data[1:]  # the other case
        said = f"{path} begins with {data[:1].decode()!r} now."
        return self._with_file(layer, File(Bytes(data), file.meta), said)

    def touch(self, layer: str) -> "Bench":
        """Make the layer's file a second younger. Its content stays."""
        path, file = self.file(layer)
        meta = replace(file.meta, mtime=file.meta.mtime + 1)
        return self._with_file(layer, replace(file, meta=meta), f"{path} is a second younger.")

    def chmod(self, layer: str) -> "Bench":
        """Make the layer's file executable, or take that back."""
        path, file = self.file(layer)
        meta = replace(file.meta, mode=file.meta.mode ^ 0o111)
        said = f"{path} has mode {meta.mode:04o} now."
        return self._with_file(layer, replace(file, meta=meta), said)

    def move_down(self, layer: str) -> "Bench":
        """Put a layer under the one that it lies on."""
        order = list(self.layers)
        here = order.index(self._known(layer))
        if here == 0:
            raise BadMove(f"{layer} is the base already", hint="choose a layer above it")
        order[here - 1], order[here] = layer, order[here - 1]
        layers = {name: self.layers[name] for name in order}
        return self._next(f"{layer} lies under {order[here]} now.", layers=layers, layer=layer)

    def compress(self, compression: str) -> "Bench":
        """Store the layers in the registry otherwise."""
        if compression not in COMPRESSIONS:
            raise BadMove(
                f"{compression!r:.40} is no choice here", hint=f"one of {', '.join(COMPRESSIONS)}"
            )
        how = "uncompressed" if compression == PLAIN else f"compressed with {compression}"
        return self._next(f"The layers are stored {how}.", compression=compression)

    def set_env(self) -> "Bench":
        """Set a variable in the config, or take it out again."""
        env = tuple(item for item in self.config.env if item != _DEBUG)
        is_set = env != self.config.env
        config = replace(self.config, env=env if is_set else (*env, _DEBUG))
        return self._next(
            f"The config {'no longer sets' if is_set else 'sets'} {_DEBUG}.", config=config
        )

    def set_comment(self) -> "Bench":
        """Write a comment into the history, or take it out again."""
        comment = "" if self.comment else _COMMENT
        said = f"The history says {comment!r}." if comment else "The history's comment is gone."
        return self._next(said, comment=comment)

    def set_tag(self) -> "Bench":
        """Give the image another tag."""
        tag = "shop:latest" if self.tag == "shop:1.0" else "shop:1.0"
        return self._next(f"The image is tagged {tag}.", tag=tag)

    def _with_file(self, layer: str, file: File, said: str) -> "Bench":
        path, _ = self.file(layer)
        layers = {**self.layers, layer: Layer.of({path: file})}
        return self._next(said, layers=layers, layer=layer)

    def _next(self, said: str, **changes: object) -> "Bench":
        new = replace(self, before=replace(self, before=None), **changes)  # type: ignore[arg-type]
        return replace(new, said=f"{said} {new._count}")

    @property
    def _count(self) -> str:
        count, total = len(self.changed), len(self.names)
        if not count:
            return "No name changed."
        return f"{count} of {total} names {'has' if count == 1 else 'have'} changed."

    def file(self, layer: str) -> tuple[str, File]:
        """The one file of a layer, with its path."""
        [(path, node)] = self.layers[self._known(layer)].changes.items()
        assert isinstance(node, File)
        return path, node

    def _known(self, layer: str) -> str:
        if layer not in self.layers:
            raise BadMove(f"there is no layer {layer!r:.40}", hint=", ".join(self.layers))
        return layer

    # ---- what the desk shows ----

    @property
    def text(self) -> str:
        """The names as a table, those that changed with what they were."""
        return workbench_words.table(self)

    @property
    def notes(self) -> str:
        """For each of the five names, whether it changed and why."""
        return workbench_words.reasons(self)

    @property
    def detail(self) -> tuple[str, str]:
        """What the selected name is the hash of: a heading, and the text."""
        return workbench_words.detail(self)

    @property
    def alt(self) -> str:
        """What the picture shows."""
        return workbench_words.alt(self)

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG."""
        return workbench_picture.draw(self, live=live)

    @property
    def colours(self) -> Mapping[str, int]:
        """Each layer's number in the palette, which it keeps wherever it is moved."""
        return {name: number for number, name in enumerate(FIRST)}

    @property
    def values(self) -> Mapping[str, str]:
        """What the controls hold."""
        return {"layer": self.layer, "compression": self.compression}

    @property
    def off(self) -> Sequence[str]:
        """Every move can be tried."""
        return ()


def _tar(layer: Layer) -> bytes:
    stream = BytesIO()
    layer.write_tar(stream)
    return stream.getvalue()
