"""The engine's machine: what stands in ``/var/lib/docker``, how large it looks, who may write."""

import base64
import errno
import gzip
import hashlib
import json
import stat

import pytest
import tars

from layerlab import (
    ChainID,
    Device,
    DiffID,
    Directory,
    Engine,
    File,
    Image,
    Layer,
    Meta,
    RecordedLayer,
    Symlink,
    Whiteout,
    chain_id,
)
from layerlab.docker.host.tarsplit import crc64, tar_split
from layerlab.docker.host.xfs import directory_size

DOCKER = "/var/lib/docker"
LAYERDB = f"{DOCKER}/image/overlay2/layerdb/sha256"
LABEL = b"system_u:object_r:container_var_lib_t:s0\0"
BASE = Layer.of(
    {
        "/bin": Directory(Meta(0o755, mtime=5)),
        "/bin/busybox": File(b"\x7fELF" + bytes(996), Meta(0o755)),  # type: ignore[arg-type]
        "/bin/sh": Symlink("busybox"),
        "/bin/sleep": Symlink("busybox"),
        "/etc/hosts": "127.0.0.1 localhost\n",
        "/etc/motd": "hello\n",
    }
)
APP = Layer.of({"/app": "1.0\n", "/etc/motd": Whiteout(), "/srv": Directory(opaque=True)})


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    engine.add("app:1", Image([BASE, APP]))
    return engine


def test_layers_stand_under_their_chain_ids(engine: Engine) -> None:
    host, (base, app) = engine.host, engine.image("app:1").image.chain_ids
    assert host.listdir(LAYERDB) == sorted([base.hex, app.hex])
    assert base.hex == BASE.diff_id.hex
    assert app.hex != APP.diff_id.hex
    assert not host.exists(f"{LAYERDB}/{APP.diff_id.hex}")
    assert host.read_text(f"{LAYERDB}/{app.hex}/diff") == APP.diff_id
    assert host.read_text(f"{LAYERDB}/{app.hex}/parent") == base
    assert host.read_text(f"{LAYERDB}/{app.hex}/size") == "4"
    assert not host.exists(f"{LAYERDB}/{base.hex}/parent")


def test_directory_sizes_are_those_of_the_chapter(engine: Engine) -> None:
    host, (base, app) = engine.host, engine.image("app:1").image.chain_ids
    assert host.stat(f"{LAYERDB}/{base.hex}").st_size == 71
    assert host.stat(f"{LAYERDB}/{app.hex}").st_size == 85
    assert host.stat(f"{LAYERDB}/{base.hex}").st_nlink == 2
    assert stat.filemode(host.stat(f"{LAYERDB}/{base.hex}").st_mode) == "drwx------"
    assert "security.selinux" in host.listxattr(f"{LAYERDB}/{base.hex}")


@pytest.mark.parametrize(
    ("names", "size"),
    [
        ([], 6),
        (["overlay2"], 22),
        (["x" * 64] * 3, 222),
        (["x" * 64] * 4, 4096),
        ([f"{n:064}" for n in range(43)], 4096),
        ([f"{n:064}" for n in range(120)], 12288),
        (["层" * 10], 44),
    ],
)
def test_directory_size(names: list[str], size: int) -> None:
    assert directory_size(names, LABEL) == size


def test_the_links_lead_to_the_files(engine: Engine) -> None:
    host, layers = engine.host, list(engine.state.layers.values())
    base, app = layers
    overlay = f"{DOCKER}/overlay2"
    assert host.readlink(f"{overlay}/l/{base.link}") == f"../{base.cache_id}/diff"
    assert host.read_text(f"{overlay}/l/{base.link}/etc/motd") == "hello\n"
    assert host.read_text(f"{overlay}/{app.cache_id}/link") == app.link
    assert host.read_text(f"{overlay}/{app.cache_id}/lower") == f"l/{base.link}"
    assert host.listdir(f"{overlay}/{base.cache_id}") == ["committed", "diff", "link"]
    assert host.listdir(f"{overlay}/{app.cache_id}") == ["diff", "link", "lower", "work"]


def test_deletions_look_as_overlayfs_keeps_them(engine: Engine) -> None:
    host, app = engine.host, list(engine.state.layers.values())[1]
    diff = f"{DOCKER}/overlay2/{app.cache_id}/diff"
    gone = host.lstat(f"{diff}/etc/motd")
    assert (gone.st_mode, gone.st_rdev) == (stat.S_IFCHR, 0)
    assert host.getxattr(f"{diff}/srv", "trusted.overlay.opaque") == b"y"
    with pytest.raises(OSError) as caught:
        host.getxattr(f"{diff}/etc", "trusted.overlay.opaque")
    assert caught.value.errno == errno.ENODATA


def test_hard_links_count() -> None:
    engine = Engine()
    two = tars.tar(tars.entry("a", b"1"), tars.hard_link("b", "a"))
    engine.add("two:1", Image([Layer.from_tar(two)]))
    (stored,) = engine.state.layers.values()
    diff = f"{DOCKER}/overlay2/{stored.cache_id}/diff"
    a, b = (engine.host.stat(f"{diff}/{name}") for name in "ab")
    assert a.st_nlink == 2
    assert (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)


def test_a_container_shows_live(engine: Engine) -> None:
    box = engine.create("app:1", ["/bin/sh"], name="box")
    host, mount = engine.host, f"{DOCKER}/overlay2/{box.mount_id}"
    assert host.listdir(f"{mount}/diff") == []
    box.files.write_bytes("/srv/new", "1")
    box.files.unlink("/bin/sh")
    assert host.listdir(f"{mount}/diff") == ["bin", "srv"]
    assert host.read_text(f"{mount}/diff/srv/new") == "1"
    assert stat.S_ISCHR(host.lstat(f"{mount}/diff/bin/sh").st_mode)
    assert host.read_text(f"{DOCKER}/overlay2/l/{box.link}/srv/new") == "1"
    box.files.append_bytes("/srv/new", "23")
    assert host.read_text(f"{mount}/diff/srv/new") == "123"
    assert host.stat(f"{mount}/diff/srv/new").st_size == 3
    assert not host.exists(f"{mount}/merged")


def test_what_a_running_container_sees_is_mounted(engine: Engine) -> None:
    box = engine.run("app:1", ["sleep", "1000"], name="box")
    host, mount = engine.host, f"{DOCKER}/overlay2/{box.mount_id}"
    box.files.write_bytes("/srv/new", "1")
    assert host.listdir(f"{mount}/merged/srv") == ["new"]
    assert host.read_text(f"{mount}/merged/app") == "1.0\n"
    assert not host.exists(f"{mount}/merged/etc/motd")
    engine.stop("box")
    assert not host.exists(f"{mount}/merged")
    assert host.exists(f"{mount}/diff/srv/new")


def test_a_container_s_own_files(engine: Engine) -> None:
    box = engine.run("app:1", ["sh", "-c", "echo out; echo err >&2; exit 3"], name="box")
    host, place = engine.host, f"{DOCKER}/containers/{box.id}"
    lines = host.read_text(f"{place}/{box.id}-json.log").splitlines()
    assert [(json.loads(line)["stream"], json.loads(line)["log"]) for line in lines] == [
        ("stdout", "out\n"),
        ("stderr", "err\n"),
    ]
    config = json.loads(host.read_bytes(f"{place}/config.v2.json"))
    assert (config["Name"], config["Path"], config["State"]["ExitCode"]) == ("/box", "sh", 3)
    assert host.read_text(f"{place}/hostname") == f"{box.id[:12]}\n"
    engine.rm("box")
    assert host.listdir(f"{DOCKER}/containers") == []
    assert host.listdir(f"{DOCKER}/image/overlay2/layerdb/mounts") == []


def test_inode_numbers_tell_files_apart(engine: Engine) -> None:
    box = engine.run("app:1", ["sleep", "1000"])
    box.files.write_bytes("/srv/new", "1")
    box.files.link("/srv/new", "/srv/again")
    host, top = engine.host, f"{DOCKER}/overlay2/{box.mount_id}/merged"
    paths = [f"{at}/{name}" for at, dirs, others in host.walk(top) for name in dirs + others]
    first, second = ([host.lstat(path).st_ino for path in paths] for _ in range(2))
    assert first == second
    assert len(paths) - len(set(first)) == 1
    assert host.stat(f"{top}/srv/new").st_ino == host.stat(f"{top}/srv/again").st_ino


def test_mounts_lead_from_a_container_to_its_layers(engine: Engine) -> None:
    box = engine.create("app:1", ["/bin/sh"])
    host = engine.host
    mounts = f"{DOCKER}/image/overlay2/layerdb/mounts/{box.id}"
    top = engine.image("app:1").image.chain_ids[-1]
    assert {name: host.read_text(f"{mounts}/{name}") for name in host.listdir(mounts)} == {
        "init-id": f"{box.mount_id}-init",
        "mount-id": box.mount_id,
        "parent": top,
    }
    lower = host.read_text(f"{DOCKER}/overlay2/{box.mount_id}/lower").split(":")
    assert [host.readlink(f"{DOCKER}/overlay2/{part}") for part in lower] == [
        f"../{name}/diff"
        for name in (
            f"{box.mount_id}-init",
            *(stored.cache_id for stored in reversed(engine.state.layers.values())),
        )
    ]


def test_it_is_current_after_every_operation(engine: Engine) -> None:
    host = engine.host
    names = f"{DOCKER}/image/overlay2/repositories.json"
    image_id = engine.image("app:1").image.image_id
    assert json.loads(host.read_bytes(names)) == {"Repositories": {"app": {"app:1": image_id}}}
    engine.tag("app:1", "quay.io/team/app:2")
    assert host.read_text(names) == (
        f'{{"Repositories":{{"app":{{"app:1":"{image_id}"}},'
        f'"quay.io/team/app":{{"quay.io/team/app:2":"{image_id}"}}}}}}'
    )
    config = f"{DOCKER}/image/overlay2/imagedb/content/sha256/{image_id.hex}"
    assert "sha256:" + hashlib.sha256(host.read_bytes(config)).hexdigest() == image_id
    engine.rmi(str(image_id), force=True)
    assert host.read_text(names) == '{"Repositories":{}}'
    assert not host.exists(config)
    assert host.listdir(f"{DOCKER}/overlay2") == ["l"]


def test_a_committed_image_names_its_parent(engine: Engine) -> None:
    engine.create("app:1", ["/bin/sh"], name="box").files.write_bytes("/x", "1")
    made = engine.commit("box", "snap:1")
    metadata = f"{DOCKER}/image/overlay2/imagedb/metadata/sha256"
    notes = f"{metadata}/{made.image_id.hex}"
    assert engine.host.read_text(f"{notes}/parent") == engine.image("app:1").image.image_id
    assert engine.host.listdir(notes) == ["lastUpdated", "parent"]


def test_what_the_engine_keeps_is_read_only(engine: Engine) -> None:
    box = engine.create("app:1", ["/bin/sh"])
    box.files.write_bytes("/x", "1")
    host, diff = engine.host, f"{DOCKER}/overlay2/{box.mount_id}/diff"
    for change in (
        lambda: host.write_bytes(f"{diff}/new", "1"),
        lambda: host.append_bytes(f"{diff}/x", "1"),
        lambda: host.unlink(f"{diff}/x"),
        lambda: host.chmod(f"{diff}/x", 0o600),
        lambda: host.mkdir(f"{DOCKER}/new"),
        lambda: host.rename(f"{diff}/x", f"{diff}/y"),
        lambda: host.setxattr(f"{diff}/x", "user.a", b"1"),
        lambda: host.rmtree(DOCKER),
    ):
        with pytest.raises(OSError) as caught:
            change()
        assert caught.value.errno == errno.EROFS
    for source, target in ((f"{diff}/x", "/root/x"), ("/etc/hosts", f"{diff}/x"), (diff, "/x")):
        with pytest.raises(OSError) as caught:
            host.rename(source, target)
        assert caught.value.errno == errno.EXDEV
    assert box.files.read_text("/x") == "1"
    assert host.exists("/etc/hosts")


def test_the_rest_of_the_host_can_be_written(engine: Engine) -> None:
    host = engine.host
    host.write_bytes("/root/notes", "1")
    host.symlink(f"{DOCKER}/overlay2", "/root/layers")
    assert "l" in host.listdir("/root/layers")
    assert host.read_text("/etc/redhat-release") == "CentOS Linux release 7.9.2009 (Core)\n"
    assert host.stat("/root").st_size == 6 + len("notes") + 8 + len("layers") + 8


def test_a_recorded_layer_says_that_its_files_are_unknown() -> None:
    layer = RecordedLayer(DiffID("sha256:" + "7" * 64), 5_000_000)
    engine = Engine()
    engine.add("known:1", Image([layer]))
    host = engine.host
    (stored,) = engine.state.layers.values()
    entry = f"{LAYERDB}/{'7' * 64}"
    assert host.stat(entry).st_size == 71
    assert host.read_text(f"{entry}/size") == "5000000"
    with pytest.raises(OSError) as caught:
        host.read_bytes(f"{entry}/tar-split.json.gz")
    assert caught.value.errno == errno.ENODATA
    assert "not recorded" in str(caught.value)
    diff = f"{DOCKER}/overlay2/{stored.cache_id}/diff"
    assert host.listdir(diff) == ["NOT_RECORDED"]
    assert "not its files" in host.read_text(f"{diff}/NOT_RECORDED")


def joined(layer: Layer) -> bytes:
    """The tar, put together from ``tar-split.json.gz`` and the files, as Docker does."""
    pieces = []
    for number, line in enumerate(gzip.decompress(tar_split(layer)).splitlines()):
        entry = json.loads(line)
        payload = base64.b64decode(entry["payload"] or "")
        assert entry["position"] == number
        if entry["type"] == 2:
            pieces.append(payload)
        elif entry.get("size"):
            raw = base64.b64decode(entry["name_raw"]) if "name_raw" in entry else b""
            name = entry.get("name") or raw.decode("utf-8", "surrogateescape")
            content = layer.changes["/" + name].content.read()  # type: ignore[union-attr]
            assert crc64(content).to_bytes(8, "big") == payload
            assert len(content) == entry["size"]
            pieces.append(content)
    return b"".join(pieces)


@pytest.mark.parametrize(
    "tar",
    [
        tars.tar(
            tars.entry("etc"),
            tars.entry("etc/motd", b"hello\n"),
            tars.entry("etc/" + "long" * 60, bytes(range(256)) * 9),
            tars.hard_link("etc/again", "etc/motd"),
            tars.entry("etc/empty", b""),
            tars.symlink("etc/mtab", "/proc/mounts"),
        ),
        tars.tar(tars.entry("a\udcff", b"1")) + bytes(9000),
        tars.END,
    ],
    ids=["pax", "padded, name not UTF-8", "empty"],
)
def test_tar_split_keeps_all_but_the_contents(tar: bytes) -> None:
    assert joined(Layer.from_tar(tar)) == tar


def test_tar_split_of_a_layer_made_in_memory() -> None:
    layer = Layer.of({"/dev/null": Device("char", 1, 3), "/x": b"x" * 1000, "/y": Whiteout()})
    assert "sha256:" + hashlib.sha256(joined(layer)).hexdigest() == layer.diff_id


def test_the_checksum_is_go_s() -> None:
    # (*ran*: docker 20.10, of a file "x\n")
    assert base64.b64encode(crc64(b"x\n").to_bytes(8, "big")) == b"YVMQAAAAAAA="
    assert crc64(b"ab" + b"cde") == crc64(b"cde", crc64(b"ab"))
    for zeros in (0, 1, 2, 63, 1_000_003):  # a way of their own, which ends where the other does
        assert crc64(bytes(zeros) + b"x", 7) == crc64(b"x", crc64(bytes(zeros), 7))


def test_containerd_keeps_blobs_and_snapshots() -> None:
    engine = Engine(store="containerd")
    engine.add("app:1", Image([BASE, APP]))
    box = engine.create("app:1", ["/bin/sh"])
    host = engine.host
    assert not host.exists(f"{DOCKER}/overlay2")
    assert not host.exists(f"{DOCKER}/image")
    blobs = "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256"
    assert len(host.listdir(blobs)) == 4  # a manifest, a config, two layers
    for name in host.listdir(blobs):
        assert hashlib.sha256(host.read_bytes(f"{blobs}/{name}")).hexdigest() == name
    snapshots = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"
    assert host.listdir(snapshots) == ["1", "2", "3", "4"]
    assert host.listdir(f"{snapshots}/2/fs") == ["app", "etc", "srv"]
    box.files.write_bytes("/x", "1")
    assert host.listdir(f"{snapshots}/4/fs") == ["x"]


def test_the_same_run_gives_the_same_bytes() -> None:
    def seen() -> list[tuple[str, int, float]]:
        engine = Engine()
        engine.add("app:1", Image([BASE, APP]))
        engine.create("app:1", ["/bin/sh"])
        host = engine.host
        paths = [f"{top}/{n}" for top, dirs, files in host.walk(DOCKER) for n in dirs + files]
        return [(path, host.lstat(path).st_ino, host.lstat(path).st_mtime) for path in paths]

    assert seen() == seen()


def test_chain_ids_are_the_learner_s_own(engine: Engine) -> None:
    names = engine.host.listdir(LAYERDB)
    assert ChainID("sha256:" + names[0]) in {
        chain_id(BASE.diff_id),
        chain_id(BASE.diff_id, APP.diff_id),
    }


def test_the_shell_stays_where_it_was(engine: Engine) -> None:
    assert engine.sh(f"cd {LAYERDB}\nx=1") == ""
    assert engine.sh('pwd; echo "$x"') == f"{LAYERDB}\n1\n"
    assert engine.sh("cat /etc/hostname; uname -r") == "node1\n3.10.0-1160.el7.x86_64\n"


def test_the_shell_prints_both_streams_in_order(engine: Engine) -> None:
    assert engine.sh("echo a; cd /nope; echo b") == (
        "a\n-bash: cd: /nope: No such file or directory\nb\n"
    )
    assert engine.sh("ls /nope /etc/hosts; docker nope | cat; docker images -q").splitlines() == [
        "ls: cannot access '/nope': No such file or directory",
        "/etc/hosts",
        "docker: unknown command: docker nope",
        "",
        "Run 'docker --help' for more information",
        engine.image("app:1").image.image_id.short,
    ]
    assert engine.sh("") == engine.sh("# nothing to do") == ""


def test_docker_is_a_command_of_the_shell(engine: Engine) -> None:
    assert engine.sh("docker tag nope x; echo $?") == (
        "Error response from daemon: No such image: nope:latest\n1\n"
    )
    assert engine.sh("docker tag app:1 b:2 && docker images -q | wc -l") == "2\n"
    assert engine.sh("cd && docker images -q app > ids") == ""
    assert engine.host.read_text("/root/ids") == engine.image("app:1").image.image_id.short + "\n"
    assert engine.sh("docker rmi b:2 | cat > /dev/null; docker images | grep ^b") == ""


def test_an_archive_goes_through_the_shell(engine: Engine) -> None:
    image_id = engine.image("app:1").image.image_id
    assert engine.sh("docker save app:1 > /root/app.tar && docker rmi -f app:1 > /dev/null") == ""
    assert engine.sh("docker load < /root/app.tar") == "Loaded image: app:1\n"
    assert engine.image("app:1").image.image_id == image_id


def test_ll_is_the_alias_of_the_distribution(engine: Engine) -> None:
    base = BASE.diff_id.hex
    listed = engine.sh(f"ll {LAYERDB} | grep {base}")
    assert listed == f"drwx------. 2 root root 71 Jan  1 00:00 {base}\n"


def test_what_the_engine_keeps_stays_from_the_shell_too(engine: Engine) -> None:
    path = f"{DOCKER}/image/overlay2/repositories.json"
    assert engine.sh(f"rm {path}") == f"rm: cannot remove '{path}': Read-only file system\n"
    assert engine.host.exists(path)
