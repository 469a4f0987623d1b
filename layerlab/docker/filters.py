"""``--filter``: names and values, and how they match (moby: api/types/filters/parse.go)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from layerlab.errors import EngineError


@dataclass(frozen=True)
class Filters:
    """The values that were given under each name. Those of one name are alternatives."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, texts: Iterable[str], accepted: Iterable[str], wording: str) -> Filters:
        """``name=value`` each; ``EngineError`` if a name isn't among ``accepted``.

        ``wording`` is how the engine's version begins that: ``Invalid filter`` up to 20.10.
        """
        values: dict[str, tuple[str, ...]] = {}
        for text in filter(None, texts):
            name, _, value = text.partition("=")
            values[name] = tuple(dict.fromkeys((*values.get(name, ()), value)))
        for name in values:
            if name not in accepted:
                raise EngineError(f"{wording} '{name}'")
        return cls(values)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str) -> tuple[str, ...]:
        """The values of a name, in the order in which they were given."""
        return self.values.get(name, ())

    def matches(self, name: str, *texts: str) -> bool:
        """Whether a text is one of the values, or one of them, as a pattern, is found in it."""
        return name not in self or any(
            value == text or _found(value, text) for value in self.get(name) for text in texts
        )

    def has_labels(self, labels: Mapping[str, str]) -> bool:
        """Whether every ``label=a`` and ``label=a=b`` is true of ``labels``."""
        pairs = (value.partition("=") for value in self.get("label"))
        return all(
            key in labels and (not equals or labels[key] == value) for key, equals, value in pairs
        )

    def switch(self, name: str, wording: str) -> bool | None:
        """A filter that is ``true`` or ``false``; ``None`` when it wasn't given."""
        if name not in self:
            return None
        for word in ("true", "false"):
            if word in self.get(name):
                return word == "true"
        raise EngineError(f"{wording} '{name}=[{' '.join(self.get(name))}]'")


def _found(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
