"""Measure busybox as an image: Debian's static binary, laid out as the official image's.

    python -m measure.busybox >layerlab/catalog/data/busybox.json      (in tools/)

docker-library/busybox, ``latest/musl/Dockerfile.builder``: ``busybox --install /bin``, which
makes a hard link an applet, and some files in ``/etc``. Those are few bytes; layerlab writes
them itself. What is measured: the binary's size, its applets, and both compressed.
"""

import gzip
import io
import json
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

BINARY = Path("/bin/busybox")


def measure() -> dict[str, object]:
    """The figures, as ``data/busybox.json`` has them."""
    version = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Version}", "busybox-static"],
        capture_output=True,
        text=True,
        check=True,
    )
    with TemporaryDirectory() as folder:
        installed = Path(folder, "busybox")
        installed.write_bytes(BINARY.read_bytes())
        installed.chmod(0o755)
        subprocess.run([installed, "--install", folder], check=True)
        size = installed.stat().st_size
        applets = sorted(p.name for p in Path(folder).iterdir() if p.samefile(installed))
        compressed = len(gzip.compress(_tar(folder, applets), 9, mtime=0))
    applets.remove("busybox")
    return {"version": version.stdout, "size": size, "gzip": compressed, "applets": applets}


def _tar(folder: str, names: list[str]) -> bytes:
    """The links and the binary as a layer's tar would have them."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in names:
            entry = tar.gettarinfo(f"{folder}/{name}", f"bin/{name}")
            entry.mtime = 0
            with open(f"{folder}/{name}", "rb") as file:
                tar.addfile(entry, file if entry.isreg() else None)
    return written.getvalue()


if __name__ == "__main__":
    print(json.dumps(measure()))
