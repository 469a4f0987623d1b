"""``docker save`` and ``docker load``: images out of the store and into it.

moby: ``image/tarexport/save.go`` and ``load.go``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from layerlab.archive import open_images
from layerlab.archive.saving import save_images
from layerlab.digest import ImageID
from layerlab.engine.finding import by_prefix, lookup, parse_any
from layerlab.engine.ids import Ids
from layerlab.engine.state import State
from layerlab.engine.store import add_image, name_image
from layerlab.errors import EngineError, InvalidReference
from layerlab.image import Image
from layerlab.reference import Reference


def save(state: State, names: Iterable[str], path: str | os.PathLike[str]) -> None:
    """Write the images to a docker-archive: a repository with all its tags, an ID without any."""
    chosen: dict[ImageID, list[str]] = {}
    for name in names:
        for image_id, reference in _meant(state, name):
            tags = chosen.setdefault(image_id, [])
            if reference is not None and str(reference) not in tags:
                tags.append(str(reference))
    images = [(state.images[image_id].image, tags) for image_id, tags in chosen.items()]
    if not all(image.layers for image, _ in images):
        raise EngineError("empty export - not implemented")
    save_images(images, path)


def _meant(state: State, name: str) -> list[tuple[ImageID, Reference | None]]:
    """The images that ``save`` takes for a name, each with the tag that goes with it."""
    reference = parse_any(name)
    if isinstance(reference, str):
        image_id = next((item for item in state.images if item == reference), None)
        if image_id is None:
            raise EngineError(f"No such image: {reference}")
        return [(image_id, None)]
    if reference.tag or reference.digest:
        found = lookup(state, reference)
        if found is not None:
            return [(found, reference if reference.tag else None)]
        if reference.familiar_name != "sha256":
            raise EngineError("reference does not exist")
    tags = [item for item in state.references.items() if item[0].name == reference.name]
    if tags:
        return [(image_id, tag if tag.tag else None) for tag, image_id in sorted(tags)]
    prefix = by_prefix(state, name)
    if prefix is None:
        raise EngineError(f"No such image: {name}")
    return [(prefix, None)]


def load(state: State, path: str | os.PathLike[str], ids: Ids, now: int) -> tuple[State, list[str]]:
    """The state with the archive's images and names, and the lines that tell of them."""
    lines: list[str] = []
    named = True
    images = _by_image(open_images(path))
    for image, names in images.items():
        state = add_image(state, image, ids, now)
        named = bool(names)
        for name in names:
            before = state.references.get(name)
            if before is not None and before != image.image_id:
                lines.append(
                    f"The image {name} already exists, renaming the old one with ID {before} "
                    "to empty string"
                )
            state = name_image(state, image.image_id, name)
            lines.append(f"Loaded image: {name}")
    if not named:  # so it is: the last image alone decides whether IDs are told
        lines += [f"Loaded image ID: {image.image_id}" for image in images]
    return state, lines


def _by_image(found: dict[str, Image]) -> dict[Image, list[Reference]]:
    images: dict[Image, list[Reference]] = {}
    for name, image in found.items():
        references = images.setdefault(image, [])
        if name != image.image_id.short:
            try:
                references.append(Reference.parse(name).tagged())
            except InvalidReference:  # an OCI layout may call an image anything
                continue
    return images
