"""What members of a package's control archive say, as it was measured: triggers and questions."""

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from layerlab.catalog.packages.columns import DATA

MEMBERS = "dpkg.json"


class Interest(NamedTuple):
    """A trigger that a package wants to hear of (deb-triggers(5)): a name, or a path."""

    name: str
    awaits: bool
    """Who activates it isn't configured until it was heard."""


class Growth(NamedTuple):
    """Bytes that a package adds to debconf's ``templates.dat`` and ``config.dat``."""

    templates: int
    config: int


def interests(name: str) -> tuple[Interest, ...]:
    """The triggers that the package is interested in."""
    return tuple(Interest(*each) for each in _known()["interests"].get(name, ()))


def activated(name: str) -> tuple[str, ...]:
    """The triggers that unpacking the package activates, beside those of its paths."""
    return _activated().get(name, ())


def triggering(name: str) -> tuple[str, ...]:
    """The triggers that its postinst activates by ``dpkg-trigger``, through ``Unincorp``."""
    return tuple(_known()["triggering"].get(name, ()))


def debconf_growth(name: str) -> Growth | None:
    """What its questions add to debconf's database; ``None`` for a package without any."""
    known = _known()["debconf"].get(name)
    return None if known is None else Growth(*known)


@cache
def _known() -> Any:
    return json.loads((DATA / MEMBERS).read_text())


@cache
def _activated() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for trigger, names in _known()["activates"].items():
        for name in names:
            found[name] = (*found.get(name, ()), trigger)
    return MappingProxyType(found)
