"""``--env``, ``--label`` and the files that hold them (docker/cli: opts/opts.go, opts/file.go)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from layerlab.docker.localfiles import go_words
from layerlab.docker.spec import ClientError, Parsed


def check_env(value: str) -> None:
    """``ValueError`` unless a variable is named."""
    if not value.partition("=")[0]:
        raise ValueError(f"invalid environment variable: {value}")


def check_label(value: str) -> None:
    """``ValueError`` unless a label is named, in one word."""
    name = value.partition("=")[0]
    if not name.strip():
        raise ValueError(f"invalid label '{value}': empty name")
    if any(letter.isspace() for letter in name):
        raise ValueError(f"label '{name}' contains whitespaces")


def check_attach(value: str) -> None:
    """``ValueError`` unless it is a stream."""
    if value.lower() not in ("stdin", "stdout", "stderr"):
        raise ValueError("valid streams are STDIN, STDOUT and STDERR")


def environment(args: Parsed) -> tuple[str, ...]:
    """The variables, those from files first; one without a value is left out.

    The client would take its value from the shell that it is typed in: here that has none.
    """
    texts = [text for name in args.texts("env-file") for text in _lines(args, name)]
    return tuple(text for text in (*texts, *args.texts("env")) if "=" in text)


def labels(args: Parsed) -> Mapping[str, str]:
    """The labels, those from files first; one without a value has the empty one."""
    texts = [text for name in args.texts("label-file") for text in _lines(args, name)]
    pairs = (text.partition("=") for text in (*texts, *args.texts("label")))
    return {name: value for name, _, value in pairs}


def _lines(args: Parsed, name: str) -> Iterator[str]:
    try:
        text = Path(args.cwd, name).read_text()
    except OSError as error:
        raise ClientError(f"open {name}: {go_words(error)}") from None
    for line in text.split("\n"):
        kept = line.rstrip("\r").lstrip()
        if kept and not kept.startswith("#"):
            yield kept
