"""Debian 12's packages as they were measured: what each holds, and what installing it pulls in.

``package("curl")`` is one of them, ``names()`` are all; ``resolve(["curl"], installed)`` is
what ``apt-get install curl`` would add. Nothing is read before it is asked for.
"""

from layerlab.catalog.packages.control import Control, Wanted, paragraphs
from layerlab.catalog.packages.index import Member, Package, names, package
from layerlab.catalog.packages.resolver import Unresolvable, resolve

__all__ = [
    "Control",
    "Member",
    "Package",
    "Unresolvable",
    "Wanted",
    "names",
    "package",
    "paragraphs",
    "resolve",
]
