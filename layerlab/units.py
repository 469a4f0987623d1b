"""Sizes in words, as Docker prints them."""

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
