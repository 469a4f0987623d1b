"""What a notebook shows of the model: pictures, tables, charts and widgets.

A name is loaded when it is first used, so that a picture needs neither pandas nor matplotlib.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "bars": "charts",
    "browse": "browse_desk",
    "cache_chart": "build_charts",
    "cache_table": "build_charts",
    "copying": "cow_charts",
    "dockerfile_bench": "dockerfile_desk",
    "explore": "explorer",
    "inside": "inside_desk",
    "image_chart": "build_charts",
    "image_table": "build_charts",
    "ladder": "ladder_desk",
    "layer_chart": "build_charts",
    "lines": "charts",
    "magics": "docker_magics",
    "matrix": "sharing_matrix",
    "overview": "overview_view",
    "playground": "playground_desk",
    "pulls": "pulls_desk",
    "sharing": "sharing_desk",
    "stack": "drawing",
    "stacks": "charts",
    "table": "tables",
    "tree": "drawing",
    "treemap": "treemap_view",
    "workbench": "workbench_desk",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
