"""A Dockerfile's text to instructions and stages, or the reason why not in Docker's words.

BuildKit: ``frontend/dockerfile/instructions/parse.go`` and ``bflag.go``; how the daemon words
what is wrong: moby 20.10, ``builder/remotecontext/detect.go`` (*ran*: docker 20.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from layerlab.build import checks
from layerlab.build.dialects import BUILDKIT, Dialect
from layerlab.build.golang import SPACES
from layerlab.build.instructions import Dockerfile, Instruction, Stage
from layerlab.build.lines import Line, Source, read
from layerlab.build.words import BLANK, Command, json_list, name_values, split_command, split_words
from layerlab.errors import DockerfileError

_LISTS = "ADD", "COPY", "VOLUME"
_COMMANDS = "CMD", "ENTRYPOINT", "RUN", "SHELL"
_TEXTS = "MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"
_KNOWN = (*_LISTS, *_COMMANDS, *_TEXTS, "ARG", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
          "ONBUILD")  # fmt: skip
_FLAGS_FIRST = "ENV", "LABEL", "SHELL"
"""Those whose flags are checked before their words."""
_ONBUILD = re.compile(r"^\s*ONBUILD\s*", re.ASCII | re.IGNORECASE)


def parse(text: str, *, name: str = "Dockerfile", dialect: Dialect = BUILDKIT) -> Dockerfile:
    """Understand a Dockerfile; ``DockerfileError`` names the line and says what is wrong.

    ``name`` is the file's, for messages.
    """
    if not text:
        raise DockerfileError(f"the Dockerfile ({name}) cannot be empty", line=1)
    try:
        source = read(text, heredocs=dialect.heredocs)
        split = [(line, *_split(line, source.escape)) for line in source.lines]
    except DockerfileError as error:
        fault = f"failed to parse {name}: {error.what}"
        raise DockerfileError(fault, line=error.line, source=error.source) from None
    instructions = [_checked(*item, dialect) for item in split]
    arguments, stages = _staged(instructions)
    return Dockerfile(stages, arguments, source.escape, source.syntax, source.warnings)


def parse_trigger(text: str, dialect: Dialect) -> Instruction:
    """The instruction that an image's ONBUILD holds."""
    source = read(text, heredocs=dialect.heredocs)
    if len(source.lines) != 1:
        raise DockerfileError("onbuild trigger should be a single expression", line=1)
    return parse_bare(source, dialect)[0]


def parse_bare(source: Source, dialect: Dialect) -> tuple[Instruction, ...]:
    """Instructions that stand in no stage; what is wrong with one is told without its line."""
    split = [(line, *_split(line, source.escape)) for line in source.lines]
    return tuple(_understood(*item, dialect) for item in split)


Args = tuple[tuple[str, ...], bool]
"""An instruction's words, and whether they came from JSON."""


def _split(line: Line, escape: str) -> tuple[Command, Args]:
    command = split_command(line.text)
    try:
        return command, _args(command, escape)
    except DockerfileError as error:
        raise DockerfileError(error.what, line=line.number, source=line.text) from None


def _args(command: Command, escape: str) -> Args:
    """The words of an instruction, as its kind has them."""
    name, rest = command.name.upper(), command.rest
    if not rest or name not in _KNOWN:
        return (), False
    if name in _TEXTS:
        return (rest,), False
    if name in ("ENV", "LABEL"):
        return name_values(rest, name, escape), False
    if name == "ARG":
        return tuple(split_words(rest, escape)), False
    if name == "HEALTHCHECK":
        kind, *test = re.split(f"[{SPACES}]+", rest, maxsplit=1)
        words, is_json = _command(test[0]) if test else ((), False)
        return (kind, *words), is_json
    if name == "ONBUILD":
        inner = split_command(rest)
        words, is_json = _args(inner, escape)
        return (inner.name, *words), is_json
    if name in _COMMANDS:
        return _command(rest)
    listed = json_list(rest) if name in _LISTS else None
    return (tuple(BLANK.split(rest)), False) if listed is None else (listed, True)


def _command(text: str) -> Args:
    listed = json_list(text) if text else ()
    return ((text,), False) if listed is None else (listed, bool(text))


def _checked(line: Line, command: Command, args: Args, dialect: Dialect) -> Instruction:
    try:
        return _understood(line, command, args, dialect)
    except DockerfileError as error:
        fault = f"dockerfile parse error line {line.number}: {error.what}"
        raise DockerfileError(fault, line=line.number, source=line.text) from None


def _understood(line: Line, command: Command, args: Args, dialect: Dialect) -> Instruction:
    """The instruction, if it is one; ``DockerfileError`` in the words of its own rules."""
    name, (words, is_json) = command.name.upper(), args
    if name not in _KNOWN:
        raise DockerfileError(f"unknown instruction: {name}", line=line.number)
    if name in _FLAGS_FIRST:
        flags = _flags(name, command.flags, dialect)
        checks.count(name, words)
    else:
        checks.count(name, words)
        flags = _flags(name, () if _ignores_flags(name, words) else command.flags, dialect)
    source = line.text.strip(SPACES)
    if name == "ONBUILD":
        checks.trigger(words[0])
        words = (_ONBUILD.sub("", line.text),)
    checks.words(name, words, is_json=is_json)
    health = checks.health(words, flags, is_json=is_json) if name == "HEALTHCHECK" else None
    if name == "EXPOSE":
        words = tuple(sorted(words))
    if name == "VOLUME":
        words = tuple(word.strip(SPACES) for word in words)
    return Instruction(
        name, words, source, line.number, line.end, is_json, flags, line.heredocs, health
    )


def _ignores_flags(name: str, words: tuple[str, ...]) -> bool:
    """Whether Docker never looks at the flags that were given."""
    none = name == "HEALTHCHECK" and words[0].upper() == "NONE"
    return none or name in ("ARG", "STOPSIGNAL")


def _flags(name: str, given: Iterable[str], dialect: Dialect) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        flag, equals, value = text[2:].partition("=")
        if flag not in dialect.flags.get(name, ()):
            raise DockerfileError(f"Unknown flag: {flag}")
        if flag in found and flag not in dialect.repeatable:
            raise DockerfileError(f"Duplicate flag specified: {flag}")
        if flag in dialect.switches:
            value = _switch(flag, value, bool(equals))
        elif not equals:
            raise DockerfileError(f"Missing a value on flag: {flag}")
        found[flag] = (*found.get(flag, ()), value)
    return MappingProxyType(found)


def _switch(flag: str, value: str, given: bool) -> str:
    if given and not value:
        raise DockerfileError(f"Missing a value on flag: {flag}")
    if value.lower() not in ("", "true", "false"):
        raise DockerfileError(f"Expecting boolean value for flag {flag}, not: {value}")
    return value.lower() or "true"


def _staged(
    instructions: Iterable[Instruction],
) -> tuple[tuple[Instruction, ...], tuple[Stage, ...]]:
    """The ARGs before the first FROM, and the stages."""
    arguments: list[Instruction] = []
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for item in instructions:
        if item.name == "FROM":
            stages.append((item, []))
        elif stages:
            stages[-1][1].append(item)
        elif item.name == "ARG":
            arguments.append(item)
        else:
            fault = "no build stage in current context"
            raise DockerfileError(fault, line=item.line, source=item.source)
    return tuple(arguments), tuple(_stage(start, tuple(rest)) for start, rest in stages)


def _stage(start: Instruction, rest: tuple[Instruction, ...]) -> Stage:
    name = start.args[2].lower() if len(start.args) == 3 else ""
    return Stage(start, start.args[0], name, start.flag("platform"), rest)
