"""What each instruction demands of its words, in Docker's own words.

BuildKit: ``frontend/dockerfile/instructions/parse.go`` (*ran*: docker 20.10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from layerlab.build.golang import SPACES, parse_duration, quoted
from layerlab.errors import DockerfileError

_EXACTLY_ONE = "MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"
_AT_LEAST_ONE = "ARG", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "SHELL", "VOLUME"
_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_TIMES = {
    "interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod",
    "start-interval": "StartInterval",
}  # fmt: skip
_SHORTEST = 10**6
"""The least that a health check's times can be, in nanoseconds."""
_INT32 = 1 << 31


def count(name: str, words: tuple[str, ...]) -> None:
    """Refuse too few words, or too many."""
    if name in _EXACTLY_ONE and len(words) != 1:
        raise DockerfileError(f"{name} requires exactly one argument")
    if name in _AT_LEAST_ONE and not words:
        raise DockerfileError(f"{name} requires at least one argument")
    if name in ("ADD", "COPY") and len(words) < 2:
        raise DockerfileError(
            f"{name} requires at least two arguments, but only one was provided. "
            "Destination could not be determined"
        )
    if name == "FROM":
        _from(words)


def _from(words: tuple[str, ...]) -> None:
    if len(words) == 3 and words[1].lower() == "as":
        if not _STAGE_NAME.fullmatch(words[2].lower()):
            raise DockerfileError(
                f"invalid name for build stage: {quoted(words[2])}, "
                "name can't start with a number or contain symbols"
            )
    elif len(words) != 1:
        raise DockerfileError("FROM requires either one or three arguments")


def trigger(name: str) -> None:
    """Refuse what can't stand behind ONBUILD."""
    name = name.strip(SPACES).upper()
    if name == "ONBUILD":
        raise DockerfileError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if name in ("FROM", "MAINTAINER"):
        raise DockerfileError(f"{name} isn't allowed as an ONBUILD trigger")


def words(name: str, given: tuple[str, ...], *, is_json: bool) -> None:
    """Refuse words that are nothing of the kind that is needed."""
    if name in ("ENV", "LABEL") and "" in given[::2]:
        raise DockerfileError(f"{name} names can not be blank")
    if name == "ARG" and any(word.startswith("=") for word in given):
        raise DockerfileError("ARG names can not be blank")
    if name == "VOLUME" and any(not word.strip(SPACES) for word in given):
        raise DockerfileError("VOLUME specified can not be an empty string")
    if name == "SHELL" and not is_json:
        raise DockerfileError("SHELL requires the arguments to be in JSON form")


def health(
    words: tuple[str, ...], flags: Mapping[str, tuple[str, ...]], *, is_json: bool
) -> Mapping[str, Any]:
    """A HEALTHCHECK as the config has it."""
    kind, test = words[0].upper(), words[1:]
    if kind == "NONE":
        if test:
            raise DockerfileError("HEALTHCHECK NONE takes no arguments")
        return {"Test": ["NONE"]}
    if kind != "CMD":
        raise DockerfileError(f"Unknown type {quoted(kind)} in HEALTHCHECK (try CMD)")
    if not test:
        raise DockerfileError("Missing command after HEALTHCHECK CMD")
    found: dict[str, Any] = {"Test": ["CMD" if is_json else "CMD-SHELL", *test]}
    for flag, field in _TIMES.items():
        if flag in flags:
            found[field] = _time(flag, flags[flag][-1])
    if flags.get("retries", ("",))[-1]:
        found["Retries"] = _retries(flags["retries"][-1])
    return {name: value for name, value in found.items() if value}


def _time(flag: str, text: str) -> int:
    if not text:
        return 0
    try:
        nanoseconds = parse_duration(text)
    except ValueError as error:
        raise DockerfileError(str(error)) from None
    if nanoseconds < _SHORTEST:
        raise DockerfileError(f"Interval {quoted(flag)} cannot be less than 1ms")
    return nanoseconds


def _retries(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        raise DockerfileError(f"strconv.ParseInt: parsing {quoted(text)}: invalid syntax")
    number = int(text)
    if not -_INT32 <= number < _INT32:
        raise DockerfileError(f"strconv.ParseInt: parsing {quoted(text)}: value out of range")
    if number < 1:
        raise DockerfileError(f"--retries must be at least 1 (not {number})")
    return number
