"""Write docs/coverage.md: where the course meets each statement of the chapter.

    python tools/write_coverage.py [--check]

The statements are in docs/statements.tsv. A notebook's cells name those that they show, correct
or examine, in their metadata. ``--check`` writes nothing, and fails where the page is another.
"""

import argparse
import csv
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/coverage.md"
HEAD = """\
# What the chapter says, and where the course meets it

The course begins from a chapter about Docker images, and covers all of it. Below are its {total}
statements, commands, figures and questions, each with what a careful check found. Of all,
{verdicts}.

The last column leads to the section of the lesson that shows, corrects or examines it, and names
the cells there. `tools/write_coverage.py` writes this page from the lessons.
"""
_SAYS = {
    "true": "true",
    "imprecise": "imprecise",
    "false": "false",
    "misleading": "misleading",
    "opinion": "opinions",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A cell that meets a statement, and the heading that it stands under."""

    notebook: str
    heading: str
    cell: str
    kind: str


def statements() -> list[dict[str, str]]:
    """The rows of docs/statements.tsv."""
    with open(ROOT / "docs/statements.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def places() -> dict[str, list[Place]]:
    """For each statement the cells that name it."""
    found: dict[str, list[Place]] = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        heading = ""
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                titles = re.findall(r"^#{1,3} (.+)$", "".join(cell["source"]), re.MULTILINE)
                heading = titles[0] if titles else heading
            for name in cell["metadata"].get("layerlab", {}).get("statements", ()):
                place = Place(path.name, heading, cell["id"], cell["cell_type"])
                found.setdefault(name, []).append(place)
    return found


def page() -> str:
    """The whole page."""
    rows, met = statements(), places()
    count = Counter(row["verdict"] for row in rows)
    found = [f"{number} are {_SAYS[verdict]}" for verdict, number in count.most_common()]
    verdicts = f"{', '.join(found[:-1])} and {found[-1]}"
    lines = [HEAD.format(total=len(rows), verdicts=verdicts)]
    section = None
    for row in rows:
        if row["section"].split(";")[0] != section:
            section = row["section"].split(";")[0]
            lines += [
                f"\n## {_title(section)}\n",
                "| | it says | verdict | where |",
                "|---|---|---|---|",
            ]
        lines.append(_row(row, met.get(row["id"], [])))
    return "\n".join(lines) + "\n"


def _title(section: str) -> str:
    return f"Question {section[1:]}" if section.startswith("Q") else f"Section {section}"


def _row(row: dict[str, str], cells: list[Place]) -> str:
    said = _safe(row["statement"])
    if row["correction"]:
        said += f" *{_safe(row['correction'])}*"
    return f"| {row['id']} | {said} | {row['verdict']} | {'; '.join(_links(cells))} |"


def _links(cells: list[Place]) -> list[str]:
    sections: dict[tuple[str, str], list[str]] = {}
    for place in cells:
        sections.setdefault((place.notebook, place.heading), []).append(place.cell)
    return [
        f"[{notebook[:2]}](../notebooks/{notebook}#{anchor(heading)}) `{'` `'.join(names)}`"
        for (notebook, heading), names in sections.items()
    ]


def anchor(heading: str) -> str:
    """What JupyterLab and nbconvert call a heading: its text, with hyphens for spaces."""
    return re.sub(r"[`*]", "", heading).replace(" ", "-").replace(")", "%29").replace("(", "%28")


def _safe(text: str) -> str:
    """Text for a cell of a table: no bar, no mark-up, no tag."""
    return re.sub(r"([|<*_`\[\]])", r"\\\1", text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    if not parser.parse_args().check:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        print("docs/coverage.md isn't what the lessons make: run tools/write_coverage.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
