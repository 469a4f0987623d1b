"""Take the learner's record elsewhere, or begin anew. Both say what they did."""

import os
from pathlib import Path

from layerlab.course import record
from layerlab.course.exercise import Note


def export_progress(path: str | os.PathLike[str] = "progress.json") -> Note:
    """Write all that is kept to a file: as a copy, or for another machine."""
    try:
        record.export(path)
    except OSError as error:
        return Note("Not exported", f"`{path}` can't be written: {error.strerror}.")
    place = record.folder()
    back = f" Put it back as `{place / 'progress.json'}`." if place else ""
    return Note("Exported", f"Your progress is in `{Path(path).absolute()}`.{back}")


def reset_progress() -> Note:
    """Begin anew. What was kept stays beside it, in a file under another name."""
    try:
        aside = record.reset()
    except OSError as error:
        return Note("Not reset", f"Your progress can't be moved aside: {error.strerror}.")
    if aside is None:
        return Note("Nothing to reset", "No progress is kept yet.")
    return Note("Reset", f"You begin anew. What you had is in `{aside}`.")
