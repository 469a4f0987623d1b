"""fontconfig's caches: a file for each folder of fonts, named by the MD5 of the folder's path.

fontconfig 2.14 (``fccache.c``): a header, the folder's path and those of the folders in it, each
aligned to 8 bytes, then the fonts. What these take was measured, by their number.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from layerlab.nodes import File, Meta, Zeros

ROOTS = ("/usr/share/fonts", "/usr/local/share/fonts")
CACHE = "/var/cache/fontconfig"
HEADER, POINTER, ALIGNED = 80, 8, 8
_FONT = re.compile(r".*\.(ttf|otf|ttc|t1|pfb|pfa|afm)", re.IGNORECASE)


def caches(tree: Any, sizes: Mapping[str, Mapping[int, int]]) -> dict[str, File]:
    """What ``fc-cache`` writes; ``sizes`` has the bytes of so many fonts of a folder."""
    made = {}
    for folder, folders, fonts in _folders(tree):
        size = HEADER + _aligned(folder) + sum(POINTER + _aligned(each) for each in folders)
        size += sizes.get(folder, {}).get(fonts, 0)
        name = hashlib.md5(folder.encode(), usedforsecurity=False).hexdigest()
        made[f"{CACHE}/{name}-le64.cache-8"] = File(Zeros(size), Meta(0o644))
    return made


def _aligned(path: str) -> int:
    return (len(path.encode()) + ALIGNED) // ALIGNED * ALIGNED


def _folders(tree: Any) -> Iterator[tuple[str, list[str], int]]:
    """Each folder, the folders in it, and the number of its fonts. Links to folders count."""
    todo = [root for root in ROOTS if tree.isdir(root)]
    while todo:
        folder = todo.pop()
        paths = [f"{folder}/{name}" for name in tree.listdir(folder)]
        folders = [path for path in paths if tree.isdir(path)]
        yield folder, folders, sum(bool(_FONT.fullmatch(path)) for path in paths)
        todo += folders
