"""A second, independent model of a container, which Hypothesis plays against the first.

It knows nothing of layers or copy-up: one flat dictionary of paths, changed as POSIX says.
Whatever the layers look like, the container must show the same tree.
"""

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from layerlab import Container, Directory, Image, Layer, Whiteout

NAMES = st.sampled_from("abc")
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))
CONTENT = st.binary(max_size=8)
CHANGES = st.dictionaries(
    st.tuples(NAMES, NAMES).map(lambda names: "/" + "/".join(names)),
    st.one_of(CONTENT, st.just(Whiteout()), st.just(Directory())),
    max_size=5,
)
DIRECTORY = None


def flat(layers: list[dict[str, Any]]) -> dict[str, bytes | None]:
    """The changesets applied one after the other to a flat tree."""
    tree: dict[str, bytes | None] = {}
    for changes in layers:
        for path, node in changes.items():
            parent = path.rpartition("/")[0]
            tree[parent] = DIRECTORY
            if isinstance(node, Directory):
                if tree.get(path, b"") is not DIRECTORY:
                    tree[path] = DIRECTORY
                continue
            for below in [p for p in tree if p == path or p.startswith(path + "/")]:
                del tree[below]
            if isinstance(node, bytes):
                tree[path] = node
    return tree


class ContainerAgainstDictionary(RuleBasedStateMachine):
    @initialize(layers=st.lists(CHANGES, max_size=3))
    def start(self, layers: list[dict[str, Any]]) -> None:
        self.container = Container(Image([Layer.of(changes) for changes in layers]))
        self.tree = flat(layers)

    def _is_directory(self, path: str) -> bool:
        return path == "" or (path in self.tree and self.tree[path] is DIRECTORY)

    def _parent_is_directory(self, path: str) -> bool:
        return self._is_directory(path.rpartition("/")[0])

    def _children(self, path: str) -> list[str]:
        return [p for p in self.tree if p.startswith(path + "/")]

    def _agree(self, possible: bool, call: Any) -> None:
        try:
            call()
        except OSError:
            assert not possible
        else:
            assert possible

    @rule(path=PATHS, content=CONTENT)
    def write(self, path: str, content: bytes) -> None:
        possible = self._parent_is_directory(path) and not self._is_directory(path)
        self._agree(possible, lambda: self.container.write_bytes(path, content))
        if possible:
            self.tree[path] = content

    @rule(path=PATHS, content=CONTENT)
    def append(self, path: str, content: bytes) -> None:
        possible = self._parent_is_directory(path) and not self._is_directory(path)
        self._agree(possible, lambda: self.container.append_bytes(path, content))
        if possible:
            self.tree[path] = (self.tree.get(path) or b"") + content

    @rule(path=PATHS)
    def unlink(self, path: str) -> None:
        possible = path in self.tree and not self._is_directory(path)
        self._agree(possible, lambda: self.container.unlink(path))
        self.tree.pop(path, None) if possible else None

    @rule(path=PATHS)
    def mkdir(self, path: str) -> None:
        possible = self._parent_is_directory(path) and path not in self.tree
        self._agree(possible, lambda: self.container.mkdir(path))
        if possible:
            self.tree[path] = DIRECTORY

    @rule(path=PATHS)
    def rmdir(self, path: str) -> None:
        possible = path in self.tree and self._is_directory(path) and not self._children(path)
        self._agree(possible, lambda: self.container.rmdir(path))
        if possible:
            del self.tree[path]

    @rule(path=PATHS)
    def rmtree(self, path: str) -> None:
        possible = path in self.tree and self._is_directory(path)
        self._agree(possible, lambda: self.container.rmtree(path))
        if possible:
            for below in [path, *self._children(path)]:
                del self.tree[below]

    @rule(old=PATHS, new=PATHS)
    def rename_a_file(self, old: str, new: str) -> None:
        if self._is_directory(old):
            return  # whether a directory can move depends on its layer
        possible = old in self.tree and self._parent_is_directory(new)
        possible = possible and not self._is_directory(new)
        self._agree(possible, lambda: self.container.rename(old, new))
        if possible:
            self.tree[new] = self.tree.pop(old)

    @rule()
    def commit(self) -> None:
        self.container = Container(self.container.commit())

    @invariant()
    def the_tree_is_the_same(self) -> None:
        if not hasattr(self, "container"):
            return
        seen = {
            path: DIRECTORY if node.kind == "directory" else self.container.read_bytes(path)
            for path, node, _ in self.container.items()
        }
        assert seen == self.tree


TestContainerAgainstDictionary = ContainerAgainstDictionary.TestCase
TestContainerAgainstDictionary.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None
)
