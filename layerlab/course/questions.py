"""All questions of the interview."""

from collections.abc import Mapping

from layerlab.course import questions_bases as bases
from layerlab.course import questions_building as building
from layerlab.course import questions_cache as cache
from layerlab.course import questions_containers as containers
from layerlab.course import questions_contents as contents
from layerlab.course import questions_copying as copying
from layerlab.course import questions_freeing as freeing
from layerlab.course import questions_history as history
from layerlab.course import questions_images as images
from layerlab.course import questions_names as names
from layerlab.course import questions_own as own
from layerlab.course import questions_sharing as sharing
from layerlab.course import questions_store as store
from layerlab.course import questions_unions as unions
from layerlab.course import questions_using as using
from layerlab.course import questions_writing as writing
from layerlab.course.question import Question

CHAPTER: tuple[Question, ...] = (
    images.Q1,
    images.Q2,
    images.Q3,
    using.Q4,
    using.Q5,
    using.Q6,
    containers.Q7,
    containers.Q8,
    containers.Q9,
    containers.Q10,
)
"""The ten of the chapter, with its stars."""

FURTHER: tuple[Question, ...] = (
    unions.L01_1,
    unions.L01_2,
    unions.L01_3,
    unions.L01_4,
    unions.L01_5,
    names.L02_1,
    names.L02_2,
    names.L02_3,
    names.L02_4,
    contents.L02_5,
    contents.L02_6,
    contents.L02_7,
    bases.L03_1,
    bases.L03_2,
    bases.L03_3,
    bases.L03_4,
    bases.L03_5,
    building.L04_1,
    building.L04_2,
    building.L04_3,
    building.L04_4,
    building.L04_5,
    cache.L04_6,
    cache.L04_7,
    cache.L04_8,
    cache.L04_9,
    cache.L04_10,
    writing.L05_1,
    writing.L05_2,
    writing.L05_3,
    writing.L05_4,
    copying.L05_5,
    copying.L05_6,
    copying.L05_7,
    sharing.L06_1,
    sharing.L06_2,
    sharing.L06_3,
    freeing.L06_4,
    freeing.L06_5,
    freeing.L06_6,
    history.L07_1,
    history.L07_2,
    history.L07_3,
    store.L07_4,
    store.L07_5,
    store.L07_6,
    store.L07_7,
    own.L09_1,
    own.L09_2,
    own.L09_3,
    own.L09_4,
    own.L09_5,
)
"""What else interviewers ask, lesson by lesson.

How often, nobody has counted: these stars are our judgement.
"""

QUESTIONS: Mapping[str, Question] = {each.key: each for each in (*CHAPTER, *FURTHER)}
"""Every question, by its key."""
