"""The docker command: a line, as typed, to what Docker prints."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from layerlab.docker import topics, tree
from layerlab.docker.engines import api
from layerlab.docker.flags import BadFlag, parse, split_flags
from layerlab.docker.helping import command_help, known_to
from layerlab.docker.several import REFUSALS, from_daemon
from layerlab.docker.spec import ClientError, Command, Output, Parsed
from layerlab.errors import DockerExit, LayerlabError

if TYPE_CHECKING:
    from layerlab.engine import Engine

USAGE_ERROR = 125
"""The exit code when an option is wrong (cli/cobra.go: FlagErrorFunc)."""


def run(engine: Engine, line: str | list[str], cwd: str = ".", stdin: str = "") -> str:
    """What ``docker LINE`` prints to its standard output; ``DockerExit`` unless it exits with 0.

    The line is split as a shell would, quotes and all; a list is taken as it is. A leading
    ``docker`` is accepted. Paths are this machine's, seen from ``cwd``.
    """
    try:
        words = shlex.split(line) if isinstance(line, str) else list(line)
    except ValueError:
        quote = "unexpected EOF while looking for a matching quote"
        raise DockerExit(2, stderr=f"bash: -c: line 1: {quote}\n") from None
    output = execute(engine, words[1:] if words[:1] == ["docker"] else words, cwd, stdin)
    if output.code:
        raise DockerExit(output.code, output.stdout, output.stderr)
    return output.stdout


def execute(engine: Engine, words: list[str], cwd: str = ".", stdin: str = "") -> Output:
    """Everything that ``docker WORDS…`` prints, and its exit code."""
    try:
        before = words
        given, words = split_flags(topics.GLOBAL_FLAGS, words, interspersed=False)
        if "help" in given:
            shown = topics.help_of(engine, words)
            note = topics.help_note(before[: len(before) - len(words)])
            return Output(shown.stdout, shown.stderr + note, shown.code)
        if not words:
            return topics.without_name(engine, given)
        name = tree.find(words)
        command = tree.commands().get(name)
        if command is None and not tree.known(name):  # then all options are docker's own
            split_flags(topics.GLOBAL_FLAGS, words, interspersed=True)
    except BadFlag as error:
        return _refused(f"{error.what}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]", "docker")
    if command is None:
        return topics.without_command(engine, name, words[len(name.split()) :])
    done = _execute(engine, command, name, words[len(name.split()) :], cwd, stdin)
    noticed = command.notice and engine.builder == "classic"
    return replace(done, stderr=command.notice + done.stderr) if noticed else done


def _execute(
    engine: Engine, command: Command, name: str, words: list[str], cwd: str, stdin: str
) -> Output:
    shown = f"docker {command.canonical(name)}"
    usage = f"Usage:  {shown} {command.line}".rstrip()
    try:
        parsed = parse(command, name, words, cwd, stdin)
    except BadFlag as error:
        return _refused(f"{error.what}\n\n{usage}", shown)
    if parsed.given("help"):
        return Output(topics.help_note(words) + command_help(command, name, api(engine)))
    complaint = wrong_count(command, len(parsed.args))
    if complaint:
        wording, hint = complaint
        return Output(
            stderr=f"docker: '{shown}' {wording}\n\n{usage}\n\n"
            f"{hint} '{shown} --help' for more information\n",
            code=1,
        )
    newer = unsupported(command, parsed, api(engine))
    if newer:
        return Output(stderr=newer, code=1)
    try:
        return command.run(engine, parsed)
    except DockerExit as error:
        return Output(error.stdout, error.stderr, error.code)
    except ClientError as error:
        return Output(stderr=f"{error.what}\n", code=error.code)
    except REFUSALS as error:
        return Output(stderr=from_daemon(error), code=command.failure)
    except (LayerlabError, OSError) as error:
        return Output(stderr=f"{error}\n", code=command.failure)


def _refused(text: str, shown: str) -> Output:
    hint = f"Run '{shown} --help' for more information"
    return Output(stderr=f"{text}\n\n{hint}\n", code=USAGE_ERROR)


def unsupported(command: Command, parsed: Parsed, version: tuple[int, ...]) -> str:
    """What the client says of options that the engine is too old for."""
    shown = ".".join(map(str, version))
    return "".join(
        f'"--{flag.name}" requires API version {flag.since}, but the Docker daemon API version '
        f"is {shown}\n"
        for flag in command.flags
        if parsed.given(flag.name) and not known_to(flag, version)
    )


def wrong_count(command: Command, count: int) -> tuple[str, str] | None:
    """What is wrong with so many arguments, and the verb that points to the help.

    The verbs are as cli/required.go has them in 28.2, slips included.
    """
    least, most = command.takes.least, command.takes.most
    if least <= count and (most is None or count <= most):
        return None
    if most == 0:
        return "accepts no arguments", "Run"
    if least == most:
        return f"requires {least} argument{'s' * (least != 1)}", "Run"
    if most is None:
        return f"requires at least {least} argument{'s' * (least != 1)}", "See"
    if least == 0:
        return f"requires at most {most} argument{'s' * (most != 1)}", "SRun"
    return f"requires at least {least} and at most {most} argument{'s' * (most != 1)}", "Run"
