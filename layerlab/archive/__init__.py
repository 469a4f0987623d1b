"""Open, save and extract images: docker-archive (``docker save``) and OCI image layout."""

from layerlab.archive.extracting import extract
from layerlab.archive.opening import open_image, open_images
from layerlab.archive.saving import save_image, save_images

__all__ = ["extract", "open_image", "open_images", "save_image", "save_images"]
