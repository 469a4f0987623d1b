"""What lessons 02 and 07 say of real machines, tried on one: boxes, exercises, small claims."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from layerlab.course import lesson02, lesson07
from tests.reference.conftest import Docker, Require
from tests.reference.test_lesson01 import quoted, replay

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
GREETER = NOTEBOOKS / "images/greeter.tar"


def test_boxes_are_what_a_real_machine_prints(require: Require, overlay_dir: Path) -> None:
    require("unshare")
    steps = quoted(NOTEBOOKS / "02_images_and_layers.ipynb")
    assert len(steps) >= 3
    shutil.copy(GREETER, overlay_dir)
    real = replay([step.command for step in steps], overlay_dir)
    for step, output in zip(steps, real, strict=True):
        assert output == step.output, f"# {step.command}\n{output}"


@pytest.fixture
def alpine(docker: Docker, require: Require, tmp_path: Path) -> str:
    """A base of one layer and two rows that came to the engine as a pulled one does."""
    require("busybox")
    context = tmp_path / "alpine"
    (context / "bin").mkdir(parents=True)
    shutil.copy(shutil.which("busybox") or "", context / "bin/sh")
    (context / "Dockerfile").write_text('FROM scratch\nCOPY bin /bin\nCMD ["/bin/sh"]\n')
    docker("build", "--network", "none", "-t", "lesson02:made", context)
    docker("tag", "lesson02:made", "lesson02:base")
    docker("rmi", "lesson02:made")
    archive = tmp_path / "base.tar"
    docker("save", "-o", archive, "lesson02:base")
    docker("rmi", "-f", "lesson02:base")
    docker("load", "-i", archive)
    return "lesson02:base"


def build(docker: Docker, folder: Path, name: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "app.py").write_text("print()\n")
    (folder / "Dockerfile").write_text("\n".join(lines))
    docker("build", "--network", "none", "-t", name, folder)


def rows(docker: Docker, image: str) -> list[str]:
    return docker("history", "--format", "{{.ID}}", image).splitlines()


def layers(docker: Docker, image: str) -> list[str]:
    ids: list[str] = json.loads(docker("inspect", "-f", "{{json .RootFS.Layers}}", image))
    return ids


def test_lines_and_rows(docker: Docker, alpine: str, tmp_path: Path) -> None:
    lines = ["ENV MODE=fast", "WORKDIR /srv/app", "COPY app.py .", "RUN echo >/python3"]
    lines += ["LABEL team=shop", "USER nobody", 'CMD ["python3", "app.py"]']
    build(docker, tmp_path / "shop", "lesson02:shop", f"FROM {alpine}", *lines)
    counted = (len(layers(docker, "lesson02:shop")), len(rows(docker, "lesson02:shop")))
    assert counted == lesson02.lines_and_rows.solve()


def test_had_you_built_it_here(docker: Docker, alpine: str, tmp_path: Path) -> None:
    steps = ["LABEL a=b", "ENV A=b", "RUN echo >/1", "RUN echo >/2"]
    steps += [f"COPY app.py /{n}/" for n in (3, 4, 5)] + ["RUN echo >/6", 'ENTRYPOINT ["/x"]']
    build(docker, tmp_path / "flannel", "lesson02:flannel", f"FROM {alpine}", *steps)
    found = rows(docker, "lesson02:flannel")
    assert len(found) == 11
    assert found.count("<missing>") == lesson07.missing_rows.solve()
    assert found[-1] == "<missing>"


def test_the_rows_of_a_commit_name_images_of_this_machine(docker: Docker) -> None:
    docker("load", "-i", GREETER)
    docker("create", "--name", "lesson07", "layerlab/greeter:1")
    docker("commit", "-m", "by hand", "lesson07", "lesson07:2")
    ids = [docker("images", "-q", name) for name in ("lesson07:2", "layerlab/greeter:1")]
    assert rows(docker, "lesson07:2") == [*ids, *["<missing>"] * 4]
    docker("rm", "lesson07")


def test_two_chmods_make_two_layers_with_one_diff_id(
    docker: Docker, alpine: str, tmp_path: Path
) -> None:
    twice = ["RUN chmod 600 /app.py"] * 2
    build(docker, tmp_path / "c", "lesson02:c", f"FROM {alpine}", "COPY app.py /", *twice)
    found = layers(docker, "lesson02:c")
    assert len(found) == 4
    assert found[2] == found[3]


def test_recompressing_changes_blobs_and_manifest_alone(require: Require, tmp_path: Path) -> None:
    require("skopeo")

    gzip = _copied(f"docker-archive:{GREETER}", tmp_path / "gzip")
    zstd = _copied(f"oci:{tmp_path / 'gzip'}", tmp_path / "zstd")
    assert gzip["config"] == zstd["config"]
    assert gzip["manifest"] != zstd["manifest"]
    assert not set(gzip["blobs"]) & set(zstd["blobs"])


def _copied(image: str, folder: Path) -> dict[str, list[str]]:
    """The names that an image has after it was copied, compressed as the folder is called."""
    options = ["--insecure-policy", "--dest-compress", "--dest-compress-format", folder.name]
    subprocess.run(["skopeo", "copy", "-q", *options, image, f"oci:{folder}"], check=True)
    digest = json.loads((folder / "index.json").read_text())["manifests"][0]["digest"]
    manifest = json.loads((folder / "blobs/sha256" / digest[7:]).read_text())
    blobs = [layer["digest"] for layer in manifest["layers"]]
    return {"manifest": [digest], "config": [manifest["config"]["digest"]], "blobs": blobs}
