"""UnionFS: many layers, one read-only tree; lookup that explains itself.

``merge`` builds the tree, ``fs`` is what you call, ``reading`` the questions that a union and
a container have in common, ``stats`` their ``os.stat_result``.
"""

from layerlab.union.fs import Hit, UnionFS
from layerlab.union.merge import Step

__all__ = ["Hit", "Step", "UnionFS"]
