"""The exercises of lesson 03, base images, with their solutions and known mistakes."""

import re
from collections.abc import Sequence

from layerlab.catalog import alpine, busybox, debian_machine
from layerlab.course.exercise import Exercise, Mistake, Trial, UnfitError, Value, is_number
from layerlab.course.lesson03_cases import families, trees
from layerlab.course.plain import DOTS, Pairs, Plain
from layerlab.engine import Engine
from layerlab.errors import LayerlabError
from layerlab.image import Image, ImageConfig
from layerlab.layer import Layer
from layerlab.nodes import File, Meta, Symlink, Zeros

# 1. Who answers.


def _is_answer(value: Plain) -> bool:
    return isinstance(value, Pairs)


def _told(value: Plain) -> Plain:
    """The pairs with ``host`` and ``image``, in whatever case they came."""
    assert isinstance(value, Pairs)
    names = {name for _, name in value.items}
    if DOTS in names:
        if names == {DOTS}:
            return DOTS
        raise UnfitError("Fill in all five: some are still dots.")
    pairs: list[tuple[Plain, Plain]] = []
    for key, name in value.items:
        tidied = str(name).strip().lower().removeprefix("the ")
        if tidied not in ("host", "image"):
            raise UnfitError(f"`{name!s:.40}` is neither `host` nor `image`.")
        pairs.append((key, tidied))
    return Pairs(tuple(pairs))


def _whose(uname: str, release: str, libc: str, modules: str, first: str) -> dict[str, str]:
    return {
        "uname -r": uname,
        "/etc/os-release": release,
        "the C library": libc,
        "lsmod, the loaded modules": modules,
        "which program is process 1": first,
    }


who_answers = Exercise(
    title="Who answers",
    asks="In a container of alpine on Debian: whose are the kernel's release, `/etc/os- "
    "release`, the C library, the loaded modules, the first program?",
    kind=Value("the five, filled in", _is_answer, _told),
    solution_code="""
answer = {
    "uname -r": "host",
    "/etc/os-release": "image",
    "the C library": "image",
    "lsmod, the loaded modules": "host",
    "which program is process 1": "image",
}
""",
    why="The kernel and its modules are the host's. All files come from the image, and its config "
    "names the program.",
    hints=(
        "Two of the five are asked of the kernel. Which?",
        "A library is a file. Whose files does a container see?",
        "No init runs in a container, unless the image names one as its command.",
    ),
    mistakes=(
        Mistake(
            _whose("image", "image", "image", "image", "image"),
            "An image has no kernel, so it can't answer for one. Two of these are the kernel's.",
        ),
        Mistake(
            _whose("host", "host", "host", "host", "host"),
            "A container's files are the image's. The host's are out of its sight.",
        ),
        Mistake(
            _whose("image", "image", "image", "host", "image"),
            "`uname` is a program of the image, but what it prints it asks of the kernel.",
        ),
        Mistake(
            _whose("host", "image", "host", "host", "image"),
            "The C library is a file under `/lib`, and so the image's: Alpine brings musl, Debian "
            "glibc.",
        ),
        Mistake(
            _whose("host", "image", "image", "image", "image"),
            "Modules are parts of the running kernel. There is one kernel, and it is the host's.",
        ),
        Mistake(
            _whose("host", "image", "image", "host", "host"),
            "On the host process 1 is systemd. In a container it is what the image's CMD names.",
        ),
    ),
)


# 2. What SIZE says.

_APP = 10_000_000

size_said = Exercise(
    title="What SIZE says",
    asks="Four images stand on one base and add 10MB each. What is the SIZE of one of them?",
    kind=Value("a number of bytes", is_number),
    solution_code="answer = 5_577_287 + 10_000_000",
    why="SIZE is the whole chain, the base's layer and the app's, whoever else has the base.",
    hints=(
        "Which layers does the image have? Its base's are among them.",
        "Does the size of an image change when another image comes?",
        "Add up all layers of `team/api`.",
    ),
    mistakes=(
        Mistake(_APP, "That is what it adds. Its SIZE counts the base, too."),
        Mistake(alpine.LAYER.size, "That is the base alone."),
        Mistake(
            alpine.LAYER.size // 4 + _APP,
            "Nobody divides the base among those who share it: each counts all of it.",
        ),
        Mistake(
            alpine.LAYER.size + 4 * _APP,
            "That is what the four take on disk together, and no image's size.",
        ),
    ),
)


# 3. Find the kernel.


def _kernel_files(paths: Sequence[str], pattern: str) -> list[str]:
    return [path for path in paths if re.search(pattern, path)]


def named_anywhere(paths: Sequence[str]) -> list[str]:
    """Takes every path in which the word occurs."""
    return _kernel_files(paths, r"vmlinuz|\.ko$")


def all_of_boot(paths: Sequence[str]) -> list[str]:
    """Takes what is in /boot, whatever it is."""
    return _kernel_files(paths, r"^/boot/.|^/(usr/)?lib/modules/.*\.ko(\.xz)?$")


def without_modules(paths: Sequence[str]) -> list[str]:
    """Forgets the modules."""
    return _kernel_files(paths, r"^/boot/vmlinuz")


def without_usr(paths: Sequence[str]) -> list[str]:
    """Looks for modules where they were before /usr was merged."""
    return _kernel_files(paths, r"^/boot/vmlinuz|^/lib/modules/.*\.ko(\.xz)?$")


def uncompressed(paths: Sequence[str]) -> list[str]:
    """Passes over compressed modules."""
    return _kernel_files(paths, r"^/boot/vmlinuz|^/(usr/)?lib/modules/.*\.ko$")


def whole_folder(paths: Sequence[str]) -> list[str]:
    """Takes the lists beside the modules, too."""
    return _kernel_files(paths, r"^/boot/vmlinuz|^/(usr/)?lib/modules/")


kernel_files = Exercise(
    title="Find the kernel",
    asks="Where would a kernel and its modules lie in a root file system, and which images "
    "have them?",
    kind=Trial(
        wants="a function of one argument, `paths`",
        fits=callable,
        cases=trees,
        describe=lambda paths: "paths:\n" + ("\n".join(f"  {path}" for path in paths) or "  none"),
    ),
    solution_code=r"""
import re

def answer(paths):
    kernel = re.compile(r"/boot/vmlinuz[^/]*|/(usr/)?lib/modules/.*\.ko(\.xz)?")
    return [path for path in paths if kernel.fullmatch(path)]
""",
    why="A kernel is `/boot/vmlinuz…`, and its modules are the `.ko` files below "
    "`/lib/modules`. What merely has such a name elsewhere is something else.",
    hints=(
        "Two places: the kernel itself in `/boot`, its modules below `/lib/modules`.",
        "`/lib` may be a link to `usr/lib`; then the modules' paths begin with `/usr/lib/modules`.",
        "A module ends in `.ko`, or `.ko.xz` if it is compressed. `modules.dep` is a list of them.",
    ),
    mistakes=(
        Mistake(named_anywhere, "A name is not enough: where a file lies decides, too."),
        Mistake(all_of_boot, "`/boot` holds more than kernels: the boot loader's files, for one."),
        Mistake(without_modules, "A kernel's drivers are its modules. They count as well."),
        Mistake(without_usr, "In newer distributions the modules are below `/usr/lib/modules`."),
        Mistake(uncompressed, "CentOS compresses its modules: `.ko.xz`."),
        Mistake(whole_folder, "`modules.dep` and its kin are lists, not modules."),
    ),
)


# 4. From nothing.

BINARY = busybox.facts().size
_RUNS = Meta(0o755)


def _program(meta: Meta = _RUNS) -> File:
    return File(Zeros(BINARY), meta)


def _image(changes: dict[str, object], *cmd: str) -> Image:
    return Image([Layer.of(changes)], ImageConfig(cmd=cmd or None))


def _from_nothing(answer: Image) -> list[object]:
    """How many layers and files it has, and what a container of it prints."""
    engine = Engine()
    try:
        engine.add("answer", answer)
        done = engine.run("answer")
        printed: object = (done.output + done.errors).decode().strip()
    except LayerlabError as failed:
        printed = failed.what
    nodes = [node for layer in answer.layers for node in layer.changes.values()]
    files = sum(node.kind == "file" for node in nodes)
    return [f"{len(answer.layers)} layer(s)", f"{files} file(s)", printed]


from_nothing = Exercise(
    title="From nothing",
    asks="What must an image have so that `docker run` prints the kernel's release?",
    kind=Trial(
        wants="an image, made with `Image([…], ImageConfig(…))`",
        fits=lambda answer: isinstance(answer, Image),
        cases=lambda: [()],
        describe=lambda: "layers, files, and what docker run prints",
        use=_from_nothing,
    ),
    solution_code="""
program = File(Zeros(1_982_256), Meta(mode=0o755))
answer = Image([Layer.of({"/busybox": program})], ImageConfig(cmd=("/busybox", "uname", "-r")))
""",
    why="One layer, one file, and a config that names it. No shell, no library, no "
    "distribution: the kernel was there already.",
    hints=(
        'Begin with a layer of one file: `Layer.of({"/busybox": …})`.',
        "`File(Zeros(1_982_256), Meta(mode=0o755))` stands for the binary, and can be run.",
        "The config says what runs: `ImageConfig(cmd=(…))`, a word each.",
        'The words are `"/busybox"`, `"uname"`, `"-r"`.',
    ),
    mistakes=(
        Mistake(
            _image({"/busybox": _program(Meta(0o644))}, "/busybox", "uname", "-r"),
            "The file can't be run: its mode lacks the x. `Meta(mode=0o755)` has it.",
        ),
        Mistake(
            _image({"/busybox": _program()}),
            "The layer is right. But who says what to run? Give the config a `cmd`.",
        ),
        Mistake(
            _image({"/bin/busybox": _program()}, "/busybox", "uname", "-r"),
            "The command names a path that the layer hasn't got.",
        ),
        Mistake(
            _image({"/busybox": _program(), "/bin/sh": Symlink("/busybox")}, "sh", "-c", "true"),
            "It runs something, but it should print the kernel's release.",
        ),
        Mistake(
            Image(
                [Layer.of({"/etc/os-release": b"ID=mine\n"}), Layer.of({"/busybox": _program()})],
                ImageConfig(cmd=("/busybox", "uname", "-r")),
            ),
            "It prints the right thing, and is more than it needs: one layer and one file will do.",
        ),
    ),
)


# 5. Who stands on it.

Family = dict[str, list[str]]


def any_in_common(images: Family, base: Sequence[str]) -> list[str]:
    """Takes one layer in common for enough."""
    return sorted(name for name, layers in images.items() if set(layers) & set(base))


def all_in_any_order(images: Family, base: Sequence[str]) -> list[str]:
    """Asks for all layers of the base, wherever they lie."""
    return sorted(name for name, layers in images.items() if set(base) <= set(layers))


def first_layer(images: Family, base: Sequence[str]) -> list[str]:
    """Looks at the lowest layer only."""
    return sorted(name for name, layers in images.items() if layers[:1] == list(base[:1]))


def never_the_base(images: Family, base: Sequence[str]) -> list[str]:
    """Leaves out an image that has the base's layers and no more."""
    return [name for name in built_on_it(images, base) if len(images[name]) > len(base)]


def at_the_top(images: Family, base: Sequence[str]) -> list[str]:
    """Looks at the wrong end."""
    return sorted(n for n, layers in images.items() if layers[len(layers) - len(base) :] == base)


def built_on_it(images: Family, base: Sequence[str]) -> list[str]:
    """The names of the images that begin with the base's layers."""
    return sorted(name for name, layers in images.items() if layers[: len(base)] == list(base))


on_the_base = Exercise(
    title="Who stands on it",
    asks="How do you tell from DiffIDs that an image may have been built on a base?",
    kind=Trial(
        wants="a function of two arguments, `images` and `base`",
        fits=callable,
        cases=families,
        describe=lambda images, base: f"images = {images}\nbase = {base}",
    ),
    solution_code="""
def answer(images, base):
    return sorted(name for name, layers in images.items() if layers[:len(base)] == base)
""",
    why="FROM copies nothing: an image stands on a base when its first layers are the base's, all "
    "of them and in their order.",
    hints=(
        "What does an image that was built `FROM base` begin with?",
        "`layers[:len(base)]` are as many of its first layers as the base has.",
        "Compare these with `base`, and sort the names.",
    ),
    mistakes=(
        Mistake(any_in_common, "One layer in common doesn't do: all of the base's must be there."),
        Mistake(
            all_in_any_order,
            "The base's layers must be the lowest ones, in the base's order, with none between.",
        ),
        Mistake(first_layer, "A base may have several layers, and you compare the first."),
        Mistake(
            never_the_base,
            "An image with no layer of its own (only another CMD, say) stands on the base, too.",
        ),
        Mistake(at_the_top, "A base lies at the bottom: that is the beginning of the list."),
    ),
)


# 6. Without the kernel.


def _percent(value: Plain) -> Plain:
    assert isinstance(value, (int, float))
    return round(float(value), 1)


_SIZES = {part.name: part.size for part in debian_machine.parts()}
_ALL = sum(_SIZES.values())

without_kernel = Exercise(
    title="Without the kernel",
    asks="How much smaller gets an installation disc without its kernel?",
    kind=Value("a number, in percent", is_number, _percent),
    solution_code="""
from layerlab.catalog import debian_machine

sizes = {part.name: part.size for part in debian_machine.parts()}
answer = 100 * sizes["kernel"] / sum(sizes.values())
""",
    why="A fifth of a percent. Whoever says that an image is small because it lacks the kernel "
    "has explained next to nothing.",
    hints=(
        "`debian_machine.parts()` is the table of section 6; each part has a `name` and a `size`.",
        "The kernel is one of the parts. What do all of them come to?",
        "A percentage is 100 times the part over the whole.",
    ),
    mistakes=(
        Mistake(
            100 * (_SIZES["kernel"] + _SIZES["modules"]) / _ALL,
            "You took the modules with it. The question is about the kernel itself.",
        ),
        Mistake(
            round(_SIZES["kernel"] / _ALL, 4), "That is the share of one. In percent: times 100."
        ),
        Mistake(
            100 - 100 * _SIZES["kernel"] / _ALL, "That is what is left. How much was taken away?"
        ),
        Mistake(
            100 * _SIZES["kernel"] / (_ALL - _SIZES["desktop"]),
            "The desktop is on the disc, too: the whole is all seven parts.",
        ),
    ),
)


EXERCISES = (who_answers, size_said, kernel_files, from_nothing, on_the_base, without_kernel)
