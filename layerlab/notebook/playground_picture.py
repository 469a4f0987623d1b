"""The playground as a picture: the container's stack, with what the last move did to it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from layerlab.notebook import picture
from layerlab.notebook.drawing import compose, copies
from layerlab.notebook.scene import Scene

if TYPE_CHECKING:
    from layerlab.notebook.playground_state import Box, Playground


def scene(play: "Playground") -> Scene:
    """The stack of the container that moves are made in."""
    return _scene(play, play.box)


def _scene(play: "Playground", box: "Box") -> Scene:
    last = play.last if play.last and play.last.box == box.name else None
    here = box.name == play.at
    several = len(play.boxes) > 1
    made = compose(
        box.container,
        sorted(play.columns),
        names=(*box.names, f"container {box.name}" if several else "container layer"),
        ids=False,
        lookup=play.path if here and not play.last else None,
        selected=(None, play.path) if here else (None, None),
    )
    view = f"container {box.name} sees" if several else made.view
    if last is None:
        return replace(made, view=view)
    arrows = {copy.path: copy for event in last.events for copy in copies(made.rows, event)}
    return replace(
        made,
        view=view,
        title=last.move.call,
        searched={path: order for path, order in last.searched.items() if path in play.columns},
        copies=tuple(arrows.values()),
    )


def draw(play: "Playground", *, live: bool = False) -> str:
    """The picture, as SVG."""
    return picture.draw(scene(play), live=live)
