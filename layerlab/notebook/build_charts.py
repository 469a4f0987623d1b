"""Charts of builds: what the cache saves, what a stage saves, and how large the layers are.

Each takes what ``Engine.build`` returned, so that its numbers come from the model; ``cache_table``
and ``image_table`` are the same numbers as frames::

    builds = {"COPY first": engine.build(…), "COPY last": engine.build(…)}
    cache_chart(builds, title="COPY last keeps the packages")
"""

from collections.abc import Mapping

import pandas as pd

from layerlab.build import Build, Step
from layerlab.image import Image
from layerlab.notebook.charts import Chart, bars, stacks
from layerlab.notebook.svg import printable
from layerlab.notebook.words import short
from layerlab.units import human_size


def cache_table(builds: Mapping[str, Build]) -> pd.DataFrame:
    """For each build how many steps were reused and run, and the bytes of their layers."""
    rows = [
        (
            sum(step.cached for step in build.steps),
            sum(not step.cached for step in build.steps),
            sum(step.size for step in build.steps if step.cached),
            sum(step.size for step in build.steps if not step.cached),
        )
        for build in builds.values()
    ]
    columns = ["steps reused", "steps run", "bytes reused", "bytes built"]
    return pd.DataFrame(rows, index=list(builds), columns=columns)


def cache_chart(builds: Mapping[str, Build], *, title: str) -> Chart:
    """Cache hits by order: the bytes that each build took from the cache, and those it made."""
    frame = cache_table(builds)
    told = "; ".join(
        f"{row.name}: {human_size(row['bytes reused'])} reused, "
        f"{human_size(row['bytes built'])} built again"
        for _, row in frame.iterrows()
    )
    parts = frame[["bytes reused", "bytes built"]]
    parts = parts.rename(columns={"bytes reused": "from the cache", "bytes built": "built again"})
    return stacks(parts, title=title, alt=f"{title}. {told}.", x="layers", size=True)


def image_table(builds: Mapping[str, Build]) -> pd.DataFrame:
    """For each build its image: layers, and bytes of the base, of what was added, and in all."""
    rows = []
    for build in builds.values():
        image, base = build.image, _base(build)
        rows.append((len(image.layers), base.size, image.size - base.size, image.size))
    return pd.DataFrame(rows, index=list(builds), columns=["layers", "base", "added", "image"])


def image_chart(builds: Mapping[str, Build], *, title: str) -> Chart:
    """Images beside each other: single against multi-stage, cleaned against uncleaned."""
    frame = image_table(builds)
    told = "; ".join(
        f"{row.name}: {human_size(row['image'])}, {human_size(row['added'])} of it added"
        for _, row in frame.iterrows()
    )
    return stacks(
        frame[["base", "added"]], title=title, alt=f"{title}. {told}.", x="the image", size=True
    )


def layer_chart(build: Build, *, title: str) -> Chart:
    """The layers of a build's image, the base first, each under the instruction that made it."""
    made = {id(step.layer): step for step in build.steps if step.layer is not None}
    names = [_name(made.get(id(layer))) for layer in build.image.layers]
    sizes = pd.Series([layer.size for layer in build.image.layers], index=names)
    told = "; ".join(f"{name}: {human_size(size)}" for name, size in sizes.items())
    return bars(sizes, title=title, alt=f"{title}. {told}.", x="the layer's size", size=True)


def _name(step: Step | None) -> str:
    return short(printable(step.instruction.source), 46) if step else "the base"


def _base(build: Build) -> Image:
    """What the last stage began with."""
    last = [step for step in build.steps if step.stage == max(s.stage for s in build.steps)]
    return last[0].parent if last else build.image
