"""Layers to and from tar streams."""

from layerlab.tarball.headers import Entry, looks_like_tar, read_entries
from layerlab.tarball.reading import TarIndex, index_blocks, read_tar
from layerlab.tarball.writing import changes_size, tar_blocks, write_tar

__all__ = [
    "Entry",
    "TarIndex",
    "changes_size",
    "index_blocks",
    "looks_like_tar",
    "read_entries",
    "read_tar",
    "tar_blocks",
    "write_tar",
]
