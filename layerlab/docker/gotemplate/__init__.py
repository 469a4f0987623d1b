"""Go's text/template, as far as ``--format`` is used: read, carried out, and refused as Go does.

``lexing`` makes tokens, ``parsing`` a tree of ``nodes``, ``executing`` the text. ``functions``
are what a template may call, ``values`` how Python's values stand for Go's. ``define``,
``block`` and ``template`` aren't here.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from layerlab.docker.gotemplate.executing import Execution
from layerlab.docker.gotemplate.functions import FUNCTIONS, HEADERS, Function
from layerlab.docker.gotemplate.nodes import TemplateError
from layerlab.docker.gotemplate.parsing import Parser
from layerlab.docker.gotemplate.values import Duration, Nil, Record, Time, escape_html, raw, to_json

__all__ = [
    "FUNCTIONS", "HEADERS", "Duration", "Nil", "Record", "Template", "TemplateError", "Time",
    "escape_html", "raw", "to_json",
]  # fmt: skip


class Template:
    """A template, read once: ``Template("{{.ID}}").render(record)``."""

    def __init__(self, text: str, name: str = "") -> None:
        """``TemplateError`` if ``text`` is no template; errors call it by ``name``."""
        self.text, self.name = text, name
        self.nodes = Parser(text, name, frozenset(FUNCTIONS)).parse()

    def render(
        self,
        value: Any,
        *,
        functions: Mapping[str, Function] = FUNCTIONS,
        strict: bool = False,
    ) -> str:
        """What it prints for ``value``; ``strict``: a map must have every key that is asked for."""
        return Execution(self.text, self.name, functions, strict).run(self.nodes, value)

    def render_part(self, value: Any, *, functions: Mapping[str, Function] = FUNCTIONS) -> str:
        """The same, but an error just ends it: what was printed until then counts."""
        execution = Execution(self.text, self.name, functions)
        with suppress(TemplateError):
            execution.run(self.nodes, value)
        return "".join(execution.out)
