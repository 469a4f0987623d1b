"""Variables and quotes in an instruction's words, as a small shell reads them.

BuildKit: ``frontend/dockerfile/shell/lex.go``. ``$X``, ``${X}``, ``${X:-word}``, ``${X:+word}``,
``${X:?word}`` and ``${X?word}``; the word may hold variables itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from layerlab.build.golang import SPACES, quoted
from layerlab.errors import LayerlabError

_SPECIAL = "@*#?-$!0"
_NO_BRACE = "syntax error: missing '}'"


class BadSubstitution(LayerlabError):
    """A word whose quotes or variables can't be understood, in the lexer's words."""


def expand(word: str, env: Mapping[str, str], escape: str = "\\", *, raw: bool = False) -> str:
    """A word without its quotes, its variables replaced; ``BadSubstitution`` if that can't be.

    ``raw`` keeps quotes, escapes and variables that aren't set.
    """
    return _process(word, env, escape, raw=raw)[0]


def words(text: str, env: Mapping[str, str], escape: str = "\\", *, raw: bool = False) -> list[str]:
    """The words of a text after expansion: an unquoted value with spaces makes several.

    ``raw`` keeps quotes, escapes and variables that aren't set, as heredocs need it.
    """
    return _process(text, env, escape, raw=raw)[1]


def _process(text: str, env: Mapping[str, str], escape: str, *, raw: bool) -> tuple[str, list[str]]:
    try:
        return _Lexer(text, env, escape, raw).until("")
    except BadSubstitution as error:
        raise BadSubstitution(f"failed to process {quoted(text)}: {error.what}") from None


class _Words:
    """Words as they grow, a character at a time."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._word = ""

    def add(self, text: str) -> None:
        """Add text whose spaces end a word."""
        for char in text:
            if char not in SPACES:
                self._word += char
            elif self._word:
                self._done.append(self._word)
                self._word = ""

    def add_quoted(self, text: str) -> None:
        """Add text that is part of the word, spaces and all."""
        self._word += text

    def all(self) -> list[str]:
        """The words, the last one included."""
        return [*self._done, self._word] if self._word else self._done


_DEEPEST = 100
"""``${a:-${b:-…}}``: Docker goes on, but nobody who means well does."""


class _Lexer:
    """One pass over a text."""

    def __init__(self, text: str, env: Mapping[str, str], escape: str, raw: bool) -> None:
        self._text, self._env, self._escape, self._raw = text, env, escape, raw
        self._at = self._depth = 0

    def _peek(self) -> str:
        """The next character; nothing at the end."""
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        self._at += 1
        return char

    def until(self, stop: str) -> tuple[str, list[str]]:
        """All up to ``stop``, or to the end if there is none: as one text, and as words."""
        found, split = "", _Words()
        while char := self._peek():
            if char == stop:
                self._at += 1
                return found, split.all()
            if char == "$":
                value = self._dollar()
                split.add(value)
            elif char in "'\"":
                value = self._single() if char == "'" else self._double()
                split.add_quoted(value)
            elif char == self._escape:
                self._at += 1
                value = self._next()
                if not value:
                    break
                value = char + value if self._raw else value
                split.add_quoted(value)
            else:
                value = self._next()
                split.add(value)
            found += value
        if stop:
            fault = f"unexpected end of statement while looking for matching {stop}"
            raise BadSubstitution(fault)
        return found, split.all()

    def _single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            self._at = len(self._text)
            fault = "unexpected end of statement while looking for matching single-quote"
            raise BadSubstitution(fault)
        start, self._at = self._at, end + 1
        return self._text[start : end + 1] if self._raw else self._text[start + 1 : end]

    def _double(self) -> str:
        self._at += 1
        found = quote = '"' if self._raw else ""
        while char := self._peek():
            if char == '"':
                self._at += 1
                return found + quote
            if char == "$":
                found += self._dollar()
                continue
            self._at += 1
            if char == self._escape:
                after = self._peek()
                if not after:
                    continue
                if after in ('"', "$", self._escape):
                    self._at += 1
                    char = char + after if self._raw else after
            found += char
        fault = "unexpected end of statement while looking for matching double-quote"
        raise BadSubstitution(fault)

    def _dollar(self) -> str:
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            return self._value(name, f"${name}")
        self._at += 1
        if not self._peek():
            raise BadSubstitution(_NO_BRACE)
        if self._peek() in "{}:":
            raise BadSubstitution("syntax error: bad substitution")
        name, sign = self._name(), self._next()
        if sign == "}":
            return self._value(name, f"${{{name}}}")
        if sign == "?":
            return self._required(name, self._word(), may_be_empty=True)
        if sign == ":":
            return self._modified(name, self._next())
        raise BadSubstitution("missing ':' in substitution")

    def _modified(self, name: str, modifier: str) -> str:
        word, value = self._word(), self._env.get(name, "")
        if modifier not in ("-", "+", "?"):
            raise BadSubstitution(f"unsupported modifier ({modifier}) in substitution")
        if self._raw and name not in self._env:
            return f"${{{name}:{modifier}{word}}}"
        if modifier == "?":
            return self._required(name, word, may_be_empty=False)
        if modifier == "+":
            return word if value else ""
        return value or word

    def _required(self, name: str, word: str, *, may_be_empty: bool) -> str:
        if name not in self._env and self._raw:
            return f"${{{name}?{word}}}"
        if name not in self._env:
            raise BadSubstitution(f"{name}: {word or 'is not allowed to be unset'}")
        if not self._env[name] and not may_be_empty:
            raise BadSubstitution(f"{name}: {word or 'is not allowed to be empty'}")
        return self._env[name]

    def _word(self) -> str:
        """What stands behind a modifier, up to the brace."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadSubstitution("substitutions nested too deeply")
        try:
            found = self.until("}")[0]
            self._depth -= 1
            return found
        except BadSubstitution:
            if not self._peek():
                raise BadSubstitution(_NO_BRACE) from None
            raise

    def _value(self, name: str, written: str) -> str:
        return written if self._raw and name not in self._env else self._env.get(name, "")

    def _name(self) -> str:
        """Letters, digits and ``_``; digits alone where one comes first; or a sign."""
        start = self._at
        if self._peek().isdecimal():
            while self._peek().isdecimal():
                self._at += 1
        elif self._peek() and self._peek() in _SPECIAL:
            self._at += 1
        else:
            while (char := self._peek()) and (char.isalpha() or char.isdecimal() or char == "_"):
                self._at += 1
        return self._text[start : self._at]
