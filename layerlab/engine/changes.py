"""``docker commit --change``: Dockerfile instructions that change an image's config.

moby: ``builder/dockerfile/builder.go`` (BuildFromConfig) and ``dispatchers.go``; BuildKit:
``frontend/dockerfile/instructions/parse.go``, ``shell/lex.go`` (*ran*: docker 20.10).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from layerlab.errors import EngineError

Config = dict[str, Any]

_CONTINUED = re.compile(r"\\[ \t]*(?:\n|\Z)")
_WORD = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+""", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<single>'[^']*')|(?P<quote>")|\\(?P<escaped>.)|\$(?P<plain>\w+)"""
    r"""|\$\{(?P<name>\w+)(?::(?P<sign>[-+])(?P<word>[^}]*))?\}""",
    re.DOTALL,
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS = {"ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}
_TIMES = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}


def changed(config: Config, changes: Iterable[str]) -> Config:
    """The config after these instructions; ``EngineError`` in the daemon's words."""
    changes = list(changes)
    if not changes:
        return config
    steps = list(_instructions("\n".join(changes)))
    if not steps:
        raise EngineError("file with no instructions")
    for name, _ in steps:
        if name not in _APPLY:
            raise EngineError(f"{name} is not a valid change command")
    result = deepcopy(config)
    seen = set()
    for name, text in steps:
        seen.add(name)
        if not text and name not in ("cmd", "entrypoint"):
            count = "exactly" if name in ("user", "workdir") else "at least"
            raise EngineError(f"{name.upper()} requires {count} one argument")
        _APPLY[name](result, text)
        if name == "entrypoint" and "cmd" not in seen:
            result["Cmd"] = None
    return _merged(result, config)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Name, in lower case, and the rest of each instruction."""
    lines = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    for line in _CONTINUED.sub("", "\n".join(lines)).split("\n"):
        name, _, rest = line.strip().partition(" ")
        if name:
            yield name.lower(), rest.strip()


def _merged(new: Config, old: Config) -> Config:
    """What an instruction emptied comes back from the container (``daemon/commit.go``, merge)."""
    if not new["Entrypoint"]:
        new["Cmd"] = new["Cmd"] or old["Cmd"]
        new["Entrypoint"] = new["Entrypoint"] or old["Entrypoint"]
    new["User"] = new["User"] or old["User"]
    if "Healthcheck" in old:
        new["Healthcheck"] = {**old["Healthcheck"], **new["Healthcheck"]}
    return new


def environment(config: Config) -> Mapping[str, str]:
    """The config's variables."""
    return {name: value for name, _, value in (i.partition("=") for i in config["Env"] or ())}


def expand(text: str, env: Mapping[str, str]) -> str:
    """A word without its quotes, its variables replaced."""
    found, at, quoted = "", 0, False
    while match := _TOKEN.search(text, at):
        found, at = found + text[at : match.start()], match.end()
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if kind == "single" and quoted:  # no more than an apostrophe
            found, at = found + "'", match.start() + 1
        elif kind == "single":
            found += value[1:-1]
        elif kind == "quote":
            quoted = not quoted
        elif kind == "escaped":
            found += f"\\{value}" if quoted and value not in '"$\\' else value
        elif kind == "plain":
            found += env.get(value, "")
        else:
            found += _braced(match, env)
    return found + text[at:]


def _braced(match: re.Match[str], env: Mapping[str, str]) -> str:
    value = env.get(match["name"], "")
    if match["sign"] == "-":
        return value or expand(match["word"], env)
    if match["sign"] == "+":
        return expand(match["word"], env) if value else ""
    return value


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _pairs(config: Config, name: str, text: str) -> list[tuple[str, str]]:
    """``a=b c="d e"``, or the old form ``a b c``, in which all that follows is the value."""
    env = environment(config)
    words = _words(text)
    if words and "=" not in words[0]:
        key, _, value = text.partition(" ")
        if not value:
            raise EngineError(f"{name} must have two arguments")
        return [(expand(key, env), expand(value.strip(), env))]
    for word in words:
        if "=" not in word:
            raise EngineError(
                f'Syntax error - can\'t find = in "{word}". Must be of the form: name=value'
            )
    split = (word.partition("=") for word in words)
    return [(expand(key, env), expand(value, env)) for key, _, value in split]


def _env(config: Config, text: str) -> None:
    values = dict(environment(config))
    values.update(_pairs(config, "ENV", text))
    config["Env"] = [f"{name}={value}" for name, value in values.items()]


def _label(config: Config, text: str) -> None:
    labels = {**(config["Labels"] or {}), **dict(_pairs(config, "LABEL", text))}
    config["Labels"] = dict(sorted(labels.items()))


def _listed(text: str) -> list[str] | None:
    """A JSON list of texts, or ``None`` if it is none."""
    try:
        words = json.loads(text)
    except ValueError:
        return None
    is_list = isinstance(words, list) and all(isinstance(word, str) for word in words)
    return words if is_list else None


def _command(config: Config, text: str) -> list[str]:
    words = _listed(text)
    if words is None:
        words = [*(config.get("Shell") or ("/bin/sh", "-c")), *filter(None, [text])]
    return words


def _cmd(config: Config, text: str) -> None:
    config["Cmd"] = _command(config, text)


def _entrypoint(config: Config, text: str) -> None:
    words = _command(config, text) if text else []
    config["Entrypoint"] = words or None


def _user(config: Config, text: str) -> None:
    config["User"] = expand(text, environment(config))


def _workdir(config: Config, text: str) -> None:
    path = expand(text, environment(config))
    if not path.startswith("/"):
        path = posixpath.normpath(posixpath.join("/", config["WorkingDir"], path))
    config["WorkingDir"] = path


def _volume(config: Config, text: str) -> None:
    words = _listed(text) or _words(text)
    paths = [expand(word, environment(config)) for word in words]
    config["Volumes"] = {path: {} for path in sorted({*(config["Volumes"] or ()), *paths})}


def _expose(config: Config, text: str) -> None:
    ports = {*config.get("ExposedPorts", ())}
    for word in _words(text):
        ports |= set(_ports(expand(word, environment(config))))
    config["ExposedPorts"] = {port: {} for port in sorted(ports)}


def _ports(text: str) -> Iterator[str]:
    numbers, _, protocol = text.partition("/")
    protocol = protocol.lower() or "tcp"
    first, dash, last = numbers.partition("-")
    for number in (first, last if dash else first):
        if not number.isdigit() or int(number) > 65535:
            raise EngineError(f"Invalid containerPort: {numbers}")
    if protocol not in ("tcp", "udp", "sctp"):
        raise EngineError(f"Invalid proto: {protocol}")
    for port in range(int(first), int(last if dash else first) + 1):
        yield f"{port}/{protocol}"


def _onbuild(config: Config, text: str) -> None:
    trigger = text.split()[0].upper()
    if trigger == "ONBUILD":
        raise EngineError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("FROM", "MAINTAINER"):
        raise EngineError(f"{trigger} isn't allowed as an ONBUILD trigger")
    config["OnBuild"] = [*(config["OnBuild"] or ()), text]


def _healthcheck(config: Config, text: str) -> None:
    check: Config = {}
    while match := re.match(r"--([^\s=]+)(?:=(\S*))?\s*", text):
        name, value, text = match[1], match[2] or "", text[match.end() :]
        if name in _TIMES:
            check[_TIMES[name]] = _nanoseconds(value)
        elif name == "retries":
            check["Retries"] = int(value)
        else:
            raise EngineError(f"Unknown flag: {name}")
    kind, _, command = text.partition(" ")
    if kind.upper() == "NONE":
        test = ["NONE"]
    elif kind.upper() != "CMD":
        raise EngineError(f"Unknown type {json.dumps(kind.upper())} in HEALTHCHECK (try CMD)")
    elif not command.strip():
        raise EngineError("Missing command after HEALTHCHECK CMD")
    else:
        words = _listed(command)
        test = ["CMD-SHELL", command.strip()] if words is None else ["CMD", *words]
    order = ("Interval", "Timeout", "StartPeriod", "Retries")
    config["Healthcheck"] = {"Test": test} | {key: check[key] for key in order if check.get(key)}


def _nanoseconds(text: str) -> int:
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise EngineError(f'time: invalid duration "{text}"')
    return int(sum(float(number) * _NANOSECONDS[unit] for number, unit in parts))


_APPLY: Mapping[str, Callable[[Config, str], None]] = {
    "cmd": _cmd,
    "entrypoint": _entrypoint,
    "env": _env,
    "expose": _expose,
    "healthcheck": _healthcheck,
    "label": _label,
    "onbuild": _onbuild,
    "user": _user,
    "volume": _volume,
    "workdir": _workdir,
}
"""The instructions that a commit takes (``validCommitCommands``)."""
