"""What the ChainID ladder knows: a stack's DiffIDs, and how far up the ChainIDs are computed.

There is no widget here. A rung is climbed by hashing the right line of text; any other line is
hashed as well, and told from the right one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from layerlab.digest import ChainID, DiffID, Digest, chain_ids
from layerlab.errors import LayerlabError
from layerlab.notebook import ladder_picture
from layerlab.notebook.svg import brief
from layerlab.notebook.words import short

MOST_RUNGS, MOST_TEXT = 12, 4_000
VARIANTS = (
    "as it should be",
    "a newline at the end",
    "without sha256:",
    "two spaces",
    "the other way round",
    "the DiffID below",
)


class BadMove(LayerlabError):
    """A move of the ladder that can't be made."""


@dataclass(frozen=True)
class Ladder:
    """DiffIDs, base first; ``climbed`` ChainIDs are known; ``rung`` is the one to compute."""

    diff_ids: tuple[DiffID, ...]
    names: tuple[str, ...]
    climbed: int = 1
    rung: int = 1
    typed: str = ""
    """The text to hash."""
    last: str | None = None
    """The text that was hashed last, on this rung or the one below."""
    said: str = "The base needs no hash: its ChainID is its DiffID. Hash the line for the next."

    @classmethod
    def of(cls, diff_ids: Sequence[DiffID], names: Sequence[str] = ()) -> "Ladder":
        """A ladder of which the first rung is climbed; ``BadMove`` for one that can't be shown."""
        if not 2 <= len(diff_ids) <= MOST_RUNGS:
            raise BadMove(f"a ladder has 2 to {MOST_RUNGS} rungs, not {len(diff_ids)}")
        names = names or [f"layer {number}" for number in range(len(diff_ids))]
        if len(names) != len(diff_ids):
            raise BadMove(f"{len(names)} names were given for {len(diff_ids)} layers")
        return cls(tuple(diff_ids), tuple(names))._at(1)

    @cached_property
    def chains(self) -> tuple[ChainID, ...]:
        """All ChainIDs, base first, also those that aren't climbed yet."""
        return chain_ids(self.diff_ids)

    @property
    def known(self) -> tuple[ChainID, ...]:
        """The ChainIDs up to where the ladder is climbed."""
        return self.chains[: self.climbed]

    def line(self, rung: int) -> str:
        """The very text whose SHA-256 is the ChainID of a rung above the base."""
        return f"{self.chains[rung - 1]} {self.diff_ids[rung]}"

    # ---- moves ----

    def select(self, part: str) -> "Ladder":
        """Go to a rung, to see or to hash its line."""
        if not part.isdecimal() or not 0 <= int(part) < len(self.diff_ids):
            raise BadMove(f"there is no rung {part!r:.40}", hint=f"0 to {len(self.diff_ids) - 1}")
        rung = int(part)
        if rung > self.climbed:
            raise BadMove(
                f"the line for layer {rung} needs the ChainID of layer {rung - 1}",
                hint="climb there first",
            )
        said = f"This is the line for layer {rung}." if rung else _BASE
        return replace(self._at(rung), said=said)

    def vary(self, variant: str) -> "Ladder":
        """Write the line with a common mistake in it, or as it should be."""
        if variant not in VARIANTS:
            raise BadMove(f"{variant!r:.40} is no choice here", hint=", ".join(VARIANTS))
        if self.rung == 0:
            raise BadMove("the base has no line", hint="choose a layer above it")
        line = self.line(self.rung)
        chain, diff_id = line.split(" ")
        typed = {
            "a newline at the end": line + "\n",
            "without sha256:": f"{chain[7:]} {diff_id[7:]}",
            "two spaces": f"{chain}  {diff_id}",
            "the other way round": f"{diff_id} {chain}",
            "the DiffID below": f"{self.diff_ids[self.rung - 1]} {diff_id}",
        }.get(variant, line)
        return replace(self, typed=typed, last=None, said=f"The line, {variant}. Hash it.")

    def hash(self, text: str) -> "Ladder":
        """Hash a text. The right one climbs the rung; another is told from it."""
        if len(text) > MOST_TEXT:
            raise BadMove("that text is too long", hint="a line is 143 characters")
        digest = _digest(text)
        new = replace(self, typed=text, last=text)
        if self.rung == 0:
            return replace(new, said=f"{digest.short}… {_BASE}")
        if digest != self.chains[self.rung]:
            return replace(new, said=f"{digest.short}… is no ChainID. {self._fault(text)}")
        said = f"{digest.short}… is the ChainID of layer {self.rung}."
        climbed = max(self.climbed, self.rung + 1)
        if self.rung + 1 == len(self.diff_ids):
            return replace(new, climbed=climbed, said=f"{said} That is the whole stack.")
        return replace(
            self._at(self.rung + 1), climbed=climbed, last=text, said=f"{said} Now the next."
        )

    def climb(self) -> "Ladder":
        """Hash the right line for the next rung."""
        if self.climbed == len(self.diff_ids):
            raise BadMove("you are at the top", hint="reset it to climb again")
        return self._at(self.climbed).hash(self.line(self.climbed))

    def top(self) -> "Ladder":
        """Climb all the rest."""
        new = self
        while new.climbed < len(new.diff_ids):
            new = new.climb()
        return new

    def _at(self, rung: int) -> "Ladder":
        typed = self.line(rung) if rung else ""
        return replace(self, rung=rung, typed=typed, last=None)

    def _fault(self, text: str) -> str:
        """What is wrong with a text that isn't the line."""
        line = self.line(self.rung)
        chain, diff_id = line.split(" ")
        below = self.diff_ids[self.rung - 1]
        words = text.split()
        if text.rstrip("\r\n") == line:
            return "There is a newline at the end, as echo adds one. Use printf, or echo -n."
        if words == [chain[7:], diff_id[7:]]:
            return "Both parts keep their prefix sha256:."
        if words == [diff_id, chain]:
            return "The ChainID of what lies below comes first."
        if words == [below, diff_id] and below != chain:
            return "That is the DiffID of the layer below. It takes its ChainID."
        if words == [diff_id]:
            return "That is the DiffID alone: what lies below has to be in it."
        if words == list(self.diff_ids[: self.rung + 1]):
            return "Not all DiffIDs at once: the ChainID below stands for all that is below."
        if text.lower() == line:
            return "The hex digits are lower case."
        if "".join(words) == chain + diff_id:
            return "Between the two stands one space, and nothing else anywhere."
        return "It takes the ChainID below, one space, and this layer's DiffID."

    # ---- what the desk shows ----

    @property
    def values(self) -> Mapping[str, str]:
        """What the controls hold."""
        return {"text": self.typed, "variant": self._variant}

    @property
    def _variant(self) -> str:
        if self.rung:
            for variant in VARIANTS:
                if self.vary(variant).typed == self.typed:
                    return variant
        return ""

    @property
    def off(self) -> Sequence[str]:
        """At the top there is nothing to climb."""
        return ("climb", "top") if self.climbed == len(self.diff_ids) else ()

    @property
    def text(self) -> str:
        """A line a layer, the topmost first."""
        rows = [("", "ChainID", "DiffID", "made by")]
        for rung in range(len(self.diff_ids) - 1, -1, -1):
            chain = self.chains[rung].short if rung < self.climbed else "?"
            mark = ">" if rung == self.rung else " "
            name = short(brief(self.names[rung]), 48)
            rows.append((f"{mark} {rung}", chain, self.diff_ids[rung].short, name))
        return "\n".join(f"{a:<4}{b:<14}{c:<14}{d}".rstrip() for a, b, c, d in rows)

    @property
    def notes(self) -> str:
        """Nothing: what was hashed is said above the picture."""
        return ""

    @property
    def detail(self) -> tuple[str, str]:
        """The command that hashes the text on a real machine, and what it prints."""
        if not self.rung:
            return "On a real machine", f"nothing to hash: {self.diff_ids[0]}"
        text = self.typed if self.last is None else self.last
        for plain, escaped in (("\\", "\\\\"), ("\n", "\\n"), ("%", "%%"), ("'", "'\\''")):
            text = text.replace(plain, escaped)
        command = f"$ printf '{text}' | sha256sum"
        shown = command if self.last is None else f"{command}\n{_digest(self.last).hex}  -"
        return "On a real machine", shown

    @property
    def alt(self) -> str:
        """What the picture shows."""
        count = len(self.diff_ids)
        known = ", ".join(chain.short for chain in self.known)
        told = f"A ladder of {count} layers, each with its DiffID. "
        told += f"{self.climbed} of {count} ChainIDs computed, base first: {known}. "
        return told + "Each comes from the ChainID below it and the layer's own DiffID."

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG."""
        return ladder_picture.draw(self, live=live)


def _digest(text: str) -> Digest:
    return Digest.of(text.encode("utf-8", "surrogatepass"))


_BASE = "The base needs no hash: its ChainID is its DiffID."
