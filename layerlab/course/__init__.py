"""The course: exercises that check themselves, questions to answer before you look, a trainer.

The trainer is loaded when it is first used: who only predicts needs no cards.
"""

from importlib import import_module
from typing import Any

from layerlab.course.predict import predict as predict  # its module has the same name

_HOMES = {
    "answers": "interviewing",
    "course_map": "lesson_map",
    "export_anki": "anki",
    "export_progress": "moving",
    "flash_cards": "flash",
    "further": "listing",
    "interview": "interview_desk",
    "known": "knowing",
    "placement": "placement_desk",
    "progress": "board",
    "reset_progress": "moving",
}
__all__ = sorted([*_HOMES, "predict"])


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
