"""Waste: every copy of a file found, said why, and gone after the advice was followed."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tars import entry, hard_link, tar

from layerlab import (
    Device,
    Directory,
    File,
    History,
    Image,
    Layer,
    Meta,
    RecordedLayer,
    Symlink,
    Whiteout,
    open_image,
    save_image,
)
from layerlab.analysis import (
    ComparedLayer,
    Difference,
    Finding,
    WastedPath,
    compare,
    copies,
    waste,
)
from layerlab.digest import DiffID
from layerlab.errors import InvalidLayer, NoContent
from layerlab.source import FileSource

NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(lambda p: "/" + "/".join(p))
NODES = st.one_of(
    st.integers(0, 4).map(lambda size: File(bytes(size))),
    st.sampled_from([Directory(), Directory(opaque=True), Whiteout()]),
    st.builds(lambda: Symlink("x")),  # one node under two names would be a hard link
    st.integers(1, 3).map(lambda size: File(b"x" * size, Meta(mode=0o600 + size))),
)
CHANGES = st.dictionaries(NAMES, NODES, max_size=6)


def of(*layers: Mapping[str, object], steps: tuple[str, ...] = ()) -> Image:
    history = [History(created_by=step) for step in steps] or None
    return Image([Layer.of(layer) for layer in layers], history=history)


@given(st.lists(CHANGES, max_size=4))
def test_in_use_is_what_the_union_shows(stack: list[dict[str, object]]) -> None:
    layers = []
    for changes in stack:
        try:
            layers.append(Layer.of(changes))
        except InvalidLayer:  # something below a file
            continue
    image = Image(layers)
    found = copies(image)
    assert sum(copy.size for copy in found) == image.size
    seen = {
        (path, index)
        for path, node, index in image.rootfs.items()
        if not isinstance(node, Directory)
    }
    assert {(copy.path, copy.layer) for copy in found if copy.fate == "in use"} == seen
    assert all((copy.by is None) == (copy.fate == "in use") for copy in found)
    assert all(copy.by is None or copy.by > copy.layer for copy in found)
    found_waste = waste(image)
    assert sum(finding.saves for finding in found_waste.findings) == found_waste.wasted_bytes
    assert 0 <= found_waste.efficiency <= 1


BASE = {"/f": File(b"12345", Meta(mode=0o644)), "/l": Symlink("abc")}
FATES = {
    "deleted": ({"/f": Whiteout()}, "deleted in a later layer"),
    "now a folder": ({"/f": Directory()}, "deleted in a later layer"),
    "now a link": ({"/f": Symlink("")}, "deleted in a later layer"),
    "longer": ({"/f": b"123456"}, "changed in a later layer"),
    "other bytes": ({"/f": b"12346"}, "changed in a later layer"),
    "chmod": ({"/f": File(b"12345", Meta(0o755))}, "mode or owner changed in a later layer"),
    "chown": ({"/f": File(b"12345", Meta(uid=7))}, "mode or owner changed in a later layer"),
    "touch": ({"/f": File(b"12345", Meta(mtime=9))}, "written again unchanged"),
}


@pytest.mark.parametrize("name", FATES)
def test_why(name: str) -> None:
    change, why = FATES[name]
    found = waste(of(BASE, change, steps=("ADD rootfs", "RUN it")))
    [finding] = found.findings
    assert (finding.why, finding.saves, finding.paths) == (why, 5, ("/f",))
    assert (finding.layer, finding.by) == (0, 1)
    assert (finding.made_by, finding.hidden_by) == ("ADD rootfs", "RUN it")
    assert found.wasted_bytes == 5


def test_what_dive_misses() -> None:
    """A removed folder, an opaque one, and an image of a single layer."""
    tree = {"/d": Directory(), "/d/x": bytes(30), "/d/e/y": bytes(20)}
    assert waste(of(tree, {"/d": Whiteout()})).wasted_bytes == 50
    assert waste(of(tree, {"/d": Directory(opaque=True), "/d/x": b""})).wasted_bytes == 50
    alone = waste(of({"/usr/bin/x": bytes(6), "/var/lib/apt/lists/index.lz4": bytes(4)}))
    assert (alone.efficiency, alone.wasted_percent, alone.user_bytes) == (0.6, 40.0, 10)


def test_rows_have_every_layers_size() -> None:
    image = of({"/f": bytes(5)}, {"/f": bytes(7)}, {"/f": Whiteout()}, {"/f": b"1"})
    assert waste(image).paths == (
        WastedPath(
            "/f", ((0, 5), (1, 7), (3, 1)), 12,
            "changed in a later layer, deleted in a later layer",
        ),
    )  # fmt: skip


def test_a_hard_link_is_in_use_while_one_name_is() -> None:
    lower = Layer.from_tar(tar(entry("a", b"12345"), hard_link("b", "a")))
    one_left = Image([lower, Layer.of({"/a": Whiteout()})])
    assert waste(one_left).wasted_bytes == 0
    none_left = one_left.append(Layer.of({"/b": Whiteout()}))
    assert [(f.saves, f.by) for f in waste(none_left).findings] == [(5, 2)]


def test_a_hard_link_into_a_lower_layer_keeps_its_bytes() -> None:
    upper = Layer.from_tar(tar(hard_link("b", "a"), entry(".wh.a", b"")))
    assert waste(Image([Layer.of({"/a": b"12345"}), upper])).wasted_bytes == 0


CACHES = {
    "/var/lib/apt/lists/x_Packages.lz4": "rm -rf /var/lib/apt/lists/*",
    "/var/cache/apt/pkgcache.bin": "rm -rf /var/cache/apt/*",
    "/var/cache/apk/APKINDEX.1.tar.gz": "apk add --no-cache",
    "/var/cache/dnf/x.solv": "dnf clean all",
    "/root/.cache/pip/http/1": "--no-cache-dir",
    "/home/me/.npm/_cacache/index-v5/1": "npm cache clean --force",
    "/tmp/leftover": "in the RUN that makes them",
}


@pytest.mark.parametrize("path", CACHES)
def test_caches(path: str) -> None:
    [finding] = waste(of({path: bytes(8), "/app": bytes(2)}, steps=("RUN x",))).findings
    assert finding.paths == (path,)
    assert CACHES[path] in finding.advice
    assert (finding.saves, finding.by, finding.hidden_by) == (8, None, "")


def saved_with(compression: str, path: Path) -> Image:
    """An image whose middle layer is compressed, or whose archive is."""
    big = bytes(range(256)) * 3000
    layers = [
        tar(entry("a", big), entry("b", b"1234"), entry("c", b"x" * 70_000)),
        tar(entry("c", b"y" * 70_000), entry("a", big, mode=0o600), entry("b", b"1234")),
        tar(entry("b", b"1234", mtime=9)),
    ]
    if compression == "layer":
        return Image(Layer.from_tar(gzip.compress(layer)) for layer in layers)
    save_image(Image(map(Layer.from_tar, layers)), path / "plain.tar")
    data = (path / "plain.tar").read_bytes()
    (path / "image").write_bytes(gzip.compress(data) if compression == "archive" else data)
    return open_image(path / "image")


@pytest.mark.parametrize("compression", ["no", "layer", "archive"])
def test_contents_are_compared_wherever_they_lie(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is unpacked to disk for it."""
    image = saved_with(compression, tmp_path)
    monkeypatch.setattr(FileSource, "spooled", None)
    fates = [(copy.path, copy.layer, copy.fate) for copy in copies(image)]
    assert fates == [
        ("/a", 0, "metadata"), ("/a", 1, "in use"), ("/b", 0, "rewritten"),
        ("/b", 1, "rewritten"), ("/b", 2, "in use"), ("/c", 0, "changed"), ("/c", 1, "in use"),
    ]  # fmt: skip


def test_what_saves_most_comes_first() -> None:
    image = of({"/a": bytes(1), "/b": bytes(9), "/tmp/c": bytes(5)}, {"/a": Whiteout(), "/b": b""})
    assert [finding.saves for finding in waste(image).findings] == [9, 5, 1]
    assert [row.path for row in waste(image).paths] == ["/b", "/tmp/c", "/a"]


def test_no_history_and_no_layers() -> None:
    image = Image([Layer.of({"/a": b"1"}), Layer.of({"/a": Whiteout()})], history=[])
    [finding] = waste(image).findings
    assert isinstance(finding, Finding)
    assert finding.made_by == finding.hidden_by == ""
    nothing = waste(Image([]))
    assert (nothing.efficiency, nothing.wasted_percent, nothing.paths) == (1.0, 0.0, ())


def test_names_alone_are_not_enough() -> None:
    layer = RecordedLayer(DiffID("sha256:" + "0" * 64), 5)
    with pytest.raises(NoContent):
        waste(Image([layer]))


def test_compare() -> None:
    base = {"/same": b"1", "/touched": b"2", "/gone": b"3", "/mode": b"4", "/kind": b"5"}
    a = of(base, {"/x": b"1"})
    b = of(
        base,
        {
            "/touched": File(b"2", Meta(mtime=9)), "/gone": Whiteout(), "/new": b"6",
            "/mode": File(b"4", Meta(0o600)), "/kind": Directory(), "/x": b"2",
        },
    )  # fmt: skip
    found = compare(a, b)
    assert (found.added, found.removed) == (("/new",), ("/gone",))
    assert found.changed == ("/kind", "/mode", "/x")
    assert found.shared_layers == a.diff_ids[:1]
    assert (found.only_a, found.only_b) == (a.diff_ids[1:], b.diff_ids[1:])
    assert (found.shared_bytes, found.size_a, found.size_b) == (5, 6, 5 + 4)
    same = compare(a, a)
    assert (same.added, same.removed, same.changed, same.only_a) == ((), (), (), ())


def test_layers_are_shared_from_below_only() -> None:
    one, two = {"/1": b"1"}, {"/2": b"2"}
    assert compare(of(one, two), of(two, one)).shared_layers == ()


def test_a_comparison_has_every_size() -> None:
    a = of({"/f": b"12", "/gone": b"3"}, {"/x": b""})
    b = of({"/f": b"12", "/gone": b"3"}, {"/f": b"123", "/gone": Whiteout(), "/n": Device("fifo")})
    found = compare(a, b)
    assert found.differences == (
        Difference("/f", "content", 2, 3),
        Difference("/gone", "removed", 1, None),
        Difference("/n", "added", None, 0),
        Difference("/x", "removed", 0, None),
    )
    assert found.layers == (
        ComparedLayer(a.diff_ids[0], 3, 0, 0),
        ComparedLayer(a.diff_ids[1], 0, 1, None),
        ComparedLayer(b.diff_ids[1], 3, None, 1),
    )
    other = compare(b, of({"/f": File(b"123", Meta(0o700)), "/n": Device("char", 1, 2)}))
    assert [row.how for row in other.differences] == ["metadata", "kind"]
    numbers = (of({"/n": Device("char", 1, minor)}) for minor in (2, 3))
    assert [row.how for row in compare(*numbers).differences] == ["content"]
