"""Lesson 04 as a learner meets it: run in JupyterLab, the bench clicked, an exercise solved."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import TYPE_AND_RUN, look_over, outputs, wait_until_run
from playwright.sync_api import Locator, Page, expect

LESSON = "04_building_layer_by_layer.ipynb"
ANSWER = '''answer = """
FROM debian
RUN apt-get update && apt-get install -y curl
RUN rm -rf /var/lib/apt/lists/*
"""
lesson04.clean_install.check(answer)'''


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def button(desk: Locator, name: str) -> Locator:
    return desk.get_by_role("button", name=name, exact=True)


def use_the_bench(lesson: Page) -> None:
    bench = outputs(lesson).get_by_role("group", name="Dockerfile bench", exact=True)
    bench.scroll_into_view_if_needed()
    status = bench.get_by_role("status")
    button(bench, "Build again").click()
    expect(status).to_contain_text("Built again")
    bench.get_by_label("Begin with", exact=True).select_option("cleaning up")
    expect(bench).to_contain_text("The last line hides files that stay in the image")
    button(bench, "Reset").click()
    expect(bench.get_by_label("Begin with", exact=True)).to_have_value("order and cache")


def solve_an_exercise(lesson: Page) -> None:
    lesson.evaluate(TYPE_AND_RUN, ["exercise-2", ANSWER])
    verdict = outputs(lesson).filter(has_text="deleted in a later layer than the one that holds")
    expect(verdict).to_have_count(1, timeout=30_000)


def test_the_lesson_runs_and_can_be_tried(lesson: Page, errors: list[str]) -> None:
    use_the_bench(lesson)
    solve_an_exercise(lesson)
    look_over(lesson, errors, pictures=6)
