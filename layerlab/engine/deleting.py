"""``docker rmi``: what may go, what goes with it, and the lines that say so.

moby: ``daemon/images/image_delete.go``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from layerlab.digest import ImageID
from layerlab.engine.finding import find_image, parse, references_of
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.store import children, remove_image, without
from layerlab.errors import EngineError
from layerlab.reference import Reference


@dataclass(frozen=True)
class Conflict:
    """Why an image stays. A hard one can't be forced; ``used`` if a container is the reason."""

    reason: str
    hard: bool = False
    used: bool = False

    def error(self, image_id: ImageID) -> EngineError:
        """The daemon's words for it."""
        force = "cannot be forced" if self.hard else "must be forced"
        return EngineError(f"conflict: unable to delete {image_id.short} ({force}) - {self.reason}")


def remove(
    state: State, text: str, *, force: bool = False, prune: bool = True
) -> tuple[State, list[str]]:
    """The state without what ``text`` names, and the lines ``Untagged: …``, ``Deleted: …``.

    A name is untagged, and if it was the last the image goes; an ID takes its only name along.
    With ``prune`` the parents go that were made here and that nothing else uses.
    """
    image_id, _ = find_image(state, text)
    names = references_of(state, image_id)
    if image_id.startswith(text) or image_id.hex.startswith(text):
        lines: list[str] = []
        if is_single(names):
            conflict = _conflict(state, image_id, force=force, names_too=False)
            if conflict:
                raise conflict.error(image_id)
            state, lines = _untag(state, names)
        return _delete(state, image_id, lines, force=force, prune=prune, quiet=False)
    users = _containers(state, image_id)
    if not force and is_single(names) and users:
        raise EngineError(
            f'conflict: unable to remove repository reference "{text}" (must force) - '
            f"container {users[0].id[:12]} is using its referenced image {image_id.short}"
        )
    name = parse(text).tagged()
    goes = [name.with_digest(name.digest) if name.digest else name]
    if not name.digest:
        others = [other for other in names if other.name == name.name and other != name]
        if all(other.digest for other in others):  # the repository's last tag: its digests go too
            goes += others
    state, lines = _untag(state, goes)
    if name.digest and name.tag:  # it was asked for with a tag, and is told so
        lines[0] = f"Untagged: {name}"
    if references_of(state, image_id):
        return state, lines
    return _delete(state, image_id, lines, force=force, prune=prune, quiet=True)


def is_single(names: Sequence[Reference]) -> bool:
    """Whether all names are of one repository, with at most one tag among them."""
    if len(names) < 2:
        return len(names) == 1
    tags = [name for name in names if not name.digest]
    repositories = {name.name for name in names if name.digest}
    first = tags[0] if tags else names[0]
    return len(tags) < 2 and repositories == {first.name}


def _untag(state: State, names: Iterable[Reference]) -> tuple[State, list[str]]:
    references = without(state.references, *names)
    return replace(state, references=references), [f"Untagged: {name}" for name in names]


def _delete(
    state: State, image_id: ImageID, lines: list[str], *, force: bool, prune: bool, quiet: bool
) -> tuple[State, list[str]]:
    """Delete the image unless something is in the way, then its parents, which nobody named."""
    conflict = _conflict(state, image_id, force=force, names_too=True)
    if conflict:
        dangling = not references_of(state, image_id) and not children(state, image_id)
        if quiet and (not dangling or conflict.used):
            return state, lines
        raise conflict.error(image_id)
    parent = state.images[image_id].parent
    state, untagged = _untag(state, references_of(state, image_id))
    state, layers = remove_image(state, image_id)
    lines = [*lines, *untagged, *(f"Deleted: {gone}" for gone in (image_id, *layers))]
    if not prune or parent is None or parent not in state.images:
        return state, lines
    return _delete(state, parent, lines, force=False, prune=True, quiet=True)


def _conflict(state: State, image_id: ImageID, *, force: bool, names_too: bool) -> Conflict | None:
    """What is in the way, hard conflicts first; with ``force`` only they count."""
    if children(state, image_id):
        return Conflict("image has dependent child images", hard=True)
    users = _containers(state, image_id)
    for user in users:
        if user.status in ("running", "paused"):
            reason = f"image is being used by running container {user.id[:12]}"
            return Conflict(reason, hard=True, used=True)
    if force:
        return None
    if names_too and references_of(state, image_id):
        return Conflict("image is referenced in multiple repositories")
    for user in users:
        return Conflict(f"image is being used by stopped container {user.id[:12]}", used=True)
    return None


def _containers(state: State, image_id: ImageID) -> list[StoredContainer]:
    return [user for user in state.containers.values() if user.image_id == image_id]
