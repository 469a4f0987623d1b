"""Why a build stopped, at which instruction, in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from layerlab.errors import BuildError, DockerfileError, LayerlabError
from layerlab.notebook.dockerfile_rows import Line, place
from layerlab.notebook.words import short

_SAID = re.compile(r"\x1b\[91m((?s:.*?))\x1b\[0m|^#\d+ \d+\.\d+ (.+)$", re.MULTILINE)
"""What a program said before it failed: the classic builder prints it red, BuildKit timed."""
_PREFACE = re.compile("failed to solve with frontend [^:]+: (failed to create LLB definition: )?")


@dataclass(frozen=True)
class Failure:
    """Why the last build stopped."""

    key: int
    """Of the instruction."""
    words: str


def failure_of(error: LayerlabError, lines: Sequence[Line]) -> Failure:
    """What a build of these instructions ended with."""
    line = error.line if isinstance(error, (BuildError, DockerfileError)) else 1
    words = _PREFACE.sub("", error.what)
    if isinstance(error, BuildError) and (told := _SAID.findall(error.output)):
        words = f"{''.join(told[-1]).strip()} ({words})"
    elif error.hint:
        words = f"{words} ({error.hint})"
    return Failure(lines[place(lines, max(1, line))].key, short(words, 400))
