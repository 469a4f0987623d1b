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
    needs: tuple[str, ...] = ()
    """The lessons that it builds on, by number."""

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
    Lesson("00", "Start here", 20),
    Lesson("01", "Union file systems", 45, ("00",)),
    Lesson("02", "Images and layers", 50, ("01",)),
    Lesson("03", "Base images", 45, ("02",)),
    Lesson("04", "Building layer by layer", 60, ("01", "02")),
    Lesson("05", "Copy-on-write", 60, ("01",)),
    Lesson("06", "Layer sharing", 50, ("02",)),
    Lesson("07", "Case study: flannel", 40, ("02",)),
    Lesson("08", "Interview questions", 60, ("01", "02", "03", "04", "05", "06", "07")),
    Lesson("09", "Your own image", 60, ("01", "02", "04")),
)
