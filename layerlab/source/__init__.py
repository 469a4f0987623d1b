"""Bytes, wherever they are: read forward once and hashed, or at any place when asked for."""

from layerlab.source.compression import Kind, decompress, sniff
from layerlab.source.limits import Limits, Meter
from layerlab.source.places import (
    Compressed,
    FileSource,
    Given,
    Memory,
    Part,
    Source,
    Watch,
    name_of,
    open_source,
)
from layerlab.source.stream import Digester, Reader

__all__ = [
    "Compressed",
    "Digester",
    "FileSource",
    "Given",
    "Kind",
    "Limits",
    "Memory",
    "Meter",
    "Part",
    "Reader",
    "Source",
    "Watch",
    "decompress",
    "name_of",
    "open_source",
    "sniff",
]
