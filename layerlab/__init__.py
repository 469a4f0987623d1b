"""layerlab: container images and union file systems, modelled the way they really work."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from layerlab.archive import open_image, open_images, save_image
from layerlab.container import Container, Event
from layerlab.digest import ChainID, DiffID, Digest, chain_id
from layerlab.errors import (
    BuildError,
    DigestMismatch,
    DockerExit,
    DockerfileError,
    EngineError,
    InvalidDigest,
    InvalidImage,
    InvalidLayer,
    InvalidReference,
    LayerlabError,
    LimitExceeded,
    NoContent,
    NotFound,
)
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer, RecordedLayer
from layerlab.nodes import Device, Directory, File, Meta, Symlink, Whiteout, Zeros
from layerlab.source import Limits
from layerlab.union import UnionFS

if TYPE_CHECKING:
    from layerlab.engine import Engine
    from layerlab.registry import Registry

__all__ = [
    "BuildError",
    "ChainID",
    "Container",
    "Device",
    "DiffID",
    "Digest",
    "DigestMismatch",
    "Directory",
    "DockerExit",
    "DockerfileError",
    "Engine",
    "EngineError",
    "Event",
    "File",
    "History",
    "Image",
    "ImageConfig",
    "InvalidDigest",
    "InvalidImage",
    "InvalidLayer",
    "InvalidReference",
    "Layer",
    "LayerlabError",
    "LimitExceeded",
    "Limits",
    "Meta",
    "NoContent",
    "NotFound",
    "RecordedLayer",
    "Registry",
    "Symlink",
    "UnionFS",
    "Whiteout",
    "Zeros",
    "chain_id",
    "open_image",
    "open_images",
    "save_image",
]

# The engine and what it brings (registries, a shell) take as long to load as all else together,
# and who only opens an archive does without.
_LATER = {"Engine": "layerlab.engine", "Registry": "layerlab.registry"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_LATER[name]), name)
    return value
