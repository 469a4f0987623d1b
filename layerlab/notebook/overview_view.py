"""``overview``: one container and all that it stands on, back to the registry, in one picture."""

from collections.abc import Sequence

from layerlab.container import Container
from layerlab.engine import Engine
from layerlab.notebook.drawing import Picture
from layerlab.notebook.overview_picture import Overview, Slab
from layerlab.notebook.subject import CannotDraw
from layerlab.reference import Reference
from layerlab.registry import Registry


def overview(engine: Engine, container: str, paths: Sequence[str] = ()) -> Picture:
    """The stack below ``container``, and where in it the container sees ``paths``.

    ``CannotDraw`` if no registry of the engine has its image; ``EngineError`` if there is no
    such container.
    """
    found = survey(engine, container, paths)
    return Picture(found.draw(), found.alt, found.text)


def survey(engine: Engine, container: str, paths: Sequence[str]) -> Overview:
    """What the picture says."""
    box = engine.container(container)
    name = Reference.parse(box.image_name).tagged()
    registry = engine.registries.get(name.domain)
    if registry is None or not _offers(registry, name):
        raise CannotDraw(
            f"no registry has the image of {container}, {box.image_name}",
            hint="run a container of an image that was pulled",
        )
    digest, manifest = registry.manifest(name.path, name.tag)
    image = engine.image(box.image_id).image
    made_by = [step.created_by for step in image.history if not step.empty_layer]
    slabs = tuple(
        Slab(made, layer.diff_id.short, layer.size, blob.digest.short, blob.size)
        for made, layer, blob in zip(made_by, image.layers, manifest.layers, strict=True)
    )
    lines = len(engine.diff(container))
    return Overview(
        registry=registry.host,
        manifest=digest.short,
        config=manifest.config.digest.short,
        name=name.familiar,
        slabs=slabs,
        container=box.name,
        changes=f"{lines} line{'s' * (lines != 1)} of docker diff",
        sees=tuple((path, _seen(box.files, path, len(slabs))) for path in paths),
    )


def _offers(registry: Registry, name: Reference) -> bool:
    return name.path in registry.repositories and name.tag in registry.tags(name.path)


def _seen(files: Container, path: str, layers: int) -> int | None:
    """The layer that a path is seen in. What Docker puts or mounts there is the container's."""
    if not files.lexists(path):
        return None
    index = files.lookup(path).index
    return layers if index < 0 else min(index, layers)
