"""How much of an image is waste, and what two images share.

``waste(image)`` says which instruction stores what for nothing; ``dive(image)`` has the figures
that dive prints; ``compare(a, b)`` puts two images side by side. ``to_json`` makes plain JSON
of what they return, ``tree(image)`` of an image's merged tree.
"""

from layerlab.analysis.comparing import ComparedLayer, Comparison, Difference, compare
from layerlab.analysis.copies import Copy, copies
from layerlab.analysis.dive import Dive, Repeated, dive
from layerlab.analysis.plain import to_json, tree
from layerlab.analysis.waste import Finding, Waste, WastedPath, waste

__all__ = [
    "ComparedLayer",
    "Comparison",
    "Copy",
    "Difference",
    "Dive",
    "Finding",
    "Repeated",
    "Waste",
    "WastedPath",
    "compare",
    "copies",
    "dive",
    "to_json",
    "tree",
    "waste",
]
