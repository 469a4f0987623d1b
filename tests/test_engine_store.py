"""Whatever is done to an engine, its store holds what something uses, and nothing else."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from layerlab import Engine, EngineError, Image, Layer

NAMES = st.sampled_from(["a", "b:1", "b:2", "quay.io/c"])
PICK = st.integers(min_value=0, max_value=99)
LAYERS = [Layer.of({f"/{name}": name.encode()}) for name in "xyz"]


class Store(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()

    def pick(self, items: object, number: int) -> str:
        names = sorted(items)  # type: ignore[call-overload]
        return str(names[number % len(names)])

    @rule(name=NAMES, layers=st.lists(st.sampled_from(LAYERS), max_size=3))
    def add(self, name: str, layers: list[Layer]) -> None:
        self.engine.add(name, Image(layers))

    @precondition(lambda self: self.engine.state.images)
    @rule(number=PICK, name=NAMES)
    def tag(self, number: int, name: str) -> None:
        self.engine.tag(self.pick(self.engine.state.images, number), name)

    @precondition(lambda self: self.engine.state.images)
    @rule(number=PICK, change=st.sampled_from(["", "p", "q"]))
    def create(self, number: int, change: str) -> None:
        image = self.pick(self.engine.state.images, number)
        container = self.engine.create(image, ["sh"])
        if change:
            container.files.write_bytes(f"/{change}", b"")

    @precondition(lambda self: self.engine.state.containers)
    @rule(number=PICK, name=st.none() | NAMES)
    def commit(self, number: int, name: str | None) -> None:
        before = self.engine.state
        box = before.containers[self.pick(before.containers, number)]
        try:
            self.engine.commit(box.id, name)
        except EngineError:  # its image was removed by force
            assert box.image_id not in before.images
            assert self.engine.state is before

    @precondition(lambda self: self.engine.state.containers)
    @rule(number=PICK)
    def rm(self, number: int) -> None:
        self.engine.rm(self.pick(self.engine.state.containers, number))

    @precondition(lambda self: self.engine.state.images)
    @rule(number=PICK, named=st.booleans(), force=st.booleans(), prune=st.booleans())
    def rmi(self, number: int, named: bool, force: bool, prune: bool) -> None:
        before = self.engine.state
        items = map(str, before.references) if named and before.references else before.images
        try:
            lines = self.engine.rmi(self.pick(items, number), force=force, prune=prune)
        except EngineError:
            assert self.engine.state is before
            return
        after = self.engine.state
        gone = [*(before.images.keys() - after.images), *(before.layers.keys() - after.layers)]
        told = [line.removeprefix("Deleted: ") for line in lines if line.startswith("Deleted")]
        assert sorted(told) == sorted(gone)
        untagged = [line for line in lines if line.startswith("Untagged")]
        assert len(untagged) == len(before.references) - len(after.references)

    @rule(all=st.booleans())
    def prune(self, all: bool) -> None:
        before = self.engine.state
        freed = self.engine.prune("images", all=all).reclaimed
        after = self.engine.state
        gone = before.layers.keys() - after.layers
        assert freed == sum(before.layers[chain_id].layer.size for chain_id in gone)
        if all:
            used = {box.image_id for box in after.containers.values()}
            heads = after.images.keys() - {stored.parent for stored in after.images.values()}
            assert heads <= used

    @invariant()
    def layers_are_those_in_use(self) -> None:
        state = self.engine.state
        images = [stored.image for stored in state.images.values()]
        images += [container.image for container in state.containers.values()]
        assert state.layers.keys() == {chain for image in images for chain in image.chain_ids}
        for chain_id, layer in state.layers.items():
            assert chain_id == layer.chain_id
            assert layer.parent is None or layer.parent in state.layers

    @invariant()
    def names_and_parents_are_there(self) -> None:
        state = self.engine.state
        assert set(state.references.values()) <= state.images.keys()
        parents = {stored.parent for stored in state.images.values()} - {None}
        assert parents <= state.images.keys()

    @invariant()
    def usage_adds_up(self) -> None:
        used = self.engine.df()
        chains = {chain for image in used.images for chain in image.stored.image.chain_ids}
        layers = self.engine.state.layers
        assert used.layers_size == sum(layers[chain_id].layer.size for chain_id in chains)
        for image in used.images:
            assert image.size == image.stored.image.size
            assert 0 <= image.unique <= image.size


Store.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestStore = Store.TestCase
