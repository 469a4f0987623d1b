"""The Dockerfile bench: what it says of each instruction is what an engine's build does."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab import Engine, Image, Layer, LayerlabError
from layerlab.build import Build, Context
from layerlab.catalog import images
from layerlab.digest import DiffID
from layerlab.nodes import File, Meta, Zeros
from layerlab.notebook import dockerfile_bench
from layerlab.notebook.dockerfile_building import stand_in
from layerlab.notebook.dockerfile_presets import PRESETS
from layerlab.notebook.dockerfile_rows import BUILDERS, Line, place, split
from layerlab.notebook.dockerfile_state import BadMove, Bench

FILES = {"app.py": "print('hello')\n", "list.txt": "one\n"}
TEXT = """\
FROM debian
WORKDIR /app
COPY . .
RUN mkdir /opt/tool && echo 12345 > /opt/tool/data
CMD ["./app.py"]"""
TWO = """\
FROM debian AS build
COPY app.py /src/
RUN cp /src/app.py /made && echo made >> /made
FROM debian
COPY --from=build /made /
RUN rm /etc/issue"""


def bench(text: str = TEXT, builder: str = "classic") -> Bench:
    return Bench.of(text, FILES, builder=builder)


# ---- the same as an engine ----


class Twin:
    """An engine on which everything is built that a bench builds."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.engine.add("debian", images()["debian:12"])

    def agrees(self, bench: Bench) -> None:
        self.engine.builder = bench.builder  # type: ignore[assignment]  # one of the two
        ignore = b"Dockerfile\n.dockerignore\n"
        context = Context.of(bench.context).with_file(".dockerignore", ignore)
        try:
            done: Build = self.engine.build(context, f"{bench.dockerfile}\n")
        except LayerlabError:
            assert bench.failure
            return
        assert bench.failure is None
        assert bench.done is not None
        assert steps(bench.done) == steps(done)
        told = {
            (place(bench.lines, step.line), step.cached, step.size, step.reason)
            for step in done.steps
        }
        shown = {
            (at, row.kind == "hit", row.size, row.reason)
            for at, row in enumerate(bench.rows)
            if row and row.kind in ("hit", "run")
        }
        assert shown == told
        assert bench.totals is not None
        assert bench.totals.size == done.image.size


def steps(done: Build) -> list[tuple[object, ...]]:
    return [
        (s.line, s.cached, s.reason, s.size, s.stage, s.added, s.hidden, s.copied_up)
        for s in done.steps
    ]


INSTRUCTIONS = st.sampled_from((
    "ENV A=b", "ENV A=c", "WORKDIR /app", "COPY app.py /x/", "COPY . /app/", "RUN touch /made",
    "RUN mkdir -p /a/b", "RUN rm -f /etc/issue", "RUN false", "RUN true", "LABEL a=b", "NO such",
    "COPY missing /", "USER nobody", "RUN echo $A > /said", 'CMD ["x"]', "# said\nARG Z=1",
    "RUN touch /one\nRUN touch /two",
))  # fmt: skip
NUMBERS = st.integers(1, 6)
MOVES = st.one_of(
    st.tuples(st.just("edit"), NUMBERS, INSTRUCTIONS),
    st.tuples(st.just("add"), NUMBERS, INSTRUCTIONS),
    st.tuples(st.just("remove"), NUMBERS),
    st.tuples(st.just("move"), NUMBERS, NUMBERS),
    st.tuples(st.just("change_file"), st.sampled_from(sorted(FILES))),
    st.tuples(st.just("use"), st.sampled_from(BUILDERS)),
    st.tuples(st.just("again")),
)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from((TEXT, TWO)), st.lists(MOVES, min_size=1, max_size=6))
def test_hits_and_misses_are_those_of_an_engine(
    text: str, moves: Sequence[tuple[str, ...]]
) -> None:
    state, twin = bench(text), Twin()
    twin.agrees(state)
    for name, *arguments in moves:
        try:
            state = getattr(state, name)(*arguments)
        except BadMove:
            continue
        twin.agrees(state)


def test_what_is_undone_was_never_built() -> None:
    first = bench()
    again = first.edit(4, "RUN touch /new").undo()
    assert again.machine == first.machine
    assert again.edit(4, "RUN touch /new").hits[3] is False
    with pytest.raises(BadMove, match="nothing to undo"):
        again.undo()


# ---- what a move says ----


def test_the_first_build_has_nothing_in_the_cache_and_the_next_has_all() -> None:
    first = bench()
    assert first.hits == (None, False, False, False, False)
    assert first.again().hits == (None, True, True, True, True)
    assert first.again().said == "Built again. All 4 steps came from the cache."


def test_a_changed_file_misses_where_it_is_copied() -> None:
    changed = bench().change_file("app.py")
    assert changed.hits == (None, True, False, False, False)
    assert changed.rows[2] is not None
    assert changed.rows[2].reason == "the files to be copied have changed"
    low = bench().move(3, 4)
    assert low.change_file("app.py").hits == (None, True, True, False, False)


def test_the_dockerfile_itself_is_no_part_of_the_context() -> None:
    assert bench().edit(5, 'CMD ["y"]').hits == (None, True, True, True, False)


def test_the_sums_are_those_of_the_layers() -> None:
    state = bench().change_file("list.txt")
    totals, size = state.totals, len("one\n\n# edit 1") + len(FILES["app.py"])
    assert totals is not None
    assert (totals.again, totals.steps) == (3, 4)
    assert totals.rebuilt == size + len("12345\n")
    assert totals.size == totals.base + totals.rebuilt + totals.reused
    # Two layers are new; that of the RUN has another time, and another DiffID with it.
    assert state.pushed == size + len("12345\n")
    assert state.again().pushed == 0


def test_a_layer_that_comes_out_the_same_is_not_sent_again() -> None:
    text = "FROM debian\nENV A=b\nCOPY app.py /srv/app.py"
    state = bench(text).edit(2, "ENV A=c")
    assert state.hits == (None, False, False)
    assert state.totals is not None
    assert state.totals.rebuilt == len(FILES["app.py"])
    assert state.pushed == state.totals.rebuilt  # /srv was copied up at another time


def test_a_row_keeps_its_look_wherever_it_is_moved() -> None:
    state = bench().move(3, 4)
    first = bench()
    assert state.rows[3] is not None
    assert first.rows[2] is not None
    assert state.rows[3].look == first.rows[2].look


def test_an_edit_may_make_two_of_one_and_comments_stay_above_theirs() -> None:
    state = bench().edit(5, "# first\nENV A=b\nENV C=d")
    assert [line.text for line in state.lines[4:]] == ["# first\nENV A=b", "ENV C=d"]
    assert state.lines[4].key == bench().lines[4].key
    assert len({line.key for line in state.lines}) == len(state.lines)
    assert "5  ENV A=b  " in state.text
    joined = state.edit(5, "RUN touch /a \\")
    assert [line.text for line in joined.lines[4:]] == ["RUN touch /a \\\nENV C=d"]
    joined = joined.edit(5, "RUN touch /a \\\n && touch /b")
    assert joined.hits[4] is False
    assert "5  RUN touch /a && touch /b  " in joined.text


def test_escapes_are_read_as_the_dockerfile_says() -> None:
    text = "# escape=`\nFROM debian\nRUN touch /a `\n && touch /b\nENV A=b"
    assert split(text, "classic") == [
        "# escape=`\nFROM debian", "RUN touch /a `\n && touch /b", "ENV A=b",
    ]  # fmt: skip
    state = bench(text).edit(2, "RUN touch /a `\n && touch /c")
    assert len(state.lines) == 3
    assert state.failure is None


def test_a_dockerfile_of_two_stages() -> None:
    state = bench(TWO)
    assert [row.stage for row in state.rows if row] == [0, 0, 0, 1, 1, 1]
    assert [row.base is not None for row in state.rows if row][3]
    assert state.totals is not None
    assert len(state.totals.pieces) == 3  # the first stage is no part of the image
    assert state.totals.rebuilt > state.totals.size - state.totals.base
    unneeded = Bench.of(f"{TWO.replace('COPY --from', '# ')}", FILES, builder="buildkit")
    assert unneeded.hits[:3] == (None, None, None)
    assert unneeded.rows[1] is not None
    assert unneeded.rows[1].reason == "no stage that is wanted needs it"


# ---- what goes wrong ----


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize(
    ("number", "text", "said"),
    [
        (3, "COPY nothing /", "nothing"),
        (3, "COPY ../up /", "up"),
        (4, "RUN echo oh no >&2; exit 3", "oh no"),
        (4, "RN touch /x", "unknown instruction: RN"),
        (1, "FROM nowhere:1", "nowhere"),
        (5, "FROM debian AS", "FROM requires either one or three arguments"),
    ],
)
def test_a_failure_is_told_at_its_line_and_the_last_good_build_stays(
    builder: str, number: int, text: str, said: str
) -> None:
    good = bench(builder=builder)
    bad = good.edit(number, text)
    assert bad.failure is not None
    assert said in bad.failure.words
    assert bad.failure.key == bad.lines[number - 1].key
    assert bad.totals == good.totals
    assert f"{number}  {text}"[:20] in bad.text
    assert f"Instruction {number} failed: " in bad.notes
    mended = bad.edit(number, good.lines[number - 1].text)
    assert mended.failure is None
    assert mended.hits == good.again().hits


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda b: b.edit(0, "ENV A=b"), "there is no instruction 0"),
        (lambda b: b.edit("x", "ENV A=b"), "there is no instruction x"),
        (lambda b: b.edit(2, "  "), "an instruction can't be empty"),
        (lambda b: b.edit(2, "# only words"), "an instruction can't be empty"),
        (lambda b: b.edit(2, "WORKDIR /app"), "is as it was"),
        (lambda b: b.move(2, 9), "there is no instruction 9"),
        (lambda b: b.move(2, 2), "is there already"),
        (lambda b: b.change_file("nope"), "there is no file 'nope'"),
        (lambda b: b.use("podman"), "there is no builder 'podman'"),
        (lambda b: b.choose("nope"), "there is no Dockerfile 'nope'"),
        (lambda b: bench("FROM debian").remove(1), "needs one instruction"),
        (lambda b: Bench.of("FROM debian", {"a": 1}), "a file of the context can't be 1"),
    ],
)
def test_what_cannot_be_done_is_said(move: object, said: str) -> None:
    with pytest.raises(BadMove) as caught:
        move(bench())  # type: ignore[operator]
    assert said in str(caught.value)


def test_a_first_build_that_fails_can_be_mended() -> None:
    state = bench("FROM debian\nRUN nonsense")
    assert state.totals is None
    assert "No build has come to its end yet" in state.draw(live=True)
    assert "failed" in state.text
    assert state.edit(2, "RUN true").failure is None


# ---- names without hashing ----


def test_a_stand_in_differs_when_an_entry_does() -> None:
    def named(content: object, meta: Meta = Meta()) -> DiffID:  # noqa: B008  # Meta is frozen
        return stand_in(Layer.of({"/a": File(content, meta)})).diff_id  # type: ignore[arg-type]

    assert named(Zeros(10**12)) == named(Zeros(10**12))
    others = [named(b"a"), named(b"b"), named(b"a", Meta(0o600)), named(b"a", Meta(mtime=1))]
    others.append(named(b"a", Meta(xattrs={"user.a": b"b"})))
    assert len(set(others)) == 5


def test_nothing_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layer, "write_tar", lambda *_: pytest.fail("a layer was hashed"))
    base = Image([Layer({}, known_diff_id=DiffID.of(b"base"))])
    for builder in BUILDERS:
        state = Bench.of("FROM base\nCOPY . /", FILES, builder=builder, images={"base": base})
        assert state.failure is None


# ---- a build that takes its time ----


@pytest.mark.parametrize("builder", BUILDERS)
def test_hits_are_shown_before_anything_is_carried_out(builder: str) -> None:
    seen: list[Bench] = []
    first = Bench.of(TEXT, FILES, builder=builder, watch=seen.append)
    assert [len(seen), first.under_way] == [1, None]
    after = first.change_file("app.py")
    assert len(seen) == 2
    glimpse = seen[1]
    assert [row.kind for row in glimpse.rows if row] == ["base", "hit", "run", "run", "run"]
    assert glimpse.hits == (None, True, False, False, False)
    assert [(row.layers, row.size) for row in glimpse.rows if row] == [
        (row.layers, row.size) for row in first.rows if row
    ]
    assert "run        ~6B  being built" in glimpse.text
    assert glimpse.said == "app.py changed. Building …"
    assert glimpse.totals == first.totals
    assert "Last build" in glimpse.draw(live=True)
    assert after.again().hits == (None, True, True, True, True)
    assert len(seen) == 2  # nothing to wait for


def test_of_another_stage_nothing_is_known_while_the_first_is_built() -> None:
    seen: list[Bench] = []
    Bench.of(TWO, FILES, watch=seen.append)
    kinds = [row.kind for row in seen[0].rows if row]
    assert kinds == ["base", "run", "run", "base", "wait", "wait"]


def test_the_page_gets_the_glimpse_and_then_the_build() -> None:
    desk, views = dockerfile_bench(TEXT, FILES), []
    desk.observe(lambda change: views.append(change["new"]), "view")
    click(desk, move="edit", number="4", text="RUN touch /b")
    assert [view["said"] for view in views] == [
        "Instruction 4 edited. Building …",
        "Instruction 4 edited. 2 of 4 steps ran: 0B built, 19B reused.",
    ]
    told = [(row["said"], row["size"]) for row in views[0]["rows"]]
    assert told == [
        ("base", "116MB"), ("hit", "0B"), ("hit", "19B"), ("run", "…"), ("run", "empty"),
    ]  # fmt: skip


# ---- words ----


def test_the_table_says_hit_or_run_size_and_why() -> None:
    lines = bench().change_file("app.py").text.splitlines()
    assert lines[0].split() == ["instruction", "cache", "layer", "why"]
    assert lines[1].split() == ["1", "FROM", "debian", "base", "116MB", "the", "base"]
    assert lines[3].endswith("run        28B  the files to be copied have changed")
    assert lines[5].split()[:5] == ["5", "CMD", '["./app.py"]', "run", "empty"]


def test_the_notes_put_the_last_build_beside_this_one() -> None:
    first, second = bench(), bench().change_file("app.py")
    assert first.notes.startswith("This build: image 116MB in 4 layers;")
    assert second.notes.splitlines()[0] == "Last build: image 116MB in 4 layers."
    assert "a push sends" in second.notes


def test_an_instruction_tells_what_it_did() -> None:
    state = bench(f"{TEXT}\nRUN rm /etc/issue && chmod 600 /etc/issue.net && touch /new")
    head, told = state.select(6).detail
    assert head.startswith("Instruction 6: ")
    assert "Added: 1\n  /new" in told
    assert "  /etc/issue.net" in told
    assert "Hidden, and still in the layer below: 1\n  /etc/issue" in told
    assert state.select(5).detail[1].startswith("It changed no file")
    assert state.select(1).detail[1] == "1 layer, 116MB."
    count = bench("FROM debian\nRUN mkdir " + " ".join(f"/d{n}" for n in range(20)))
    assert "and 12 more" in count.select(2).detail[1]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_and_gives_advice(name: str) -> None:
    state = Bench.preset_of(name)
    assert state.failure is None
    assert state.dockerfile == PRESETS[name].text
    assert state.notes.splitlines()[-1] == f"Try: {PRESETS[name].advice}"


def test_the_advice_of_the_presets_is_worth_taking() -> None:
    order = Bench.preset_of("order and cache")
    assert order.change_file("app.py").hits == (None, True, False, False, False)
    assert order.move(3, 4).change_file("app.py").hits == (None, True, True, False, False)

    late = Bench.preset_of("cleaning up")
    update, install, clean = (line.text.removeprefix("RUN ") for line in late.lines[1:])
    one = late.remove(4).remove(3).edit(2, f"RUN {update} && {install} && {clean}")
    assert late.totals is not None
    assert one.totals is not None
    assert late.totals.size - one.totals.size > 19_000_000  # the package lists

    single, several = Bench.preset_of("one stage"), Bench.preset_of("two stages")
    assert single.totals is not None
    assert several.totals is not None
    assert several.totals.size < single.totals.size - 100_000_000
    assert several.change_file("hello.c").hits == (None, True, False, False, None, False, False)


# ---- the skin ----


@pytest.fixture
def desk() -> object:
    return dockerfile_bench(f"\n{TEXT}\n", FILES)


def click(desk: object, **message: object) -> None:
    desk._asked(desk, message, [])  # type: ignore[attr-defined]


def test_a_click_makes_the_same_move_as_a_cell() -> None:
    clicked, called = dockerfile_bench(TEXT, FILES), dockerfile_bench(TEXT, FILES)
    for move, arguments in [
        ("edit", {"number": "4", "text": "RUN touch /a"}),
        ("add", {"number": "4"}),
        ("remove", {"number": "4"}),
        ("move", {"number": "3", "to": "4"}),
        ("select", {"number": "3"}),
        ("change_file", {"path": "app.py"}),
        ("use", {"builder": "buildkit"}),
        ("again", {}),
        ("undo", {}),
    ]:
        before = clicked.view
        click(clicked, move=move, **arguments)
        getattr(called, move)(*arguments.values())
        assert clicked.view == called.view
        assert clicked.view != before
    click(clicked, move="reset")
    assert clicked.view == dockerfile_bench(TEXT, FILES).view


def test_the_page_gets_each_row_with_its_verdict(desk: object) -> None:
    click(desk, move="edit", number="4", text="RUN exit 2")
    rows = desk.view["rows"]  # type: ignore[attr-defined]
    assert [row["kind"] for row in rows] == ["base", "run", "run", "failed", "run"]
    assert rows[2]["size"] == "19B"
    assert rows[2]["why"].endswith("2 added, 1 copied up")
    assert rows[0]["fill"]
    assert not rows[4]["fill"]  # CMD has no layer


def test_a_click_that_cannot_be_done_is_said_and_changes_nothing(desk: object) -> None:
    before = desk.view  # type: ignore[attr-defined]
    click(desk, move="edit", number="2", text="")
    after = desk.view  # type: ignore[attr-defined]
    assert after["failed"]
    assert "can't be empty" in after["said"]
    assert after["rows"] == before["rows"]


def test_a_page_without_a_kernel_gets_the_picture(desk: object) -> None:
    data, _ = desk._repr_mimebundle_()  # type: ignore[attr-defined]
    assert '<img alt="A Dockerfile of 5 instructions. 1: base 116MB, 2: run 0B' in data["text/html"]
    assert data["text/plain"] == repr(desk)
    state = desk.state  # type: ignore[attr-defined]
    assert "COPY . ." in state.draw()
    assert state.draw() == state.draw()


def test_your_own_dockerfile_can_be_chosen_again(desk: object) -> None:
    first = desk.view  # type: ignore[attr-defined]
    click(desk, move="choose", preset="two stages")
    assert desk.state.preset == "two stages"  # type: ignore[attr-defined]
    assert desk.view["files"] == ["hello.c"]  # type: ignore[attr-defined]
    click(desk, move="choose", preset="your own")
    assert desk.view == first  # type: ignore[attr-defined]


def test_a_name_alone_is_a_preset() -> None:
    with pytest.raises(BadMove, match="there is no Dockerfile"):
        dockerfile_bench("nonsense")


def test_lines_are_found_by_their_number() -> None:
    lines = [Line(0, "FROM a"), Line(1, "# b\nRUN c \\\n d"), Line(2, "ENV e=f")]
    assert [place(lines, number) for number in (1, 2, 3, 4, 5, 9)] == [0, 1, 1, 1, 2, 2]
