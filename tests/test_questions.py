"""The interview's questions: each sentence has a cell that proves it, and the terms fit."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from layerlab.course.interviewing import answers
from layerlab.course.lessons import LESSONS
from layerlab.course.listing import further
from layerlab.course.question import Question
from layerlab.course.questions import CHAPTER, FURTHER, QUESTIONS
from layerlab.errors import NotFound

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
STARS = {"Q4": 3}  # the chapter gives the other nine four
UNITS = {"": 1, "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
FIGURE = re.compile(r"(?<![\w.-])(\d+(?:,\d{3})*(?:\.\d+)?)\s?(kB|MB|GB|B)?(?!\w)")
LESSONS_ASKED = {"01", "02", "03", "04", "05", "06", "07", "09"}


def cells(number: str) -> dict[str, dict]:
    [path] = NOTEBOOKS.glob(f"{number}_*.ipynb")
    return {cell["id"]: cell for cell in json.loads(path.read_text("utf-8"))["cells"]}


def words_of(cell: dict) -> str:
    """What a cell shows: its code, and its outputs as text."""
    shown = ["".join(cell["source"])]
    for output in cell["outputs"]:
        shown += ["".join(output.get("text", output.get("data", {}).get("text/plain", "")))]
    return "\n".join(shown)


def figures(text: str) -> list[tuple[float, float]]:
    """The numbers in a text, each with the step of its last digit: 1.26GB is to 10MB."""
    found = []
    for number, unit in FIGURE.findall(text):
        step = 10.0 ** -len(number.partition(".")[2]) * UNITS[unit]
        found.append((float(number.replace(",", "")) * UNITS[unit], step))
    return found


ALL_CELLS = {
    f"{lesson.number}#{name}": cell
    for lesson in LESSONS
    for name, cell in cells(lesson.number).items()
}
every = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
ten = pytest.mark.parametrize("question", CHAPTER, ids=[each.key for each in CHAPTER])

further_ones = pytest.mark.parametrize("question", FURTHER, ids=[each.key for each in FURTHER])


def test_the_chapter_has_ten() -> None:
    assert [each.key for each in CHAPTER] == [f"Q{number}" for number in range(1, 11)]
    assert {each.key: each.stars for each in CHAPTER if each.stars != 4} == STARS


@every
def test_each_sentence_has_a_cell_that_was_run(question: Question) -> None:
    for told in (*question.full, *question.false):
        cell = ALL_CELLS[told.cell]
        assert cell["cell_type"] == "code", told
        assert cell["outputs"], told
        assert all(output["output_type"] != "error" for output in cell["outputs"]), told


@every
def test_each_figure_is_in_the_cell_that_proves_it(question: Question) -> None:
    said = [(each.text, each.cell) for each in question.full]
    said += [(each.why, each.cell) for each in question.false]
    for text, cell in said:
        seen = [value for value, _ in figures(words_of(ALL_CELLS[cell]))]
        for value, step in figures(text):
            assert any(abs(value - each) <= step / 2 for each in seen), f"{value:,.0f}: {text}"


@every
def test_the_terms_find_a_good_answer(question: Question) -> None:
    good = " ".join([question.short, *(sentence.text for sentence in question.full)])
    said = question.covered(good)
    assert not [p.text for p, found in zip(question.points, said, strict=True) if not found]


@every
def test_no_answer_covers_nothing(question: Question) -> None:
    for nothing in ("", "I don't know.", "我不知道"):
        assert not any(question.covered(nothing))


@every
def test_a_question_is_whole(question: Question) -> None:
    assert 1 <= question.stars <= 5
    assert question.asks.endswith(("?", "."))
    assert len(question.points) >= 2
    assert question.lesson in {lesson.number for lesson in LESSONS}
    words = len(question.short.split())
    assert 8 <= words <= 75, f"{words} words are not half a minute"
    if question in CHAPTER:
        assert len(question.full) >= 5
        assert question.false
        assert question.follow_ups
        assert len(" ".join(each.text for each in question.full).split()) <= 300


@ten
def test_the_proofs_stand_under_the_answer(question: Question) -> None:
    here = list(cells("08"))
    start = here.index(question.key.lower())
    sheet = answers(question.key)
    below = here[start + 1 : start + 2 + len(sheet.proofs)]
    assert below == [f"{question.key.lower()}-answer", *sheet.proofs]
    for number, name in enumerate(sheet.proofs, 1):
        assert "".join(cells("08")[name]["source"]).startswith(f"# [{number}] ")


@ten
def test_the_heading_says_what_the_question_says(question: Question) -> None:
    text = "".join(cells("08")[question.key.lower()]["source"])
    assert f"## {question.key} · {question.asks}" in text
    assert question.zh in text
    assert "★" * question.stars + "☆" * (5 - question.stars) in text


def test_a_sheet_says_it_all() -> None:
    sheet = answers("Q3")
    for text in (repr(sheet), sheet._repr_html_()):
        assert "sha" not in text or "<script" not in text
        assert "[2]" in text
        assert "lesson 01" in text
        assert "联合" in text
    assert 'href="01_union_file_systems.ipynb#cell-id=see-search"' in sheet._repr_html_()
    assert "[Q2]" in repr(answers("Q9"))
    folded, *_ = sheet._repr_html_().splitlines()
    assert folded == "An answer to Q3.", "JupyterLab shows the first line of what is folded"


def test_there_are_questions_from_every_lesson() -> None:
    assert len(FURTHER) >= 40
    assert len(QUESTIONS) == len(CHAPTER) + len(FURTHER) >= 50
    counted = Counter(each.lesson for each in FURTHER)
    assert {number for number, count in counted.items() if count >= 4} == LESSONS_ASKED
    for lesson in LESSONS_ASKED:
        keys = [each.key for each in FURTHER if each.lesson == lesson]
        assert keys == [f"L{lesson}-{number + 1}" for number in range(len(keys))]


@further_ones
def test_a_further_question_is_answered_from_lessons(question: Question) -> None:
    assert 2 <= len(question.full) <= 4
    assert 2 <= len(question.points) <= 5
    assert question.follow_ups
    assert any(each.cell.startswith(question.lesson) for each in question.full)


@further_ones
def test_each_point_is_found_in_both_languages(question: Question) -> None:
    english = " ".join([question.short, *(sentence.text for sentence in question.full)])
    assert all(question.covered(english))
    assert all(question.covered(question.short_zh))


def test_the_list_has_every_further_question_and_no_answer() -> None:
    for question in FURTHER:
        for text in (further()._repr_html_(), repr(further(question.lesson))):
            assert question.key in text
            assert question.short[:30] not in text
    assert "Lesson 07 · Case study: flannel: 7" in repr(further())
    assert "L06-1" not in further("07")._repr_html_()
    assert "<code>docker history</code>" in further()._repr_html_()
    with pytest.raises(NotFound, match="08"):
        further("08")


def test_a_sheet_without_false_answers_has_no_room_for_them() -> None:
    bare = next(each for each in FURTHER if not each.false)
    for text in (repr(answers(bare.key)), answers(bare.key)._repr_html_()):
        assert "Don't say" not in text
        assert bare.zh in text
        assert bare.follow_ups[0].asks.split("`")[0] in text


def test_an_unknown_question_is_named() -> None:
    with pytest.raises(NotFound, match="Q1, Q2"):
        answers("Q11")
