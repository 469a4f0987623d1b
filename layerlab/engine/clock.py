"""A clock that stands still between operations and can be moved."""

from dataclasses import dataclass
from datetime import UTC, datetime

START = 1_767_225_600
"""2026-01-01T00:00:00Z, where the clock stands if nobody says otherwise."""


@dataclass
class Clock:
    """Simulated time in whole seconds since 1970. Calling it ticks: one second an operation."""

    now: int = START

    def __call__(self) -> int:
        """The time of something that happens now; it is a second later afterwards."""
        now = self.now
        self.now += 1
        return now

    def advance(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass."""
        self.now += ((days * 24 + hours) * 60 + minutes) * 60 + seconds

    def set(self, moment: str) -> None:
        """Move to a time, ``"2023-02-19 01:20"``; without a zone it is UTC."""
        time = datetime.fromisoformat(moment)
        self.now = int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
