"""The image of a build: its config JSON as the frontend and the exporter write it.

moby 20.10: ``builder/builder-next/exporter/writer.go``; BuildKit: ``frontend/dockerfile/
dockerfile2llb/image.go``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layerlab.build.buildkit.stages import Line, Stage
from layerlab.engine.times import rfc3339
from layerlab.image import Image, gojson

COMMENT = "buildkit.dockerfile.v0"
_FIELDS = (
    "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
    "StopSignal", "Healthcheck", "ArgsEscaped", "OnBuild", "StopTimeout", "Shell",
)  # fmt: skip
"""The fields of the frontend's ``ImageConfig``, in order; the others of Docker's are dropped."""


def exported(stage: Stage, snapshot: Image, created: Sequence[int]) -> Image:
    """The image. ``created`` tells when each layer was made."""
    history = _history(stage, created)
    dates = [entry["created"] for entry in history if entry.get("created")]
    document: dict[str, Any] = {
        **stage.document,
        "config": _config(stage.config),
        "created": dates[-1] if dates else None,
        "history": [_ordered(entry) for entry in history] or None,
        "rootfs": {"type": "layers", "diff_ids": list(snapshot.diff_ids) or None},
    }
    return Image.opened(snapshot.layers, gojson.dump(dict(sorted(document.items()))))


def _config(config: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _FIELDS:
        value = config.get(name)
        if name in ("ExposedPorts", "Volumes", "Labels") and value:
            value = dict(sorted(value.items()))
        if value or name == "OnBuild":
            found[name] = value or None
    return found


def _history(stage: Stage, created: Sequence[int]) -> list[dict[str, Any]]:
    """The base's entries and the stage's own; each gets the time of a layer."""
    found: list[dict[str, Any]] = []
    for line in stage.history:
        if isinstance(line, Line):
            entry = {"created_by": line.created_by, "comment": COMMENT}
            found.append(entry if line.layer else {**entry, "empty_layer": True})
        else:
            found.append(dict(line))
    layers = [entry for entry in found if not entry.get("empty_layer")]
    missing = created[len(layers) :]
    found += [{"created_by": "", "comment": "buildkit.exporter.image.v0"} for _ in missing]
    layers = [entry for entry in found if not entry.get("empty_layer")]
    for entry, moment in zip(layers, created, strict=False):
        entry.setdefault("created", rfc3339(moment))
    return _dated(found)


def _dated(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those without a time get that of the first new layer, or of the layer before them."""
    moment: str | None = None
    without = False
    for entry in history:
        if entry.get("created"):
            moment = entry["created"]
            if without:
                break
        else:
            without = True
    without = False
    for entry in history:
        if entry.get("created"):
            moment = entry["created"] if without else moment
        else:
            without = True
            entry["created"] = moment
    return history


def _ordered(entry: Mapping[str, Any]) -> dict[str, Any]:
    order = "created", "created_by", "author", "comment", "empty_layer"
    return {name: entry[name] for name in order if entry.get(name)}
