"""What archives and histories say, in words that are fit to be shown.

Names and instructions are whatever a stranger wrote: a control character in one must not
reach a terminal or a page, nor a newline begin a line of its own.
"""

import re

_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b")
_NOP = re.compile(r"/bin/sh -c #\(nop\)\s+")
_ARGS = re.compile(r"(?:RUN )?\|\d+ .*?(?=/bin/sh -c )", re.DOTALL)
_RUN = re.compile(r"(?:RUN )?/bin/sh -c\s+")


def printable(text: str) -> str:
    """``text`` with all that can't be shown escaped: newlines, controls, bytes beyond UTF-8."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte that isn't UTF-8: PEP 383
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def brief(text: str) -> str:
    """``text`` fit to be shown: escaped, and long digests cut to 12 digits, as Docker does."""
    return _DIGEST.sub(r"\1…", printable(text[:2000]))


def instruction(created_by: str) -> str:
    """A history entry's ``created_by`` as the Dockerfile had it, on one line.

    ``/bin/sh -c #(nop) ADD file:… in /`` is ``ADD file:… in /``; what the classic builder
    and BuildKit wrap around RUN goes.
    """
    text = created_by.strip().removesuffix("# buildkit")
    if _NOP.match(text):
        text = _NOP.sub("", text, count=1)
    else:
        if wrapped := _ARGS.match(text):
            text = text[wrapped.end() :]
        if _RUN.match(text):
            text = "RUN " + _RUN.sub("", text, count=1)
        elif text.startswith("/"):  # a shell of the Dockerfile's own: only RUN has no (nop)
            text = "RUN " + text
    return " ".join(text.split())
