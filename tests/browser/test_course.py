"""The course as a learner walks it: start, predict, fail, take a hint, pass, be asked, leave."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from browser.accessibility import faults
from browser.lessons import TYPE_AND_RUN, outputs, wait_until_run
from playwright.sync_api import Locator, Page, expect

from layerlab.course.deck import faces

START, INTERVIEW = "00_start_here.ipynb", "08_interview_questions.ipynb"


@pytest.fixture(autouse=True)
def first_day(home: Path) -> None:
    for kept in (home / "progress").glob("*"):
        kept.unlink()


def run_cell(page: Page, name: str, source: str = "") -> None:
    """Run one cell, with another text in it if one is given."""
    page.evaluate(TYPE_AND_RUN, [name, source])


def board(page: Page) -> Locator:
    return outputs(page).get_by_role("table", name="Progress")


def start(page: Page) -> None:
    expect(board(page)).to_contain_text("0 of 3")
    option = outputs(page).get_by_role("radio", name="Hello from box.", exact=True)
    option.check()
    expect(outputs(page).get_by_text("Noted. Now run the next cell.")).to_be_visible()
    run_cell(page, "see-again")
    expect(outputs(page).get_by_text("Hello from the image.").first).to_be_visible()


def fail_take_a_hint_and_pass(page: Page) -> None:
    check = "lesson00.how_many.check(answer)"
    run_cell(page, "exercise-1", f"answer = 5\n{check}")
    expect(outputs(page).get_by_text("Those are the rows of its history.")).to_be_visible()
    run_cell(page, "exercise-1", "lesson00.how_many.hint()")
    expect(outputs(page).get_by_text("Hint 1 of 3.")).to_be_visible()
    run_cell(page, "exercise-1", f"answer = 4\n{check}")
    expect(outputs(page).get_by_text("Three came with the pull")).to_be_visible()
    run_cell(page, "board")
    expect(board(page)).to_contain_text("1 of 3")
    expect(outputs(page).get_by_text("One card is due")).to_be_visible()


def turn_the_card(page: Page) -> None:
    card = outputs(page).filter(has_text="Card 1 of 1, lesson 00")
    card.scroll_into_view_if_needed()
    page.get_by_role("button", name="Turn", exact=True).click()
    expect(outputs(page).get_by_text("Three came with the pull")).to_be_visible()
    page.get_by_role("button", name="Knew it").click()
    expect(outputs(page).get_by_text("Done: 1 card.")).to_be_visible()


def be_asked(page: Page) -> None:
    run_cell(page, "mock", "from layerlab.course import interview\n\ninterview(1)")
    expect(outputs(page).get_by_text("Question 1 of 1")).to_be_visible()
    page.get_by_label("Your answer").fill("Layers are read-only, 容器层 is writable.")
    page.get_by_role("button", name="I have answered").click()
    page.get_by_role("button", name="Keep these marks").click()
    expect(outputs(page).get_by_role("table", name="Interview")).to_be_visible()


def take_the_cards_along(page: Page, place: Path) -> None:
    call = f"from layerlab.course import export_anki\n\nexport_anki({str(place)!r})"
    run_cell(page, "anki", call)
    expect(outputs(page).get_by_text(str(len(faces())), exact=True)).to_be_visible()
    collection = Collection(str(place.with_name("mine.anki2")))
    collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(place), options=ImportAnkiPackageOptions())
    )
    assert collection.note_count() == len(faces())
    collection.close()


def test_a_learners_first_and_last_day(
    open_notebook: Callable[[str], Page], errors: list[str], tmp_path: Path
) -> None:
    page = open_notebook(START)
    wait_until_run(page)
    start(page)
    fail_take_a_hint_and_pass(page)
    assert faults(page, ".jp-NotebookPanel .jp-OutputArea-output") == []
    page = open_notebook(INTERVIEW)
    wait_until_run(page)
    turn_the_card(page)
    be_asked(page)
    take_the_cards_along(page, tmp_path / "layerlab.apkg")
    assert errors == []
