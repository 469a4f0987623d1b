"""Times as programs are told them, and as they print them. All is UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

SIX_MONTHS = 15_778_476
"""Half a year in seconds, 365.2425 days long: what ``ls -l`` calls recent."""
_FIRST, _LAST = -62_135_596_800, 253_402_300_799
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400,
          "week": 604800}  # fmt: skip


def moment(seconds: float) -> datetime:
    """Seconds since 1970 as a date, in the years 1 to 9999: a stranger's tar may say anything."""
    within = min(max(int(seconds), _FIRST), _LAST)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=within)


def listed(mtime: int, now: int, *, gnu: bool) -> str:
    """The time column of ``ls -l``: the hour of what is recent, the year of what isn't.

    GNU looks at six months and nothing in the future (``ls.c``); busybox at half of 365 days
    and 15 minutes into the future (``ls.c``: ``age < 3600L * 24 * 365 / 2 && age > -15 * 60``).
    """
    when = moment(mtime)
    day = f"{MONTHS[when.month - 1]} {when.day:2}"
    age = now - mtime
    recent = 0 <= age < SIX_MONTHS if gnu else -15 * 60 < age < 3600 * 24 * 365 // 2
    return f"{day} {when:%H:%M}" if recent else f"{day}  {when.year}"


def parse(text: str, now: int, *, keep_hour: bool = False) -> int:
    """What ``date -d`` and ``touch -d`` understand; ``ValueError`` for anything else.

    ``keep_hour``: a date alone leaves the time of day as it is now, as busybox's ``touch`` has
    it (*ran*).
    """
    text = text.strip()
    if keep_hour and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return _seconds(datetime.fromisoformat(text)) + now % 86400
    if re.fullmatch(r"@-?\d+(\.\d+)?", text):
        return int(float(text[1:]))
    stamp = re.fullmatch(r"(\d\d)?(\d\d)?(\d{8})(?:\.(\d\d))?", text)
    if stamp:  # [[CC]YY]MMDDhhmm[.ss]
        century, year = stamp[1], stamp[2]
        if year is None and century is not None:
            century, year = ("20" if int(century) < 69 else "19"), century
        whole = f"{century}{year}" if year else str(moment(now).year)
        digits = f"{whole}{stamp[3]}{stamp[4] or '00'}+0000"
        return _seconds(datetime.strptime(digits, "%Y%m%d%H%M%S%z"))
    if text in ("", "now", "today"):
        return now
    if text in ("yesterday", "tomorrow"):
        return now + (86400 if text == "tomorrow" else -86400)
    ago = re.fullmatch(r"([-+]?\d+) (\w+?)s?( ago)?", text)
    if ago and ago[2] in _UNITS:
        return now + int(ago[1]) * _UNITS[ago[2]] * (-1 if ago[3] else 1)
    clock = re.fullmatch(r"\d\d?:\d\d(:\d\d)?", text)
    if clock:
        text = f"{moment(now):%Y-%m-%d} {text:0>5}"
    return _seconds(datetime.fromisoformat(text.removesuffix(" UTC").removesuffix("Z")))


def _seconds(when: datetime) -> int:
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return int(aware.timestamp())
