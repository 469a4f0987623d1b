"""A small shell, and the programs that it runs: what ``exec``, ``run`` and the host understand.

``syntax``, ``lexing`` and ``parsing`` make commands of text, ``expansion`` makes arguments of
words, ``interpreter`` and ``builtins`` run them, ``lookup`` and ``running`` find and start
programs, which are in ``programs``.
"""

from layerlab.shell.accounts import Account, find_account
from layerlab.shell.lookup import DEFAULT_PATH
from layerlab.shell.process import (
    BUSYBOX,
    CENTOS,
    DEBIAN,
    Flavour,
    Forever,
    Process,
    Program,
)
from layerlab.shell.shell import Shell, run_program
from layerlab.shell.streams import Done

__all__ = [
    "BUSYBOX", "CENTOS", "DEBIAN", "DEFAULT_PATH", "Account", "Done", "Flavour", "Forever",
    "Process", "Program", "Shell", "find_account", "run_program",
]  # fmt: skip
