"""What a layer's tar means, and what is refused in one."""

import gzip
import io
import tarfile
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tars import END, entry, hard_link, sha256, symlink, tar

from layerlab import (
    Device,
    DigestMismatch,
    Directory,
    File,
    InvalidLayer,
    Layer,
    LayerlabError,
    LimitExceeded,
    Meta,
    Symlink,
    Whiteout,
    Zeros,
)
from layerlab.nodes import LowerLink
from layerlab.source import Limits, Memory, Meter
from layerlab.tarball import index_blocks, tar_blocks
from layerlab.tarball.golang import header


def read(*entries, **options):
    return Layer.from_tar(tar(*entries, **options)).changes


def kinds(changes):
    return {path: node.kind for path, node in changes.items()}


# What entries mean


def test_every_kind_of_entry():
    changes = read(
        entry("etc/", uid=1, gid=2, mode=0o1750, mtime=5),
        entry("etc/motd", b"hello", mode=0o4755),
        symlink("etc/link", "../nowhere"),
        entry("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3, mode=0o666),
        entry("disk", type=tarfile.BLKTYPE, devmajor=8, devminor=17, mode=0o660),
        entry("pipe", type=tarfile.FIFOTYPE, mode=0o600),
    )
    assert changes["/etc"] == Directory(Meta(0o1750, 1, 2, 5))
    assert changes["/etc/motd"].meta.mode == 0o4755
    assert changes["/etc/motd"].content.read() == b"hello"
    assert changes["/etc/motd"].content.read(1, 3) == b"el"
    assert changes["/etc/link"] == Symlink("../nowhere")
    assert changes["/null"] == Device("char", 1, 3, Meta(0o666))
    assert changes["/disk"] == Device("block", 8, 17, Meta(0o660))
    assert changes["/pipe"] == Device("fifo", meta=Meta(0o600))


@pytest.mark.parametrize("name", ["a/b", "./a/b", "a//b", "./a/./b", "a/b/", ".//a/b//"])
def test_one_path_has_many_spellings(name):
    assert list(read(entry("a/"), entry(name, type=tarfile.DIRTYPE))) == ["/a", "/a/b"]


def test_the_root_has_attributes():
    assert read(entry("./", mode=0o700))["/"] == Directory(Meta(0o700))


def test_whiteouts_delete_what_is_below_wherever_they_stand():
    before = read(entry(".wh.a", b""), entry("b", b"1"))
    after = read(entry("b", b"1"), entry(".wh.a", b""))
    assert kinds(before) == kinds(after) == {"/a": "whiteout", "/b": "file"}


def test_a_whiteout_spares_what_its_own_layer_brings():
    for order in (1, -1):
        entries = [entry(".wh.f", b""), entry("f", b"new"), entry(".wh.d", b""), entry("d/")]
        entries += [entry(".wh.implied", b""), entry("implied/x", b"")]
        changes = read(*entries[::order])
        assert changes["/f"].content.read() == b"new"
        assert changes["/d"] == Directory(Meta(0o755), opaque=True)
        assert changes["/implied"].opaque


def test_an_opaque_mark_counts_wherever_it_stands():
    for order in (1, -1):
        entries = [entry("d/", mode=0o700), entry("d/x", b""), entry("d/.wh..wh..opq", b"")]
        assert read(*entries[::order])["/d"] == Directory(Meta(0o700), opaque=True)
    assert read(entry(".wh..wh..opq", b""))["/"].opaque
    assert read(entry("implied/.wh..wh..opq", b""))["/implied"].opaque


def test_what_aufs_reserved_is_skipped():
    assert read(entry(".wh..wh.plnk/"), entry(".wh..wh.aufs", b""), entry("f", b"")).keys() == {
        "/f"
    }


def test_a_directory_twice_has_the_last_attributes():
    assert read(entry("d/", mode=0o700), entry("d/x", b""), entry("d/", mode=0o711))[
        "/d"
    ] == Directory(Meta(0o711))


def test_hard_links_share_a_node():
    changes = read(
        entry("f", b"x"),
        hard_link("g", "f"),
        hard_link("h", "/g"),
        hard_link("i", "./d/../h"),
        symlink("s", "f"),
        hard_link("t", "s"),
        entry("n", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        hard_link("m", "n"),
    )
    assert changes["/f"] is changes["/g"] is changes["/h"] is changes["/i"]
    assert changes["/s"] is changes["/t"]
    assert changes["/n"] is changes["/m"]
    assert Layer(changes).size == 1 + 1


def test_the_first_name_of_a_hard_link_says_the_attributes():
    # Docker applies those of each link in turn, umoci doesn't; real archives repeat them.
    changes = read(entry("f", b"x", mode=0o600), hard_link("g", "f", 0o711))
    assert changes["/g"] is changes["/f"]
    assert changes["/f"].meta.mode == 0o600


def test_a_link_to_what_is_not_there_yet_means_a_lower_layer():
    assert read(hard_link("g", "f"), entry("f", b""))["/g"] == LowerLink("/f")


def test_an_entry_below_a_symlink_lands_where_that_leads():
    # *Ran*: docker 20.10 and umoci 0.4.7 agree, see tests/reference/test_tar_rules.py.
    changes = read(
        entry("run/"),
        symlink("var/run", "/run"),
        entry("var/run/x", b"1"),
        symlink("up", "var/run/../../../run"),
        entry("up/y", b"2"),
        hard_link("z", "var/run/x"),
    )
    assert kinds(changes) == {
        "/run": "directory",
        "/run/x": "file",
        "/run/y": "file",
        "/up": "symlink",
        "/var/run": "symlink",
        "/z": "file",
    }
    assert changes["/z"] is changes["/run/x"]


def test_extended_attributes_and_times():
    headers = {
        "SCHILY.xattr.security.capability": "\x01\x00\x02",
        "SCHILY.xattr.user.a=b": "ignored: a key ends at the first '='",
        "LIBARCHIVE.xattr.user.b": "aWdub3JlZA==",
        "mtime": "12.3456789019",
    }
    meta = read(entry("f", b"", pax_headers=headers))["/f"].meta
    assert meta.xattrs["security.capability"] == b"\x01\x00\x02"
    assert "user.b" not in meta.xattrs
    assert meta.mtime == 12 + Fraction(345678901, 10**9)
    assert read(entry("f", b"", mtime=-5.5))["/f"].meta.mtime == Fraction(-11, 2)
    assert read(entry("f", b"", mtime=-5), format=tarfile.GNU_FORMAT)["/f"].meta.mtime == -5


def test_global_headers_are_skipped_as_docker_skips_them():
    stream = io.BytesIO()
    with tarfile.open(
        fileobj=stream, mode="w", pax_headers={"mtime": "99", "path": "x"}
    ) as archive:
        archive.addfile(entry("f", b"")[0])
    assert list(Layer.from_tar(stream.getvalue()).changes) == ["/f"]


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "d" * 100,
        "p" * 120 + "/" + "n" * 100,
        pytest.param("new\nline\ttab", id="newline"),
        "größe/中文",
    ],
)
def test_names_in_every_dialect(name, format):
    changes = read(entry(name, b"x"), symlink("l", name[:100]), format=format)
    assert changes["/" + name].content.read() == b"x"
    assert changes["/l"].target == name[:100]


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("n" * 300, id="component"),
        pytest.param("/".join(["d" * 50] * 200), id="long"),
        pytest.param("/".join("d" * 3000), id="deep"),
        pytest.param(b"latin\xe9\xff".decode("utf-8", "surrogateescape"), id="no-utf8"),
    ],
)
def test_odd_names_come_back(name, format):
    one = read(entry(name, b"x"), symlink("l", name), hard_link("h", name), format=format)
    again = Layer.from_tar(written(Layer(one))).changes
    for changes in (one, again):
        assert changes["/" + name] is changes["/h"]
        assert changes["/l"].target == name
    assert list(one) == list(again)


def test_numbers_in_base_256():
    info, _ = entry("f", b"", uid=2**40, gid=2**21, mtime=2**35)
    assert read((info, b""), format=tarfile.GNU_FORMAT)["/f"].meta == Meta(
        0o644, 2**40, 2**21, 2**35
    )


def test_the_old_v7_format():
    raw = bytearray(tar(entry("d/x", b"1"), entry("dir/", b"")))
    for at in (0, 1024):
        raw[at + 257 : at + 512] = bytes(255)
        raw[at + 156] = 0
        raw[at + 148 : at + 156] = b" " * 8
        raw[at + 148 : at + 156] = b"%06o\0 " % sum(raw[at : at + 512])
    assert kinds(Layer.from_tar(bytes(raw)).changes) == {"/d/x": "file", "/dir": "directory"}


def test_checksums_of_signed_bytes_are_known_too():
    raw = bytearray(tar(entry("caf\xe9\xe9", b"1"), format=tarfile.USTAR_FORMAT))
    raw[148:156] = b" " * 8
    total = sum(byte - 256 if byte > 127 else byte for byte in raw[:512])
    raw[148:156] = b"%06o\0 " % total
    assert list(Layer.from_tar(bytes(raw)).changes) == ["/café\u00e9"]


def test_what_follows_the_end_is_kept_and_not_read():
    raw = tar(entry("f", b"x")) + b"garbage" * 1000
    layer = Layer.from_tar(raw)
    assert list(layer.changes) == ["/f"]
    assert layer.diff_id == sha256(raw)
    assert written(layer) == raw


# What is refused


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ([entry("../x", b"")], "'..' in a name"),
        ([entry("a/../../x", b"")], "'..' in a name"),
        ([entry("a/../x", b"")], "'..' in a name"),
        ([entry("..", b"")], "'..' in a name"),
        ([entry("/etc/passwd", b"")], "an absolute name"),
        ([entry("", b"")], "without a name"),
        ([entry(".wh.", b"")], "a whiteout of nothing"),
        ([entry("d/.wh..", b"")], "a whiteout of nothing"),
        ([entry(".wh...", b"")], "a whiteout of nothing"),
        ([entry("f", b""), entry("f", b"")], "occurs twice"),
        ([entry("f", b""), entry("./f", b"")], "occurs twice"),
        ([entry("f", b""), entry("f/")], "occurs twice"),
        ([entry("d/"), symlink("d", "x")], "occurs twice"),
        ([entry("f", b""), entry("f/x", b"")], "can't have paths below it"),
        ([entry("f/x", b""), entry("f", b"")], "can't have paths below it"),
        ([entry("f/x", b""), symlink("f", "y")], "can't have paths below it"),
        ([symlink("s", "")], "a symlink to nowhere"),
        ([hard_link("h", "")], "a hard link to"),
        ([hard_link("h", "h")], "a hard link to"),
        ([hard_link("h", "/")], "a hard link to"),
        ([hard_link("h", "../x")], "a hard link to"),
        ([hard_link("h", "a/../../x")], "a hard link to"),
        ([entry("d/"), hard_link("h", "d")], "a hard link to a directory"),
        ([symlink("a", "b"), symlink("b", "a"), entry("a/x", b"")], "too many levels"),
        ([entry("./", b"", type=tarfile.REGTYPE)], "the root can only be"),
        ([entry("f", b"", type=b"7")], "type '7'"),
        ([entry("f", b"", type=b"S")], "type 'S'"),
        ([entry("f", b"", pax_headers={"size": "9" * 5000})], "makes no sense"),
        ([entry("f", b"", pax_headers={"size": "-1"})], "negative"),
        ([entry("f", b"", pax_headers={"uid": "abc"})], "makes no sense"),
        ([entry("f", b"", pax_headers={"mtime": "1e9"})], "makes no sense"),
        ([entry("f", b"", pax_headers={"path": "a\0b"})], "makes no sense"),
        ([entry("f", b"", pax_headers={"comment": "x" * (1 << 20)})], "are the most"),
    ],
)
def test_refused(entries, fault):
    with pytest.raises(InvalidLayer) as caught:
        Layer.from_tar(io.BytesIO(tar(*entries)))
    assert fault in str(caught.value)
    assert "stream" in caught.value.where


def test_a_name_that_implies_too_many():
    with pytest.raises(LimitExceeded, match="bytes of names") as caught:
        read(entry("/".join("d" * 300_000), b""))
    assert caught.value.limit == "names"


def test_too_many_entries():
    limits = Limits(entries=3)
    for count in (3, 4):
        source = Memory(tar(*(entry(str(n), b"") for n in range(count))))
        if count > 3:
            with pytest.raises(LimitExceeded, match="more than 3 entries"):
                index_blocks(source.blocks(), source, meter=Meter(limits))
        else:
            index = index_blocks(source.blocks(), source, meter=Meter(limits))
            assert len(index.changes) == 3


@pytest.mark.parametrize("cut", [1, 100, 511, 512, 513, 1023, 1024, 1535, 1536, 2047])
def test_a_tar_that_was_cut_off(cut):
    whole = tar(entry("a", b"x" * 600), entry("b", b"y"))
    assert len(whole) == 512 + 1024 + 1024 + 1024
    with pytest.raises(InvalidLayer, match=r"ends|no tar header"):
        Layer.from_tar(whole[:cut])


def test_no_bytes_are_no_layer():
    with pytest.raises(InvalidLayer, match="closing zero blocks"):
        Layer.from_tar(b"")
    assert Layer.from_tar(END).changes == {}


def test_a_header_with_a_flipped_byte():
    whole = tar(entry("name", b"content"))
    for at in [*range(8), *range(100, 160), 256, 300, 511]:
        damaged = bytearray(whole)
        damaged[at] ^= 0x11
        with pytest.raises(InvalidLayer, match="no tar header"):
            Layer.from_tar(bytes(damaged))


def test_single_zero_block_and_dangling_extension():
    with pytest.raises(InvalidLayer, match="a single zero block"):
        Layer.from_tar(bytes(512) + tar(entry("f", b"")))
    pax = tar(entry("f", b"", pax_headers={"mtime": "1.5"}))
    with pytest.raises(InvalidLayer, match="announces another entry"):
        Layer.from_tar(pax[:1024] + END)


# Writing


def written(layer: Layer) -> bytes:
    stream = io.BytesIO()
    layer.write_tar(stream)
    return stream.getvalue()


def test_an_empty_layer_has_the_famous_diff_id():
    # The two zero blocks and nothing else: every empty layer of Docker's has this one.
    assert Layer.of({}).diff_id == (
        "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
    )


def test_pythons_tarfile_reads_what_is_written():
    shared = File(b"shared", Meta(0o600, 1000, 33, 77))
    layer = Layer.of(
        {
            "/": Directory(Meta(0o700)),
            "/etc": Directory(),
            "/etc/motd": b"hi",
            "/etc/gone": Whiteout(),
            "/opaque": Directory(Meta(0o750), opaque=True),
            "/s": Symlink("/etc/motd"),
            "/x/one": shared,
            "/x/two": shared,
            "/null": Device("char", 1, 3),
            "/socket": Device("socket"),
            "/zeros": File(Zeros(2000)),
            "/up": LowerLink("/etc/passwd"),
            "/xattr": File(b"", Meta(xattrs={"security.capability": b"\1\0=\n", "user.x": b""})),
        }
    )
    with tarfile.open(fileobj=io.BytesIO(written(layer))) as archive:
        members = {member.name: member for member in archive}
        assert list(members) == [
            ".",
            "etc",
            "etc/.wh.gone",
            "etc/motd",
            "null",
            "opaque",
            "opaque/.wh..wh..opq",
            "s",
            "up",
            "x/one",
            "x/two",
            "xattr",
            "zeros",
        ]
        assert archive.extractfile("zeros").read() == bytes(2000)
        assert members["x/two"].linkname == "x/one"
        assert members["x/one"].gname == "www-data"
        assert members["up"].linkname == "etc/passwd"
    again = Layer.from_tar(written(layer)).changes
    assert again["/xattr"].meta.xattrs == {"security.capability": b"\1\0=\n", "user.x": b""}
    assert again.keys() | {"/socket"} == layer.changes.keys()


def test_parents_that_nobody_named_get_no_entry():
    # An entry would give them attributes, and two layers that act differently one DiffID.
    assert Layer.of({"/etc/motd": b""}) != Layer.of({"/etc": Directory(), "/etc/motd": b""})


def test_a_name_that_would_be_a_mark_is_refused():
    for path in ("/.wh.x", "/d/.wh..wh..opq"):
        with pytest.raises(InvalidLayer, match="can't be stored in a layer"):
            _ = Layer.of({path: b""}).diff_id


@pytest.mark.parametrize("size", [0, 1, 511, 512, 65_536, 262_143, 262_144, 262_145, 2_500_000])
def test_files_of_any_size_come_in_blocks_of_which_none_is_empty(size):
    real = {path: File(bytes(size)) for path in ("/a", "/b")}
    measured = {path: File(Zeros(size)) for path in real}
    blocks = [list(tar_blocks(changes)) for changes in (real, measured)]
    assert all(map(all, blocks))  # an empty one would be taken for the end
    one, other = map(b"".join, blocks)
    assert one == other
    with tarfile.open(fileobj=io.BytesIO(one)) as archive:
        assert [member.size for member in archive] == [size, size]
        assert archive.extractfile("b").read() == bytes(size)


def test_fractions_of_seconds_are_cut_off():
    layer = Layer.of({"/f": File(b"", Meta(mtime=Fraction(-3, 2)))})
    assert Layer.from_tar(written(layer)).changes["/f"].meta.mtime == -2


def test_pax_records_where_go_writes_them():
    # The expected bytes are worked out by hand from Go's writer.go: `path` first of all, and
    # the record's length counts its own digits, also where that makes it one digit longer.
    name = "é" * 60
    block = header(ord("0"), name.encode())
    assert block[:100].split(b"\0")[0] == b"PaxHeaders.0/"[:-1]
    assert block[512:1024].split(b"\0")[0] == b"130 path=" + name.encode() + b"\n"
    assert block[1024:1124] == bytes(100)
    longer = header(ord("0"), ("é" * 45 + "a").encode())
    assert longer[512:].startswith(b"101 path=")
    short = header(ord("0"), b"f" * 101)
    assert short[512:1024].split(b"\0")[0] == b"111 path=" + b"f" * 101 + b"\n"
    assert header(ord("0"), b"d/" + b"f" * 100)[345:346] == b"d"


def test_original_bytes_are_written_back_compressed_or_not():
    raw = tar(entry("b", b"2"), entry("a", b"1"), format=tarfile.GNU_FORMAT) + bytes(8000)
    for stored in (raw, gzip.compress(raw)):
        layer = Layer.from_tar(io.BytesIO(stored))
        assert layer.diff_id == sha256(raw)
        assert layer.tar_size == len(raw)
        assert written(layer) == raw


def test_bytes_that_changed_on_disk_are_noticed(tmp_path):
    path = tmp_path / "layer.tar"
    path.write_bytes(tar(entry("a", b"1")))
    layer = Layer.from_tar(path)
    path.write_bytes(tar(entry("a", b"2")))
    with pytest.raises(DigestMismatch) as caught:
        layer.write_tar(io.BytesIO())
    assert str(path) in caught.value.where


def test_a_file_cut_off_later_is_noticed(tmp_path):
    path = tmp_path / "layer.tar"
    path.write_bytes(tar(entry("a", b"1" * 5000)))
    layer = Layer.from_tar(path)
    path.write_bytes(b"")
    with pytest.raises(LayerlabError, match="the bytes end early"):
        layer.changes["/a"].content.read()


names = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="/\0"), min_size=1, max_size=40
).filter(lambda name: name not in (".", "..") and not name.startswith(".wh."))
paths = st.lists(names, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
metas = st.builds(
    Meta,
    st.integers(0, 0o7777),
    st.integers(0, 2**33),
    st.integers(0, 2**33),
    st.integers(-(2**40), 2**40),
    st.dictionaries(st.just("user.x"), st.binary(max_size=20)),
)
nodes = st.one_of(
    st.builds(File, st.binary(max_size=1200), metas),
    st.builds(Directory, metas, st.booleans()),
    st.builds(Symlink, names, metas),
    st.builds(Device, st.sampled_from(["char", "block"]), st.just(7), st.just(1), metas),
    st.builds(lambda mtime: Whiteout(Meta(0o600, mtime=mtime)), st.integers(0, 99)),
)


@given(st.dictionaries(paths, nodes, max_size=6))
def test_whatever_a_layer_holds_is_read_back(changes):
    try:
        layer = Layer.of(changes)
    except InvalidLayer:  # a path below what is no directory
        return
    raw = written(layer)
    again = Layer.from_tar(raw)
    assert again.diff_id == layer.diff_id == sha256(raw)
    assert list(again.changes) == list(layer.changes)
    for path, node in layer.changes.items():
        other = again.changes[path]
        if isinstance(node, File):
            assert other.content.read() == node.content.read()
            assert other.meta == node.meta
        else:
            assert other == node
    assert Layer(again.changes).diff_id == layer.diff_id
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        assert len(archive.getmembers()) >= len(layer.changes)
