"""All questions of the interview."""

from collections.abc import Mapping

from layerlab.course import questions_containers as containers
from layerlab.course import questions_images as images
from layerlab.course.question import Question

CHAPTER: tuple[Question, ...] = (
    images.Q1,
    images.Q2,
    images.Q3,
    images.Q4,
    images.Q5,
    containers.Q6,
    containers.Q7,
    containers.Q8,
    containers.Q9,
    containers.Q10,
)
"""The ten of the chapter, with its stars."""

QUESTIONS: Mapping[str, Question] = {each.key: each for each in CHAPTER}
"""Every question, by its key."""
