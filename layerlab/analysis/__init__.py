"""How much of an image is waste, and what two images share.

``waste(image)`` says which instruction stores what for nothing; ``dive(image)`` has the figures
that dive prints; ``compare(a, b)`` puts two images side by side.
"""

from layerlab.analysis.comparing import Comparison, compare
from layerlab.analysis.copies import Copy, copies
from layerlab.analysis.dive import Dive, Repeated, dive
from layerlab.analysis.waste import Finding, Waste, WastedPath, waste

__all__ = [
    "Comparison",
    "Copy",
    "Dive",
    "Finding",
    "Repeated",
    "Waste",
    "WastedPath",
    "compare",
    "copies",
    "dive",
    "waste",
]
