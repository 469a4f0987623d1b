"""Record dive's figures of real images: record.py PROGRAM [IMAGE.tar…].

PROGRAM is what build.sh makes; the images of tests/reference/dive_cases.py are built with the
engine that docker talks to, by its classic builder and by BuildKit (a client of release 20.10
has it built in), and the archives named are added. Written is
tests/reference/recorded/dive.tar.zst, all images with each file's bytes as zeros, which no
figure depends on (this is checked with dive itself), and dive.json, the figures.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from layerlab import Image, Layer, open_image, save_image
from layerlab.archive import save_images
from layerlab.source import Reader, Source
from layerlab.tarball import read_entries

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from reference import builds, dive_cases  # noqa: E402

RECORDED = ROOT / "tests" / "reference" / "recorded"


def main() -> None:
    program, *archives = sys.argv[1:]
    images: list[tuple[Image, list[str]]] = []
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        built = build_all(folder)
        for name, archive in [*built, *((Path(path).stem, Path(path)) for path in archives)]:
            image = bare(open_image(archive))
            save_image(image, folder / "bare.tar")
            figures[name], again = (
                json.loads(run(program, path)) for path in (archive, folder / "bare.tar")
            )
            if again != figures[name]:
                figures[name] = {"saved": figures[name], "bare": again}
                print(f"{name}: the figures depend on the archive's form")
            images.append((image, [f"{name}:1"]))
        save_images(images, folder / "dive.tar")
        run("zstd", "-19", "-q", "-f", folder / "dive.tar", "-o", RECORDED / "dive.tar.zst")
    text = json.dumps(figures, indent=1, ensure_ascii=False, sort_keys=True)
    (RECORDED / "dive.json").write_text(text + "\n")


def build_all(folder: Path) -> list[tuple[str, Path]]:
    """All images built and saved, by name."""
    (folder / "base" / "bin").mkdir(parents=True)
    (folder / "base" / "bin" / "busybox").write_bytes(Path("/bin/busybox").read_bytes())
    (folder / "base" / "bin" / "busybox").chmod(0o755)
    (folder / "base" / "Dockerfile").write_text(builds.BASE)
    build(folder / "base", "build-base")
    context = folder / "context"
    context.mkdir()
    for name, size in dive_cases.FILES.items():
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_bytes(bytes(size))
    made = []
    for cases, head, kit in (
        (dive_cases.CLASSIC, "FROM build-base\n", False),
        (dive_cases.BUILDKIT, "FROM build-base\n", True),
        (dive_cases.FLAT, "", False),
    ):
        for name, text in cases.items():
            (context / "Dockerfile").write_text(head + text)
            build(context, f"dive/{name}", kit=kit)
            run("docker", "save", "-o", folder / f"{name}.tar", f"dive/{name}")
            made.append((name, folder / f"{name}.tar"))
    return made


def build(context: Path, tag: str, *, kit: bool = False) -> None:
    env = {**os.environ, "DOCKER_BUILDKIT": "1" if kit else "0"}
    client = "/usr/bin/docker" if kit else "docker"
    run(client, "build", "--network", "none", "-q", "-t", tag, context, env=env)


def bare(image: Image) -> Image:
    """The image with zeros for bytes: each layer's tar has the very headers that it had."""
    layers = [Layer.from_tar(emptied(layer.tar)) for layer in image.layers]
    config = json.loads(image.raw_config)
    config["rootfs"]["diff_ids"] = [layer.diff_id for layer in layers]
    return Image.opened(layers, json.dumps(config).encode())


def emptied(tar: Source) -> bytes:
    data = bytearray(b"".join(tar.blocks()))
    for entry in read_entries(Reader(iter([bytes(data)]))):
        data[entry.offset : entry.offset + entry.size] = bytes(entry.size)
    return bytes(data)


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=env)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
