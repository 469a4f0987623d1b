"""Sizes and times in words, as Docker prints them."""

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def human_size(size: int, digits: int = 3) -> str:
    """``size`` bytes in decimal units: ``human_size(67_900_000)`` is ``'67.9MB'``.

    ``digits`` significant digits: three in ``docker images``, ``history`` and ``ps``, four in
    ``system df``. The source is go-units' ``HumanSizeWithPrecision``: divide by 1000 while
    the number is 1000 or more, then print it with ``%.{digits}g``. So 999,950 bytes are
    ``1e+03kB``, as Docker has it: they are still below 1000 kB when the unit is chosen.
    """
    number, unit = float(size), 0
    while number >= 1000.0 and unit < len(_UNITS) - 1:
        number /= 1000.0
        unit += 1
    return f"{number:.{digits}g}{_UNITS[unit]}"


def human_duration(seconds: float) -> str:
    """How long ago, in words: ``human_duration(200_000)`` is ``'2 days'``.

    The source is go-units' ``HumanDuration``: hours are rounded, all else is cut off.
    """
    minutes, hours = int(seconds / 60), int(seconds / 3600 + 0.5)
    if seconds < 1:
        return "Less than a second"
    if seconds < 60:
        return "1 second" if int(seconds) == 1 else f"{int(seconds)} seconds"
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    for limit, length, name in ((14, 24, "days"), (60, 24 * 7, "weeks"), (730, 24 * 30, "months")):
        if hours < 24 * limit:
            return f"{hours // length} {name}"
    return f"{int(seconds / 3600) // 24 // 365} years"
