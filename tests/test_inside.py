"""What a container sees: the answers are an engine's, and the widget offers no others."""

import pytest

from layerlab import Engine
from layerlab.notebook import inside
from layerlab.notebook.inside_state import (
    CONTAINER,
    HOST,
    IMAGES,
    QUESTIONS,
    RELEASE,
    SCRATCH,
    SEARCH,
    BadMove,
    Inside,
    is_whole,
)


@pytest.mark.parametrize("image", IMAGES)
def test_the_kernel_is_the_hosts_whatever_the_image(image: str) -> None:
    here, there = Inside(image), Inside(image).go(HOST)
    assert here.answers["uname -r"] == there.answers["uname -r"]
    assert here.answers["uname -r"].line == Engine().sh("uname -r").strip()
    assert here.answers["uname -r"].source == "kernel"


@pytest.mark.parametrize("image", ["alpine", "busybox", "centos", "debian", "ubuntu"])
def test_the_distribution_is_what_a_container_prints(image: str) -> None:
    engine = Engine()
    engine.pull(image)
    answer = Inside(image).answers[RELEASE]
    assert answer.source == "image"
    if image == "busybox":
        assert answer.line == "no such file"
        assert "can't open '/etc/os-release'" in answer.whole
    else:
        assert answer.whole == engine.docker(f"run --rm {image} cat /etc/os-release")
        assert f'PRETTY_NAME="{answer.line}"' in answer.whole


def test_the_host_has_another_distribution_and_a_kernel() -> None:
    host = Inside().go(HOST).answers
    assert host[RELEASE].line == "CentOS Linux 7 (Core)"
    assert host[SEARCH].line == "vmlinuz-3.10.0-1160.el7.x86_64"
    assert {answer.source for answer in host.values()} == {"kernel", "host"}


def test_a_search_says_nothing_of_an_image_that_is_not_whole() -> None:
    whole = {image for image in IMAGES if is_whole(image)}
    assert whole == {SCRATCH, "busybox", "debian"}
    for image in IMAGES:
        answer = Inside(image).answers[SEARCH]
        assert answer.line == ("none" if image in whole else "not known here")
        assert bool(Inside(image).notes) == (image not in whole)
    assert "The image has 6,6" in Inside("debian").answers[SEARCH].whole


def test_the_size_and_the_first_process_are_the_images() -> None:
    sizes = {image: Inside(image).answers["size"].line for image in IMAGES}
    assert sizes == {
        SCRATCH: "1.98MB", "busybox": "1.98MB", "alpine": "5.58MB", "debian": "116MB",
        "ubuntu": "72.8MB", "centos": "231MB",
    }  # fmt: skip
    assert Inside("centos").answers["process 1"].line == "/bin/bash"
    assert Inside(SCRATCH).answers["process 1"].line == "/busybox sh"
    assert Inside("centos").go(HOST).answers["process 1"].line == "systemd"


def test_each_move_says_what_it_did() -> None:
    assert Inside().choose("alpine").said == (
        "alpine: Alpine Linux v3.12. The kernel stayed 3.10.0-1160.el7.x86_64."
    )
    assert Inside().go(HOST).said == "You look from the host. The same as before: uname -r."
    assert Inside().select("process 1").said == "process 1: answered by the image's config."
    assert Inside(SCRATCH).detail[0] == "# docker run --rm one-file /busybox uname -r"
    assert Inside().go(HOST).detail == ("# uname -r", "3.10.0-1160.el7.x86_64")


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda s: s.choose("windows"), "there is no image 'windows'"),
        (lambda s: s.go("nowhere"), "'nowhere' is no place here"),
        (lambda s: s.select("who"), "there is no question 'who'"),
    ],
)
def test_what_cannot_be_done_is_said(move: object, said: str) -> None:
    with pytest.raises(BadMove, match=said):
        move(Inside())  # type: ignore[operator]


def test_a_click_makes_the_same_move_as_a_cell() -> None:
    clicked, called = inside(), inside()
    for move, arguments in [
        ("choose", {"image": "debian"}),
        ("go", {"place": HOST}),
        ("select", {"part": SEARCH}),
    ]:
        clicked._asked(clicked, {"move": move, **arguments}, [])
        getattr(called, move)(*arguments.values())
        assert clicked.view == called.view
    clicked._asked(clicked, {"move": "reset"}, [])
    assert clicked.view == inside().view
    clicked._asked(clicked, {"move": "choose", "image": "windows"}, [])
    assert clicked.view["failed"]


def test_the_controls_offer_what_there_is() -> None:
    controls = [item for row in inside().view["controls"] for item in row[1:]]
    assert {item["move"] for item in controls} == set(inside().moves) - {"select"}
    options = {item["name"]: item["options"] for item in controls if item["kind"] == "choice"}
    assert options == {"image": IMAGES, "place": (CONTAINER, HOST)}


def test_the_picture_has_a_button_for_each_answer_and_words_without_a_kernel() -> None:
    live = Inside().draw(live=True)
    for question in QUESTIONS:
        assert f"{question}: " in live.replace("&apos;", "'")
    assert live.count('role="button"') == len(QUESTIONS)
    assert 'role="button"' not in Inside().draw()
    assert Inside("alpine").draw() == Inside("alpine").draw()
    data, _ = inside()._repr_mimebundle_()
    assert '<img alt="A container of centos beside the host, on one kernel' in data["text/html"]
    assert data["text/plain"] == repr(inside())
