"""Waste: every copy of a file found, said why, and gone after the advice was followed."""

import contextlib
import gzip
from collections.abc import Mapping, Sequence
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
    Copy,
    Difference,
    Finding,
    WastedPath,
    compare,
    comparing,
    copies,
    waste,
)
from layerlab.analysis.sameness import same_content
from layerlab.digest import DiffID
from layerlab.errors import InvalidLayer, NoContent
from layerlab.nodes import Change
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


def seen_after(stack: Sequence[Layer]) -> dict[str, tuple[int, Change]]:
    """What can be seen, and which layer has it: each layer laid on the last, path by path."""
    seen: dict[str, tuple[int, Change]] = {}

    def drop(path: str) -> None:
        for each in [p for p in seen if p == path or p.startswith(f"{path}/")]:
            del seen[each]

    for number, layer in enumerate(stack):
        for path, node in layer.changes.items():
            if isinstance(node, Whiteout) or (isinstance(node, Directory) and node.opaque):
                drop(path)
        for path, node in layer.changes.items():
            folders = [path[:at] for at, sign in enumerate(path) if sign == "/" and at]
            for folder in folders:
                if folder in seen and not isinstance(seen[folder][1], Directory):
                    drop(folder)
                seen.setdefault(folder, (number, Directory()))
            if isinstance(node, Directory):
                if path in seen and not isinstance(seen[path][1], Directory):
                    drop(path)
                seen[path] = number, node
            elif not isinstance(node, Whiteout):
                drop(path)
                seen[path] = number, node
    return seen


@given(st.lists(CHANGES, max_size=4))
def test_each_copy_is_hidden_by_the_layer_after_which_nobody_sees_it(
    stack: list[dict[str, object]],
) -> None:
    """Against a model that looks at every path of every stack."""
    layers = []
    for changes in stack:
        with contextlib.suppress(InvalidLayer):  # something below a file
            layers.append(Layer.of(changes))
    views = [seen_after(layers[: count + 1]) for count in range(len(layers))]
    expected = set()
    for number, layer in enumerate(layers):
        for path, node in layer.changes.items():
            if isinstance(node, (Directory, Whiteout)):
                continue
            mine = number, node
            gone = [top for top in range(number, len(layers)) if views[top].get(path) != mine]
            fate, by = "in use", None
            if gone:
                fate, by = "deleted", gone[0]
                after = views[by].get(path)
                if after and type(after[1]) is type(node):
                    fate = "changed" if bytes_of(node) != bytes_of(after[1]) else "metadata"
                    if fate == "metadata" and node.meta == after[1].meta:
                        fate = "rewritten"
            expected.add(Copy(path, number, node.size, fate, by, () if gone else (path,)))
    assert set(copies(Image(layers))) == expected


def bytes_of(node: Change) -> bytes:
    return node.content.read() if isinstance(node, File) else node.target.encode()


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


def test_a_file_that_is_made_again_with_its_folder() -> None:
    """As ``rm -r node_modules && npm ci`` does."""
    tree = {"/d": Directory(), "/d/same": b"12345", "/d/other": b"123", "/d/gone": b"1"}
    again = {"/d": Directory(opaque=True), "/d/same": b"12345", "/d/other": b"456"}
    assert [(found.why, found.saves) for found in waste(of(tree, again)).findings] == [
        ("written again unchanged", 5),
        ("changed in a later layer", 3),
        ("deleted in a later layer", 1),
    ]


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
    "/var/cache/apt/archives/less_590-2_amd64.deb": "rm -rf /var/cache/apt/*",
    "/var/cache/apk/APKINDEX.1.tar.gz": "apk add --no-cache",
    "/var/cache/dnf/x.solv": "rm -rf /var/cache/dnf",
    "/var/cache/libdnf5/updates-1/solv/updates.solv": "/var/cache/libdnf5`",
    "/var/cache/yum/x86_64/7/base/gen/primary_db.sqlite": "rm -rf /var/cache/yum`",
    "/var/cache/zypp/raw/repo-oss/repodata/primary.xml.gz": "rm -rf /var/cache/zypp/*",
    "/var/cache/pacman/pkg/less-1:643-1-x86_64.pkg.tar.zst": "rm -rf /var/cache/pacman/pkg/*",
    "/root/.cache/pip/http/1": "--no-cache-dir",
    "/root/.cache/uv/archive-v0/1": "--no-cache",
    "/home/me/.cache/pypoetry/artifacts/1": "~/.cache/pypoetry/artifacts`",
    "/opt/conda/pkgs/zlib-1.3.conda": "conda clean --all --force-pkgs-dirs",
    "/opt/miniconda3/pkgs/cache/1.json": "conda clean --all --force-pkgs-dirs",
    "/home/me/.npm/_cacache/index-v5/1": "rm -rf ~/.npm`",
    "/usr/local/share/.cache/yarn/v6/1": "yarn cache clean",
    "/root/.yarn/berry/cache/1.zip": "yarn cache clean --all",
    "/root/.cache/go-build/00/00-a": "a stage of its own",
    "/go/pkg/mod/cache/download/x/@v/v1.zip": "a stage of its own",
    "/usr/local/cargo/registry/cache/index.crates.io-1/a-1.crate": "a stage of its own",
    "/root/.cargo/git/db/x/HEAD": "a stage of its own",
    "/root/.composer/cache/files/x.zip": "rm -rf ~/.cache/composer ~/.composer/cache",
    "/var/lib/gems/3.1.0/cache/rack-1.gem": "gem env gemdir",
    "/usr/local/bundle/cache/rack-1.gem": "gem env gemdir",
    "/root/.m2/repository/junit/junit.jar": "a stage of its own",
    "/home/gradle/.gradle/caches/modules-2/1": "a stage of its own",
    "/root/.local/share/NuGet/http-cache/1.dat": "dotnet nuget locals http-cache",
    "/root/.ccache/0/1": "a stage of its own",
    "/root/.cache/ccache/0/1": "a stage of its own",
    "/tmp/leftover": "in the RUN that makes them",
    "/var/tmp/a\nb": "in the RUN that makes them",
}


@pytest.mark.parametrize("path", CACHES)
def test_caches(path: str) -> None:
    [finding] = waste(of({path: bytes(8), "/app": bytes(2)}, steps=("RUN x",))).findings
    assert finding.paths == (path,)
    assert CACHES[path] in finding.advice
    assert (finding.saves, finding.by, finding.hidden_by) == (8, None, "")


@pytest.mark.parametrize(
    "path",
    [
        "/tmp", "/var/cache/apt", "/etc/apk/world", "/root/.cargo/bin/rg", "/root/.npm/x",
        "/srv/var/lib/apt/lists/x", "/root/.m2/settings.xml", "/opt/conda/bin/python",
        "/home/.cache/pip/x", "/root/.cache/piper/voice", "/root/.cache/pypoetry/virtualenvs/x",
        "/go/pkg/module",
    ],
)  # fmt: skip
def test_what_lies_beside_a_cache_is_none(path: str) -> None:
    assert waste(of({path: bytes(8)})).findings == ()


def test_a_cached_file_that_is_linked_elsewhere_saves_nothing() -> None:
    """As uv and pnpm install: deleting the name in the cache leaves the bytes."""
    name = "root/.cache/uv/archive-v0/x.py"
    linked = Layer.from_tar(tar(entry(name, b"12345"), hard_link("venv/x.py", name)))
    assert waste(Image([linked])).findings == ()
    assert [copy.names for copy in copies(Image([linked]))] == [(f"/{name}", "/venv/x.py")]
    unlinked = Image([linked, Layer.of({"/venv/x.py": Whiteout()})])
    assert [(found.saves, found.by) for found in waste(unlinked).findings] == [(5, None)]
    inside = Layer.from_tar(tar(entry(name, b"12345"), hard_link(f"{name}c", name)))
    assert waste(Image([inside])).wasted_bytes == 5


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


def test_what_both_images_are_made_of_is_not_read(tmp_path: Path) -> None:
    """Two archives with one base: of that only the DiffID is asked."""
    images = []
    for name in "ab":
        layers = {"/f": b"12345", "/g": b"1"}, {"/f": name.encode() * 5}, {"/g": Whiteout()}
        save_image(of(*layers), tmp_path / name)
        images.append(open_image(tmp_path / name))
    read: list[File] = []

    def watched(pairs: Sequence[tuple[Change, Change]]) -> list[bool]:
        read.extend(node for pair in pairs for node in pair if isinstance(node, File))
        return same_content(pairs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "same_content", watched)
        found = compare(*images)
    assert found.differences == (Difference("/f", "content", 5, 5),)
    assert [node.size for node in read] == [5, 5]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "same_content", lambda pairs: [False] * len(pairs))
        assert compare(images[0], open_image(tmp_path / "a")).differences == ()


def test_what_is_found_shows_itself_in_a_line() -> None:
    image = of({"/a": bytes(2000), "/b": b"1"}, {"/a": Whiteout()})
    assert repr(waste(image)) == "<Waste: 2kB of 2kB, 1 finding>"
    assert repr(waste(of({}))) == "<Waste: 0B of 0B, 0 findings>"
    found = compare(image, of({"/a": bytes(2000), "/b": b"1"}))
    assert repr(found) == "<Comparison: 2kB and 2kB, 2kB shared, 1 path differs>"
