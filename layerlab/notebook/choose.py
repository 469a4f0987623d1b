"""Which paths and which layers a picture shows when there are more than it can hold.

An image may have 17,000 paths and 125 layers. The telling ones are those where layers meet:
a whiteout, an opaque directory, a file on one side and a directory on the other, a file that
occurs twice. The rest is counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from layerlab.nodes import Change, Directory, Whiteout
from layerlab.notebook.scene import Column, Row, kind_word, parents

COLUMNS = 6
ROWS = 12


def telling_paths(rows: Sequence[Row], limit: int = COLUMNS) -> list[str]:
    """At most ``limit`` paths, sorted: all if they fit, else the most telling ones."""
    where: dict[str, list[Change]] = {}
    for row in rows:
        for path, node in row.changes.items():
            if path != "/":
                where.setdefault(path, []).append(node)
    if len(where) <= limit:
        return sorted(where)
    scores = {path: _score(nodes) for path, nodes in where.items()}
    for row in rows:
        for path in row.directories:  # named or implied
            if path in where and not any(isinstance(node, Directory) for node in where[path]):
                scores[path] = max(scores[path], _CLASH)
    for row in rows:
        for path, node in row.changes.items():
            if row.writable and not isinstance(node, Directory):
                scores[path] += _OWN
    best = sorted(
        (path for path, score in scores.items() if score >= _MEETING),
        key=lambda path: (-scores[path], path),
    )[:limit]
    chosen = dict.fromkeys(_with_victims(rows, where, best)[:limit])
    for path in chain.from_iterable(zip(*_largest_by_row(rows, limit), strict=True)):
        if len(chosen) == limit:
            break
        if path:
            chosen[path] = None
    return sorted(chosen)


_WHITEOUT, _CLASH, _OPAQUE, _TWICE, _OWN, _MEETING = 100, 90, 85, 80, 40, 40


def _score(nodes: Sequence[Change]) -> int:
    if any(isinstance(node, Whiteout) for node in nodes):
        return _WHITEOUT if len(nodes) > 1 else _OPAQUE
    directories = [node for node in nodes if isinstance(node, Directory)]
    if any(node.opaque for node in directories):
        return _OPAQUE
    if len(directories) < len(nodes) > 1:
        return _CLASH if directories else _TWICE
    return 0


def _with_victims(
    rows: Sequence[Row], where: Mapping[str, Sequence[Change]], best: Sequence[str]
) -> list[str]:
    """``best``, and after what hides a whole tree, the largest file of that tree."""
    chosen: dict[str, None] = {}
    for path in best:
        chosen[path] = None
        top = next((row for row in reversed(rows) if path in row.changes), None)
        if top is None or not _hides(top.changes[path]):
            continue
        below = [
            (-node.size, victim)
            for row in rows[: top.index]
            for victim, node in row.changes.items()
            if victim.startswith(path + "/") and not isinstance(node, (Directory, Whiteout))
        ]
        if below:
            chosen[min(below)[1]] = None
    return list(chosen)


def _hides(node: Change) -> bool:
    return node.opaque if isinstance(node, Directory) else True


def _largest_by_row(rows: Sequence[Row], limit: int) -> list[list[str | None]]:
    """For each layer, top first, its ``limit`` largest files, filled up with ``None``."""
    lists: list[list[str | None]] = []
    for row in reversed(rows):
        sizes = [
            (-node.size, path)
            for path, node in row.changes.items()
            if not isinstance(node, Directory)
        ]
        names: list[str | None] = [path for _, path in sorted(sizes)[:limit]]
        lists.append(names + [None] * (limit - len(names)))
    return lists


def shown_rows(
    rows: Sequence[Row], columns: Sequence[Column], limit: int = ROWS
) -> tuple[int, ...]:
    """The layers that get a slab: the top, the base, and those that the columns speak of."""
    count = len(rows)
    if count <= limit:
        return tuple(range(count))
    chosen = {0, count - 1}
    told = sorted({row for column in columns for row in column.rows}, reverse=True)
    ends = sorted({column.end.row for column in columns if column.end}, reverse=True)
    both = zip(range(count - 1, count // 2, -1), range(1, count // 2 + 1), strict=False)
    for row in chain(told, ends, chain.from_iterable(both)):
        if len(chosen) == limit:
            break
        chosen.add(row)
    # One layer folded alone would take as much room as its slab.
    lonely = {row for row in range(count) if {row - 1, row + 1} <= chosen}
    return tuple(sorted(chosen | lonely))


def rest(rows: Sequence[Row], paths: Sequence[str]) -> dict[int, Counter[str]]:
    """For each layer, its changes outside ``paths``, counted by kind; the root isn't counted."""
    counts: dict[int, Counter[str]] = {}
    for row in rows:
        kinds = Counter(map(kind_word, row.changes.values()))
        for path in {"/", *paths}:
            if path in row.changes:
                kinds[kind_word(row.changes[path])] -= 1
        counts[row.index] = +kinds
    return counts


def visible_count(rows: Sequence[Row], paths: Sequence[str]) -> int:
    """How many of the paths that layers name, ``paths`` aside, are in the merged tree."""
    named = {
        path for row in rows for path, node in row.changes.items() if not isinstance(node, Whiteout)
    }
    visible: set[str] = set()
    seen: dict[str, bool] = {}  # path: is what is there a directory that merges?
    closed: set[str] = set()  # below these, nothing of lower layers shows
    for row in reversed(rows):
        open_parents: dict[str, bool] = {"": True}
        closing: list[str] = []
        for path, node in row.changes.items():
            parent = path.rpartition("/")[0]
            if parent not in open_parents:
                open_parents[parent] = closed.isdisjoint([*parents(path)])
            if not open_parents[parent] or path in closed or path == "/":
                if path == "/" and isinstance(node, Directory) and node.opaque:
                    closing.append(path)
                continue
            if parent not in visible:  # no entry need name it: what is below implies it
                visible.update(parents(path))
            if path not in seen:
                seen[path] = True
                if not isinstance(node, Whiteout):
                    visible.add(path)
            elif not isinstance(node, Directory):
                closing.append(path)
                continue
            if _hides(node):
                closing.append(path)
        closed.update(closing)
    return len(visible & named - {"/", *paths})
