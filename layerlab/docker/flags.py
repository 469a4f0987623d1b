"""Options as Docker's client reads them (spf13/pflag: ``parseArgs`` in flag.go).

``--name value``, ``--name=value``, ``-n value``, ``-nvalue``, ``-n=value``; switches run
together (``-aq``) and take a value only after ``=``. ``--`` ends them.
"""

import re
from collections.abc import Mapping

from layerlab.docker.spec import MANY, Command, Flag, Parsed
from layerlab.errors import LayerlabError

TRUE = {"1", "t", "T", "TRUE", "true", "True"}
FALSE = {"0", "f", "F", "FALSE", "false", "False"}
HELP = Flag("help", "Print usage", short="h", hidden=True)
_INTEGER = re.compile(r"[+-]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]*|[1-9][0-9_]*)")


class BadFlag(LayerlabError):
    """An option that pflag refuses, in its words."""


def parse(command: Command, name: str, args: list[str], cwd: str = ".", stdin: str = "") -> Parsed:
    """Take ``args``, which follow the command's name, apart; ``BadFlag`` if that can't be."""
    given, rest = split_flags((*command.flags, HELP), args, interspersed=command.interspersed)
    defaults = {flag.name: flag.default for flag in (*command.flags, HELP)}
    return Parsed(tuple(rest), given, defaults, name, cwd, stdin)


def split_flags(
    flags: tuple[Flag, ...], args: list[str], *, interspersed: bool
) -> tuple[Mapping[str, tuple[str, ...]], list[str]]:
    """The values of each flag in ``args``, and the arguments that are none."""
    given: dict[str, tuple[str, ...]] = {}
    rest: list[str] = []
    queue = list(args)
    while queue:
        word = queue.pop(0)
        if not word.startswith("-") or word == "-":
            rest.append(word)
            if not interspersed:
                break
        elif word == "--":
            break
        else:
            take = _long if word.startswith("--") else _shorts
            for flag, value in take(flags, word, queue):
                kept = given.get(flag.name, ()) if flag.kind in MANY else ()
                given[flag.name] = (*kept, _checked(flag, value))
    return given, rest + queue


def _long(flags: tuple[Flag, ...], word: str, queue: list[str]) -> list[tuple[Flag, str]]:
    name, equals, value = word[2:].partition("=")
    if not name or name.startswith("-"):
        raise BadFlag(f"bad flag syntax: {word}")
    flag = next((flag for flag in flags if flag.name == name), None)
    if flag is None:
        raise BadFlag(f"unknown flag: --{name}")
    if equals:
        return [(flag, value)]
    if flag.kind == "bool":
        return [(flag, "true")]
    if not queue:
        raise BadFlag(f"flag needs an argument: {word}")
    return [(flag, queue.pop(0))]


def _shorts(flags: tuple[Flag, ...], word: str, queue: list[str]) -> list[tuple[Flag, str]]:
    found = []
    letters = word[1:]
    while letters:
        flag = next((flag for flag in flags if flag.short == letters[0]), None)
        if flag is None:
            raise BadFlag(f"unknown shorthand flag: '{_byte(letters)}' in -{letters}")
        if len(letters) > 2 and letters[1] == "=":
            value, letters = letters[2:], ""
        elif flag.kind == "bool":
            value, letters = "true", letters[1:]
        elif len(letters) > 1:
            value, letters = letters[1:], ""
        elif queue:
            value, letters = queue.pop(0), ""
        else:
            raise BadFlag(f"flag needs an argument: '{letters}' in -{letters}")
        found.append((flag, value))
    return found


def _byte(letters: str) -> str:
    """The first *byte*, as pflag reads and prints it."""
    return chr(letters.encode("utf-8", "surrogateescape")[0])


def _checked(flag: Flag, value: str) -> str:
    """The value as ``Parsed`` keeps it; ``BadFlag`` if it isn't of the flag's kind."""
    try:
        if flag.kind == "bool":
            return _boolean(value)
        if flag.kind == "int":
            return str(_integer(value))
        if flag.kind == "filter":
            return _filter(value)
        if flag.check is not None:
            flag.check(value)
    except ValueError as error:
        raise BadFlag(f'invalid argument "{value}" for "{flag.shown}" flag: {error}') from None
    return value


def _boolean(value: str) -> str:
    if value in TRUE:
        return "true"
    if value in FALSE:
        return "false"
    raise ValueError(f'strconv.ParseBool: parsing "{value}": invalid syntax')


def _integer(value: str) -> int:
    """As ``strconv.ParseInt`` with base 0: ``0x10`` and ``010`` are numbers too."""
    if not _INTEGER.fullmatch(value):
        raise ValueError(f'strconv.ParseInt: parsing "{value}": invalid syntax')
    octal = re.fullmatch(r"([+-]?)0([0-7_]+)", value)
    return int(f"{octal[1]}0o{octal[2]}" if octal else value, 0)


def _filter(value: str) -> str:
    """``Name = x`` becomes ``name=x`` (opts.FilterOpt); an empty filter is none."""
    name, equals, wanted = value.partition("=")
    if value and not equals:
        raise ValueError("bad format of filter (expected name=value)")
    return f"{name.strip().lower()}={wanted.strip()}" if value else ""
