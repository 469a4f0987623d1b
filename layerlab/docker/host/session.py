"""The shell on the host, ``[root@node1 ~]#``, where ``docker`` is a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.host.machine import Host

if TYPE_CHECKING:
    from layerlab.engine import Engine


def host(engine: Engine) -> Host:
    """The file system of the machine on which the engine runs."""
    return Host(engine, frozenset())
