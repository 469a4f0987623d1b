"""The playground: what it says of each move is what the container did."""

import errno
import itertools
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab import Container, Directory, Engine, File, Image, Layer, Whiteout, Zeros
from layerlab.nodes import Node
from layerlab.notebook import playground
from layerlab.notebook.playground_moves import OPERATIONS, BadMove, Move
from layerlab.notebook.playground_presets import PRESETS
from layerlab.notebook.playground_state import MOST_COLUMNS, Playground

LAYERS = {
    "base": {"/etc": Directory(), "/etc/motd": b"hello\n", "/etc/old": b"old"},
    "app": {"/srv": Directory(), "/srv/app": Directory(), "/srv/app/main": b"main"},
}


def image() -> Image:
    return Image([Layer.of(changes) for changes in LAYERS.values()])


def upper(play: Playground) -> dict[str, Node]:
    return dict(play.container.upper)


# ---- it means something before it is touched, and every stage can be played ----


def test_it_begins_with_a_picture_and_a_question() -> None:
    play = playground()
    assert play.state.question.startswith("Add, read, modify, delete")
    assert "Looking up /srv/new.txt" in play.state.draw()
    assert "no such file" in play.said
    assert repr(play).startswith("Copy-on-write playground\n")
    data, _ = play._repr_mimebundle_()  # type: ignore[misc]
    assert "image/svg+xml;base64" in data["text/html"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_stage_can_be_played_to_its_end(name: str) -> None:
    play = playground(name)
    while play.state.script:
        left = len(play.state.script)
        play.next()
        assert len(play.state.script) == left - 1
        assert len(play.state.columns) <= MOST_COLUMNS
    with pytest.raises(BadMove):
        play.next()
    play.reset()
    assert play.state.log == ()
    assert len(play.state.script) == len(PRESETS[name].script)


# ---- what it says is what the container did ----

PATHS = st.sampled_from(
    ["/etc/motd", "/etc/old", "/etc", "/srv", "/srv/app", "/srv/app/main", "/new", "/srv/app/new"]
)
MOVES = st.one_of(
    st.builds(Move, st.sampled_from(sorted(OPERATIONS)), PATHS, st.just("/new")).map(
        lambda move: (
            move
            if move.op in ("rename", "link")
            else Move(move.op, move.path, {"truncate": "3", "chmod": "600"}.get(move.op, "text"))
        )
    ),
    st.builds(Move, st.just("rename"), PATHS, PATHS),
    st.builds(Move, st.just("sh"), st.sampled_from(["echo x >> /etc/motd", "mv /srv/app /new"])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(MOVES, max_size=8))
def test_any_moves_do_what_a_container_does_and_can_be_taken_back(moves: list[Move]) -> None:
    play = Playground.of(image())
    states = [(play, upper(play), play.container.diff())]
    twin = Container(image())
    for number, move in enumerate(moves, 1):
        noted = len(twin.events)
        trial = twin.copy(clock=itertools.count(10**9 * number).__next__)
        try:
            move.run(trial)
        except OSError as error:
            refused = errno.errorcode[error.errno or 0]
        else:
            refused, twin = "", trial
        play = play.do(move)
        entry = play.log[-1]
        assert entry.failure.partition(",")[0] == refused
        assert list(entry.events) == list(twin.events)[noted:]
        assert play.container.diff() == twin.diff()
        assert kinds(upper(play)) == kinds(dict(twin.upper))
        assert entry.bytes_copied == sum(event.bytes_copied for event in list(twin.events)[noted:])
        for path in entry.whiteouts:
            assert isinstance(play.container.upper[path], Whiteout)
        if refused:
            assert upper(play) == states[-1][1]
        states.append((play, upper(play), play.container.diff()))
        assert play.draw() == play.draw()
    for _, (before, holds, told) in zip(states[:0:-1], states[-2::-1], strict=True):
        play = play.undo()
        assert (play.log, play.columns, play.path) == (before.log, before.columns, before.path)
        assert (upper(play), play.container.diff()) == (holds, told)
    with pytest.raises(BadMove):
        play.undo()


def kinds(changes: dict[str, Node]) -> dict[str, object]:
    """Nodes without their times, which come from the playground's own clock."""
    return {
        path: (node.kind, getattr(node, "opaque", None), getattr(node, "content", None))
        for path, node in changes.items()
    }


def test_the_same_moves_give_the_same_state_whatever_was_taken_back() -> None:
    one, two = playground(), playground()
    one.touch("/etc/motd")
    two.create("/else")
    two.undo()
    two.touch("/etc/motd")
    assert one.state_text == two.state_text
    assert one.container.stat("/etc/motd").st_mtime == two.container.stat("/etc/motd").st_mtime


# ---- the moves, each by its method ----


def test_one_byte_of_a_large_file_copies_all_of_it_once() -> None:
    play = playground("one byte of a large file")
    play.read("/srv/data.db")
    assert play.state.last.bytes_copied == 0
    play.overwrite("/srv/data.db")
    assert play.state.last.bytes_copied == 120_000_000
    assert "copied up 120MB" in play.state.draw()
    play.overwrite("/srv/data.db", "Y")
    assert play.state.last.bytes_copied == 0
    assert play.container.size == 120_000_000


def test_every_method_is_the_operation_of_its_name() -> None:
    play = playground(image())
    play.create("/new", "one")
    play.append("/new", " two")
    play.overwrite("/new", "O")
    assert play.container.read_bytes("/new") == b"One two"
    play.truncate("/new", 3)
    play.chmod("/new", 0o600)
    assert play.said.startswith("chmod /new: mode 644 → 600.")
    play.link("/new", "/other")
    play.rename("/new", "/third")
    play.delete("/third")
    assert "No whiteout is needed" in play.said
    assert play.container.read_bytes("/other") == b"One"
    play.write("/other", "all new")
    play.mkdir("/folder")
    play.rmdir("/folder")
    play.open_only("/etc/old")
    assert "nothing written. Copied up: /etc, /etc/old, 3B." in play.said
    play.touch("/etc/motd")
    play.rmtree("/srv")
    play.mkdir("/srv")
    assert "It is opaque" in play.said
    play.sh("cat /other")
    assert play.said == "$ cat /other: all new. Nothing was copied up."
    play.read("etc/motd")
    assert "6B read, “hello”. Found in the container." in play.said
    assert all(not entry.failure for entry in play.state.log)
    assert {entry.move.op for entry in play.state.log} == {*OPERATIONS, "sh"}


def test_what_the_kernel_refuses_is_a_line_of_the_log() -> None:
    play = playground(image())
    before = play.container.upper
    play.rename("/srv/app", "/srv/new")
    assert play.said.startswith("rename /srv/app → /srv/new: EXDEV, ")
    play.rmdir("/srv")
    assert "ENOTEMPTY" in play.said
    play.read("/nowhere")
    assert "ENOENT" in play.said
    play.delete("/srv")
    told = f"EISDIR, {os.strerror(errno.EISDIR)}. It is a directory. Nothing changed."
    assert play.said == f"delete /srv: {told}"
    assert play.state.failed
    assert [entry.failure[:4] for entry in play.state.log] == ["EXDE", "ENOT", "ENOE", "EISD"]
    assert play.container.upper == before
    assert play.view["failed"] is True


@pytest.mark.parametrize(
    ("op", "path", "more"),
    [("fly", "/x", ""), ("read", " ", ""), ("chmod", "/etc/motd", "rwx"), ("sh", "", ""),
     ("truncate", "/etc/motd", "-1"), ("rename", "/etc/motd", ""), ("read", "/a\0", ""),
     ("append", "/etc/motd", "\ud800"), ("rmtree", "//", ""), ("truncate", "/etc/motd", "1" * 12)],
)  # fmt: skip
def test_a_move_that_means_nothing_is_said_in_the_page(op: str, path: str, more: str) -> None:
    play = playground(image())
    with pytest.raises(BadMove):
        play.do(op, path, more)
    play._asked(play, {"move": "do", "op": op, "path": path, "more": more}, [])
    assert play.view["failed"] is True
    assert play.state.log == ()


def test_the_log_tells_what_was_searched_and_copied() -> None:
    play = playground(image())
    play.append("/etc/motd", "!")
    play.append("/etc/motd", "!")
    play.sh("rm /etc/old; echo x > /srv/new")
    lines = [" ".join(line.split()) for line in play.log.splitlines()]
    assert lines[1] == "1 append /etc/motd 0 /etc, /etc/motd 6B 1B written"
    assert lines[2] == "2 append /etc/motd 2 – – 1B written"
    assert lines[4] == "unlink /etc/old 2, 0 – –"
    assert lines[5] == "open /srv/new 1 /srv 0B"
    assert "whiteout /etc/old" in play.log


def test_the_layer_stands_beside_what_docker_diff_prints() -> None:
    play = playground(image())
    play.chmod("/etc/motd")
    assert "/etc/motd  file of 6B       –" in play.state.text
    play.append("/etc/motd", "x")
    assert "/etc/motd  file of 7B       C" in play.state.text


# ---- several containers, and commit ----


def test_two_containers_share_the_image_and_nothing_else() -> None:
    play = playground(image())
    play.append("/etc/motd", "A\n")
    play.run()
    assert play.state.at == "B"
    assert not play.container.upper
    play.delete("/etc/motd")
    play.switch("A")
    assert play.container.read_bytes("/etc/motd") == b"hello\nA\n"
    assert "Container layer of B: 0B" in play.state.text
    assert "the same 2 layers" in play.state.draw()
    play.undo()
    assert play.state.at == "B"
    play.run()
    assert "run" in play.state.off
    with pytest.raises(BadMove):
        play.run()
    with pytest.raises(BadMove):
        play.switch("Z")


def test_a_commit_makes_an_image_layer_of_the_container_s() -> None:
    play = playground(image())
    play.append("/etc/motd", "!")
    play.delete("/etc/old")
    layer = play.container.layer()
    play.commit()
    assert play.image.layers[-1] == layer
    assert play.image.layers[:-1] == image().layers
    assert not play.container.upper
    assert play.container.read_bytes("/etc/motd") == b"hello\n!"
    assert [row.name for row in play.state.scene.rows][-2:] == ["commit of A", "container layer"]
    assert not play.state.scene.rows[2].writable
    play.commit()
    assert "nothing changed" in play.said
    assert len(play.image.layers) == 3
    play.undo()
    play.undo()
    assert len(play.container.layers) == 2
    assert dict(play.container.upper) == dict(layer.changes)


def test_a_stage_s_image_can_be_had_too() -> None:
    play = playground("hard links")
    play.append("/bin/gzip", "x")
    play.commit()
    assert [entry.created_by for entry in play.image.history] == ["FROM debian", "commit of A"]


def test_a_name_that_cannot_be_stored_stops_a_commit() -> None:
    play = playground(image())
    play.create("/.wh.x")
    play.commit()
    assert ".wh." in play.state.last.failure
    assert "/.wh.x" in play.container.upper


def test_a_container_of_one_s_own_is_left_alone() -> None:
    mine = Container(image())
    mine.append_bytes("/etc/motd", b"mine\n")
    play = playground(mine)
    assert "/etc/motd" in play.container.upper
    play.delete("/etc/motd")
    play.container.unlink("/etc/old")
    assert play.container.exists("/etc/old")
    assert mine.read_bytes("/etc/motd") == b"hello\nmine\n"
    assert play.state.preset == "your own"


def test_a_container_of_an_engine_is_committed_without_what_is_mounted_in_it() -> None:
    engine = Engine()
    engine.add("debian", image())
    made = engine.create("debian", ["sh"])
    play = playground(made.files)
    assert play.image == image()
    play.read("/etc/hosts")
    assert "127.0.0.1" in play.said
    play.create("/made", "x")
    play.commit()
    assert play.image.layers == (
        *image().layers,
        Layer.of({"/made": play.container.lookup("/made").node}),
    )
    assert [row.name for row in play.state.scene.rows][-2:] == ["commit of A", "container layer"]


def test_an_empty_image_is_something_to_begin_with() -> None:
    play = playground(Image([]))
    play.create("/first", "x")
    assert play.state.columns == ("/first",)
    assert "/first" in play.state.draw()
    play.select("/")
    assert play.said == "The root is a directory in every layer, and merged."


def test_names_that_no_page_can_hold_are_left_out_of_the_list() -> None:
    play = playground(Image([Layer.of({"/caf\udce9": b"", "/plain": b""})]))
    assert play.state.paths == ("/plain",)
    play.sh("printf x > $(printf '/\\351')")
    assert play.container.listdir("/") == ["caf\udce9", "plain", "\udce9"]
    json.dumps(play.view, ensure_ascii=False).encode()
    with pytest.raises(BadMove):
        play.select("/caf\udce9")


def test_what_would_run_for_ever_is_stopped() -> None:
    play = playground(image())
    play.sh("echo x > /made; while true; do :; done")
    assert "it would run for ever" in play.said
    assert "/made" in play.container.upper


# ---- the picture ----


def test_the_picture_shows_the_copy_the_search_and_the_ghosts() -> None:
    play = playground(image())
    play.append("/etc/motd", "!")
    (arrow,) = play.state.scene.copies
    assert (arrow.path, arrow.source, arrow.target, arrow.bytes) == ("/etc/motd", 0, 2, 6)
    assert play.state.scene.searched == {"/etc/motd": (0,)}
    play.rmtree("/srv/app")
    play.mkdir("/srv/app")
    assert "opaque" in play.state.draw()
    assert "gone" in play.state.draw()


def test_arrows_that_stand_side_by_side_have_room() -> None:
    big = {f"/f{n}": File(Zeros(120_000_000)) for n in range(6)}
    play = playground(Image([Layer.of(big)]))
    play.sh("chmod 600 /f0 /f1 /f2 /f3 /f4")
    assert len(play.state.scene.copies) == 5
    assert "copied up 120MB" not in play.state.draw(live=True)
    assert play.state.draw(live=True).count('class="riding"') == 5


def test_a_column_is_given_to_what_is_worked_with() -> None:
    play = playground(image())
    for number in range(9):
        play.create(f"/n{number}")
    assert play.state.columns == tuple(f"/n{number}" for number in range(3, 9))
    play.select("/etc/motd")
    assert play.state.columns[-1] == "/etc/motd"
    assert play.said.startswith("Looking it up searches layer 0.")
    play.select("/n0/deeper")
    assert "no such file" in play.said
