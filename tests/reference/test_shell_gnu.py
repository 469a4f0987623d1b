"""The shell against bash and the GNU programs: the lines that mean the same, and random ones."""

from reference.shell_lines import LINES, NOT_GNU, random_lines
from reference.shells import GNU, compared


def test_lines_do_what_gnu_programs_do() -> None:
    faults = compared([line for line in LINES if line not in NOT_GNU], GNU)
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)


def test_random_lines_do_what_gnu_programs_do() -> None:
    faults = compared(random_lines(), GNU)
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)
