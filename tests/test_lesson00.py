"""Lesson 00: its image, what is typed there, the overview, and the record taken along."""

import json
from pathlib import Path

import pytest

from layerlab import Container, Engine, LayerlabError
from layerlab.course import export_progress, lesson00, progress, record, reset_progress
from layerlab.course.lesson00_image import NAME, image, running
from layerlab.docker.command import execute
from layerlab.notebook import overview
from layerlab.notebook.overview_view import survey


def test_the_image_has_three_layers_and_four_rows() -> None:
    made = image()
    assert len(made.layers) == 3
    assert len(made.history) == 4
    assert made.rootfs.read_text("/etc/motd") == "Hello from the image.\n"


def test_the_layer_that_was_committed_is_what_diff_lists() -> None:
    engine = running()
    execute(engine, ["exec", "box", "sh", "-c", "rm /bin/vi; echo hi > /root/note"])
    engine.docker(["commit", "box", "mine:1"])
    mine = engine.image("mine:1").image
    assert len(mine.layers) == lesson00.how_many.solve()
    sees = {
        "hello": Container(engine.image(NAME).image),
        "mine": Container(mine),
        "box": engine.container("box").files,
    }
    execute(engine, ["create", "--name", "new", NAME])
    sees["new"] = engine.container("new").files
    assert sorted(n for n, box in sees.items() if box.lexists("/bin/vi")) == (
        lesson00.who_has_it.solve()
    )


@pytest.mark.parametrize(
    "line", ["mv /etc/motd /root/todo", "cd /root; mkdir todo; rm -r ../etc/motd"]
)
def test_any_way_to_make_it_print_that_is_right(line: str) -> None:
    assert lesson00.make_it_print.judge(line).state == "correct"


@pytest.mark.parametrize("line", ["", "while true; do :; done", "\0", "((", "sleep 999999"])
def test_any_text_at_all_gets_an_answer(line: str) -> None:
    assert lesson00.make_it_print.judge(line).state == "not yet"


def test_the_overview_says_where_all_of_it_is() -> None:
    engine = running()
    execute(engine, ["exec", "box", "sh", "-c", "rm /bin/vi; echo hi > /root/note"])
    paths = ["/bin/hello", "/etc/motd", "/root/note", "/bin/vi", "/etc/hosts"]
    found = survey(engine, "box", paths)
    assert [at for _, at in found.sees] == [2, 1, 3, None, 3]
    digest, manifest = engine.registries["docker.io"].manifest("layerlab/hello", "1")
    assert found.manifest == digest.short
    assert [slab.blob for slab in found.slabs] == [blob.digest.short for blob in manifest.layers]
    assert [slab.diff_id for slab in found.slabs] == [each.short for each in image().diff_ids]
    drawn = overview(engine, "box", paths)
    assert "4 lines of docker diff" in drawn.text
    assert all(path in drawn.svg for path in paths)
    assert all(slab.blob in drawn.svg and slab.diff_id in drawn.svg for slab in found.slabs)
    assert 'class="m gone">/bin/vi<' in drawn.svg


def test_no_overview_without_a_registry() -> None:
    engine = running()
    engine.docker(["tag", NAME, "elsewhere:1"])
    engine.docker(["create", "--name", "lost", "elsewhere:1"])
    with pytest.raises(LayerlabError, match="no registry has the image of lost"):
        overview(engine, "lost")
    with pytest.raises(LayerlabError, match="No such container"):
        overview(Engine(), "box")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a record in which one exercise was passed."""
    monkeypatch.setenv(record.VARIABLE, str(tmp_path / "data"))
    assert "No progress" in repr(reset_progress())
    lesson00.how_many.check(4)
    return tmp_path


def test_progress_can_be_taken_along(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = export_progress(kept / "mine.json")
    assert str(kept / "mine.json") in said.text
    assert str(kept / "data/progress.json") in said.text
    assert progress().rows[0].passed == 1
    elsewhere = kept / "elsewhere"
    elsewhere.mkdir()
    (kept / "mine.json").rename(elsewhere / "progress.json")
    monkeypatch.setenv(record.VARIABLE, str(elsewhere))
    assert progress().rows[0].passed == 1


def test_a_reset_loses_nothing(kept: Path) -> None:
    said = reset_progress()
    assert progress().rows[0].passed == 0
    aside = kept / "data/progress.before-reset-1.json"
    assert str(aside) in said.text
    aside.rename(kept / "data/progress.json")
    assert progress().rows[0].passed == 1


def test_what_can_not_be_written_is_said(kept: Path) -> None:
    assert "Not exported" in repr(export_progress(kept / "no/such/folder.json"))
    assert "Not exported" in repr(export_progress(kept))
    assert progress().rows[0].passed == 1


def test_what_can_not_be_reset_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "progress.json").mkdir()
    (tmp_path / "progress.lock").mkdir()
    monkeypatch.setenv(record.VARIABLE, str(tmp_path))
    assert "Not reset" in repr(reset_progress())


def test_with_nothing_kept_nothing_is_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(record.VARIABLE, "")
    monkeypatch.chdir(tmp_path)
    assert "Put it back" not in export_progress().text
    assert json.loads((tmp_path / "progress.json").read_text())["exercises"] == {}
