"""What a container's process prints, as the client passes it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.spec import ClientError, Output

if TYPE_CHECKING:
    from layerlab.engine import Engine
    from layerlab.engine.state import StoredContainer

GOES_ON = (
    "layerlab: the program doesn't end by itself. Docker would stay attached to it; here it goes "
    "on in the background\n"
)


def check_terminal(interactive: bool, tty: bool) -> None:
    """Refuse ``-it``: what is typed here never comes from a terminal."""
    if interactive and tty:
        raise ClientError("the input device is not a TTY")


def attached(
    engine: Engine, container: StoredContainer, since: StoredContainer | None = None
) -> Output:
    """The output of a container that was started, until it ends, and its exit code as ours.

    ``since`` is the container as it was before: what it had printed by then is left out.
    """
    note, code = "", container.exit_code
    if container.status == "running":
        if container.ends is None:
            note, code = GOES_ON, 0
        else:
            code = engine.wait(container.id)
    out, errors = container.output, container.errors
    if since is not None:
        out, errors = out[len(since.output) :], errors[len(since.errors) :]
    printed, told = streams(out, errors, tty=bool(container.options.get("tty")))
    return Output(printed, told + note, code)


def streams(out: bytes, errors: bytes, *, tty: bool) -> tuple[str, str]:
    """Standard output and error as text; a terminal has but one, and its lines end in CR LF."""
    if tty:
        return _text((out + errors).replace(b"\n", b"\r\n")), ""
    return _text(out), _text(errors)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
