"""Engine: images, containers and layers on one machine, as a Docker engine keeps them."""

from layerlab.engine.clock import Clock
from layerlab.engine.engine import Engine
from layerlab.engine.state import State, StoredContainer, StoredImage, StoredLayer

__all__ = ["Clock", "Engine", "State", "StoredContainer", "StoredImage", "StoredLayer"]
