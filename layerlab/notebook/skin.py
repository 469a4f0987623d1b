"""What the page side of the widgets is made of: shared parts, then the widget's own.

A widget's script is one module without imports, since it has to work without a network.
"""

from pathlib import Path

_HERE = Path(__file__).parent


def script(name: str) -> str:
    """The shared parts and the script ``name``, as one module."""
    return _read("parts.js") + _read(name)


def style(name: str = "") -> str:
    """The shared style sheet, and the one of ``name`` if it has its own."""
    return _read("bench.css") + (_read(name) if name else "")


def _read(name: str) -> str:
    return (_HERE / name).read_text("utf-8")
