"""``%docker`` and ``%host``: commands typed in a cell, and what they print below it."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.core.magic import no_var_expand

from layerlab.docker.command import execute
from layerlab.errors import LayerlabError

if TYPE_CHECKING:
    from layerlab.engine import Engine


def magics(engine: Engine) -> None:
    """Let cells command ``engine``: ``%docker images``, ``%host ls -l``, and ``%%host`` a script.

    A command that fails prints what it prints in a terminal; nothing is raised. Braces are
    passed on as they are, since Go templates have them. Outside of IPython this is a
    ``LayerlabError``.
    """
    shell = get_ipython()
    if shell is None:
        raise LayerlabError("there is no notebook to add commands to", hint="call engine.docker")

    def docker(line: str) -> None:
        """Run a docker command on the engine."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            print(f"layerlab: {error}", file=sys.stderr)
            return
        done = execute(engine, words)
        print(in_a_terminal(done.stdout), end="")
        print(done.stderr, end="", file=sys.stderr)

    def host(line: str, cell: str = "") -> None:
        """Run a line, or a cell, in the shell of the engine's host."""
        print(engine.sh(f"{line}\n{cell}" if cell else line), end="")

    literal: Any = no_var_expand  # it is typed for methods alone
    shell.register_magic_function(literal(docker), "line", "docker")
    shell.register_magic_function(literal(host), "line_cell", "host")


_PROGRESS = re.compile(r"([0-9a-f]{12}): (?!Pulling from)")


def in_a_terminal(printed: str) -> str:
    """What a terminal shows in the end: the line of a layer that is pulled or pushed only once.

    Elsewhere the client prints each change of it on a line of its own.
    """
    shown: dict[str, str] = {}
    for number, line in enumerate(printed.splitlines(keepends=True)):
        layer = _PROGRESS.match(line)
        shown[layer[1] if layer else str(number)] = line
    return "".join(shown.values())
