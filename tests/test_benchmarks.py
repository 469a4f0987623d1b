"""The benchmarks run, and their table says what was measured."""

import json
import platform
import re
import subprocess
import sys
from html import escape
from pathlib import Path

from benchmarks import growth, pictures
from benchmarks.harness import Row, compared, duration, table, volume
from benchmarks.page import GROWTH, PROMISES, RESULTS, ROOT, page
from benchmarks.results import read


def run(*arguments: str | Path) -> str:
    """What the benchmarks print at tiny sizes."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_page_of_the_benchmarks_runs(tmp_path: Path) -> None:
    printed = run("--json", tmp_path / "results.json")
    for work in (
        "copy-up", "lookup in 125 layers", "open docker-archive", "layerlab waste",
        "build the chapter's Dockerfile", "import layerlab",
    ):  # fmt: skip
        assert re.search(rf"^{work}.*\b(ok|MISSED)$", printed, re.MULTILINE), printed
    found = read(tmp_path / "results.json")
    assert found.quick
    assert len(found.rows) == len(re.findall(r"(ok|MISSED)$", printed, re.MULTILINE))
    for promise in PROMISES:  # every row belongs to one promise, and every promise is measured
        assert any(row.work.startswith(promise.rows) for row in found.rows), promise.what
    for row in found.rows:
        assert sum(row.work.startswith(promise.rows) for promise in PROMISES) == 1, row.work
    assert set(found.machine) == {"cpu", "kernel", "python"}
    text = (tmp_path / "results.json").read_text("utf-8")
    assert platform.node() not in text
    assert str(ROOT) not in text
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def test_growth_runs_and_is_read_back(tmp_path: Path) -> None:
    printed = run("--json", tmp_path / "growth.json", "growth")
    curves = growth.read(tmp_path / "growth.json")
    assert [curve.name for curve in curves] == [
        "a lookup after the first", "a new container", "containers", "images",
    ]  # fmt: skip
    assert all(len(curve.x) == len(curve.y) > 1 and min(curve.y) > 0 for curve in curves)
    assert all(f"{curve.name}, {curve.promise}" in printed for curve in curves)


def test_the_page_says_what_was_measured() -> None:
    results, curves = read(RESULTS), growth.read(GROWTH)
    assert not results.quick
    assert (ROOT / "docs/speed.md").read_text("utf-8") == page(results, curves)
    drawn = (ROOT / "docs/speed.svg").read_text("utf-8")
    assert all(escape(pictures.label(row), quote=False) in drawn for row in results.rows)
    drawn = (ROOT / "docs/growth.svg").read_text("utf-8")
    assert all(f"{curve.name}: {curve.promise}" in drawn for curve in curves)


def test_the_median_of_the_rounds_counts_and_the_spread_is_kept() -> None:
    row = compared("work", [1, 9, 2], "peer", [2, 3, 2], 1, duration)
    assert (row.ratio, row.low, row.high) == (1, 0.5, 3)
    assert (row.ours, row.theirs) == ("2 s", "2 s")


def test_a_row_above_its_bar_says_so() -> None:
    slow, even = (Row("work", "1", "peer", "1", ratio, 1.2, 1, 2) for ratio in (1.21, 1.2))
    lines = table([slow, even]).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["MISSED", "ok"]


def test_numbers_are_given_in_the_unit_that_reads_best() -> None:
    assert [duration(s) for s in (2.5, 0.0025, 2.5e-6, 2.5e-8)] == [
        "2.5 s", "2.5 ms", "2.5 µs", "0.025 µs",
    ]  # fmt: skip
    assert [volume(b) for b in (480, 4_500, 6e8)] == ["480 B", "4.5 kB", "600 MB"]
