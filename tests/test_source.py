"""Where bytes lie: files, parts, compressed streams."""

import bz2
import gzip
import importlib.util
import io
import itertools
import os
import random
import socket
import tracemalloc

import pytest

from layerlab import LayerlabError
from layerlab.source import (
    Compressed,
    Digester,
    FileSource,
    Memory,
    Part,
    Reader,
    decompress,
    open_source,
    sniff,
)
from layerlab.source import compression as module

zstd = next(
    importlib.import_module(name)
    for name in ("compression.zstd", "backports.zstd")
    if importlib.util.find_spec(name.partition(".")[0])
)
DATA = random.Random(1).randbytes(700_000) + bytes(300_000)
COMPRESS = {"gzip": gzip.compress, "zstd": zstd.compress}


@pytest.fixture(params=["gzip", "zstd"])
def kind(request):
    return request.param


def unpack(data: bytes, kind: str, block: int = 10_000) -> bytes:
    blocks = (data[at : at + block] for at in range(0, len(data), block))
    return b"".join(decompress(blocks, kind, where="here"))


# Files and parts


def test_a_file_is_read_forward_and_anywhere(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(DATA)
    source = FileSource(path)
    assert source.size == len(DATA)
    assert b"".join(source.blocks()) == DATA
    assert source.pread(5, 10) == DATA[5:15]
    part = Part(source, 100, 300_000, "part")
    assert b"".join(part.blocks()) == DATA[100:300_100]
    assert part.pread(299_999, 1) == DATA[300_099:300_100]
    for offset, size in ((299_999, 2), (-1, 1), (0, 300_001)):
        with pytest.raises(LayerlabError, match="the bytes end early"):
            part.pread(offset, size)
    with pytest.raises(LayerlabError, match="the bytes end early"):
        source.pread(len(DATA) - 1, 2)
    with pytest.raises(LayerlabError, match="can't be read"):
        source.pread(1 << 70, 1)


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "fifo")  # nobody writes to it: opening it must not wait
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        (tmp_path / "zero").symlink_to("/dev/zero")
        for name in ("fifo", "socket", "zero", ".", "missing"):
            with pytest.raises(LayerlabError) as caught:
                FileSource(tmp_path / name)
            assert str(tmp_path) in caught.value.where


def test_a_file_source_closes_its_descriptor(tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    before = set(os.listdir("/proc/self/fd"))
    sources = [FileSource(tmp_path / "f") for _ in range(5)]
    assert len(set(os.listdir("/proc/self/fd")) - before) == 5
    del sources
    assert set(os.listdir("/proc/self/fd")) == before


def test_a_stream_is_put_aside():
    source = open_source(io.BytesIO(DATA))
    assert isinstance(source, FileSource)
    assert source.pread(0, len(DATA)) == DATA
    assert isinstance(open_source(b"x"), Memory)


# Compression


def test_sniffing_looks_at_bytes():
    assert sniff(gzip.compress(b"")) == "gzip"
    assert sniff(zstd.compress(b"")) == "zstd"
    assert sniff(b"\x53\x2a\x4d\x18\0\0\0\0") == "zstd"  # a skippable frame comes first
    assert sniff(b"ustar") is None
    assert sniff(b"") is None
    with pytest.raises(LayerlabError, match="bzip2"):
        sniff(bz2.compress(b"x"))


@pytest.mark.parametrize("block", [1, 7, 10_000, 10_000_000])
def test_decompression(kind, block):
    data = DATA[-301_000:] if block < 10 else DATA
    assert unpack(COMPRESS[kind](data), kind, block) == data
    assert unpack(COMPRESS[kind](b""), kind, block) == b""


def test_members_and_frames_follow_each_other(kind):
    stored = b"".join(COMPRESS[kind](b"%d," % n) for n in range(5000))
    for block in (3, 1000, len(stored)):
        assert unpack(stored, kind, block) == b"".join(b"%d," % n for n in range(5000))


def test_zeros_after_a_gzip_are_padding():
    assert unpack(gzip.compress(b"x") + bytes(100_000), "gzip") == b"x"


def test_skippable_frames_are_skipped():
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    assert unpack(skippable + zstd.compress(b"x") + skippable, "zstd") == b"x"


def test_the_standard_library_can_stand_in_for_isal(monkeypatch):
    real = module.import_module

    def without_isal(name):
        if name.startswith("isal"):
            raise ImportError(name)
        return real(name)

    monkeypatch.setattr(module, "import_module", without_isal)
    assert unpack(gzip.compress(DATA) + gzip.compress(b"more"), "gzip") == DATA + b"more"
    with pytest.raises(LayerlabError, match="ends early"):
        unpack(gzip.compress(DATA)[:-9], "gzip")


def test_without_a_zstd_library_the_error_says_what_to_install(monkeypatch):
    def none(name):
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", none)
    with pytest.raises(LayerlabError, match=r"pip install backports\.zstd"):
        unpack(zstd.compress(b"x"), "zstd")


def test_damage_is_an_error_wherever_it_is(kind):
    stored = COMPRESS[kind](DATA[:5000])
    for cut in (*range(1, 30), len(stored) // 2, len(stored) - 1):
        with pytest.raises(LayerlabError, match=r"here: the .* data is damaged"):
            unpack(stored[:cut], kind)
    with pytest.raises(LayerlabError, match="something else follows its end"):
        unpack(stored + b"tail", kind)


def test_a_flipped_byte_in_a_gzip_is_noticed():
    stored = gzip.compress(DATA[:5000], mtime=0)
    for at in (0, 2, 3, 500, len(stored) - 1, len(stored) - 5):
        damaged = bytearray(stored)
        damaged[at] ^= 0xFF
        with pytest.raises(LayerlabError):
            unpack(bytes(damaged), "gzip")


def test_bombs_are_refused_in_bounded_memory(kind):
    member = COMPRESS[kind](bytes(16 << 20))
    bomb = itertools.repeat(member, 128)  # 2 GiB of zeros
    tracemalloc.start()
    seen = 0
    with pytest.raises(LayerlabError, match="a decompression bomb"):
        for block in decompress(bomb, kind, where="here"):
            seen += len(block)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen < 1.1 * (1 << 30)
    assert peak < 16 << 20


def test_zeros_below_a_gibibyte_are_no_bomb(kind):
    stored = COMPRESS[kind](bytes(64 << 20))
    assert sum(map(len, decompress([stored], kind))) == 64 << 20


def test_a_compressed_source_touches_the_disk_only_when_somebody_reads_inside(monkeypatch, kind):
    spooled = []
    real = FileSource.spooled.__func__
    monkeypatch.setattr(
        FileSource,
        "spooled",
        classmethod(lambda cls, *args, **kw: spooled.append(1) or real(cls, *args, **kw)),
    )
    source = Compressed(Memory(COMPRESS[kind](DATA)), kind)
    assert b"".join(source.blocks()) == DATA
    assert not spooled
    assert source.pread(650_000, 60_000) == DATA[650_000:710_000]
    assert source.pread(0, 3) == DATA[:3]
    assert b"".join(source.blocks()) == DATA
    assert len(spooled) == 1


def test_no_room_to_unpack_is_a_clear_error(monkeypatch, kind):
    source = Compressed(Memory(COMPRESS[kind](DATA)), kind, where="here")
    source.size = 1 << 60
    with pytest.raises(LayerlabError, match=r"here: can't be unpacked to .* are free .*TMPDIR"):
        source.pread(0, 1)


# Streams


def test_a_reader_takes_exact_runs():
    for size in (1, 3, 1000):
        blocks = (DATA[at : at + size] for at in range(0, 10_000, size))
        reader = Reader(blocks)
        assert reader.take(10) == DATA[:10]
        reader.skip(2000, "test")
        assert reader.offset == 2010
        assert b"".join(reader.take_blocks(5000)) == DATA[2010:7010]
        assert reader.offset == 7010
        reader.drain()
        assert reader.take(1) == b""
        with pytest.raises(LayerlabError, match="ends early, in it"):
            reader.skip(1, "it")


def test_a_digester_hashes_in_order_and_ends_its_thread():
    import hashlib
    import threading

    before = threading.active_count()
    with Digester() as digester:
        for block in (b"a", bytes(1 << 20), b"c", DATA):
            digester.update(block)
        assert digester.digest() == (
            "sha256:" + hashlib.sha256(b"a" + bytes(1 << 20) + b"c" + DATA).hexdigest()
        )
        assert digester.size == 2 + (1 << 20) + len(DATA)
    with pytest.raises(ZeroDivisionError), Digester() as digester:
        digester.update(DATA)
        raise ZeroDivisionError
    assert threading.active_count() == before
