"""The commands and their words, with argparse."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

_DESCRIPTION = "See what a container image is made of, and what of it is waste."

_IMAGE = """\
IMAGE is one of
  image.tar, image.tar.gz   what 'docker save' or 'podman save' wrote, or an OCI archive
  layout/                   an OCI image layout
  images.tar:alpine:3.20    one image of an archive that holds several
  docker://alpine:3.20      an image of a running Docker (or Podman, if only that is installed)
  podman://alpine:3.20      an image of a running Podman
  -                         an archive on standard input
"""

_CODES = "Exit codes: 0 all is well, 1 a check failed, 2 wrong usage or input that can't be read."


class Usage(Exception):
    """A command line that can't be understood, and the command whose help says how."""

    def __init__(self, what: str, command: str) -> None:
        self.command = command
        super().__init__(what)


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options
        )

    def error(self, message: str) -> NoReturn:
        raise Usage(message, self.prog)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What ``argv`` asks for: ``command`` and its words. ``Usage`` if it can't be understood.

    ``--help`` and ``--version`` print and raise ``SystemExit``.
    """
    return _parser().parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="layerlab",
        description=_DESCRIPTION,
        epilog=f"{_IMAGE}\n'layerlab COMMAND --help' shows a command with an example.\n{_CODES}",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version, and leave")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _layers(commands)
    _tree(commands)
    _waste(commands)
    _compare(commands)
    _cat(commands)
    _extract(commands)
    _lab(commands)
    return parser


class _Version(argparse.Action):
    """Print the version: it is looked up only now, since that takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"layerlab {version('layerlab')}")
        parser.exit()


def _command(commands: Any, name: str, what: str, more: str, *examples: str) -> _Parser:
    shown = "".join(f"  $ {example}\n" for example in examples)
    image = "" if name == "lab" else f"\n{_IMAGE}"
    command: _Parser = commands.add_parser(
        name,
        help=what,
        description=f"{what}.\n\n{more}",
        epilog=f"For example:\n{shown}{image}",
    )
    return command


def _image(command: _Parser, name: str = "image") -> None:
    command.add_argument(name, metavar=name.upper(), help="an archive, a layout or docker://name")


def _json(command: _Parser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON, for programs")


def _layers(commands: Any) -> None:
    command = _command(
        commands, "layers", "List an image's layers, and what made each of them",
        "The lowest layer stands first, and has number 0.",
        "layerlab layers alpine.tar", "layerlab layers --json docker://alpine:3.20",
    )  # fmt: skip
    _json(command)
    _image(command)


def _tree(commands: Any) -> None:
    command = _command(
        commands, "tree", "Show the files of an image, with the layer that each comes from",
        "A directory's size is that of all that is in it. With --layer it shows what one layer\n"
        "changes: A added, C changed, D deleted.",
        "layerlab tree --depth 1 alpine.tar", "layerlab tree --layer 2 alpine.tar /etc",
    )  # fmt: skip
    command.add_argument("--layer", type=_number, metavar="N", help="what layer N changes")
    command.add_argument("--depth", type=_number, metavar="N", help="show N levels below PATH")
    _json(command)
    _image(command)
    command.add_argument("path", metavar="PATH", nargs="?", default="/", help="where to begin")


def _waste(commands: Any) -> None:
    command = _command(
        commands, "waste", "Find what an image stores for nothing, and what to write instead",
        "Efficiency is the part of the image's bytes that isn't waste: 1 is best.",
        "layerlab waste alpine.tar", "layerlab waste --lowest-efficiency 0.95 docker://my/app",
    )  # fmt: skip
    command.add_argument(
        "--lowest-efficiency", type=_ratio, metavar="RATIO",
        help="exit with code 1 if the efficiency is lower, 0 to 1",
    )  # fmt: skip
    _json(command)
    _image(command)


def _compare(commands: Any) -> None:
    command = _command(
        commands, "compare", "Compare two images: the layers they share, the files that differ",
        "+ is only in B, - only in A, ~ differs in content, m in mode, owner or xattrs alone.",
        "layerlab compare before.tar after.tar",
    )  # fmt: skip
    _json(command)
    _image(command, "a")
    _image(command, "b")


def _cat(commands: Any) -> None:
    command = _command(
        commands, "cat", "Print a file of an image, as a container sees it",
        "Symlinks are followed inside the image.",
        "layerlab cat alpine.tar /etc/os-release",
    )  # fmt: skip
    _image(command)
    command.add_argument("path", metavar="PATH", help="a file in the image")


def _extract(commands: Any) -> None:
    command = _command(
        commands, "extract", "Write a file or a tree of an image to the disk",
        "If DEST is a directory, the copy goes into it under its own name; else DEST is its name.\n"
        "Nothing that exists is replaced, and nothing is written outside. Modes, times and hard\n"
        "links are kept; owners, setuid bits and devices are not.",
        "layerlab extract alpine.tar /etc .", "layerlab extract alpine.tar / rootfs",
    )  # fmt: skip
    _image(command)
    command.add_argument("path", metavar="PATH", help="a file, a symlink or a directory")
    command.add_argument("dest", metavar="DEST", help="where to write it")


def _lab(commands: Any) -> None:
    command = _command(
        commands, "lab", "Open the course in JupyterLab",
        "The lessons are copied to FOLDER, where you can change them: a folder layerlab-course in\n"
        "the current directory, if you name none. The next time, new and corrected lessons are\n"
        "added; what you changed is left as it is. To begin a lesson anew, delete your copy.\n"
        "In a folder that has the lessons already, they are taken from there.",
        "layerlab lab", "layerlab lab --no-browser ~/course",
    )  # fmt: skip
    command.add_argument("--no-browser", action="store_true", help="print the address instead")
    command.add_argument("folder", metavar="FOLDER", nargs="?",
                         help="where your copy of the lessons is kept")  # fmt: skip


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value
