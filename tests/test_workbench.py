"""The ID workbench without a browser: which names change with what, and the skin's Python side."""

import gzip
import json

import pytest

from layerlab import chain_id
from layerlab.digest import Digest
from layerlab.notebook import workbench
from layerlab.notebook.workbench_state import COMPRESSIONS, BadMove, Bench, Name
from layerlab.registry import Manifest


def changed(bench: Bench) -> set[str]:
    return set(map(str, bench.changed))


IMAGE = {"ImageID", "manifest digest"}
OF_APP = {"ChainID of app", "ChainID of site", "DiffID of app", "blob digest of app"}


# ---- the names ----


def test_the_names_are_what_the_model_says() -> None:
    bench = Bench()
    image = bench.image
    for place, layer in enumerate(bench.layers):
        assert bench.names[Name("DiffID", layer)] == image.diff_ids[place]
        assert bench.names[Name("ChainID", layer)] == image.chain_ids[place]
        blob = bench.blobs[layer]
        assert bench.names[Name("blob digest", layer)] == Digest.of(blob)
        assert Digest.of(gzip.decompress(blob)) == image.diff_ids[place]
    assert bench.names[Name("ImageID")] == image.image_id
    assert bench.names[Name("manifest digest")] == Digest.of(bench.manifest)


def test_the_manifest_names_the_config_and_the_blobs() -> None:
    bench = Bench().compress("none")
    document = json.loads(bench.manifest)
    assert document["config"]["digest"] == bench.image.image_id
    assert document["config"]["size"] == len(bench.image.raw_config)
    assert [item["digest"] for item in document["layers"]] == list(bench.image.diff_ids)
    assert Manifest.of(Bench().image).raw == Bench().manifest  # what a push would send
    assert all(item["mediaType"].endswith(".tar") for item in document["layers"])
    document = json.loads(Bench().manifest)
    assert all(item["mediaType"].endswith(".tar.gzip") for item in document["layers"])


# ---- what changes with what ----


@pytest.mark.parametrize(
    "move", [lambda b: b.change_byte("app"), lambda b: b.touch("app"), lambda b: b.chmod("app")]
)
def test_a_changed_tar_changes_all_from_there_up(move: object) -> None:
    assert changed(move(Bench())) == OF_APP | IMAGE  # type: ignore[operator]


def test_a_changed_base_changes_every_chain_but_one_tar() -> None:
    seen = changed(Bench().touch("base"))
    chains = {f"ChainID of {name}" for name in ("base", "app", "site")}
    assert seen == chains | {"DiffID of base", "blob digest of base"} | IMAGE


def test_the_top_layer_disturbs_nobody_below() -> None:
    seen = changed(Bench().touch("site"))
    assert seen == {f"{kind} of site" for kind in ("ChainID", "DiffID", "blob digest")} | IMAGE


@pytest.mark.parametrize("how", ["gzip -9", "none"])
def test_compression_changes_blobs_and_manifest_alone(how: str) -> None:
    blobs = {f"blob digest of {name}" for name in ("base", "app", "site")}
    assert changed(Bench().compress(how)) == blobs | {"manifest digest"}


def test_a_plain_tar_has_its_diff_id_for_a_blob_digest() -> None:
    names = Bench().compress("none").names
    for layer in Bench().layers:
        assert names[Name("blob digest", layer)] == names[Name("DiffID", layer)]


def test_env_and_history_change_the_image_and_no_layer() -> None:
    assert changed(Bench().set_env()) == IMAGE
    assert changed(Bench().set_comment()) == IMAGE
    assert b'"DEBUG=1"' in Bench().set_env().image.raw_config
    assert b'"comment":"reviewed"' in Bench().set_comment().image.raw_config


def test_a_tag_changes_no_name() -> None:
    bench = Bench().set_tag()
    assert changed(bench) == set()
    assert bench.tag == "shop:latest"
    assert bench.said.endswith("No name changed.")


def test_the_order_changes_chains_and_documents_but_no_tar() -> None:
    bench = Bench().move_down("site")
    assert list(bench.layers) == ["base", "site", "app"]
    assert changed(bench) == {"ChainID of app", "ChainID of site"} | IMAGE
    names = bench.names
    below, diff_id = names[Name("ChainID", "base")], names[Name("DiffID", "site")]
    assert names[Name("ChainID", "site")] == chain_id(below, diff_id)


@pytest.mark.parametrize(
    "twice",
    [
        lambda b: b.change_byte("app").change_byte("app"),
        lambda b: b.chmod("app").chmod("app"),
        lambda b: b.set_env().set_env(),
        lambda b: b.set_comment().set_comment(),
        lambda b: b.compress("none").compress("gzip -6"),
        lambda b: b.move_down("app").move_down("base"),
    ],
)
def test_what_is_changed_back_has_its_old_names_back(twice: object) -> None:
    assert twice(Bench()).names == Bench().names  # type: ignore[operator]


def test_choosing_and_selecting_change_nothing() -> None:
    bench = Bench().touch("app")
    assert changed(bench.choose("base").select("ImageID")) == changed(bench)


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda b: b.touch("Q"), "there is no layer 'Q'"),
        (lambda b: b.choose("Q"), "there is no layer 'Q'"),
        (lambda b: b.move_down("base"), "base is the base already"),
        (lambda b: b.compress("bzip2"), "'bzip2' is no choice here"),
        (lambda b: b.select("name of app"), "there is no name 'name of app'"),
    ],
)
def test_what_cannot_be_done_is_said(move: object, said: str) -> None:
    with pytest.raises(BadMove) as caught:
        move(Bench())  # type: ignore[operator]
    assert said in str(caught.value)


# ---- words ----


def test_the_text_says_what_changed_and_why() -> None:
    text = Bench().compress("none").notes
    assert "ChainID stayed: the same DiffIDs lie in the same order." in text
    assert "ImageID stayed: the config says nothing of it." in text
    assert "blob digest changed in base, app, site: the same tar is stored as other bytes." in text
    assert "manifest digest changed: the manifest names the blobs." in text
    old, new = (b.names[Name("ImageID")].short for b in (Bench(), Bench().set_env()))
    assert f"{old} → {new}" in Bench().set_env().text


@pytest.mark.parametrize("layer", ["app", "site"])
def test_the_line_of_a_chain_id_is_the_very_one(layer: str) -> None:
    bench = Bench().select(f"ChainID of {layer}")
    line = bench.detail[1].splitlines()[1]
    assert Digest.of(line.encode()) == bench.names[Name("ChainID", layer)]


def test_the_documents_are_the_very_ones() -> None:
    for name in ("ImageID", "manifest digest"):
        bench = Bench().select(name)
        document = bench.detail[1].partition("\n")[2]
        assert Digest.of(document.encode()) == bench.names[bench.selected]


def test_each_name_tells_what_it_is_the_hash_of() -> None:
    bench = Bench()
    for name in bench.names:
        assert len(bench.select(str(name)).detail[1]) > 30
    assert "nothing lies below the base" in bench.select("ChainID of base").detail[1]
    assert bench.select("DiffID of app").detail[1].splitlines()[0] == (
        "SHA-256 of the plain tar, 2,048 bytes:"
    )
    assert "-rwxr-xr-x" in bench.chmod("app").select("DiffID of app").detail[1]
    assert "1f 8b 08 00" in bench.select("blob digest of app").detail[1]
    plain = bench.compress("none").select("blob digest of app")
    assert plain.detail[1] == "Its DiffID: the tar is stored as it is."


# ---- the skin ----


def click(bench: object, **message: object) -> None:
    bench._asked(bench, message, [])  # type: ignore[attr-defined]


def test_a_click_makes_the_same_move_as_a_cell() -> None:
    clicked, called = workbench(), workbench()
    for move, arguments in [
        ("change_byte", {"layer": "app"}),
        ("touch", {"layer": "base"}),
        ("chmod", {"layer": "site"}),
        ("move_down", {"layer": "site"}),
        ("compress", {"compression": "gzip -9"}),
        ("set_env", {}),
        ("set_comment", {}),
        ("set_tag", {}),
        ("choose", {"layer": "base"}),
        ("select", {"part": "ImageID"}),
    ]:
        click(clicked, move=move, **arguments)
        getattr(called, move)(*arguments.values())
        assert clicked.view == called.view
        assert clicked.view != workbench().view
    click(clicked, move="reset")
    assert clicked.view == workbench().view


def test_a_click_that_fails_is_said_and_changes_nothing() -> None:
    bench = workbench()
    before = bench.view
    click(bench, move="move_down", layer="base")
    assert bench.view["failed"]
    assert "base is the base already" in bench.view["said"]
    assert {**bench.view, "said": "", "failed": False} == {**before, "said": ""}


@pytest.mark.parametrize("message", [{"move": "close"}, {"move": "touch"}, {"move": ["touch"]}])
def test_a_message_can_do_nothing_else(message: dict[str, object]) -> None:
    bench = workbench()
    before = bench.view
    click(bench, **message)
    bench._asked(bench, "touch", [])
    assert bench.view == before


def test_the_controls_offer_what_there_is() -> None:
    controls = [item for row in workbench().view["controls"] for item in row[1:]]
    moves = {item["move"] for item in controls}
    assert moves == set(workbench().moves) - {"select"}
    choices = {item["name"]: item["options"] for item in controls if item["kind"] == "choice"}
    assert choices == {"layer": tuple(Bench().layers), "compression": COMPRESSIONS}


def test_a_page_without_a_kernel_gets_the_picture() -> None:
    data, _ = workbench()._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert (
        '<img alt="An image of 3 layers, from the top down: site, app, base.' in data["text/html"]
    )
    assert data["text/plain"] == repr(workbench())


def test_the_picture_is_the_same_each_time_and_names_each_button() -> None:
    bench = Bench().touch("app")
    assert bench.draw(live=True) == Bench().touch("app").draw(live=True)
    live = bench.draw(live=True)
    for name in bench.names:
        assert f'data-part="{name}"' in live
    assert 'role="button"' not in bench.draw()
