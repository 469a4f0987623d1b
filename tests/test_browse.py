"""The image browser: what it shows of an image is what the union and the layers say."""

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab import (
    Device,
    Directory,
    File,
    Image,
    Layer,
    LayerlabError,
    Meta,
    NoContent,
    RecordedLayer,
    Symlink,
    UnionFS,
    Whiteout,
    Zeros,
    save_image,
)
from layerlab.analysis import waste
from layerlab.archive.saving import save_images
from layerlab.digest import DiffID
from layerlab.errors import InvalidLayer
from layerlab.nodes import Bytes
from layerlab.notebook import browse
from layerlab.notebook.browse_desk import ImageBrowser
from layerlab.notebook.browse_opening import MOST_UPLOADED, PART, nearby
from layerlab.notebook.browse_preview import preview
from layerlab.notebook.browse_state import BadMove, Browsing
from layerlab.notebook.browse_tree import MOST_IN_FOLDER, MOST_ROWS, matcher
from layerlab.notebook.keys import key, path_of

BASE: dict[str, object] = {
    "/etc/motd": "hello\n",
    "/etc/passwd": "root:x:0:0\n",
    "/usr/lib/a.so": b"\x7fELF" + bytes(96),
    "/usr/lib/b.so": "b" * 50,
    "/usr/share/doc/one": "d" * 30,
    "/usr/share/doc/two": "d" * 20,
    "/bin": Symlink("usr/bin"),
    "/usr/bin/tool": File("tool", Meta(mode=0o4755, uid=3, gid=4)),
    "/dev/null": Device("char", 1, 3),
}
SECOND: dict[str, object] = {
    "/etc/motd": "good morning\n",
    "/etc/passwd": File("root:x:0:0\n", Meta(mode=0o600)),
    "/usr/lib/b.so": Whiteout(),
    "/usr/share/doc": Directory(opaque=True),
    "/usr/share/doc/three": "d" * 5,
    "/tmp/left": "t" * 7,
}


def image(*layers: Mapping[str, object]) -> Image:
    return Image([Layer.of(layer) for layer in layers or (BASE, SECOND)])


def browsing(*layers: Mapping[str, object]) -> Browsing:
    return Browsing.of({"image": image(*layers)})


def marks(state: Browsing) -> dict[str, str]:
    return {path: item.mark for path, item in state.tree.items.items() if item.mark}


def paths(state: Browsing) -> list[str]:
    return [row.item.path for row in state.rows]


# ---- the trees ----

NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(lambda p: "/" + "/".join(p))
NODES = st.one_of(
    st.integers(0, 9).map(lambda size: File(bytes(size))),
    st.sampled_from([Directory(), Directory(opaque=True), Symlink("x"), Whiteout()]),
)


@settings(max_examples=60)
@given(st.lists(st.dictionaries(NAMES, NODES, max_size=6), min_size=1, max_size=3))
def test_the_trees_are_the_unions_and_the_layers(stack: list[dict[str, object]]) -> None:
    layers = []
    for changes in stack:
        try:
            layers.append(Layer.of(changes))
        except InvalidLayer:  # something below a file
            layers.append(Layer.of({"/only": "x"}))
    state = Browsing.of({"image": Image(layers)})
    seen = {path: (node, layer) for path, node, layer in UnionFS(layers).items()}
    items = {path: item for path, item in state.tree.items.items() if path != "/"}
    assert {path: (item.node, item.layer) for path, item in items.items()} == seen
    inodes = {(id(node), layer): node.size for node, layer in seen.values()}
    assert state.tree.sizes.get("/", 0) == sum(inodes.values())
    assert state.tree.wasted.get("/", 0) == waste(state.image).wasted_bytes
    for number, layer in enumerate(layers):
        own = state.layer(number)
        named = {path for path, item in own.tree.items.items() if item.node is not None}
        assert named - {"/"} == layer.changes.keys() - {"/"}
        below = UnionFS(layers[:number])
        for path, node in layer.changes.items():
            mark = own.tree.items[path].mark.partition(";")[0]
            if isinstance(node, Whiteout):
                assert mark == "whiteout"
            elif isinstance(node, Directory) and node.opaque:
                assert mark == "opaque"
            elif not below.lexists(path):
                assert mark == "added"
            else:
                assert mark != "added"
    wasted = state.waste(True).tree
    assert sum(item.size for item in wasted.items.values()) == waste(state.image).wasted_bytes


def test_what_a_layer_did() -> None:
    assert marks(browsing().layer(1)) == {
        "/etc/motd": "changed",
        "/etc/passwd": "mode or owner changed",
        "/usr/lib/b.so": "whiteout",
        "/usr/share/doc": "opaque",
        "/usr/share/doc/three": "added",
        "/tmp/left": "added; temporary files",
    }
    base = marks(browsing().layer(0))
    assert base["/usr/share/doc/one"] == "added; deleted in a later layer"
    assert base["/etc/motd"] == "added; changed in a later layer"
    assert base["/usr/lib/a.so"] == "added"
    again = browsing({"/a": "same"}, {"/a": "same"}).layer(1)
    assert marks(again)["/a"] == "written again, the same"


def test_the_first_state_means_something() -> None:
    state = browsing()
    assert state.selected == "/etc/passwd"  # of what wastes, the most that is still there
    assert state.selected in paths(state)
    assert browsing({"/a/b": "x" * 9, "/c": "x"}).selected == "/a/b"
    nothing = Browsing.of({"image": Image([])})
    assert (nothing.selected, nothing.rows, nothing.map) == ("/", (), None)
    assert "without a byte" in nothing.draw(live=True)
    assert nothing.text.startswith("image: 0 layers, 0B")


def test_only_what_is_open_is_shown() -> None:
    state = browsing({f"/many/{n:03}": "x" for n in range(200)} | {"/one/file": "x" * 2})
    assert paths(state) == ["/many", "/one", "/one/file"]
    opened = state.expand("/many")
    assert len(opened.rows) == 2 + MOST_IN_FOLDER + 2
    last = opened.rows[MOST_IN_FOLDER + 1]
    assert (last.more, last.count) == (200 - MOST_IN_FOLDER, 200)
    assert len(opened.more("/many").rows) == 2 + 200 + 1
    assert paths(opened.collapse("/many")) == paths(state)
    everything = browsing({f"/{a}/{b}": "x" for a in range(20) for b in range(50)})
    for number in range(20):
        everything = everything.expand(f"/{number}")
    assert len(everything.rows) == MOST_ROWS
    assert f"The first {MOST_ROWS} lines are shown." in everything.notes
    assert opened.notes == ""


def test_what_is_deep_or_long_is_shown_as_far_as_it_goes() -> None:
    deep = "/a" * 1500
    browser = browse(image({f"{deep}/f": "x"}, {f"{deep}/f": "y", "/l": Symlink("z" * 9000)}))
    assert browser.state.selected == f"{deep}/f"
    assert len(browser.view["rows"]) == MOST_ROWS
    assert len(browser.view["detail"][0]) == 400
    browser.select("/l")
    assert len(browser.view["detail"][1]) < 700


def test_a_visit_selects_and_opens() -> None:
    state = browsing()
    folder = state.visit("/usr/lib")
    assert folder.selected == "/usr/lib"
    assert "/usr/lib/a.so" in paths(folder)
    assert folder.visit("/usr/lib/a.so").opened == folder.opened
    assert state.visit("/usr/lib/b.so").selected == "/usr/lib/b.so"  # gone, and yet told of


def test_sizes_sort_each_folder() -> None:
    state = (
        browsing({"/a/x": "1", "/a/y": "333", "/b": "55555", "/c": "22"}).expand("/a").sort("size")
    )
    assert paths(state) == ["/b", "/a", "/a/y", "/a/x", "/c"]
    assert paths(state.sort("name")) == ["/a", "/a/x", "/a/y", "/b", "/c"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.so", ["/usr/lib/a.so"]),
        ("motd", ["/etc/motd"]),
        ("MOTD", []),
        ("[mp]*d", ["/etc/motd", "/etc/passwd"]),
        ("/usr/*/a.so", ["/usr/lib/a.so"]),
        ("/etc", ["/etc", "/etc/motd", "/etc/passwd"]),
        ("doc", ["/usr/share/doc", "/usr/share/doc/three"]),
        ("\\", []),
    ],
)
def test_a_filter_keeps_what_matches(pattern: str, names: list[str]) -> None:
    state = browsing().filter(pattern)
    leading = {"/", "/etc", "/usr", "/usr/lib", "/usr/share"}
    assert [path for path in state.tree.items if path not in leading - set(names)] == names
    matching = [path for path in state.whole_tree.items if matcher(pattern)(path)]
    assert set(matching) - {"/"} <= set(paths(state)) | {"/"}
    assert state.filter("").tree == browsing().tree


def test_only_waste_shows_what_is_gone_too() -> None:
    state = browsing().waste(True)
    items = {path: item for path, item in state.tree.items.items() if item.size}
    assert {path: (item.size, item.gone) for path, item in items.items()} == {
        "/etc/motd": (6, False),
        "/etc/passwd": (11, False),
        "/tmp/left": (7, False),
        "/usr/lib/b.so": (50, True),
        "/usr/share/doc/one": (30, True),
        "/usr/share/doc/two": (20, True),
    }
    assert {path: item.layer for path, item in state.layer(1).tree.items.items() if item.size} == {
        "/tmp/left": 1
    }
    assert state.waste(False).tree == browsing().tree


def test_a_finding_leads_to_its_paths() -> None:
    state = browsing()
    for number, found in enumerate(state.index.findings, 1):
        shown = state.finding(number)
        own = {path for path, item in shown.tree.items.items() if item.size}
        assert own == set(found.paths)
        assert shown.selected in found.paths
        assert shown.selected in paths(shown)
        assert found.why in shown.said
        assert shown.map is not None
        assert shown.map.parts[0].layer == found.layer
    assert shown.finding(None).tree == state.tree
    for wrong in (99, "x", -1):
        with pytest.raises(BadMove, match="there is no finding"):
            state.finding(wrong)


# ---- a path ----


def test_about_a_path() -> None:
    state = browsing().select("/etc/motd")
    assert state.detail[0] == "/etc/motd"
    assert state.detail[1] == (
        "file of 13B (13 bytes); -rw-r--r-- (0644), owner 0:0\n"
        "from layer 1: layer 1\n"
        "looked up: layer 1 has a file\n"
        "hidden: 6B in layer 0, changed by layer 1\n"
        "\n"
        "good morning"
    )
    assert state.layer(0).select("/etc/motd").detail[1].endswith("\n\nhello")
    told = state.select("/usr/bin/tool").detail[1]
    assert "-rwsr-xr-x (4755), owner 3:4\n" in told
    assert "looked up: layer 0 has a file" in told
    assert state.select("/bin").detail[1].startswith("symlink to usr/bin; lrwxrwxrwx")
    assert state.select("/dev/null").detail[1].startswith("character device 1, 3; crw-r--r--")
    assert (
        "opaque: what lower layers have in it is hidden" in state.select("/usr/share/doc").detail[1]
    )
    deep = state.select("/usr/lib/a.so").detail[1]
    assert "looked up: layer 1 has nothing, layer 0 has a file" in deep
    assert "|.ELF............|" in deep


def test_a_path_by_another_name_and_one_that_is_gone() -> None:
    assert browsing().select("/bin/tool").selected == "/usr/bin/tool"
    gone = browsing().select("/usr/lib/b.so")
    assert gone.detail[1] == (
        "not in what is shown\n"
        "looked up: layer 1 has a whiteout\n"
        "hidden: 50B in layer 0, deleted by layer 1"
    )
    assert gone.layer(1).select("/usr/lib/b.so").detail[1].startswith("whiteout: the path")
    with pytest.raises(BadMove, match="no layer has /never"):
        browsing().select("/never")


def test_hard_links_are_said_and_count_once() -> None:
    shared = File("x" * 9)
    state = browsing({"/a": shared, "/b": shared})
    assert "a hard link: one of 2 names" in state.select("/b").detail[1]
    assert state.tree.sizes["/"] == 9


def test_previews() -> None:
    assert preview(Bytes(b"")) == "Empty."
    assert preview(Zeros(5)) == "Only its size was measured; its content isn't here."
    assert preview(Bytes(b"a\tb\r\n<script>\x1b[1m")) == "a       b\n<script>\\x1b[1m"
    lines = preview(Bytes(b"line\n" * 50)).split("\n")
    assert lines == ["line"] * 16 + ["…"]
    assert len(preview(Bytes(b"x" * 5000)).split("\n")[0]) <= 96
    assert preview(Bytes("é".encode() * 4000)).startswith("é")  # a letter is cut at the end
    assert preview(Bytes(b"x" + "é".encode() * 4000)).startswith("xé")
    assert preview(Bytes(b"caf\xe9")) == (
        "00000000  63 61 66 e9                                      |caf.|"
    )
    hexed = preview(Bytes(bytes(range(256)))).split("\n")
    assert len(hexed) == 7
    assert hexed[2].endswith("| !\"#$%&'()*+,-./|")
    assert hexed[6] == "… 256B in all"


class Torn:
    size = 10

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        raise LayerlabError("the bytes end early")


def test_a_content_that_can_not_be_read() -> None:
    assert preview(Torn()) == "It can't be read: the bytes end early."  # type: ignore[arg-type]


# ---- the map ----


def test_the_map_follows() -> None:
    state = browsing()
    assert state.place == (None, "/")
    assert state.layer(0).place == (0, "/")
    folder = state.select("/usr/lib/a.so").zoom()
    assert folder.place == (None, "/usr/lib")
    assert folder.zoom_out().place == (None, "/usr")
    assert state.layer(1).zoom("/etc").place == (1, "/etc")
    assert state.layer(1).zoom_out().place == (None, "/")
    with pytest.raises(BadMove, match="everything already"):
        state.zoom_out()
    with pytest.raises(BadMove, match="already"):
        folder.zoom()
    hidden = state.pick("0", "/usr/lib/b.so")
    assert (hidden.shown_layer, hidden.selected) == (0, "/usr/lib/b.so")
    assert state.pick("1", "/etc/motd").shown_layer is None
    assert 'aria-pressed="true"' in hidden.draw(live=True)
    empty = browsing({"/a": "x"}, {"/a": Whiteout()}).layer(1)
    assert empty.place == (None, "/")  # a layer without a byte has no map of its own


# ---- moves that can't be made ----


@pytest.mark.parametrize(
    ("move", "arguments"),
    [
        ("expand", ["/etc/motd"]),
        ("expand", ["/nowhere"]),
        ("collapse", ["/usr/share"]),
        ("more", ["/nowhere"]),
        ("select", ["/nowhere"]),
        ("layer", [7]),
        ("layer", ["x"]),
        ("sort", ["colour"]),
        ("finding", [99]),
        ("pick", ["0", "/nowhere"]),
        ("zoom_out", []),
        ("choose", ["other"]),
        ("load", ["no-such-file.tar"]),
        ("load", [""]),
    ],
)
def test_what_can_not_be_done_changes_nothing(move: str, arguments: list[Any]) -> None:
    browser = browse(image())
    before = browser.state, browser.view
    with pytest.raises(LayerlabError) as failure:
        getattr(browser, move)(*arguments)
    assert failure.value.hint
    assert (browser.state, browser.view) == before
    names = ImageBrowser.moves[move]
    ask(browser, move, **dict(zip(names, map(str, arguments), strict=True)))
    assert browser.state == before[0]
    assert browser.view["failed"]
    assert browser.view["said"] == f"{failure.value}."


# ---- the page ----


def ask(browser: ImageBrowser, move: str, *buffers: bytes, **more: object) -> None:
    browser._asked(browser, {"move": move, **more}, [memoryview(part) for part in buffers])


def test_the_page_makes_the_same_moves() -> None:
    browser, state = browse(image()), browsing()
    ask(browser, "expand", path="/usr/lib")
    assert [row["path"] for row in browser.view["rows"]] == paths(state.expand("/usr/lib"))
    ask(browser, "layer", number="1")
    ask(browser, "filter", pattern="*.so")
    assert browser.view["layer"] == 1
    assert [row["path"] for row in browser.view["rows"]] == ["/usr", "/usr/lib", "/usr/lib/b.so"]
    assert browser.view["rows"][2]["gone"]
    ask(browser, "reset")
    assert browser.state == browser._first
    for nonsense in ({"move": "__init__"}, {"move": "layer", "number": 1}, {}, {"move": "upload"}):
        browser._asked(browser, nonsense, [])
    browser._asked(browser, "nonsense", [])
    assert browser.state == browser._first


def test_any_name_goes_to_the_page_and_back() -> None:
    odd = ["/a\n<b>\t", "/\udcff\udc80", "/%41", "/é", "/#?&"]
    browser = browse(image(dict.fromkeys(odd, "x")))
    assert all(path_of(key(path)) == path for path in odd)
    sent = json.dumps(browser.view, ensure_ascii=False).encode()  # as Jupyter does
    for row in json.loads(sent)["rows"]:
        ask(browser, "select", path=row["path"])
        assert not browser.view["failed"]
        assert browser.state.selected == path_of(row["path"])
    assert "<b>" not in browser.view["svg"]
    browser.state_text.encode()


def test_a_large_image_sends_little() -> None:
    many = {f"/usr/share/{a}/{b}/file{c}": "x" * (a + 1) for a in range(17) for b in range(20)
            for c in range(50)}  # fmt: skip
    browser = browse(image(many))
    for move in (browser.waste, lambda: browser.filter("file1*"), lambda: browser.sort("size")):
        move()
        assert len(json.dumps(browser.view)) < 400_000
        assert len(browser.view["rows"]) <= MOST_ROWS


def test_the_words_and_the_picture_of_a_page_without_kernel() -> None:
    browser = browse(image())
    data, _ = browser._repr_mimebundle_() or ({}, {})
    assert data["text/plain"] == repr(browser) == f"Image browser\n{browser.state_text}"
    assert "data:image/svg+xml;base64," in data["text/html"]
    for word in ("image: 2 layers", "Finding 1: ", "The merged tree:", "etc/", "layer 1"):
        assert word in browser.state_text


# ---- where an image comes from ----


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    save_image(image(), tmp_path / "app.tar", "app:1")
    return tmp_path / "app.tar"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_a_path_is_opened(archive: Path, tmp_path: Path) -> None:
    browser = browse(archive)
    assert browser.state.name == "app:1"
    assert "app:1 from" in browser.state_text
    save_image(image({"/other": "x"}), tmp_path / "layout", "other:2", format="oci-layout")
    ask(browser, "load", path=f" {tmp_path / 'layout'} ")
    assert browser.state.name == "other:2"
    browser.reset()
    assert browser.state.name == "other:2"


def test_one_of_several(tmp_path: Path) -> None:
    both = [(image({"/file": text}), [f"{text}:1"]) for text in ("one", "two")]
    save_images(both, tmp_path / "both.tar", "docker-archive")
    browser = browse(tmp_path / "both.tar")
    assert browser.view["names"] == ["one:1", "two:1"]
    assert browser.state.select("/file").detail[1].endswith("one")
    ask(browser, "choose", name="two:1")
    assert browser.state.select("/file").detail[1].endswith("two")
    assert browse(tmp_path / "both.tar", "two:1").state.name == "two:1"
    with pytest.raises(BadMove, match="no image 'three'"):
        browse(tmp_path / "both.tar", "three")


def test_archives_near_by(archive: Path) -> None:
    folder = archive.parent
    (folder / "sub").mkdir()
    (folder / "sub/x.tar.gz").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    (folder / ".hidden").mkdir()
    (folder / ".hidden/y.tar").write_bytes(b"")
    save_image(image(), folder / "layout", "app:1", format="oci-layout")
    found = [Path(path).relative_to(folder).as_posix() for path in nearby(str(folder))]
    assert found == ["app.tar", "layout", "sub/x.tar.gz"]
    assert nearby(str(folder / "missing")) == []


def send(browser: ImageBrowser, name: str, data: bytes, part: int = PART) -> None:
    for start in range(0, max(1, len(data)), part):
        piece = data[start : start + part]
        ask(browser, "upload", piece, name=name, size=len(data), start=start)


def test_a_file_is_sent_in_parts(archive: Path, temporary: Path) -> None:
    browser = browse(image({"/old": "x"}))
    answers: list[object] = []
    browser.send = lambda content, buffers=None: answers.append(content)  # type: ignore[method-assign]
    send(browser, "mine.tar", archive.read_bytes(), part=4096)
    assert "app:1 from mine.tar" in browser.state_text
    assert answers[0] == {"taken": 4096}
    assert len(answers) == (archive.stat().st_size - 1) // 4096
    assert "good morning" in browser.state.select("/etc/motd").detail[1]
    assert list(temporary.iterdir()) == []  # nothing has a name


def rubbish() -> dict[str, bytes]:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("only-a-file"))
    return {"no tar": b"not an archive at all", "no image": stream.getvalue(), "empty": b""}


@pytest.mark.parametrize("kind", rubbish())
def test_what_is_no_image_is_refused(kind: str, temporary: Path) -> None:
    browser = browse(image())
    before = browser.state
    send(browser, "../../etc/evil.tar", rubbish()[kind])
    assert browser.view["failed"]
    assert browser.view["said"].startswith("../../etc/evil.tar: ")
    assert browser.state == before
    assert list(temporary.iterdir()) == []


def test_what_is_too_large_is_refused_before_it_is_sent() -> None:
    browser = browse(image())
    before = browser.state
    ask(browser, "upload", b"x", name="big.tar", size=MOST_UPLOADED + 1, start=0)
    assert "give the path instead" in browser.view["said"]
    assert browser.state == before


def test_a_lost_part_ends_it_and_another_file_may_come(archive: Path, temporary: Path) -> None:
    browser, data = browse(image({"/old": "x"})), archive.read_bytes()
    ask(browser, "upload", data[:100], name="mine.tar", size=len(data), start=0)
    ask(browser, "upload", data[:100], name="mine.tar", size=len(data), start=500)
    assert "a part was lost" in browser.view["said"]
    ask(browser, "upload", data[100:200], name="mine.tar", size=len(data), start=100)
    assert browser.state.name == "image"
    ask(browser, "upload", b"x" * 50, name="other.tar", size=1000, start=0)
    send(browser, "mine.tar", data)
    assert browser.state.name == "app:1"
    assert list(temporary.iterdir()) == []


def test_only_names_are_not_enough() -> None:
    recorded = RecordedLayer(DiffID("sha256:" + "0" * 64), 10)
    with pytest.raises(NoContent):
        browse(Image([recorded]))


def test_the_example_has_something_to_find() -> None:
    browser = browse()
    assert browser.state.selected == "/srv/catalog.csv"
    assert "number,article,price" in browser.state.detail[1]
    assert "deleted in a later layer" in browser.state_text
    assert browse().state_text == browser.state_text
