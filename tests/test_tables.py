"""Tables: a row for each part of a value, with the model's own numbers."""

import pandas as pd
import pytest

from layerlab import Container, Directory, Engine, Image, Layer, RecordedLayer, UnionFS, Whiteout
from layerlab.analysis import compare, dive, waste
from layerlab.notebook.tables import CannotTable, table

BASE = Layer.of({"/bin/sh": b"shell", "/etc/motd": b"hi"})
APP = Layer.of({"/etc/motd": b"hello", "/old": Whiteout(), "/tmp": Directory(opaque=True)})


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(frame.itertuples(name=None))


def test_a_layer_lists_its_changes() -> None:
    assert rows(table(APP)) == [
        ("/etc/motd", "file", 5),
        ("/old", "whiteout", 0),
        ("/tmp", "opaque directory", 0),
    ]


def test_a_union_lists_the_merged_tree_with_layers() -> None:
    frame = table(UnionFS([BASE, APP]))
    assert list(frame.columns) == ["kind", "bytes", "layer"]
    assert ("/etc/motd", "file", 5, 1) in rows(frame)
    assert ("/bin/sh", "file", 5, 0) in rows(frame)
    assert "/old" not in frame.index


def test_a_container_is_one_layer_more() -> None:
    box = Container(Image([BASE, APP]))
    box.append_bytes("/bin/sh", b"!")
    assert ("/bin/sh", "file", 6, 2) in rows(table(box))


def test_layers_have_short_ids_and_sizes() -> None:
    recorded = RecordedLayer(BASE.diff_id, 42)
    assert rows(table([APP, recorded])) == [
        (0, APP.diff_id.short, APP.size),
        (1, BASE.diff_id.short, 42),
    ]
    assert [row[-1] for row in rows(table(Image([BASE, APP])))] == [BASE.size, APP.size]


@pytest.mark.parametrize("of", ["lookup", "trail"])
def test_a_lookup_lists_the_layers_searched(of: str) -> None:
    found = getattr(UnionFS([BASE, Layer.of({"/bin/app": b""})]), of)("/bin/sh")
    assert rows(table(found)) == [(1, 1, "nothing"), (2, 0, "file")]


def test_events_say_what_was_searched_copied_and_hidden() -> None:
    box = Container(Image([BASE]))
    box.append_bytes("/bin/sh", b"!")
    box.unlink("/etc/motd")
    expected = [
        ("append", "/bin/sh", "0", "/bin, /bin/sh", 5, ""),
        ("unlink", "/etc/motd", "0", "/etc", 0, "/etc/motd"),
    ]
    assert rows(table(box.events)) == expected
    assert rows(table(box.events[-1])) == expected[1:]
    assert rows(table(Container(Image([BASE])).events)) == []


def test_a_build_lists_its_steps() -> None:
    engine = Engine()
    engine.add("base", Image([BASE]))
    dockerfile = "FROM base\nENV A=b\nCOPY motd /etc/\n"
    engine.build({"motd": b"hello"}, "FROM base\nENV A=b\n")
    done = engine.build({"motd": b"hello"}, dockerfile)
    assert rows(table(done)) == [
        (2, "ENV A=b", "hit", "none", 0),
        (3, "COPY motd /etc/", "miss", done.image.layers[-1].diff_id.short, 5),
    ]


@pytest.mark.parametrize("value", [None, 1, "text", b"x", [1], {}])
def test_other_things_have_no_table(value: object) -> None:
    with pytest.raises(CannotTable, match="has no table"):
        table(value)


def two_images() -> tuple[Image, Image]:
    above = {"/etc/motd": b"hello", "/new": b"1", "/bin/sh": Whiteout()}
    return Image([BASE]), Image([BASE, Layer.of(above)])


def test_waste_lists_its_findings_and_paths() -> None:
    found = waste(two_images()[1])
    frame = table(found)
    assert list(frame.columns) == [
        "bytes saved", "paths", "layer", "made by", "hidden by", "advice",
    ]  # fmt: skip
    assert [row[:4] for row in rows(frame)] == [
        ("deleted in a later layer", 5, 1, 0),
        ("changed in a later layer", 2, 1, 0),
    ]
    assert frame["bytes saved"].sum() == found.wasted_bytes
    assert rows(table(found.findings)) == rows(frame)
    assert rows(table(found.paths)) == [
        ("/bin/sh", 5, 5, "0", "deleted in a later layer"),
        ("/etc/motd", 2, 7, "0, 1", "changed in a later layer"),
    ]
    assert list(table(waste(Image([BASE]))).columns) == list(frame.columns)


def test_a_comparison_lists_paths_and_layers_with_sizes() -> None:
    found = compare(*two_images())
    frame = table(found)
    assert rows(frame) == [
        ("/bin/sh", "removed", 5, pd.NA, -5),
        ("/etc/motd", "content", 2, 5, 3),
        ("/new", "added", pd.NA, 1, 1),
    ]
    assert frame["bytes in b"].sum() == 6
    assert rows(table(found.layers)) == [
        (BASE.diff_id.short, 7, 0, 0),
        (found.only_b[0].short, 6, pd.NA, 1),
    ]


def test_dives_paths_make_a_table() -> None:
    assert rows(table(dive(two_images()[1]))) == [("/etc/motd", 2, 7), ("/bin/sh", 2, 5)]
