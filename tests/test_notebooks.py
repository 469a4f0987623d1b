"""The notebooks as files: run, tidy, cells small, pictures in words; and the tool."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tools.run_notebooks import RunError, canonical, load, main, run

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
notebooks = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in load(path).cells if cell.cell_type == "code"]


def html_of(cell: Any) -> str:
    data = (output.get("data", {}) for output in cell.outputs)
    return "".join(part.get("text/html", "") for part in data)


@notebooks
def test_every_cell_was_run_in_order_and_none_failed(path: Path) -> None:
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    assert all(output.output_type != "error" for cell in cells for output in cell.outputs)


@notebooks
def test_the_file_is_canonical(path: Path) -> None:
    assert canonical(load(path)) == path.read_text("utf-8")


@notebooks
def test_code_cells_are_short_and_outputs_small(path: Path) -> None:
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= 12, cell.source
        assert not cell.source.lstrip().startswith(("!", "%%bash"))
        texts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
        most = 64 if "<img" in html_of(cell) else 30  # a picture's words are read instead of it
        assert sum(len(text.splitlines()) for text in texts) <= most, cell.source


@notebooks
def test_every_picture_has_alt_text(path: Path) -> None:
    pictures = 0
    for cell in code_cells(path):
        for image in re.findall(r"<img\b[^>]*>", html_of(cell)):
            alt = re.search(r'alt="([^"]*)"', image)
            assert alt, cell.source
            assert len(alt[1]) > 20, cell.source
            pictures += 1
        assert not any(
            kind.startswith("image/") for o in cell.outputs for kind in o.get("data", {})
        ), "alt text reaches nobody outside an <img>"
    markdown = [cell.source for cell in load(path).cells if cell.cell_type == "markdown"]
    assert not re.search(r"!\[\]|<img(?![^>]*alt=)", "".join(markdown))
    assert pictures


@notebooks
def test_outputs_name_no_address_and_no_place_on_this_machine(path: Path) -> None:
    outputs = json.dumps([cell.outputs for cell in code_cells(path)])
    assert not re.search(r" at 0x[0-9a-f]+|/home/|/tmp/|site-packages|ipykernel", outputs)
    assert str(ROOT) not in outputs


@notebooks
def test_a_prediction_is_followed_by_its_folded_answer(path: Path) -> None:
    cells = code_cells(path)
    for question, answer in zip(cells, [*cells[1:], None], strict=True):
        if question.source.startswith("predict("):
            assert question.metadata["jupyter"] == {"source_hidden": True}
            assert answer.metadata["jupyter"] == {"outputs_hidden": True}


def write(path: Path, *cells: str, **metadata: object) -> Path:
    notebook = nbformat.v4.new_notebook(metadata=metadata)
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(notebook, path)
    return path


def test_a_run_is_canonical_and_comes_out_the_same_twice(tmp_path: Path) -> None:
    path = write(
        tmp_path / "n.ipynb",
        "import ipywidgets\nprint(1)\nprint(2)\nipywidgets.Button()",
        "1 + 1",
        kernelspec={"name": "python3", "display_name": "mine"},
        toc={"base_numbering": 1},
    )
    assert main([str(path)]) == 0
    first = path.read_bytes()
    assert main(["--check", str(path)]) == 0
    assert main([str(path)]) == 0
    assert path.read_bytes() == first
    notebook = load(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    stream, button = notebook.cells[0].outputs
    assert stream.text == "1\n2\n"
    assert list(button.data) == ["text/plain"]


def test_check_finds_a_stale_output_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "1 + 1")
    before = path.read_bytes()
    assert main(["--check", str(path)]) == 1
    assert path.read_bytes() == before


def test_a_failing_cell_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "n.ipynb", "1", "1 / 0")
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert "n.ipynb, cell 2: ZeroDivisionError: division by zero\n1 / 0" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_cell_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.run_notebooks.CELL_SECONDS", 1)
    with pytest.raises(RunError, match=r"n\.ipynb"):
        run(write(tmp_path / "n.ipynb", "while True: pass"))
    with pytest.raises(RunError, match=r"n\.ipynb"):
        run(write(tmp_path / "n.ipynb", "import os; os._exit(1)"))


def test_tags_decide_what_is_folded(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", "1", "2")
    notebook = load(path)
    notebook.cells[0].metadata = {"tags": ["predict"], "scrolled": True}
    notebook.cells[1].metadata = {"tags": ["reveal"], "jupyter": {"source_hidden": True}}
    cells = json.loads(canonical(notebook))["cells"]
    assert cells[0]["metadata"] == {"jupyter": {"source_hidden": True}, "tags": ["predict"]}
    assert cells[1]["metadata"] == {"jupyter": {"outputs_hidden": True}, "tags": ["reveal"]}


def test_an_old_notebook_gets_ids_that_stay(tmp_path: Path) -> None:
    old = {"cells": [{"cell_type": "markdown", "metadata": {}, "source": "x"}], "metadata": {}}
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps({**old, "nbformat": 4, "nbformat_minor": 4}))
    assert canonical(load(path)) == canonical(load(path))
