"""The programs: each a function from a process to an exit code, in one table by name."""

from collections.abc import Mapping

from layerlab.shell import packages
from layerlab.shell.process import Program
from layerlab.shell.programs import (
    addusering,
    compressing,
    copying,
    finding,
    grepping,
    grouping,
    installing,
    lines,
    linking,
    listing,
    measuring,
    names,
    networking,
    owning,
    printing,
    reading,
    sedding,
    starting,
    system,
    tarring,
    testing,
    useradding,
    wrapping,
)

PROGRAMS: Mapping[str, Program] = {
    name: program
    for room in (
        addusering,
        compressing,
        copying,
        finding,
        grepping,
        grouping,
        installing,
        lines,
        linking,
        listing,
        measuring,
        names,
        networking,
        owning,
        packages,
        printing,
        reading,
        sedding,
        starting,
        system,
        tarring,
        testing,
        useradding,
        wrapping,
    )
    for name, program in room.PROGRAMS.items()
}
