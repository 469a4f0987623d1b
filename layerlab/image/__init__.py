"""Image, its config and its history."""

from layerlab.image.config import History, ImageConfig
from layerlab.image.image import Image, RecordedImage

__all__ = ["History", "Image", "ImageConfig", "RecordedImage"]
