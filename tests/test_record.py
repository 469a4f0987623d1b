"""What is kept of a learner's work: whole after a crash, shared by two kernels, never lost."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import fsrs
import pytest

from layerlab.course import record
from layerlab.course.record import Outcome, Record, Spoken


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(record.VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


def passed(key: str):
    return lambda old: old.with_exercise(key, passed=True)


def test_nothing_is_there_before_something_is_kept(place: Path) -> None:
    assert record.read() == Record()
    assert not place.exists()


def test_what_is_kept_is_read_again(place: Path) -> None:
    whole = Record(
        {"06/a-pull": Outcome(True, 2, 1, True)},
        {"Q10": Spoken(3, 5, 41)},
        {"Q10": fsrs.Card(7, due=datetime(2026, 1, 1, tzinfo=UTC)).to_dict()},
    )
    assert record.change(lambda _: whole) == whole
    assert record.read() == whole
    assert sorted(path.name for path in place.iterdir()) == ["progress.json", "progress.lock"]


def test_the_folder_is_the_users_own_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(record.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert record.folder() == Path("/somewhere/layerlab")


def test_an_empty_name_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(record.VARIABLE, "")
    assert record.change(passed("a")).exercises["a"].passed
    assert record.read() == Record()
    assert record.reset() is None


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"version": 2, "exercises": {}, "interview": {}, "cards": {}}',
        b'{"version": 1, "exercises": {"a": {"passed": "yes"}}, "interview": {}, "cards": {}}',
        b'{"version": 1, "exercises": {"a": {"colour": 1}}, "interview": {}, "cards": {}}',
        b'{"version": 1, "exercises": {}, "interview": {}, "cards": {"a": 1}}',
        b'{"version": 1, "exercises": {}, "interview": {}, "cards": {"a": {"card_id": 1}}}',
        b'{"version": 1, "exercises": [], "interview": {}, "cards": {}}',
    ],
)
def test_a_damaged_file_is_set_aside(place: Path, damage: bytes) -> None:
    place.mkdir()
    (place / "progress.json").write_bytes(damage)
    (place / "progress.damaged-1.json").write_text("an older one")
    assert record.read() == Record()
    record.change(passed("a"))
    assert (place / "progress.damaged-2.json").read_bytes() == damage
    assert (place / "progress.damaged-1.json").read_text() == "an older one"
    assert record.read().exercises["a"].passed


def test_a_failed_change_changes_nothing(place: Path) -> None:
    record.change(passed("a"))
    before = (place / "progress.json").read_bytes()
    with pytest.raises(ZeroDivisionError):
        record.change(lambda old: replace(old, cards={"a": {"x": 1 // 0}}))
    with pytest.raises(TypeError):
        record.change(lambda old: replace(old, cards={"a": {"x": object()}}))
    assert (place / "progress.json").read_bytes() == before
    assert len(list(place.iterdir())) == 2


def test_a_reset_loses_nothing(place: Path) -> None:
    assert record.reset() is None
    record.change(passed("a"))
    aside = record.reset()
    assert record.read() == Record()
    assert json.loads(aside.read_text())["exercises"]["a"]["passed"] is True
    record.change(passed("b"))
    assert record.reset() != aside


def test_an_export_is_the_same_record(place: Path, tmp_path: Path) -> None:
    record.change(passed("a"))
    record.export(tmp_path / "mine.json")
    assert (tmp_path / "mine.json").read_bytes() == (place / "progress.json").read_bytes()
    with pytest.raises(FileNotFoundError):
        record.export(tmp_path / "nowhere/mine.json")


COUNT = """
from layerlab.course import record
for _ in range(40):
    record.change(lambda old: old.with_exercise(
        "a", tries=old.exercises["a"].tries + 1 if "a" in old.exercises else 1))
"""


def test_two_kernels_at_once_lose_no_change(place: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", COUNT]) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    assert record.read().exercises["a"].tries == 80


def test_a_kernel_that_is_killed_leaves_a_whole_file(place: Path) -> None:
    record.change(passed("mine"))
    endless = COUNT.replace("range(40)", "iter(int, 1)")
    for pause in (0.3, 0.31, 0.32):
        one = subprocess.Popen([sys.executable, "-c", endless])
        while not record.read().exercises.get("a", Outcome()).tries:
            assert one.poll() is None
        time.sleep(pause / 30)
        one.send_signal(signal.SIGKILL)
        one.wait()
        assert record.read().exercises["mine"].passed
    assert not list(place.glob("*damaged*"))


def test_a_shut_folder_is_an_error_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(record.VARIABLE, os.fspath(tmp_path / "file/data"))
    with pytest.raises(OSError):
        record.change(passed("a"))
