"""Analyses and trees as plain JSON: dicts, lists, text, numbers and ``None``.

Keys are sorted and stay as they are. Sizes are in bytes, a layer is its place in the stack (0
the lowest), a DiffID is its text. A name that isn't UTF-8 has lone surrogates, as in Python.
"""

from __future__ import annotations

import math
from functools import singledispatch
from typing import Any

from layerlab.analysis.comparing import Comparison
from layerlab.analysis.dive import Dive
from layerlab.analysis.waste import Waste
from layerlab.image import Image
from layerlab.nodes import Directory, Symlink


@singledispatch
def to_json(analysis: Any) -> dict[str, Any]:
    """What ``waste``, ``compare`` or ``dive`` found.

    - ``Waste``: ``efficiency``, ``findings`` (each ``advice``, ``by``, ``hidden_by``, ``layer``,
      ``made_by``, ``paths``, ``saves``, ``why``), ``paths`` (each ``copies``: ``layer`` and
      ``size``; ``path``, ``wasted``, ``why``), ``size``, ``user_bytes``, ``wasted_bytes``,
      ``wasted_percent``
    - ``Comparison``: ``differences`` (each ``how``, ``path``, ``size_a``, ``size_b``), ``layers``
      (each ``a``, ``b``: its place there or ``None``; ``diff_id``, ``size``), ``shared_bytes``,
      ``size_a``, ``size_b``
    - ``Dive``: ``efficiency``, ``paths`` (each ``layers``, ``path``, ``size``), ``size``,
      ``user_size``, ``user_wasted_percent`` (``None`` where dive divides by nothing),
      ``wasted_bytes``
    """
    raise TypeError(f"{type(analysis).__name__} is none of Waste, Comparison and Dive")


@to_json.register
def _(found: Waste) -> dict[str, Any]:
    return {
        "efficiency": found.efficiency,
        "findings": [
            {
                "advice": row.advice,
                "by": row.by,
                "hidden_by": row.hidden_by,
                "layer": row.layer,
                "made_by": row.made_by,
                "paths": list(row.paths),
                "saves": row.saves,
                "why": row.why,
            }
            for row in found.findings
        ],
        "paths": [
            {
                "copies": [{"layer": layer, "size": size} for layer, size in row.sizes],
                "path": row.path,
                "wasted": row.wasted,
                "why": row.why,
            }
            for row in found.paths
        ],
        "size": found.size,
        "user_bytes": found.user_bytes,
        "wasted_bytes": found.wasted_bytes,
        "wasted_percent": found.wasted_percent,
    }


@to_json.register
def _(found: Comparison) -> dict[str, Any]:
    return {
        "differences": [
            {"how": row.how, "path": row.path, "size_a": row.size_a, "size_b": row.size_b}
            for row in found.differences
        ],
        "layers": [
            {"a": row.a, "b": row.b, "diff_id": str(row.diff_id), "size": row.size}
            for row in found.layers
        ],
        "shared_bytes": found.shared_bytes,
        "size_a": found.size_a,
        "size_b": found.size_b,
    }


@to_json.register
def _(found: Dive) -> dict[str, Any]:
    percent = found.user_wasted_percent
    return {
        "efficiency": found.efficiency,
        "paths": [
            {"layers": row.layers, "path": row.path, "size": row.size} for row in found.paths
        ],
        "size": found.size,
        "user_size": found.user_size,
        "user_wasted_percent": percent if math.isfinite(percent) else None,
        "wasted_bytes": found.wasted_bytes,
    }


def tree(image: Image) -> dict[str, Any]:
    """The merged tree, as a container sees it: the root, with all that is in it.

    Each node has ``kind``, ``layer``, ``mode`` (permission bits) and ``size``; a directory also
    ``entries`` by name, sorted; a symlink also ``target``. Only the root may be of layer -1:
    that no layer names it. ``NoContent`` if only the name of a layer is known.
    """
    root = _node(image.rootfs.root.node, image.rootfs.root.index)
    folders = {"": root["entries"]}
    for path, node, layer in image.rootfs.items():
        folder, _, name = path.rpartition("/")
        folders[folder][name] = made = _node(node, layer)
        if isinstance(node, Directory):
            folders[path] = made["entries"]
    return root


def _node(node: Any, layer: int) -> dict[str, Any]:
    made: dict[str, Any] = {"entries": {}} if isinstance(node, Directory) else {}
    made |= {"kind": node.kind, "layer": layer, "mode": node.meta.mode, "size": node.size}
    if isinstance(node, Symlink):
        made["target"] = node.target
    return made
