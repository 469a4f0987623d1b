"""Storing images: each layer once, under its ChainID, for as long as something uses it.

moby: ``layer/layer_store.go`` and ``image/store.go``.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from layerlab.digest import ChainID, ImageID
from layerlab.engine.ids import Ids
from layerlab.engine.state import State, StoredContainer, StoredImage, StoredLayer
from layerlab.errors import EngineError
from layerlab.image import Image
from layerlab.reference import Reference

MAX_LAYERS = 125
"""The daemon's ``maxLayerDepth``."""

K = TypeVar("K")
V = TypeVar("V")


def with_item(items: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """The mapping with one more item, or another value under ``key``."""
    return MappingProxyType({**items, key: value})


def without(items: Mapping[K, V], *keys: K) -> Mapping[K, V]:
    """The mapping without these keys."""
    return MappingProxyType({key: items[key] for key in items if key not in keys})


def add_image(
    state: State, image: Image, ids: Ids, now: int, parent: ImageID | None = None
) -> State:
    """The state with the image in it; what is there already stays as it is."""
    state = add_layers(state, image, ids, now)
    if image.image_id in state.images:
        return state
    stored = StoredImage(image, now, parent)
    return replace(state, images=with_item(state.images, image.image_id, stored))


def add_layers(state: State, image: Image, ids: Ids, now: int) -> State:
    """The state with all layers of the image, each once; new ones get a directory's names."""
    if len(image.layers) > MAX_LAYERS:
        raise EngineError("max depth exceeded")
    layers = dict(state.layers)
    parent: ChainID | None = None
    for layer, chain_id in zip(image.layers, image.chain_ids, strict=True):
        if chain_id not in layers:
            layers[chain_id] = StoredLayer(chain_id, layer, parent, ids.hex64(), ids.link(), now)
            if parent:
                layers[parent] = replace(layers[parent], built_on=now)
        parent = chain_id
    made = state.made | {"sha256", "tmp"} if layers else state.made
    return replace(state, layers=MappingProxyType(layers), made=made)


def stand_on(state: State, image: Image, now: int) -> State:
    """The state in which a container was made on the image."""
    made = state.made | {"mounts"}
    if not image.layers:
        return replace(state, made=made)
    top = replace(state.layers[image.chain_ids[-1]], built_on=now)
    return replace(state, layers=with_item(state.layers, top.chain_id, top), made=made)


def remove_image(state: State, image_id: ImageID) -> tuple[State, list[ChainID]]:
    """The state without the image, and the layers that went with it, topmost first."""
    chain = state.images[image_id].image.chain_ids
    state = replace(state, images=without(state.images, image_id))
    return _release(state, chain)


def remove_container(state: State, container: StoredContainer) -> State:
    """The state without the container; layers that only it held (its image is gone) go, too."""
    state = replace(state, containers=without(state.containers, container.id))
    return _release(state, container.image.chain_ids)[0]


def _release(state: State, chain: tuple[ChainID, ...]) -> tuple[State, list[ChainID]]:
    used = used_layers(state)
    gone = [chain_id for chain_id in reversed(chain) if chain_id not in used]
    return replace(state, layers=without(state.layers, *gone)), gone


def used_layers(state: State) -> set[ChainID]:
    """The layers of all images, and those that containers stand on."""
    images = [stored.image for stored in state.images.values()]
    images += [container.image for container in state.containers.values()]
    return {chain_id for image in images for chain_id in image.chain_ids}


def tag(state: State, image_id: ImageID, name: Reference, now: int) -> State:
    """The state in which ``name``, a tag, is the image's, whatever it named before."""
    if name.familiar_name == "sha256":
        raise EngineError("refusing to create an ambiguous tag using digest algorithm as name")
    stored = replace(state.images[image_id], tagged=now)
    state = replace(state, images=with_item(state.images, image_id, stored))
    return name_image(state, image_id, name)


def name_image(state: State, image_id: ImageID, name: Reference) -> State:
    """The same without a note of when: as loads and pulls do it."""
    return replace(state, references=with_item(state.references, name, image_id))


def children(state: State, image_id: ImageID) -> tuple[ImageID, ...]:
    """The images that were built or committed here on this one."""
    return state.children.get(image_id, ())
