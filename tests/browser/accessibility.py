"""What axe-core finds fault with, in a part of a page."""

from pathlib import Path
from typing import Any

import pytest


def faults(page: Any, part: str) -> list[str]:
    """axe-core's findings in the elements that match the selector ``part``."""
    axe = pytest.importorskip(
        "axe_playwright_python", reason="needs axe-core: pip install 'layerlab[dev]'"
    )
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    page.evaluate(script)
    found = page.evaluate("part => axe.run(part, { resultTypes: ['violations'] })", part)
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
