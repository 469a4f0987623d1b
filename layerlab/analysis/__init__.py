"""How much of an image is waste."""

from layerlab.analysis.dive import Dive, Repeated, dive

__all__ = ["Dive", "Repeated", "dive"]
