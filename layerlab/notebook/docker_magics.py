"""``%docker``, ``%host`` and ``%%dockerfile``: what is typed in a cell, and printed below it."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.core.magic import no_var_expand

from layerlab.build import CLASSIC, Context, parse
from layerlab.docker.building import NOTICE
from layerlab.docker.command import execute
from layerlab.docker.flags import BadFlag, split_flags
from layerlab.docker.tree import commands
from layerlab.errors import LayerlabError

if TYPE_CHECKING:
    from layerlab.docker.spec import Output
    from layerlab.engine import Engine


def magics(engine: Engine) -> None:
    """Let cells command ``engine``: ``%docker images``, ``%host ls -l``, and ``%%host`` a script.

    ``%%dockerfile -t shop:1 files`` builds the cell's text: the options are those of ``docker
    build``, ``files`` is a mapping of the notebook, ``{"app.py": "…"}``, or a folder; without
    it the context is empty.

    A command that fails prints what it prints in a terminal; nothing is raised. Braces are
    passed on as they are, since Go templates have them. Outside of IPython this is a
    ``LayerlabError``.
    """
    shell = get_ipython()
    if shell is None:
        raise LayerlabError("there is no notebook to add commands to", hint="call engine.docker")

    def run(words: list[str], stdin: str = "") -> Output:
        done = execute(engine, words, stdin=stdin)
        print(in_a_terminal(done.stdout), end="")
        print(done.stderr.removeprefix(NOTICE), end="", file=sys.stderr)
        return done

    def docker(line: str) -> None:
        """Run a docker command on the engine."""
        words = _words(line)
        if words is not None:
            run(words)

    def dockerfile(line: str, cell: str) -> None:
        """Build the cell's text on the engine."""
        words = _words(line)
        if words is None:
            return
        options, name = _with_context(words)
        files = shell.user_ns.get(name)
        if not name:
            done = run(["build", *options, "-"], cell)
        elif isinstance(files, Mapping):
            try:
                tar = _tar(files, cell)
            except LayerlabError as error:
                print(f"layerlab: {error}", file=sys.stderr)
                return
            done = run(["build", *options, "-"], tar)
        else:
            done = run(["build", *options, "-f", "-", name], cell)
        if done.code and (where := _stopped_at(cell, done.stdout)):
            print(where, file=sys.stderr)

    def host(line: str, cell: str = "") -> None:
        """Run a line, or a cell, in the shell of the engine's host."""
        print(engine.sh(f"{line}\n{cell}" if cell else line), end="")

    literal: Any = no_var_expand  # it is typed for methods alone
    shell.register_magic_function(literal(docker), "line", "docker")
    shell.register_magic_function(literal(host), "line_cell", "host")
    shell.register_magic_function(literal(dockerfile), "cell", "dockerfile")


def _words(line: str) -> list[str] | None:
    """A line as a shell splits it; ``None``, and a word to the reader, where it can't."""
    try:
        return shlex.split(line)
    except ValueError as error:
        print(f"layerlab: {error}", file=sys.stderr)
        return None


def _with_context(words: list[str]) -> tuple[list[str], str]:
    """The options, and what the context is called: the last word, unless it is an option's."""
    try:
        _, names = split_flags(commands()["build"].flags, words, interspersed=True)
    except BadFlag:
        return words, ""  # docker will say what is wrong
    last = words[-1:]
    return (words[:-1], names[0]) if names and names == last else (words, "")


def _tar(files: Mapping[str, object], dockerfile: str) -> str:
    """A context as a client sends it, the Dockerfile in it; bytes as surrogates."""
    stream = io.BytesIO()
    Context.of(files).with_file("Dockerfile", dockerfile.encode()).layer.write_tar(stream)
    return stream.getvalue().decode("utf-8", "surrogateescape")


_STEP = re.compile(r"^Step (\d+)/\d+ : ", re.MULTILINE)


def _stopped_at(dockerfile: str, printed: str) -> str:
    """The line of the step that was printed last: the classic builder doesn't tell it."""
    steps = _STEP.findall(printed)
    if not steps:
        return ""
    read = parse(dockerfile, dialect=CLASSIC)
    order = [*read.arguments]
    for stage in read.stages:
        order += stage.start, *stage.instructions
    at = order[min(int(steps[-1]), len(order)) - 1]
    return f"layerlab: it stopped at line {at.line} of the cell's Dockerfile: {at.source}"


_PROGRESS = re.compile(r"([0-9a-f]{12}): (?!Pulling from)")


def in_a_terminal(printed: str) -> str:
    """What a terminal shows in the end: the line of a layer that is pulled or pushed only once.

    Elsewhere the client prints each change of it on a line of its own.
    """
    shown: dict[str, str] = {}
    for number, line in enumerate(printed.splitlines(keepends=True)):
        layer = _PROGRESS.match(line)
        shown[layer[1] if layer else str(number)] = line
    return "".join(shown.values()).replace("\r", "")
