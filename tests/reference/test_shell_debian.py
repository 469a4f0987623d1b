"""The shell against Debian's: dash with GNU programs, random lines, and what makes accounts."""

from dataclasses import replace

from reference.account_lines import ACCOUNT_LINES, accounts
from reference.conftest import need_tools
from reference.shell_lines import (
    DASH_LINES,
    GNU_TAR_LINES,
    LINES,
    NOT_DASH,
    TAR_LINES,
    random_lines,
)
from reference.shells import DASH, compared


def test_lines_do_what_dash_does() -> None:
    lines = (*LINES, *DASH_LINES, *TAR_LINES, *GNU_TAR_LINES)
    faults = compared([line for line in lines if line not in NOT_DASH], DASH)
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)


def test_random_lines_do_what_dash_does() -> None:
    faults = compared(random_lines(), DASH)
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)


def test_accounts_are_what_the_real_programs_make() -> None:
    need_tools("useradd", "adduser")
    faults = compared(ACCOUNT_LINES, replace(DASH, more=(accounts(),)))
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)
