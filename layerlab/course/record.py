"""What a learner has done, kept in one file on their own machine.

A change reads the file, makes the next record of it, and writes that beside it and renames it,
all under a lock: a crash leaves the old file or the new one, and two notebooks at once lose
nothing. A file that can't be read is set aside under another name, never thrown away.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import fsrs
import platformdirs

VARIABLE = "LAYERLAB_DATA"
"""The environment variable that names another folder; if it is empty, nothing is kept."""
VERSION = 1
_Kept = TypeVar("_Kept", "Outcome", "Spoken")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an exercise."""

    passed: bool = False
    tries: int = 0
    """Checks of an answer, up to the first that passed."""
    hints: int = 0
    shown: bool = False
    """The solution was looked at before the exercise was passed."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The last answer to an interview question, as the learner marked it."""

    covered: int
    points: int
    seconds: int


@dataclass(frozen=True)
class Record:
    """All that is kept. Keys are those of exercises, of questions, and of cards."""

    exercises: Mapping[str, Outcome] = field(default_factory=dict)
    interview: Mapping[str, Spoken] = field(default_factory=dict)
    cards: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """For each card what ``fsrs`` knows of it (``fsrs.Card.to_dict``)."""

    def with_exercise(self, key: str, **changes: Any) -> "Record":
        """The record with some fields of an exercise's outcome replaced."""
        outcome = replace(self.exercises.get(key, Outcome()), **changes)
        return replace(self, exercises={**self.exercises, key: outcome})


def folder() -> Path | None:
    """Where the file lies; ``None`` if nothing is to be kept."""
    named = os.environ.get(VARIABLE)
    if named is None:
        return platformdirs.user_data_path("layerlab", appauthor=False)
    return Path(named) if named else None


def read() -> Record:
    """The record so far; an empty one if there is none. ``OSError`` if the folder is shut."""
    place = folder()
    if place is None or not (place / "progress.json").exists():
        return Record()
    with _locked(place):
        return _load(place)


def change(step: Callable[[Record], Record]) -> Record:
    """Replace the record by what ``step`` makes of it, and return that.

    ``OSError`` if it can't be written; what was kept before is kept then.
    """
    place = folder()
    if place is None:
        return step(Record())
    place.mkdir(parents=True, exist_ok=True)
    with _locked(place):
        record = step(_load(place))
        _write(place / "progress.json", _text(record))
    return record


def reset() -> Path | None:
    """Begin anew. The old file stays under another name, which is returned."""
    place = folder()
    if place is None or not (place / "progress.json").exists():
        return None
    with _locked(place):
        return _set_aside(place, "before-reset")


def export(path: str | os.PathLike[str]) -> None:
    """Write the record as JSON to ``path``; an existing file is replaced whole or not at all."""
    _write(Path(path), _text(read()))


def _text(record: Record) -> str:
    kept = {
        "version": VERSION,
        "exercises": {key: asdict(each) for key, each in record.exercises.items()},
        "interview": {key: asdict(each) for key, each in record.interview.items()},
        "cards": record.cards,
    }
    return json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _parse(text: str) -> Record:
    kept = json.loads(text)
    if kept["version"] != VERSION:
        raise ValueError(f"version {kept['version']!r}")
    return Record(
        {key: _checked(Outcome(**each)) for key, each in kept["exercises"].items()},
        {key: _checked(Spoken(**each)) for key, each in kept["interview"].items()},
        {key: fsrs.Card.from_dict(each).to_dict() for key, each in kept["cards"].items()},
    )


def _checked(value: _Kept) -> _Kept:
    for name, kind in type(value).__annotations__.items():
        if type(getattr(value, name)) is not kind:
            raise ValueError(f"{name} is no {kind.__name__}")
    return value


def _load(place: Path) -> Record:
    try:
        return _parse((place / "progress.json").read_text("utf-8"))
    except FileNotFoundError:
        return Record()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _set_aside(place, "damaged")
        return Record()


def _set_aside(place: Path, why: str) -> Path:
    number = 1
    while (aside := place / f"progress.{why}-{number}.json").exists():
        number += 1
    os.rename(place / "progress.json", aside)
    return aside


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that held it."""
    with open(place / "progress.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
