"""The shell against busybox: the lines of ``shell_lines``, and random ones."""

from reference.shell_lines import LINES, TAR_LINES, random_lines
from reference.shells import compared


def test_lines_do_what_busybox_does() -> None:
    assert len(LINES) >= 150
    faults = compared(LINES + TAR_LINES)
    assert not faults, f"{len(faults)} of {len(LINES)}:\n" + "\n".join(faults)


def test_random_lines_do_what_busybox_does() -> None:
    faults = compared(random_lines())
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)
