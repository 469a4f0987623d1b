"""Image: a stack of layers, how to run it, and how it was made."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from layerlab.digest import BlobDigest, ChainID, DiffID, ImageID, chain_ids
from layerlab.display import Drawn
from layerlab.errors import InvalidImage, NoContent
from layerlab.image.config import History, ImageConfig, parse_document
from layerlab.layer import AnyLayer
from layerlab.source import Meter
from layerlab.union import UnionFS
from layerlab.units import human_size


@dataclass(frozen=True, eq=False, init=False)
class Image(Drawn):
    """Layers, lowest first, with a config and a history. Two are equal if their ImageIDs are.

    ``Image([base, app])`` is enough: the config is that of a Linux image for amd64, created
    at the epoch, with one history entry a layer. An image is never changed: ``append`` and
    ``with_config`` return another one.
    """

    layers: tuple[AnyLayer, ...]
    config: ImageConfig
    history: tuple[History, ...]
    raw_config: bytes = field(repr=False)
    """The config JSON. Its digest is the ImageID; an opened image keeps the one it had."""
    raw_manifest: bytes | None = field(repr=False)
    """The OCI or Docker manifest it was opened by, as long as nothing was changed."""

    def __init__(
        self,
        layers: Iterable[AnyLayer],
        config: ImageConfig | None = None,
        history: Iterable[History] | None = None,
    ) -> None:
        """``history`` may be empty (some builders write none); else it counts every layer."""
        layers = tuple(layers)
        config = config or ImageConfig()
        if history is None:
            history = [History(config.created, comment="layerlab") for _ in layers]
        history = tuple(history)
        check_history(history, len(layers), "history")
        raw = config.render((layer.diff_id for layer in layers), history)
        self._set(layers, config, history, raw, None)

    @classmethod
    def opened(
        cls,
        layers: Iterable[AnyLayer],
        raw_config: bytes,
        *,
        raw_manifest: bytes | None = None,
        where: str = "config",
        meter: Meter | None = None,
    ) -> Self:
        """The image with this config JSON, which must agree with the layers' DiffIDs."""
        layers = tuple(layers)
        config, history, diff_ids = parse_document(raw_config, where, meter)
        if len(layers) != len(diff_ids):
            raise InvalidImage(
                f"{len(layers)} layers, but rootfs.diff_ids names {len(diff_ids)}", where=where
            )
        check_history(history, len(layers), where)
        for index, (layer, stated) in enumerate(zip(layers, diff_ids, strict=True)):
            if layer.diff_id != stated:
                raise InvalidImage(
                    f"layer {index} has DiffID {layer.diff_id}, rootfs.diff_ids says {stated}",
                    where=where,
                    hint="the archive was altered or damaged: fetch or save it again",
                )
        image = cls.__new__(cls)
        image._set(layers, config, history, raw_config, raw_manifest)
        return image

    @staticmethod
    def recorded(
        image_id: ImageID,
        layers: Iterable[AnyLayer],
        config: ImageConfig,
        history: Iterable[History],
        manifest_digest: BlobDigest | None = None,
        content_size: int | None = None,
    ) -> "RecordedImage":
        """An image known by name only, as ``docker inspect`` and ``docker history`` show it."""
        return RecordedImage(image_id, layers, config, history, manifest_digest, content_size)

    def _set(self, *values: Any) -> None:
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @cached_property
    def image_id(self) -> ImageID:
        """The digest of the config JSON, which names the layers by their DiffIDs."""
        return ImageID.of(self.raw_config)

    @cached_property
    def diff_ids(self) -> tuple[DiffID, ...]:
        """The DiffID of each layer, lowest first."""
        return tuple(layer.diff_id for layer in self.layers)

    @cached_property
    def chain_ids(self) -> tuple[ChainID, ...]:
        """The ChainID at each height of the stack, lowest first."""
        return chain_ids(self.diff_ids)

    @cached_property
    def size(self) -> int:
        """Bytes of all layers, as ``docker images`` counts them; what one hides counts too."""
        return sum(layer.size for layer in self.layers)

    @cached_property
    def rootfs(self) -> UnionFS:
        """The merged tree of all layers."""
        return UnionFS(self.layers)

    def append(self, layer: AnyLayer | None, history: History | None = None) -> "Image":
        """The image with one more step on top; ``None`` for a step that adds no layer."""
        if history is None:
            history = History(self.config.created, comment="layerlab")
        history = replace(history, empty_layer=layer is None)
        steps = self.history
        if not steps:  # a builder that wrote none: entries must count layers from now on
            steps = tuple(History(self.config.created) for _ in self.layers)
        config = self.config.for_a_child()
        if history.created:
            config = replace(config, created=history.created)
        layers = self.layers if layer is None else (*self.layers, layer)
        return Image(layers, config, (*steps, history))

    def with_config(self, **changes: Any) -> "Image":
        """The image with these fields of its config replaced: ``with_config(cmd=["sh"])``."""
        return Image(self.layers, replace(self.config, **changes), self.history)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and self.image_id == other.image_id

    def __hash__(self) -> int:
        return hash(self.image_id)

    def __repr__(self) -> str:
        count = len(self.layers)
        layers = f"{count} layer" if count == 1 else f"{count} layers"
        return f"<Image {self.image_id.short}: {layers}, {human_size(self.size)}>"


class RecordedImage(Image):
    """An image of which the IDs were recorded, and not the bytes that they are digests of.

    It counts in every table. Asking for its config's JSON is a ``NoContent`` error, as asking
    for a recorded layer's files is. What is built on it is an ordinary ``Image``.
    """

    manifest_digest: BlobDigest | None
    """What a pull printed behind ``Digest:``."""
    content_size: int | None
    """Bytes that a pull moves, manifest, config and blobs; ``crictl images`` prints them."""

    def __init__(
        self,
        image_id: ImageID,
        layers: Iterable[AnyLayer],
        config: ImageConfig,
        history: Iterable[History],
        manifest_digest: BlobDigest | None = None,
        content_size: int | None = None,
    ) -> None:
        layers, history = tuple(layers), tuple(history)
        check_history(history, len(layers), "history")
        known = {"layers": layers, "config": config, "history": history, "raw_manifest": None}
        names = {"image_id": image_id, "manifest_digest": manifest_digest}
        self.__dict__.update(known, **names, content_size=content_size)

    @property
    def raw_config(self) -> bytes:
        raise NoContent(
            "only the ID of this image was recorded, not its config",
            where=self.image_id,
            hint="open the image from an archive to have it",
        )


def check_history(history: tuple[History, ...], layers: int, where: str) -> None:
    """Refuse a history that doesn't count the layers. None at all is allowed."""
    counted = sum(not step.empty_layer for step in history)
    if history and counted != layers:
        raise InvalidImage(
            f"{layers} layers, but {counted} history entries that aren't empty_layer", where=where
        )
