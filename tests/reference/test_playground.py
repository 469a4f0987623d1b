"""The moves of the playground's stages, made in a real overlay mount: what they leave there."""

import errno
import io
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from reference.conftest import Overlay
from reference.kernel import lay_out

from layerlab import Directory, Layer, Whiteout
from layerlab.nodes import Node
from layerlab.notebook.playground_moves import Move
from layerlab.notebook.playground_presets import PRESETS, Preset
from layerlab.notebook.playground_state import Playground
from layerlab.notebook.scene import parents


class Mounted:
    """A mounted overlay, with the methods of a ``Container`` that the moves ask for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events = SimpleNamespace(records=[None])

    def _at(self, path: str) -> str:
        return f"{self.root}{path}"

    def content(self, path: str) -> SimpleNamespace:
        data = Path(self._at(path)).read_bytes()
        return SimpleNamespace(size=len(data), read=lambda start, stop: data[start:stop])

    def os_open(self, path: str, flags: int, mode: int = 0o777) -> io.FileIO:
        return io.FileIO(os.open(self._at(path), flags, mode), "w")

    def append_bytes(self, path: str, text: str) -> int:
        with self.os_open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as file:
            return file.write(text.encode())

    def rmtree(self, path: str) -> None:
        shutil.rmtree(self._at(path))

    def utime(self, path: str) -> None:
        os.utime(self._at(path))

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(self._at(path), mode)

    def stat(self, path: str) -> os.stat_result:
        self.events.records.append(None)
        return os.stat(self._at(path))

    def mkdir(self, path: str) -> None:
        os.mkdir(self._at(path))

    def rename(self, path: str, to: str) -> None:
        os.rename(self._at(path), self._at(to))

    def link(self, path: str, to: str) -> None:
        os.link(self._at(path), self._at(to))

    def unlink(self, path: str) -> None:
        os.unlink(self._at(path))

    def run(self, move: Move) -> str:
        """Make the move; the name of the errno if the kernel refused."""
        if move.op == "sh":
            line = move.path.replace(" /", f" {self.root}/")
            subprocess.run(["sh", "-c", line], check=True, capture_output=True)
            return ""
        try:
            move.run(self)  # type: ignore[arg-type]  # a container in all that matters here
        except OSError as error:
            return errno.errorcode[error.errno or 0]
        return ""


def laid_out(preset: Preset, where: Path) -> list[Path]:
    """The preset's layers as directories, base first."""
    lowers = []
    for index, changes in enumerate(preset.layers.values()):
        implied = {parent: Directory() for path in changes for parent in parents(path)[1:]}
        lowers.append(where / f"layer{index}")
        lay_out(Layer.of({**implied, **changes}), lowers[-1])
    return lowers


def held(upper: Path) -> dict[str, object]:
    """What an upper directory holds: kinds, sizes and modes."""
    found: dict[str, object] = {}
    for path in sorted(upper.rglob("*")):
        st = path.lstat()
        if stat.S_ISCHR(st.st_mode):
            told: object = "whiteout"
        elif stat.S_ISDIR(st.st_mode):
            opaque = "trusted.overlay.opaque" in os.listxattr(path)
            told = ("directory", stat.S_IMODE(st.st_mode), opaque)
        else:
            told = ("file", stat.S_IMODE(st.st_mode), st.st_size)
        found[f"/{path.relative_to(upper)}"] = told
    return found


def told(node: Node) -> object:
    """The same of a node of the model."""
    if isinstance(node, Whiteout):
        return "whiteout"
    if isinstance(node, Directory):
        return ("directory", node.meta.mode, node.opaque)
    return ("file", node.meta.mode, node.size)


ONE_CONTAINER = [name for name in PRESETS if name != "two containers"]


@pytest.mark.parametrize("name", ONE_CONTAINER)
def test_a_stage_leaves_what_the_kernel_leaves(
    name: str, overlay: Callable[..., Overlay], overlay_dir: Path
) -> None:
    play = Playground.preset_of(name)
    mount = overlay(*laid_out(PRESETS[name], overlay_dir))
    mounted = Mounted(mount.merged)
    old = os.umask(0o022)
    try:
        while play.script and play.script[0].op != "commit":
            refused = mounted.run(play.script[0])
            play = play.next()
            assert play.log[-1].failure.partition(",")[0] == refused
            upper = {path: told(node) for path, node in play.container.upper.items()}
            assert upper == held(mount.upper)
    finally:
        os.umask(old)
    assert play.log
