"""What an image stores for nothing: which instruction did it, and what to write instead.

Two kinds of bytes are waste. Nobody can see those that a later layer hides; nobody needs those
in a package manager's cache. Unlike dive's figures these count removed and opaque directories,
and hold for an image of one layer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from layerlab.analysis.caches import cache_of_all
from layerlab.analysis.copies import Copy, copies
from layerlab.image import Image
from layerlab.units import human_size

_WHY = {
    "deleted": "deleted in a later layer",
    "changed": "changed in a later layer",
    "metadata": "mode or owner changed in a later layer",
    "rewritten": "written again unchanged",
}
_ADVICE = {
    "deleted": "delete it in the instruction that makes it, or don't copy it at all",
    "changed": "make the change in the instruction that makes the file",
    "metadata": "set mode and owner where the file is made: COPY --chmod or --chown, or that RUN",
    "rewritten": "leave out the instruction that writes it again",
}


@dataclass(frozen=True, slots=True)
class WastedPath:
    """A path that costs more than it gives. Sizes are in bytes."""

    path: str
    sizes: tuple[tuple[int, int], ...]
    """Layer and size of each copy, lowest first, the one in use included."""
    wasted: int
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: what it costs, who made it, and what to do."""

    why: str
    layer: int
    """The layer that stores the bytes."""
    by: int | None
    """The layer that hides them; ``None`` for a cache, which nobody hides."""
    made_by: str
    """The instruction of ``layer``, as the history has it; empty if there is no history."""
    hidden_by: str
    advice: str
    saves: int
    """Bytes that the image is smaller by after the advice was followed."""
    paths: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, repr=False)
class Waste:
    """What of an image is waste. Sizes are in bytes."""

    size: int
    user_bytes: int
    """Without the lowest layer, unless there is but one."""
    paths: tuple[WastedPath, ...]
    """The most wasted first."""
    findings: tuple[Finding, ...]
    """What saves most first."""

    @cached_property
    def wasted_bytes(self) -> int:
        return sum(row.wasted for row in self.paths)

    @property
    def efficiency(self) -> float:
        """The part of the image's bytes that isn't waste: 1.0 is best."""
        return 1 - self.wasted_bytes / self.size if self.size else 1.0

    @property
    def wasted_percent(self) -> float:
        """Wasted bytes in percent of ``user_bytes``: over 100 if much of the base is hidden."""
        return 100 * self.wasted_bytes / self.user_bytes if self.user_bytes else 0.0

    def __repr__(self) -> str:
        count = len(self.findings)
        findings = f"{count} finding{'' if count == 1 else 's'}"
        return f"<Waste: {human_size(self.wasted_bytes)} of {human_size(self.size)}, {findings}>"


def waste(image: Image) -> Waste:
    """Find an image's waste; ``NoContent`` if only the name of a layer is known."""
    found = copies(image)
    steps = [step.created_by for step in image.history if not step.empty_layer]
    steps = steps or [""] * len(image.layers)
    sizes = [layer.size for layer in image.layers]
    return Waste(
        size=sum(sizes),
        user_bytes=sum(sizes[1:]) if len(sizes) > 1 else sum(sizes),
        paths=_rows(found),
        findings=_findings(found, steps),
    )


def _reason(copy: Copy) -> tuple[str, str] | None:
    """Why a copy is waste, and what to do; ``None`` if it isn't."""
    if not copy.size:
        return None
    if copy.fate != "in use":
        return _WHY[copy.fate], _ADVICE[copy.fate]
    cache = cache_of_all(copy.names)
    return (cache.what, cache.advice) if cache else None


def _rows(found: tuple[Copy, ...]) -> tuple[WastedPath, ...]:
    rows = []
    for path, group in groupby(found, key=lambda copy: copy.path):
        all_copies = list(group)
        wasted = [(copy, reason[0]) for copy in all_copies if (reason := _reason(copy))]
        if wasted:
            why = ", ".join(dict.fromkeys(reason for _, reason in wasted))
            sizes = tuple((copy.layer, copy.size) for copy in all_copies)
            rows.append(WastedPath(path, sizes, sum(copy.size for copy, _ in wasted), why))
    return tuple(sorted(rows, key=lambda row: (-row.wasted, row.path)))


def _findings(found: tuple[Copy, ...], steps: list[str]) -> tuple[Finding, ...]:
    groups: defaultdict[tuple[int, int | None, str, str], list[Copy]] = defaultdict(list)
    for copy in found:
        reason = _reason(copy)
        if reason:
            groups[copy.layer, copy.by, *reason].append(copy)
    findings = [
        Finding(
            why, layer, by, steps[layer], "" if by is None else steps[by], advice,
            sum(copy.size for copy in group), tuple(copy.path for copy in group),
        )
        for (layer, by, why, advice), group in groups.items()
    ]  # fmt: skip
    return tuple(sorted(findings, key=lambda each: (-each.saves, each.layer, each.why)))
