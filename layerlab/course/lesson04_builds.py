"""How lesson 04 judges a Dockerfile: it builds it on a machine of its own, and looks at the result.

So any Dockerfile that does what was asked is right, and two that go wrong in the same way get
the same diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from layerlab.build import Build, Context
from layerlab.catalog import images
from layerlab.catalog.packages import names
from layerlab.course.exercise import UnfitError
from layerlab.course.plain import DOTS, Pairs, Plain, Strange, plain, show
from layerlab.errors import BuildError, LayerlabError
from layerlab.image import Image
from layerlab.nodes import Whiteout
from layerlab.notebook.dockerfile_building import Machine

Files = Mapping[str, object]
Facts = dict[str, str]
"""What was asked, and what the image comes to, in words."""
LISTS = "/var/lib/apt/lists"
UPDATE = "apt-get update"


def builds(text: str, *contexts: Files) -> list[Build]:
    """The same Dockerfile built with these files, one build after the other on one machine.

    ``LayerlabError`` where Docker refuses. Layers go without their DiffIDs, which take time.
    """
    machine, made = Machine.of(), []
    for context in contexts:
        machine, done = machine.build(Context.of(context), text, "classic")
        if isinstance(done, LayerlabError):
            raise done
        made.append(done)
    return made


@dataclass(frozen=True)
class Dockerfile:
    """An answer that is a Dockerfile. ``judge`` builds its text and says what came of it."""

    judge: Callable[[str], Facts]

    def observe(self, answer: object) -> Plain:
        text = plain(answer)
        if not isinstance(text, str):
            what = text.what if isinstance(text, Strange) else f"`{show(text, 40)}`"
            raise UnfitError(f"The answer should be a Dockerfile as text, and this is {what}.")
        if not text.strip():
            raise UnfitError("The Dockerfile is empty. Begin with `FROM debian`.")
        if text.strip() == "...":
            return DOTS
        return _judged(self.judge, text)

    def example(self, seen: Plain, right: Plain) -> str:
        """What differs from what was asked, a line each."""
        assert isinstance(seen, Pairs)
        assert isinstance(right, Pairs)
        wanted = dict(right.items)
        found = dict(seen.items)
        if "it builds" in found:
            return str(found["it builds"])
        return "\n".join(f"{what}: {found[what]}" for what in wanted if found[what] != wanted[what])


@cache
def _judged(judge: Callable[[str], Facts], text: str) -> Pairs:
    """What a Dockerfile comes to. The known answers are compared with again and again."""
    try:
        facts = judge(text)
    except LayerlabError as error:
        facts = {"it builds": _refusal(error, text)}
    return Pairs(tuple(facts.items()))


def _refusal(error: LayerlabError, text: str) -> str:
    """Why it can't be built: apt's complaint if there is one, else the builder's."""
    printed = error.output if isinstance(error, BuildError) else ""
    complaints = re.findall(r"^\W*(?:\[91m)?E: (.*)$", printed, re.MULTILINE)
    unknown = re.match("Unable to locate package (.*)", complaints[0]) if complaints else None
    if unknown and unknown[1] in names():
        lists = "are gone again" if UPDATE in text else "were never fetched"
        return f"no: {complaints[0]}, since the package lists {lists}"
    if complaints:
        return f"no: {complaints[0]}"
    if printed.rstrip().endswith("Abort."):
        return "no: apt asked whether to go on, and nobody answered"
    return f"no: {error}"


def where(image: Image, paths: Iterable[str]) -> str:
    """Whether an image has any of these files: seen by a container, or only carried along."""
    wanted = tuple(paths)
    if any(image.rootfs.lexists(path) for path in wanted):
        return "there"
    carried = any(
        path in layer.changes and not isinstance(layer.changes[path], Whiteout)
        for layer in image.layers
        for path in wanted
    )
    return "hidden, and still in a layer" if carried else "in no layer"


def lists(image: Image) -> str:
    """Where the package lists are that ``apt-get update`` fetches."""
    found = {
        path
        for layer in image.layers
        for path, node in layer.changes.items()
        if path.startswith(f"{LISTS}/") and path.endswith("Packages.lz4") and node.kind == "file"
    }
    return where(image, found)


def curl_alone(text: str) -> Facts:
    """Of exercise 2: curl is to be there, and the package lists in no layer."""
    image = builds(text, {})[0].image
    return {"curl": where(image, ["/usr/bin/curl"]), "the package lists": lists(image)}


PACKAGES, SOURCE = "packages.txt", "shop/main.sh"
DAY_ONE: Files = {PACKAGES: b"curl\n", SOURCE: b"echo one\n"}
DAY_TWO: Files = {**DAY_ONE, SOURCE: b"echo two\n"}
DAY_THREE: Files = {**DAY_TWO, PACKAGES: b"curl\nless\n"}


def _has_source(image: Image, files: Files) -> str:
    path = f"/srv/{SOURCE}"
    if not image.rootfs.isfile(path):
        return "missing"
    return "there" if image.rootfs.read_bytes(path) == files[SOURCE] else "an old version"


def good_order(text: str) -> Facts:
    """Of exercise 4: built on three days, with other sources, and with another package."""
    first, second, third = builds(text, DAY_ONE, DAY_TWO, DAY_THREE)
    installs = [step for step in second.steps if "apt-get install" in step.instruction.source]
    updates = [step for step in third.steps if UPDATE in step.instruction.source]
    return {
        "curl": where(first.image, ["/usr/bin/curl"]),
        "/srv/shop/main.sh": _has_source(first.image, DAY_ONE),
        "new sources": _has_source(second.image, DAY_TWO),
        "after new sources the packages are": (
            "taken from the cache" if all(step.cached for step in installs) else "installed again"
        ),
        "a new line in packages.txt is": (
            "installed" if third.image.rootfs.isfile("/usr/bin/less") else "not installed"
        ),
        "for a new package the lists are": (
            "as old as the cache" if any(step.cached for step in updates) else "fetched anew"
        ),
    }


COMPILE = b"""\
test -x /usr/bin/gcc || { echo 'compile: gcc is missing'; exit 1; }
test -f src/shop.c || { echo 'compile: src/shop.c is missing'; exit 1; }
cat src/shop.c > shop
truncate -s 2000000 shop
chmod 755 shop
"""
"""What stands in for a compiler, which can't be simulated: it wants gcc, and makes ``shop``."""
PROJECT: Files = {"compile": COMPILE, "src/shop.c": b"int main() { return 0; }\n"}


def two_stages(text: str) -> Facts:
    """Of exercise 6: the program is to be there, and neither compiler nor sources in any layer."""
    [done] = builds(text, PROJECT)
    image = done.image
    last = [step for step in done.steps if step.stage == done.steps[-1].stage]
    compiler = [path for path in _carried(image) if re.search(r"/gcc(-\d+)?$", path)]
    sources = [path for path in _carried(image) if path.endswith("/shop.c")]
    return {
        "/usr/local/bin/shop": where(image, ["/usr/local/bin/shop"]),
        "gcc": where(image, compiler),
        "the sources": where(image, sources),
        "the last stage begins with": (
            "debian" if last[0].parent == images()["debian:12"] else "what the first one made"
        ),
    }


def _carried(image: Image) -> set[str]:
    """Every path of a file that any layer brings."""
    return {
        path
        for layer in image.layers
        for path, node in layer.changes.items()
        if node.kind in ("file", "symlink")
    }
