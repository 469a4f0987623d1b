"""Pull and push: what moves, what is printed, what is noted, and what a failure leaves."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from layerlab import Engine, File, Image, Layer, NoContent, Zeros, catalog
from layerlab.digest import BlobDigest
from layerlab.engine.clock import Clock
from layerlab.engine.ids import Ids
from layerlab.engine.pulling import Pull
from layerlab.engine.pushing import Push
from layerlab.engine.state import Origin, State
from layerlab.engine.store import add_image, tag
from layerlab.engine.transfer import TransferFailed
from layerlab.errors import DockerExit, EngineError
from layerlab.reference import Reference
from layerlab.registry import Manifest, Registry, compressed

HOST = "127.0.0.1:5000"
SIZES = (300_000, 2_000, 900_000, 400_000, 100_000, 90, 80)
NOISE = random.Random(5)
LAYERS = [Layer.of({f"/file{at}": NOISE.randbytes(size)}) for at, size in enumerate(SIZES)]
IMAGE = Image(LAYERS)
BLOBS = [compressed(layer).digest.short for layer in LAYERS]
NAMES = [layer.diff_id.short for layer in LAYERS]


class Machine:
    """A state, and registries that it can reach."""

    def __init__(self, *registries: Registry) -> None:
        self.registries = {registry.host: registry for registry in registries}
        self.state = State()
        self.ids, self.clock = Ids(0), Clock()

    def start_pull(self, name: str) -> Pull:
        reference = Reference.parse(name)
        return Pull(self.state, self.registries, reference, self.ids, self.clock)

    def pull(self, name: str) -> list[str]:
        pull = self.start_pull(name)
        self.state = pull.finish()
        return list(pull.lines())

    def start_push(self, name: str) -> Push:
        return Push(self.state, self.registries, Reference.parse(name))

    def push(self, name: str) -> list[str]:
        push = self.start_push(name)
        self.state = push.finish()
        return list(push.lines())

    def add(self, name: str, image: Image) -> None:
        self.state = add_image(self.state, image, self.ids, self.clock())
        self.tag(name, image)

    def tag(self, name: str, image: Image) -> None:
        self.state = tag(self.state, image.image_id, Reference.parse(name), self.clock())

    def rmi(self) -> None:
        """Remove all images; what is known of blobs stays, as with docker."""
        self.state = State(origins=self.state.origins, diff_ids=self.state.diff_ids)

    @property
    def traffic(self) -> list[tuple[str, str]]:
        return [(item.direction, item.kind) for item in self.registries[HOST].traffic]


@pytest.fixture
def registry() -> Registry:
    registry = Registry(HOST)
    registry.publish("app:v1", IMAGE)
    return registry


@pytest.fixture
def machine(registry: Registry) -> Machine:
    return Machine(registry)


def test_a_pull_brings_the_image_and_its_names(machine: Machine) -> None:
    digest = Manifest.of(IMAGE).digest
    lines = machine.pull(f"{HOST}/app:v1")
    assert lines[0] == "v1: Pulling from app"
    assert lines[1:8] == [f"{blob}: Pulling fs layer" for blob in BLOBS]
    assert lines[8:12] == [f"{blob}: Waiting" for blob in BLOBS[3:]]
    done = [line for line in lines if line.endswith("Pull complete")]
    assert done == [f"{blob}: Pull complete" for blob in BLOBS]
    assert lines[-2:] == [
        f"Digest: {digest}",
        f"Status: Downloaded newer image for {HOST}/app:v1",
    ]
    assert list(machine.state.images) == [IMAGE.image_id]
    assert list(machine.state.layers) == list(IMAGE.chain_ids)
    assert {name.familiar for name in machine.state.references} == {
        f"{HOST}/app:v1",
        f"{HOST}/app@{digest}",
    }
    pulled = machine.state.images[IMAGE.image_id].image
    assert pulled.rootfs.read_bytes("/file1") == IMAGE.rootfs.read_bytes("/file1")


def test_each_layer_goes_through_docker_s_states_in_order(machine: Machine) -> None:
    lines = machine.pull(f"{HOST}/app:v1")
    for at, blob in enumerate(BLOBS):
        states = [line.partition(": ")[2] for line in lines if line.startswith(blob)]
        waiting = ["Waiting"] if at >= 3 else []
        assert states == [
            "Pulling fs layer",
            *waiting,
            "Verifying Checksum",
            "Download complete",
            "Pull complete",
        ]


def test_three_at_a_time_and_never_backwards(machine: Machine) -> None:
    pull = machine.start_pull(f"{HOST}/app:v1")
    frames = [pull.progress]
    while pull.step():
        frames.append(pull.progress)
    frames.append(pull.progress)
    assert len(frames) > 20
    for before, after in pairwise(frames):
        moving = [row for row in after if row.status == "Downloading"]
        assert len(moving) <= 3
        unpacking = [row for row in after if row.status == "Extracting"]
        assert len(unpacking) <= 1
        for old, new in zip(before, after, strict=True):
            assert old.name == new.name
            assert old.status != new.status or old.done <= new.done
    assert any(row.status == "Extracting" for row in frames[-4])
    assert {row.status for row in frames[-1]} == {"Pull complete"}
    assert frames[0][0].total == compressed(LAYERS[0]).size


def test_what_crossed_is_what_was_missing(machine: Machine, registry: Registry) -> None:
    machine.pull(f"{HOST}/app:v1")
    manifest = Manifest.of(IMAGE)
    sizes = [manifest.size, manifest.config.size, *(item.size for item in manifest.layers)]
    assert registry.traffic.down == sum(filter(None, sizes))
    assert registry.traffic.up == 0


def test_the_second_pull_moves_nothing(machine: Machine, registry: Registry) -> None:
    machine.pull(f"{HOST}/app:v1")
    registry.traffic.clear()
    state = machine.state
    assert machine.pull(f"{HOST}/app:v1") == [
        "v1: Pulling from app",
        f"Digest: {Manifest.of(IMAGE).digest}",
        f"Status: Image is up to date for {HOST}/app:v1",
    ]
    assert machine.traffic == [("up", "check")]
    assert machine.state == state


def test_another_repository_has_only_the_manifest_to_give(machine: Machine) -> None:
    machine.registries[HOST].publish("team/other:v2", IMAGE)
    machine.pull(f"{HOST}/app:v1")
    machine.registries[HOST].traffic.clear()
    assert machine.pull(f"{HOST}/team/other:v2") == [
        "v2: Pulling from team/other",
        f"Digest: {Manifest.of(IMAGE).digest}",
        f"Status: Downloaded newer image for {HOST}/team/other:v2",
    ]
    assert machine.traffic == [("up", "check"), ("down", "manifest")]


def test_layers_that_are_here_do_not_come_again(machine: Machine, registry: Registry) -> None:
    child = IMAGE.append(Layer.of({"/more": "x"}))
    registry.publish("app:v2", child)
    machine.pull(f"{HOST}/app:v1")
    lines = machine.pull(f"{HOST}/app:v2")
    top = compressed(child.layers[-1]).digest.short
    assert lines[1:8] == [f"{blob}: Already exists" for blob in BLOBS]
    assert lines[8:12] == [
        f"{top}: {status}"
        for status in (
            "Pulling fs layer",
            "Verifying Checksum",
            "Download complete",
            "Pull complete",
        )
    ]


def test_only_a_known_blob_can_be_recognised(machine: Machine) -> None:
    # A manifest names blobs, the store DiffIDs; without diffid-by-digest nothing joins them.
    machine.add("mine:1", IMAGE)
    machine.registries[HOST].publish("app:v3", IMAGE.append(Layer.of({"/more": "x"})))
    lines = machine.pull(f"{HOST}/app:v3")
    assert not any(line.endswith("Already exists") for line in lines)
    assert len(machine.state.layers) == 8


def test_a_layer_above_a_missing_one_comes_again(machine: Machine, registry: Registry) -> None:
    machine.pull(f"{HOST}/app:v1")
    registry.publish("odd:1", Image([Layer.of({"/new": "base"}), LAYERS[0]]))
    lines = machine.pull(f"{HOST}/odd:1")
    assert f"{BLOBS[0]}: Pulling fs layer" in lines


def test_twins_come_once(machine: Machine, registry: Registry) -> None:
    registry.publish("twin:1", Image([LAYERS[5], LAYERS[6], LAYERS[6]]))
    lines = machine.pull(f"{HOST}/twin:1")
    assert lines.count(f"{BLOBS[6]}: Pulling fs layer") == 1
    assert lines.count(f"{BLOBS[6]}: Pull complete") == 1
    kinds = [kind for _, kind in machine.traffic]
    assert kinds.count("layer") == 2
    assert len(machine.state.layers) == 3


def test_a_pull_by_digest_gives_no_tag(machine: Machine) -> None:
    digest = Manifest.of(IMAGE).digest
    for name in (f"{HOST}/app@{digest}", f"{HOST}/app:v9@{digest}"):
        machine.rmi()
        lines = machine.pull(name)
        assert lines[0] == f"{HOST}/app@{digest}: Pulling from app"
        assert lines[-1] == f"Status: Downloaded newer image for {HOST}/app@{digest}"
        assert [reference.familiar for reference in machine.state.references] == [
            f"{HOST}/app@{digest}"
        ]


def test_a_tag_that_moved_leaves_the_old_image_without_it(
    machine: Machine, registry: Registry
) -> None:
    machine.pull(f"{HOST}/app:v1")
    other = IMAGE.with_config(cmd=["/file1"])
    registry.publish("app:v1", other)
    lines = machine.pull(f"{HOST}/app:v1")
    assert lines[-1] == f"Status: Downloaded newer image for {HOST}/app:v1"
    assert machine.state.references[Reference.parse(f"{HOST}/app:v1")] == other.image_id
    assert IMAGE.image_id in machine.state.images


def test_where_blobs_came_from_is_noted_and_outlives_the_image(machine: Machine) -> None:
    machine.pull(f"{HOST}/app:v1")
    blob = compressed(LAYERS[0]).digest
    assert machine.state.diff_ids[blob] == LAYERS[0].diff_id
    pulled = Origin(blob, f"{HOST}/app")
    assert machine.state.origins[LAYERS[0].diff_id] == (pulled,)
    machine.rmi()
    machine.pull(f"{HOST}/app:v1")
    assert machine.state.origins[LAYERS[0].diff_id] == (pulled,)


@pytest.mark.parametrize("steps", [0, 5, 15, 30])
def test_an_interrupted_pull_leaves_no_image_and_no_layer(machine: Machine, steps: int) -> None:
    pull = machine.start_pull(f"{HOST}/app:v1")
    for _ in range(steps):
        pull.step()
    unpacked = sum(row.status == "Pull complete" for row in pull.progress)
    state = pull.interrupt()
    assert (state.images, state.layers, state.references) == ({}, {}, {})
    assert len(state.origins) == len(state.diff_ids) == unpacked
    assert not pull.step()
    machine.state = state
    assert "Already exists" not in "".join(machine.pull(f"{HOST}/app:v1"))
    assert list(machine.state.images) == [IMAGE.image_id]


def test_half_a_download_has_crossed_all_the_same(machine: Machine, registry: Registry) -> None:
    pull = machine.start_pull(f"{HOST}/app:v1")
    pull.step()
    fixed = registry.traffic.down
    moved = sum(row.done for row in pull.progress if row.status == "Downloading")
    assert moved > 0
    pull.interrupt()
    assert registry.traffic.down == fixed + moved


def test_keep_is_given_the_state_of_the_end(machine: Machine) -> None:
    machine.state = State()
    later = add_image(State(), Image([LAYERS[6]]), Ids(1), 0)

    def keep(change: Callable[[State], State]) -> State:
        return change(later)

    reference = Reference.parse(f"{HOST}/app:v1")
    pull = Pull(State(), machine.registries, reference, Ids(0), Clock(), keep=keep)
    assert len(pull.finish().images) == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"{HOST}/app:v9", f"manifest for {HOST}/app:v9 not found: manifest unknown: manifest un"),
        (f"{HOST}/nope", f"manifest for {HOST}/nope:latest not found: manifest unknown: manifest"),
        ("scratch", "'scratch' is a reserved name"),
        ("nope", "pull access denied for nope, repository does not exist or may require 'docker"),
        ("quay.io/no/pe", "unauthorized: access to the requested resource is not authorized"),
        ("alpine:9", "manifest for alpine:9 not found: manifest unknown: manifest unknown"),
        ("no.example/app", 'Get "https://no.example/v2/": dial tcp: lookup no.example on '),
    ],
)
def test_what_cannot_be_had_is_refused_in_docker_s_words(name: str, words: str) -> None:
    machine = Machine(*catalog.registries(), Registry(HOST))
    machine.registries[HOST].publish("app:v1", IMAGE)
    with pytest.raises(EngineError) as caught:
        machine.pull(name)
    assert caught.value.what.startswith(words)
    assert not isinstance(caught.value, TransferFailed)


def test_loopback_is_there_once_it_is_named() -> None:
    machine = Machine()
    for host in ("localhost:5000", "127.0.0.1:5001", "127.8.8.8:80", "[::1]:5000", "localhost"):
        with pytest.raises(EngineError, match="manifest unknown"):
            machine.pull(f"{host}/app")
        assert host in machine.registries


def test_a_layer_that_was_tampered_with_is_not_unpacked(
    machine: Machine, registry: Registry
) -> None:
    blob = compressed(LAYERS[4]).digest
    registry.tamper(blob, b"evil")
    with pytest.raises(TransferFailed) as caught:
        machine.pull(f"{HOST}/app:v1")
    assert caught.value.what == f"filesystem layer verification failed for digest {blob}"
    assert caught.value.lines[-1] == f"{blob.short}: Verifying Checksum"
    assert machine.state == State()


def test_so_are_configs_and_manifests(machine: Machine, registry: Registry) -> None:
    manifest = Manifest.of(IMAGE)
    registry.tamper(BlobDigest(IMAGE.image_id), b"{}")
    with pytest.raises(TransferFailed) as caught:
        machine.pull(f"{HOST}/app:v1")
    assert caught.value.what == (
        "error pulling image configuration: "
        f"image config verification failed for digest {IMAGE.image_id}"
    )
    assert manifest.raw is not None
    registry.tamper(manifest.digest, manifest.raw + b"\n")
    with pytest.raises(TransferFailed) as caught:
        machine.pull(f"{HOST}/app@{manifest.digest}")
    assert caught.value.what == f"manifest verification failed for digest {manifest.digest}"
    assert caught.value.lines == (f"{HOST}/app@{manifest.digest}: Pulling from app",)


def test_layers_that_are_not_the_config_s_are_refused(machine: Machine, registry: Registry) -> None:
    manifest = Manifest.made(Manifest.of(IMAGE).config, Manifest.of(IMAGE).layers[:3])
    assert manifest.raw is not None
    registry.put_manifest("app", "bad", manifest.raw)
    with pytest.raises(TransferFailed, match="layers from manifest don't match image config"):
        machine.pull(f"{HOST}/app:bad")
    assert machine.state == State()


def test_flannel_is_pulled_as_the_chapter_pulled_it() -> None:
    machine = Machine(*catalog.registries())
    pull = machine.start_pull("quay.io/coreos/flannel:v0.14.0")
    machine.state = pull.finish()
    assert list(pull.screen()) == [
        "v0.14.0: Pulling from coreos/flannel",
        "801bfaa63ef2: Pull complete",
        "e4264a7179f6: Pull complete",
        "bc75ea45ad2e: Pull complete",
        "78648579d12a: Pull complete",
        "3393447261e4: Pull complete",
        "071b96dd834b: Pull complete",
        "4de2f0468a91: Pull complete",
        "Digest: sha256:4a330b2f2e74046e493b2edc30d61fdebbdddaaedcb32d62736f25be8d3c64d5",
        "Status: Downloaded newer image for quay.io/coreos/flannel:v0.14.0",
    ]
    assert machine.pull("alpine:3.12") == [
        "3.12: Pulling from library/alpine",
        "801bfaa63ef2: Already exists",
        "Digest: sha256:3c7497bf0c7af93428242d6176e8f7905f2201d8fc5861f45be7a346b5f23436",
        "Status: Downloaded newer image for alpine:3.12",
    ]


def test_a_push_sends_what_the_registry_has_not(machine: Machine) -> None:
    machine.add(f"{HOST}/new:v1", IMAGE)
    lines = machine.push(f"{HOST}/new:v1")
    manifest = Manifest.of(IMAGE)
    top_first = NAMES[::-1]
    assert lines[0] == f"The push refers to repository [{HOST}/new]"
    assert lines[1:8] == [f"{name}: Preparing" for name in top_first]
    assert lines[8:10] == [f"{name}: Waiting" for name in top_first[5:]]
    assert sorted(lines[10:17]) == sorted(f"{name}: Pushed" for name in NAMES)
    assert lines[17] == f"v1: digest: {manifest.digest} size: {manifest.size}"
    sizes = [manifest.size, manifest.config.size, *(item.size for item in manifest.layers)]
    assert machine.registries[HOST].traffic.up == sum(filter(None, sizes))
    # and the image has a digest here, too
    name = Reference.parse(f"{HOST}/new@{manifest.digest}")
    assert machine.state.references[name] == IMAGE.image_id


def test_the_second_push_sends_the_manifest_alone(machine: Machine) -> None:
    machine.add(f"{HOST}/new:v1", IMAGE)
    machine.push(f"{HOST}/new:v1")
    state = machine.state
    machine.registries[HOST].traffic.clear()
    lines = machine.push(f"{HOST}/new:v1")
    assert sorted(lines[10:17]) == sorted(f"{name}: Layer already exists" for name in NAMES)
    assert machine.traffic == [("up", "check")] * 8 + [("up", "manifest")]
    assert machine.state == state


def test_a_blob_of_another_repository_is_mounted(machine: Machine) -> None:
    machine.add(f"{HOST}/a/one:v1", IMAGE)
    machine.push(f"{HOST}/a/one:v1")
    machine.tag(f"{HOST}/a/two:v1", IMAGE)
    machine.registries[HOST].traffic.clear()
    lines = machine.push(f"{HOST}/a/two:v1")
    assert sorted(lines[10:17]) == sorted(f"{name}: Mounted from a/one" for name in NAMES)
    assert [kind for _, kind in machine.traffic].count("layer") == 0
    assert machine.state.origins[LAYERS[0].diff_id] == (
        Origin(compressed(LAYERS[0]).digest, f"{HOST}/a/one", pushed=True),
        Origin(compressed(LAYERS[0]).digest, f"{HOST}/a/two", pushed=True),
    )


def test_the_likeliest_repository_is_asked_first(machine: Machine) -> None:
    machine.add(f"{HOST}/a/one:v1", IMAGE)
    machine.push(f"{HOST}/a/one:v1")
    machine.tag(f"{HOST}/b/one:v1", IMAGE)
    machine.push(f"{HOST}/b/one:v1")  # newer, but less like what comes now
    machine.tag(f"{HOST}/a/two:v1", IMAGE)
    assert f"{NAMES[0]}: Mounted from a/one" in machine.push(f"{HOST}/a/two:v1")


def test_of_equally_likely_repositories_the_newest_is_asked_first(machine: Machine) -> None:
    machine.add(f"{HOST}/a/one:v1", IMAGE)
    machine.push(f"{HOST}/a/one:v1")
    machine.tag(f"{HOST}/b/one:v1", IMAGE)
    machine.push(f"{HOST}/b/one:v1")
    machine.tag(f"{HOST}/c/one:v1", IMAGE)
    assert f"{NAMES[0]}: Mounted from b/one" in machine.push(f"{HOST}/c/one:v1")


@pytest.mark.parametrize(("size", "status"), [(11 << 20, "Layer already exists"), (9, "Pushed")])
def test_for_a_large_layer_more_is_tried(machine: Machine, size: int, status: str) -> None:
    # Another gzip of it is in the target; what the engine knows best is a digest nobody has.
    layer = Layer.of({"/zeros": File(Zeros(size))})
    image = Image([layer])
    other = machine.registries[HOST].put_blob("new", b"as good as the layer's gzip")
    machine.add(f"{HOST}/new:v1", image)
    best = Origin(BlobDigest.of(b"x"), "localhost:6000/new", pushed=True)
    origins = {layer.diff_id: (Origin(other, "localhost:6000/old"), best)}
    machine.state = replace(machine.state, origins=origins)
    assert f"{layer.diff_id.short}: {status}" in machine.push(f"{HOST}/new:v1")


def test_nothing_is_mounted_from_another_registry(machine: Machine) -> None:
    machine.pull(f"{HOST}/app:v1")
    machine.tag("localhost:6000/app:v1", IMAGE)
    lines = machine.push("localhost:6000/app:v1")
    assert sum(line.endswith(": Pushed") for line in lines) == 7


def test_a_registry_that_lost_its_blobs_gets_them_again(machine: Machine) -> None:
    machine.add(f"{HOST}/new:v1", IMAGE)
    machine.push(f"{HOST}/new:v1")
    machine.registries[HOST] = Registry(HOST)
    lines = machine.push(f"{HOST}/new:v1")
    assert ("up", "mount") not in machine.traffic
    assert sum(line.endswith(": Pushed") for line in lines) == 7
    assert len(machine.state.origins[LAYERS[0].diff_id]) == 1


def test_twins_are_sent_once(machine: Machine) -> None:
    machine.add(f"{HOST}/twin:1", Image([LAYERS[5], LAYERS[6], LAYERS[6]]))
    lines = machine.push(f"{HOST}/twin:1")
    assert lines.count(f"{NAMES[6]}: Preparing") == 2
    assert lines.count(f"{NAMES[6]}: Pushed") == 1
    assert len(Manifest.parse(machine.registries[HOST].get_manifest("twin", "1")).layers) == 3


def test_what_was_pushed_is_pulled_the_same(machine: Machine) -> None:
    machine.add(f"{HOST}/new:v1", IMAGE)
    machine.push(f"{HOST}/new:v1")
    other = Machine(machine.registries[HOST])
    other.pull(f"{HOST}/new:v1")
    assert list(other.state.images) == [IMAGE.image_id]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nope", "An image does not exist locally with the tag: nope"),
        (f"{HOST}/mine", f"tag does not exist: {HOST}/mine:latest"),
        ("no.example/mine:1", 'Get "https://no.example/v2/": dial tcp: lookup no.example on '),
        ("mine:1", "denied: requested access to the resource is denied"),
        ("quay.io/mine:1", "unauthorized: access to the requested resource is not authorized"),
    ],
)
def test_what_cannot_be_pushed(name: str, words: str) -> None:
    machine = Machine(*catalog.registries())
    for known in (f"{HOST}/mine:1", "no.example/mine:1", "mine:1", "quay.io/mine:1"):
        machine.add(known, IMAGE)
    state = machine.state
    with pytest.raises(TransferFailed) as caught:
        machine.push(name)
    assert caught.value.what.startswith(words)
    repository = Reference.parse(name).name
    assert caught.value.lines[0] == f"The push refers to repository [{repository}]"
    assert machine.state == state


def test_alpine_is_pushed_as_it_was_pushed_in_2021() -> None:
    # Recorded by a stranger, digest and size and all.
    digest = "sha256:074d3636ebda6dd446d0d00304c4454f468237fdacf08fb0eeac90bdbfa1bac7"
    machine = Machine(*catalog.registries())
    machine.pull("alpine:3.12")
    machine.tag("localhost/library/alpine:unsigned", catalog.images()["alpine:3.12"])
    assert machine.push("localhost/library/alpine:unsigned") == [
        "The push refers to repository [localhost/library/alpine]",
        "777b2c648970: Preparing",
        "777b2c648970: Pushed",
        f"unsigned: digest: {digest} size: 528",
    ]


def test_flannel_has_no_bytes_to_push() -> None:
    machine = Machine(*catalog.registries())
    machine.pull("quay.io/coreos/flannel:v0.14.0")
    machine.tag(f"{HOST}/flannel:1", catalog.images()["quay.io/coreos/flannel:v0.14.0"])
    with pytest.raises(NoContent):
        machine.push(f"{HOST}/flannel:1")


def test_all_tags_of_a_repository_cross_in_one_command(registry: Registry) -> None:
    registry.publish("app:v2", IMAGE.with_config(cmd=["/file1"]))
    engine = Engine(registries=[registry])
    lines = engine.docker(f"pull -a {HOST}/app").splitlines()
    assert [line for line in lines if "Pulling from" in line] == [
        "v1: Pulling from app",
        "v2: Pulling from app",
    ]
    assert lines[-2:] == [f"Status: Downloaded newer image for {HOST}/app", f"{HOST}/app"]
    assert sum(line.startswith("Status: ") for line in lines) == 1
    lines = engine.docker(f"pull -a {HOST}/app").splitlines()
    assert lines[-2] == f"Status: Image is up to date for {HOST}/app"
    assert engine.docker(f"pull -q -a {HOST}/app") == f"{HOST}/app\n"
    for tag_name in ("v1", "v2"):
        engine.docker(f"tag {HOST}/app:{tag_name} {HOST}/copy:{tag_name}")
    lines = engine.docker(f"push -a {HOST}/copy").splitlines()
    assert sum(line.startswith("The push refers") for line in lines) == 1
    assert [line.partition(":")[0] for line in lines if ": digest: " in line] == ["v1", "v2"]
    assert registry.tags("copy") == ("v1", "v2")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"pull -a {HOST}/app:v1", "tag can't be used with --all-tags/-a\n"),
        (f"push -a {HOST}/app:v1", "tag can't be used with --all-tags/-a\n"),
        (
            f"pull -a {HOST}/none",
            (
                f"Error response from daemon: repository {HOST}/none not found: "
                "name unknown: repository name not known to registry\n"
            ),
        ),
        (f"push -a {HOST}/none", f"An image does not exist locally with the tag: {HOST}/none\n"),
        (f"push {HOST}/app@sha256:{'0' * 64}", "cannot push a digest reference\n"),
    ],
)
def test_what_docker_says_of_all_tags_and_digests(line: str, words: str) -> None:
    with pytest.raises(DockerExit) as caught:
        Engine().docker(line)
    assert (caught.value.code, caught.value.stderr) == (1, words)
