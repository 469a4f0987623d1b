"""A template's text into tokens (Go's text/template/parse: lex.go)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from layerlab.build.golang import quoted

KEYWORDS = {
    "block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template",
    "with",
}  # fmt: skip
SPACES = " \t\r\n"
_TERMINATORS = f"{SPACES}.,|:()"
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_STRING = re.compile(r'"(?:\\[^\n]|[^"\\\n])*"')
_CHARACTER = re.compile(r"'(?:\\[^\n]|[^'\\\n])*'")


@dataclass(frozen=True)
class Token:
    """A piece of a template. ``kind`` is a keyword, a sign, or one of the names used below."""

    kind: str
    pos: int
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind == "EOF":
            return "EOF"
        if self.kind == "error":
            return self.text
        if self.kind in KEYWORDS:
            return f"<{self.text}>"
        return quoted(self.text[:10]) + ("..." if len(self.text) > 10 else "")


class LexError(Exception):
    """A text that is no token; the message is Go's."""


def tokens(text: str) -> Iterator[Token]:
    """All tokens of ``text``, then ``EOF``, or an ``error`` whose text says what is wrong."""
    pos = 0
    try:
        while True:
            left = text.find("{{", pos)
            if left < 0:
                break
            trims = _left_trim(text, left)
            before = text[pos:left].rstrip(SPACES) if trims else text[pos:left]
            if before:
                yield Token("text", pos, before, _line(text, pos))
            inside = left + (4 if trims else 2)
            if text.startswith("/*", inside - 1 if trims else inside) or text.startswith(
                "/*", inside
            ):
                pos = _comment(text, inside)
                continue
            yield Token("{{", left, "{{", _line(text, left))
            pos = inside
            depth = 0
            while True:
                token = _inside(text, pos, depth)
                depth += {"(": 1, ")": -1}.get(token.kind, 0)
                yield token
                pos = token.pos + len(token.text)
                if token.kind == "}}":
                    break
            if token.text != "}}":
                pos = _skip(text, pos)
    except LexError as error:
        message, where = error.args
        yield Token("error", where, message, _line(text, where))
        return
    if text[pos:]:
        yield Token("text", pos, text[pos:], _line(text, pos))
    yield Token("EOF", len(text), "", _line(text, len(text)))


def _line(text: str, pos: int) -> int:
    return text.count("\n", 0, pos) + 1


def _skip(text: str, pos: int) -> int:
    while pos < len(text) and text[pos] in SPACES:
        pos += 1
    return pos


def _left_trim(text: str, left: int) -> bool:
    return text.startswith("-", left + 2) and text[left + 3 : left + 4] in tuple(SPACES)


def _right_trim(text: str, pos: int) -> bool:
    return text[pos : pos + 1] in tuple(SPACES) and text.startswith("-}}", pos + 1)


def _comment(text: str, pos: int) -> int:
    """Where the text goes on after a comment."""
    end = text.find("*/", pos)
    if end < 0:
        raise LexError("unclosed comment", pos)
    end += 2
    if text.startswith("}}", end):
        return end + 2
    if _right_trim(text, end):
        return _skip(text, end + 4)
    raise LexError("comment ends before closing delimiter", end)


def _inside(text: str, pos: int, depth: int) -> Token:
    """The token at ``pos``, between braces."""
    line = _line(text, pos)
    if text.startswith("}}", pos) or _right_trim(text, pos):
        if depth:
            raise LexError("unclosed left paren", pos)
        return Token("}}", pos, "}}" if text[pos] == "}" else text[pos : pos + 4], line)
    char = text[pos : pos + 1]
    if not char:
        raise LexError("unclosed action", pos)
    if char in SPACES:
        end = _skip(text, pos)
        if text.startswith("-}}", end):
            end -= 1
        return Token("space", pos, text[pos:end], line)
    if char == ":":
        if not text.startswith(":=", pos):
            raise LexError("expected :=", pos)
        return Token(":=", pos, ":=", line)
    if char == ")" and not depth:
        raise LexError("unexpected right paren", pos)
    if char in "=|()":
        return Token(char, pos, char, line)
    if char in "\"`'":
        return _string(text, pos, line)
    if char == "$" or (char == "." and not text[pos + 1 : pos + 2].isdigit()):
        return _word(text, pos, "variable" if char == "$" else "field", line)
    if char in ".+-" or (char.isascii() and char.isdigit()):
        return _number(text, pos, line)
    if char == "_" or char.isalnum():
        return _word(text, pos, "identifier", line)
    if char.isascii() and char.isprintable():
        return Token("char", pos, char, line)
    raise LexError(f"unrecognized character in action: {_unicode(char)}", pos)


def _unicode(char: str) -> str:
    """Go's ``%#U``."""
    shown = f" '{char}'" if char.isprintable() else ""
    return f"U+{ord(char):04X}{shown}"


def _string(text: str, pos: int, line: int) -> Token:
    if text[pos] == "`":
        end = text.find("`", pos + 1)
        if end < 0:
            raise LexError("unterminated raw quoted string", pos)
        return Token("string", pos, text[pos : end + 1], line)
    pattern, kind = (_STRING, "string") if text[pos] == '"' else (_CHARACTER, "character")
    match = pattern.match(text, pos)
    if not match:
        what = "quoted string" if kind == "string" else "character constant"
        raise LexError(f"unterminated {what}", pos)
    return Token(kind, pos, match[0], line)


def _number(text: str, pos: int, line: int) -> Token:
    match = _NUMBER.match(text, pos)
    end = match.end() if match else pos
    after = text[end : end + 1]
    if after == "_" or after.isalnum():
        raise LexError(f"bad number syntax: {quoted(text[pos : end + 1])}", pos)
    return Token("number", pos, text[pos:end], line)


def _word(text: str, pos: int, kind: str, line: int) -> Token:
    """A field, a variable, a function or a keyword; ``.`` and ``$`` may stand alone."""
    end = pos + (kind != "identifier")
    while end < len(text) and (text[end] == "_" or text[end].isalnum()):
        end += 1
    word = text[pos:end]
    after = text[end : end + 1]
    if after and after not in _TERMINATORS and not text.startswith("}}", end):
        raise LexError(f"bad character {_unicode(after)}", pos)
    if word == ".":
        kind = "dot"
    elif word in ("true", "false"):
        kind = "bool"
    elif word in KEYWORDS:
        kind = word
    return Token(kind, pos, word, line)
