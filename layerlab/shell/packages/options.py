"""The words of an apt command line: options anywhere, then the command and what it is about.

apt 2.6: ``apt-private/private-cmndline.cc``, ``apt-pkg/contrib/cmndline.cc``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from layerlab.shell.process import Process

_SWITCHES = {
    "assume-yes": "yes", "yes": "yes", "y": "yes", "quiet": "quiet", "q": "quiet",
    "silent": "quiet", "simulate": "simulate", "s": "simulate", "just-print": "simulate",
    "dry-run": "simulate", "recon": "simulate", "no-act": "simulate",
    "download-only": "download", "d": "download", "fix-broken": "", "f": "",
    "install-recommends": "recommends", "purge": "purge", "auto-remove": "autoremove",
    "autoremove": "autoremove", "allow-remove-essential": "essential",
    "allow-downgrades": "", "allow-unauthenticated": "", "allow-change-held-packages": "",
    "allow-releaseinfo-change": "", "fix-missing": "", "m": "", "ignore-missing": "",
    "install-suggests": "suggests", "force-yes": "yes", "verbose-versions": "", "V": "",
    "show-progress": "", "reinstall": "", "upgrade": "upgrade", "only-upgrade": "only-upgrade",
    "show-upgraded": "", "u": "", "trivial-only": "", "assume-no": "no", "no": "no",
    "installed": "installed", "upgradable": "upgradable", "all-versions": "",
    "with-new-pkgs": "", "error-on": "", "help": "help", "h": "help", "version": "version",
    "v": "version",
}  # fmt: skip
_VALUED = frozenset(("o", "option", "c", "config-file", "t", "target-release", "default-release"))


Action = Callable[[Process, Sequence[str]], int]


def dispatched(process: Process, actions: Mapping[str, Action]) -> int:
    """Run what the first word names, as ``apt-mark`` and ``apt-cache`` do."""
    words = [word for word in process.args[1:] if not word.startswith("-")]
    action = actions.get(words[0] if words else "")
    if action is None:
        process.stderr.write(f"E: Invalid operation {words[0]}\n" if words else "")
        return 100 if words else 0
    return action(process, words[1:])


class Unknown(Exception):
    """An option that isn't understood."""


@dataclass
class Words:
    """A command line taken apart."""

    command: str = ""
    rest: list[str] = field(default_factory=list)
    flags: dict[str, int] = field(default_factory=dict)
    """How often each was given; 0 for ``--no-…``."""
    settings: list[tuple[str, str]] = field(default_factory=list)
    """``-o name=value``, in their order."""

    def on(self, flag: str, default: bool = False) -> bool:
        """Whether a flag is set."""
        return bool(self.flags.get(flag, default))

    def setting(self, name: str) -> str | None:
        """A setting's value; names are compared without regard to case."""
        found = [value for key, value in self.settings if key.lower() == name.lower()]
        return found[-1] if found else None


def parsed(args: Sequence[str]) -> Words:
    """Take a command line apart. Raises ``Unknown``."""
    words, operands = Words(), []
    queue = list(args)
    while queue:
        word = queue.pop(0)
        if word == "--":
            operands += queue
            break
        if word.startswith("--"):
            _long(word, queue, words)
        elif word.startswith("-") and len(word) > 1:
            _short(word, queue, words)
        else:
            operands.append(word)
    words.command, words.rest = (operands[0], operands[1:]) if operands else ("", [])
    return words


def _long(word: str, queue: list[str], words: Words) -> None:
    name, equals, value = word[2:].partition("=")
    if name in _VALUED:
        _set(name, value if equals else (queue.pop(0) if queue else ""), words)
        return
    positive = name.removeprefix("no-") if name not in _SWITCHES else name
    flag = _SWITCHES.get(positive)
    if flag is None:
        raise Unknown(word)
    on = positive == name and value.lower() not in ("no", "false", "0", "off")
    if flag == "quiet" and value.isdigit():
        words.flags[flag] = int(value)
    else:
        words.flags[flag] = (words.flags.get(flag, 0) + 1) if on else 0


def _short(word: str, queue: list[str], words: Words) -> None:
    letters = list(word[1:])
    while letters:
        letter = letters.pop(0)
        rest = "".join(letters)
        if letter in _VALUED:
            _set(letter, rest.removeprefix("=") or (queue.pop(0) if queue else ""), words)
            return
        flag = _SWITCHES.get(letter)
        if flag is None:
            raise Unknown(word)
        count = re.match(r"=?(\d+)", rest) if flag == "quiet" else None
        if count:
            words.flags[flag] = int(count[1])
            return
        words.flags[flag] = words.flags.get(flag, 0) + 1


def _set(name: str, value: str, words: Words) -> None:
    if name in ("o", "option"):
        key, _, text = value.partition("=")
        words.settings.append((key, text))


def booleans(words: Words) -> Iterator[tuple[str, bool]]:
    """The settings that are yes or no."""
    for key, value in words.settings:
        yield key.lower(), value.lower() in ("1", "true", "yes", "on")
