"""``find``: an expression of tests and actions, tried on every path below the ones given."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from layerlab.shell import modes, sizes, times
from layerlab.shell.options import usage
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs.find_tests import TESTS, Here, Test


@dataclass
class Job:
    """One run of ``find``."""

    process: Process
    least: int = 0
    most: int | None = None
    depth_first: bool = False
    follow: bool = False
    acts: bool = False
    """Some action was given, so that nothing is printed by default."""
    collected: list[tuple[list[str], list[str]]] = field(default_factory=list)
    """Of ``-exec … +``: the command, and the paths it gets in the end."""
    code: int = 0


class _Stop(Exception):
    """``-quit``."""


class _Parser:
    """Makes one test of the words of an expression."""

    def __init__(self, job: Job, words: list[str]) -> None:
        self.job, self.words = job, words
        self.process = job.process

    def parse(self) -> Test:
        test = self._or() if self.words else _always
        if self.words:
            raise Usage(f"unrecognized: {self.words[0]}")
        return test

    def _or(self) -> Test:
        test = self._and()
        while self.words and self.words[0] in ("-o", "-or"):
            self.words.pop(0)
            test = _either(test, self._and())
        return test

    def _and(self) -> Test:
        test = self._not()
        while self.words and self.words[0] not in ("-o", "-or", ")"):
            if self.words[0] in ("-a", "-and"):
                self.words.pop(0)
            test = _both(test, self._not())
        return test

    def _not(self) -> Test:
        if self.words and self.words[0] in ("!", "-not"):
            self.words.pop(0)
            inner = self._not()
            return lambda here: not inner(here)
        return self._primary()

    def _primary(self) -> Test:
        if not self.words:
            raise Usage("expected an expression")
        word = self.words.pop(0)
        if word == "(":
            test = self._or()
            if not self.words:
                raise Usage("unmatched '('" if not self.process.gnu else
                            "invalid expression; I was expecting to find a ')' somewhere "
                            "but did not see one.")  # fmt: skip
            self.words.pop(0)
            return test
        if word in _ACTIONS:
            self.job.acts = self.job.acts or word not in ("-prune", "-empty")
            return _ACTIONS[word](self)
        if word in TESTS:
            return TESTS[word](self.process, self._argument(word))
        if word in ("-exec", "-ok"):
            return self._exec()
        if word in ("-maxdepth", "-mindepth"):
            number = self._argument(word)
            if not number.isdigit():
                raise Usage(f"invalid number '{number}'" if not self.process.gnu else
                            f"Expected a positive decimal integer argument to {word}, "
                            f"but got ‘{number}’")  # fmt: skip
            if word == "-maxdepth":
                self.job.most = int(number)
            else:
                self.job.least = int(number)
            return _always
        if word in ("-depth", "-d"):
            self.job.depth_first = True
            return _always
        if word in ("-follow", "-xdev", "-mount"):
            self.job.follow = self.job.follow or word == "-follow"
            return _always
        if word == "-true":
            return _always
        if self.process.gnu:
            raise Usage(f"unknown predicate `{word}'" if word.startswith("-") else
                        f"paths must precede expression: `{word}'")  # fmt: skip
        raise Usage(f"unrecognized: {word}\n{usage(self.process)}")

    def _argument(self, word: str) -> str:
        if not self.words:
            raise Usage(f"{word} requires an argument" if not self.process.gnu else
                        f"missing argument to `{word}'")  # fmt: skip
        return self.words.pop(0)

    def _exec(self) -> Test:
        self.job.acts = True
        ends = [index for index, word in enumerate(self.words) if word in (";", "+")]
        if not ends:
            raise Usage("-exec requires an argument" if not self.process.gnu else
                        "missing argument to `-exec'")  # fmt: skip
        end = ends[0]
        command, last = self.words[:end], self.words[end]
        del self.words[: end + 1]
        job = self.job
        if last == "+":
            paths: list[str] = []
            job.collected.append((command, paths))

            def collect(here: Here) -> bool:
                paths.append(here.path)
                return True

            return collect

        def run(here: Here) -> bool:
            args = [word.replace("{}", here.path) for word in command]
            return _start(job, args) == 0

        return run


def _start(job: Job, args: list[str]) -> int:
    try:
        return job.process.start(args)
    except OSError as problem:
        job.process.say(f"{args[0]}: {problem.strerror}", gnu=f"‘{args[0]}’: {problem.strerror}")
        job.code = 1
        return 127


def _always(here: Here) -> bool:
    return True


def _either(left: Test, right: Test) -> Test:
    return lambda here: left(here) or right(here)


def _both(left: Test, right: Test) -> Test:
    return lambda here: left(here) and right(here)


def _print(parser: _Parser, end: str = "\n") -> Test:
    out = parser.process.stdout

    def act(here: Here) -> bool:
        out.write(here.path + end)
        return True

    return act


def _prune(parser: _Parser) -> Test:
    def act(here: Here) -> bool:
        here.prune = True
        return True

    return act


def _quit(parser: _Parser) -> Test:
    def act(here: Here) -> bool:
        raise _Stop

    return act


def _delete(parser: _Parser) -> Test:
    job, process = parser.job, parser.process
    job.depth_first = True

    def act(here: Here) -> bool:
        path = process.path(here.path)
        if here.path == ".":
            return True
        try:
            if stat.S_ISDIR(here.found.st_mode):
                process.files.rmdir(path)
            else:
                process.files.unlink(path)
        except OSError as problem:
            process.say(f"{here.path}: {problem.strerror}",
                        gnu=f"cannot delete ‘{here.path}’: {problem.strerror}")  # fmt: skip
            job.code = 1
            return False
        return True

    return act


def _empty(parser: _Parser) -> Test:
    process = parser.process

    def test(here: Here) -> bool:
        if stat.S_ISDIR(here.found.st_mode):
            return not process.files.listdir(process.path(here.path))
        return stat.S_ISREG(here.found.st_mode) and not here.found.st_size

    return test


def _list(parser: _Parser) -> Test:
    """``-ls``, as GNU prints it."""
    process = parser.process

    def act(here: Here) -> bool:
        found = here.found
        when = times.listed(found.st_mtime_ns // 10**9, process.now, gnu=True)
        owner, group = process.user_name(found.st_uid), process.group_name(found.st_gid)
        link = ""
        if stat.S_ISLNK(found.st_mode):
            link = f" -> {process.files.readlink(process.path(here.path))}"
        process.stdout.line(
            f"{found.st_ino:9} {sizes.blocks(found) // 2:6} {modes.shown(found.st_mode)} "
            f"{found.st_nlink:3} {owner:<8} {group:<8} {found.st_size:8} {when} {here.path}{link}"
        )
        return True

    return act


# What takes no argument.
_ACTIONS: Mapping[str, Callable[[_Parser], Test]] = {
    "-print": _print, "-print0": lambda parser: _print(parser, "\0"), "-prune": _prune,
    "-quit": _quit, "-delete": _delete, "-ls": _list, "-empty": _empty,
}  # fmt: skip


def find(process: Process) -> int:
    """Look for files below the given paths."""
    words = process.args[1:]
    job = Job(process)
    while words and words[0] in ("-H", "-L", "-P"):
        job.follow = words.pop(0) == "-L"
    count = next((n for n, w in enumerate(words) if w[:1] == "-" or w in ("(", "!")), len(words))
    tops, words = words[:count] or ["."], words[count:]
    test = _Parser(job, words).parse()
    try:
        for top in tops:
            _walk(job, test, top, 0)
    except _Stop:
        pass
    for command, paths in job.collected:
        if paths and _start(job, _filled(command, paths)):
            job.code = 1 if process.gnu else job.code
    return job.code


def _filled(command: list[str], paths: list[str]) -> list[str]:
    """The paths in place of ``{}``."""
    return [arg for word in command for arg in (paths if word == "{}" else [word])]


def _walk(job: Job, test: Test, path: str, depth: int) -> None:
    process = job.process
    try:
        found = process.files.stat(process.path(path), follow_symlinks=job.follow)
    except OSError as problem:
        process.say(f"{path}: {problem.strerror}", gnu=f"‘{path}’: {problem.strerror}")
        job.code = 1
        return
    here = Here(path, found, depth)
    if not job.depth_first:
        _try(job, test, here)
    deeper = job.most is None or depth < job.most
    if stat.S_ISDIR(found.st_mode) and deeper and not here.prune:
        try:
            names = process.files.listdir(process.path(path))
        except OSError as problem:
            process.say(f"{path}: {problem.strerror}", gnu=f"‘{path}’: {problem.strerror}")
            job.code, names = 1, []
        base = path if path.endswith("/") else path + "/"
        for name in names:
            _walk(job, test, base + name, depth + 1)
    if job.depth_first:
        _try(job, test, here)


def _try(job: Job, test: Test, here: Here) -> None:
    if here.depth < job.least:
        return
    if test(here) and not job.acts:
        job.process.stdout.line(here.path)


PROGRAMS: Mapping[str, Program] = {"find": find}
