"""What man-db keeps of manual pages: folders for those that it formats, and an index a language.

``mandb`` 2.11 writes the index with gdbm, in blocks of 4 KiB. How full they get depends on every
page's words, so that an index can be a block or two off; folders are as they are.
"""

import re
from typing import Any

from layerlab.nodes import Directory, File, Meta, Zeros

PAGES, CACHE = "/usr/share/man", "/var/cache/man"
MAN_UID, MAN_GID = 6, 12
BLOCK, EMPTY = 4096, 3
"""Bytes of a block, and how many of them an index has before its first page."""
ENGLISH, TRANSLATED = 156, 90
"""Bytes that a page takes on average (*ran*: 811 English pages, 88 French ones)."""

_SECTION = re.compile(r"man(\d)")


def indexes(tree: Any) -> dict[str, Directory | File]:
    """The folders and indexes for the pages in the tree."""
    if not tree.isdir(PAGES):
        return {}
    languages = [name for name in tree.listdir(PAGES) if not _SECTION.fullmatch(name)]
    made: dict[str, Directory | File] = {}
    for language in ("", *languages):
        pages = f"{PAGES}/{language}".rstrip("/")
        cache = f"{CACHE}/{language}".rstrip("/")
        sections = [name for name in tree.listdir(pages) if _SECTION.fullmatch(name)]
        if not sections:
            continue
        if language:
            made[cache] = Directory(_meta(0o755))
        for section in sections:
            made[f"{cache}/{section.replace('man', 'cat')}"] = Directory(_meta(0o755))
        count = sum(len(tree.listdir(f"{pages}/{section}")) for section in sections)
        size = -(-count * (TRANSLATED if language else ENGLISH) // BLOCK) + EMPTY
        made[f"{cache}/index.db"] = File(Zeros(size * BLOCK), _meta(0o644))
    return made


def _meta(mode: int) -> Meta:
    return Meta(mode, MAN_UID, MAN_GID)
