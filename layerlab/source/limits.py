"""Limits: how much of a stranger's archive is read before it is refused.

A few kilobytes can unpack to a terabyte, name a million paths, or nest themselves. What real
images have stays far below these limits; whoever has a larger one, and trusts it, raises them.
"""

import sys
from dataclasses import dataclass

from layerlab.errors import LimitExceeded

_METADATA = "more than {:,} bytes of JSON in all"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may have: ``open_image(path, limits=Limits(entries=5_000_000))``."""

    entries: int = 600_000
    """Members of the archive and entries of all its layers: 300 bytes of memory each. The largest
    images have some 300,000."""
    names: int = 128 << 20
    """Bytes of their names, targets and extended attributes, implied parents' too: one name of
    a million slashes implies a million. A symlink counts each time it is followed."""
    merged: int = 4_000_000
    """Names in the directories that layers change, counted again for each layer that does."""
    layers: int = 500
    """Layers of one image; as many as overlayfs can stack (fs/overlayfs/params.h)."""
    images: int = 10_000
    json: int = 4 << 20
    """Bytes of one JSON document, as skopeo and podman have it (containers/image, iolimits)."""
    metadata: int = 32 << 20
    """Bytes of all JSON documents; one that is read twice counts twice."""
    values: int = 500_000
    """Values in all these documents; an image with 125 layers has some 3,000."""
    unpacked: int = 1 << 30
    """Bytes that compressed data may unpack to, however small it is; beyond, ``ratio`` rules."""
    ratio: int = 500
    """How many bytes one byte may unpack to, of each blob and of the archive as a whole.

    gzip reaches 1,032 on zeros alone; a tar of real files stays far below 100.
    """


class Meter:
    """What reading one archive has used of its limits. Going over one is a ``LimitExceeded``."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.size: int | None = None
        """Bytes of the archive as it lies on disk, if it has been asked."""
        self._entries = self._names = self._merged = self._made = 0
        self._images = self._kept = self._parsed = self._values = 0

    def entry(self, size: int, where: str) -> None:
        """One more entry, with ``size`` bytes of names."""
        self._entries += 1
        if self._entries > self.limits.entries:
            raise self._exceeded("entries", "more than {:,} entries", where)
        self.names(size, where)

    def names(self, size: int, where: str) -> None:
        """So many bytes of names more."""
        self._names += size
        if self._names > self.limits.names:
            raise self._exceeded("names", "more than {:,} bytes of names", where)

    def fits(self, size: int, where: str) -> None:
        """Refuse a JSON document of so many bytes if that is too many for one."""
        if size > self.limits.json:
            raise self._exceeded("json", f"{size:,} bytes of JSON; {{:,}} are the most", where)

    def keep(self, size: int, where: str) -> None:
        """A JSON document of so many bytes that is put by, should somebody ask for it."""
        self.fits(size, where)
        if self._kept + size > self.limits.metadata:
            raise self._exceeded("metadata", _METADATA, where)
        self._kept += size

    def parse(self, text: str, where: str) -> None:
        """A JSON document that is going to be parsed."""
        size = sys.getsizeof(text)  # up to 4 bytes a letter
        if self._parsed + size > self.limits.metadata:
            raise self._exceeded("metadata", _METADATA, where)
        self._parsed += size
        self._values += sum(map(text.count, ",:[{"))  # one before each value, and more
        if self._values > self.limits.values:
            raise self._exceeded("values", "more than {:,} values in JSON", where)

    def image(self, where: str) -> None:
        """One more image."""
        self._images += 1
        if self._images > self.limits.images:
            raise self._exceeded("images", "more than {:,} images", where)

    def stack(self, layers: int, where: str) -> None:
        """An image of so many layers."""
        if layers > self.limits.layers:
            raise self._exceeded("layers", f"{layers:,} layers; {{:,}} are the most", where)

    def merge(self, names: int, where: str) -> None:
        """A layer that changes directories with so many names."""
        self._merged += names
        if self._merged > self.limits.merged:
            raise self._exceeded("merged", "its layers merge to more than {:,} names", where)

    def unpacked(self, size: int, made: int, spent: int, where: str) -> None:
        """``size`` bytes more were unpacked; that blob's ``spent`` bytes have given ``made``."""
        self._made += size
        if made > self.limits.unpacked and made > self.limits.ratio * spent:
            raise self._bomb(spent, made, where)
        if self.size is None or self._made <= self.limits.unpacked:
            return
        if self._made > self.limits.ratio * self.size:
            raise self._bomb(self.size, self._made, where)

    def _exceeded(self, limit: str, what: str, where: str) -> LimitExceeded:
        return LimitExceeded(what.format(getattr(self.limits, limit)), limit, where=where)

    def _bomb(self, spent: int, made: int, where: str) -> LimitExceeded:
        limit = "ratio" if spent else "unpacked"
        what = f"{spent:,} bytes unpack to more than {made:,}: a decompression bomb"
        return LimitExceeded(what, limit, where=where)
