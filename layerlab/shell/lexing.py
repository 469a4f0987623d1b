"""From characters to tokens: operators, newlines and words with their quotes.

Source: POSIX.1-2017, Shell Command Language, 2.2 Quoting and 2.3 Token Recognition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from layerlab.shell.faults import ShellName, ShellSyntaxError
from layerlab.shell.syntax import Arithmetic, Parameter, Part, Script, Substitution, Text, Word

OPERATORS = (
    "&>>", "<<-", "<<<", "&&", "||", ";;", "<<", ">>", "<&", ">&", "<>", ">|", "&>",
    "|", "&", ";", "<", ">", "(", ")",
)  # fmt: skip
OPERATORS_OF: Mapping[ShellName, frozenset[str]] = {
    "bash": frozenset(OPERATORS),
    "ash": frozenset(OPERATORS) - {"<<<", "&>>"},
    "dash": frozenset(OPERATORS) - {"<<<", "&>>", "&>"},
}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL = "@*#?$!-0123456789"
_OPS = re.compile(r":?[-=?+]|%%?|##?|//?")


def _unclosed(what: str, text: str = "unterminated quoted string") -> ShellSyntaxError:
    return ShellSyntaxError(text, f"unexpected EOF while looking for matching `{what}'")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a script. ``plain`` is a word's text if nothing in it was quoted."""

    kind: str
    """``word``, ``number`` (before a redirection), ``newline``, ``end``, or the operator."""
    word: Word = ()
    plain: str | None = None


class Lexer:
    """Reads tokens from ``text``, one at a time, since what comes next depends on the grammar.

    ``script(lexer)`` parses the inside of ``$(…)`` up to its parenthesis.
    """

    def __init__(
        self, text: str, script: Callable[[Lexer], Script], shell: ShellName = "ash", line: int = 0
    ) -> None:
        self.text, self.at = text, 0
        self._first_line = line
        self._script, self.shell = script, shell
        self._below: int | None = None
        """Where the script goes on after this line, if here-documents lie between."""

    def token(self) -> Token:
        """The next token; a newline leads behind the here-documents that began on its line."""
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            if char in " \t":
                self.at += 1
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif char == "#":
                while self.at < len(text) and text[self.at] != "\n":
                    self.at += 1
            else:
                break
        if self.at >= len(text):
            return Token("end")
        if text[self.at] == "\n":
            self.at += 1
            if self._below is not None:
                self.at, self._below = self._below, None
            return Token("newline")
        for operator in OPERATORS:
            if text.startswith(operator, self.at):
                if operator not in OPERATORS_OF[self.shell]:
                    continue
                self.at += len(operator)
                return Token(operator)
        digits = re.compile(r"[0-9]+(?=[<>])").match(text, self.at)
        if digits:
            self.at = digits.end()
            return Token("number", plain=digits[0])
        return self._word()

    @property
    def line(self) -> int:
        """The number of the line that the last token ended in."""
        return self._first_line + self.text.count("\n", 0, self.at)

    def _word(self) -> Token:
        start = self.at
        word = self.parts(lambda char: char in " \t\n|&;<>()")
        raw = self.text[start : self.at]
        plain = raw.replace("\\\n", "")
        quoted = any(char in plain for char in "'\"\\$`")
        return Token("word", word, None if quoted else plain)

    def parts(self, ends: Callable[[str], bool]) -> Word:
        """The parts of an unquoted word, up to a character that ends it."""
        found: list[Part] = []
        text = self.text
        while self.at < len(text) and not ends(text[self.at]):
            char = text[self.at]
            if char == "\\":
                if text.startswith("\\\n", self.at):
                    self.at += 2
                    continue
                found.append(Text(text[self.at + 1 : self.at + 2] or "\\", quoted=True))
                self.at += 2
            elif char == "'":
                stop = text.find("'", self.at + 1)
                if stop < 0:
                    raise _unclosed("'")
                found.append(Text(text[self.at + 1 : stop], quoted=True))
                self.at = stop + 1
            elif char == '"':
                self.at += 1
                inside = self.double_quoted('"')
                found.extend(inside or (Text("", quoted=True),))
                self.at += 1
            elif char in "$`":
                found.append(self._dollar(quoted=False))
            else:
                stop = self.at + 1
                while stop < len(text) and text[stop] not in "\\'\"$`" and not ends(text[stop]):
                    stop += 1
                found.append(Text(text[self.at : stop]))
                self.at = stop
        return tuple(found)

    def double_quoted(self, end: str) -> Word:
        """The parts up to ``end``, in which only ``$``, `` ` `` and a few backslashes count."""
        found: list[Part] = []
        text = self.text
        kept: list[str] = []

        def flush() -> None:
            if kept:
                found.append(Text("".join(kept), quoted=True))
                kept.clear()

        while not (end and text.startswith(end, self.at)):
            if self.at >= len(text):
                if not end:
                    break
                raise _unclosed(end)
            char = text[self.at]
            if char == "\\" and self.at + 1 < len(text):
                follower = text[self.at + 1]
                special = '$`\\\n"' if end else "$`\\\n"
                if follower == "}" and end == "}":
                    kept.append("}")
                elif follower not in special:
                    kept.append(char + follower)
                elif follower != "\n":
                    kept.append(follower)
                self.at += 2
            elif char in "$`":
                flush()
                found.append(self._dollar(quoted=True))
            elif char == '"' and end == "}":  # "${X:-"a b"}"
                self.at += 1
                flush()
                found.extend(self.double_quoted('"'))
                self.at += 1
            else:
                kept.append(char)
                self.at += 1
        flush()
        return tuple(found)

    def _dollar(self, quoted: bool) -> Part:
        text = self.text
        if text[self.at] == "`":
            return self._backquoted(quoted)
        rest = self.at + 1
        if text.startswith("$((", self.at):
            found = self._arithmetic(quoted)
            if found is not None:
                return found
        if text.startswith("(", rest):
            self.at = rest + 1
            return Substitution(self._script(self), quoted)
        if text.startswith("{", rest):
            return self._braced(quoted)
        name = NAME.match(text, rest)
        if name:
            self.at = name.end()
            return Parameter(name[0], quoted=quoted)
        if rest < len(text) and text[rest] in _SPECIAL:
            self.at = rest + 1
            return Parameter(text[rest], quoted=quoted)
        if self.shell == "bash" and not quoted and text.startswith("'", rest):
            self.at = rest + 1
            return Text(self._ansi_quoted(), quoted=True)
        self.at = rest
        return Text("$", quoted)

    def _ansi_quoted(self) -> str:
        found = re.compile(r"((?:[^'\\]|\\.)*)'", re.DOTALL).match(self.text, self.at)
        if not found:
            raise _unclosed("'")
        self.at = found.end()
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), found[1])

    def _backquoted(self, quoted: bool) -> Part:
        inner: list[str] = []
        self.at += 1
        while not self.text.startswith("`", self.at):
            if self.at >= len(self.text):
                raise _unclosed("`", "EOF in backquote substitution")
            char = self.text[self.at]
            follower = self.text[self.at + 1 : self.at + 2]
            if char == "\\" and follower and follower in ('$`\\"' if quoted else "$`\\"):
                inner.append(follower)
                self.at += 2
            else:
                inner.append(char)
                self.at += 1
        self.at += 1
        inside = Lexer("".join(inner), self._script, self.shell, self.line)
        return Substitution(self._script(inside), quoted)

    def _arithmetic(self, quoted: bool) -> Part | None:
        """``$((…))``, or ``None`` if it turns out to be a subshell in a substitution."""
        depth, stop = 0, self.at + 3
        while stop < len(self.text):
            char = self.text[stop]
            depth += {"(": 1, ")": -1}.get(char, 0)
            if depth < 0:
                break
            stop += 1
        if not self.text.startswith("))", stop):
            return None
        inside = Lexer(self.text[self.at + 3 : stop], self._script, self.shell, self.line)
        self.at = stop + 2
        return Arithmetic(inside.double_quoted(""), quoted)

    def _braced(self, quoted: bool) -> Part:
        text = self.text
        at = self.at + 2
        length = text.startswith("#", at) and not text.startswith("#}", at)
        at += length
        name = NAME.match(text, at) or re.compile(r"[0-9]+|[@*#?$!-]").match(text, at)
        if not name:
            raise ShellSyntaxError("bad substitution", "bad substitution")
        self.at = name.end()
        op = _OPS.match(text, self.at)
        if (
            self.shell == "dash"
            and text[self.at : self.at + 1] not in ("}", "")
            and not (op and op[0][0] != "/")
        ):
            return self._bad_substitution(quoted)
        if length:
            shown = "length"
        elif op:
            shown = op[0]
            self.at = op.end()
        else:
            shown = ""
        word: Word | None = None
        if op and not length:
            pattern = shown[0] in "%#/"
            if quoted and not pattern:
                word = self.double_quoted("}")
            else:
                word = self.parts(lambda char: char == "}")
        if not text.startswith("}", self.at):
            if self.at < len(text):
                raise ShellSyntaxError("bad substitution", "bad substitution")
            raise _unclosed("}", "missing '}'")
        self.at += 1
        return Parameter(name[0], shown, word, quoted)

    def _bad_substitution(self, quoted: bool) -> Part:
        """What dash notices only when it expands it."""
        self.parts(lambda char: char == "}")
        if not self.text.startswith("}", self.at):
            raise _unclosed("}", "missing '}'")
        self.at += 1
        return Parameter("", "bad", quoted=quoted)

    def heredoc(self, end: str, *, literal: bool, tabs: bool) -> Word:
        """The text of a here-document, which begins on the line after this one."""
        text = self.text
        start = self._below
        if start is None:
            start = text.find("\n", self.at) + 1 or len(text)
        lines: list[str] = []
        while start < len(text):
            stop = text.find("\n", start)
            stop = len(text) if stop < 0 else stop
            line = text[start:stop].lstrip("\t") if tabs else text[start:stop]
            start = min(stop + 1, len(text))
            if line == end:
                break
            lines.append(line + "\n")
        self._below = start
        body = "".join(lines)
        if literal:
            return (Text(body, quoted=True),)
        return Lexer(body, self._script, self.shell, self.line).double_quoted("")


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "e": "\x1b",
            "a": "\a", "b": "\b", "f": "\f", "v": "\v"}  # fmt: skip
