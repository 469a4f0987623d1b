"""A JupyterLab and a Chromium for the tests that look at lessons as a learner does."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

try:
    from playwright.sync_api import Page
except ImportError:  # without the dev extra; the fixtures below then skip
    Page = None

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What `make lab` sets; and JupyterLab saves behind our back, and draws only the cells in sight,
# unless told otherwise.
LEARNERS = NOTEBOOKS.parent / "tools/jupyter/labconfig/default_setting_overrides.json"
SETTINGS = {
    **json.loads(LEARNERS.read_text()),
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
RUN_ALL = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await jupyterapp.commands.execute('notebook:run-all-cells');
}"""


@pytest.fixture(scope="session", autouse=True)
def needs_chromium() -> None:
    if Page is None:
        pytest.skip("needs playwright: pip install 'layerlab[dev]'")
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium: apt-get install chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "viewport": {"width": 1200, "height": 1000}}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a copy of the notebooks and an empty JupyterLab configuration."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, home / "work")
    overrides = home / "config/labconfig/default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps(SETTINGS))
    return home


@pytest.fixture(scope="session")
def lab(home: Path) -> Iterator[str]:
    """The address of a JupyterLab that runs in this Python."""
    port = _free_port()
    with open(home / "lab.log", "w") as log:
        server = subprocess.Popen(
            _command(port, home / "work"),
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/api?token=tok", server, home / "lab.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _command(port: int, work: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--allow-root",
        "--no-browser",
        "--ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=tok",
        f"--ServerApp.root_dir={work}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]


def _environment(home: Path) -> dict[str, str]:
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTER_DATA_DIR": "data",
        "IPYTHONDIR": "ipython",
        "LAYERLAB_DATA": "progress",
    }
    return {**os.environ, **{name: str(home / place) for name, place in places.items()}}


def _wait_until_up(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(address, timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"JupyterLab didn't answer within a minute:\n{log.read_text()}")


def _stop(server: subprocess.Popen) -> None:
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()


@pytest.fixture
def errors(page: "Page") -> list[str]:
    """What the page complains of in its console, as it comes."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    return found


@pytest.fixture
def open_notebook(page: "Page", lab: str) -> Callable[[str], "Page"]:
    """Open a notebook in JupyterLab and run all its cells."""

    def open_notebook(name: str) -> "Page":
        page.goto(f"{lab}/lab/tree/{name}?token=tok&reset")
        page.locator(".jp-NotebookPanel:visible").wait_for()
        page.evaluate(RUN_ALL)
        return page

    return open_notebook
