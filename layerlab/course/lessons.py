"""The lessons, in the order in which they are read."""

import re
from dataclasses import dataclass
from importlib import import_module

from layerlab.course.exercise import Exercise


@dataclass(frozen=True, slots=True)
class Lesson:
    """A notebook of the course. ``number`` is its two digits."""

    number: str
    title: str
    minutes: int

    @property
    def notebook(self) -> str:
        """The name of its file: ``04_building_layer_by_layer.ipynb``."""
        words = re.findall("[a-z0-9]+", self.title.lower())
        return f"{self.number}_{'_'.join(words)}.ipynb"

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises that check themselves, in the order of the notebook."""
        module = import_module(f"layerlab.course.lesson{self.number}")
        return tuple(module.EXERCISES)


LESSONS = (
    Lesson("01", "Union file systems", 45),
    Lesson("02", "Images and layers", 50),
    Lesson("03", "Base images", 45),
    Lesson("04", "Building layer by layer", 60),
    Lesson("05", "Copy-on-write", 60),
    Lesson("06", "Layer sharing", 50),
    Lesson("07", "Case study: flannel", 40),
    Lesson("08", "Interview questions", 60),
    Lesson("09", "Your own image", 60),
)
