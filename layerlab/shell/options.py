"""Options of a program, as ``getopt_long`` takes them apart: anywhere, joined or with values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from layerlab.shell.process import Process, Usage


@dataclass
class Options:
    """What was given: letters with their values, in order, and what isn't an option."""

    given: list[tuple[str, str]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)

    def __contains__(self, letter: str) -> bool:
        return any(name == letter for name, _ in self.given)

    def any(self, letters: str) -> bool:
        """Whether one of these was given."""
        return any(name in letters for name, _ in self.given)

    def last(self, letters: str) -> str | None:
        """Of options that exclude each other, the one that was given last."""
        return next((name for name, _ in reversed(self.given) if name in letters), None)

    def value(self, letter: str) -> str | None:
        """An option's value; the last one counts."""
        return next((value for name, value in reversed(self.given) if name == letter), None)

    def values(self, letter: str) -> list[str]:
        return [value for name, value in self.given if name == letter]


def options(
    process: Process, flags: str, *, valued: str | tuple[str, ...] = "",
    long: Mapping[str, str] | None = None,
    least: int = 0, most: int | None = None, permute: bool = True, code: int = 1,
) -> Options:  # fmt: skip
    """Take ``process.args`` apart.

    ``flags`` are letters without a value, ``valued`` those with one, ``long`` maps long names
    to letters, or to names of their own where there is no letter. Anything else is a ``Usage``
    with exit code ``code``, and so is a number of operands that isn't between ``least`` and
    ``most``.
    """
    found = Options()
    names = long or {}
    words = process.args[1:]
    while words:
        word = words.pop(0)
        if word == "--":
            found.rest += words
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            letter = names.get(name)
            if letter is None:
                raise _wrong(process, f"unrecognized option '{word}'", code)
            if letter in valued and not equals:
                if not words:
                    raise _wrong(process, f"option '--{name}' requires an argument", code)
                value = words.pop(0)
            found.given.append((letter, value))
        elif word.startswith("-") and len(word) > 1:
            _short(process, word[1:], words, flags, valued, found, code)
        else:
            found.rest.append(word)
            if not permute:
                found.rest += words
                break
    if len(found.rest) < least or (most is not None and len(found.rest) > most):
        raise _operands(process, found.rest, least, code)
    return found


def _short(
    process: Process, letters: str, words: list[str], flags: str, valued: str | tuple[str, ...],
    found: Options, code: int,
) -> None:  # fmt: skip
    for index, letter in enumerate(letters):
        if letter in valued:
            value = letters[index + 1 :]
            if not value:
                if not words:
                    raise _wrong(process, f"option requires an argument -- '{letter}'", code)
                value = words.pop(0)
            found.given.append((letter, value))
            return
        if letter not in flags:
            raise _wrong(process, f"invalid option -- '{letter}'", code)
        found.given.append((letter, ""))


def _wrong(process: Process, text: str, code: int) -> Usage:
    if process.gnu:
        return Usage(f"{text}\nTry '{process.name} --help' for more information.", code)
    return Usage(f"{text}\n{usage(process)}", code)


def usage(process: Process) -> str:
    """The line that says how a program is called."""
    return f"Usage: {process.name} {SYNOPSES.get(process.name, '[OPTION]... [FILE]...')}"


def _operands(process: Process, rest: list[str], least: int, code: int) -> Usage:
    if not process.gnu:
        return Usage(usage(process), code, bare=True)
    if len(rest) >= least:
        text = f"extra operand '{rest[-1]}'"
    elif not rest:
        text = "missing operand"
        if process.name in ("cp", "mv", "ln") or process.name == "touch":
            text = "missing file operand"
    elif process.name in ("cp", "mv"):
        text = f"missing destination file operand after '{rest[0]}'"
    else:
        text = f"missing operand after '{rest[-1]}'"
    return Usage(f"{text}\nTry '{process.name} --help' for more information.", code)


SYNOPSES = {
    "basename": "FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...",
    "chgrp": "[-RhLHPcvf]... GROUP FILE...",
    "chmod": "[-Rcvf] MODE[,MODE]... FILE...",
    "chown": "[-RhLHPcvf]... USER[:[GRP]] FILE...",
    "cp": "[-arPLHpfinlsTu] SOURCE DEST",
    "cut": "{-b|c LIST | -f LIST [-d SEP] [-s]} [FILE]...",
    "dirname": "FILENAME",
    "find": "[-HL] [PATH]... [OPTIONS] [ACTIONS]",
    "grep": "[-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } "
    "[FILE]...",
    "ln": "[-sfnbtv] [-S SUF] TARGET... LINK|DIR",
    "mkdir": "[-m MODE] [-p] DIRECTORY...",
    "mv": "[-finT] SOURCE DEST",
    "readlink": "[-fnv] FILE",
    "rm": "[-irf] FILE...",
    "rmdir": "[-p] DIRECTORY...",
    "sed": "[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...",
    "sleep": "[N]...",
    "touch": "[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...",
    "tr": "[-cds] STRING1 [STRING2]",
    "truncate": "[-c] -s SIZE FILE...",
}
"""How programs are called, as busybox's usage has it in its first line."""
