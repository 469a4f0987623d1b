"""`make lab` where nothing is prepared: a minimal Debian with python3, git and make."""

import contextlib
import os
import platform
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

Require = Callable[..., None]
ROOT = Path(__file__).parents[2]
NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
PIP = ("PIP_CERT", "PIP_DEFAULT_TIMEOUT")
"""How this machine reaches its package sources; no other can know that."""
USER = "ada"


@dataclass(frozen=True)
class Machine:
    """A minimal Debian in a folder, in which ada has a fresh clone of this repository."""

    root: Path

    @property
    def clone(self) -> Path:
        return self.root / "home" / USER / "layerlab"

    @contextlib.contextmanager
    def lab(self) -> Iterator[tuple[str, str]]:
        """Ada types `make lab`: what it printed until the address came, and the address."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        pip = " ".join(f"{k}='{v}'" for k, v in os.environ.items() if k in PIP)
        command = f"cd layerlab && {pip} make lab ARGS='--no-browser --ServerApp.port={port}'"
        enter = (
            f"mount -t proc proc {self.root}/proc && mount --rbind /dev {self.root}/dev && "
            f'exec chroot {self.root} su - {USER} -c "$0"'
        )
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        with (
            tempfile.TemporaryFile("w+") as log,
            subprocess.Popen(
                [*unshare, "sh", "-c", enter, command],
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            try:
                yield self._address(process, log.fileno())
            finally:
                process.kill()  # and with it all that runs in there

    @staticmethod
    def _address(process: subprocess.Popen[bytes], log: int) -> tuple[str, str]:
        deadline = time.monotonic() + 300
        while True:
            text = os.pread(log, 1 << 20, 0).decode(errors="replace")
            if found := re.search(r"http://127\.0\.0\.1:\S+", text):
                return text, found[0]
            assert process.poll() is None, text
            assert time.monotonic() < deadline, text
            time.sleep(0.2)


@pytest.fixture(scope="module")
def machine(require: Require) -> Iterator[Machine]:
    if os.geteuid() != 0:
        pytest.skip("making a machine takes root: sudo make test")
    require("mmdebstrap", "git", "unshare", "chroot")
    root = Path(tempfile.mkdtemp(prefix="ll-bare-", dir="/var/tmp"))
    root.chmod(0o755)
    suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
    packages = "--include=ca-certificates,git,make,python3"
    made = Machine(root)
    try:
        for command in (
            ["mmdebstrap", "-q", "--variant=minbase", packages, suite, root],
            ["chroot", root, "useradd", "-m", USER],
            ["git", "clone", "-q", ROOT, made.clone],
            ["chroot", root, "chown", "-R", USER, f"/home/{USER}"],
        ):
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        for file in map(Path, NETWORK):
            if file.exists():
                (root / file.relative_to("/")).unlink(missing_ok=True)
                shutil.copy(file, root / file.relative_to("/"))
        yield made
    finally:
        shutil.rmtree(root)


def test_one_command_opens_the_first_lesson_and_the_next_start_installs_nothing(
    machine: Machine,
) -> None:
    packages = machine.root / "var/lib/dpkg/status"
    before = packages.read_bytes()
    with machine.lab() as (said, address):
        assert "Installing JupyterLab" in said
        lesson = min(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
        assert f"/lab/tree/{lesson}?token=" in address
        with urllib.request.urlopen(address) as page:
            assert b"JupyterLab" in page.read()
        contents = address.replace("/lab/tree/", "/api/contents/")
        with urllib.request.urlopen(contents) as notebook:
            assert notebook.status == 200
    assert packages.read_bytes() == before, "the machine's own packages were changed"

    stamp = machine.clone / ".venv/lab.stamp"
    installed = stamp.stat().st_mtime_ns
    with machine.lab() as (said, _):
        assert "Installing" not in said
    assert stamp.stat().st_mtime_ns == installed
