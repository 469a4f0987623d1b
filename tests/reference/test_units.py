"""Sizes against the docker command: the real client prints what a stand-in for its engine says."""

import json
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

import pytest

from layerlab.units import human_size

EDGES = [0, 1, 999, 1000, 1001, 9994, 9995, 9996, 99_949, 99_950, 999_499, 999_500, 999_950]
SIZES = [*EDGES, 10**6 - 1, 10**9 - 1, 10**12, 5 * 10**15, 2**63 - 1]


class Engine(BaseHTTPRequestHandler):
    """Answers ``docker history`` with an entry for each size."""

    sizes: list[int] = []  # noqa: RUF012  # the server makes an instance for each request

    def address_string(self) -> str:
        return "client"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(b"", "text/plain")

    def do_GET(self) -> None:
        if self.path.endswith("/history"):
            entries = [{"Id": "x", "Created": 0, "CreatedBy": "", "Size": n} for n in self.sizes]
            self._answer(json.dumps(entries).encode(), "application/json")
        else:
            self._answer(b"OK", "text/plain")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Api-Version", "1.45")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[str]:
    socket = tmp_path / "engine.sock"
    with ThreadingUnixStreamServer(str(socket), Engine) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix://{socket}"
        server.shutdown()


def test_sizes_are_those_that_docker_history_prints(engine: str) -> None:
    if not shutil.which("docker"):
        pytest.skip("needs the docker command: apt-get install docker.io")
    draw = random.Random(1)
    Engine.sizes = SIZES + [draw.randrange(10 ** draw.randrange(1, 19)) for _ in range(2000)]
    command = ["docker", "--host", engine, "history", "--format", "{{.Size}}", "x"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert printed.stdout.split() == [human_size(size) for size in Engine.sizes]
