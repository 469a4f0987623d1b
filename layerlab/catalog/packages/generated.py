"""What maintainer scripts of Debian's packages make, as it was measured: no archive holds it.

``generated("redis-server")`` has what its preinst, its postinst and its triggers do. Accounts are
by name, since their numbers depend on which package came first; ``configuring`` applies it to a
tree.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, islice
from types import MappingProxyType
from typing import NamedTuple

from layerlab.catalog.packages import columns
from layerlab.catalog.packages.columns import DATA
from layerlab.catalog.packages.files import REAL, SYMLINK
from layerlab.nodes import Bytes

GENERATED = "generated.gz"

RESTYLED = "m"
"""A path that is there gets another mode or owner, and keeps its content."""

Owner = int | str
"""A number, or the name of an account that some package's script added."""


class Path(NamedTuple):
    """A path that a script makes or changes: a kind of ``files``, or ``RESTYLED``."""

    path: str
    kind: str
    mode: int
    uid: Owner
    gid: Owner
    size: int = 0
    target: str = ""
    content: Bytes | None = None
    needs: str = ""
    """A path without which the script leaves it alone: the source of what it compiles. After
    ``!``, one that keeps it from being made."""


class Account(NamedTuple):
    """A ``user`` or ``group`` that needs a number; ``number`` is the one that it had."""

    kind: str
    name: str
    number: int


class Line(NamedTuple):
    """A line that is added to a file, and the one that follows it: nothing at the end."""

    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What one script, or a trigger, does to the tree."""

    paths: tuple[Path, ...] = ()
    gone: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    edits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For ``/etc/passwd`` and its kin, backups too: lines that differ from the file before."""
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    """Lines added to files that several packages change, such as ``/etc/shells``."""
    commands: tuple[str, ...] = ()
    """Arguments of ``update-alternatives``, as it logs them."""


NOTHING = Made()


@dataclass(frozen=True, slots=True)
class Generated:
    """What a package makes beside its files: when unpacked, when configured, when triggered."""

    unpacked: Made = NOTHING
    configured: Made = NOTHING
    triggered: Made = NOTHING


def generated(name: str) -> Generated:
    """What the package's scripts make; nothing for a package that has none."""
    return _all()[0].get(name, Generated())


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rules need besides names. Sizes are in bytes."""

    unlisted: Mapping[str, str]
    """Paths that are named as libraries are, and that ``ld.so.cache`` doesn't name. A file that
    shares its soname with another one has that soname; others have none."""
    fonts: Mapping[str, Mapping[int, int]]
    """What so many fonts of a folder take in fontconfig's cache."""
    manuals: Mapping[str, Mapping[str, int]]
    """What each manual's entries take in a section of the list of all."""
    head: int
    """What that list has before its sections."""


def figures() -> Figures:
    """The measured figures of the rules."""
    return _all()[1]


def pack(
    made: Iterable[tuple[str, str, Made]],
    figures: Figures,
) -> bytes:
    """Package, part of :class:`Generated` and what was made, as a file of columns."""
    listed = list(made)
    paths = [path for _, _, one in listed for path in one.paths]
    styles = sorted({path[1:5] for path in paths}, key=str)
    number = {style: at for at, style in enumerate(styles)}
    facts = [
        (name, part, len(m.paths), m.gone, m.accounts, m.edits, m.lines, m.commands)
        for name, part, m in listed
    ]
    return columns.pack(
        {
            "facts": json.dumps(facts).encode(),
            "needs": columns.pack_texts(path.needs for path in paths),
            "figures": json.dumps(
                [figures.unlisted, figures.fonts, figures.manuals, figures.head]
            ).encode(),
            "styles": json.dumps(styles).encode(),
            "style": columns.pack_numbers(number[path[1:5]] for path in paths),
            "path": columns.pack_texts(path.path for path in paths),
            "size": columns.pack_numbers(path.size for path in paths),
            "target": columns.pack_texts(path.target for path in paths if path.target),
            "content": b"".join(path.content.data for path in paths if path.content),
        }
    )


@cache
def _all() -> tuple[Mapping[str, Generated], Figures]:
    packed = columns.unpack((DATA / GENERATED).read_bytes())
    paths = iter(_paths(packed))
    parts: dict[str, dict[str, Made]] = {}
    for name, part, count, gone, accounts, edits, lines, commands in json.loads(packed["facts"]):
        parts.setdefault(name, {})[part] = Made(
            tuple(islice(paths, count)),
            tuple(gone),
            tuple(Account(*account) for account in accounts),
            {path: tuple(rows) for path, rows in edits.items()},
            {path: tuple(Line(*row) for row in rows) for path, rows in lines.items()},
            tuple(commands),
        )
    made = {name: Generated(**one) for name, one in parts.items()}
    unlisted, fonts, manuals, head = json.loads(packed["figures"])
    by_number = {
        folder: {int(number): size for number, size in known.items()}
        for folder, known in fonts.items()
    }
    return MappingProxyType(made), Figures(unlisted, by_number, manuals, head)


def _paths(packed: Mapping[str, bytes]) -> Iterable[Path]:
    styles = json.loads(packed["styles"])
    numbers = columns.unpack_numbers(packed["style"])
    sizes = columns.unpack_numbers(packed["size"])
    targets = iter(columns.unpack_texts(packed["target"]))
    kinds = [styles[number][0] for number in numbers]
    real = (size if kind == REAL else 0 for kind, size in zip(kinds, sizes, strict=True))
    ends = accumulate(real)
    paths, needs = (columns.unpack_texts(packed[name]) for name in ("path", "needs"))
    rows = zip(paths, numbers, kinds, sizes, ends, needs, strict=True)
    for path, number, kind, size, end, needed in rows:
        target = next(targets) if kind == SYMLINK else ""
        content = Bytes(packed["content"][end - size : end]) if kind == REAL else None
        _, mode, uid, gid = styles[number]
        yield Path(path, kind, mode, uid, gid, size, target, content, needed)
