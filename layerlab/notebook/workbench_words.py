"""The ID workbench in words: which names changed, why, and what each one is the hash of."""

from datetime import UTC, datetime
from math import floor
from typing import TYPE_CHECKING

from layerlab.nodes import File

if TYPE_CHECKING:
    from layerlab.notebook.workbench_state import Bench, Name


def alt(bench: "Bench") -> str:
    """What the picture shows, in a sentence or two."""
    layers = ", ".join(reversed(list(bench.layers)))
    told = f"An image of {len(bench.layers)} layers, from the top down: {layers}. "
    told += "Each has a ChainID, a DiffID and a blob digest; the image has an ImageID and a "
    told += f"manifest digest. {bench.said}"
    if bench.changed:
        told += f" Changed: {', '.join(map(str, bench.changed))}."
    return told


def table(bench: "Bench") -> str:
    """A line a layer, the topmost first, then the two names of the image."""
    kinds = [name.kind for name in bench.names if name.layer == next(iter(bench.layers))]
    rows = [["", *kinds]]
    for layer in reversed(list(bench.layers)):
        cells = [_cell(bench, name) for name in bench.names if name.layer == layer]
        rows.append([layer, *cells])
    rows += [
        [name.kind.removesuffix(" digest"), _cell(bench, name)]
        for name in bench.names
        if not name.layer
    ]
    rows.append(["tag", bench.tag])
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )


def _cell(bench: "Bench", name: "Name") -> str:
    digest = bench.names[name].short
    return f"{bench.changed[name].short} → {digest}" if name in bench.changed else digest


def reasons(bench: "Bench") -> str:
    """For each of the five names: whether it changed, and why or why not."""
    if bench.before is None:
        return "A line leads from what is hashed to the name that it goes into."
    lines = []
    for kind in dict.fromkeys(name.kind for name in bench.names):
        layers = [name.layer for name in bench.changed if name.kind == kind]
        where = f" in {', '.join(layers)}" if layers and layers[0] else ""
        state = f"changed{where}" if layers else "stayed"
        lines.append(f"{kind} {state}: {_reason(bench, kind, bool(layers))}.")
    return "\n".join(lines)


def _reason(bench: "Bench", kind: str, changed: bool) -> str:
    assert bench.before is not None
    kinds = {name.kind for name in bench.changed}
    order = list(bench.layers) != list(bench.before.layers)
    tars, blobs, config = ("DiffID" in kinds, "blob digest" in kinds, "ImageID" in kinds)
    match kind, changed:
        case "DiffID", True:
            return "it is the hash of the tar, and the tar changed"
        case "DiffID", False:
            return "no tar changed"
        case "blob digest", True:
            return "another tar is compressed" if tars else "the same tar is stored as other bytes"
        case "blob digest", False:
            return "the same tars are stored the same way"
        case "ChainID", True if order:
            return "it counts what lies below, and in which order"
        case "ChainID", True:
            return "it counts the layer and all that lies below"
        case "ChainID", False:
            return "the same DiffIDs lie in the same order"
        case "ImageID", True:
            return "the config lists the DiffIDs" if tars or order else "the config holds it"
        case "ImageID", False:
            return "the config says nothing of it"
        case "manifest digest", True if config and (blobs or order):
            return "the manifest names the config and the blobs"
        case "manifest digest", True:
            return f"the manifest names the {'config' if config else 'blobs'}"
    return "the manifest has the same bytes"


def detail(bench: "Bench") -> tuple[str, str]:
    """What the selected name is the hash of: a heading, and the text."""
    digest = bench.names[bench.selected]
    return f"{bench.selected} = {digest.short}…", hashed(bench, bench.selected)


def hashed(bench: "Bench", name: "Name") -> str:
    """What the name is the SHA-256 of, as far as it can be shown."""
    match name.kind:
        case "ChainID":
            return _chain(bench, name.layer)
        case "DiffID":
            size = len(bench.tars[name.layer])
            return f"SHA-256 of the plain tar, {size:,} bytes:\n{_listing(bench, name.layer)}"
        case "blob digest":
            return _blob(bench, name.layer)
        case "ImageID":
            return f"SHA-256 of the config:\n{bench.image.raw_config.decode()}"
    return f"SHA-256 of the manifest:\n{bench.manifest.decode()}"


def _chain(bench: "Bench", layer: str) -> str:
    order = list(bench.layers)
    here = order.index(layer)
    digests = {str(name): digest for name, digest in bench.names.items()}
    if here == 0:
        return "Its DiffID: nothing lies below the base, so nothing more is hashed."
    below = order[here - 1]
    return (
        f"SHA-256 of one line, the ChainID of {below} and the DiffID of {layer}:\n"
        f"{digests[f'ChainID of {below}']} {digests[f'DiffID of {layer}']}"
    )


def _blob(bench: "Bench", layer: str) -> str:
    tar, blob = bench.tars[layer], bench.blobs[layer]
    if blob == tar:
        return "Its DiffID: the tar is stored as it is."
    return (
        f"SHA-256 of the tar after {bench.compression}, "
        f"{len(blob):,} bytes instead of {len(tar):,}:\n{blob[:24].hex(' ')} …"
    )


def _listing(bench: "Bench", layer: str) -> str:
    """The entry as ``tar -tv`` shows it, and how its content begins."""
    [(path, file)] = bench.layers[layer].changes.items()
    assert isinstance(file, File)
    mode = "".join(
        letter if file.meta.mode >> shift & 1 else "-"
        for shift, letter in zip(range(8, -1, -1), "rwxrwxrwx", strict=True)
    )
    when = datetime.fromtimestamp(floor(file.meta.mtime), UTC)
    first = file.content.read().decode().splitlines()[0]
    return f"-{mode} 0/0  {file.size}  {when:%Y-%m-%d %H:%M:%S}  {path[1:]}\n{first} …"
