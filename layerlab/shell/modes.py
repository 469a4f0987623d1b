"""Modes: ``755`` and ``u+x,go=`` to bits, bits to ``-rwxr-xr-x``."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable

from layerlab.shell.process import Process, Usage

UMASK = 0o022
_WHO = {"u": 0o4700, "g": 0o2070, "o": 0o0007, "a": 0o6777}
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)")
Change = Callable[[int, bool], int]
"""From permission bits, and whether they are a directory's, to the new ones."""


def parse(process: Process, text: str) -> Change:
    """What ``chmod`` does with a mode; ``Usage`` if it is none."""
    if re.fullmatch("[0-7]{1,5}", text) and int(text, 8) <= 0o7777:
        bits = int(text, 8)
        return lambda old, directory: _numeric(bits, old, directory, text, process.gnu)
    clauses = [_CLAUSE.fullmatch(part) for part in text.split(",")]
    if not text or not all(clauses):
        if not process.gnu:
            raise Usage(f"invalid mode '{text}'")
        raise Usage(f"invalid mode: ‘{text}’\nTry 'chmod --help' for more information.")

    def change(old: int, directory: bool) -> int:
        new = old
        for clause in clauses:
            assert clause
            for action in re.finditer(r"([-+=])([ugo]|[rwxXst]*)", clause[2]):
                new = _apply(new, clause[1], action[1], action[2], directory)
        return new

    return change


def _numeric(bits: int, old: int, directory: bool, text: str, gnu: bool) -> int:
    """GNU leaves a directory's setuid and setgid alone unless five digits are given."""
    if gnu and directory and len(text) < 5:
        return bits | (old & 0o6000)
    return bits


def _apply(old: int, who: str, op: str, what: str, directory: bool) -> int:
    mask = 0
    for letter in who or "a":
        mask |= _WHO[letter]
    bits = _bits(old, what, directory)
    if what == "t" or "t" in what:
        mask |= 0o1000
    bits &= mask
    if not who:
        bits &= ~UMASK
        kept = mask & UMASK if op != "=" else 0
        mask &= ~kept
    if op == "+":
        return old | bits
    if op == "-":
        return old & ~bits
    wiped = mask & 0o777
    if not directory:
        wiped = mask | (0o1000 if who in ("", "a") or "o" in who else 0)
    return (old & ~wiped) | bits


def _bits(old: int, what: str, directory: bool) -> int:
    if what in ("u", "g", "o") and what:
        three = old >> {"u": 6, "g": 3, "o": 0}[what] & 7
        return three * 0o111
    bits = 0
    for letter in what:
        if letter == "X":
            bits |= 0o111 if directory or old & 0o111 else 0
        else:
            bits |= {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}[letter]
    return bits


def shown(mode: int) -> str:
    """``-rwxr-xr-x``."""
    return stat.filemode(mode)
