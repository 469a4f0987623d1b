"""Recorded images: the few files that somebody wrote down, and the JSON made again from them.

What stands here is in the real image, at these paths; much more is in the real image. A
program is a mere name: it can be run, and its size, which nobody recorded, is 0. The layer's
own size is the recorded one, and doesn't come from here.
"""

from collections.abc import Mapping
from typing import Any

from layerlab.digest import BlobDigest
from layerlab.image import Image, gojson
from layerlab.layer import Layer, RecordedBlob, RecordedLayer
from layerlab.nodes import Change, Directory, File, Meta, Symlink
from layerlab.registry.manifest import CONFIG, Descriptor, Manifest

_PROGRAM = File(meta=Meta(0o755))


def known(
    directories: str, files: Mapping[str, str], links: Mapping[str, str], programs: str
) -> Layer:
    """A tree of directories, of files by their texts, links by their targets, and programs.

    Directories and programs are in one text each, without the slash in front.
    """
    changes: dict[str, Change] = {}
    for name in directories.split():
        changes[f"/{name}"] = Directory(Meta(0o1777 if name == "tmp" else 0o755))
    changes |= {path: File(text) for path, text in files.items()}  # type: ignore[arg-type]  # takes text
    changes |= {path: Symlink(target) for path, target in links.items()}
    changes |= {f"/{name}": _PROGRAM for name in programs.split()}
    return Layer.of(changes)


COREUTILS = (
    "cat chmod chown cp cut date dd df du echo env false head id ln ls mkdir mv printf pwd"
    " readlink rm rmdir sha256sum sleep sort stat tail tee test touch tr true truncate uname wc"
)
"""Those of GNU coreutils that run here."""


def within(folder: str, *names: str) -> str:
    """These programs in a folder."""
    return " ".join(f"{folder}/{name}" for name in " ".join(names).split())


def opened(
    layer: RecordedLayer, blob: RecordedBlob, document: Mapping[str, Any], name: str
) -> Image:
    """The image of one layer whose config is ``document``, with that one's very bytes.

    Its manifest is made again, too, from the config and the layer's compressed size.
    """
    config = gojson.dump(document)
    manifest = Manifest.made(
        Descriptor(BlobDigest.of(config), len(config), CONFIG),
        (Descriptor(blob.digest, blob.size),),
    )
    return Image.opened([layer], config, raw_manifest=manifest.raw, where=name)
