"""apt, dpkg and the switches of packages: what they print, and what they do to files.

All that they know stands in the tree: dpkg's ``status``, apt's lists and ``extended_states``. What
a package holds is the catalog's, which is opened when the first of these programs runs.
"""

from collections.abc import Mapping
from functools import partial
from importlib import import_module

from layerlab.shell.process import Process, Program

_MODULES = {
    **{f"a2{act}{what}": "enabling" for act in ("en", "dis") for what in ("mod", "site", "conf")},
    "apt": "apt_get",
    "apt-cache": "apt_cache",
    "apt-get": "apt_get",
    "apt-mark": "apt_mark",
    "dpkg": "dpkg_command",
    "dpkg-query": "dpkg_query",
    "update-alternatives": "alternating",
}


def _run(process: Process, module: str) -> int:
    code: int = import_module(f"layerlab.shell.packages.{module}").main(process)
    return code


PROGRAMS: Mapping[str, Program] = {
    name: partial(_run, module=module) for name, module in _MODULES.items()
}
"""Programs that there are only where a package brought them."""
