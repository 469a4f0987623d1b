"""Exercises that check themselves in the cell: check, hint, solution.

The idea is that of Kaggle's learntools. An answer is turned into what it *comes to* (a plain
value, or the results of running it on many cases), and that is compared with what the
solution and each known mistake come to. So a right answer is right in whatever way it was
written, and a mistake is called by its name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal, Protocol

import layerlab
from layerlab.course import keeping
from layerlab.course.plain import DOTS, Plain, Strange, plain, run, show

State = Literal["correct", "not yet", "not attempted yet"]
_COLOURS: Mapping[State, str] = {
    "correct": "#009E73",
    "not yet": "#D55E00",
    "not attempted yet": "#888888",
}


class UnfitError(Exception):
    """An answer that isn't even the right kind of thing. The message says what is wanted."""


@dataclass(frozen=True)
class Verdict:
    """What a check says: its state in words, one sentence why, and perhaps an example."""

    state: State
    text: str
    example: str = ""

    def __repr__(self) -> str:
        lines = [f"{self.state.capitalize()}. {self.text}", *self.example.splitlines()]
        return "\n    ".join(lines)

    def _repr_html_(self) -> str:
        return note(self.state.capitalize(), self.text, self.example, _COLOURS[self.state])


def note(title: str, text: str, pre: str = "", colour: str = "#888888") -> str:
    """A quiet box for a notebook. Text between backticks is code; ``pre`` keeps its lines."""
    block = f'<pre style="margin:.5em 0 0">{escape(pre)}</pre>' if pre else ""
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:.3em .9em">'
        f"<strong>{escape(title)}.</strong> {code(text)}{block}</div>"
    )


def prose(html: str) -> str:
    """HTML for a widget, its lines as close as those of the page: ipywidgets sets them apart."""
    return f'<div style="line-height:1.5">{html}</div>'


def code(text: str) -> str:
    """Text as HTML; what stands between backticks is code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))


@dataclass(frozen=True)
class Note:
    """A hint or a solution, as text and as a box."""

    title: str
    text: str
    pre: str = ""

    def __repr__(self) -> str:
        return "\n    ".join([f"{self.title}. {self.text}", *self.pre.splitlines()])

    def _repr_html_(self) -> str:
        return note(self.title, self.text, self.pre, "#0072B2")


class Kind(Protocol):
    """How an answer is read."""

    def observe(self, answer: object) -> Plain:
        """What the answer comes to; ``UnfitError`` where it is no answer of this kind."""

    def example(self, seen: Plain, right: Plain) -> str:
        """Something concrete that shows why ``seen`` isn't right; empty if there is nothing."""


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer, and what to say to the learner who gives it."""

    answer: object
    says: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: how answers are read, one solution as the learner would type it, and why.

    ``solution_code`` binds ``answer``, with everything that ``layerlab`` exports in reach.
    """

    title: str
    kind: Kind
    solution_code: str
    why: str
    hints: Sequence[str]
    mistakes: Sequence[Mistake] = ()
    asks: str = ""
    """The question in a few words: the front of its card."""
    _hints_given: list[str] = field(default_factory=list, repr=False, compare=False)

    @property
    def key(self) -> str:
        """What the exercise is called in the learner's record: its title, in small letters."""
        return "-".join(re.findall(r"[a-z0-9]+", self.title.lower()))

    def check(self, answer: object = ...) -> Verdict:
        """Say whether ``answer`` is right, and if not, what is wrong. Never raises."""
        verdict = self.judge(answer)
        if verdict.state != "not attempted yet":
            keeping.checked(self.key, verdict.state == "correct")
        return verdict

    def judge(self, answer: object) -> Verdict:
        """What ``check`` says, without a trace in the learner's record."""
        try:
            seen = DOTS if answer is ... else self.kind.observe(answer)
        except UnfitError as unfit:
            return Verdict("not yet", str(unfit))
        except Exception as error:
            return Verdict("not yet", f"Your answer can't be read: {type(error).__name__}.")
        if seen == DOTS or (isinstance(seen, tuple) and seen and set(seen) == {DOTS}):
            return Verdict("not attempted yet", "Put your answer in place of the dots `...`.")
        right = self.kind.observe(self.solve())
        if seen == right:
            return Verdict("correct", self.why)
        for mistake in self.mistakes:
            if seen == self.kind.observe(mistake.answer):
                return Verdict("not yet", mistake.says, self.kind.example(seen, right))
        return Verdict("not yet", "That isn't it.", self.kind.example(seen, right))

    def hint(self) -> Note:
        """One more hint at each call; the last one stays."""
        step = min(len(self._hints_given), len(self.hints) - 1)
        if len(self._hints_given) < len(self.hints):
            self._hints_given.append(self.hints[step])
            keeping.hinted(self.key, len(self._hints_given))
        return Note(f"Hint {step + 1} of {len(self.hints)}", self.hints[step])

    def solution(self) -> Note:
        """One way to do it, and why it is right."""
        keeping.shown(self.key)
        return Note("One solution", self.why, self.solution_code.strip())

    def solve(self) -> object:
        """Run the solution and return its ``answer``."""
        names: dict[str, object] = dict(vars(layerlab))
        exec(self.solution_code, names)
        return names["answer"]

    def __repr__(self) -> str:
        return f"<Exercise: {self.title}>"


@dataclass(frozen=True)
class Value:
    """An answer that is a value, compared as it is after ``tidy``.

    ``wants`` completes the sentence "The answer should be …"; ``accepts`` says whether a value
    is of that sort at all.
    """

    wants: str
    accepts: Callable[[Plain], bool]
    tidy: Callable[[Plain], Plain] = lambda value: value

    def observe(self, answer: object) -> Plain:
        value = plain(answer)
        if not self.accepts(value):
            raise UnfitError(f"The answer should be {self.wants}, and this is {_a(value)}.")
        return self.tidy(value)

    def example(self, seen: Plain, right: Plain) -> str:
        return ""


@dataclass(frozen=True)
class Trial:
    """An answer that does something: it is run on many cases, the simplest first.

    ``cases`` gives fresh arguments each time, so that an answer may spoil them; ``use`` runs
    the answer on one case (a function is called); ``describe`` tells a case to the learner.
    """

    wants: str
    fits: Callable[[object], bool]
    cases: Callable[[], Sequence[tuple[object, ...]]]
    describe: Callable[..., str]
    use: Callable[..., object] = lambda answer, *case: answer(*case)

    def observe(self, answer: object) -> Plain:
        if not self.fits(answer):
            raise UnfitError(f"The answer should be {self.wants}, and this is {_a(plain(answer))}.")
        return tuple(run(self.use, answer, *case) for case in self.cases())

    def example(self, seen: Plain, right: Plain) -> str:
        assert isinstance(seen, tuple)
        assert isinstance(right, tuple)
        for case, got, wanted in zip(self.cases(), seen, right, strict=True):
            if got != wanted:
                told = self.describe(*case)
                return f"{told}\nwanted: {show(wanted)}\ngot:    {show(got)}"
        return ""


def _a(value: Plain) -> str:
    return value.what if isinstance(value, Strange) else f"`{show(value, 40)}`"


def is_text(value: Plain) -> bool:
    """For ``Value.accepts``."""
    return isinstance(value, str)


def is_number(value: Plain) -> bool:
    """For ``Value.accepts``."""
    return isinstance(value, (int, float))


def is_texts(value: Plain) -> bool:
    """For ``Value.accepts``: a list, tuple or set of text."""
    return isinstance(value, tuple) and all(map(is_text, value))
