"""Times as Docker's JSON has them."""

from datetime import UTC, datetime

NEVER = "0001-01-01T00:00:00Z"
"""Go's zero time."""


def rfc3339(seconds: int | None) -> str:
    """Seconds since 1970 as text; ``NEVER`` for none."""
    if seconds is None:
        return NEVER
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def moment(text: str) -> float:
    """Such a text in seconds since 1970; of an empty one Go's zero time."""
    return datetime.fromisoformat(text or NEVER).timestamp()
