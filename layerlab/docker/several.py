"""Commands that take several names: each is tried, failures are told at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from layerlab.docker.spec import ClientError, Output
from layerlab.errors import EngineError, InvalidReference, LayerlabError
from layerlab.reference import Reference

REFUSALS = EngineError, InvalidReference
"""What an engine answers when it won't; the client prints both alike."""


def from_daemon(error: LayerlabError) -> str:
    """What the client prints when the engine refuses."""
    return f"Error response from daemon: {error.what}\n"


def read_reference(text: str) -> Reference:
    """A reference that the client itself takes apart; what is wrong is told in its own words."""
    try:
        return Reference.parse(text)
    except InvalidReference as error:
        raise ClientError(error.what) from None


def named(container: str) -> str:
    """A container as it was named; the client refuses to ask for one without a name."""
    if not container.strip():
        raise ClientError("invalid container name or ID: value is empty")
    return container


def is_missing(error: LayerlabError) -> bool:
    """Whether the engine didn't find what was named: ``--force`` forgives that alone."""
    return error.what.startswith("No such ")


def each_container(names: Iterable[str], operate: Callable[[str], object]) -> Output:
    """``operate`` on each container, and print its name, as it was given, when that is done."""

    def act(name: str) -> str:
        operate(named(name))
        return f"{name}\n"

    return for_each(names, act)


def for_each(names: Iterable[str], act: Callable[[str], str], *, forgiving: bool = False) -> Output:
    """What ``act`` prints for each name; a refusal goes to standard error, and makes the exit 1.

    ``forgiving``: a name that nothing goes by is told, and is no failure.
    """
    printed, refused, code = "", "", 0
    for name in names:
        try:
            printed += act(name)
        except REFUSALS as error:
            refused += from_daemon(error)
            code = code if forgiving and is_missing(error) else 1
        except ClientError as error:
            refused += f"{error.what}\n"
            code = 1
    return Output(printed, refused, code)
