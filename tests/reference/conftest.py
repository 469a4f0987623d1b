"""The real things that layerlab is compared with: Docker's engine, the kernel's overlayfs, tools.

``require("umoci")`` skips a test where a tool is missing and says what to install. ``docker``
is the client of an engine of our own, ``overlay`` mounts as Docker mounts. Whatever is started
or mounted here is stopped and unmounted, also when the test fails.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from reference import builds
from reference.both_builders import Both

PACKAGES = {  # tool -> Debian package, where the names differ
    "busybox": "busybox-static",
    "docker": "docker.io",
    "dockerd": "docker.io",
    "ip": "iproute2",
}
OVERLAY_OPTIONS = "index=off,redirect_dir=off,metacopy=off,xino=off"
"""As Docker's overlay2 driver mounts (*ran*: dockerd 20.10, /proc/mounts)."""
GIB = 1 << 30

Require = Callable[..., None]


@pytest.fixture(scope="session")
def require() -> Require:
    """``require("umoci", "skopeo")``: skip unless these tools are installed."""
    return need_tools


def need_tools(*tools: str) -> None:
    """Skip the test unless every tool is on the path."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        packages = " ".join(sorted({PACKAGES.get(tool, tool) for tool in missing}))
        remedy = f"make reference-tools, or apt-get install {packages}"
        pytest.skip(f"{', '.join(missing)} not installed: {remedy}")


def need_root(purpose: str) -> None:
    """Skip the test unless it runs as root."""
    if os.geteuid() != 0:
        pytest.skip(f"{purpose} takes root: sudo make test")


@pytest.fixture(scope="session")
def overlay_disk() -> Iterator[Path]:
    """A short-named folder where overlayfs can keep an upper directory, with room for images.

    In memory where that is big enough: an engine there is several times as fast.
    """
    need_root("mounting overlayfs")
    for place in ("/dev/shm", "/tmp", "/var/tmp"):
        if not os.path.isdir(place) or shutil.disk_usage(place).free < 4 * GIB:
            continue
        folder = Path(tempfile.mkdtemp(prefix="ll-", dir=place))
        try:
            if _takes_overlay(folder / "try"):
                yield folder
                return
        finally:
            _unmount_below(folder)
            shutil.rmtree(folder)
    pytest.skip("overlayfs can't be mounted with 4 GiB below /dev/shm, /tmp or /var/tmp")


def _takes_overlay(folder: Path) -> bool:
    try:
        with overlay_mount(folder):
            return True
    except subprocess.CalledProcessError:
        return False


def _unmount_below(folder: Path) -> None:
    """Unmount all that is mounted in ``folder``, the innermost first."""
    for _ in range(3):
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
            points = [line.split()[4] for line in table]
        inside = [point for point in points if point.startswith(f"{folder}/")]
        for point in sorted(inside, key=len, reverse=True):
            subprocess.run(["umount", "-l", point], check=False, capture_output=True)
        if not inside:
            return


@dataclass(frozen=True)
class Overlay:
    """A mounted overlayfs: ``lowers``, the lowest first, under ``upper``, seen in ``merged``."""

    lowers: tuple[Path, ...]
    upper: Path
    merged: Path


@contextlib.contextmanager
def overlay_mount(folder: Path, lowers: tuple[Path, ...] = ()) -> Iterator[Overlay]:
    """Mount an overlay in ``folder`` as Docker does; without ``lowers``, over an empty one."""
    upper, work, merged, empty = (folder / name for name in ("upper", "work", "merged", "empty"))
    for path in (upper, work, merged, empty):
        path.mkdir(parents=True)
    stack = lowers or (empty,)
    options = (
        f"lowerdir={':'.join(map(str, reversed(stack)))},upperdir={upper},workdir={work},"
        f"{OVERLAY_OPTIONS}"
    )
    subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", options, merged],
        check=True,
        capture_output=True,
    )
    try:
        yield Overlay(stack, upper, merged)
    finally:
        subprocess.run(["umount", "-l", merged], check=True)


@pytest.fixture
def overlay_dir(overlay_disk: Path) -> Iterator[Path]:
    """An empty folder on the disk that takes overlays: build lower directories here."""
    folder = Path(tempfile.mkdtemp(dir=overlay_disk))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def overlay(overlay_dir: Path) -> Iterator[Callable[..., Overlay]]:
    """``overlay(base, middle)`` mounts these directories, lowest first, under an empty upper."""
    with contextlib.ExitStack() as stack:

        def mount(*lowers: Path) -> Overlay:
            folder = Path(tempfile.mkdtemp(prefix="mount-", dir=overlay_dir))
            return stack.enter_context(overlay_mount(folder, lowers))

        yield mount


@dataclass(frozen=True)
class Docker:
    """The docker command, talking to the engine that the tests started."""

    env: Mapping[str, str]
    root: Path
    """The engine's ``/var/lib/docker``."""

    def run(
        self, *args: str | Path, input: bytes | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """What the command printed and its exit code, whatever that is."""
        return subprocess.run(
            ["docker", *map(str, args)],
            input=b"" if input is None else input,
            cwd=cwd,
            env=self.env,
            capture_output=True,
            timeout=300,
        )

    def __call__(
        self, *args: str | Path, input: bytes | None = None, cwd: Path | None = None
    ) -> str:
        """Standard output of a command that must succeed, without the last newline."""
        done = self.run(*args, input=input, cwd=cwd)
        if done.returncode:
            command = " ".join(map(str, args))
            raise AssertionError(
                f"docker {command}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}"
            )
        return done.stdout.decode(errors="surrogateescape").removesuffix("\n")


@pytest.fixture(scope="session")
def dockerd(overlay_disk: Path) -> Iterator[Path]:
    """The socket of a Docker engine of our own, one a test process; no network, nothing shared."""
    with running_dockerd(overlay_disk / "dockerd") as socket:
        yield socket


@contextlib.contextmanager
def running_dockerd(folder: Path) -> Iterator[Path]:
    """The socket of a Docker engine that starts empty and keeps all it has in ``folder``."""
    need_tools("dockerd", "docker", "containerd", "runc")
    folder.mkdir()
    socket = folder / "s"
    command = [
        "dockerd", "--data-root", folder / "d", "--exec-root", folder / "e",
        "--pidfile", folder / "pid", "-H", f"unix://{socket}",
        "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=overlay2",
    ]  # fmt: skip
    log = folder / "log"
    with log.open("wb") as output:
        engine = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await_engine(engine, socket, log)
        yield socket
    finally:
        engine.terminate()  # stops its containers and its containerd, too
        try:
            engine.wait(30)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()


def _await_engine(engine: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    deadline = time.monotonic() + 60
    while engine.poll() is None and time.monotonic() < deadline:
        asked = subprocess.run(
            ["docker", "-H", f"unix://{socket}", "version"], capture_output=True, check=False
        )
        if asked.returncode == 0:
            return
        time.sleep(0.1)
    tail = log.read_text(errors="replace")[-3000:]
    pytest.fail(f"dockerd didn't come up; the end of its log:\n{tail}")


@pytest.fixture(scope="session")
def docker(dockerd: Path, tmp_path_factory: pytest.TempPathFactory) -> Docker:
    """``docker("history", "x")``: the output of the command, on an engine that starts empty.

    Images last for the session: give yours names of their own. Builds are the classic builder's.
    """
    return client_of(dockerd, tmp_path_factory.mktemp("docker-home"))


def client_of(socket: Path, home: Path) -> Docker:
    """The docker command for the engine at ``socket``."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DOCKER_HOST": f"unix://{socket}",
        "DOCKER_BUILDKIT": "0",
        "DOCKER_CLI_HINTS": "false",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
    return Docker(env, socket.parent / "d")


@pytest.fixture(scope="session")
def build_base(docker: Docker, require: Require, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base image of builds, built by the real engine and saved."""
    require("busybox")
    folder = tmp_path_factory.mktemp("build-base")
    (folder / "context" / "bin").mkdir(parents=True)
    busybox = folder / "context" / "bin" / "busybox"
    busybox.write_bytes(Path("/bin/busybox").read_bytes())
    busybox.chmod(0o755)
    (folder / "context" / "Dockerfile").write_text(builds.BASE)
    docker("build", "--network", "none", "-t", "build-base", folder / "context")
    docker("save", "-o", folder / "base.tar", "build-base")
    return folder / "base.tar"


@pytest.fixture
def both(docker: Docker, build_base: Path, tmp_path: Path) -> Iterator[Both]:
    """Two engines that build the same Dockerfile, and compare what they say."""
    yield Both(docker, build_base, tmp_path)
    docker.run("rmi", "compared")
