"""The stack in words: for screen readers, for text/plain, and for what stands under a widget."""

from layerlab.nodes import Change, Directory, File, Whiteout
from layerlab.notebook.scene import Cell, Column, Scene, count_words, kind_word, what
from layerlab.notebook.svg import brief, printable, width
from layerlab.units import human_size

_TOLD = 6


def alt(scene: Scene) -> str:
    """A few sentences that say what one sees in the picture."""
    told = [column(scene, each) for each in scene.columns[:_TOLD]]
    more = len(scene.columns) - len(told)
    if more:
        told.append(f"And {more} more path{'s' * (more > 1)}.")
    title = f"{printable(scene.title).rstrip('.')}. " if scene.title else ""
    return f"{title}{layers(scene)} {' '.join(told)}".strip()


def layers(scene: Scene) -> str:
    """The layers from the top down, in one sentence."""
    names = [short(brief(scene.rows[index].name), 60) for index in reversed(scene.shown)]
    count = len(scene.rows)
    if count < 2:
        return f"One layer, {names[0]}." if count else "No layers."
    hidden = count - len(names)
    rest = f" ({hidden:,} more between them)" if hidden else ""
    return f"{count} layers, from the top down: {', '.join(names)}{rest}."


def description(scene: Scene) -> str:
    """Every column, every cell of it, and what was copied up."""
    lines = [layers(scene)]
    for each in scene.columns:
        lines.append(column(scene, each))
        cells = each.cells[:20]  # a file may be in 125 layers
        lines.extend(f"{cell(scene, one)}." for one in cells)
    lines.extend(
        f"{path_word(copy.path)} was copied up from {scene.name(copy.source)}: "
        f"{human_size(copy.bytes)}."
        for copy in scene.copies
    )
    return " ".join(lines)


def column(scene: Scene, column: Column) -> str:
    """What is seen at a path, where it comes from, and what it hides."""
    hidden = [
        f"the {what(each.node)} in {scene.name(each.row)}"
        for each in column.cells
        if each.hidden and each.node is not None and not isinstance(each.node, Whiteout)
    ]
    if len(hidden) > 3:
        hidden = [*hidden[:2], f"what {len(hidden) - 2} more layers have"]
    hides = " and ".join(hidden)
    path = path_word(column.path)
    if column.seen is None:
        hiding = f"; it hides {hides}" if hides else ""
        return f"{path}: no such file{_cause(scene, column)}{hiding}."
    where = " and ".join(scene.name(row) for row in column.rows[:4])
    if len(column.rows) > 4:
        where += f" and {len(column.rows) - 4} more"
    merged = "merged " if len(column.rows) > 1 else ""
    hiding = f"; it hides {hides}" if hides else ""
    return f"{path}: {merged}{what(column.seen)} from {where}{hiding}."


def _cause(scene: Scene, column: Column) -> str:
    end = column.end
    if end is None:
        return ""
    if end.wall is not None:
        reason = f"of the {wall(end)}" if isinstance(end.wall, Whiteout) else wall(end)
        return f", because {reason} in {scene.name(end.row)}"
    return f", because of the whiteout in {scene.name(end.row)}"


def wall_word(node: Change) -> str:
    """Why nothing shows from below a parent, in one word."""
    return "opaque" if isinstance(node, Directory) else kind_word(node)


def wall(cell: Cell) -> str:
    """Why nothing shows from below a parent: ``bar is a file``, ``etc is opaque``."""
    assert cell.wall is not None
    name = printable(cell.wall_path).rpartition("/")[2] or "/"
    if isinstance(cell.wall, Directory):
        return f"{name} is opaque"
    if isinstance(cell.wall, Whiteout):
        return f"whiteout of {name}"
    return f"{name} is {article(kind_word(cell.wall))}"


def cell(scene: Scene, cell: Cell) -> str:
    """What one layer has at a path."""
    path, name = path_word(cell.path), scene.name(cell.row)
    if cell.node is None:
        assert cell.wall is not None
        at = path_word(cell.wall_path)
        return f"{name} has {article(what(cell.wall))} at {at}, so nothing below shows at {path}"
    hidden = ", hidden" if cell.hidden else ""
    return f"{name} has {article(what(cell.node))} at {path}{hidden}"


def nothing(scene: Scene, row: int, path: str) -> str:
    """A layer that doesn't speak of a path."""
    return f"{scene.name(row)} has nothing at {path_word(path)}"


def article(noun: str) -> str:
    """The noun with ``a`` or ``an``."""
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def path_word(path: str) -> str:
    """A path that can be read out, however long."""
    return short(printable(path), 120)


def short(text: str, most: int) -> str:
    """``text`` of at most ``most`` characters, shortened in the middle."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}…{text[len(text) - (most - 1) // 2 :]}"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def table(scene: Scene) -> str:
    """The picture as a table of text: a line a layer, the topmost first, a column a path."""
    lines = [["", *(short(printable(each.path), 28) for each in scene.columns)]]
    if scene.view and scene.columns:
        lines.append([scene.view, *(_seen(scene, each) for each in scene.columns)])
    folded = 0
    for row in reversed(scene.rows):
        if row.index not in scene.shown:
            folded += 1
            continue
        if folded:
            lines.append([f"…  {folded:,} more layers"])
            folded = 0
        size = "" if row.size is None or scene.columns else human_size(row.size)
        label = "  ".join(filter(None, (str(row.index), short(brief(row.name), 60), size)))
        lines.append([label, *(_cell(scene, each, row.index) for each in scene.columns)])
        if scene.rest and (counts := count_words(scene.rest.get(row.index, {}))):
            lines[-1].append("+ " + ", ".join(counts))
    text = aligned(lines if scene.columns else lines[1:])
    return f"{printable(scene.title)}\n{text}" if scene.title else text or "no layers"


def aligned(lines: list[list[str]]) -> str:
    """Lines of cells as a table of text."""
    count = max((len(line) for line in lines), default=0)
    widths = [
        max(_cells(line[place]) for line in lines if place < len(line)) for place in range(count)
    ]
    return "\n".join(
        "  ".join(
            text + " " * (size - _cells(text)) for text, size in zip(line, widths, strict=False)
        ).rstrip()
        for line in lines
    )


def _cells(text: str) -> int:
    """How many places ``text`` takes in a fixed pitch: a Chinese character takes two."""
    return sum(2 if width(char, 1, mono=True) == 1.0 and not char.isascii() else 1 for char in text)


def _node(node: Change) -> str:
    if isinstance(node, File):
        return f"file {human_size(node.size)}"
    target = getattr(node, "target", None)
    return f"{node.kind} -> {short(printable(target), 24)}" if target else kind_word(node)


def _seen(scene: Scene, column: Column) -> str:
    if column.seen is None:
        return "no such file"
    return f"{_node(column.seen)} ({' + '.join(scene.name(row) for row in column.rows[:4])})"


def _cell(scene: Scene, column: Column, row: int) -> str:
    order = scene.searched.get(column.path, ())
    number = f"{ordinal(order.index(row) + 1)}: " if row in order else ""
    found = column.cell(row)
    if found is None:
        return number + ("nothing" if number else ".")
    if found.node is None:
        return f"{number}({wall(found)})"
    text = _node(found.node)
    return f"{number}[{text}] hidden" if found.hidden else number + text
