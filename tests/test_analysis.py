"""dive's figures: its own examples, and each of its odd ways."""

import json
import math
from pathlib import Path

import pytest
from tars import config, entry, hard_link, symlink, tar

from layerlab import (
    Device,
    Directory,
    Image,
    Layer,
    RecordedLayer,
    Symlink,
    Whiteout,
    open_image,
    save_image,
)
from layerlab.analysis import Repeated, dive
from layerlab.digest import DiffID
from layerlab.errors import NoContent


def of(*layers: dict[str, object]) -> Image:
    return Image([Layer.of(layer) for layer in layers])


def test_the_example_of_dives_own_tests() -> None:
    """``efficiency_test.go``: TestEfficiency, with the folders that a real layer names."""
    folders = {"/etc": Directory(), "/etc/nginx": Directory()}
    found = dive(
        of(
            {
                **folders,
                "/etc/nginx/nginx.conf": bytes(2000),
                "/etc/nginx/public": bytes(3000),
            },
            {**folders, "/etc/nginx/nginx.conf": bytes(5000), "/etc/athing": bytes(10000)},
            {"/etc": Directory(), "/etc/nginx": Whiteout()},
        )
    )
    # The hidden folder counts once, with all that is in it: its least size is its only one.
    assert found.efficiency == (2000 + 3000 + 10000 + 8000) / (7000 + 3000 + 10000 + 8000)
    assert found.paths == (Repeated("/etc/nginx/nginx.conf", 2, 7000),)
    assert (found.size, found.user_size, found.wasted_bytes) == (20000, 15000, 7000)
    assert found.user_wasted_percent == 7000 / 15000


def test_a_folder_that_no_entry_names_is_hidden_for_nothing() -> None:
    """As in dive's own test, whose folders are implied: it says 0.75."""
    found = dive(
        of(
            {"/etc/nginx/nginx.conf": bytes(2000), "/etc/nginx/public": bytes(3000)},
            {"/etc/nginx/nginx.conf": bytes(5000), "/etc/athing": bytes(10000)},
            {"/etc/nginx": Whiteout()},
        )
    )
    assert found.efficiency == 0.75


def test_a_hidden_file_counts_with_its_own_size_alone() -> None:
    found = dive(of({"/big": bytes(100), "/small": b"x"}, {"/big": Whiteout()}))
    assert found.efficiency == 1 / 101
    assert found.paths == (Repeated("/big", 2, 100),)
    assert found.wasted_bytes == 100
    assert found.user_wasted_percent == math.inf


def test_one_layer_divides_by_nothing() -> None:
    found = dive(of({"/f": b"1234"}))
    assert (found.efficiency, found.size, found.wasted_bytes) == (1.0, 4, 0)
    assert math.isnan(found.user_wasted_percent)


@pytest.mark.parametrize("image", [of(), of({}), of({"/d": Directory()})])
def test_nothing_is_efficient(image: Image) -> None:
    assert dive(image).efficiency == 1.0


def test_only_regular_files_have_a_size() -> None:
    image = of({"/l": Symlink("a-long-target"), "/p": Device("fifo"), "/f": b"12"}, {"/l": b"123"})
    found = dive(image)
    assert (found.size, found.user_size) == (5, 3)
    assert found.paths == (Repeated("/l", 2, 3),)


def test_a_whiteout_of_nothing_ends_the_layer() -> None:
    """What would come after it, in the order of the names' bytes, isn't counted.

    And its own least size is -1, which stood for "not known yet".
    """
    base = {"/a": b"1", "/z": b"22"}
    found = dive(of(base, {"/a": b"333", "/m/gone": Whiteout(), "/z": b"4444"}))
    assert [row.path for row in found.paths] == ["/a"]
    assert found.size == 10
    assert found.efficiency == (1 + 2 - 1) / (1 + 3 + 2)


def test_an_opaque_folder_is_overlooked() -> None:
    base = {"/d": Directory(), "/d/old": bytes(50)}
    found = dive(of(base, {"/d": Directory(opaque=True), "/d/new": b"1"}))
    assert (found.efficiency, found.wasted_bytes) == (1.0, 0)


def test_a_file_over_a_folder_keeps_what_was_in_it() -> None:
    """So that the whiteout of that file finds no folder, and counts nothing."""
    found = dive(of({"/d": Directory(), "/d/f": bytes(9)}, {"/d": b"1"}, {"/d": Whiteout()}))
    assert found.paths == (Repeated("/d", 2, 1),)


def test_the_first_name_of_a_hard_link_in_the_tar_has_the_size() -> None:
    lower = Layer.from_tar(tar(entry("z", b"12345"), hard_link("a", "z")))
    upper = Layer.of({"/z": b"1"})
    assert dive(Image([lower, upper])).paths == (Repeated("/z", 2, 6),)
    assert dive(Image([lower, Layer.of({"/a": b"1"})])).paths == (Repeated("/a", 2, 1),)


def test_which_name_of_a_hard_link_is_first_matters_to_a_folder_that_goes() -> None:
    lower = Layer.from_tar(tar(entry("e"), entry("z", b"12345"), hard_link("e/a", "z")))
    found = dive(Image([lower, lower, Layer.of({"/e": Whiteout()})]))
    assert found.paths == (Repeated("/z", 2, 10), Repeated("/e/a", 2, 0))
    assert found.efficiency == 5 / 10  # the folder that goes holds no bytes


def test_an_opaque_mark_alone_makes_no_folder() -> None:
    """The folder that it stands in has no entry, and so hides nothing when it goes."""
    lower = Layer.from_tar(tar(entry("d/.wh..wh..opq", b""), entry("d/f", b"12345")))
    assert dive(Image([lower, Layer.of({"/d": Whiteout()})])).efficiency == 1.0


def test_a_path_of_many_folders() -> None:
    deep = "/d" * 5000
    assert dive(of({deep: b"1"}, {deep: b"22"})).paths == (Repeated(deep, 2, 3),)


def test_names_alone_are_not_enough() -> None:
    layer = RecordedLayer(DiffID("sha256:" + "0" * 64), 5)
    with pytest.raises(NoContent):
        dive(Image([layer]))


def test_a_link_to_another_layers_tar_is_an_empty_layer(tmp_path: Path) -> None:
    """Docker before 25 saves a layer that an image has twice as a link; the figures are dive's."""
    layer, above = tar(entry("f", b"12345"), entry("g", b"1")), tar(entry("f", b"12"))
    manifest = [{"Config": "c.json", "RepoTags": None, "Layers": [f"{n}/layer.tar" for n in "012"]}]
    archive = tar(
        entry("0/layer.tar", layer),
        entry("1/layer.tar", above),
        symlink("2/layer.tar", "../0/layer.tar"),
        entry("c.json", config([layer, above, layer])),
        entry("manifest.json", json.dumps(manifest).encode()),
    )
    (tmp_path / "image.tar").write_bytes(archive)
    image = open_image(tmp_path / "image.tar")
    assert [layer.linked for layer in image.layers] == [False, False, True]
    found = dive(image)
    assert (found.efficiency, found.wasted_bytes, found.size) == (0.375, 7, 8)
    assert found.user_wasted_percent == 3.5
    save_image(image, tmp_path / "again.tar")  # as Docker 25 does it, where no link is needed
    found = dive(open_image(tmp_path / "again.tar"))
    assert (found.efficiency, found.wasted_bytes, found.size) == (0.21428571428571427, 14, 14)
    assert found.user_wasted_percent == 1.75
