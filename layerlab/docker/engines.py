"""Which program a name like ``Engine(version="20.10", client="28.2")`` stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerlab.errors import LayerlabError

if TYPE_CHECKING:
    from layerlab.engine import Engine


@dataclass(frozen=True)
class Client:
    """A build of the docker command."""

    version: str
    api: str
    go: str
    commit: str
    built: str


@dataclass(frozen=True)
class Daemon:
    """A build of the engine, and what it comes with."""

    version: str
    api: str
    least_api: str
    go: str
    commit: str
    built: str
    containerd: tuple[str, str]
    runc: tuple[str, str]
    init: tuple[str, str]


CLIENTS = {
    "28.2": Client("28.2.2", "1.50", "go1.24.3", "e6534b4", "Fri May 30 12:07:14 2025"),
}
DAEMONS = {
    "20.10": Daemon(
        "20.10.24", "1.41", "1.12", "go1.19.7", "5d6db84", "Tue Apr  4 18:18:42 2023",
        ("1.6.20", "2806fc1057397dbaeefbea0e4e17bddfbd388f38"),
        ("1.1.5", "v1.1.5-0-gf19387a"), ("0.19.0", "de40ad0"),
    ),
    "29": Daemon(
        "29.0.0", "1.52", "1.44", "go1.25.4", "d105562", "Mon Nov 10 21:31:38 2025",
        ("v2.1.5", "fcd43222d6b07379a4be9786bda52438f0dd16a1"),
        ("1.3.3", "v1.3.3-0-gd842d771"), ("0.19.0", "de40ad0"),
    ),
}  # fmt: skip
"""The release of each: 20.10.24 as its packages said, 29.0.0 by its tag and Dockerfile in moby."""


def client_of(engine: Engine) -> Client:
    """The client whose output the engine's docker command prints."""
    for name, build in CLIENTS.items():
        if engine.client.startswith(name):
            return build
    raise LayerlabError(f"layerlab prints what the client {', '.join(CLIENTS)} does",
                        where=f"client {engine.client}")  # fmt: skip


def daemon_of(engine: Engine) -> Daemon:
    """The build of the engine: 29 where the image store is containerd's."""
    name = "29" if engine.store == "containerd" else engine.version
    return next((build for key, build in DAEMONS.items() if name.startswith(key)), DAEMONS["20.10"])


def api(engine: Engine) -> tuple[int, ...]:
    """The API's version that client and engine agree on, the lower of theirs."""
    return min(_numbers(client_of(engine).api), _numbers(daemon_of(engine).api))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def filter_wording(engine: Engine) -> str:
    """How the engine begins its complaint about a filter: with a capital up to 20.10."""
    return "Invalid filter" if is_old(engine) else "invalid filter"


def is_old(engine: Engine) -> bool:
    """Whether it is a 20.10, and no engine of these days."""
    return daemon_of(engine).version.startswith("20.")
