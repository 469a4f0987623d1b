"""Paths as a page holds them: plain ASCII, whatever bytes a name has, and back again."""

from urllib.parse import quote, unquote


def key(path: str) -> str:
    """A path that JSON and an attribute carry unharmed."""
    return quote(path, errors="surrogateescape")


def path_of(key: str) -> str:
    """The path that a key stands for."""
    return unquote(key, errors="surrogateescape")
