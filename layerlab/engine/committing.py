"""``docker commit``: a container's changes as one more layer, in an image of their own.

moby: ``daemon/commit.go`` and ``image/image.go`` (NewChildImage).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from layerlab.engine.runconfig import config_json, go_config
from layerlab.engine.state import StoredContainer
from layerlab.engine.times import NEVER, rfc3339
from layerlab.image import History, Image, gojson
from layerlab.layer import Layer


def committed(
    container: StoredContainer,
    now: int,
    version: str,
    *,
    message: str = "",
    author: str = "",
    changes: Iterable[str] = (),
) -> Image:
    """The image: the container's layer on its image's, and a config as Docker writes it."""
    config = config_json(container)
    changed = import_module("layerlab.build.changes").changed  # the room above reads Dockerfiles
    return child_image(
        container.image,
        container.files.layer(),
        History(rfc3339(now), " ".join(container.cmd), author, message),
        version,
        config=go_config(changed(config, changes)),
        container_config=config,
        container=container.id,
    )


def child_image(
    base: Image,
    layer: Layer,
    step: History,
    version: str,
    *,
    config: Mapping[str, Any],
    container_config: Mapping[str, Any],
    container: str = "",
) -> Image:
    """``base`` with one more step, and a layer unless it is empty, as Docker writes the config."""
    step = replace(step, empty_layer=not layer.changes)
    layers = (*base.layers, layer) if layer.changes else base.layers
    diff_ids = [item.diff_id for item in layers]
    document: dict[str, Any] = {
        "architecture": base.config.architecture,
        "author": step.author,
        "config": config,
        "container": container,
        "container_config": container_config,
        "created": step.created,
        "docker_version": version,
        "history": [_entry(item) for item in (*_history(base), step)],
        "os": base.config.os,
        "os.features": list(base.config.os_features),
        "os.version": base.config.os_version,
        "rootfs": {"type": "layers", **({"diff_ids": diff_ids} if diff_ids else {})},
        "variant": base.config.variant,
    }
    kept = {key: value for key, value in document.items() if value}
    return Image.opened(layers, gojson.dump(kept))


def _history(image: Image) -> tuple[History, ...]:
    """The image's steps; a builder that wrote none gets one a layer, so that they count."""
    return image.history or tuple(History(image.config.created) for _ in image.layers)


def _entry(step: History) -> dict[str, Any]:
    """As the daemon writes it: the author before the command, and a time always."""
    entry = {
        "created": step.created or NEVER,
        "author": step.author,
        "created_by": step.created_by,
        "comment": step.comment,
        "empty_layer": step.empty_layer,
    }
    return {key: value for key, value in entry.items() if value}
