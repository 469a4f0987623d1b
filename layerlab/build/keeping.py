"""A step's image: found in the cache, or made from the container that the step leaves.

moby 20.10: ``builder/dockerfile/internals.go`` (commit, probeCache, exportImage).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from layerlab.build import caching, containers
from layerlab.build import config as configs
from layerlab.build.config import Config
from layerlab.build.hosting import Host, Journal, Options, Working
from layerlab.build.instructions import Instruction
from layerlab.build.steps import Step
from layerlab.engine.committing import child_image
from layerlab.engine.runconfig import document_of, go_config
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.store import add_image, remove_container, stand_on, with_item
from layerlab.engine.times import rfc3339
from layerlab.image import History, Image
from layerlab.layer import Layer


class Keeper:
    """Makes the containers and images of one build, and asks the cache."""

    def __init__(self, host: Host, options: Options, journal: Journal) -> None:
        self._host, self._options, self._journal = host, options, journal
        self._containers: list[str] = []

    def commit(
        self, working: Working, instruction: Instruction, comment: str, *, one_word: bool = False
    ) -> Working:
        """A step that runs nothing: a container is made for it, and committed as it is."""
        config = configs.nop(working.config, comment, one_word=one_word)
        hit, miss = self.probed(working, instruction, config)
        if hit is not None:
            return hit
        container, noted = self.container(working, config)
        if noted["Healthcheck"]:  # Docker fills it in where the stage has it, too
            check = {"Healthcheck": noted["Healthcheck"]}
            working = replace(working, config={**working.config, **check})
        layer = container.files.layer()
        return self.kept(working, instruction, layer, noted, container.id, miss)

    def probed(
        self, working: Working, instruction: Instruction, config: Config
    ) -> tuple[Working | None, str]:
        """The stage after a hit, or why there is none."""
        hit, miss = self._probed(working, instruction, config)
        self._host.told(instruction, hit is not None)
        return hit, miss

    def _probed(
        self, working: Working, instruction: Instruction, config: Config
    ) -> tuple[Working | None, str]:
        if self._options.no_cache:
            return None, "the cache isn't asked: --no-cache"
        if working.missed:
            return None, "an earlier step of this stage wasn't in the cache"
        found = caching.probe(self._host.state(), working.image_id, config)
        if found.image_id is None:
            return None, found.reason
        self._journal.print(" ---> Using cache\n")
        image = self._host.state().images[found.image_id].image
        self._note(working, instruction, image, cached=True, reason=found.reason)
        return replace(working, image=image, image_id=found.image_id), ""

    def container(self, working: Working, config: Config) -> tuple[StoredContainer, dict[str, Any]]:
        """A container on the stage's image, and the config that it has then."""
        section = document_of(working.image).get("config") or {} if working.image_id else {}
        merged = configs.merged(config, section)

        def operation(state: State) -> tuple[State, StoredContainer]:
            made = containers.made(
                state, working.image, working.image_id or "", merged, self._host.ids,
                self._host.clock, network=self._options.network,
            )  # fmt: skip
            state = stand_on(state, working.image, made.created)
            return replace(state, containers=with_item(state.containers, made.id, made)), made

        container: StoredContainer = self._host.change(operation)
        self._containers.append(container.id)
        self._journal.print(f" ---> Running in {container.id[:12]}\n")
        return container, {**merged, "Hostname": container.options["hostname"]}

    def remove_containers(self, wanted: bool) -> None:
        """Forget the containers that were made; if that is ``wanted``, they go."""
        for container_id in self._containers if wanted else ():
            self._host.change(partial(_without, container_id))
            self._journal.print(f"Removing intermediate container {container_id[:12]}\n")
        self._containers.clear()

    def kept(
        self, working: Working, instruction: Instruction, layer: Layer, noted: Config,
        container_id: str, reason: str,
    ) -> Working:  # fmt: skip
        """The stage with one more image, the child of its image."""
        command = " ".join(noted.get("Cmd") or ())
        layer = self._host.named(layer)

        def operation(state: State) -> tuple[State, Image]:
            now = self._host.clock()
            image = child_image(
                working.image, layer, History(rfc3339(now), command, working.maintainer),
                self._host.version, config=go_config(working.config),
                container_config=go_config(noted), container=container_id,
            )  # fmt: skip
            return add_image(state, image, self._host.ids, now, working.image_id), image

        image: Image = self._host.change(operation)
        self._note(working, instruction, image, cached=False, reason=reason)
        return replace(working, image=image, image_id=image.image_id, missed=True)

    def _note(
        self, working: Working, instruction: Instruction, image: Image, *, cached: bool,
        reason: str,
    ) -> None:  # fmt: skip
        step = Step(instruction, working.image, image, cached, reason, working.index)
        self._journal.steps.append(step)


def _without(container_id: str, state: State) -> tuple[State, None]:
    return remove_container(state, state.containers[container_id]), None
