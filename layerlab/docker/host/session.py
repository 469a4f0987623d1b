"""The shell on the host, ``[root@node1 ~]#``, where ``docker`` is a command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layerlab.docker import command
from layerlab.docker.host.centos import HOSTNAME, KERNEL
from layerlab.docker.host.machine import Host
from layerlab.shell import CENTOS, Process, Program, Shell
from layerlab.shell.programs import PROGRAMS

if TYPE_CHECKING:
    from layerlab.engine import Engine

_HOME = "/root"
_ALIASES = {"l.": ("ls", "-d", ".*"), "ll": ("ls", "-l")}
"""CentOS's own, without those that make ``rm``, ``cp`` and ``mv`` ask: nobody would answer."""
_READS_INPUT = {"build", "cp", "import", "load"}
_INTERACTIVE = {"-i", "-it", "-ti", "--interactive"}


def host(engine: Engine) -> Host:
    """The file system of the machine on which the engine runs, with a shell for root."""
    machine = Host(engine, frozenset((*PROGRAMS, "bash", "docker")))
    machine.shell = Shell(
        machine,
        commands={"docker": docker(engine)},
        cwd=_HOME,
        hostname=HOSTNAME,
        clock=engine.clock,
        flavour=replace(CENTOS, aliases=_ALIASES),
        kernel=KERNEL,
    )
    return machine


def docker(engine: Engine) -> Program:
    """The program ``docker``. Paths in its arguments are the real machine's, as elsewhere."""

    def run(process: Process) -> int:
        words = process.args[1:]
        reads = _READS_INPUT.intersection(words) or _INTERACTIVE.intersection(words)
        given = process.stdin.read().decode("utf-8", "surrogateescape") if reads else ""
        done = command.execute(engine, words, stdin=given)
        process.stdout.write(done.stdout)
        process.stderr.write(done.stderr)
        return done.code

    return run


def sh(engine: Engine, script: str) -> str:
    """What a terminal shows when root types ``script`` on the host, without the prompts.

    Standard output and standard error come as they were printed, one among the other. The
    directory and the variables last from one script to the next.
    """
    shown: bytes = engine.host.shell.terminal(script)
    return shown.decode("utf-8", "replace")
