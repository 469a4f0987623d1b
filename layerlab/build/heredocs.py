"""Heredocs: files that stand in the Dockerfile itself, ``RUN <<EOF``.

BuildKit: ``frontend/dockerfile/parser/parser.go``, ``heredocsFromLine`` and ``ParseHeredoc``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from layerlab.build.golang import SPACES
from layerlab.build.variables import BadSubstitution, words

_HEREDOC = re.compile(r"(\d*)<<(-?)([^<]*)")
_TAKERS = "add", "copy", "run"
"""The instructions that can have one, also behind ``ONBUILD``."""


@dataclass(frozen=True)
class Heredoc:
    """A file whose content follows its instruction, up to a line that is ``name`` alone."""

    name: str
    content: str = ""
    expand: bool = True
    """Whether variables in it are replaced: not where the name was quoted."""
    chomp: bool = False
    """``<<-``: leading tabs are taken away."""
    descriptor: int = 0
    """``3<<EOF``: the file descriptor that it is."""

    def with_content(self, content: str) -> Heredoc:
        """The same, with the lines that it holds."""
        return replace(self, content=content)


def announced(line: str, escape: str) -> Iterator[Heredoc]:
    """The heredocs that an instruction's line names, in order."""
    name, _, rest = line.strip(SPACES).partition(" ")
    if name.lower() == "onbuild":
        name = rest.strip(SPACES).partition(" ")[0]
    if name.lower() not in _TAKERS:
        return
    try:
        found = words(line, {}, escape, raw=True)
    except BadSubstitution:
        return
    for word in found:
        heredoc = parse(word)
        if heredoc is not None:
            yield heredoc


def parse(word: str) -> Heredoc | None:
    """The heredoc that a word announces, if it does."""
    match = _HEREDOC.fullmatch(word)
    if not match or not match[3]:
        return None
    try:
        plain, raw = words(match[3], {}, "\\"), words(match[3], {}, "\\", raw=True)
    except BadSubstitution:
        return None
    if len(plain) != 1:
        return None
    return Heredoc(plain[0], "", plain == raw, bool(match[2]), int(match[1] or 0))
