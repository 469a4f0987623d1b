"""The seam between the model and its pictures.

The drawings live in ``layerlab.notebook``, which knows the model; the model doesn't know
them. So the drawing is looked up by name, and only when a notebook asks for one.
"""

from importlib import import_module


class Drawn:
    """A value that draws itself in a notebook."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(import_module("layerlab.notebook.drawing").html(self))
