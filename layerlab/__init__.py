"""layerlab: container images and union file systems, modelled the way they really work."""

from layerlab.digest import ChainID, Digest, DiffID, chain_id
from layerlab.errors import (
    DigestMismatch,
    InvalidDigest,
    InvalidImage,
    InvalidLayer,
    LayerlabError,
    NoContent,
    NotFound,
)
from layerlab.layer import Layer, RecordedLayer
from layerlab.nodes import Device, Directory, File, Meta, Symlink, Whiteout, Zeros

__all__ = [
    "ChainID",
    "Device",
    "DiffID",
    "Digest",
    "DigestMismatch",
    "Directory",
    "File",
    "InvalidDigest",
    "InvalidImage",
    "InvalidLayer",
    "Layer",
    "LayerlabError",
    "Meta",
    "NoContent",
    "NotFound",
    "RecordedLayer",
    "Symlink",
    "Whiteout",
    "Zeros",
    "chain_id",
]
