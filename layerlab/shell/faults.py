"""What ends a script with a message, in the words of each shell.

Ash's words come from dash's, whose child it is: most differ in their order or a capital alone.
"""

from __future__ import annotations

import re
from typing import Literal

ShellName = Literal["ash", "bash", "dash"]


class ShellFault(Exception):
    """A message in ash's words, in bash's and in dash's; what isn't given is as ash says it."""

    def __init__(self, ash: str, bash: str | None = None, dash: str | None = None) -> None:
        self._words: dict[str, str | None] = {"bash": bash, "dash": dash}
        self._ash = ash
        super().__init__(ash)

    def told(self, shell: ShellName) -> str:
        """The message as this shell words it."""
        found = self._words.get(shell)
        return self._ash if found is None else found


class ShellFailure(ShellFault):
    """An expansion that fails: an unset parameter, a division by 0."""


class ShellSyntaxError(ShellFault):
    """A script that can't be parsed."""

    def __init__(self, text: str, bash: str) -> None:
        swapped = re.sub(r"^unexpected (end of file|\S+)", r"\1 unexpected", text)
        dash = f"Syntax error: {swapped if swapped != text else text[:1].upper() + text[1:]}"
        super().__init__(f"syntax error: {text}", bash, dash)
        self.line: int | None = None
        """Where in the script the shell was when it noticed."""
