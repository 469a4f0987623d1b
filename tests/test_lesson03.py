"""Lesson 03's exercises: their answers are the model's, and may come in any form."""

import pytest

from layerlab import Engine, File, Image, ImageConfig, Layer, Meta, Zeros
from layerlab.catalog import alpine, busybox, debian_machine
from layerlab.course.lesson03 import (
    BINARY,
    from_nothing,
    kernel_files,
    on_the_base,
    size_said,
    who_answers,
    without_kernel,
)
from layerlab.course.plain import run


def test_whose_in_any_case() -> None:
    answer = who_answers.solve()
    assert isinstance(answer, dict)
    shouted = {key: f"The {name}".upper().replace("THE", "the") for key, name in answer.items()}
    assert who_answers.check(shouted).state == "correct"
    assert "some are still dots" in who_answers.check({**answer, "uname -r": ...}).text
    assert who_answers.check(dict.fromkeys(answer, ...)).state == "not attempted yet"
    assert "neither `host` nor `image`" in who_answers.check({**answer, "uname -r": "me"}).text
    assert who_answers.check("host").text.startswith("The answer should be the five")


def test_the_size_is_an_engines() -> None:
    engine = Engine()
    for name in ("api", "blog", "news", "shop"):
        own = Layer.of({f"/srv/{name}": File(Zeros(10_000_000))})
        engine.add(f"team/{name}", alpine.image().append(own))
    assert engine.image("team/api").image.size == size_said.solve()
    assert size_said.check(15_577_287.0).state == "correct"


def test_a_host_has_a_kernel_by_that_rule_and_debian_has_none() -> None:
    engine = Engine()
    engine.pull("debian")
    debian = [path for path, *_ in engine.image("debian").image.rootfs.items()]
    assert run(kernel_files.solve(), debian, steps=10**7) == ()  # type: ignore[arg-type]
    host = engine.sh("find /boot /usr/lib/modules").split()
    found = run(kernel_files.solve(), host)  # type: ignore[arg-type]
    assert found == ("/boot/vmlinuz-3.10.0-1160.el7.x86_64",)


def test_an_image_from_nothing_in_another_way() -> None:
    layer = Layer.of({"/busybox": File(b"\0", Meta(0o555))})
    other = Image([layer], ImageConfig(entrypoint=("/busybox", "uname"), cmd=("-r",)))
    assert from_nothing.check(other).state == "correct"
    assert busybox.facts().size == BINARY == 1_982_256
    assert from_nothing.check(layer).text.startswith("The answer should be an image")


@pytest.mark.parametrize("own", [[], ["RUN true >/f"]])
def test_what_stands_on_a_base_was_built_from_it(own: list[str]) -> None:
    engine = Engine()
    for name in ("debian", "busybox"):
        engine.docker(f"build -t on-{name} -", stdin="\n".join([f"FROM {name}", "ENV A=b", *own]))
    images = {
        str(name.familiar): list(map(str, engine.image(str(name.familiar)).image.diff_ids))
        for name in engine.state.references
        if name.familiar.startswith("on-")
    }
    base = list(map(str, engine.image("debian").image.diff_ids))
    assert run(on_the_base.solve(), images, base) == ("on-debian:latest",)  # type: ignore[arg-type]


def test_the_share_of_the_kernel_is_measured() -> None:
    sizes = {part.name: part.size for part in debian_machine.parts()}
    share = 100 * sizes["kernel"] / sum(sizes.values())
    assert without_kernel.solve() == share
    assert without_kernel.check(round(share, 1)).state == "correct"
    assert "fifth of a percent" in without_kernel.why
    assert 0.15 < share < 0.25
