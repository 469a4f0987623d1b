"""``docker cp``: files from a container to this machine, and back.

What lands where is decided as moby's pkg/archive does (copy.go, PrepareArchiveCopy).
"""

from __future__ import annotations

import errno
import io
import os
import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from layerlab.docker.localfiles import go_words
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.docker.trees import LOCAL, Cargo, pack, unpack
from layerlab.errors import EngineError
from layerlab.layer import Layer
from layerlab.nodes import Directory, File, Symlink

if TYPE_CHECKING:
    from layerlab.engine import Engine


@dataclass(frozen=True)
class Place:
    """One end of a copy: a path in a container, or on this machine."""

    container: str
    path: str

    @classmethod
    def read(cls, text: str) -> Place:
        """``box:/etc/motd`` is in a container; ``./a:b`` and ``/a:b`` are here."""
        container, colon, path = text.partition(":")
        if text.startswith(("/", ".")) or not colon:
            return cls("", text)
        return cls(container, path)


def cp(engine: Engine, args: Parsed) -> Output:
    """Copy one file or tree."""
    for text, end in zip(args.args, ("source", "destination"), strict=True):
        if not text:
            raise ClientError(f"{end} can not be empty")
    source, target = map(Place.read, args.args)
    if source.container and target.container:
        raise ClientError("copying between containers is not supported")
    if source.container:
        return _out(engine, args, source, target.path)
    if target.container:
        return _in(engine, args, source.path, target)
    raise ClientError("must specify at least one container source")


def _out(engine: Engine, args: Parsed, source: Place, target: str) -> Output:
    stream = target == "-"
    place = _here(args, target)
    if not stream:
        folder = os.path.dirname(os.path.normpath(place))
        if not os.path.exists(folder):
            raise ClientError(f'invalid output path: directory "{folder}" does not exist')
    files = engine.container(source.container).files
    path, name = _followed(files, args, "/" + source.path.lstrip("/"))
    try:
        cargo = pack(files, path, name)
    except OSError:
        raise _missing(source.path, source.container) from None
    if stream:
        tar = io.BytesIO()
        Layer.of({f"/{path}": node for path, node in cargo.items()}).write_tar(tar)
        return Output(tar.getvalue().decode("utf-8", "surrogateescape"))
    landed, cargo = _landing(LOCAL, place, cargo)
    unpack(LOCAL, landed, cargo)
    return Output()


def _in(engine: Engine, args: Parsed, source: str, target: Place) -> Output:
    files = engine.container(target.container).files
    path = "/" + target.path.lstrip("/")
    if source == "-":
        layer = Layer.from_tar(args.stdin.encode("utf-8", "surrogateescape"))
        if not files.isdir(path):
            raise ClientError(f'destination "{target.container}:{target.path}" must be a directory')
        cargo: Cargo = {
            name.removeprefix("/"): node
            for name, node in layer.changes.items()
            if isinstance(node, Directory | File | Symlink)
        }
        unpack(files, path, cargo)
        return Output()
    here = _here(args, source)
    if not os.path.lexists(here):
        raise ClientError(f"lstat {here}: no such file or directory")
    try:
        here, name = _followed(LOCAL, args, here)
        cargo = pack(LOCAL, here, name)
    except OSError as error:
        raise ClientError(f"lstat {here}: {go_words(error)}") from None
    if not args.on("archive"):
        root = {name: replace(node.meta, uid=0, gid=0) for name, node in cargo.items()}
        cargo = {name: replace(node, meta=root[name]) for name, node in cargo.items()}
    landed, cargo = _landing(files, path, cargo)
    if not files.lexists(landed):
        raise _missing(landed, target.container)
    if not files.isdir(landed):
        raise EngineError("extraction point is not a directory")
    try:
        unpack(files, landed, cargo)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        fault = f"unlinkat {error.filename}: {go_words(error)}"  # something is mounted there
        raise EngineError(f"Error processing tar file(exit status 1): {fault}") from None
    return Output()


def _here(args: Parsed, path: str) -> str:
    """A path of this machine in full; a final ``/`` or ``/.`` stays, since it means something."""
    whole = os.path.normpath(os.path.join(os.path.abspath(args.cwd), path))
    if posixpath.basename(path) == ".":
        return whole.rstrip("/") + "/."
    return whole + "/" if path.endswith("/") and whole != "/" else whole


def _followed(files: Any, args: Parsed, path: str) -> tuple[str, str]:
    """What is to be packed, and under which name: of a symlink the target, if that is asked."""
    name = posixpath.basename(path.rstrip("/")) or "."
    if args.on("follow-link") and files.lexists(path) and files.islink(path):
        target = posixpath.join(posixpath.dirname(path.rstrip("/")), files.readlink(path))
        return posixpath.normpath(target), name
    return path, name


def _landing(files: Any, place: str, cargo: Cargo) -> tuple[str, Cargo]:
    """The directory to unpack in, and the cargo under the names that it gets there."""
    top = next(iter(cargo))
    if files.isdir(place):
        return place, cargo
    is_tree = isinstance(cargo[top], Directory)
    if files.lexists(place) and is_tree:
        raise ClientError("cannot copy directory")
    if not files.lexists(place) and not is_tree and place.endswith(("/", "/.")):
        raise ClientError("no such directory")
    bare = place.removesuffix(".").rstrip("/") if place.endswith("/.") else place.rstrip("/")
    folder, name = posixpath.split(bare)
    renamed = {posixpath.normpath(posixpath.join(name, posixpath.relpath(path, top))): node
               for path, node in cargo.items()}  # fmt: skip
    return folder or "/", renamed


def _missing(path: str, container: str) -> EngineError:
    return EngineError(f"Could not find the file {path} in container {container}")


COMMANDS = (
    Command(
        ("container cp", "cp"),
        "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n"
        "\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
        "Copy files/folders between a container and the local filesystem", cp,
        (
            Flag("archive", "Archive mode (copy all uid/gid information)", "a"),
            Flag("follow-link", "Always follow symbol link in SRC_PATH", "L"),
            Flag("quiet", "Suppress progress output during copy. Progress output is "
                 "automatically suppressed if no terminal is attached", "q"),
        ),
        Takes(2, 2),
        "Copy files/folders between a container and the local filesystem\n\n"
        "Use '-' as the source to read a tar archive from stdin\n"
        "and extract it to a directory destination in a container.\n"
        "Use '-' as the destination to stream a tar archive of a\n"
        "container source to stdout.",
    ),
)  # fmt: skip
