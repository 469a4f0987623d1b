"""The prediction box: it notes a choice, and says the same without a browser."""

import pytest

from layerlab.course import predict
from layerlab.course.predict import Prediction


@pytest.fixture
def question() -> Prediction:
    return predict("Which <one>?", "a & b", "c")


def test_it_asks_before_it_is_answered(question: Prediction) -> None:
    assert question.choice is None
    assert repr(question) == "Predict. Which <one>?\n  ( ) a & b\n  ( ) c"


def test_a_choice_is_noted(question: Prediction) -> None:
    question.choose("c")
    assert question.choice == "c"
    assert "(•) c" in repr(question)
    assert "Noted" in question.widget.children[-1].value


def test_it_shows_where_no_widget_lives(question: Prediction) -> None:
    bundle = question._repr_mimebundle_()
    assert bundle["text/plain"] == repr(question)
    assert "<li>a &amp; b</li>" in bundle["text/html"]
    assert "Which &lt;one&gt;?" in bundle["text/html"]


def test_only_an_option_can_be_chosen(question: Prediction) -> None:
    with pytest.raises(ValueError, match="none of"):
        question.choose("d")


@pytest.mark.parametrize("options", [(), ("one",), ("same", "same")])
def test_a_question_needs_options(options: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="two or more"):
        predict("?", *options)
