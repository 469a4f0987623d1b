"""``grep``, ``egrep``, ``fgrep``."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping

from layerlab.shell.options import Options, options, usage
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.regex import BadPattern, compiled

_LONG = {
    "ignore-case": "i", "invert-match": "v", "count": "c", "line-number": "n", "quiet": "q",
    "silent": "q", "files-with-matches": "l", "files-without-match": "L", "recursive": "r",
    "only-matching": "o", "word-regexp": "w", "line-regexp": "x", "extended-regexp": "E",
    "fixed-strings": "F", "no-filename": "h", "with-filename": "H", "after-context": "A",
    "before-context": "B", "context": "C", "regexp": "e", "max-count": "m", "color": "~",
    "no-messages": "s",
}  # fmt: skip


def grep(process: Process) -> int:
    """Print the lines in which a pattern is found; 0 if there were any, 1 if not, 2 on trouble."""
    given = options(process, "ivcnqlLrRowxEFhHsaI", valued="ABCem", long=_LONG, code=2)
    if process.name == "egrep":
        given.given.append(("E", ""))
    if process.name == "fgrep":
        given.given.append(("F", ""))
    patterns = given.values("e")
    if not patterns:
        if not given.rest:
            if process.gnu:
                raise Usage("Usage: grep [OPTION]... PATTERNS [FILE]...\n"
                            "Try 'grep --help' for more information.", 2, bare=True)  # fmt: skip
            raise Usage(usage(process), 2, bare=True)
        patterns = [given.rest.pop(0)]
    return _Search(process, given, _expression(process, patterns, given)).run(given.rest)


def _expression(process: Process, patterns: list[str], given: Options) -> re.Pattern[str]:
    alternatives = []
    for pattern in "\n".join(patterns).split("\n"):
        try:
            if "F" in given:
                source = re.escape(pattern)
            else:
                source = compiled(pattern, extended="E" in given).pattern
        except BadPattern:
            raise _bad(process, pattern) from None
        if "x" in given:
            source = f"^(?:{source})$"
        elif "w" in given:
            source = rf"(?<!\w)(?:{source})(?!\w)"
        alternatives.append(f"(?:{source})")
    return re.compile("|".join(alternatives), re.IGNORECASE if "i" in given else 0)


def _bad(process: Process, pattern: str) -> Usage:
    if not process.gnu:
        return Usage(f"bad regex '{pattern}'", 2)
    if "[" in pattern:
        return Usage("Invalid regular expression", 2)
    return Usage("Unmatched ( or \\(" if "(" in pattern else "Trailing backslash", 2)


class _Search:
    def __init__(self, process: Process, given: Options, expression: re.Pattern[str]) -> None:
        self.process, self.given, self.expression = process, given, expression
        self.found = self.trouble = self.separated = False

        def number(letters: str) -> int:
            text = next((v for k, v in reversed(given.given) if k in letters), "0")
            return int(text) if text.isdigit() else 0

        self.after, self.before = number("AC"), number("BC")
        self.most = number("m") if "m" in given else None

    def run(self, names: list[str]) -> int:
        recursive = self.given.any("rR")
        several = len(names) > 1 or recursive
        self.named = "H" in self.given or (several and "h" not in self.given)
        bare = not names and recursive
        for name in names or (["."] if recursive else ["-"]):
            for path in self._below(name) if recursive and name != "-" else iter([name]):
                shown = path.removeprefix("./") if bare and self.process.gnu else path
                self._file(path, shown)
                if "q" in self.given and self.found:
                    return 0
        if self.trouble:
            return 2
        return int(not self.found)

    def _below(self, name: str) -> Iterator[str]:
        files, path = self.process.files, self.process.path(name)
        try:
            directory = stat.S_ISDIR(files.stat(path).st_mode)
        except OSError:
            directory = False
        if not directory:
            yield name
            return
        for child in files.listdir(path):
            whole = f"{name.rstrip('/')}/{child}"
            mode = files.lstat(self.process.path(whole)).st_mode
            if stat.S_ISDIR(mode):
                yield from self._below(whole)
            elif stat.S_ISREG(mode) or "R" in self.given:
                yield whole

    def _file(self, name: str, shown: str) -> None:
        try:
            data = self.process.read(name)
        except IsADirectoryError as problem:
            if self.process.gnu:
                self.process.say("", gnu=f"{name}: {problem.strerror}")
                self.trouble = True
            return
        except OSError as problem:
            if "s" not in self.given:
                self.process.say(f"{name}: {problem.strerror}")
            self.trouble = True
            return
        shown = "(standard input)" if name == "-" else shown
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        if lines[-1] == "":
            lines.pop()
        binary = b"\0" in data and "a" not in self.given and self.process.gnu
        self._lines(lines, shown, binary)

    def _lines(self, lines: list[str], name: str, binary: bool) -> None:
        given, out = self.given, self.process.stdout
        hits = [
            index
            for index, line in enumerate(lines)
            if bool(self.expression.search(line)) is not ("v" in given)
        ][: self.most]
        self.found = self.found or bool(hits) is not ("L" in given)
        prefix = f"{name}:" if self.named else ""
        if "q" in given:
            return
        if given.any("lL"):
            if bool(hits) is not ("L" in given):
                out.line(name)
        elif "c" in given:
            out.line(f"{prefix}{len(hits)}")
        elif binary and hits:
            out.line(f"grep: {name}: binary file matches")
        else:
            self._print(lines, hits, name)

    def _print(self, lines: list[str], hits: list[int], name: str) -> None:
        last = -1
        for hit in hits:
            if "o" in self.given:
                for match in self.expression.finditer(lines[hit]):
                    if match[0] and "v" not in self.given:
                        self._line(name, hit, match[0], ":")
                continue
            first = max(hit - self.before, last + 1)
            if (self.after or self.before) and self.separated and (last < 0 or first > last + 1):
                self.process.stdout.line("--")
            for index in range(first, hit):
                self._line(name, index, lines[index], "-")
            self._line(name, hit, lines[hit], ":")
            last = hit
            self.separated = True
            following = set(hits)
            while last + 1 < len(lines) and last < hit + self.after and last + 1 not in following:
                last += 1
                self._line(name, last, lines[last], "-")

    def _line(self, name: str, index: int, text: str, mark: str) -> None:
        head = f"{name}{mark}" if self.named else ""
        if "n" in self.given:
            head += f"{index + 1}{mark}"
        self.process.stdout.line(head + text)


PROGRAMS: Mapping[str, Program] = {"grep": grep, "egrep": grep, "fgrep": grep}
