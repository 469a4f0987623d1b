"""What a user means: an image or a container by name, ID, or the beginning of an ID.

moby: ``daemon/images/image.go`` (GetImage), ``daemon/container.go`` (GetContainer).
"""

import re

from layerlab.digest import ImageID
from layerlab.engine.state import State, StoredContainer, StoredImage
from layerlab.errors import EngineError, InvalidReference
from layerlab.reference import Reference, check_digest

_HEX64 = re.compile("[0-9a-f]{64}")
_SHORT = re.compile("(?:sha256:)?([0-9a-f]{1,64})")


def find_image(state: State, text: str) -> tuple[ImageID, StoredImage]:
    """The image that ``text`` names; ``EngineError`` as the daemon words it.

    A name wins over the beginning of an ID; a beginning that several IDs have finds none.
    """
    if not text:
        raise EngineError("page not found")  # the client asks for /images//json
    reference = parse_any(text)
    if isinstance(reference, str):
        found = next((image_id for image_id in state.images if image_id == reference), None)
        shown = reference
    else:
        found = lookup(state, reference) or by_prefix(state, text)
        shown = str(reference.tagged())
    if found is None:
        raise EngineError(f"No such image: {shown}")
    return found, state.images[found]


def by_prefix(state: State, text: str) -> ImageID | None:
    """The only image whose ID begins with these hex digits, with or without ``sha256:``."""
    match = _SHORT.fullmatch(text)
    ids = [image_id for image_id in state.images if match and image_id.hex.startswith(match[1])]
    return ids[0] if len(ids) == 1 else None


def lookup(state: State, reference: Reference) -> ImageID | None:
    """The image under exactly this name; of a tag and a digest the digest counts."""
    if reference.digest:
        return state.references.get(reference.with_digest(reference.digest))
    return state.references.get(reference.tagged())


def parse(text: str) -> Reference:
    """A reference as the daemon reads it: what is wrong is its ``EngineError``."""
    try:
        return Reference.parse(text, daemon=True)
    except InvalidReference as error:
        raise EngineError(error.what) from error


def parse_any(text: str) -> Reference | str:
    """A reference as the daemon reads it, or a whole digest: with its algorithm, or 64 digits."""
    if _HEX64.fullmatch(text):
        return f"sha256:{text}"
    try:
        check_digest(text)
    except InvalidReference:
        return parse(text)
    return text


def references_of(state: State, image_id: ImageID) -> tuple[Reference, ...]:
    """The names of an image, in the daemon's order."""
    return state.names.get(image_id, ())


def find_container(state: State, text: str) -> StoredContainer:
    """The container with this ID, this name, or an ID that begins so, in that order."""
    if not text:
        raise EngineError("No container name or ID supplied")
    if text in state.containers:
        return state.containers[text]
    by_name = container_named(state, text)
    if by_name is not None:
        return by_name
    ids = [container_id for container_id in state.containers if container_id.startswith(text)]
    if not ids:
        raise EngineError(f"No such container: {text}")
    if len(ids) > 1:
        raise EngineError(f"Multiple IDs found with provided prefix: {text}")
    return state.containers[ids[0]]


def container_named(state: State, name: str) -> StoredContainer | None:
    """The container of exactly this name, with or without its leading slash."""
    name = name.removeprefix("/")
    return next((item for item in state.containers.values() if item.name == name), None)
