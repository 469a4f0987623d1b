r"""From a Dockerfile's text to its instructions' lines, joined where they were continued.

BuildKit: ``frontend/dockerfile/parser/parser.go`` (the version in moby 20.10; heredocs as in
BuildKit's own, from Dockerfile 1.4 on).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from layerlab.build.golang import SPACES
from layerlab.build.heredocs import Heredoc, announced
from layerlab.errors import DockerfileError

MAX_LINE = 65_535
"""Bytes of one line: Go's ``bufio.MaxScanTokenSize`` less one."""
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*", re.ASCII)
_DIRECTIVES = "escape", "syntax"
_CONTINUED = {mark: re.compile(rf"(?:(?<=[^{re.escape(mark)}])|^){re.escape(mark)}[ \t]*\Z")
              for mark in "\\`"}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One instruction as it was written, continuation lines joined."""

    text: str
    number: int
    """Where it begins, counted from 1."""
    end: int
    """Its last line, heredocs included."""
    heredocs: tuple[Heredoc, ...] = ()


@dataclass(frozen=True)
class Source:
    """A Dockerfile's lines, and what its parser directives said."""

    lines: tuple[Line, ...]
    escape: str = "\\"
    syntax: str = ""
    """The image that ``# syntax=`` names: BuildKit lets it do the work."""
    warnings: tuple[str, ...] = ()


class _Reader:
    """The text's lines, one at a time."""

    def __init__(self, text: str) -> None:
        lines = text.removeprefix("\ufeff").split("\n")
        if not lines[-1]:
            lines.pop()
        self._lines, self.number = lines, 0

    def next(self) -> str | None:
        """The next line without its end, or ``None``."""
        if self.number == len(self._lines):
            return None
        line = self._lines[self.number].removesuffix("\r")
        self.number += 1
        return line


def read(text: str, *, heredocs: bool) -> Source:
    """Take a Dockerfile apart into lines; ``DockerfileError`` in the parser's words."""
    _check_length(text)
    directives, count = _directives(text)
    escape = directives.get("escape", "\\")
    reader, warnings = _Reader(text), list[str]()
    lines = tuple(_lines(reader, escape, warnings, heredocs))
    if not lines:
        raise DockerfileError("file with no instructions", line=max(count, 1))
    if warnings:
        warnings.append(
            "[WARNING]: Empty continuation lines will become errors in a future release."
        )
    return Source(lines, escape, directives.get("syntax", ""), tuple(warnings))


def _check_length(text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE or len(line.encode("utf-8", "surrogateescape")) > MAX_LINE:
            fault = f"dockerfile line greater than max allowed size of {MAX_LINE}"
            raise DockerfileError(fault, line=number)


def _directives(text: str) -> tuple[dict[str, str], int]:
    """``# escape=`` and ``# syntax=``, which stand before all else; the number of lines."""
    found: dict[str, str] = {}
    reader = _Reader(text)
    searching = True
    while (line := reader.next()) is not None:
        match = _DIRECTIVE.fullmatch(line.lstrip(SPACES)) if searching else None
        name = match[1].lower() if match else ""
        searching = name in _DIRECTIVES
        if not match or not searching:
            continue
        if name in found:
            fault = f"only one {name} parser directive can be used"
            raise DockerfileError(fault, line=reader.number)
        if name == "escape" and match[2] not in ("\\", "`"):
            fault = f"invalid escape token '{match[2]}' does not match ` or \\"
            raise DockerfileError(fault, line=reader.number)
        found[name] = match[2]
    return found, reader.number


def _lines(reader: _Reader, escape: str, warnings: list[str], heredocs: bool) -> Iterator[Line]:
    while (raw := reader.next()) is not None:
        number = reader.number
        text, ended = _without_mark(_without_comment(raw.lstrip(SPACES)), escape)
        if ended and not text:
            continue
        empty = False
        while not ended and (raw := reader.next()) is not None:
            if raw.lstrip(SPACES).startswith("#"):
                continue
            if not raw.strip(SPACES):
                empty = True
                continue
            more, ended = _without_mark(raw, escape)
            text += more
        if empty:
            warnings.append(f"[WARNING]: Empty continuation line found in:\n    {text}")
        bodies = tuple(_bodies(reader, text, escape)) if heredocs else ()
        yield Line(text, number, reader.number, bodies)


def _without_comment(line: str) -> str:
    return "" if line.startswith("#") else line


def _without_mark(line: str, escape: str) -> tuple[str, bool]:
    """The line without the mark that it goes on, and whether there was none."""
    match = _CONTINUED[escape].search(line)
    return (line[: match.start()], False) if match else (line, True)


def _bodies(reader: _Reader, text: str, escape: str) -> Iterator[Heredoc]:
    """The heredocs that a line announces, with the lines that follow as their content."""
    for heredoc in announced(text, escape):
        number, content = reader.number, ""
        while (raw := reader.next()) is not None:
            line = raw.lstrip("\t") if heredoc.chomp else raw
            if line == heredoc.name:
                break
            content += line + "\n"
        else:
            raise DockerfileError("unterminated heredoc", line=number)
        yield heredoc.with_content(content)
