"""Run notebooks from clean kernels and write them back in one canonical form.

    python tools/run_notebooks.py [--check] [NOTEBOOK ...]

Without names it takes all of ``notebooks/``. ``--check`` writes nothing and fails when a
notebook isn't what a run makes of it. Two runs give the same bytes, so a difference in git
is a difference in what the reader sees.
"""

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

FOLDER = Path(__file__).parents[1] / "notebooks"
CELL_SECONDS = 60
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FOLDED = {"predict": "source_hidden", "reveal": "outputs_hidden"}
"""What JupyterLab folds away, by tag: the code of a question, since its box says it all, and
the answer, which unfolds when the reader runs the cell."""
KEPT_OF_NOTEBOOK = ("layerlab",)
KEPT_OF_CELL = ("layerlab", "tags", "editable", "deletable")
KEPT_OF_OUTPUT = ("image/png", "image/svg+xml")


class RunError(Exception):
    """A notebook that couldn't be run to its end. The message names it and says why."""


def run(path: Path) -> str:
    """What ``path`` is after a run from a clean kernel, in canonical form.

    ``RunError`` if a cell fails that isn't meant to, or takes longer than ``CELL_SECONDS``.
    """
    notebook = load(path)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name=KERNEL["name"],
        allow_errors=True,
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with tempfile.TemporaryDirectory() as nobody:
        # The reader's start-up files and settings are none of the notebook's business.
        os.environ.update(IPYTHONDIR=nobody, MPLCONFIGDIR=nobody, LAYERLAB_DATA="")
        try:
            # A kernel's own stderr holds warnings about its sockets only; a cell's is an output.
            client.execute(stderr=subprocess.DEVNULL)
        except (CellTimeoutError, DeadKernelError) as error:
            raise RunError(f"{path.name}: {str(error).strip().splitlines()[0]}") from None
    for number, cell in enumerate(notebook.cells, 1):
        expected = "raises-exception" in cell.metadata.get("tags", ())
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and not expected:
                what = f"{output.ename}: {output.evalue}"
                raise RunError(f"{path.name}, cell {number}: {what}\n{cell.source}")
    return canonical(notebook)


def load(path: Path) -> NotebookNode:
    """The notebook; one of an older format gets cell ids, which are made from the position."""
    notebook = json.loads(path.read_text("utf-8"))
    for number, cell in enumerate(notebook.get("cells", ()), 1):
        cell.setdefault("id", f"cell-{number}")
    return nbformat.reads(json.dumps(notebook), as_version=4)


def canonical(notebook: NotebookNode) -> str:
    """The notebook's text: what the author wrote and what the reader sees, and nothing else."""
    nb = copy.deepcopy(notebook)
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        **{key: nb.metadata[key] for key in KEPT_OF_NOTEBOOK if key in nb.metadata},
    }
    count = 0
    for cell in nb.cells:
        tags = cell.metadata.get("tags", ())
        cell.metadata = {key: cell.metadata[key] for key in KEPT_OF_CELL if key in cell.metadata}
        cell.source = cell.source.rstrip()
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = [tidy_output(output, count) for output in cell.outputs]
            if folded := {FOLDED[tag]: True for tag in tags if tag in FOLDED}:
                cell.metadata["jupyter"] = folded
    nbformat.validate(nb)
    return nbformat.writes(nb, version=nbformat.NO_CONVERT) + "\n"


def tidy_output(output: NotebookNode, count: int) -> NotebookNode:
    """An output without what differs from run to run.

    A live widget is left out of the file: its model ends with the kernel. The picture and the
    text that it brings along stay.
    """
    output.pop("transient", None)
    if "data" in output:
        output.data.pop(WIDGET, None)
        output.metadata = {k: v for k, v in output.metadata.items() if k in KEPT_OF_OUTPUT}
    if output.output_type == "execute_result":
        output.execution_count = count
    if output.output_type == "error":
        output.traceback = []
    return output


def _attempt(path: Path) -> str | RunError:
    try:
        return run(path)
    except RunError as error:
        return error


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    options = parser.parse_args(arguments)
    paths = options.notebooks or sorted(FOLDER.glob("*.ipynb"))
    with ProcessPoolExecutor(max_workers=min(2, len(paths) or 1)) as pool:
        results = list(pool.map(_attempt, paths))
    bad = 0
    for path, result in zip(paths, results, strict=True):
        if isinstance(result, RunError):
            bad += 1
            print(result, file=sys.stderr)
        elif result == path.read_text("utf-8"):
            print(f"{path.name}: unchanged")
        elif options.check:
            bad += 1
            print(f"{path.name}: a run changes it; `make notebooks` writes it", file=sys.stderr)
        else:
            path.write_text(result, "utf-8")
            print(f"{path.name}: written")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
