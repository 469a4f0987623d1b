"""Which instructions have the variables in their words replaced, and how.

moby 20.10: ``builder/dockerfile/evaluator.go`` (dispatch); BuildKit: ``dockerfile2llb``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from layerlab.build.instructions import Instruction
from layerlab.build.variables import expand, words

_EXPANDED = "ADD", "COPY", "ENV", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"
"""Word by word; ARG has a way of its own."""


def expanded(instruction: Instruction, env: Mapping[str, str], escape: str) -> Instruction:
    """The instruction with its variables replaced.

    In EXPOSE a variable may hold several ports. What ``--label`` gave is taken as it is.
    """
    args = instruction.args
    if instruction.name in _EXPANDED and instruction.line:
        args = tuple(expand(word, env, escape) for word in args)
    elif instruction.name == "EXPOSE":
        args = tuple(port for word in args for port in words(word, env, escape))
    return replace(instruction, args=args)
