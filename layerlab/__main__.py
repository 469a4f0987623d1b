"""``python -m layerlab`` is the command ``layerlab``."""

from layerlab.command import run

if __name__ == "__main__":
    run()
