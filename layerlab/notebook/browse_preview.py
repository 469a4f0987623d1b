"""The beginning of a file, fit to be shown: as text, or byte by byte."""

from layerlab.errors import LayerlabError
from layerlab.nodes import Content, Zeros
from layerlab.notebook.svg import printable
from layerlab.notebook.words import short
from layerlab.units import human_size

_READ, _LINES, _WIDE, _BYTES = 4096, 16, 96, 96


def preview(content: Content) -> str:
    """At most 16 lines of text, or 6 of bytes; what can't be shown is escaped."""
    if isinstance(content, Zeros):
        return "Only its size was measured; its content isn't here." if content.size else "Empty."
    try:
        data = content.read(0, _READ)
    except (LayerlabError, OSError) as error:
        return f"It can't be read: {error}."
    if not data:
        return "Empty."
    text = _text(data, whole=len(data) == content.size)
    return _bytes(data, content.size) if text is None else _lines(text, content.size > len(data))


def _text(data: bytes, *, whole: bool) -> str | None:
    """The bytes as text, if they are: UTF-8, with no control characters but white space."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        if whole or error.start < len(data) - 3:  # not a letter that the end has cut
            return None
        text = data[: error.start].decode()
    if any(char < " " and char not in "\t\n\r\f\x1b" for char in text):
        return None
    return text


def _lines(text: str, cut: bool) -> str:
    lines = text.removesuffix("\n").split("\n")
    shown = [
        short(printable(line.expandtabs().removesuffix("\r")), _WIDE) for line in lines[:_LINES]
    ]
    if len(lines) > _LINES or cut:
        shown.append("…")
    return "\n".join(shown)


def _bytes(data: bytes, size: int) -> str:
    """As ``hexdump -C`` has it."""
    told = []
    for start in range(0, min(len(data), _BYTES), 16):
        row = data[start : start + 16]
        signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        told.append(f"{start:08x}  {row.hex(' '):47}  |{signs}|")
    if size > _BYTES:
        told.append(f"… {human_size(size)} in all")
    return "\n".join(told)
