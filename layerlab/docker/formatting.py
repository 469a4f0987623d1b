"""``--format``: rows printed by a template, or as a table (cli/command/formatter)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from layerlab.docker.gotemplate import HEADERS, Record, Template, TemplateError
from layerlab.docker.spec import ClientError
from layerlab.docker.table import align

ID_ONLY = "{{.ID}}"


def template_of(layout: str) -> Template:
    """The template in a format: what is left of it without ``table``, and ``json`` in full."""
    text = "{{json .}}" if layout == "json" else layout.removeprefix("table")
    text = text.strip(" ").replace("\\t", "\t").replace("\\n", "\n")
    try:
        return Template(text)
    except TemplateError as error:
        raise parsing_error(error) from None


def parsing_error(error: TemplateError, code: int = 1) -> ClientError:
    """The client's error for a template that is wrong, or goes wrong."""
    return ClientError(f"template parsing error: {error.what}", code)


def render(layout: str, rows: Iterable[Record], headers: Mapping[str, str]) -> str:
    """A line a row. A format that begins with ``table`` has columns, and a line of headers."""
    template = template_of(layout)
    try:
        lines = [template.render(row) for row in rows]
    except TemplateError as error:
        raise parsing_error(error) from None
    if layout.startswith("table"):
        lines.insert(0, template.render_part(header_record(headers), functions=HEADERS))
        return align("".join(f"{line}\n" for line in lines))
    return "".join(f"{line}\n" for line in lines)


def header_record(headers: Mapping[str, str]) -> Record:
    """What a table's template sees in place of a row: each field's heading."""
    kind = "map[string]string"
    return Record(kind, dict(headers), {"Label": label_heading}, lenient=True)


def label_heading(name: str) -> str:
    """The heading of ``{{.Label "com.example.a-b"}}``: its last part, in words."""
    return name.rpartition(".")[2].replace("-", " ").replace("_", " ")


def moment(seconds: float) -> str:
    """A time as Go prints it: ``2026-01-01 00:00:00 +0000 UTC``."""
    time = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return f"{time.isoformat(' ')} +0000 UTC"
