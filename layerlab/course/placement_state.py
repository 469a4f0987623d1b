"""The placement quiz as a value: what was answered, and where to start."""

from dataclasses import dataclass, replace

from layerlab.course.lessons import LESSONS, Lesson
from layerlab.course.placement_items import ITEMS, Item

UNSURE = "I don't know"
"""An option of every question: a guess that happens to be right helps nobody."""
_ALL_RIGHT = "08"


@dataclass(frozen=True)
class Placement:
    """A quiz. Each move gives the next state."""

    items: tuple[Item, ...] = ITEMS
    answers: tuple[str, ...] = ()
    """One for each question that was answered, in order."""
    checked: bool = False
    """The last answer stands there with what is to be said of it."""

    @property
    def number(self) -> int:
        """Which question stands there, from 0; all of them were answered at ``len(items)``."""
        return len(self.answers) - self.checked

    @property
    def item(self) -> Item | None:
        """The question that stands there."""
        return self.items[self.number] if self.number < len(self.items) else None

    @property
    def options(self) -> tuple[str, ...]:
        """What can be answered to it."""
        return (*self.item.options, UNSURE) if self.item else ()

    def answer(self, option: str) -> "Placement":
        """Answer the question; ``ValueError`` where it is none of the options."""
        if self.checked or option not in self.options:
            raise ValueError(f"{option!r} is none of {', '.join(map(repr, self.options))}")
        return replace(self, answers=(*self.answers, option), checked=True)

    def next(self) -> "Placement":
        """Go on to the next question, or to the end; nothing happens before an answer."""
        return replace(self, checked=False)

    @property
    def over(self) -> bool:
        return self.item is None

    @property
    def right(self) -> tuple[bool, ...]:
        """For each answer whether it was right."""
        return tuple(
            answer == item.right for item, answer in zip(self.items, self.answers, strict=False)
        )

    @property
    def missed(self) -> tuple[str, ...]:
        """The lessons with an answer that wasn't right, in order, each once."""
        pairs = zip(self.items, self.right, strict=False)
        return tuple(dict.fromkeys(item.lesson for item, right in pairs if not right))

    @property
    def start(self) -> Lesson:
        """Where to start: the first lesson with a question missed, or the interview."""
        number = next(iter(self.missed), _ALL_RIGHT)
        return next(lesson for lesson in LESSONS if lesson.number == number)

    @property
    def why(self) -> str:
        """Why there, in a sentence or two."""
        if not self.missed:
            return "You know it. Now see whether you can say it, too."
        more = self.missed[1:]
        said = "A question from it is the first that you missed."
        return f"{said} Later look into {_listed(more)}." if more else said

    @property
    def verdict(self) -> tuple[str, str]:
        """What is said of the answer that stands there: a word or two, and the reason."""
        if not (self.item and self.checked):
            return "", ""
        if self.right[-1]:
            return "Right", self.item.why
        said = "Now you do" if self.answers[-1] == UNSURE else "Not so"
        return said, f"The answer is: {self.item.right}. {self.item.why}"


def _listed(numbers: tuple[str, ...]) -> str:
    *most, last = numbers
    return f"{', '.join(most)} and {last}" if most else last
