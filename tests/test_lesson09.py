"""Lesson 09: its image is what its folder makes, its answers are the model's, any file may come."""

import json
import re
from pathlib import Path

import pytest

from layerlab import Directory, Engine, File, Image, ImageConfig, Layer, open_image, save_image
from layerlab.analysis import compare, dive, waste
from layerlab.archive.saving import save_images
from layerlab.course.exercise import Note
from layerlab.course.lesson09 import (
    EXERCISES,
    GAIN,
    PATHS,
    WASTEFUL,
    layer_of,
    lean,
    one_run,
    parcel,
    same_image,
    shop,
)
from layerlab.course.lesson09_own import Overview, look, suspects
from layerlab.course.lesson09_same import pairs
from layerlab.nodes import Meta
from layerlab.wording import instruction

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LESSON = NOTEBOOKS / "09_your_own_image.ipynb"
ARCHIVE = NOTEBOOKS / "images/shop.tar.gz"
FOLDER = NOTEBOOKS / "images/shop"
INSTALL = "apt-get update && apt-get install -y --no-install-recommends curl"
CLEAN = "rm -rf /var/lib/apt/lists/*"
TIDY = "cd /srv/app && tar -xf vendor.tar && rm vendor.tar key && chmod 600 points.csv"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine with the base of the shop."""
    made = Engine()
    env = ("PATH=/usr/sbin:/usr/bin:/bin",)
    made.add("toolbox", Image(shop().layers[:1], ImageConfig(env=env, cmd=("sh",))))
    return made


def test_the_image_was_made_from_the_folder_beside_it() -> None:
    copied = shop().layers[2].changes
    inside = {path.removeprefix("/srv/shop/") for path, node in copied.items() if node.size}
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    assert inside == files - {"Dockerfile", ".dockerignore"}
    for name in inside:
        node = copied[f"/srv/shop/{name}"]
        assert isinstance(node, File)
        assert node.content.read() == (FOLDER / name).read_bytes()
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    steps = [instruction(step.created_by) for step in shop().history]
    runs = [line for line in lines if line.startswith("RUN")]
    assert [step for step in steps if step.startswith("RUN")] == runs
    pkg = shop().rootfs.read_bytes("/usr/sbin/pkg")
    assert pkg == (NOTEBOOKS / "images/toolbox/pkg").read_bytes()


def test_the_model_builds_what_the_engine_built(engine: Engine) -> None:
    built = engine.build(FOLDER).image
    for real, ours in zip(shop().layers, built.layers, strict=True):
        assert (list(real.changes), real.size) == (list(ours.changes), ours.size)
    contents = [row for row in compare(shop(), built).differences if row.how != "metadata"]
    assert contents == []  # modes are those of the checkout


def test_every_kind_of_waste_is_in_the_image() -> None:
    assert {finding.why for finding in waste(shop()).findings} == {
        "deleted in a later layer",
        "changed in a later layer",
        "mode or owner changed in a later layer",
        "written again unchanged",
        "apt's package lists",
        "apt's downloads and caches",
    }
    manual = shop().layers[7].changes["/srv/shop/manual"]
    assert isinstance(manual, Directory)
    assert manual.opaque
    assert ARCHIVE.stat().st_size < 300_000


def test_the_figures_are_what_dive_prints_of_the_image() -> None:
    """*Ran*: dive 0.13.1's own analysis, which tools/dive/build.sh compiles, on this archive."""
    figures = dive(shop())
    assert figures.efficiency == 0.6468187579406697
    assert figures.user_wasted_percent == 0.7734613931991282
    assert (figures.wasted_bytes, figures.size) == (776_160, 1_313_372)
    assert [row.path.removeprefix("/srv/shop/") for row in figures.paths] == [
        "site/index.html", "catalog.csv", "site/style.css", "site/about.html", "token",
    ]  # fmt: skip


def test_the_layers_are_those_that_a_container_sees() -> None:
    seen = {path: layer for path, _, layer in shop().rootfs.items()}
    assert layer_of.solve() == [seen[path] for path in PATHS]
    assert all(path in LESSON.read_text("utf-8") for path in PATHS)


def test_one_run_saves_what_the_exercise_says(engine: Engine) -> None:
    text = (FOLDER / "Dockerfile").read_text()
    split = "RUN sh make\nRUN chmod 600 catalog.csv\n"
    assert split in text
    moved = text.replace(split, "RUN chmod 600 catalog.csv\nRUN sh make\n")
    joined = re.sub(
        r"RUN sh make\nRUN (echo .*)\nRUN (chown .*)\n", r"RUN sh make && \1 && \2\n", moved
    )
    assert joined != moved
    before, after = (engine.build(FOLDER, each).image for each in (text, joined))
    assert before.size - after.size == one_run.solve()


def test_the_exercise_shows_the_dockerfile_that_is_judged() -> None:
    cells = json.loads(LESSON.read_text("utf-8"))["cells"]
    [told] = ["".join(cell["source"]) for cell in cells if cell["id"] == "exercise-5-text"]
    assert f"```dockerfile\n{WASTEFUL}```" in told
    assert f"{GAIN:,} bytes" in told


@pytest.mark.parametrize(
    "text",
    [
        (
            "FROM debian AS unpacked\nADD vendor.tar /srv/app/\nCOPY main.sh points.csv /srv/app/\n"
            f"RUN chmod 600 /srv/app/points.csv\nFROM debian\nRUN {INSTALL}; {CLEAN}\n"
            "COPY --from=unpacked /srv/app /srv/app\n"
        ),
        (
            f"FROM debian AS a\nCOPY . /srv/app/\nRUN {TIDY}\nFROM debian AS b\nRUN {INSTALL} "
            f"&& {CLEAN}\nFROM b\nCOPY --from=a /srv/app /srv/app/\n"
        ),
    ],
)
def test_other_dockerfiles_that_do_what_was_asked(text: str) -> None:
    assert lean.check(text) == lean.check(lean.solve())


@pytest.mark.parametrize(
    ("text", "example"),
    [
        (f"FROM debian\nRUN {INSTALL}\n", "main.sh: in no layer"),
        ("FROM scratch\nCOPY . /srv/app/\n", "curl: in no layer"),
        (
            f"FROM debian\nRUN {INSTALL} && {CLEAN}\nCOPY . /srv/app/\nRUN {TIDY}\n",
            "the key: hidden",
        ),
        (f"FROM debian\nCOPY key /moved\nRUN {INSTALL}\n", "the key: there"),
        (WASTEFUL, "the package lists: there"),
        ("FROM nowhere\n", "pull access denied"),
    ],
)
def test_what_is_missing_is_named(text: str, example: str) -> None:
    verdict = lean.check(text)
    assert verdict.state == "not yet"
    assert example in verdict.example


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.title)
@pytest.mark.parametrize("answer", ["", -1, None, object(), [None], [[]], {"a": 1}, b"\xff", print])
def test_no_answer_raises(exercise: object, answer: object) -> None:
    assert exercise.check(answer).state == "not yet"  # type: ignore[attr-defined]


def test_the_same_image_is_the_one_with_the_same_id() -> None:
    whole = {
        "till.tar",
        "till-layout.tar",
        "renamed.tar",
        "command.tar",
        "dearer.tar",
        "flattened.tar",
    }
    ids = {}
    for place in {place for pair in pairs() for place in pair}:
        if Path(place).name in whole:
            ids[place] = open_image(place).image_id
    expected = tuple(one in ids and ids[one] == ids.get(other) for one, other in pairs())
    assert same_image.kind.observe(same_image.solve()) == expected
    assert {True, False} == set(expected)


def test_the_parcel_shows_no_password_but_the_other_one() -> None:
    image = parcel()
    seen = b"".join(n.content.read() for _, n, _ in image.rootfs.items() if isinstance(n, File))
    assert b"ask-the-boss" in seen
    assert b"saucers" not in seen


def test_an_image_is_looked_over(tmp_path: Path) -> None:
    seen = look(ARCHIVE)
    assert isinstance(seen, Overview)
    assert seen.image == shop()
    assert seen.waste == waste(shop())
    assert "by <code>RUN chown -R 0:0 site</code>. To save it, leave out" in seen._repr_html_()
    assert "/srv/shop/token in layer 2, hidden" in repr(seen)
    assert repr(look(ARCHIVE.read_bytes())) == repr(seen).replace(str(ARCHIVE), "your file")
    save_image(Image([Layer.of({"/<b>": b""})], history=[]), tmp_path / "clean.tar")
    clean = look(tmp_path / "clean.tar")
    assert repr(clean).endswith("1 layer, 0B, 0B of it for nothing\n  Nothing was found.")
    assert "<b>" not in clean._repr_html_()


def test_one_of_several_images_is_named(tmp_path: Path) -> None:
    images = [(Image([Layer.of({"/a": name.encode()})]), [name]) for name in ("one:1", "two:2")]
    save_images(images, tmp_path / "both.tar")
    assert "'one:1', 'two:2'" in repr(look(tmp_path / "both.tar"))
    assert isinstance(look(tmp_path / "both.tar", "two:2"), Overview)


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello\n" * 1000)
    (tmp_path / "empty").touch()
    whole = ARCHIVE.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "flipped").write_bytes(whole[:99_000] + bytes([whole[99_000] ^ 1]) + whole[99_001:])
    names = "text", "empty", "cut", "flipped", "missing", "."
    given = *(tmp_path / name for name in names), "", "a\0b", "/dev/zero", b"", None, 7, object()
    for each in given:
        said = look(each)
        assert isinstance(said, Note), each
        assert said.title == "Can't be opened"
        assert 10 < len(said.text) < 400, each
        assert "\0" not in said.text


@pytest.mark.parametrize(
    ("path", "suspect"),
    [
        ("/root/.netrc", True),
        ("/app/.env", True),
        ("/home/bob/.ssh/id_rsa", True),
        ("/home/bob/.aws/credentials", True),
        ("/srv/tls/server.key", True),
        ("/run/secrets/db_password", True),
        ("/srv/shop/TOKEN", True),
        ("/srv/tls/cert.pem", True),
        ("/home/bob/.ssh/id_rsa.pub", False),
        ("/usr/share/keyrings/debian.pem", False),
        ("/srv/monkey", False),
        ("/srv/shop/keys.py", False),
        ("/etc/passwd", False),
    ],
)
def test_a_secret_by_its_name(path: str, suspect: bool) -> None:
    image = Image([Layer.of({path: File(b"x", Meta(0o600))})])  # type: ignore[arg-type]
    assert bool(suspects(image)) == suspect
