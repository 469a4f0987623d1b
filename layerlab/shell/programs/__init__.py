"""The programs: each a function from a process to an exit code, in one table by name."""

from collections.abc import Mapping

from layerlab.shell.process import Program
from layerlab.shell.programs import (
    copying,
    finding,
    grepping,
    lines,
    linking,
    listing,
    measuring,
    names,
    owning,
    printing,
    reading,
    sedding,
    starting,
    system,
    testing,
)

PROGRAMS: Mapping[str, Program] = {
    name: program
    for room in (
        copying,
        finding,
        grepping,
        lines,
        linking,
        listing,
        measuring,
        names,
        owning,
        printing,
        reading,
        sedding,
        starting,
        system,
        testing,
    )
    for name, program in room.PROGRAMS.items()
}
