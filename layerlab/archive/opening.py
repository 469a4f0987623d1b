"""Open an archive of images, whatever form it has."""

import os
from collections import Counter
from collections.abc import Iterable

from layerlab.archive import docker, oci
from layerlab.archive.bundle import Bundle, FolderBundle, TarBundle
from layerlab.errors import InvalidImage, InvalidLayer, LayerlabError, NotFound
from layerlab.image import Image
from layerlab.nodes import LowerLink
from layerlab.source import (
    Compressed,
    Given,
    Limits,
    Meter,
    Source,
    Watch,
    decompress,
    name_of,
    open_source,
    sniff,
)
from layerlab.tarball import headers, looks_like_tar

_STRANGE = (RecursionError, MemoryError, OverflowError, ValueError, EOFError)
"""What a file made to hurt can raise in the deep of Python; it ends as an ``InvalidImage``."""


def open_image(
    path: Given,
    ref: str | None = None,
    *,
    limits: Limits | None = None,
    watch: Watch | None = None,
) -> Image:
    """The image in an archive: a docker-archive or an OCI layout, a file or a folder.

    ``path`` may also be a stream, which is put aside in an unnamed temporary file, or bytes.
    ``ref`` is the name it has there (``alpine`` finds ``alpine:latest``), or its ImageID or
    the beginning of it; it may be left out where there is one image only. Every digest is
    verified before this returns; file contents stay in the archive and are read when asked for.
    What goes over ``limits`` is refused, a ``LimitExceeded``. ``watch`` is told of the bytes as
    they are read.
    """
    images = open_images(path, limits=limits, watch=watch)
    where = name_of(path)
    if ref is None:
        if len(set(images.values())) == 1:
            return next(iter(images.values()))
        raise InvalidImage(
            f"there are several images: {_listed(images)}", where=where, hint="name one of them"
        )
    if ref in images:
        return images[ref]
    wanted = familiar(ref)
    matches = {image for name, image in images.items() if familiar(name) == wanted}
    matches = matches or {image for image in images.values() if _is_id_of(ref, image)}
    if len(matches) == 1:
        return matches.pop()
    raise NotFound(ref, where=where, hint=f"there is {_listed(images)}")


def open_images(
    path: Given, *, limits: Limits | None = None, watch: Watch | None = None
) -> dict[str, Image]:
    """All images of an archive by name, in the archive's order.

    An image with several names is there under each. One without a name goes by the short
    form of its ImageID; where one name stands for several platforms, by ``name (os/arch)``.
    """
    where = name_of(path)
    try:
        meter = Meter(limits)
        named = list(_read(_bundle(path, meter, watch), where))
        for image in {image for _, image in named}:
            _check_merge(image, meter, where)
            _check_links(image, where)
    except LayerlabError:
        raise
    except _STRANGE as error:
        raise InvalidImage(
            f"it can't be read: {type(error).__name__}: {error!s:.200}", where=where
        ) from error
    if not named:
        raise InvalidImage("it holds no image", where=where)
    return _by_name(named)


def familiar(name: str) -> str:
    """``docker.io/library/alpine`` as people write it, with its tag: ``alpine:latest``."""
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def _bundle(path: Given, meter: Meter, watch: Watch | None) -> Bundle:
    if isinstance(path, (str, os.PathLike)) and os.path.isdir(path):
        return FolderBundle(os.fspath(path), meter, watch)
    file = open_source(path, watch=watch)
    meter.size = file.size
    where = file.where
    source: Source = file
    blocks = file.blocks()
    head = file.pread(0, min(file.size, headers.BLOCK))
    if kind := sniff(head, where=where):
        source = Compressed(file, kind, where=where, limits=meter.limits)
        blocks = decompress(blocks, kind, where=where, meter=meter)
    elif not looks_like_tar(head):
        raise InvalidImage(
            "this is neither a tar nor a compressed one",
            where=where,
            hint="give what 'docker save' or 'skopeo copy' wrote, or an OCI layout",
        )
    return TarBundle(blocks, source, where, meter)


def _read(bundle: Bundle, where: str) -> Iterable[tuple[str | None, Image]]:
    if bundle.has(docker.MANIFEST):
        images = list(docker.read_docker(bundle))  # it has the full names
        if not bundle.has(oci.INDEX):
            return images
        known = {image.image_id: image for _, image in oci.read_oci(bundle)}  # with its manifest
        return [(name, known.get(image.image_id, image)) for name, image in images]
    if bundle.has(oci.INDEX):
        return oci.read_oci(bundle)
    raise InvalidImage(
        "this is no image: there is neither manifest.json nor index.json",
        where=where,
        hint="a single layer opens with Layer.from_tar",
    )


def _by_name(named: list[tuple[str | None, Image]]) -> dict[str, Image]:
    meant: dict[str, set[Image]] = {}
    for name, image in named:
        meant.setdefault(name or "", set()).add(image)
    images: dict[str, Image] = {}
    for name, image in named:
        if name is None:
            images[image.image_id.short] = image
        elif len(meant[name]) == 1:
            images[name] = image
        elif (full := f"{name} ({image.config.platform})") not in images:
            images[full] = image
        elif images[full] != image:
            images[f"{name} ({image.image_id.short})"] = image
    return images


def _check_merge(image: Image, meter: Meter, where: str) -> None:
    """A layer that changes a directory makes all its names anew: few layers can make billions."""
    changes = sum(len(layer.changes) for layer in image.layers)
    if len(image.layers) * changes <= meter.limits.merged >> 2:
        return  # no need to count
    sizes: Counter[str] = Counter()
    links = 0
    for layer in image.layers:
        for path, names in layer.tree.items():
            sizes[path] += len(names)
        links += len(layer.links)
        meter.merge(links + sum(map(sizes.__getitem__, layer.tree)), where)


def _check_links(image: Image, where: str) -> None:
    """Hard links into lower layers must lead somewhere, which only stacking the layers shows."""
    if any(isinstance(n, LowerLink) for layer in image.layers for n in layer.changes.values()):
        try:
            _ = image.rootfs
        except InvalidLayer as error:
            raise InvalidImage(
                f"entry {error.where!r:.200}: {error.what}", where=where, hint=error.hint
            ) from error


def _is_id_of(ref: str, image: Image) -> bool:
    digits = ref.removeprefix("sha256:")
    return len(digits) >= 4 and image.image_id.hex.startswith(digits)


def _listed(images: dict[str, Image]) -> str:
    names = [f"{name!r:.100}" for name in list(images)[:20]]
    return ", ".join(names) + (f" and {len(images) - 20} more" if len(images) > 20 else "")
