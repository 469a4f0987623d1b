"""The page cache: a lower file's pages are shared, a copied-up file's are the container's own."""

import os

from layerlab import Engine, File, Image, Layer, Symlink, Zeros
from layerlab.engine.memory import PAGE, page_cache


def engine(*layers: Layer, names: tuple[str, ...] = ("c1", "c2", "c3")) -> Engine:
    made = Engine()
    made.add("app:1", Image(layers))
    for name in names:
        made.create("app:1", ["/bin/app"], name=name)
    return made


BASE = Layer.of({"/lib/libc": File(Zeros(2 * PAGE + 1)), "/lib/so": Symlink("libc"), "/x": b""})
APP = Layer.of({"/bin/app": File(Zeros(PAGE))})


def files_of(made: Engine) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {item.path: (item.pages, item.containers) for item in page_cache(made.state).files}


def test_what_nobody_read_is_not_in_memory() -> None:
    made = engine(BASE, APP)
    made.container("c1").files.stat("/lib/libc")
    made.container("c1").files.listdir("/lib")
    assert page_cache(made.state).pages == 0


def test_containers_share_the_pages_of_a_lower_file() -> None:
    made = engine(BASE, APP)
    for name in ("c1", "c2"):
        made.container(name).files.read_bytes("/lib/libc")
    made.container("c2").files.read_bytes("/lib/libc")
    cache = page_cache(made.state)
    assert files_of(made) == {"/lib/libc": (3, ("c1", "c2"))}
    assert cache.files[0].place == made.image("app:1").image.chain_ids[0]
    assert (cache.pages, cache.copies, cache.size) == (3, 6, 3 * PAGE)


def test_a_symlink_and_a_hard_link_lead_to_the_same_pages() -> None:
    node = File(b"x" * PAGE)
    made = engine(BASE, Layer.of({"/one": node, "/two": node}))
    files = made.container("c1").files
    files.read_bytes("/lib/so")
    for name in ("/two", "/one"):
        files.read_bytes(name)
    assert files_of(made) == {"/lib/libc": (3, ("c1",)), "/one": (1, ("c1",))}


def test_a_copy_up_brings_pages_of_its_own_and_keeps_the_lower_ones() -> None:
    made = engine(BASE, APP)
    for name in ("c1", "c2"):
        made.container(name).files.read_bytes("/lib/libc")
    made.container("c1").files.append_bytes("/lib/libc", b"!")
    cache = page_cache(made.state)
    assert [(item.place[:6], item.pages, item.containers) for item in cache.files] == [
        ("sha256", 3, ("c1", "c2")),
        (made.container("c1").id[:6], 3, ("c1",)),
    ]
    assert cache.pages == cache.copies == 6  # copies of its own could be written where they are


def test_a_chmod_copies_the_file_through_memory() -> None:
    made = engine(BASE, APP)
    made.container("c3").files.chmod("/lib/libc", 0o755)
    assert files_of(made) == {"/lib/libc": (3, ("c3",))}


def test_what_a_container_wrote_goes_when_it_is_deleted() -> None:
    made = engine(BASE, APP)
    files = made.container("c1").files
    files.write_bytes("/tmp", b"y" * 5000)
    assert files_of(made) == {"/tmp": (2, ("c1",))}
    files.unlink("/tmp")
    assert files_of(made) == {}


def test_the_same_bytes_over_another_base_are_another_file() -> None:
    made = engine(BASE, APP, names=("c1",))
    made.add("app:2", Image([Layer.of({"/lib/libc": b"newer"}), APP]))
    made.create("app:2", ["/bin/app"], name="c9")
    for name in ("c1", "c9"):
        made.container(name).files.read_bytes("/bin/app")
    assert page_cache(made.state).pages == page_cache(made.state).copies == 2


def test_the_files_that_docker_gives_each_container_are_its_own() -> None:
    made = engine(BASE, APP)
    for name in ("c1", "c2"):
        made.container(name).files.read_bytes("/etc/hosts")
    assert [item.containers for item in page_cache(made.state).files] == [("c1",), ("c2",)]


def test_opening_for_reading_counts_and_a_removed_container_does_not() -> None:
    made = engine(BASE, APP)
    made.container("c1").files.os_open("/lib/libc", os.O_RDONLY).close()
    assert repr(page_cache(made.state)) == "<PageCache: 1 files, 12.3kB; 12.3kB without sharing>"
    made.rm("c1")
    assert page_cache(made.state).files == ()
