"""Help, and the answer to what is no simulated command (docker/cli: cmd/docker, cli/cobra.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from layerlab.docker.engines import api, client_of
from layerlab.docker.flags import HELP, BadFlag, split_flags
from layerlab.docker.helping import command_help, flag_usages, group_help, listing
from layerlab.docker.others import GROUPS, OTHERS, SWARM
from layerlab.docker.spec import Flag, Output
from layerlab.docker.tree import commands, find, shorts, within

if TYPE_CHECKING:
    from layerlab.engine import Engine

COMMON = (
    "run", "exec", "ps", "build", "pull", "push", "images", "login", "logout", "search",
    "version", "info",
)  # fmt: skip
"""The help's "Common Commands", in its order."""

GLOBAL_FLAGS = (
    Flag("config", "Location of client config files", kind="string", default="/root/.docker"),
    Flag("context", "Name of the context to use to connect to the daemon (overrides DOCKER_HOST "
         'env var and default context set with "docker context use")', short="c", kind="string"),
    Flag("debug", "Enable debug mode", short="D"),
    Flag("host", "Daemon socket to connect to", short="H", kind="list"),
    Flag("log-level", 'Set the logging level ("debug", "info", "warn", "error", "fatal")',
         short="l", kind="string", default="info"),
    Flag("tls", "Use TLS; implied by --tlsverify"),
    Flag("tlscacert", "Trust certs signed only by this CA", kind="string",
         default="/root/.docker/ca.pem"),
    Flag("tlscert", "Path to TLS certificate file", kind="string",
         default="/root/.docker/cert.pem"),
    Flag("tlskey", "Path to TLS key file", kind="string", default="/root/.docker/key.pem"),
    Flag("tlsverify", "Use TLS and verify the remote"),
    Flag("version", "Print version information and quit", short="v"),
    HELP,
)  # fmt: skip
HELP_OF_HELP = "Usage:  docker help [command]\n\nHelp about the command\n"
DEPRECATED_H = "Flag shorthand -h has been deprecated, use --help\n"


def without_command(engine: Engine, name: str, words: list[str]) -> Output:
    """The answer to a name that no simulated command has."""
    if name == "help":
        return _help(engine, words)
    if name in GROUPS:
        return _group(engine, name, words)
    group = name.rpartition(" ")[0]
    if name in OTHERS or (group and not within(group)):
        return Output(stderr=_not_simulated(name), code=1)
    if _asks_for_help(words):
        return help_of(engine, [*name.split(), *words])
    shown = f"docker {group}".rstrip()
    usage = f"Usage:  {_usage(group)}\n\n" if group else ""
    return Output(
        stderr=f"docker: unknown command: docker {name}\n\n{usage}"
        f"Run '{shown} --help' for more information\n",
        code=1,
    )


def _not_simulated(name: str) -> str:
    """What is said of a command that Docker has and layerlab hasn't: which ones it has."""
    known = ", ".join(sorted(name for name in commands() if " " not in name))
    return f"layerlab: docker {name} is not simulated. These commands are: {known}\n"


def _asks_for_help(words: list[str]) -> bool:
    return "-h" in words or "--help" in words


def _usage(group: str) -> str:
    """A group as its usage errors name it."""
    return f"docker {group}{' COMMAND' * (group == 'volume')}"


def _group(engine: Engine, name: str, words: list[str]) -> Output:
    if not words:
        shown = help_of(engine, [name])
        return Output(stderr=shown.stdout + shown.stderr, code=shown.code)
    try:
        _, rest = split_flags((HELP,), words, interspersed=False)
    except BadFlag as error:
        usage = f"Usage:  {_usage(name)}\n\nRun 'docker {name} --help' for more information"
        return Output(stderr=f"{error.what}\n\n{usage}\n", code=125)
    shown = help_of(engine, [name, *rest])
    return Output(help_note(words) + shown.stdout, shown.stderr, shown.code)


def help_note(words: list[str]) -> str:
    """What the client prints before the help that was asked for by its short name."""
    short = any(re.match("-[a-zA-Z]*h", word) for word in words)
    return DEPRECATED_H if short else ""


def help_of(engine: Engine, words: list[str]) -> Output:
    """The help of the command or group that ``words`` lead to; Docker's own if to none."""
    name = find(words) if words else ""
    command = commands().get(name)
    if command is not None:
        return Output(command_help(command, name, api(engine)))
    if name == "help":
        return Output(HELP_OF_HELP)
    group = words[0] if words else ""
    if name in OTHERS or (group in GROUPS and not within(group)):
        return Output(stderr=_not_simulated(name), code=1)
    if group in GROUPS:
        return Output(group_help(group, GROUPS[group], within(group)))
    return Output(_root_help())


def _help(engine: Engine, words: list[str]) -> Output:
    """``docker help``: what it doesn't know is an error."""
    if _asks_for_help(words):
        return Output(help_note(words) + HELP_OF_HELP)
    name = find(words) if words else ""
    while name and name not in commands() and not (name in OTHERS or name in GROUPS):
        name = name.rpartition(" ")[0]
    rest = words[len(name.split()) :]
    if rest and rest != ["help"]:
        return Output(stderr=f"unknown help topic: {' '.join(rest)}\n", code=1)
    return help_of(engine, words)


def without_name(engine: Engine, given: Mapping[str, tuple[str, ...]]) -> Output:
    """``docker`` alone, and ``docker --version``."""
    if given.get("version") == ("true",):
        client = client_of(engine)
        return Output(f"Docker version {client.version}, build {client.commit}\n")
    return Output(stderr=_root_help())


def _root_help() -> str:
    plain = {name: short for name, short in shorts().items() if " " not in name}
    common = {name: plain[name] for name in COMMON}
    sections = {
        "Common Commands": common,
        "Management Commands": {n: s for n, s in GROUPS.items() if n not in SWARM},
        "Swarm Commands": {n: s for n, s in GROUPS.items() if n in SWARM},
        "Commands": {n: s for n, s in plain.items() if n not in common},
    }
    parts = ["Usage:  docker [OPTIONS] COMMAND", "A self-sufficient runtime for containers"]
    parts += [f"{title}:\n{listing(names)}" for title, names in sections.items()]
    parts += [
        "Global Options:\n" + flag_usages([flag for flag in GLOBAL_FLAGS if not flag.hidden]),
        "Run 'docker COMMAND --help' for more information on a command.",
        "For more help on how to use Docker, head to https://docs.docker.com/go/guides/",
    ]
    return "\n\n".join(parts) + "\n"
