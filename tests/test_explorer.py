"""The union explorer without a browser: its state and moves, and the skin's Python side."""

import time

import pytest

from layerlab import Directory, Layer, UnionFS, Whiteout
from layerlab.notebook import explore
from layerlab.notebook.exploring import MOST_LAYERS, MOST_PATHS, BadMove, Exploration
from layerlab.notebook.picture import draw


def start() -> Exploration:
    return Exploration()


def tops(state: Exploration) -> list[str]:
    """The layers, topmost first."""
    return list(state.layers)[::-1]


# ---- moves ----


def test_it_begins_with_the_clash_of_the_chapter() -> None:
    state = start()
    assert tops(state) == ["B", "A"]
    assert (state.layer, state.path) == ("B", "/bar")
    assert state.union.listdir("/") == ["bar", "foo"]
    assert state.union.isfile("/bar")
    assert state.union.isdir("/foo")


def test_moving_a_layer_turns_the_union_round() -> None:
    state = start().move_down("B")
    assert tops(state) == ["A", "B"]
    assert state.union.isdir("/bar")
    assert state.union.isfile("/foo")
    assert state.said == "B is below A now."
    assert tops(state.move_up("B")) == ["B", "A"]


def test_a_move_leaves_the_state_it_came_from() -> None:
    state = start()
    before = state.text
    state.move_down("B").whiteout("A", "/bar").add_layer()
    assert state.text == before


def test_layers_come_and_go() -> None:
    state = start().add_layer()
    assert tops(state) == ["C", "B", "A"]
    assert state.layer == "C"
    state = state.remove_layer("B").remove_layer("C")
    assert tops(state) == ["A"]
    assert state.layer == "A"
    with pytest.raises(BadMove, match="the only layer"):
        state.remove_layer("A")


def test_a_file_a_directory_a_whiteout_and_an_opaque_directory() -> None:
    state = start().add_layer().add_file("C", "/new").add_directory("C", "/bar")
    assert state.union.isfile("/new")
    assert state.union.listdir("/bar") == []  # B's file ends the merge
    state = state.whiteout("C", "/foo")
    assert not state.union.exists("/foo")
    assert isinstance(state.layers["C"].changes["/foo"], Whiteout)
    state = state.make_opaque("C", "/foo")
    assert state.union.listdir("/foo") == []
    assert state.clear("C", "/foo").union.listdir("/foo") == ["inside"]


def test_a_whiteout_takes_what_its_own_layer_had_there() -> None:
    state = start().whiteout("B", "/foo")
    assert sorted(state.layers["B"].changes) == ["/bar", "/foo"]
    assert not state.union.exists("/foo")


def test_paths_are_put_in_order() -> None:
    assert start().select(path="foo//inside/").path == "/foo/inside"


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda s: s.move_up("B"), "B is on top already"),
        (lambda s: s.move_down("A"), "A is the base already"),
        (lambda s: s.move_up("Q"), "there is no layer 'Q' (choose one of B, A)"),
        (lambda s: s.add_file("B", "/bar/x"), "B can't have a file at /bar/x"),
        (lambda s: s.add_file("A", "/bar"), "A can't have a file at /bar"),
        (lambda s: s.make_opaque("B", "/bar"), "only a directory can be opaque"),
        (lambda s: s.clear("A", "/nowhere"), "A has nothing at /nowhere"),
        (lambda s: s.whiteout("A", "/"), "'/' can't be changed here"),
        (lambda s: s.add_file("A", "/../x"), "can't be changed here"),
        (lambda s: s.add_file("A", "/" + "x" * 300), "too long"),
    ],
)
def test_what_cannot_be_done_is_said(move: object, said: str) -> None:
    with pytest.raises(BadMove) as caught:
        move(start())  # type: ignore[operator]
    assert said in str(caught.value)


def test_there_is_an_end_to_layers_and_paths() -> None:
    state = start()
    while len(state.layers) < MOST_LAYERS:
        state = state.add_layer()
    with pytest.raises(BadMove, match="enough"):
        state.add_layer()
    while len(state.paths) < MOST_PATHS:
        state = state.add_file("A", f"/file{len(state.paths)}")
    with pytest.raises(BadMove, match="enough"):
        state.add_file("A", "/one-more")


# ---- words ----


def test_the_trail_says_where_was_looked() -> None:
    state = start()
    assert state.trail == (
        "Looking up /bar: 1st B, a file of 8B. "
        "You see a file of 8B from B; it hides the directory in A."
    )
    told = state.select(path="/nothing").trail
    assert told == "Looking up /nothing: 1st B, nothing; 2nd A, nothing. You see no such file."


def test_the_trail_below_a_file_says_why() -> None:
    told = start().select(path="/bar/inside").trail
    assert "bar is a file" in told
    assert "it hides the file of 4B in A" in told


def test_the_trail_agrees_with_the_union() -> None:
    state = start().add_layer().make_opaque("C", "/foo")
    for path in ["/bar", "/foo", "/foo/inside", "/none"]:
        chosen = state.select(path=path)
        steps = UnionFS(chosen.layers.values()).trail(path)
        assert [chosen.trail.count(word) for word in ("1st", "2nd", "3rd")] == [
            int(len(steps) > n) for n in range(3)
        ]


# ---- the skin ----


def test_a_cell_can_play_it() -> None:
    explorer = explore()
    first = explorer.state_text
    assert "1  B" in first
    explorer.move_down("B")
    assert "1  A" in explorer.state_text
    assert explorer.view["text"] == explorer.state_text
    explorer.add_layer()
    explorer.add_directory("C", "/d")
    explorer.add_file("C", "/d/f")
    explorer.make_opaque("C", "/bar")
    explorer.whiteout("C", "/foo")
    explorer.clear("C", "/d")
    explorer.select("A", "/foo")
    explorer.remove_layer("B")
    explorer.move_up("A")
    assert explorer.view["layer"] == "A"
    explorer.reset()
    assert explorer.state_text == first


def click(explorer: object, **message: object) -> None:
    explorer._asked(explorer, message, [])  # type: ignore[attr-defined]


def test_a_click_makes_the_same_move() -> None:
    explorer, other = explore(), explore()
    click(explorer, move="move_down", layer="B")
    other.move_down("B")
    click(explorer, move="whiteout", layer="A", path="/bar")
    other.whiteout("A", "/bar")
    assert explorer.view == other.view
    click(explorer, move="reset")
    assert explorer.view == explore().view


def test_a_click_that_fails_is_said() -> None:
    explorer = explore()
    before = explorer.view
    click(explorer, move="move_up", layer="B")
    assert explorer.view["failed"]
    assert "B is on top already" in explorer.view["said"]
    assert {**explorer.view, "said": "", "failed": False} == {**before, "said": ""}


def test_the_page_is_told_which_click_a_view_answers() -> None:
    """It keeps a newer choice of its own until the answer to that one comes."""
    explorer = explore()
    assert explorer.view["answered"] == 0
    click(explorer, move="select", path="/bar", number=1)
    assert explorer.view["answered"] == 1
    click(explorer, move="move_up", layer="B", number=2)  # fails
    assert explorer.view["answered"] == 2
    explorer.reset()  # a cell's move answers nothing new
    assert explorer.view["answered"] == 2


@pytest.mark.parametrize("move", ["close", "__init__", "_show", "send", "unknown"])
def test_a_message_can_do_nothing_else(move: str) -> None:
    explorer = explore()
    before = explorer.view
    click(explorer, move=move, layer="A", path="/foo")
    assert explorer.view == before


def test_it_takes_layers_of_your_own() -> None:
    explorer = explore({"base": Layer.of({"/x": b"1"}), "top": Layer.of({"/y": b"2"})})
    assert explorer.view["layers"] == ["top", "base"]
    with pytest.raises(BadMove):
        Exploration({})


def test_a_page_without_a_kernel_gets_the_picture() -> None:
    data, _ = explore()._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert '<img alt="Looking up /bar: 1 layer searched, found in B.' in data["text/html"]
    assert data["text/plain"] == repr(explore())


def test_names_cannot_break_out_of_the_picture() -> None:
    state = Exploration({"<b>": Layer.of({"/<img src=x onerror=alert(1)>": Directory()})})
    assert "<img" not in draw(state.scene(), live=True)
    assert "<b>" not in draw(state.scene(), live=True)


def test_it_answers_fast() -> None:
    explorer = explore()
    for _ in range(4):
        explorer.add_layer()
    for number in range(8):
        explorer.add_file("F", f"/file{number}")
    start = time.thread_time()
    explorer.move_down("F")
    assert time.thread_time() - start < 0.05


def test_a_layer_keeps_its_colour_wherever_it_is_moved() -> None:
    explorer = explore()
    before = {row.name: row.look for row in explorer.state.scene().rows}
    explorer.move_down("B")
    assert {row.name: row.look for row in explorer.state.scene().rows} == before
    explorer.remove_layer("A")
    explorer.add_layer()
    looks = [row.look for row in explorer.state.scene().rows]
    assert len(set(looks)) == len(looks)
