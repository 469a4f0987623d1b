"""Dockerfiles that the bench begins with, each with something to try."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Preset:
    """A Dockerfile, the files of its context, and what is worth trying."""

    text: str
    advice: str
    context: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


_APP = MappingProxyType({"app.py": "print('hello')\n", "README": "How to run it.\n"})

PRESETS: Mapping[str, Preset] = MappingProxyType({
    "the chapter's": Preset(
        "FROM debian\n"
        "RUN apt-get update\n"
        "RUN apt-get install -y emacs\n"
        "RUN apt-get install -y apache2\n"
        'CMD ["/bin/bash"]',
        "Which lines make a layer? Move CMD to line 2: which lines run again?",
    ),
    "order and cache": Preset(
        "FROM debian\n"
        "WORKDIR /app\n"
        "COPY . .\n"
        "RUN apt-get update && apt-get install -y --no-install-recommends python3\n"
        'CMD ["python3", "app.py"]',
        "Change app.py: Python is installed again. Move COPY below the RUN, and change it again.",
        _APP,
    ),
    "cleaning up": Preset(
        "FROM debian\n"
        "RUN apt-get update\n"
        "RUN apt-get install -y --no-install-recommends curl\n"
        "RUN rm -rf /var/lib/apt/lists/*",
        "The last line hides files that stay in the image. Put all three into one RUN, with &&.",
    ),
    "one stage": Preset(
        "FROM debian\n"
        "RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev\n"
        "COPY hello.c /src/\n"
        "# cp stands for the compiler, which isn't simulated.\n"
        "RUN cp /src/hello.c /usr/local/bin/hello\n"
        'CMD ["hello"]',
        "The compiler is needed for a moment, and carried along for ever. Compare: two stages.",
        MappingProxyType({"hello.c": 'int main(void) { return 0; }\n'}),
    ),
    "two stages": Preset(
        "FROM debian AS build\n"
        "RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev\n"
        "COPY hello.c /src/\n"
        "# cp stands for the compiler, which isn't simulated.\n"
        "RUN cp /src/hello.c /usr/local/bin/hello\n"
        "FROM debian\n"
        "COPY --from=build /usr/local/bin/hello /usr/local/bin/\n"
        'CMD ["hello"]',
        "Only what the second stage copies is in the image. Change hello.c: what runs again?",
        MappingProxyType({"hello.c": 'int main(void) { return 0; }\n'}),
    ),
})  # fmt: skip
