"""The chapter's session on flannel, typed again: every command of section 4.5, line by line.

What that terminal showed can't be the same in three places. A terminal shows a layer's line once,
as it was at the end; without one, the client prints each change. The REPOSITORY column was as wide
as another image's name on that machine. And the text had lost the blanks at the ends of its lines,
and an e-mail address.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from layerlab import Engine

SESSION = tomllib.loads((Path(__file__).parent / "flannel/session.toml").read_text())["command"]
PULLED = "2023-02-19 01:20"
LATER = "2023-02-20 10:00"
"""Any time from then until 5 March: the ages are two years and 22 months."""
PROGRESS = re.compile(r"([0-9a-f]{12}): (?!Pulling from)")
MASKED = re.compile(r"<[*]+>|<\S+@\S+>")


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine()
    engine.clock.set(PULLED)
    (pull,) = [step for step in SESSION if step["line"].startswith("docker pull")]
    assert at_the_end(typed(engine, pull)) == pull["output"].strip().splitlines()
    engine.clock.set(LATER)
    return engine


def typed(engine: Engine, step: dict[str, Any]) -> list[str]:
    assert engine.sh(f"cd {step['cwd']}") == ""
    return engine.sh(step["line"]).splitlines()


def at_the_end(lines: list[str]) -> list[str]:
    """What of these lines a terminal still shows, where a layer's line changes in its place."""
    shown: dict[str, str] = {}
    for number, line in enumerate(lines):
        layer = PROGRESS.match(line)
        shown[layer[1] if layer else str(number)] = line
    return list(shown.values())


STEPS = [step for step in SESSION if not step["line"].startswith("docker pull")]


@pytest.mark.parametrize("step", STEPS, ids=[step["line"][:40] for step in STEPS])
def test_the_chapter_s_session(engine: Engine, step: dict[str, Any]) -> None:
    found, printed = typed(engine, step), step["output"].strip("\n").splitlines()
    if step["line"].endswith("> text"):
        assert found == []
        found = engine.sh("cat text").splitlines()
        assert engine.host.exists(f"{step['cwd']}/text")
    if step["line"].endswith("-A 12"):
        assert found.pop() == '        "Metadata": {'  # the twelfth line: the chapter left it out
    if step["line"].startswith("docker images"):
        assert [line.split() for line in found] == [line.split() for line in printed]
    else:
        assert [MASKED.sub("<>", line.rstrip()) for line in found] == [
            MASKED.sub("<>", line.rstrip()) for line in printed
        ]


def test_the_session_is_whole() -> None:
    assert len(SESSION) == 17
