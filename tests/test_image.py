"""Images: their config, history and IDs."""

import contextlib
import hashlib
import json

import pytest

from layerlab import (
    ChainID,
    DiffID,
    History,
    Image,
    ImageConfig,
    InvalidImage,
    Layer,
    LimitExceeded,
    NoContent,
    RecordedLayer,
)
from layerlab.image import gojson

BASE = Layer.of({"/etc/motd": b"hi", "/bin/sh": b"#!"})
APP = Layer.of({"/app": b"app"})

# As Docker 20.10 wrote it for an image of this repository, with one foreign field more.
DOCKER = {
    "architecture": "arm64",
    "variant": "v8",
    "config": {
        "Hostname": "",
        "AttachStdin": False,
        "User": "33:33",
        "ExposedPorts": {"443/tcp": {}, "80/tcp": {}},
        "Env": ["PATH=/bin", "EMPTY=", "A=b=c"],
        "Cmd": ["sh", "-c", "echo <hi> & bye"],
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 30000000000, "Retries": 3},
        "Image": "sha256:00",
        "Volumes": {"/data": {}},
        "WorkingDir": "/srv",
        "Entrypoint": None,
        "OnBuild": ["RUN x"],
        "Labels": {"b": "2", "a": "1"},
        "StopSignal": "SIGQUIT",
        "Shell": ["/bin/bash", "-c"],
    },
    "container": "b6f1",
    "container_config": {"Hostname": "b6f1"},
    "created": "2024-05-06T07:08:09.123456789Z",
    "docker_version": "20.10.24",
    "history": [
        {"created": "2024-05-06T07:08:09Z", "created_by": "/bin/sh -c #(nop) ADD x in / "},
        {"created": "2024-05-06T07:08:09Z", "created_by": "CMD", "empty_layer": True, "new": 1},
    ],
    "os": "linux",
    "os.version": "10.0",
    "os.features": ["win32k"],
    "rootfs": {"type": "layers", "diff_ids": [str(BASE.diff_id)]},
    "x-foreign": {"kept": [1, 2.5, None]},
}


def opened(document=DOCKER, layers=(BASE,), **changes):
    raw = json.dumps(document | changes, indent=1).encode()
    return Image.opened(layers, raw, where="test.json")


def test_layers_alone_make_an_image():
    image = Image([BASE, APP])
    assert image.layers == (BASE, APP)
    assert image.diff_ids == (BASE.diff_id, APP.diff_id)
    text = f"{BASE.diff_id} {APP.diff_id}"
    assert image.chain_ids == (
        ChainID(BASE.diff_id),
        "sha256:" + hashlib.sha256(text.encode()).hexdigest(),
    )
    assert image.size == BASE.size + APP.size == 7
    assert [step.empty_layer for step in image.history] == [False, False]
    assert image.rootfs.read_bytes("/app") == b"app"
    assert image.image_id == "sha256:" + hashlib.sha256(image.raw_config).hexdigest()
    assert repr(image) == f"<Image {image.image_id.short}: 2 layers, 7B>"
    assert Image([BASE, APP]) == image
    assert len({image, Image([BASE, APP]), Image([BASE])}) == 2


def test_the_config_json_is_written_as_go_writes_it():
    image = Image(
        [BASE],
        ImageConfig(
            cmd=["sh", "-c", "a <b> && c \u2028"], env=["ü=1"], labels={"b": "1", "a": "2"}
        ),
        [History("2020-01-01T00:00:00Z", "RUN a", comment="c"), History(empty_layer=True)],
    )
    assert image.raw_config.decode() == (
        '{"architecture":"amd64","config":{"Env":["ü=1"],'
        '"Cmd":["sh","-c","a \\u003cb\\u003e \\u0026\\u0026 c \\u2028"],'
        '"Labels":{"a":"2","b":"1"}},"created":"1970-01-01T00:00:00Z",'
        '"history":[{"created":"2020-01-01T00:00:00Z","created_by":"RUN a","comment":"c"},'
        '{"empty_layer":true}],"os":"linux",'
        f'"rootfs":{{"type":"layers","diff_ids":["{BASE.diff_id}"]}}}}'
    )
    assert (
        gojson.dump('\x08\x0c\x01\t\ud800\x7f"\\')
        == b'"\\u0008\\u000c\\u0001\\t\xef\xbf\xbd\x7f\\"\\\\"'
    )


def test_an_opened_config_says_what_it_says():
    image = opened()
    config = image.config
    assert config.platform == "linux/arm64/v8"
    assert config.user == "33:33"
    assert config.exposed_ports == ("443/tcp", "80/tcp")
    assert config.environment == {"PATH": "/bin", "EMPTY": "", "A": "b=c"}
    assert config.cmd == ("sh", "-c", "echo <hi> & bye")
    assert config.entrypoint is None
    assert config.healthcheck["Retries"] == 3
    assert config.volumes == ("/data",)
    assert config.working_dir == "/srv"
    assert config.on_build == ("RUN x",)
    assert config.labels == {"a": "1", "b": "2"}
    assert config.stop_signal == "SIGQUIT"
    assert config.shell == ("/bin/bash", "-c")
    assert config.os_version == "10.0"
    assert config.os_features == ("win32k",)
    assert image.history[1] == History("2024-05-06T07:08:09Z", "CMD", empty_layer=True)
    assert image.raw_config == json.dumps(DOCKER, indent=1).encode()


def test_a_changed_config_keeps_what_nobody_changed():
    image = opened().with_config(cmd=["true"], user="", labels={}, entrypoint=[], shell=None)
    document = json.loads(image.raw_config)
    expected = json.loads(json.dumps(DOCKER))
    expected["config"] |= {"Cmd": ["true"], "Entrypoint": []}
    for key in ("User", "Labels", "Shell"):
        del expected["config"][key]
    assert document == expected
    assert list(document) == sorted(document)
    assert opened().with_config().with_config(user="1").with_config(user="33:33") == (
        opened().with_config()
    )


def test_append_puts_a_step_on_top():
    image = opened()
    step = History("2025-01-01T00:00:00Z", "RUN y")
    with_layer = image.append(APP, step)
    assert with_layer.layers == (BASE, APP)
    assert with_layer.history == (*image.history, step)
    assert with_layer.config.created == "2025-01-01T00:00:00Z"
    document = json.loads(with_layer.raw_config)
    assert document["history"][1]["new"] == 1
    assert document["x-foreign"] == DOCKER["x-foreign"]
    assert "container_config" not in document
    assert image.layers == (BASE,)

    empty = image.append(None, step)
    assert empty.layers == (BASE,)
    assert empty.history[-1].empty_layer
    assert image.append(APP).history[-1] == History(image.config.created, comment="layerlab")


def test_append_to_an_image_without_a_history_counts_its_layers():
    image = opened(DOCKER | {"history": None})
    assert image.history == ()
    assert [step.empty_layer for step in image.append(None).history] == [False, True]


def test_recorded_layers_make_an_image_whose_files_nobody_has():
    layer = RecordedLayer(DiffID("sha256:" + "ab" * 32), 5_580_000)
    image = Image([layer, layer])
    assert image.size == 11_160_000
    assert image.diff_ids == (layer.diff_id,) * 2
    assert "11.2MB" in repr(image)
    with pytest.raises(NoContent):
        image.rootfs.listdir("/")


def test_history_must_count_the_layers():
    assert Image([BASE], history=[]).history == ()
    for history in ([History(), History()], [History(empty_layer=True)]):
        with pytest.raises(InvalidImage, match="1 layers, but"):
            Image([BASE], history=history)
    with pytest.raises(InvalidImage, match="names 1"):
        opened(layers=(BASE, APP))
    with pytest.raises(InvalidImage, match="layer 0 has DiffID"):
        opened(layers=(APP,))


def test_a_text_where_a_list_belongs_is_refused():
    with pytest.raises(InvalidImage, match="a list of texts is needed"):
        ImageConfig(cmd="sh")


WRONG = (1, -1.5, "x", True, [], [1], {}, {"a": 1})
FREE = ("Hostname", "AttachStdin", "Image", "container", "container_config", "docker_version")
FREE += ("x-foreign", "new")


def places(document, path=()):
    """Every place in a JSON document, and what stands there."""
    yield path, document
    items = document.items() if isinstance(document, dict) else ()
    items = enumerate(document) if isinstance(document, list) else items
    for key, value in items:
        if key not in FREE:
            yield from places(value, (*path, key))


def replaced(document, path, value):
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize("path", [path for path, _ in places(DOCKER)], ids=repr)
def test_json_of_the_wrong_shape_at_every_place(path):
    there = dict(places(DOCKER))[path]
    for wrong in WRONG:
        raw = json.dumps(replaced(DOCKER, path, wrong)).encode()
        if type(wrong) is type(there) or "Healthcheck" in path[:-1] or path[-1:] == ("Entrypoint",):
            with contextlib.suppress(InvalidImage):  # an empty list may do, a list of 1 may not
                Image.opened([BASE], raw, where="test.json")
        else:
            with pytest.raises(InvalidImage) as caught:
                Image.opened([BASE], raw, where="test.json")
            assert caught.value.where.startswith("test.json")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "not the JSON"),
        (b"{", "not the JSON"),
        (b"\xff", "not the JSON"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not the JSON"),
        (b" " * (17 << 20), "are the most"),
        (b'{"rootfs": {"diff_ids": ["sha256:00"]}}', "is not a digest"),
        (b'{"created": "yesterday", "rootfs": {}}', "is not a time"),
    ],
)
def test_documents_that_hurt(text, fault):
    with pytest.raises((InvalidImage, LimitExceeded), match=fault) as caught:
        Image.opened((), text, where="here")
    assert caught.value.where.startswith("here")
