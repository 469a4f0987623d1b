"""Dockerfiles that can't be read and steps that fail: both builders say the same."""

import re

from reference.both_builders import OPTIONS, Both
from reference.builds import FAILING_STEPS, FAILURES, UNREADABLE

from layerlab.docker.command import execute


def test_what_cannot_be_read(both: Both) -> None:
    for text in (*FAILURES, *(f"FROM build-base\n{line}" for line in UNREADABLE)):
        assert both.build(text) != 0, text
    assert both.build("FROM build-base\n", "--target", "nope") != 0
    assert both.build("FROM build-base as a\nFROM build-base as A\n") != 0


def test_steps_that_fail(both: Both) -> None:
    for text in FAILING_STEPS:
        assert both.build(f"FROM build-base\n{text}\n", "--no-cache") != 0, text
    assert both.build("FROM build-base\nRUN false\n", "--force-rm") != 0


def test_quiet(both: Both) -> None:
    """What is quiet prints the ID alone; what fails tells all that it kept to itself."""
    (both.context / "Dockerfile").write_text("FROM build-base\nRUN touch /x\n")
    line = [*OPTIONS, "-q", str(both.context)]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", execute(both.engine, line).stdout)
    for text in ("FROM build-base\nRUN false\n", "FROM build-base\nFOO\n"):
        assert both.build(text, "-q", "--no-cache") != 0
