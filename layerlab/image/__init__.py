"""Image, its config and its history."""

from layerlab.image.config import History, ImageConfig
from layerlab.image.image import Image

__all__ = ["History", "Image", "ImageConfig"]
