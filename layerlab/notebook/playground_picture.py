"""The playground as a picture: the container's stack, with what the last move did to it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from layerlab.notebook import picture, words
from layerlab.notebook.drawing import compose, copies
from layerlab.notebook.scene import Scene

if TYPE_CHECKING:
    from layerlab.notebook.playground_state import Box, Playground

_APART = 14
"""px between one container's picture and the next."""


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
        lookup=play.path if here and not play.last and play.path != "/" else None,
        selected=(None, play.path) if here else (None, None),
    )
    view = f"container {box.name} sees" if several else made.view
    if last is None:
        return replace(made, view=view)
    arrows = {
        copy.path: copy
        for event in last.events
        if not {*event.copied_up}.isdisjoint(play.columns)
        for copy in copies(made.rows, event)
        if copy.path in play.columns
    }
    return replace(
        made,
        view=view,
        title=f"Container {box.name}: {last.move.call}" if several else last.move.call,
        searched={path: order for path, order in last.searched.items() if path in play.columns},
        copies=tuple(arrows.values()),
    )


def _beside(play: "Playground", box: "Box") -> Scene:
    """Another container: what it sees and its own layer; the image is drawn already."""
    made = _scene(play, box)
    below, here = box.container.layers, play.container.layers
    pairs = zip(below, here, strict=False)
    shared = sum(mine is other for mine, other in pairs)
    told = f"{shared} of these layers"
    if shared == len(below) == len(here):
        told = f"the same {shared} layer{'s' * (shared != 1)}"
    elif more := len(below) - shared:
        told = f"{shared} of these, {more} more"
    return replace(made, title=f"Container {box.name}", shown=(len(below),), fold=told)


def draw(play: "Playground", *, live: bool = False) -> str:
    """The picture, as SVG."""
    main = play.scene
    parts, y = picture.body(main, 14.0, live=live)
    told = [words.description(main)]
    for box in play.boxes:
        if box.name != play.at:
            other = _beside(play, box)
            more, y = picture.body(other, y + _APART, live=False)
            parts += more
            told.append(f"{other.title}: {words.description(other)}")
    return picture.document(main, parts, y, play.alt, " ".join(told), live=live)
