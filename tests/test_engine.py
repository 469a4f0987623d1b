"""The engine: images, layers, names. What Docker does in each case is in tests/reference."""

import json
from collections import Counter

import pytest

from layerlab import Engine, EngineError, Image, ImageConfig, InvalidReference, Layer, LayerlabError
from layerlab.engine import State
from layerlab.engine.clock import Clock

BASE = Image([Layer.of({"/etc/os": b"base", "/bin/sh": b"sh"})], ImageConfig(cmd=("sh",)))
APP = BASE.append(Layer.of({"/app": b"app"}))


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    engine.add("base", BASE)
    return engine


def committed(engine: Engine, on: str, name: str, path: str = "/new") -> Image:
    """An image with one more file, whose container is gone again."""
    container = engine.create(on, ["sh"])
    container.files.write_bytes(path, name.encode())
    image = engine.commit(container.id, name)
    engine.rm(container.id)
    return image


def test_same_seed_same_bytes() -> None:
    def session(seed: int) -> list[object]:
        engine = Engine(seed)
        engine.add("base", BASE)
        first, second = (engine.create("base") for _ in range(2))
        first.files.write_bytes("/x", b"1")
        image = engine.commit(first.id, "made")
        links = [(layer.cache_id, layer.link) for layer in engine.state.layers.values()]
        return [first.id, first.name, second.id, image.image_id, links, engine.clock.now]

    assert session(7) == session(7)
    one, other = session(7), session(8)
    assert all(a != b for a, b in zip(one[:5], other[:5], strict=True))


def test_ids_look_like_dockers(engine: Engine) -> None:
    container = engine.create("base")
    (layer,) = engine.state.layers.values()
    for name in (container.id, container.mount_id, layer.cache_id):
        assert len(name) == 64
        assert set(name) <= set("0123456789abcdef")
    for link in (layer.link, container.link, container.init_link):
        assert len(link) == 26
        assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    adjective, _, surname = container.name.partition("_")
    assert adjective.isalpha()
    assert surname.isalpha()
    names = {engine.create("base").name for _ in range(200)}
    assert len(names) == 200


def test_layers_are_stored_once(engine: Engine) -> None:
    before = engine.state.layers
    engine.add("app", APP)
    engine.add("again", APP)
    assert list(engine.state.layers) == list(APP.chain_ids)
    assert engine.state.layers[BASE.chain_ids[0]] == before[BASE.chain_ids[0]]
    assert engine.state.layers[APP.chain_ids[1]].parent == APP.chain_ids[0]
    assert len(engine.state.images) == 2


def test_too_many_layers(engine: Engine) -> None:
    before = engine.state
    deep = Image([Layer.of({"/x": str(n).encode()}) for n in range(126)])
    with pytest.raises(EngineError, match="max depth exceeded"):
        engine.add("deep", deep)
    assert engine.state == before
    engine.add("deep", Image(deep.layers[:125]))


def test_states_are_values(engine: Engine) -> None:
    before = engine.state
    engine.tag("base", "other")
    engine.create("base")
    assert len(before.references) == 1
    assert not before.containers
    assert engine.state != before


def test_a_commit_knows_where_it_came_from(engine: Engine) -> None:
    container = engine.create("base", ["sh", "-c", "x"], name="box", env=("A=b",))
    container.files.write_bytes("/new", b"new")
    engine.clock.set("2023-02-19 01:20")
    image = engine.commit("box", "made:1", message="why", author="me")
    stored = engine.image("made:1")
    assert stored.parent == BASE.image_id
    assert stored.tagged == stored.stored == 1_676_769_600
    assert image.config.created == "2023-02-19T01:20:00Z"
    assert image.history[-1].created_by == "sh -c x"
    assert (image.history[-1].comment, image.config.author) == ("why", "me")
    assert image.config.env == ("A=b",)
    assert image.layers[:-1] == BASE.layers
    assert [*image.layers[-1].changes] == ["/new"]
    document = json.loads(image.raw_config)
    assert document["container"] == container.id
    assert list(document) == sorted(document)


def test_a_commit_of_nothing_makes_no_layer(engine: Engine) -> None:
    image = engine.commit(engine.create("base").id)
    assert image.layers == BASE.layers
    assert image.history[-1].empty_layer
    assert image.image_id in engine.state.images


def test_an_image_without_layers(engine: Engine) -> None:
    engine.add("empty", Image([]))
    image = engine.commit(engine.create("empty", ["x"]).id, "still")
    assert engine.inspect("still")["RootFS"] == {"Type": "layers"}
    assert engine.rmi("still") == ["Untagged: still:latest", f"Deleted: {image.image_id}"]


def test_what_ones_names_find(engine: Engine) -> None:
    image = committed(engine, "base", "quay.io/me/made:1")
    for name in (
        "quay.io/me/made:1", image.image_id, image.image_id.hex, image.image_id.short,
        image.image_id[:10],
    ):  # fmt: skip
        assert engine.image(name).image is image
    assert engine.image("docker.io/library/base").image is BASE
    container = engine.create("base", name="box")
    for name in ("box", "/box", container.id, container.id[:3]):
        assert engine.container(name) is container


def test_a_name_wins_over_an_id(engine: Engine) -> None:
    engine.add("app", APP)
    engine.tag("app", BASE.image_id.hex[:6])
    assert engine.image(BASE.image_id.hex[:6]).image is APP
    box, other = engine.create("base"), engine.create("base")
    engine.rename(other.id, box.id[:12])
    assert engine.container(box.id[:12]).id == other.id


def test_what_is_ambiguous() -> None:
    engine = Engine()
    for number in range(40):
        engine.add(None, Image([Layer.of({"/x": str(number).encode()})]))
        engine.create(list(engine.state.images)[-1], ["x"])
    (twice, _), *_ = Counter(image_id.hex[0] for image_id in engine.state.images).most_common()
    with pytest.raises(EngineError, match=f"^No such image: {twice}:latest$"):
        engine.image(twice)
    (twice, _), *_ = Counter(name[0] for name in engine.state.containers).most_common()
    with pytest.raises(EngineError, match=f"^Multiple IDs found with provided prefix: {twice}$"):
        engine.container(twice)


def test_a_tag_moves(engine: Engine) -> None:
    engine.add("base", APP)
    assert engine.image("base").image is APP
    assert engine.image(BASE.image_id).image is BASE
    assert engine.rmi(BASE.image_id.short) == [f"Deleted: {BASE.image_id}"]


def test_shared_layers_stay(engine: Engine) -> None:
    engine.add("app", APP)
    assert engine.rmi("app") == [
        "Untagged: app:latest", f"Deleted: {APP.image_id}", f"Deleted: {APP.chain_ids[1]}",
    ]  # fmt: skip
    assert list(engine.state.layers) == list(BASE.chain_ids)


def test_parents_made_here_go_along(engine: Engine) -> None:
    made = committed(engine, "base", "made")
    again = committed(engine, "made", "again", "/more")
    assert engine.rmi("made") == ["Untagged: made:latest"]
    assert engine.rmi("again") == [
        "Untagged: again:latest",
        f"Deleted: {again.image_id}",
        f"Deleted: {again.chain_ids[2]}",
        f"Deleted: {made.image_id}",
        f"Deleted: {made.chain_ids[1]}",
    ]
    assert list(engine.state.images) == [BASE.image_id]


def test_parents_stay_if_told(engine: Engine) -> None:
    made = committed(engine, "base", "made")
    committed(engine, "made", "again", "/more")
    engine.rmi("made")
    engine.rmi("again", prune=False)
    assert made.image_id in engine.state.images


def test_a_digest_goes_with_its_last_tag() -> None:
    engine = Engine()
    image = engine.pull("quay.io/coreos/flannel:v0.14.0")
    (digest,) = engine.inspect(image.image_id)["RepoDigests"]
    assert engine.image(digest).image is image
    lines = engine.rmi("quay.io/coreos/flannel:v0.14.0")
    assert lines[:3] == [
        "Untagged: quay.io/coreos/flannel:v0.14.0",
        f"Untagged: {digest}",
        f"Deleted: {image.image_id}",
    ]
    assert lines[3:] == [f"Deleted: {chain_id}" for chain_id in reversed(image.chain_ids)]


@pytest.mark.parametrize(
    "act",
    [
        lambda e: e.add("Foo", BASE),
        lambda e: e.add("x@sha256:abc", BASE),
        lambda e: e.create("nope"),
        lambda e: e.create("base", name="box"),
        lambda e: e.create("base", workdir="relative"),
        lambda e: e.create("base", workdir="/etc/os"),
        lambda e: e.create("base", entrypoint=()),
        lambda e: e.rename("box", "a"),
        lambda e: e.rm("nope"),
        lambda e: e.rm("nope", force=True),
        lambda e: e.commit("nope", "x"),
        lambda e: e.commit("box", "Foo:bar"),
        lambda e: e.commit("box", "sha256:x"),
        lambda e: e.commit("box", "x", changes=["RUN x"]),
        lambda e: e.commit("unfit", "x"),
        lambda e: e.tag("base", "a b"),
        lambda e: e.tag("base", "x@sha256:" + "a" * 64),
        lambda e: e.tag("nope", "x"),
        lambda e: e.rmi("base"),
        lambda e: e.rmi(BASE.image_id),
        lambda e: e.rmi("nope", force=True),
        lambda e: e.exec("box", ["ls"]),
        lambda e: e.kill("box"),
        lambda e: e.pause("box"),
        lambda e: e.unpause("box"),
        lambda e: e.prune(filters=["foo=bar"]),
        lambda e: e.load("/nowhere.tar"),
        lambda e: e.pull("nope:1"),
        lambda e: e.pull("no.such.host/x"),
        lambda e: e.push("nope"),
    ],
)
def test_what_fails_changes_nothing(engine: Engine, act) -> None:
    engine.create("base", name="box")
    engine.create("base", name="unfit").files.write_bytes("/.wh.x", b"")
    before, now = engine.state, engine.clock.now
    files = {name: item.files.upper for name, item in before.containers.items()}
    following = _following(engine)
    with pytest.raises((LayerlabError, OSError)):
        act(engine)
    assert engine.state == before
    assert engine.clock.now == now
    assert {name: item.files.upper for name, item in before.containers.items()} == files
    assert _following(engine) == following


def _following(engine: Engine) -> object:
    """The next random ID, without taking it."""
    kept = engine._ids.getstate()
    try:
        return engine._ids.hex64()
    finally:
        engine._ids.setstate(kept)


def test_the_words_for_bad_names(engine: Engine) -> None:
    with pytest.raises(InvalidReference) as refused:
        engine.tag("base", "Foo:bar")
    assert refused.value.what == (
        "invalid reference format: repository name (library/Foo) must be lowercase"
    )
    with pytest.raises(EngineError) as told:
        engine.image("Foo:bar")
    assert told.value.what == "invalid reference format: repository name must be lowercase"


def test_saved_and_loaded(engine: Engine, tmp_path) -> None:
    engine.add("app:1", APP)
    engine.tag("app:1", "app:2")
    engine.save("app", tmp_path / "app.tar")
    other = Engine(1)
    assert other.load(tmp_path / "app.tar") == ["Loaded image: app:1", "Loaded image: app:2"]
    stored = other.image("app:2")
    assert stored.image.image_id == APP.image_id
    assert stored.tagged is None
    engine.save([APP.image_id.short], tmp_path / "bare.tar")
    assert Engine().load(tmp_path / "bare.tar") == [f"Loaded image ID: {APP.image_id}"]


def test_usage(engine: Engine) -> None:
    engine.add("app", APP)
    box = engine.create("base")
    box.files.write_bytes("/x", b"12345")
    used = engine.df()
    assert used.layers_size == 9
    assert [(image.size, image.shared, image.unique) for image in used.images] == [
        (6, 6, 0), (9, 6, 3),
    ]  # fmt: skip
    assert (used.active_images, used.reclaimable_images) == (1, 9)
    assert (used.containers_size, used.reclaimable_containers) == (5, 5)


def test_prune_by_label_and_age(engine: Engine) -> None:
    old = engine.create("base", labels={"keep": "yes"})
    engine.clock.advance(hours=2)
    new = engine.create("base")
    assert not engine.prune("containers", filters=["until=3h"]).deleted
    assert engine.prune("containers", filters=["label=keep=no"]).deleted == ()
    assert engine.prune("containers", filters=["label!=keep"]).deleted == (new.id,)
    assert engine.prune("containers", filters=["until=1h", "label=keep"]).deleted == (old.id,)


def test_prune_everything(engine: Engine) -> None:
    committed(engine, "base", "made")
    engine.create("made")
    pruned = engine.prune("system", all=True)
    assert engine.state == State()
    assert pruned.reclaimed == 6 + len("made")


def test_the_containerd_store() -> None:
    engine = Engine(store="containerd", version="29")
    engine.add("base", BASE)
    digest = engine.inspect("base")["Id"]
    assert digest != BASE.image_id
    assert engine.image(digest[7:19]).image is BASE
    with pytest.raises(EngineError):
        engine.image(BASE.image_id.hex[:12] + "0")
    container = engine.create(digest[7:19])
    assert container.image_name == digest[7:19]
    engine.rm(container.id)
    engine.tag(digest, "other")
    assert engine.rmi("base") == ["Untagged: base:latest"]
    assert engine.rmi("other") == ["Untagged: other:latest", f"Deleted: {digest}"]


def test_a_clock_is_shared() -> None:
    clock = Clock()
    engine = Engine(clock=clock)
    engine.add("base", BASE)
    box = engine.create("base")
    before = clock.now
    box.files.write_bytes("/x", b"")
    assert clock.now == before + 1
    assert box.files.stat("/x").st_mtime == before


def test_a_pull_and_a_push_are_the_engines(engine: Engine) -> None:
    engine.tag("base", "127.0.0.1:5000/base")
    digest = engine.push("127.0.0.1:5000/base")
    assert engine.registries["127.0.0.1:5000"].repositories
    engine.rmi("base")
    engine.rmi("127.0.0.1:5000/base")
    assert not engine.state.images
    pull = engine.pull(f"127.0.0.1:5000/base@{digest}", steps=True)
    assert not engine.state.images
    while pull.step():
        pass
    assert engine.image(BASE.image_id).image.image_id == BASE.image_id
