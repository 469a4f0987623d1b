"""The programs: each a function from a process to an exit code, in one table by name."""

from collections.abc import Mapping

from layerlab.shell.process import Program
from layerlab.shell.programs import printing

PROGRAMS: Mapping[str, Program] = {**printing.PROGRAMS}
