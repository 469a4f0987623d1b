"""``docker diff``, ``docker port`` and ``docker top``: short looks at one container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.spec import ClientError, Command, Output, Parsed, Takes

if TYPE_CHECKING:
    from layerlab.engine import Engine


def diff(engine: Engine, parsed: Parsed) -> Output:
    """What changed in a container's files since it was made from its image."""
    name = parsed.args[0]
    if not name:
        raise ClientError("Container name cannot be empty")
    return Output("".join(f"{line}\n" for line in engine.container(name).files.diff()))


def port(engine: Engine, parsed: Parsed) -> Output:
    """The published ports: none, since layerlab has no networks."""
    name, wanted = parsed.args[0], parsed.args[1:]
    engine.container(name)
    if wanted:
        raise ClientError(f"Error: No public port '{wanted[0]}' published for {name}")
    return Output()


COMMANDS = (
    Command(
        ("container diff", "diff"),
        "CONTAINER",
        "Inspect changes to files or directories on a container's filesystem",
        diff,
        takes=Takes(1, 1),
    ),
    Command(
        ("container port", "port"),
        "CONTAINER [PRIVATE_PORT[/PROTO]]",
        "List port mappings or a specific mapping for the container",
        port,
        takes=Takes(1, 2),
    ),
)
