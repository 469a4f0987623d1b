"""What FROM and ``COPY --from`` name: a stage, or an image, fetched where it isn't here.

moby 20.10: ``builder/dockerfile/imagecontext.go``, ``evaluator.go`` (stagesBuildResults).
"""

from __future__ import annotations

import re
from contextlib import suppress

from layerlab.build.hosting import Host, Journal, Options, Working
from layerlab.digest import ImageID
from layerlab.engine.finding import find_image, parse_any
from layerlab.engine.transfer import TransferFailed
from layerlab.errors import EngineError
from layerlab.image import Image

SCRATCH = Image([])
"""What ``FROM scratch`` begins with: no image at all."""


class Bases:
    """The stages that are done, and the engine's images."""

    def __init__(self, host: Host, options: Options, journal: Journal) -> None:
        self._host, self._options, self._journal = host, options, journal
        self.done: list[Working] = []

    def stage_named(self, name: str) -> Working | None:
        """The stage of this name, if it was built by now."""
        return next((done for done in self.done if done.name == name.lower() and name), None)

    def found(self, name: str) -> tuple[ImageID, Image]:
        """An image by name, fetched where it isn't here."""
        parse_any(name)
        if not self._options.pull:
            with suppress(EngineError):
                image_id, stored = find_image(self._host.state(), name)
                return image_id, stored.image
        try:
            lines = self._host.pull(name)
        except TransferFailed as error:
            self._journal.print("".join(f"{line}\n" for line in error.lines))
            raise
        self._journal.print("".join(f"{line}\n" for line in lines))
        image_id, stored = find_image(self._host.state(), name)
        return image_id, stored.image

    def image_named(self, name: str) -> Image:
        """What ``--from`` means: a stage by name or number, or any image."""
        earlier = self.stage_named(name)
        if earlier is not None:
            return earlier.image
        if re.fullmatch(r"[+-]?\d+", name, re.ASCII):
            if int(name) == len(self.done):
                raise EngineError("refers to current build stage")
            if not 0 <= int(name) < len(self.done):
                raise EngineError("index out of bounds")
            return self.done[int(name)].image
        return self.found(name)[1]
