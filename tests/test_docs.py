"""What the pages say is what happens: Python is run, commands exist, links lead somewhere."""

import doctest
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def blocks(document: Path, language: str) -> list[tuple[int, str]]:
    """The fenced blocks in that language, each with the line that it begins on."""
    text = document.read_text("utf-8")
    return [
        (text.count("\n", 0, match.start()) + 2, match[2])
        for match in FENCE.finditer(text)
        if match[1] == language
    ]


@pytest.mark.parametrize("document", PAGES, ids=IDS)
def test_python_prints_what_the_page_shows(document: Path, tmp_path: Path) -> None:
    """A page is one session: a later block goes on where an earlier one ended."""
    names: dict[str, object] = {}
    said: list[str] = []
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for line, code in blocks(document, "python"):
            assert ">>> " in code, f"{document.name}:{line}: Python on a page is a session with >>>"
            session = doctest.DocTestParser().get_doctest(
                code, names, document.name, str(document), line - 1
            )
            runner = doctest.DocTestRunner(verbose=False)
            runner.run(session, out=said.append, clear_globs=False)
            names = session.globs
    finally:
        os.chdir(before)
    assert not said, "".join(said)


@pytest.mark.parametrize("document", PAGES, ids=IDS)
def test_commands_are_there_and_print_what_the_page_shows(document: Path) -> None:
    """`make x` must be a target; any other command is run, and its output compared."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    for line, text in blocks(document, "console"):
        assert text.startswith("$ "), f"{document.name}:{line}: a command begins with '$ '"
        for step in text.removeprefix("$ ").split("\n$ "):
            command, _, shown = step.rstrip("\n").partition("\n")
            words = shlex.split(command, comments=True)
            if "make" in words:
                words.insert(words.index("make") + 1, "-n")
                words = words[words.index("make") :]
            done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True)
            assert done.returncode == 0, f"{document.name}:{line}: {command}\n{done.stderr}"
            if shown:
                assert done.stdout.rstrip("\n") == shown, f"{document.name}:{line}: {command}"


@pytest.mark.parametrize("document", PAGES, ids=IDS)
def test_links_lead_somewhere(document: Path) -> None:
    text = FENCE.sub("", document.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"", text):
        place = target[0] or target[1]
        if not re.match(r"https?:|mailto:", place):
            assert (document.parent / place).exists(), f"{document.name} links to {place}"


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    linked = re.findall(r"\]\(([0-9][^)]*\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert linked == pages
    numbers = [name[:4] for name in pages]
    assert len(set(numbers)) == len(numbers)


def test_picture_in_the_readme_is_what_the_model_draws() -> None:
    namespace = runpy.run_path(str(ROOT / "tools/draw_readme.py"))
    drawn = namespace["picture"]().svg
    assert namespace["TARGET"].read_text("utf-8") == drawn, "run make notebooks"
