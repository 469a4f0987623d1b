"""Columns, as Go's ``text/tabwriter`` aligns them for Docker's tables."""

from unicodedata import combining, east_asian_width

MIN_WIDTH = 10
PADDING = 3


def align(text: str) -> str:
    """``text`` with the cells that tabs end padded to columns: three spaces, ten wide at least.

    A column lasts for as many lines running as have it. What follows a line's last tab
    belongs to none (cli/command/formatter/tabwriter).
    """
    lines = [line.split("\t") for line in text.split("\n")]
    widths: list[list[int]] = [[] for _ in lines]
    _measure(lines, widths, 0, len(lines), 0)
    return "\n".join(
        "".join(
            cell + " " * (width - display_width(cell))
            for cell, width in zip(line, widths[row], strict=False)
        )
        + line[-1]
        for row, line in enumerate(lines)
    )


def _measure(
    lines: list[list[str]], widths: list[list[int]], start: int, end: int, column: int
) -> None:
    """Find the width of each cell of ``column`` and those right of it in lines start to end."""
    row = start
    while row < end:
        block = row
        while row < end and column < len(lines[row]) - 1:
            row += 1
        if row == block:
            row += 1
            continue
        cells = (display_width(line[column]) for line in lines[block:row])
        width = max(MIN_WIDTH, PADDING + max(cells))
        for line_widths in widths[block:row]:
            line_widths.append(width)
        _measure(lines, widths, block, row, column + 1)


def display_width(text: str) -> int:
    """The columns that ``text`` takes on a screen: two for an East Asian wide character."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )


def ellipsis(text: str, width: int) -> str:
    """``text`` cut to ``width`` columns, the last of them ``…`` (formatter.Ellipsis)."""
    if width <= 0:
        return ""
    if width == 1:
        return text[:1]
    if display_width(text) <= width:
        return text
    kept = used = 0
    for char in text:
        used += display_width(char)
        if used > width - 1:
            break
        kept += 1
    return text[:kept] + "…"
