"""The ChainID ladder without a browser: what is hashed and told, and its skin in Python."""

import subprocess

import pytest

from layerlab import Image, Layer, chain_id
from layerlab.digest import DiffID, chain_ids
from layerlab.notebook import ladder
from layerlab.notebook.ladder_state import MOST_RUNGS, VARIANTS, BadMove, Ladder

FLANNEL = [
    DiffID(f"sha256:{digits}")
    for digits in (
        "777b2c648970480f50f5b4d0af8f9a8ea798eea43dbcf40ce4a8c7118736bdcf",
        "815dff9e0b5742e2a1b9c06fc748a4181a349d638bd4d66e5072df83f5fba336",
        "2e16188127c8c7ccc2d27f3ecb0c9de6ce109fbaeb3600d060a52b024dbabcc2",
        "eb738177d102ee90366379b7a67d6f8005b24d28a7049156f4c12da0c7321480",
    )
]


def start() -> Ladder:
    return Ladder.of(FLANNEL)


# ---- moves ----


def test_it_begins_above_the_base_with_the_line_to_hash() -> None:
    state = start()
    assert state.known == (FLANNEL[0],)
    assert state.typed == f"{FLANNEL[0]} {FLANNEL[1]}"


def test_hashing_the_line_climbs_a_rung() -> None:
    state = start().hash(start().typed)
    assert state.known[-1] == chain_id(FLANNEL[:2])
    assert state.known[-1].short == "e53a4e45baab"
    assert state.typed == f"{state.known[-1]} {FLANNEL[2]}"
    assert "e53a4e45baab… is the ChainID of layer 1. Now the next." in state.said


def test_the_top_has_all_chains() -> None:
    state = start().top()
    assert state.known == chain_ids(FLANNEL)
    assert state.said.endswith("That is the whole stack.")
    assert state.off == ("climb", "top")
    assert start().climb().climb().climb() == state
    with pytest.raises(BadMove, match="at the top"):
        state.climb()


def test_a_rung_can_be_seen_again_but_none_skipped() -> None:
    state = start().climb().climb().select("1")
    assert state.typed == f"{FLANNEL[0]} {FLANNEL[1]}"
    assert len(state.hash(state.typed).known) == 3
    assert state.select("3").rung == 3
    with pytest.raises(BadMove, match="needs the ChainID of layer 2"):
        start().select("3")
    assert start().select("0").typed == ""


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        ("a newline at the end", "a newline at the end, as echo adds one"),
        ("without sha256:", "keep their prefix"),
        ("two spaces", "one space, and nothing else"),
        ("the other way round", "comes first"),
        ("the DiffID below", "It takes its ChainID"),
    ],
)
def test_each_mistake_is_told_by_name(variant: str, said: str) -> None:
    state = start().climb().vary(variant)
    assert state.values["variant"] == variant
    hashed = state.hash(state.typed)
    assert said in hashed.said
    assert hashed.known == state.known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ".join(FLANNEL[:3]), "Not all DiffIDs at once"),
        (FLANNEL[2], "the DiffID alone"),
        ("", "It takes the ChainID below"),
        (start().climb().typed.upper().replace("SHA256", "sha256"), "lower case"),
        (start().climb().typed + "\r\n", "a newline at the end"),
        (start().climb().typed.replace(" ", ""), "one space"),
        ("\ud800 not text", "It takes the ChainID below"),
    ],
)
def test_typed_mistakes_are_told_too(text: str, said: str) -> None:
    assert said in start().climb().hash(text).said


def test_above_the_base_the_diff_id_below_is_the_chain_id() -> None:
    state = start().vary("the DiffID below")
    assert len(state.hash(state.typed).known) == 2


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda s: s.select("x"), "there is no rung 'x'"),
        (lambda s: s.select("9"), "there is no rung '9'"),
        (lambda s: s.vary("upside down"), "is no choice here"),
        (lambda s: s.select("0").vary("two spaces"), "the base has no line"),
        (lambda s: s.hash("x" * 5000), "too long"),
        (lambda s: Ladder.of(FLANNEL[:1]), "2 to 12 rungs, not 1"),
        (lambda s: Ladder.of(FLANNEL * 4), f"2 to {MOST_RUNGS} rungs, not 16"),
        (lambda s: Ladder.of(FLANNEL, ["a"]), "1 names were given for 4 layers"),
    ],
)
def test_what_cannot_be_done_is_said(move: object, said: str) -> None:
    with pytest.raises(BadMove) as caught:
        move(start())  # type: ignore[operator]
    assert said in str(caught.value)


# ---- words ----


def test_the_text_is_a_table_of_what_is_known() -> None:
    assert start().climb().text.splitlines() == [
        "    ChainID       DiffID        made by",
        "  3 ?             eb738177d102  layer 3",
        "> 2 ?             2e16188127c8  layer 2",
        "  1 e53a4e45baab  815dff9e0b57  layer 1",
        "  0 777b2c648970  777b2c648970  layer 0",
    ]


@pytest.mark.parametrize(
    "text", ["plain", "100% 'quoted' \\ back\n", *start().climb().values.values()]
)
def test_the_command_prints_what_it_says(text: str) -> None:
    command, output = start().climb().hash(text).detail[1].removeprefix("$ ").rsplit("\n", 1)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == output + "\n"


def test_the_next_chain_is_not_given_away() -> None:
    state = start().climb()
    assert chain_ids(FLANNEL)[2].hex not in f"{state.text}{state.detail}{state.said}{state.alt}"
    assert chain_ids(FLANNEL)[2].hex not in state.draw(live=True)


# ---- the skin ----


def click(desk: object, **message: object) -> None:
    desk._asked(desk, message, [])  # type: ignore[attr-defined]


def test_a_click_makes_the_same_move_as_a_cell() -> None:
    clicked, called = ladder(FLANNEL), ladder(FLANNEL)
    for move, arguments in [
        ("climb", {}),
        ("vary", {"variant": "two spaces"}),
        ("hash", {"text": "x"}),
        ("select", {"part": "1"}),
        ("top", {}),
    ]:
        click(clicked, move=move, **arguments)
        getattr(called, move)(*arguments.values())
        assert clicked.view == called.view
        assert clicked.view != ladder(FLANNEL).view
    click(clicked, move="reset")
    assert clicked.view == ladder(FLANNEL).view


def test_the_controls_offer_what_there_is() -> None:
    desk = ladder(FLANNEL)
    controls = [item for row in desk.view["controls"] for item in row[1:]]
    assert {item["move"] for item in controls if "move" in item} == set(desk.moves) - {"select"}
    assert next(item["options"] for item in controls if item["kind"] == "choice") == VARIANTS
    assert {item["name"] for item in controls if "name" in item} == set(desk.view["values"])


def test_an_image_names_its_layers_by_its_history() -> None:
    image = Image([Layer.of({"/a": b"1"}), Layer.of({"/b": b"2"})])
    desk = ladder(image)
    desk.top()
    assert desk.state.known == image.chain_ids
    assert desk.state.names == ("layer 0", "layer 1")


def test_a_page_without_a_kernel_gets_the_picture() -> None:
    data, _ = ladder(FLANNEL)._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert '<img alt="A ladder of 4 layers, each with its DiffID.' in data["text/html"]
    assert data["text/plain"] == repr(ladder(FLANNEL))


def test_names_cannot_break_out_of_the_picture() -> None:
    state = Ladder.of(FLANNEL[:2], ["<img src=x>", "<b>"])
    assert "<img" not in state.draw(live=True)
    assert "<b>" not in state.draw(live=True)
