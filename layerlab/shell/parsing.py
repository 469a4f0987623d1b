"""From tokens to commands: a recursive descent through POSIX's shell grammar (2.10).

Errors are in the words of busybox's ``ash``: ``syntax error: unexpected ")"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from layerlab.shell.faults import ShellName, ShellSyntaxError
from layerlab.shell.lexing import NAME, Lexer, Token
from layerlab.shell.syntax import (
    AndOr,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Pipeline,
    Redirect,
    Script,
    Simple,
    Text,
    While,
    Word,
)

REDIRECTS = frozenset(
    ("<", ">", ">>", ">|", "<>", "<&", ">&", "&>", "&>>", "<<", "<<-", "<<<")
)  # fmt: skip
_CLOSERS = frozenset(("then", "else", "elif", "fi", "do", "done", "esac", "}"))
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")


def complete_commands(text: str, *, shell: ShellName = "ash", line: int = 0) -> Iterator[Script]:
    """The commands of a script, a line or more at a time: a shell runs each before it reads on.

    ``line`` is the number of the first line: ash counts those of ``-c`` from 0.
    """
    lexer = Lexer(text, _substitution, shell, line)
    try:
        parser = _Parser(lexer)
        while parser.here.kind != "end":
            script = parser.line()
            if parser.here.kind not in ("newline", "end"):
                raise parser.unexpected()
            if script.items:
                yield script
            if parser.here.kind == "newline":
                parser.next()
    except ShellSyntaxError as fault:
        fault.line = lexer.line
        raise


def _substitution(lexer: Lexer) -> Script:
    """What stands in ``$(…)``: the lexer goes on behind the parenthesis."""
    whole = lexer.at == 0  # between backquotes: a text of its own
    parser = _Parser(lexer)
    script = parser.script()
    if parser.here.kind != ("end" if whole else ")"):
        fault = parser.unexpected("" if whole else ")")
        if not whole and parser.here.kind == "end":
            raise ShellSyntaxError(
                'unexpected end of file (expecting ")")',
                "unexpected EOF while looking for matching `)'",
            )
        raise fault
    return script


class _Parser:
    """One token ahead of what was parsed."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self.here = lexer.token()

    def next(self) -> Token:
        token, self.here = self.here, self.lexer.token()
        return token

    def unexpected(self, wanted: str = "") -> ShellSyntaxError:
        here = self.here
        keyword = here.kind == "word" and here.plain in _RESERVED
        kinds = {"end": "end of file", "newline": "newline", "number": "redirection"}
        if here.kind == "word" and not keyword:
            ash = "word"
        elif here.kind in REDIRECTS:
            ash = "redirection"
        else:
            ash = kinds.get(here.kind, f'"{here.plain if keyword else here.kind}"')
        if wanted:
            ash += f' (expecting "{wanted}")'
        near = {"newline": "newline"}.get(here.kind, here.plain or here.kind)
        bash = f"syntax error near unexpected token `{near}'"
        if here.kind == "end":
            bash = "syntax error: unexpected end of file"
        return ShellSyntaxError(f"unexpected {ash}", bash)

    def _is(self, word: str) -> bool:
        return self.here.kind == "word" and self.here.plain == word

    def _expect(self, word: str) -> None:
        if not self._is(word) and self.here.kind != word:
            raise self.unexpected(word)
        self.next()

    def _newlines(self) -> None:
        while self.here.kind == "newline":
            self.next()

    def script(self) -> Script:
        """Commands up to a word that closes something, a parenthesis or the end."""
        items: list[AndOr] = []
        self._newlines()
        while not self._closed():
            items += self.line().items
            if self.here.kind != "newline":
                break
            self._newlines()
        return Script(tuple(items))

    def line(self) -> Script:
        """Commands up to the end of the line that the last of them ends in."""
        items: list[AndOr] = []
        while not self._closed() and self.here.kind != "newline":
            item = self._and_or()
            kind = self.here.kind
            items.append(AndOr(item.pipelines, background=kind == "&"))
            if kind not in (";", "&"):
                break
            self.next()
        return Script(tuple(items))

    def _body(self, closer: str) -> Script:
        """A list of commands that may not be empty, and after which ``closer`` is expected."""
        script = self.script()
        if not script.items:
            raise self.unexpected(closer if self.here.kind == "end" else "")
        return script

    def _closed(self) -> bool:
        if self.here.kind in ("end", ")", ";;"):
            return True
        return self.here.kind == "word" and self.here.plain in _CLOSERS

    def _and_or(self) -> AndOr:
        pipelines = [("", self._pipeline())]
        while self.here.kind in ("&&", "||"):
            operator = self.next().kind
            self._newlines()
            pipelines.append((operator, self._pipeline()))
        return AndOr(tuple(pipelines))

    def _pipeline(self) -> Pipeline:
        negated = False
        while self._is("!"):
            self.next()
            negated = not negated
        commands = [self._command()]
        while self.here.kind == "|":
            self.next()
            self._newlines()
            commands.append(self._command())
        return Pipeline(tuple(commands), negated)

    def _command(self) -> Command:
        here = self.here
        if here.kind == "(":
            self.next()
            body = self._body(")")
            self._expect(")")
            return Group(body, True, self._redirects())
        if here.kind == "word" and here.plain in _COMPOUND:
            self.next()
            return _COMPOUND[here.plain](self)
        if here.kind == "word" and here.plain in _CLOSERS:
            raise self.unexpected()
        return self._simple()

    def _redirects(self) -> tuple[Redirect, ...]:
        found: list[Redirect] = []
        while self.here.kind in REDIRECTS or self.here.kind == "number":
            found.append(self._redirect())
        return tuple(found)

    def _redirect(self) -> Redirect:
        number = self.next().plain if self.here.kind == "number" else None
        operator: Any = self.next().kind
        fd = int(number or (0 if operator[0] == "<" else 1))
        if self.here.kind != "word":
            raise self.unexpected()
        word = self.here.word
        if operator in ("<<", "<<-"):
            end = "".join(part.text for part in word if isinstance(part, Text))
            tabs, literal = operator == "<<-", self.here.plain is None
            word, operator = self.lexer.heredoc(end, literal=literal, tabs=tabs), "<<"
        self.next()
        return Redirect(fd, operator, word)

    def _simple(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        line = self.lexer.line
        while True:
            kind = self.here.kind
            if kind in REDIRECTS or kind == "number":
                redirects.append(self._redirect())
                continue
            if kind != "word":
                break
            token = self.next()
            assigned = None if words else _assignment(token.word)
            if assigned:
                assignments.append(assigned)
                continue
            words.append(token.word)
            named = token.plain is not None and NAME.fullmatch(token.plain)
            if named and self.here.kind == "(" and len(words) == 1:
                return self._function(token.plain or "")
        if not (assignments or words or redirects):
            raise self.unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirects), line)

    def _function(self, name: str) -> Command:
        self.next()
        self._expect(")")
        self._newlines()
        return Function(name, self._command())

    def _if(self) -> Command:
        branches = []
        while True:
            condition = self._body("then")
            self._expect("then")
            branches.append((condition, self._body("fi")))
            if not self._is("elif"):
                break
            self.next()
        otherwise = None
        if self._is("else"):
            self.next()
            otherwise = self._body("fi")
        self._expect("fi")
        return If(tuple(branches), otherwise, self._redirects())

    def _for(self) -> Command:
        if self.here.plain is None or not NAME.fullmatch(self.here.plain):
            told = f"`{self.here.plain}': not a valid identifier"
            raise ShellSyntaxError("bad for loop variable", told)
        name = self.next().plain or ""
        self._newlines()
        words: list[Word] | None = None
        if self._is("in"):
            self.next()
            words = []
            while self.here.kind == "word":
                words.append(self.next().word)
        if self.here.kind == ";":
            self.next()
        self._newlines()
        if words is not None and self.here.kind == "end":
            raise self.unexpected()
        body = self._do()
        return For(name, None if words is None else tuple(words), body, self._redirects())

    def _do(self) -> Script:
        self._expect("do")
        body = self._body("done")
        self._expect("done")
        return body

    def _while(self, until: bool = False) -> Command:
        condition = self._body("do")
        body = self._do()
        return While(condition, body, until, self._redirects())

    def _until(self) -> Command:
        return self._while(until=True)

    def _case(self) -> Command:
        if self.here.kind != "word":
            raise self.unexpected()
        word = self.next().word
        self._newlines()
        self._expect("in")
        self._newlines()
        arms = []
        while not self._is("esac"):
            if self.here.kind == "(":
                self.next()
            patterns = [self._pattern()]
            while self.here.kind == "|":
                self.next()
                patterns.append(self._pattern())
            self._expect(")")
            arms.append((tuple(patterns), self.script()))
            if self.here.kind != ";;":
                break
            self.next()
            self._newlines()
        self._expect("esac")
        return Case(word, tuple(arms), self._redirects())

    def _pattern(self) -> Word:
        if self.here.kind != "word":
            raise self.unexpected(")" if self.here.kind == "end" else "")
        return self.next().word

    def _brace(self) -> Command:
        body = self._body("}")
        self._expect("}")
        return Group(body, False, self._redirects())


_COMPOUND = {
    "{": _Parser._brace,
    "if": _Parser._if,
    "for": _Parser._for,
    "while": _Parser._while,
    "until": _Parser._until,
    "case": _Parser._case,
}
_RESERVED = frozenset((*_COMPOUND, *_CLOSERS, "!"))


def _assignment(word: Word) -> tuple[str, Word] | None:
    """``A=rest`` as a name and a word, if the word is one."""
    first = word[0] if word else None
    if not isinstance(first, Text) or first.quoted:
        return None
    found = _ASSIGNMENT.match(first.text)
    if not found:
        return None
    rest = first.text[found.end() :]
    return found[1], ((Text(rest), *word[1:]) if rest else word[1:])
