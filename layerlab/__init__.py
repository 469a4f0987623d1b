"""layerlab: container images and union file systems, modelled the way they really work."""

from layerlab.archive import open_image, open_images, save_image
from layerlab.container import Container, Event
from layerlab.digest import ChainID, DiffID, Digest, chain_id
from layerlab.engine import Engine
from layerlab.errors import (
    DigestMismatch,
    DockerExit,
    EngineError,
    InvalidDigest,
    InvalidImage,
    InvalidLayer,
    InvalidReference,
    LayerlabError,
    NoContent,
    NotFound,
)
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer, RecordedLayer
from layerlab.nodes import Device, Directory, File, Meta, Symlink, Whiteout, Zeros
from layerlab.union import UnionFS

__all__ = [
    "ChainID",
    "Container",
    "Device",
    "DiffID",
    "Digest",
    "DigestMismatch",
    "Directory",
    "DockerExit",
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
    "Meta",
    "NoContent",
    "NotFound",
    "RecordedLayer",
    "Symlink",
    "UnionFS",
    "Whiteout",
    "Zeros",
    "chain_id",
    "open_image",
    "open_images",
    "save_image",
]
