"""What differs between the Dockerfiles of the two builders: flags, and heredocs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """The flags that each instruction knows, and whether a file can stand in the Dockerfile."""

    flags: Mapping[str, tuple[str, ...]]
    heredocs: bool
    repeatable: tuple[str, ...] = ("mount", "exclude")
    switches: tuple[str, ...] = ("link", "parents", "keep-git-dir", "unpack")


_HEALTH = "interval", "timeout", "start-period", "retries"

CLASSIC = Dialect(
    {
        "ADD": ("chown", "chmod"),
        "COPY": ("chown", "from", "chmod"),
        "FROM": ("platform",),
        "HEALTHCHECK": _HEALTH,
        "RUN": ("mount",),
    },
    heredocs=False,
)
"""The classic builder's, in moby 20.10. It knows ``--mount`` and ``--chmod``, and refuses them."""

EMBEDDED = CLASSIC
"""That of the BuildKit which the engine 20.10 has built in: Dockerfile 1.2."""

BUILDKIT = Dialect(
    {
        "ADD": ("chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"),
        "COPY": ("chown", "from", "chmod", "link", "parents", "exclude"),
        "FROM": ("platform",),
        "HEALTHCHECK": (*_HEALTH, "start-interval"),
        "RUN": ("mount", "network", "security", "device"),
    },
    heredocs=True,
)
"""That of BuildKit's own frontend, docker/dockerfile:1."""
