"""Analyses as JSON: all that they hold, in sorted keys, and nothing that JSON can't say."""

import json
from typing import Any

import pytest

from layerlab import Directory, File, History, Image, Layer, Meta, Symlink, Whiteout
from layerlab.analysis import compare, dive, to_json, tree, waste

BASE = Layer.of({"/bin/sh": File(b"shell", Meta(0o755)), "/etc/motd": b"hi", "/l": Symlink("bin")})
APP = Layer.of({"/etc/motd": b"hello", "/bin/sh": Whiteout(), "/etc/d": Directory(Meta(0o700))})
IMAGE = Image([BASE, APP], history=[History(created_by="ADD"), History(created_by="RUN")])
ANALYSES = {"waste": waste(IMAGE), "compare": compare(Image([BASE]), IMAGE), "dive": dive(IMAGE)}


@pytest.mark.parametrize("name", ANALYSES)
def test_json_and_its_order_are_strict(name: str) -> None:
    plain = to_json(ANALYSES[name])
    text = json.dumps(plain, allow_nan=False)
    assert json.loads(text) == plain
    assert text == json.dumps(plain, sort_keys=True)


def test_waste() -> None:
    found = to_json(ANALYSES["waste"])
    assert found["paths"][0] == {
        "copies": [{"layer": 0, "size": 5}],
        "path": "/bin/sh",
        "wasted": 5,
        "why": "deleted in a later layer",
    }
    finding = found["findings"][0]
    assert {key: finding[key] for key in ("by", "hidden_by", "layer", "made_by", "saves")} == {
        "by": 1, "hidden_by": "RUN", "layer": 0, "made_by": "ADD", "saves": 5,
    }  # fmt: skip
    assert (found["size"], found["user_bytes"], found["wasted_bytes"]) == (15, 5, 7)
    assert (found["efficiency"], found["wasted_percent"]) == (1 - 7 / 15, 140.0)


def test_comparison() -> None:
    found = to_json(ANALYSES["compare"])
    assert found["differences"] == [
        {"how": "removed", "path": "/bin/sh", "size_a": 5, "size_b": None},
        {"how": "added", "path": "/etc/d", "size_a": None, "size_b": 0},
        {"how": "content", "path": "/etc/motd", "size_a": 2, "size_b": 5},
    ]
    assert found["layers"] == [
        {"a": 0, "b": 0, "diff_id": str(BASE.diff_id), "size": 10},
        {"a": None, "b": 1, "diff_id": str(APP.diff_id), "size": 5},
    ]
    assert (found["shared_bytes"], found["size_a"], found["size_b"]) == (10, 10, 15)


def test_dive_of_one_layer_is_no_number() -> None:
    assert to_json(dive(Image([BASE])))["user_wasted_percent"] is None
    found = to_json(ANALYSES["dive"])
    assert found["user_wasted_percent"] == 12 / 5
    assert found["paths"][0] == {"layers": 2, "path": "/etc/motd", "size": 7}


def test_a_tree_has_every_paths_layer() -> None:
    root = tree(IMAGE)
    assert json.loads(json.dumps(root, allow_nan=False)) == root
    entries = root["entries"]
    assert list(entries) == ["bin", "etc", "l"]
    assert entries["bin"]["entries"] == {}
    assert list(entries["etc"]["entries"]) == ["d", "motd"]
    assert entries["etc"]["entries"]["motd"] == {
        "kind": "file",
        "layer": 1,
        "mode": 0o644,
        "size": 5,
    }
    assert entries["l"] == {
        "kind": "symlink", "layer": 0, "mode": 0o777, "size": 3, "target": "bin",
    }  # fmt: skip

    def paths(node: dict[str, Any], above: str) -> list[str]:
        below = [paths(each, f"{above}/{name}") for name, each in node.get("entries", {}).items()]
        return [above, *(path for found in below for path in found)]

    assert paths(root, "") == ["", *(path for path, _, _ in IMAGE.rootfs.items())]
    assert tree(Image([])) == {
        "entries": {}, "kind": "directory", "layer": -1, "mode": 0o755, "size": 0,
    }  # fmt: skip


def test_nothing_else() -> None:
    with pytest.raises(TypeError, match="str is none of"):
        to_json("an image")
