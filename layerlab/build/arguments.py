"""Build arguments: what ARG declares, what ``--build-arg`` gives, and who sees which.

moby 20.10: ``builder/dockerfile/buildargs.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BUILT_IN = frozenset((
    "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy",
    "NO_PROXY", "no_proxy",
))  # fmt: skip
"""Those that may be given without an ARG, and don't show in the history then."""

Values = Mapping[str, str | None]


@dataclass(frozen=True)
class Arguments:
    """What is known at one point of a build. ``None`` for an ARG without a default."""

    given: Values = field(default_factory=dict)
    """By ``--build-arg``."""
    declared: Values = field(default_factory=dict)
    """By the ARGs of this stage so far."""
    before: Values = field(default_factory=dict)
    """By the ARGs before the first FROM."""
    named: frozenset[str] = frozenset()
    """All that any ARG ever named."""

    def declare(self, name: str, value: str | None, *, first: bool = False) -> Arguments:
        """With one more ARG; ``first``: one before the first FROM."""
        after = replace(self, declared={**self.declared, name: value}, named=self.named | {name})
        return replace(after, before={**self.before, name: value}) if first else after

    def stage(self) -> Arguments:
        """What a new stage begins with."""
        return replace(self, declared={})

    def values(self) -> dict[str, str]:
        """All that instructions of the stage see, by name."""
        return self._values(self.declared)

    def from_values(self) -> dict[str, str]:
        """All that a FROM sees."""
        return self._values(self.before)

    def _values(self, source: Values) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in sorted({*source, *BUILT_IN}):
            value = self.given.get(name)
            if value is None:
                value = source.get(name)
            if value is None:
                value = self.before.get(name)
            if value is not None:
                found[name] = value
        return found

    def shown(self, name: str) -> bool:
        """Whether the history tells its value."""
        return name in self.declared or name not in BUILT_IN

    def unused(self) -> list[str]:
        """What was given and never asked for."""
        return sorted(set(self.given) - self.named - BUILT_IN)
