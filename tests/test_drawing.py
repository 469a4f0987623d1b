"""The pictures: true to the model, legible, and safe whatever the names are."""

import base64
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import (
    Container,
    Device,
    Directory,
    Engine,
    File,
    History,
    Image,
    Layer,
    RecordedLayer,
    Symlink,
    UnionFS,
    Whiteout,
    Zeros,
)
from layerlab.digest import DiffID
from layerlab.notebook import palette, svg
from layerlab.notebook.drawing import MOST_COLUMNS, Picture, compose, html, stack, tree
from layerlab.notebook.picture import draw
from layerlab.notebook.subject import CannotDraw, instruction, subject

SVG = "{http://www.w3.org/2000/svg}"
A = Layer.of({"/foo": b"A's file", "/bar": Directory(), "/bar/inside": b"in A"})
B = Layer.of({"/bar": b"B's file", "/foo": Directory(), "/foo/inside": b"in B"})
BASE = Layer.of(
    {
        "/bin/sh": File(Zeros(126_000)),
        "/etc/motd": b"x" * 286,
        "/etc/cron.d/job": b"y" * 90,
        "/run": Directory(),
        "/var/run": Symlink("/run"),
    }
)
CONF = Layer.of(
    {
        "/etc/app.conf": b"x" * 31,
        "/etc/cron.d": Directory(opaque=True),
        "/etc/cron.d/ours": b"qq",
    }
)
HISTORY = [
    History(created_by="/bin/sh -c #(nop) ADD file:" + "ec475c2abb2d4643" * 4 + " in / "),
    History(created_by='/bin/sh -c #(nop)  CMD ["/bin/sh"]', empty_layer=True),
    History(created_by="COPY app.conf /etc/app.conf # buildkit"),
]
HOSTILE = Layer.of(
    {
        "/<script>alert(1)</script>": b"x",
        '/"quotes" & <b>\'s': b"x",
        "/new\nline": b"1",
        "/\udcff\udcfe": Symlink("a" * 4000),
        "/" + "n" * 4000: b"2",
        "/中文目录/文件名称很长的一个文件": b"3",
        "/right\u202eto-left\x1b[31m": b"4",
        "/null": Device("char", 1, 3),
    }
)


def container() -> Container:
    box = Container(Image([BASE, CONF], history=HISTORY))
    box.unlink("/etc/motd")
    box.append_bytes("/etc/app.conf", b"more")
    return box


def recorded(count: int) -> list[RecordedLayer]:
    return [RecordedLayer(DiffID(f"sha256:{n:064x}"), 10**n) for n in range(count)]


def deep(count: int) -> list[Layer]:
    return [Layer.of({f"/data/{n % 7}": b"x" * n, f"/only/{n}": b""}) for n in range(count)]


def scenes() -> dict[str, Picture]:
    box = container()
    long = "RUN apt-get update && apt-get install -y " + " ".join(f"package{n}" for n in range(90))
    return {
        "clash": stack(UnionFS([A, B]), names=["A", "B"], ids=False),
        "lookup": stack(UnionFS([BASE, CONF]), lookup="/bin/sh"),
        "missing": stack(UnionFS([BASE, CONF]), lookup="/no/such/file"),
        "container": stack(box),
        "event": stack(box, ["/bin/sh", "/etc/app.conf"], event=box.events[-1]),
        "image": stack(box.image),
        "layer": stack(BASE),
        "recorded": stack(recorded(7), names=[long] * 7),
        "deep": stack(deep(200)),
        "hostile": stack([HOSTILE], names=["<i>&\"'\n\udcff" * 300], title="<b>\0\n"),
        "hostile paths": stack([HOSTILE], list(HOSTILE.changes), lookup="/new\nline"),
        "wide": stack([BASE], [f"/directory{n}/some-long-file-name-{n}.txt" for n in range(20)]),
        "empty": stack(UnionFS([])),
        "nothing": stack([Layer.of({})]),
        "tree": tree(box),
        "tree of hostile": tree(UnionFS([HOSTILE])),
        "deep tree": tree(Layer.of({"/d" * 60: b"", **{f"/e/{n}": b"" for n in range(99)}})),
    }


@pytest.fixture(scope="module", params=list(scenes()))
def drawn(request: pytest.FixtureRequest) -> Picture:
    return scenes()[request.param]


def texts(picture: Picture) -> list[tuple[float, float, str, str, str]]:
    """x, y, anchor, classes and text of every line."""
    return [
        (
            float(each.get("x", 0)),
            float(each.get("y", 0)),
            each.get("anchor", each.get("text-anchor", "start")),
            each.get("class", ""),
            each.text or "",
        )
        for each in ET.fromstring(picture.svg).iter(f"{SVG}text")
    ]


def extent(x: float, anchor: str, classes: str, text: str) -> tuple[float, float]:
    words = classes.split()
    size = 16 if "h" in words else 12 if {"s", "m"} & set(words) else 13
    width = svg.width(text, size, bold=bool({"b", "h"} & set(words)), mono="m" in words)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return left, left + width


# ---- legible ----


def test_text_is_at_least_12_px(drawn: Picture) -> None:
    sizes = re.findall(r"font(?:-size)?:(?:\d+ )?(\d+(?:\.\d+)?)px", drawn.svg)
    assert min(map(float, sizes)) >= 12


def test_the_layers_under_an_engines_container_have_names() -> None:
    engine = Engine()
    engine.add("a:1", Image([A], history=[History(created_by="COPY a in /")]))
    rows = subject(engine.create("a:1", ["sh"]).files).rows
    names = [row.name for row in rows]
    assert names == ["COPY a in /", "init layer: /dev, /etc/hosts", "container layer"]


def test_nothing_leaves_the_picture(drawn: Picture) -> None:
    root = ET.fromstring(drawn.svg)
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert width <= 800
    for x, y, anchor, classes, text in texts(drawn):
        left, right = extent(x, anchor, classes, text)
        assert left >= 0, text
        assert right <= width, text
        assert 12 <= y <= height - 4, text
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= width
        assert float(rect.get("y", 0)) + float(rect.get("height", 0)) <= height


def test_no_two_texts_overlap(drawn: Picture) -> None:
    lines: dict[float, list[tuple[float, float, str]]] = {}
    for x, y, anchor, classes, text in texts(drawn):
        lines.setdefault(y, []).append((*extent(x, anchor, classes, text), text))
    for line in lines.values():
        for (_, end, one), (start, _, other) in pairwise(sorted(line)):
            assert end <= start + 1, (one, other)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tinted(fill: str, share: float = 0.17) -> str:
    parts = [int(fill[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in parts)


def test_text_has_the_contrast_that_wcag_asks() -> None:
    looks = [palette.CONTAINER, *map(palette.look, range(6))]
    grounds = [palette.GROUND, palette.SLAB, *(tinted(look.fill) for look in looks)]
    assert (
        min(contrast(ink, ground) for ink in (palette.INK, palette.DIM) for ground in grounds) > 4.5
    )
    assert min(contrast(look.edge, palette.SLAB) for look in looks) >= 3


def test_a_colour_is_never_the_only_sign() -> None:
    looks = [palette.look(index) for index in range(30)]
    assert len({(look.fill, look.pattern) for look in looks}) == 30
    assert palette.CONTAINER.fill not in {look.fill for look in looks}
    assert palette.colours(3, container=True)[:2] == palette.colours(2)


# ---- safe ----


def test_it_is_well_formed_and_only_svg(drawn: Picture) -> None:
    root = ET.fromstring(drawn.svg)
    names = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert "script" not in names
    assert names <= {
        *("svg", "title", "desc", "style", "defs", "pattern", "marker"),
        *("g", "rect", "circle", "path", "text"),
    }


def test_the_page_gets_an_image_with_its_text_beside_it(drawn: Picture) -> None:
    page = drawn._repr_html_()
    found = re.fullmatch(
        r'<div>\n<img alt="([^"<>]*)" src="data:image/svg\+xml;base64,([^"]*)">\n'
        r"<details><summary>The same in words</summary><pre>([^<>]*)</pre></details></div>",
        page,
    )
    assert found
    assert unescape(found[1]) == drawn.alt
    assert base64.b64decode(found[2]).decode() == drawn.svg
    assert unescape(found[3]) == drawn.text == repr(drawn)


def test_what_is_said_can_be_read_out(drawn: Picture) -> None:
    for said in (drawn.alt, drawn.text.replace("\n", " ")):
        assert said.isprintable()
        assert len(said) < 6000


def test_the_same_model_gives_the_same_bytes() -> None:
    assert [p.svg for p in scenes().values()] == [p.svg for p in scenes().values()]


# ---- true ----


def test_the_clash_of_a_file_and_a_directory_is_said() -> None:
    picture = stack(UnionFS([A, B]), names=["A", "B"])
    assert picture.alt == (
        "2 layers, from the top down: B, A. "
        "/bar: file of 8B from B; it hides the directory in A. "
        "/bar/inside: no such file, because bar is a file in B; it hides the file of 4B in A. "
        "/foo: directory from B; it hides the file of 8B in A. "
        "/foo/inside: file of 4B from B."
    )
    assert picture.text.splitlines() == [
        "         /bar                /bar/inside       /foo              /foo/inside",
        "you see  file 8B (B)         no such file      directory (B)     file 4B (B)",
        "1  B     file 8B             (bar is a file)   directory         file 4B",
        "0  A     [directory] hidden  [file 4B] hidden  [file 8B] hidden  (foo is a file)",
    ]


def test_an_implied_directory_clashes_too() -> None:
    picture = stack([Layer.of({"/foo": b"x"}), Layer.of({"/foo/inside": b"y"})], names="AB")
    assert "/foo: directory from B; it hides the file of 1B in A." in picture.alt


def test_a_whiteout_leaves_a_ghost() -> None:
    picture = stack([BASE, Layer.of({"/etc/motd": Whiteout()})], ["/etc/motd"])
    shown = [(classes, text) for *_, classes, text in texts(picture)]
    assert ("s", "whiteout") in shown
    assert ("s gone", "286B") in shown
    assert ("s", "no such file") in shown


def test_an_opaque_directory_says_so() -> None:
    shown = [text for *_, text in texts(stack([BASE, CONF], ["/etc/cron.d", "/etc/cron.d/job"]))]
    assert "opaque directory" in shown
    assert "cron.d is opaque" in shown


def test_a_merged_directory_is_seen_from_all_its_layers() -> None:
    low, high = Layer.of({"/d": Directory()}), Layer.of({"/d": Directory(), "/d/x": b""})
    assert "/d: merged directory from B and A." in stack([low, high], names="AB").alt


def test_a_lookup_numbers_the_layers() -> None:
    union = UnionFS([BASE, Layer.of({"/bin/app": b""}), CONF])
    picture = stack(union, lookup="/bin/sh")
    order = [step.index for step in union.trail("/bin/sh")]
    assert compose(union, lookup="/bin/sh").searched == {"/bin/sh": tuple(order)}
    pills = [(y, text) for _, y, _, classes, text in texts(picture) if text in ("1st", "2nd")]
    assert [text for _, text in sorted(pills)] == ["1st", "2nd"]
    assert picture.alt.startswith("Looking up /bin/sh: 2 layers searched, found in layer 0.")


def test_an_event_draws_what_was_copied_up() -> None:
    box = container()
    picture = stack(box, ["/bin/sh"], event=box.events[-1])
    assert "copied up 31B" in [text for *_, text in texts(picture)]
    assert picture.svg.count("marker-end") == 1
    assert picture.alt.startswith("append /etc/app.conf: copied up 31B.")


def test_an_event_that_copies_nothing_draws_no_arrow() -> None:
    box = container()
    box.write_bytes("/new", b"x")
    picture = stack(box, event=box.events[-1])
    assert "marker-end" not in picture.svg
    assert "nothing copied" in picture.alt


def test_the_containers_layer_is_dashed_and_on_top() -> None:
    root = ET.fromstring(stack(container()).svg)
    slabs = [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "slab"]
    assert [rect.get("stroke-dasharray") for rect in slabs] == ["7 4", None, None]


def test_layers_are_named_by_their_instructions() -> None:
    names = [row.name for row in subject(container()).rows]
    assert names[0].startswith("ADD file:ec475c2abb2d")
    assert names[1:] == ["COPY app.conf /etc/app.conf", "container layer"]
    assert "ADD file:ec475c2abb2d… in /" in stack(container()).alt


@pytest.mark.parametrize(
    ("created_by", "shown"),
    [
        ("/bin/sh -c #(nop) ADD file:ec in / ", "ADD file:ec in /"),
        ("/bin/sh -c #(nop)  ENV A=b", "ENV A=b"),
        ("/bin/sh -c apt-get update &&     apt-get  clean", "RUN apt-get update && apt-get clean"),
        ("|2 TAG=1 X=d /bin/sh -c make", "RUN make"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |1 TAG=1 /bin/sh -c make # buildkit", "RUN make"),
        ("COPY a /b # buildkit", "COPY a /b"),
        ("/bin/bash -lc make", "RUN /bin/bash -lc make"),
        ("", ""),
    ],
)
def test_what_the_builders_wrap_around_an_instruction_goes(created_by: str, shown: str) -> None:
    assert instruction(created_by) == shown


def test_an_image_is_drawn_with_its_id_and_size() -> None:
    image = container().image
    assert f"Image {image.image_id.short}: 2 layers, 126kB" in html(image)


def test_a_tree_tells_which_layer_each_path_is_from() -> None:
    picture = tree(UnionFS([A, B]), names=["A", "B"])
    assert picture.text.splitlines() == [
        "/",
        "├─ bar  8B, from B",
        "└─ foo/  from B",
        "   └─ inside  4B, from B",
    ]


NAMES = st.sampled_from(["a", "b", "c"])
NODES = st.sampled_from([b"x", Directory(), Directory(opaque=True), Whiteout(), Symlink("a")])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))


@st.composite
def layers(draw_one: st.DrawFn) -> Layer:
    changes: dict[str, object] = {}
    for path, node in draw_one(st.dictionaries(PATHS, NODES, max_size=5)).items():
        try:
            Layer.of({**changes, path: node})
        except Exception:  # a path below a file
            continue
        changes[path] = node
    return Layer.of(changes)


@given(st.lists(layers(), min_size=1, max_size=4))
def test_looking_down_a_column_finds_what_the_union_has(stacked: list[Layer]) -> None:
    merged = {path: (node, index) for path, node, index in UnionFS(stacked).items()}
    paths = {path for layer in stacked for path in layer.changes} | set(merged) or {"/a"}
    for column in compose(stacked, sorted(paths)[:MOST_COLUMNS]).columns:
        assert (column.seen is None) == (column.path not in merged)
        if column.seen is not None:
            node, index = merged[column.path]
            assert node.kind == column.seen.kind
            assert index in column.rows


@given(st.lists(layers(), min_size=1, max_size=4))
def test_the_paths_that_are_counted_are_those_of_the_union(stacked: list[Layer]) -> None:
    named = {
        path
        for layer in stacked
        for path, node in layer.changes.items()
        if not isinstance(node, Whiteout)
    }
    scene = compose(stacked, lookup="/a")
    columns = {column.path for column in scene.columns}
    merged = {path for path, *_ in UnionFS(stacked).items()}
    assert scene.rest_seen == len((merged & named) - columns)


# ---- large ----


def test_two_hundred_layers_are_folded() -> None:
    scene = compose(deep(200))
    assert len(scene.shown) <= 13
    assert {0, 199} <= set(scene.shown)
    assert re.search(r"1\d\d more layers", draw(scene))


def test_columns_that_do_not_fit_go_on_below() -> None:
    picture = stack([BASE], [f"/f{n}" for n in range(14)])
    eyes = [text for *_, text in texts(picture) if text == "You see"]
    assert len(eyes) == 3


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(CannotDraw, match="columns"):
        stack([BASE], [f"/f{n}" for n in range(MOST_COLUMNS + 1)])


def test_what_is_no_stack_is_refused() -> None:
    with pytest.raises(CannotDraw, match="a int can't be drawn"):
        stack(3)
    with pytest.raises(CannotDraw, match="2 names were given for 1 layers"):
        stack([BASE], names=["a", "b"])


def test_a_large_image_is_drawn_in_a_tenth_of_a_second() -> None:
    many = {f"/usr/share/doc/p{n // 20}/f{n % 20}": File(Zeros(n)) for n in range(16_000)}
    base = Layer.of({**many, "/etc/passwd": b"root", "/cache.bin": File(Zeros(30_000_000))})
    app = Layer.of({**{f"/opt/m{n}": b"" for n in range(999)}, "/cache.bin": Whiteout()})
    image = Image([base, app, Layer.of({"/opt": Directory(opaque=True), "/opt/main": b"x"})])
    _ = image.rootfs, image.size  # what the model computes once
    took = []
    for _ in range(5):
        start = time.thread_time()  # the other tests run beside this one
        stack(image, names="ABC")
        took.append(time.thread_time() - start)
    assert min(took) < 0.1
    columns = [column.path for column in compose(image).columns]
    assert {"/cache.bin", "/opt"} <= set(columns)


def test_the_core_does_not_load_pictures() -> None:
    probe = "import layerlab, sys; assert not [m for m in sys.modules if 'notebook' in m]"
    subprocess.run([sys.executable, "-c", probe], check=True)
    probe = "import layerlab.notebook.drawing, sys; assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", probe], check=True)
