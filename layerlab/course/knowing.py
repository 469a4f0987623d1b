"""What a learner knows, as a chart: the questions of each lesson, by how the last answer went."""

from collections import Counter
from datetime import datetime

import pandas as pd

from layerlab.course import cards, keeping
from layerlab.course.mock import grade
from layerlab.course.questions import QUESTIONS
from layerlab.course.record import Record
from layerlab.notebook.charts import Chart, stacks

STATES = ("known", "weak or due", "not asked yet")


def counts(kept: Record, when: datetime) -> pd.DataFrame:
    """How many questions of each lesson are known, weak or due, and not asked yet."""
    due = set(cards.due(kept, when))
    found: Counter[tuple[str, str]] = Counter()
    for key, question in QUESTIONS.items():
        spoken = kept.interview.get(key)
        weak = key in due or (spoken is not None and grade(spoken.covered, spoken.points) != "good")
        state = STATES[2 if spoken is None and key not in due else 1 if weak else 0]
        found[question.lesson, state] += 1
    numbers = sorted({lesson for lesson, _ in found})
    rows = {number: [found[number, state] for state in STATES] for number in numbers}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(STATES))


def known(when: datetime | None = None) -> Chart:
    """Chart what you know, and what is due."""
    frame = counts(keeping.kept(), when or cards.now())
    sums = [int(frame[state].sum()) for state in STATES]
    said = ", ".join(f"{number} {state}" for number, state in zip(sums, STATES, strict=True))
    title = f"You know {sums[0]} of {sum(sums)} questions"
    rows = "; ".join(
        f"lesson {number}: {', '.join(str(value) for value in row)}"
        for number, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)
    )
    frame.index = pd.Index([f"lesson {number}" for number in frame.index])
    return stacks(frame, title=title, alt=f"{title}: {said}. By lesson, {rows}.", x="questions")
