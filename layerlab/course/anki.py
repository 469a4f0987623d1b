"""The cards as a file that Anki imports.

Deck, note type and notes have IDs that never change, so that importing a newer file updates
the cards that are there, keeps their dates, and makes none twice.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import genanki

from layerlab.course.cards import now
from layerlab.course.deck import Face, faces
from layerlab.course.exercise import code

DECK, NOTE_TYPE = 1_734_901_117, 1_734_901_118
_CSS = """.card { font: 20px/1.5 sans-serif; text-align: left; max-width: 34em; margin: auto }
code { background: rgb(128 128 128 / 15%); padding: 0 .2em }"""


def export_anki(
    path: str | os.PathLike[str],
    keys: Iterable[str] | None = None,
    when: datetime | None = None,
) -> int:
    """Write cards to ``path`` (``.apkg``) and return how many: all, or those of ``keys``.

    The notes are dated ``when``, or now: Anki takes over a changed text only if it is newer.
    ``OSError`` if the file can't be written; one that was there is then as it was.
    """
    every = faces()
    chosen = [every[key] for key in (every if keys is None else keys) if key in every]
    deck = genanki.Deck(DECK, "layerlab", "How container images really work")
    for face in chosen:
        deck.add_note(_note(face))
    target = Path(path)
    beside = target.with_name(f".{target.name}.new")
    try:
        genanki.Package(deck).write_to_file(str(beside), timestamp=(when or now()).timestamp())
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return len(chosen)


def _note(face: Face) -> genanki.Note:
    model = genanki.Model(
        NOTE_TYPE,
        "layerlab",
        fields=[{"name": "Front"}, {"name": "Back"}, {"name": "Key"}],
        templates=[
            {
                "name": "Card",
                "qfmt": "{{Front}}",
                "afmt": "{{FrontSide}}<hr id=answer>{{Back}}",
            }
        ],
        css=_CSS,
    )
    return genanki.Note(
        model=model,
        fields=[_html(face.front), _html(face.back), face.key],
        tags=[f"lesson{face.lesson}"],
        guid=genanki.guid_for("layerlab", face.key),
    )


def _html(text: str) -> str:
    return "".join(f"<p>{code(block)}</p>" for block in text.split("\n\n"))
