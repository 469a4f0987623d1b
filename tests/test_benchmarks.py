"""The benchmarks run, and their table says what was measured."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import Row, duration, table, volume


def test_every_page_of_the_benchmarks_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for work in (
        "copy-up", "lookup in 125 layers", "open docker-archive", "layerlab waste",
        "build the chapter's Dockerfile", "import layerlab",
    ):  # fmt: skip
        assert re.search(rf"^{work}.*\b(ok|MISSED)$", done.stdout, re.MULTILINE), done.stdout


def test_a_row_above_its_bar_says_so() -> None:
    slow, even = (Row("work", "1", "peer", "1", ratio, 1.2) for ratio in (1.21, 1.2))
    lines = table([slow, even]).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["MISSED", "ok"]


def test_numbers_are_given_in_the_unit_that_reads_best() -> None:
    assert [duration(s) for s in (2.5, 0.0025, 2.5e-6, 2.5e-8)] == [
        "2.5 s", "2.5 ms", "2.5 µs", "0.025 µs",
    ]  # fmt: skip
    assert [volume(b) for b in (480, 4_500, 6e8)] == ["480 B", "4.5 kB", "600 MB"]
