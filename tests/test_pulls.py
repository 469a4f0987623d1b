"""The pull player: what it shows is a pull that an engine made."""

import random
from xml.etree import ElementTree

import pytest

from layerlab import Engine, File, Image, ImageConfig, Layer, Registry
from layerlab.engine.transfer import Progress
from layerlab.notebook.pulls_desk import PullPlayer, pulls
from layerlab.notebook.pulls_state import BadMove, Player, terminal

HOST = "127.0.0.1:5000"
SHOP, BLOG = f"{HOST}/shop:1", f"{HOST}/blog:1"
FLANNEL = "quay.io/coreos/flannel:v0.14.0"


def layer(path: str, size: int) -> Layer:
    """Bytes that don't compress, the same for each path."""
    return Layer.of({path: File(random.Random(path).randbytes(size))})


BASE = (layer("/bin/busybox", 6_000), layer("/lib/libc", 15_000))
MORE = [layer(f"/opt/{number}", size) for number, size in enumerate((4_000, 20_000, 900))]


def registry() -> Registry:
    made = Registry(HOST)
    made.publish("shop:1", Image((*BASE, *MORE), ImageConfig(cmd=("/shop",))))
    made.publish("blog:1", Image((*BASE, layer("/blog", 3_000)), ImageConfig(cmd=("/blog",))))
    return made


def start() -> Player:
    return Player.of(Engine(registries=[registry()]), [SHOP, BLOG])


def statuses(state: Player) -> list[str]:
    return [row.status for row in state.frame]


def test_it_begins_before_anything_moved() -> None:
    state = start()
    assert statuses(state) == ["Pulling fs layer"] * 3 + ["Waiting"] * 2
    assert state.crossed == 0
    assert state.off == ["back"]


def test_three_come_at_a_time_and_are_unpacked_in_order() -> None:
    state, unpacked = start(), []
    while not state.done:
        state = state.step()
        assert statuses(state).count("Downloading") <= 3
        assert statuses(state).count("Extracting") <= 1
        done = [row.name for row in state.frame if row.status == "Pull complete"]
        assert done == [row.name for row in state.frame][: len(done)]
        unpacked.append(len(done))
    assert unpacked[-1] == 5
    assert state.said.startswith("Done. ")


def test_what_crosses_is_what_the_registry_saw() -> None:
    hub = registry()
    state = Player.of(Engine(registries=[hub]), [SHOP, BLOG])
    layers = [item.bytes or 0 for item in hub.traffic if item.kind == "layer"]
    assert state.end().crossed + state.choose(BLOG).end().crossed == sum(layers)
    assert len(layers) == 6


def test_bytes_only_ever_grow() -> None:
    state, before = start(), (0, 0.0)
    while not state.done:
        state = state.step()
        now = state.crossed, sum(unpacked for _, _, unpacked in state.rows)
        assert now >= before
        before = now
    assert all((received, unpacked) == (1, 1) for _, received, unpacked in state.rows)


def test_the_second_image_finds_the_base() -> None:
    state = start().choose(BLOG)
    assert state.said == "2 of 3 layers are here already."
    assert statuses(state) == ["Already exists", "Already exists", "Pulling fs layer"]
    assert "Already exists" in state.draw()
    assert state.end().crossed == state.pull.frames[-2][2].total


def test_a_recorded_image_shows_its_way_without_sizes() -> None:
    state = Player.of(Engine(), [FLANNEL])
    assert state.frame[0].name == "801bfaa63ef2"
    end = state.end()
    assert statuses(end) == ["Pull complete"] * 7
    assert all((received, unpacked) == (1, 1) for _, received, unpacked in end.rows)


def test_an_image_that_is_here_has_no_layers_to_look_at() -> None:
    state = Player.of(Engine(registries=[registry()]), [SHOP, f"{HOST}/shop:1"])
    again = Player((state.pulls[1],)).choose(SHOP)
    assert again.said == "The image is here already: no layer is even looked at."
    assert "Image is up to date" in again.end().said
    assert "no layer to look at" in again.alt
    assert "here already" in again.draw()


def test_back_and_forth() -> None:
    state = start()
    assert state.step().step().back().frame == state.step().frame
    assert state.five().at == 5
    end = state.end()
    assert (end.done, end.off) == (True, ["step", "five", "end"])
    for move in (end.step, end.end, state.back):
        with pytest.raises(BadMove):
            move()


@pytest.mark.parametrize("refs", [[], ["x"]])
def test_what_cannot_be_shown_is_said(refs: list[str]) -> None:
    with pytest.raises(BadMove):
        Player.of(Engine(), refs) if not refs else start().choose("nothing:1")


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (Progress("a", "Waiting", 0, 9), "a: Waiting"),
        (Progress("a", "Downloading", 910_400, 3_001_000), "a: Downloading  910.4kB/3.001MB"),
        (Progress("a", "Extracting", 2, 2), "a: Extracting       2B/2B"),
        (Progress("a", "Downloading", 7, None), "a: Downloading"),
    ],
)
def test_a_terminals_lines(row: Progress, line: str) -> None:
    assert terminal(row) == line


def test_the_last_text_is_what_docker_pull_leaves_on_a_terminal() -> None:
    lines = start().choose(BLOG).end().text.splitlines()
    assert lines[0] == "1: Pulling from blog"
    assert [line.partition(": ")[2] for line in lines[1:4]] == [
        "Already exists",
        "Already exists",
        "Pull complete",
    ]
    assert lines[4].startswith("Digest: sha256:")
    assert lines[5] == f"Status: Downloaded newer image for {BLOG}"


def test_every_picture_stays_on_its_sheet() -> None:
    state = start()
    while not state.done:
        root = ElementTree.fromstring(state.draw(live=True))
        width, height = (float(root.attrib[name]) for name in ("width", "height"))
        for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
            box = {key: float(rect.attrib.get(key, 0)) for key in ("x", "y", "width", "height")}
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width
            assert 0 <= box["y"] <= box["y"] + box["height"] <= height
        state = state.step()


def player() -> PullPlayer:
    return pulls(Engine(registries=[registry()]), SHOP, BLOG)


def test_a_click_makes_the_same_move_as_a_cell() -> None:
    clicked, called = player(), player()
    for move, arguments in [
        ("step", {}), ("five", {}), ("back", {}), ("choose", {"ref": BLOG}), ("end", {}),
    ]:  # fmt: skip
        clicked._asked(clicked, {"move": move, **arguments}, [])
        getattr(called, move)(*arguments.values())
        assert clicked.view == called.view
        assert not clicked.view["failed"]
    clicked._asked(clicked, {"move": "step"}, [])
    assert clicked.view["failed"]
    clicked._asked(clicked, {"move": "reset"}, [])
    assert clicked.view == player().view


def test_the_controls_offer_what_there_is() -> None:
    desk = player()
    controls = [item for row in desk.view["controls"] for item in row[1:]]
    assert {item["move"] for item in controls} == set(desk.moves)
    assert controls[0]["options"] == (SHOP, BLOG)


def test_a_page_without_a_kernel_gets_the_picture() -> None:
    data, _ = player()._repr_mimebundle_()
    assert f'<img alt="docker pull {SHOP}, step 0 of ' in data["text/html"]
    assert data["text/plain"] == repr(player())
