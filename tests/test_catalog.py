"""The recorded images say what was recorded, and add up."""

import subprocess
import sys
import tomllib
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layerlab import DockerExit, Engine, NoContent, UnionFS, catalog
from layerlab.catalog import alpine, busybox, centos, debian, ubuntu
from layerlab.digest import BlobDigest, ImageID
from layerlab.image import RecordedImage
from layerlab.registry import Descriptor, Manifest, Registry, compressed
from layerlab.registry.manifest import CONFIG
from layerlab.units import human_size

SESSION = Path(__file__).parent / "flannel" / "session.toml"


def session() -> list[dict[str, Any]]:
    with SESSION.open("rb") as file:
        return tomllib.load(file)["command"]


def printed(beginning: str) -> list[str]:
    """The lines that the chapter's command printed."""
    (found,) = [item for item in session() if item["line"].startswith(beginning)]
    return str(found["output"]).splitlines()


@pytest.fixture
def flannel() -> RecordedImage:
    image = catalog.images()["quay.io/coreos/flannel:v0.14.0"]
    assert isinstance(image, RecordedImage)
    return image


def test_flannel_has_the_names_that_docker_printed(flannel: RecordedImage) -> None:
    pull = printed("docker pull")
    blobs = [layer.pulled_as.digest.short for layer in flannel.layers if layer.pulled_as]
    assert [f"{blob}: Pull complete" for blob in blobs] == pull[1:8]
    assert pull[8] == f"Digest: {flannel.manifest_digest}"
    inspected = "".join(printed("docker inspect"))
    assert [diff_id for diff_id in flannel.diff_ids if f'"{diff_id}"' in inspected] == list(
        flannel.diff_ids
    )
    assert printed("docker images")[0].split()[2] == flannel.image_id.short


def test_flannel_has_the_history_that_docker_printed(flannel: RecordedImage) -> None:
    head, *rows = printed("docker history")
    columns = [head.index(name) for name in ("CREATED BY", "SIZE", "COMMENT")]
    commands = [row[columns[0] : columns[1]].rstrip() for row in rows]
    sizes = [row[columns[1] : columns[2]].rstrip() for row in rows]
    known = [step.created_by.rstrip() for step in reversed(flannel.history)]
    masked = [text.replace("tom@tigera.io", "**********") for text in known]
    # Where the address stood, ten stars stand now, and the row is three characters short.
    commands[8], sizes[8] = (
        rows[8][columns[0] : columns[1] - 3].rstrip(),
        rows[8][columns[1] - 3 :].rstrip(),
    )
    assert masked == commands
    layers = iter(reversed(flannel.layers))
    told = [
        "0B" if step.empty_layer else human_size(next(layers).size)
        for step in reversed(flannel.history)
    ]
    assert told == sizes
    assert human_size(flannel.size) == printed("docker images")[0].split()[-1]


def test_flannel_has_names_but_no_bytes(flannel: RecordedImage) -> None:
    assert flannel.chain_ids[1].short == "e53a4e45baab"
    assert flannel.chain_ids[6].short == "f62304af5461"
    for ask in (lambda: flannel.raw_config, lambda: flannel.rootfs.listdir("/")):
        with pytest.raises(NoContent):
            ask()


def test_what_is_built_on_flannel_has_an_id_of_its_own(flannel: RecordedImage) -> None:
    child = flannel.with_config(cmd=["--version"])
    assert child.diff_ids == flannel.diff_ids
    assert child.image_id == ImageID.of(child.raw_config) != flannel.image_id


def test_alpine_proves_itself() -> None:
    # Neither digest is written down in the catalog; a push of 2021 printed the second.
    image = alpine.image()
    assert (
        image.image_id == "sha256:389fef7118515c70fd6c0e0d50bb75669942ea722ccb976507d7b087e54d5a23"
    )
    manifest = Manifest.of(image)
    assert manifest.size == 528
    assert manifest.digest == BlobDigest(
        "sha256:074d3636ebda6dd446d0d00304c4454f468237fdacf08fb0eeac90bdbfa1bac7"
    )


def test_the_registries_have_the_images_and_no_past() -> None:
    hub, quay = catalog.registries()
    names = ["alpine", "busybox", "centos", "debian", "ubuntu"]
    assert hub.repositories == tuple(f"library/{name}" for name in names)
    assert hub.tags("library/alpine") == ("3.12", "3.12.3", "latest")
    digest, manifest = quay.manifest("coreos/flannel", "v0.14.0")
    assert digest == manifest.digest
    assert len(manifest.layers) == 7
    assert [item.kind for item in quay.traffic] == ["manifest"]
    assert len(hub.traffic) == 0


@pytest.mark.parametrize("name", ["debian", "debian:12", "docker.io/library/debian:bookworm"])
def test_debian_is_pulled_by_a_fresh_engine(name: str) -> None:
    engine = Engine()
    lines = engine.docker(f"pull {name}").splitlines()
    facts = debian.facts()
    assert f"{facts.blob.short}: Pull complete" in lines
    assert engine.image(name).image == debian.image()
    moved = {item.digest: item.bytes for item in engine.registries["docker.io"].traffic}
    assert moved[facts.blob] == facts.gzip


def test_debian_s_blob_has_the_digest_of_what_layerlab_has() -> None:
    ours = compressed(replace(debian.layer(), pulled_as=None))
    assert (ours.size or 0) < debian.facts().gzip / 50  # zeros
    if zlib.ZLIB_RUNTIME_VERSION == "1.2.13":  # another one may write other bytes
        assert ours.digest == debian.facts().blob


def test_what_is_built_on_debian_is_pushed_with_the_true_size() -> None:
    engine = Engine(registries=[Registry("127.0.0.1:5000")])
    engine.docker("pull debian")
    engine.docker("tag debian 127.0.0.1:5000/debian")
    engine.docker("push 127.0.0.1:5000/debian")
    traffic = engine.registries["127.0.0.1:5000"].traffic
    (sent,) = [item for item in traffic if item.kind == "layer"]
    assert sent.bytes == debian.facts().gzip


def test_an_engine_unpacks_no_files_before_somebody_asks() -> None:
    asked = "import sys, layerlab as l; l.Engine(); print('layerlab.catalog.debian' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_centos_proves_itself() -> None:
    # What pulls and pushes printed; neither digest is written down in the catalog.
    image = centos.image()
    assert (
        image.image_id == "sha256:5d0da3dc976460b72c77d94c8a1ad043720b0416bfc16c52c45d4847e53fadb6"
    )
    assert Manifest.of(image).digest == BlobDigest(
        "sha256:a1801b843b1bfaf77c501e7a6d3f709401a1e0c83863037fa3aab063a7fdb9dc"
    )
    assert human_size(image.size) == "231MB"  # as the chapter's listing has it


def test_ubuntu_s_config_has_the_size_that_its_manifest_says() -> None:
    assert ubuntu.LAYER.pulled_as
    blob = Descriptor(ubuntu.LAYER.pulled_as.digest, ubuntu.LAYER.pulled_as.size)
    config = Descriptor(BlobDigest(ubuntu.IMAGE_ID), ubuntu.CONFIG_SIZE, CONFIG)
    manifest = Manifest.made(config, (blob,))
    assert (manifest.digest, manifest.size) == (ubuntu.MANIFEST, ubuntu.MANIFEST_SIZE)


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("alpine", 'PRETTY_NAME="Alpine Linux v3.12"'),
        ("centos", 'PRETTY_NAME="CentOS Linux 8"'),
        ("debian", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"'),
        ("ubuntu", 'PRETTY_NAME="Ubuntu 20.04.3 LTS"'),
    ],
)
def test_each_base_answers_for_itself_and_the_host_for_the_kernel(name: str, release: str) -> None:
    engine = Engine()
    engine.docker(f"pull {name}")
    assert f"{release}\n" in engine.docker(f"run --rm {name} cat /etc/os-release")
    kernel = engine.docker(f"run --rm {name} sh -c 'uname -r'")
    assert kernel == engine.sh("uname -r") == "3.10.0-1160.el7.x86_64\n"


def test_busybox_is_one_file_and_no_distribution() -> None:
    engine = Engine()
    engine.docker("pull busybox")
    image = engine.image("busybox").image
    few = len(busybox.PASSWD + busybox.GROUP + "../../bin/env")
    assert image.size == busybox.facts().size + few
    files = {
        id(node): path for path, node in image.layers[0].changes.items() if path[:5] == "/bin/"
    }
    assert len(files) == 1
    with pytest.raises(DockerExit, match="can't open '/etc/os-release'"):
        engine.docker("run --rm busybox cat /etc/os-release")
    assert engine.docker("run --rm busybox whoami") == "root\n"


def test_a_recorded_layer_has_the_files_that_were_recorded() -> None:
    layer = centos.LAYER
    assert layer.known is not None
    assert UnionFS([layer]).read_bytes("/etc/redhat-release") == b"CentOS Linux release 8.4.2105\n"
    assert layer.size == 231_268_856
    for ask in (lambda: layer.write_tar(None), lambda: layer.tar_size):
        with pytest.raises(NoContent, match="not all of its files"):
            ask()
