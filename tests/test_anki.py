"""The file for Anki, opened as Anki does, and by Anki itself."""

import json
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

from layerlab.course import anki, deck
from layerlab.course.anki import export_anki
from layerlab.course.deck import Face, faces

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)


def take(collection: Collection, path: Path) -> None:
    collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    )


def test_every_card_is_in_the_file(tmp_path: Path) -> None:
    assert export_anki(tmp_path / "all.apkg", when=WHEN) == len(faces()) > 30
    with zipfile.ZipFile(tmp_path / "all.apkg") as package:
        package.extract("collection.anki2", tmp_path)
    base = sqlite3.connect(tmp_path / "collection.anki2")
    rows = base.execute("select flds, tags from notes").fetchall()
    base.close()
    seen = {flds.split("\x1f")[2]: tags.strip() for flds, tags in rows}
    assert seen == {key: f"lesson{face.lesson}" for key, face in faces().items()}


def test_the_same_cards_at_the_same_time_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        export_anki(tmp_path / name, when=WHEN)
    inside = [zipfile.ZipFile(tmp_path / name).read("collection.anki2") for name in ("a", "b")]
    assert inside[0] == inside[1]


def test_a_second_import_changes_cards_and_makes_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = Collection(str(tmp_path / "mine.anki2"))
    export_anki(tmp_path / "a.apkg", when=WHEN)
    take(collection, tmp_path / "a.apkg")
    total = collection.note_count()
    assert total == collection.card_count() == len(faces())
    [number] = collection.find_notes("Key:what-the-union-shows")
    assert "<code>sh</code>" in collection.get_note(number)["Back"]

    key = "what-the-union-shows"
    mended = {**faces(), key: Face(key, "01", "Why `sh`?", "Because <it> is.\n\nSo there.")}
    monkeypatch.setattr(anki, "faces", lambda: mended)
    export_anki(tmp_path / "b.apkg", when=LATER)
    take(collection, tmp_path / "b.apkg")
    assert collection.note_count() == collection.card_count() == total
    note = collection.get_note(number)
    assert note["Front"] == "<p>Why <code>sh</code>?</p>"
    assert note["Back"] == "<p>Because &lt;it&gt; is.</p><p>So there.</p>"
    collection.close()


def test_some_cards_alone(tmp_path: Path) -> None:
    assert export_anki(tmp_path / "some", ["what-the-union-shows", "gone-long-ago"]) == 1


def test_a_file_that_cannot_be_written_loses_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        export_anki(tmp_path / "nowhere/a.apkg")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        export_anki(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_the_keys_are_all_different() -> None:
    every = [each.key for lesson in deck.LESSONS for each in lesson.exercises]
    assert len(set(every)) == len(every)
    assert json.dumps(list(faces()))
