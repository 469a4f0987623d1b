"""Dockerfiles: read, and built.

``lines``, ``words`` and ``variables`` take a Dockerfile apart, ``checks`` says what each
instruction demands, ``parsing`` puts it together.
"""

from layerlab.build.dialects import BUILDKIT, CLASSIC, Dialect
from layerlab.build.instructions import Dockerfile, Instruction, Stage
from layerlab.build.parsing import parse

__all__ = ["BUILDKIT", "CLASSIC", "Dialect", "Dockerfile", "Instruction", "Stage", "parse"]
