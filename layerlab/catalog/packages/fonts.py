"""fontconfig's caches: a file for each folder of fonts, named by the MD5 of the folder's path.

fontconfig 2.14 (``fccache.c``): a header, the folder's path and those of the folders in it, each
aligned to 8 bytes, then the fonts. What these take was measured, by their number.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from layerlab.nodes import Bytes, File, Meta, Zeros

ROOTS = ("/usr/share/fonts", "/usr/local/share/fonts")
CACHE, LOG = "/var/cache/fontconfig", "/var/log/fontconfig.log"
HEADER, POINTER, ALIGNED = 80, 8, 8
_FONT = re.compile(r".*\.(ttf|otf|ttc|t1|pfb|pfa)", re.IGNORECASE)


def caches(tree: Any, sizes: Mapping[str, Mapping[int, int]]) -> dict[str, File]:
    """What ``fc-cache`` writes; ``sizes`` has the bytes of so many fonts of a folder."""
    made = {LOG: File(Bytes(_log(tree).encode()), Meta(0o644))}
    for folder, inner, fonts in folders(tree):
        size = HEADER + _aligned(folder) + sum(POINTER + _aligned(each) for each in inner)
        size += sizes.get(folder, {}).get(fonts, 0)
        made[cache_of(folder)] = File(Zeros(size), Meta(0o644))
    return made


def cache_of(folder: str) -> str:
    """The path of a folder's cache."""
    name = hashlib.md5(folder.encode(), usedforsecurity=False).hexdigest()
    return f"{CACHE}/{name}-le64.cache-8"


def _log(tree: Any) -> str:
    """What ``fc-cache -s -v`` tells: the folders by their depth, then each as it is read."""
    found = {folder: (inner, fonts) for folder, inner, fonts in folders(tree)}
    roots = [root for root in ROOTS if root in found]
    by_depth = sorted(found.keys() - roots, key=lambda folder: (folder.count("/"), folder))
    read = [
        f"{folder}: caching, new cache contents: {fonts} fonts, {len(inner)} dirs"
        for folder, (inner, fonts) in found.items()
    ]
    return "".join(
        f"{line}\n"
        for line in (
            "Font directories:",
            *(f"\t{folder}" for folder in (*roots, *by_depth)),
            *read,
            *(f"{folder}: skipping, looped directory detected" for folder in by_depth),
            f"{CACHE}: cleaning cache directory",
            "fc-cache: succeeded",
        )
    )


def _aligned(path: str) -> int:
    return (len(path.encode()) + ALIGNED) // ALIGNED * ALIGNED


def folders(tree: Any) -> Iterator[tuple[str, list[str], int]]:
    """Each folder, the folders in it, and the number of its fonts. Links to folders count."""
    todo = [root for root in reversed(ROOTS) if tree.isdir(root)]
    while todo:
        folder = todo.pop()
        paths = [f"{folder}/{name}" for name in tree.listdir(folder)]
        inner = [path for path in paths if tree.isdir(path)]
        yield folder, inner, sum(bool(_FONT.fullmatch(path)) for path in paths)
        todo += reversed(inner)
