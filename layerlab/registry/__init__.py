"""Registry: blobs, manifests and tags, and what crossed the wire."""

from layerlab.registry.blobs import Blob, compressed
from layerlab.registry.manifest import Descriptor, Index, Manifest, containerd_identity
from layerlab.registry.registry import Refused, Registry
from layerlab.registry.traffic import Crossed, Traffic

__all__ = [
    "Blob",
    "Crossed",
    "Descriptor",
    "Index",
    "Manifest",
    "Refused",
    "Registry",
    "Traffic",
    "compressed",
    "containerd_identity",
]
