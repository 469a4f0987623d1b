"""The few SVG things that the pictures are drawn with: elements, text that fits, glyphs.

Text is measured by DejaVu Sans, the widest of the fonts that a reader is likely to have: what
fits there fits elsewhere.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from layerlab.wording import brief as brief  # the pictures take it from here
from layerlab.wording import printable as printable

SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans','Noto Sans CJK SC',sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans CJK SC',monospace"

_EM = 0.64  # what most letters and all digits take
_WIDTHS = {
    **dict.fromkeys("'ijlIJ", 0.29),
    **dict.fromkeys(" ,./:;\\|f-()[]t", 0.38),
    **dict.fromkeys("!r", 0.42),
    **dict.fromkeys('"*_`sz?', 0.53),
    **dict.fromkeys("aceovxyLFTYkP", 0.62),
    **dict.fromkeys("KAVBRXZC", 0.70),
    **dict.fromkeys("UHNDG&", 0.77),
    **dict.fromkeys("wOQM#+<=>^~", 0.86),
    **dict.fromkeys("%mW@→…", 1.0),
}
_BOLD = 1.12


@lru_cache(maxsize=4096)
def width(text: str, size: float = 13, *, bold: bool = False, mono: bool = False) -> float:
    """An upper estimate of how wide ``text`` is drawn, in px, at ``size`` px."""
    ems = 0.0
    for char in text:
        if unicodedata.east_asian_width(char) in "WF":
            ems += 1.0
        elif unicodedata.combining(char):
            ems += 0.0
        elif not char.isascii() and char not in "→…–·×":
            ems += 1.0
        else:
            ems += 0.605 if mono else _WIDTHS.get(char, _EM)
    return ems * size * (_BOLD if bold and not mono else 1)


def fit(text: str, room: float, size: float = 13, *, bold: bool = False, mono: bool = False) -> str:
    """``text``, shortened in the middle until it takes at most ``room`` px."""
    if len(text) > 400:  # the middle is lost anyhow: don't measure it letter by letter
        text = text[:200] + "…" + text[-200:]
    if width(text, size, bold=bold, mono=mono) <= room:
        return text
    low, high = 0, len(text) - 1
    while low < high:  # the most letters that fit
        middle = (low + high + 1) // 2
        if width(_shortened(text, middle), size, bold=bold, mono=mono) <= room:
            low = middle
        else:
            high = middle - 1
    return _shortened(text, low)


def _shortened(text: str, letters: int) -> str:
    head, tail = (letters + 1) // 2, letters // 2
    return text[:head] + "…" + (text[-tail:] if tail else "")


def fit_path(path: str, room: float) -> str:
    """A directory in fixed pitch, with its first parts left out until it fits: ``…/cron.d/``."""
    if width(path, 12, mono=True) <= room:
        return path
    parts = path.split("/")
    for start in range(2, len(parts) - 1):
        shown = "…/" + "/".join(parts[start:])
        if width(shown, 12, mono=True) <= room:
            return shown
    return fit(path, room, 12, mono=True)


def wrap(
    text: str, room: float, size: float = 13, *, bold: bool = False, mono: bool = False
) -> list[str]:
    """``text`` on one line, or on two that break where it can; what is too long is shortened."""
    if width(text[:400], size, bold=bold, mono=mono) <= room:
        return [text]
    most = 1
    while most < len(text) and width(text[: most + 1], size, bold=bold, mono=mono) <= room:
        most += 1
    at = _break(text, most)
    rest = text[at:].strip()
    return [text[:at].rstrip(), fit(rest, room, size, bold=bold, mono=mono)]


def _break(text: str, most: int) -> int:
    """Where to break: at a space, else at a mark, else where the line is full."""
    last = min(most, max(1, len(text) - 4))  # a word of one letter isn't left alone
    for marks in (" ", "-_.&"):
        for at in range(last, most // 3, -1):
            if text[at - 1] in marks:
                return at
    return most


def first_fit(choices: Sequence[str], room: float, size: float = 12) -> str:
    """The first of ``choices`` that fits; if none does, the last, shortened."""
    fitting = (choice for choice in choices if width(choice, size) <= room)
    return next(fitting, None) or fit(choices[-1], room, size)


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, *inside: str, **attributes: object) -> str:
    """An element. ``cls`` is the class; ``_`` in names becomes ``-``; ``None`` is left out."""
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            key = "class" if key == "cls" else key.replace("_", "-")
            shown = number(value) if isinstance(value, (int, float)) else printable(str(value))
            parts.append(f"{key}={quoteattr(shown)}")
    head = " ".join(parts)
    return f"<{head}>{''.join(inside)}</{name}>" if inside else f"<{head}/>"


def text(x: float, y: float, what: str, cls: str = "", **attributes: object) -> str:
    """A line of text with its baseline at ``y``."""
    return tag("text", escape(printable(what)), x=x, y=y, cls=cls or None, **attributes)


def description(what: str) -> str:
    """The long description, for screen readers."""
    return tag("desc", escape(printable(what)))


def title(what: str) -> str:
    """A tooltip."""
    return tag("title", escape(printable(what)))


GLYPHS = {
    "file": "M2 .8h5l3 3v7.4h-8zM7 .8v3h3",
    "directory": "M.7 2h3.8l1.2 1.6h5.6v6.9h-10.6z",
    "symlink": "M1.2 9.8C1.2 6 4 4.6 9.8 4.6M6.8 1.6l3.2 3-3.2 3",
    "hard link": "M4.4 7.6l3.2-3.2M5.4 3.4 6.9 1.9a2.2 2.2 0 0 1 3.2 3.2L8.6 6.6"
    "M6.6 8.6 5.1 10.1a2.2 2.2 0 0 1-3.2-3.2L3.4 5.4",
    "device": "M2.4 2.4h7.2v7.2h-7.2zM4.6 4.6h2.8v2.8h-2.8z"
    "M.6 4.4h1.8M.6 7.6h1.8M9.6 4.4h1.8M9.6 7.6h1.8",
    "whiteout": "M2 2l8 8M10 2l-8 8",
    "eye": "M.6 6C3 1.9 9 1.9 11.4 6 9 10.1 3 10.1.6 6z"
    "M4.2 6a1.8 1.8 0 0 0 3.6 0 1.8 1.8 0 0 0-3.6 0z",
}


def glyph(x: float, y: float, kind: str, cls: str = "") -> str:
    """A drawing of 12 by 12 px for a kind of node, its upper left corner at ``x``, ``y``."""
    return tag(
        "path",
        d=GLYPHS.get(kind, GLYPHS["device"]),
        cls=f"glyph {cls}".strip(),
        transform=f"translate({number(x)} {number(y)})",
    )
