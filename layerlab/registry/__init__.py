"""Registry: blobs, manifests and tags, and what crossed the wire."""

from layerlab.registry.manifest import Descriptor, Manifest, containerd_identity
from layerlab.registry.registry import Refused, Registry
from layerlab.registry.traffic import Crossed, Traffic

__all__ = [
    "Crossed",
    "Descriptor",
    "Manifest",
    "Refused",
    "Registry",
    "Traffic",
    "containerd_identity",
]
