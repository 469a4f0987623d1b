"""The machine that an engine runs on: ``engine.host`` is its files, ``engine.sh`` its shell.

``machine`` is the file system, ``trees`` what the engine keeps in it: ``layers`` its
``overlay2``, ``images`` its ``image/overlay2``, ``containers`` its ``containers``,
``containerd`` what Engine 29 keeps instead. ``session`` is the shell.
"""

from layerlab.docker.host.machine import Host
from layerlab.docker.host.session import host, sh

__all__ = ["Host", "host", "sh"]
