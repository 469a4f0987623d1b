"""Ask a running Docker or Podman for an image: ``docker://alpine`` and ``podman://alpine``.

Only their own commands are used, so whatever reaches the engine for the user (``DOCKER_HOST``,
a context, a rootless socket) reaches it here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from typing import IO

from layerlab.errors import LayerlabError
from layerlab.source import Watch

PROGRAMS = {"docker": ("docker", "podman"), "podman": ("podman",)}
"""Who is asked, by the name before ``://``: the first that is installed."""

_PREFIXES = "Error: ", "Error response from daemon: "


class Saved:
    """What ``docker save`` writes, as a stream to be read once. A context manager.

    The image is asked for by its ID: for a name without a tag Docker saves all its tags.
    """

    def __init__(self, scheme: str, ref: str, watch: Watch) -> None:
        self.name = f"{scheme}://{ref}"
        self._program, self._watch = _program(scheme, self.name), watch
        self._id = self._inspected(ref)

    def __enter__(self) -> Saved:
        self._errors: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [self._program, "save", self._id], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self._errors,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self._process.communicate()
        self._errors.close()

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end, if the program says that it was one."""
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        self._watch(len(data))
        if not data and self._process.wait():
            self._errors.seek(0)
            raise self._refusal(self._errors.read())
        return data

    def _inspected(self, ref: str) -> str:
        command = [self._program, "image", "inspect", "--format", "{{.Id}}", "--", ref]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise self._refusal(done.stderr)
        return done.stdout.decode().strip()

    def _refusal(self, stderr: bytes) -> LayerlabError:
        """The program's own words, and what can be done."""
        said = stderr.decode(errors="replace").strip()
        what = said.splitlines()[-1] if said else "it failed without a word"
        for prefix in _PREFIXES:
            what = what.removeprefix(prefix)
        return LayerlabError(
            f"{os.path.basename(self._program)} says: {what}",
            where=self.name,
            hint=self._hint(said),
        )

    def _hint(self, said: str) -> str:
        program, ref = os.path.basename(self._program), self.name.partition("://")[2]
        words = said.lower()
        if "no such image" in words or "image not known" in words:
            return f"'{program} pull {ref}' fetches it, '{program} images' lists what is there"
        if "permission denied" in words:
            return "run it with sudo, or as a user who may talk to the engine"
        if "connect to" in words:
            other = program == "docker" and shutil.which("podman")
            instead = f"'podman://{ref}' asks Podman" if other else "give an archive of it"
            return f"start the engine, or {instead}"
        return ""


def _program(scheme: str, where: str) -> str:
    for name in PROGRAMS[scheme]:
        if found := shutil.which(name):
            return found
    raise LayerlabError(
        f"{' or '.join(PROGRAMS[scheme])} isn't installed",
        where=where,
        hint="save the image where it is, and give the archive",
    )
