"""``/usr/share/info/dir``, the list of all manuals in Info: as large as their entries make it.

update-info-dir of texinfo 6.8: each file below the folder adds its entries to their sections, and
the list as it was is kept beside it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from layerlab.nodes import File, Meta, Zeros

FOLDER = "/usr/share/info"
DIR, OLD = f"{FOLDER}/dir", f"{FOLDER}/dir.old"

Entries = Mapping[str, Mapping[str, int]]
"""For each manual, by its name, the bytes that its entries take in each section."""

_MANUAL = re.compile(r"(?P<name>[^/]+?)(\.info)?(\.gz)?")
_PART = re.compile(r".*(-\d|-[1-9]\d)(\.gz)?|.*\.(png|jpg)|dir(\.gz|\.old(\.gz)?)?")


def lists(tree: Any, entries: Entries, head: int) -> dict[str, File]:
    """The list for the manuals in the tree; ``head`` are the bytes before its sections."""
    if not tree.isdir(FOLDER):
        return {}
    sections: dict[str, int] = {}
    for name in manuals(tree):
        for section, size in entries.get(name, {}).items():
            sections[section] = sections.get(section, 0) + size
    titles = sum(len(f"\n{section}\n".encode()) for section in sections)
    made = {DIR: File(Zeros(head + titles + sum(sections.values())), Meta(0o644))}
    if tree.isfile(DIR):
        made[OLD] = File(Zeros(tree.stat(DIR).st_size), Meta(0o644))
    return made


def manuals(tree: Any) -> Iterator[str]:
    """The names of the manuals; links don't count."""
    for folder, _, names in tree.walk(FOLDER):
        for name in names:
            match = _MANUAL.fullmatch(name)
            if match and not _PART.fullmatch(name) and not tree.islink(f"{folder}/{name}"):
                yield match["name"]


def read(text: str) -> tuple[dict[str, dict[str, int]], int]:
    """The entries of a list, and the bytes before its first section."""
    head, menu, body = text.partition("* Menu:\n")
    found: dict[str, dict[str, int]] = {}
    section = manual = ""
    for line in body.splitlines(keepends=True):
        if match := re.match(r"\* .*?\((?P<manual>[^)]+)\)", line):
            manual = match["manual"]
        elif not line.startswith((" ", "\t", "*", "\n")):
            section, manual = line.rstrip("\n"), ""
        if manual and line != "\n":
            known = found.setdefault(manual, {})
            known[section] = known.get(section, 0) + len(line.encode())
    return found, len((head + menu).encode())
