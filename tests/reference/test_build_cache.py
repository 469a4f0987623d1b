"""What both builders take from the cache after an edit, and what of the context they leave out."""

from pathlib import Path

import pytest
from reference.both_builders import Both, entries
from reference.builds import IGNORED, SEQUENCES, Edit


def test_what_is_ignored(both: Both) -> None:
    compared = 0
    for text in IGNORED:
        (both.context / ".dockerignore").write_text(text)
        if both.build("FROM scratch\nCOPY . /all/\n", "--no-cache") == 0:
            theirs, mine = both.images()
            assert entries(mine) == entries(theirs), text
            compared += 1
    assert compared > 15


@pytest.mark.parametrize("name", SEQUENCES)
def test_what_the_cache_has(both: Both, name: str) -> None:
    case = name.replace(" ", "-")
    for number, edit in enumerate(SEQUENCES[name]):
        _apply(both.context, edit)
        text = f"FROM build-base\nLABEL case={case}\n{edit.text.replace('{case}', case)}"
        try:
            both.build(text, *edit.args)
        except AssertionError as error:
            raise AssertionError(f"edit {number}: {error}") from None


def _apply(context: Path, edit: Edit) -> None:
    for name, content, mode in edit.files:
        (context / name).write_text(content)
        (context / name).chmod(mode)
