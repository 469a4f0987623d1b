"""The sharing simulator: its sums are an engine's, its moves say what they did."""

import random
import re
from xml.etree import ElementTree

import pytest

from layerlab import Engine, File, Image, ImageConfig, Layer, Registry
from layerlab.engine.memory import page_cache
from layerlab.notebook.sharing_desk import Simulator, sharing
from layerlab.notebook.sharing_state import (
    APP_SIZES,
    BASE_SIZES,
    MOST_IMAGES,
    MOST_VERSIONS,
    BadMove,
    Made,
    Sharing,
)

HOST = "127.0.0.1:5000"
BASE, APP = 6_000, 1_500


class Machine:
    """A real engine that is told to do what the simulator does."""

    def __init__(self) -> None:
        self.registry = Registry(HOST)
        self.engine = Engine(registries=[self.registry])
        self.sizes: dict[str, int] = {}

    def layer(self, seed: str, files: dict[str, int]) -> Layer:
        """Bytes that don't compress, the same for each seed."""
        rng = random.Random(seed)
        return Layer.of({path: File(rng.randbytes(size)) for path, size in files.items()})

    def image(self, made: Made) -> str:
        base = self.layer(f"base {made.base_version}", {"/lib": BASE // 2, "/rest": BASE // 2})
        app = self.layer(f"app {made.app} {made.app_version}", {"/app": APP})
        name = f"app{made.app}:{made.base_version}.{made.app_version}"
        image = Image([base, app], ImageConfig(cmd=("/app",)))
        self.registry.publish(name, image)
        for layer, blob in zip((base, app), image.layers, strict=True):
            self.sizes[blob.diff_id] = layer.size
        return f"{HOST}/{name}"

    def become(self, state: Sharing) -> None:
        """Pull, run, write and remove until it is in that state."""
        wanted = {self.image(made): made for made in (*state.images, *state.unused)}
        for ref in wanted:
            if ref not in map(str, self.engine.state.references):
                self.engine.pull(ref)
        running = [self.image(made) for made in state.images for _ in range(state.containers)]
        for container in self.engine.containers(all=True):
            if container.image_name in running:
                running.remove(container.image_name)
            else:
                self.engine.rm(container.id)
        for ref in running:
            files = self.engine.create(ref).files
            files.read_bytes("/lib")
            files.read_bytes("/app")
        for container in self.engine.containers(all=True):
            if wanted[container.image_name].app in state.written and not container.files.size:
                container.files.chmod("/lib", 0o600)
                container.files.read_bytes("/lib")
        tags = {str(name) for name in self.engine.state.references if name.tag}
        for ref in tags - wanted.keys():
            self.engine.rmi(ref)

    def check(self, state: Sharing) -> None:
        """All sums agree."""
        usage = self.engine.df()
        disk, memory = state.disk, state.memory
        assert usage.layers_size == disk.base + disk.apps + disk.unused
        assert usage.containers_size == disk.own
        known = self.engine.state.diff_ids
        crossed = [self.sizes[known[item.digest]] for item in self.registry.traffic
                   if (item.direction, item.kind) == ("down", "layer")]  # fmt: skip
        assert sum(crossed) == state.wire.shared
        cache = page_cache(self.engine.state)
        assert sum(file.size for file in cache.files) == memory.shared
        ours = {self.image(i): state.usage(i) for i in (*state.images, *state.unused)}
        assert {str(i.references[0]): (i.shared, i.unique) for i in usage.images} == ours


MOVES = (
    ("set_images", ("1", "2", "3", "4")),
    ("set_containers", ("0", "1", "3")),
    ("select", ("app 1", "app 2")),
    *[("upgrade_app", ()), ("upgrade_base", ())] * 2,
    ("write", ()),
    ("prune", ()),
)


@pytest.mark.parametrize("seed", range(6))
def test_the_sums_are_an_engines(seed: int) -> None:
    rng = random.Random(seed)
    machine, state = Machine(), Sharing.of(2, 2, BASE, APP)
    machine.become(state)
    machine.check(state)
    for _ in range(14):
        move, arguments = rng.choice(MOVES)
        try:
            state = getattr(state, move)(*rng.sample(arguments, min(1, len(arguments))))
        except BadMove:
            continue
        machine.become(state)
        machine.check(state)


def test_copies_are_whole_images() -> None:
    state = Sharing.of(3, 2, BASE, APP)
    assert state.disk.copies == (3 + 3 * 2) * (BASE + APP)
    assert state.wire.copies == 3 * (BASE + APP)
    assert state.memory.copies == 6 * (BASE // 2 + APP)


def test_one_image_without_containers_saves_nothing() -> None:
    state = Sharing.of(1, 0)
    assert [(a.copies, a.shared) for a in (state.disk, state.wire)] == [
        (40_000_000, 40_000_000)
    ] * 2
    assert state.memory.shared == 0


def test_an_app_upgrade_moves_its_layer_alone() -> None:
    state = Sharing.of(3).upgrade_app()
    assert state.said == "app 1 has a new top layer. 10MB crossed the wire."
    assert state.notes == "1 old image, unused: 10MB that Prune would free."
    assert state.disk.shared == 70_000_000
    assert state.prune().said == "1 image removed, 10MB freed: what no other has."


def test_a_base_upgrade_moves_and_stores_all_again() -> None:
    state = Sharing.of(3).upgrade_base()
    assert state.said.startswith("app 1 is on base v2 now. 40MB crossed the wire. Its own layer")
    second = state.select("app 2").upgrade_base()
    assert "10MB crossed" in second.said  # the new base is here by now
    assert state.prune().disk.shared == 90_000_000


def test_a_write_ends_the_sharing_of_one_file() -> None:
    state = Sharing.of(2, 3)
    wrote = state.write()
    assert wrote.said == "3 copy-ups of 15MB: 45MB more on disk, and 45MB more in memory."
    assert wrote.memory.own == wrote.disk.own == 45_000_000
    assert wrote.upgrade_app().disk.own == 0  # new containers


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda s: s.select("app 9"), "there is no image '9'"),
        (lambda s: s.set_images("0"), "'0' is no number of them (1 to 6)"),
        (lambda s: s.set_images("x" * 100), "is no number"),
        (lambda s: s.set_containers("6"), "0 to 5"),
        (lambda s: s.set_base("1TB"), "5MB, 30MB, 120MB"),
        (lambda s: s.prune(), "nothing to prune"),
        (lambda s: s.set_containers("0").write(), "no container to write"),
        (lambda s: s.write().write(), "own copies already"),
    ],
)
def test_what_cannot_be_done_is_said(move: object, said: str) -> None:
    with pytest.raises(BadMove) as caught:
        move(Sharing.of())  # type: ignore[operator]
    assert said in str(caught.value)


def test_there_is_an_end_of_versions() -> None:
    state = Sharing.of()
    for _ in range(MOST_VERSIONS - 1):
        state = state.upgrade_app()
    with pytest.raises(BadMove, match="enough versions"):
        state.upgrade_app()


def test_the_text_is_a_table() -> None:
    assert sharing(2, 1).state.text.splitlines() == [
        "                     a copy each    shared",
        "on disk                    160MB      50MB",
        "over the wire               80MB      50MB",
        "in memory                   50MB      35MB",
        "",
        "image                       size    shared    unique  containers",
        "app 1 v1, base v1           40MB      30MB      10MB  1",
        "app 2 v1, base v1           40MB      30MB      10MB  1",
    ]


def test_off_moves_are_those_that_fail() -> None:
    state = Sharing.of()
    assert state.off == ["prune"]
    assert state.write().upgrade_app().write().off == ["write"]


# ---- picture and skin ----


def big() -> Sharing:
    return (
        Sharing.of(6, 5, BASE_SIZES["120MB"]).upgrade_base().select("app 3").upgrade_app().write()
    )


@pytest.mark.parametrize(
    "state", [Sharing.of(), Sharing.of(1, 0), big()], ids=["two", "one", "big"]
)
@pytest.mark.parametrize("live", [False, True])
def test_the_picture_stays_on_its_sheet(state: Sharing, live: bool) -> None:
    root = ElementTree.fromstring(state.draw(live=live))
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        box = {key: float(rect.attrib.get(key, 0)) for key in ("x", "y", "width", "height")}
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height
    assert root.attrib["aria-label"] == state.alt
    buttons = [g for g in root.iter() if g.attrib.get("role") == "button"]
    assert len(buttons) == live * len(state.images)


def test_a_base_is_drawn_once_under_all_its_apps() -> None:
    picture = Sharing.of(6).draw()
    assert len(re.findall(">base v1</text>", picture)) == 1
    assert len(re.findall(r">app \d v1</text>", picture)) == 6
    assert ">base v2</text>" in Sharing.of(3).upgrade_base().draw()


def click(desk: Simulator, **message: object) -> None:
    desk._asked(desk, message, [])


def test_a_click_makes_the_same_move_as_a_cell() -> None:
    clicked, called = sharing(), sharing()
    for move, arguments in [
        ("set_images", {"images": "4"}),
        ("set_containers", {"containers": "3"}),
        ("set_base", {"base": "120MB"}),
        ("set_app", {"app": "1MB"}),
        ("select", {"part": "app 2"}),
        ("choose", {"picked": "app 3"}),
        ("upgrade_base", {}),
        ("write", {}),
        ("upgrade_app", {}),
        ("prune", {}),
    ]:
        click(clicked, move=move, **arguments)
        getattr(called, move)(*arguments.values())
        assert clicked.view == called.view
        assert not clicked.view["failed"]
    click(clicked, move="prune")
    assert clicked.view["failed"]
    click(clicked, move="reset")
    assert clicked.view == sharing().view


def test_the_controls_offer_what_there_is() -> None:
    desk = sharing()
    controls = [item for row in desk.view["controls"] for item in row[1:]]
    assert {item["move"] for item in controls} == set(desk.moves) - {"select"}
    choices = {item["name"]: item["options"] for item in controls if item["kind"] == "choice"}
    assert choices.keys() == desk.view["values"].keys()
    assert all(desk.view["values"][name] in options for name, options in choices.items())
    assert (choices["base"], choices["app"]) == (tuple(BASE_SIZES), tuple(APP_SIZES))
    assert len(choices["images"]) == MOST_IMAGES


def test_a_page_without_a_kernel_gets_the_picture() -> None:
    data, _ = sharing()._repr_mimebundle_()
    assert '<img alt="2 images on 1 base, 2 containers on each.' in data["text/html"]
    assert data["text/plain"] == repr(sharing())
