"""Draw the picture at the top of the README: ``docs/stack.svg``.

python tools/draw_readme.py
"""

from pathlib import Path

from layerlab import Container, File, Image, Layer, Meta
from layerlab.notebook.drawing import Picture, stack

TARGET = Path(__file__).parents[1] / "docs/stack.svg"


def picture() -> Picture:
    """The README's example, after its last line."""
    tool = File(bytes(1_500_000), Meta(mode=0o700))
    base = Layer.of({"/etc/motd": "hello\n", "/etc/hosts": "", "/bin/tool": tool})
    patch = Layer.of({"/etc/motd": "welcome\n"})
    box = Container(Image([base, patch]))
    box.unlink("/etc/motd")
    box.chmod("/bin/tool", 0o755)
    return stack(
        box,
        ["/bin/tool", "/etc/hosts", "/etc/motd"],
        names=["FROM base", "COPY motd /etc"],
        event=box.events[-1],
    )


if __name__ == "__main__":
    TARGET.write_text(picture().svg, "utf-8")
