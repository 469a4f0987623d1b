"""Container: a union with a writable layer, true to the kernel's overlayfs.

``core`` is the system calls, ``overlay`` the copy-up and the whiteouts, ``inode`` and
``data`` what the upper layer holds, ``handle`` an open file, ``rights`` who may do what,
``events`` what was done, ``diff`` what ``docker diff`` and ``docker commit`` make of it.
"""

from layerlab.container.core import Container
from layerlab.container.diff import DiffLine
from layerlab.container.events import Event
from layerlab.container.handle import Handle
from layerlab.container.rights import User

__all__ = ["Container", "DiffLine", "Event", "Handle", "User"]
