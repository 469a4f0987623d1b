"""Debian's versions: which of two is the later one (deb-version(7))."""

import re
from functools import lru_cache

_PARTS = re.compile(r"(\D*)(\d*)")


def satisfies(version: str, relation: str, wanted: str) -> bool:
    """Whether ``version`` is as ``(>= 1.2)`` asks; no relation takes any version."""
    if not relation:
        return True
    order = compare(version, wanted)
    return {
        "<<": order < 0,
        "<=": order <= 0,
        "=": order == 0,
        ">=": order >= 0,
        ">>": order > 0,
    }[relation]


@lru_cache(maxsize=8192)
def compare(left: str, right: str) -> int:
    """Below 0, 0 or above 0: epoch first, then the upstream version, then the revision."""
    for one, other in zip(_split(left), _split(right), strict=True):
        order = _compare_part(one, other)
        if order:
            return order
    return 0


def _split(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-")
    return (epoch, upstream, revision) if upstream else (epoch, rest, "0")


def _compare_part(left: str, right: str) -> int:
    """Texts and numbers in turn; in a text '~' is before the end, and letters before the rest."""
    ours, theirs = _PARTS.findall(left), _PARTS.findall(right)
    for at in range(max(len(ours), len(theirs))):
        text, digits = ours[at] if at < len(ours) else ("", "")
        other_text, other_digits = theirs[at] if at < len(theirs) else ("", "")
        one, other = _weights(text), _weights(other_text)
        if one != other:
            return -1 if one < other else 1
        number, other_number = int(digits or 0), int(other_digits or 0)
        if number != other_number:
            return -1 if number < other_number else 1
    return 0


def _weights(text: str) -> list[int]:
    # The end weighs 0: more than '~', less than any letter.
    return [*(-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256 for c in text), 0]
