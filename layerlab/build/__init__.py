"""Dockerfiles: read, and built.

``lines``, ``words`` and ``variables`` take a Dockerfile apart, ``checks`` says what each
instruction demands, ``parsing`` puts it together. ``context`` and ``ignoring`` are what the
client sends, ``classic`` is the builder: ``config`` what an instruction does to the config,
``copying``, ``sources`` and ``unpacking`` what COPY and ADD do, ``containers`` what RUN does,
``caching`` when nothing needs to be done. ``buildkit`` is the other builder.
"""

from layerlab.build.building import build, host
from layerlab.build.context import Context
from layerlab.build.dialects import BUILDKIT, CLASSIC, Dialect
from layerlab.build.hosting import Options
from layerlab.build.instructions import Dockerfile, Instruction, Stage
from layerlab.build.parsing import parse
from layerlab.build.steps import Build, Step

__all__ = [
    "BUILDKIT",
    "CLASSIC",
    "Build",
    "Context",
    "Dialect",
    "Dockerfile",
    "Instruction",
    "Options",
    "Stage",
    "Step",
    "build",
    "host",
    "parse",
]
