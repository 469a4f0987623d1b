"""``docker build``: what the client sends, and what it prints (docker/cli: image/build.go)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerlab.build import Context
from layerlab.build.building import DEFAULT, ignored
from layerlab.build.ignoring import NAME, BadIgnore
from layerlab.docker.environment import check_env, check_label
from layerlab.docker.localfiles import go_words
from layerlab.docker.several import REFUSALS, from_daemon
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.errors import BuildError, InvalidReference, LayerlabError
from layerlab.layer import Layer
from layerlab.nodes import File
from layerlab.reference import Reference
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.engine import Engine

NOTICE = """\
DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

"""
"""What the client prints on standard error before it asks the classic builder."""
_STDIN_NAME = ".dockerfile.0123456789abcdef0123"
"""What a Dockerfile from elsewhere is called in the context: Docker's name is random."""
_BUILDKITS = frozenset(("progress", "secret"))
_SIMULATED = frozenset((
    "build-arg", "compress", "disable-content-trust", "file", "force-rm", "help", "iidfile",
    "label", "network", "no-cache", "platform", "pull", "quiet", "rm", "tag", "target",
))  # fmt: skip


def build(engine: Engine, args: Parsed) -> Output:
    """Build an image from a Dockerfile."""
    for flag in args.flags:
        if flag in _BUILDKITS and engine.builder != "buildkit":
            raise ClientError(f'layerlab: docker build --{flag} takes Engine(builder="buildkit")')
        if flag not in _SIMULATED | _BUILDKITS:
            raise ClientError(f"layerlab: docker build --{flag} is not simulated")
    quiet, iidfile = args.on("quiet"), args.text("iidfile")
    place = Path(args.cwd, iidfile) if iidfile else None
    if place is not None:
        place.unlink(missing_ok=True)
    if engine.builder == "buildkit":
        return _with_buildkit(engine, args, place)
    context, dockerfile = _context(args)
    size = human_size(context.size, 4)
    sent = f"Sending build context to Docker daemon {size:>8}\r\r\n"
    try:
        done = _built(engine, args, context, dockerfile)
    except BuildError as error:
        printed = sent + error.output
        told = f"{error.what}\n"
        return (
            Output("", printed + told, error.code) if quiet else Output(printed, told, error.code)
        )
    except REFUSALS as error:
        told = from_daemon(error)
        return Output("", sent + told, 1) if quiet else Output(sent, told, 1)
    image_id: str = done.image.image_id
    if place is not None:
        place.write_text(image_id)
    return Output(f"{image_id}\n" if quiet else sent + done.output)


def _built(engine: Engine, args: Parsed, context: Context, dockerfile: str, **more: Any) -> Any:
    return engine.build(
        context,
        dockerfile,
        args.texts("tag"),
        args.text("target"),
        _pairs(args.texts("build-arg")),
        args.on("no-cache"),
        labels={name: value or "" for name, value in _pairs(args.texts("label")).items()},
        pull=args.on("pull"),
        remove=args.on("rm"),
        force_remove=args.on("force-rm"),
        network=args.text("network"),
        **more,
    )


def _with_buildkit(engine: Engine, args: Parsed, place: Path | None) -> Output:
    """The same by BuildKit: what it tells goes to standard error, as with ``--progress=plain``."""
    context, dockerfile = _context(args, buildkit=True)
    try:
        done = _built(engine, args, context, dockerfile, secrets=_secrets(args))
    except BuildError as error:
        return Output("", f"{error.output}{error.what}\n", 1)
    except REFUSALS as error:
        return Output("", from_daemon(error), 1)
    image_id: str = done.image.image_id
    if place is not None:
        place.write_text(image_id)
    return Output(f"{image_id}\n") if args.on("quiet") else Output("", done.output)


def _secrets(args: Parsed) -> dict[str, bytes]:
    """``--secret id=token,src=file``; a file is called like its secret if nobody says."""
    found: dict[str, bytes] = {}
    for text in args.texts("secret"):
        fields = dict(_pairs(tuple(text.split(","))))
        source = fields.get("src") or fields.get("source") or ""
        name = fields.get("id") or source
        if not name:
            raise ClientError(f"layerlab: --secret {text} has no id")
        found[name] = Path(args.cwd, source or name).read_bytes()
    return found


def _pairs(texts: tuple[str, ...]) -> Mapping[str, str | None]:
    """``name=value``; a name alone would be taken from the client's own variables: it has none."""
    pairs = (text.partition("=") for text in texts)
    return {name: value if equals else None for name, equals, value in pairs}


def _context(args: Parsed, *, buildkit: bool = False) -> tuple[Context, str]:
    """What is sent, and the Dockerfile's path in it; for BuildKit that needn't be there."""
    where, name = args.args[0], args.text("file")
    if where == "-":
        return _from_stdin(args, name)
    folder = Path(args.cwd, where)
    if not folder.exists():
        if where.startswith(("http://", "https://", "git://", "git@", "github.com/")):
            raise ClientError(f"layerlab: there is no network to fetch {where} from")
        raise ClientError(f'unable to prepare context: path "{where}" not found')
    folder = Path(os.path.realpath(folder))
    if not folder.is_dir():
        raise ClientError(f"unable to prepare context: context must be a directory: {folder}")
    dockerfile = "" if name == "-" else _dockerfile(args, folder, name, missing=buildkit)
    outside = name == "-" or dockerfile.startswith("../")
    try:
        ignore = ignored(folder, None if outside else dockerfile)
        context = Context.read(folder, ignore, parents=buildkit)
    except BadIgnore as error:
        raise ClientError(f"error checking context: {error.what}") from None
    _check(folder, context)
    if not outside:
        return context, dockerfile
    text = args.stdin.encode("utf-8", "surrogateescape")
    if name != "-":
        text = (folder / dockerfile).read_bytes()
    return _added(context, text), _STDIN_NAME


def _dockerfile(args: Parsed, folder: Path, name: str, *, missing: bool) -> str:
    """The Dockerfile's path, seen from the context."""
    path = Path(os.path.abspath(Path(args.cwd, name))) if name else folder / DEFAULT
    if not name and not os.path.lexists(path) and os.path.lexists(folder / DEFAULT.lower()):
        path = folder / DEFAULT.lower()
    try:
        real = os.path.realpath(path, strict=not missing)
    except OSError as error:
        raise ClientError(
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: "
            f"lstat {error.filename}: {go_words(error)}"
        ) from None
    return os.path.relpath(real, folder)


def _check(folder: Path, context: Context) -> None:
    """Refuse a context with a file that can't be read."""
    for path, node in context.layer.changes.items():
        where = folder / path[1:]
        if isinstance(node, File) and not os.access(where, os.R_OK):
            raise ClientError(f"error checking context: no permission to read from '{where}'")


def _added(context: Context, text: bytes) -> Context:
    """A context with a Dockerfile that came from elsewhere, which no COPY will find.

    The tar ends with the list of what is ignored, without padding (*ran*: client 28.2).
    """
    known = context.files.read_bytes(f"/{NAME}") if context.files.isfile(f"/{NAME}") else b""
    ignore = (known or NAME.encode()) + f"\n{_STDIN_NAME}\n".encode()
    added = context.with_file(_STDIN_NAME, text).with_file(NAME, ignore)
    cut = 1024 + -len(ignore) % 512
    return Context(added.layer, added.size - cut)


def _from_stdin(args: Parsed, name: str) -> tuple[Context, str]:
    """A context that is a tar, or none at all: then the text is a Dockerfile."""
    data = args.stdin.encode("utf-8", "surrogateescape")
    if name == "-":
        raise ClientError("invalid argument: can't use stdin for both build context and dockerfile")
    layer = _tar(data)
    if layer is not None:
        return Context(layer, len(data)), name or DEFAULT
    if name:
        raise ClientError(
            "unable to prepare context: ambiguous Dockerfile source: both stdin and flag "
            "correspond to Dockerfiles"
        )
    return Context().with_file(DEFAULT, data), DEFAULT


def _tar(data: bytes) -> Layer | None:
    try:
        return Layer.from_tar(data) if data else None
    except LayerlabError:
        return None


def check_tag(text: str) -> None:
    """``ValueError`` unless an image can be called that."""
    try:
        Reference.parse(text)
    except InvalidReference as error:
        raise ValueError(error.what) from None


COMMANDS = (
    Command(
        ("image build", "build", "builder build"), "[OPTIONS] PATH | URL | -",
        "Build an image from a Dockerfile", build,
        (
            Flag("add-host", 'Add a custom host-to-IP mapping ("host:ip")', kind="list"),
            Flag("build-arg", "Set build-time variables", kind="list", check=check_env),
            Flag("cache-from", "Images to consider as cache sources", kind="strings"),
            Flag("cgroup-parent", 'Set the parent cgroup for the "RUN" instructions during build',
                 kind="string"),
            Flag("compress", "Compress the build context using gzip"),
            Flag("cpu-period", "Limit the CPU CFS (Completely Fair Scheduler) period", kind="int"),
            Flag("cpu-quota", "Limit the CPU CFS (Completely Fair Scheduler) quota", kind="int"),
            Flag("cpu-shares", "CPU shares (relative weight)", "c", kind="int"),
            Flag("cpuset-cpus", "CPUs in which to allow execution (0-3, 0,1)", kind="string"),
            Flag("cpuset-mems", "MEMs in which to allow execution (0-3, 0,1)", kind="string"),
            Flag("disable-content-trust", "Skip image verification", default="true"),
            Flag("file", 'Name of the Dockerfile (Default is "PATH/Dockerfile")', "f",
                 kind="string"),
            Flag("force-rm", "Always remove intermediate containers"),
            Flag("iidfile", "Write the image ID to the file", kind="string"),
            Flag("isolation", "Container isolation technology", kind="string"),
            Flag("label", "Set metadata for an image", kind="list", check=check_label),
            Flag("memory", "Memory limit", "m", kind="bytes"),
            Flag("memory-swap", "Swap limit equal to memory plus swap: -1 to enable unlimited swap",
                 kind="bytes"),
            Flag("network", 'Set the networking mode for the RUN instructions during build',
                 kind="string", default="default"),
            Flag("no-cache", "Do not use cache when building the image"),
            Flag("platform", "Set platform if server is multi-platform capable", kind="string"),
            Flag("progress", "Set type of progress output: only plain is simulated",
                 kind="string", hidden=True),
            Flag("pull", "Always attempt to pull a newer version of the image"),
            Flag("quiet", "Suppress the build output and print image ID on success", "q"),
            Flag("rm", "Remove intermediate containers after a successful build", default="true"),
            Flag("secret", "Secret file to expose to the build: id=mysecret,src=/local/secret",
                 kind="list", hidden=True),
            Flag("security-opt", "Security options", kind="strings"),
            Flag("shm-size", 'Size of "/dev/shm"', kind="bytes"),
            Flag("tag", 'Name and optionally a tag in the "name:tag" format', "t", kind="list",
                 check=check_tag),
            Flag("target", "Set the target build stage to build.", kind="string"),
            Flag("ulimit", "Ulimit options", kind="ulimit", default="[]"),
        ),
        Takes(1, 1),
        notice=NOTICE,
    ),
)  # fmt: skip
