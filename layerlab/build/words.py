"""An instruction's line taken apart: its name, its flags, its words.

BuildKit: ``frontend/dockerfile/parser/split_command.go`` and ``line_parsers.go``.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple, NoReturn

from layerlab.build.golang import SPACES, quoted
from layerlab.errors import DockerfileError

BLANK = re.compile(r"[\t\v\f\r ]+")
_STRINGS_ONLY = "when using JSON array syntax, arrays must be comprised of strings only"


class Command(NamedTuple):
    """An instruction's name in lower case, its flags as written, and the rest of the line."""

    name: str
    flags: tuple[str, ...]
    rest: str


def split_command(line: str) -> Command:
    """``COPY --from=a b c`` into name, flags and rest."""
    name, *rest = BLANK.split(line.strip(SPACES), maxsplit=1)
    flags, text = _split_flags(rest[0]) if rest else ((), "")
    return Command(name.lower(), flags, text.strip(SPACES))


def _split_flags(line: str) -> tuple[tuple[str, ...], str]:
    """The words at the start that begin with ``--``, unquoted, and what follows them."""
    flags: list[str] = []
    at = 0
    while True:
        while at < len(line) and line[at] in SPACES:
            at += 1
        if not line.startswith("--", at):
            return tuple(flags), line[at:]
        word, at = _flag(line, at)
        if word == "--":
            return tuple(flags), line[at:]
        flags.append(word)


def _flag(line: str, at: int) -> tuple[str, int]:
    """One flag, without its quotes and backslashes, and where it ends."""
    word, quote = "", ""
    while at < len(line):
        char = line[at]
        at += 1
        if not quote and char in SPACES:
            break
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char != "\\":
            word += char
        elif at < len(line):
            word += line[at]
            at += 1
    return word, at


def split_words(text: str, escape: str) -> list[str]:
    """The words of a text, quotes and escapes still in them."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in SPACES:
            at += 1
            continue
        word, at = _word(text, at, escape)
        if word:
            found.append(word)
    return found


def _word(text: str, at: int, escape: str) -> tuple[str, int]:
    word, quote = "", ""
    while at < len(text):
        char = text[at]
        at += 1
        if not quote and char in SPACES:
            break
        if char == escape and quote != "'":
            if at == len(text):
                break  # at the end of the line it escapes nothing, and goes
            word += char + text[at]
            at += 1
            continue
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        word += char
    return word, at


def json_list(text: str) -> tuple[str, ...] | None:
    """The texts of the JSON list that ``text`` begins with; ``None`` if it doesn't.

    As Go's decoder reads it: what follows the list isn't looked at. A list of other things
    than texts is a ``DockerfileError``.
    """
    text = text.lstrip(SPACES)
    if not text.startswith("["):
        return None
    try:
        found, _ = json.JSONDecoder(parse_constant=_no_constant).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(item, str) for item in found):
        raise DockerfileError(_STRINGS_ONLY)
    return tuple(found)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def name_values(text: str, command: str, escape: str) -> tuple[str, ...]:
    """``a=b c="d e"``, or the old form ``a b c`` with one name: names and values in turn."""
    words = split_words(text, escape)
    if not words:
        return ()
    if "=" not in words[0]:
        name, *value = BLANK.split(text, maxsplit=1)
        if not value:
            raise DockerfileError(f"{command} must have two arguments")
        return name, value[0]
    found: list[str] = []
    for word in words:
        name, equals, value_text = word.partition("=")
        if not equals:
            raise DockerfileError(
                f"Syntax error - can't find = in {quoted(word)}. Must be of the form: name=value"
            )
        found += [name, value_text]
    return tuple(found)
