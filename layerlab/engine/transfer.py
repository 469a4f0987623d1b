"""What a pull and a push have in common: progress, the lines they print, whom they reach.

moby: ``distribution/xfer`` runs the transfers; the client's ``jsonmessage`` prints them.
"""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field, replace

from layerlab.digest import DiffID
from layerlab.engine.state import Origin, State
from layerlab.engine.store import with_item, without
from layerlab.errors import EngineError
from layerlab.reference import Reference
from layerlab.registry import Refused, Registry

_MOVING = ("Downloading", "Extracting", "Pushing")
"""What is told in numbers: a terminal draws a bar, anything else is told nothing."""

_FRAMES = 40
_MAX_ORIGINS = 50  # moby, distribution/metadata: maxMetadata
_NAMESERVER = "127.0.0.53:53"


class TransferFailed(EngineError):
    """A pull or push that failed when it had begun: the daemon had printed ``lines`` by then.

    What went wrong is printed bare, without ``Error response from daemon:`` (*ran*).
    """

    def __init__(self, text: str, lines: tuple[str, ...]) -> None:
        self.lines = lines
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one layer is: what a terminal shows in its line."""

    name: str
    """12 digits: of the blob's digest in a pull, of the DiffID in a push."""
    status: str
    """Docker's word for it: ``Downloading``, ``Pull complete``."""
    done: int = 0
    total: int | None = None
    """Bytes to move; ``None`` if they were never recorded, or nothing moves."""


@dataclass
class Board:
    """One line a layer, and all that was printed where nobody draws over lines."""

    rows: dict[str, Progress] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def tell(self, name: str, status: str, done: int = 0, total: int | None = None) -> None:
        """The layer is at this point now."""
        self.rows[name] = Progress(name, status, done, total)
        if status not in _MOVING:
            self.lines.append(f"{name}: {status}")

    def screen(self) -> tuple[str, ...]:
        """Each layer's line once, with its latest status, between the other lines."""
        rows = [f"{row.name}: {row.status}" for row in self.rows.values()]
        others = [line for line in self.lines if line.partition(":")[0] not in self.rows]
        return (*others[:1], *rows, *others[1:])


def bandwidth(sizes: Iterable[int]) -> int:
    """Bytes a step, so that the whole transfer takes some 40 steps, whatever its size."""
    return max(1, sum(sizes) // _FRAMES)


def reach(registries: MutableMapping[str, Registry], domain: str) -> Registry:
    """The registry at ``domain``. One on loopback is there, empty, once it is named.

    Nothing else has a name here: an ``EngineError``, as when a real one can't be looked up.
    """
    if domain not in registries:
        if not _is_loopback(domain):
            host = domain.partition(":")[0]
            raise EngineError(
                f'Get "https://{domain}/v2/": dial tcp: lookup {host} on {_NAMESERVER}: '
                "no such host"
            )
        registries[domain] = Registry(domain)
    return registries[domain]


def _is_loopback(domain: str) -> bool:
    host = domain.rpartition(":")[0] or domain
    return host in ("localhost", "[::1]") or host.startswith("127.")


def all_tags(
    registries: MutableMapping[str, Registry], reference: Reference
) -> tuple[Reference, ...]:
    """Every tag that the registry has of a repository, sorted."""
    registry = reach(registries, reference.domain)
    try:
        return tuple(reference.with_tag(tag) for tag in registry.tags(reference.path))
    except Refused as error:
        raise refused(error, reference) from error


def refused(error: Refused, reference: Reference) -> EngineError:
    """A registry's refusal in the daemon's words (moby, ``distribution/errors.go``)."""
    match error.code:
        case "DENIED":
            return EngineError(
                f"pull access denied for {reference.familiar_name}, repository does not exist "
                f"or may require 'docker login': {error.what}"
            )
        case "MANIFEST_UNKNOWN":
            return EngineError(f"manifest for {reference.familiar} not found: {error.what}")
        case "NAME_UNKNOWN":
            return EngineError(f"repository {reference.familiar_name} not found: {error.what}")
    return EngineError(error.what)


def add_origin(state: State, diff_id: DiffID, origin: Origin) -> State:
    """The state that knows one more place of a layer's blob, as its newest."""
    others = (known for known in state.origins.get(diff_id, ()) if known != origin)
    origins = (*others, origin)[-_MAX_ORIGINS:]
    return replace(
        state,
        origins=with_item(state.origins, diff_id, origins),
        diff_ids=with_item(state.diff_ids, origin.digest, diff_id),
    )


def forget_origin(state: State, diff_id: DiffID, origin: Origin) -> State:
    """The state without a place that turned out not to have the blob."""
    left = tuple(known for known in state.origins.get(diff_id, ()) if known != origin)
    if left:
        return replace(state, origins=with_item(state.origins, diff_id, left))
    return replace(state, origins=without(state.origins, diff_id))
