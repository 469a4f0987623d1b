"""Lesson 04's exercises that ask for a Dockerfile, with solutions and known mistakes."""

from __future__ import annotations

from layerlab.course.exercise import Exercise, Mistake
from layerlab.course.lesson04_builds import Dockerfile, curl_alone, good_order, two_stages

# 2. Write a Dockerfile: install and clean up.

clean_install = Exercise(
    title="Install, and leave nothing behind",
    asks="How do you install a package so that no layer holds the package lists?",
    kind=Dockerfile(curl_alone),
    solution_code='''
answer = """
FROM debian
RUN apt-get update \\
 && apt-get install -y --no-install-recommends curl \\
 && rm -rf /var/lib/apt/lists/*
"""
''',
    why="The lists came and went within one instruction, so no layer ever held them.",
    hints=(
        "The base has no package lists: `apt-get update` fetches them.",
        "`apt-get install -y curl` needs them. Then `rm -rf /var/lib/apt/lists/*` takes them away.",
        (
            "A layer is what an instruction leaves at its end. Put all three into one `RUN`, with "
            "`&&` between them."
        ),
    ),
    mistakes=(
        Mistake(
            "FROM debian\nRUN apt-get install -y curl\n",
            "The base image has no package lists, so apt knows no package. Run `apt-get update` "
            "first.",
        ),
        Mistake(
            "FROM debian\nRUN apt-get update && apt-get install -y curl\n",
            "The package lists are still in the image, some 20 MB. (`apt-get clean` doesn't take "
            "them: that is about the packages' own archives.)",
        ),
        Mistake(
            "FROM debian\nRUN apt-get update && apt-get install -y curl\n"
            "RUN rm -rf /var/lib/apt/lists/*\n",
            "The lists were deleted in a later layer than the one that holds them. So they are "
            "hidden, and you carry them all the same.",
        ),
        Mistake(
            "FROM debian\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\n"
            "RUN apt-get install -y curl\n",
            "You deleted the lists before the install needed them.",
        ),
        Mistake(
            "FROM debian\nRUN apt-get update && apt-get install curl\n",
            "apt asks whether it may go on, and in a build nobody answers. Give it `-y`.",
        ),
        Mistake("FROM debian\n", "There is no curl in it yet."),
    ),
)


# 4. Write a Dockerfile: the order.

_INSTALL = "RUN apt-get update && apt-get install -y $(cat /srv/packages.txt)\n"

order = Exercise(
    title="Put it in order",
    asks="In which order do you copy a list of packages, install them, and copy the sources?",
    kind=Dockerfile(good_order),
    solution_code='''
answer = """
FROM debian
COPY packages.txt /srv/
RUN apt-get update && apt-get install -y $(cat /srv/packages.txt)
COPY . /srv/
"""
''',
    why="What seldom changes comes first. The install misses when its list changes, and only then.",
    hints=(
        "Two things are copied: the list of packages, and all the rest. Copy them apart.",
        (
            "`RUN apt-get update && apt-get install -y $(cat /srv/packages.txt)` must come after "
            "the list, since it reads it."
        ),
        "And the sources come after the install, since they change more often: `COPY . /srv/`.",
    ),
    mistakes=(
        Mistake(
            f"FROM debian\nCOPY . /srv/\n{_INSTALL}",
            "It all works, but each change of a source misses at `COPY .`, and what comes after "
            "it, the install, is run again. Copy `packages.txt` alone first.",
        ),
        Mistake(
            "FROM debian\nRUN apt-get update && apt-get install -y curl\nCOPY . /srv/\n",
            "You typed the packages into the Dockerfile. When `packages.txt` gets a new line, "
            "nothing installs it.",
        ),
        Mistake(
            "FROM debian\nRUN apt-get update\nCOPY packages.txt /srv/\n"
            "RUN apt-get install -y $(cat /srv/packages.txt)\nCOPY . /srv/\n",
            "`apt-get update` stands alone, above the list. So it comes from the cache day after "
            "day, and a new package is looked up in old lists. Put update and install into "
            "one `RUN`.",
        ),
        Mistake(
            f"FROM debian\nCOPY packages.txt /srv/\n{_INSTALL}",
            "The sources aren't in the image: `/srv/shop/main.sh` is missing.",
        ),
        Mistake(
            "FROM debian\nCOPY packages.txt /srv/\nCOPY . /srv/\n",
            "The packages were never installed.",
        ),
        Mistake(
            f"FROM debian\n{_INSTALL}COPY . /srv/\n",
            "The list isn't in the image yet when the install reads it. Copy `packages.txt` "
            "before the `RUN`.",
        ),
    ),
)


# 6. Write a Dockerfile: two stages.

_GCC = "RUN apt-get update && apt-get install -y --no-install-recommends gcc\n"

small_result = Exercise(
    title="Leave the compiler behind",
    asks="How do you get a program into an image and its compiler and sources into none of its "
    "layers?",
    kind=Dockerfile(two_stages),
    solution_code='''
answer = """
FROM debian AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc
COPY . /src/
RUN cd /src && sh compile

FROM debian
COPY --from=build /src/shop /usr/local/bin/shop
"""
''',
    why="The first stage has compiler and sources, and is no part of the result: only the one "
    "file was copied out of it.",
    hints=(
        (
            "Begin with one stage that works: install gcc, copy the project, run `sh compile` "
            "where it lies."
        ),
        "Give that stage a name: `FROM debian AS build`. Then a second `FROM debian` begins anew.",
        (
            "In the second stage, `COPY --from=build /src/shop /usr/local/bin/shop` fetches the "
            "program and nothing else."
        ),
    ),
    mistakes=(
        Mistake(
            f"FROM debian\n{_GCC}COPY . /src/\n"
            "RUN cd /src && sh compile && mv shop /usr/local/bin/shop\n",
            "The program is there, and so are compiler and sources. Build in a first stage, and "
            "copy the program out of it.",
        ),
        Mistake(
            f"FROM debian\n{_GCC}COPY . /src/\n"
            "RUN cd /src && sh compile && mv shop /usr/local/bin/shop\n"
            "RUN apt-get purge -y --auto-remove gcc && rm -rf /src\n",
            "You removed compiler and sources in a later layer: they are hidden, and carried all "
            "the same.",
        ),
        Mistake(
            f"FROM debian AS build\n{_GCC}COPY . /src/\nRUN cd /src && sh compile\n"
            "FROM debian\nCOPY --from=build /src /usr/local/bin/\n",
            "You copied the whole directory: the sources came along. Copy the one file.",
        ),
        Mistake(
            f"FROM debian AS build\n{_GCC}COPY . /src/\nRUN cd /src && sh compile\n"
            "FROM build\nCOPY --from=build /src/shop /usr/local/bin/shop\n",
            "The second stage goes on from the first one, with everything in it. Start it from "
            "`debian`.",
        ),
        Mistake(
            f"FROM debian AS build\n{_GCC}COPY . /src/\nRUN cd /src && sh compile\nFROM debian\n",
            "The second stage is empty: fetch the program with `COPY --from`.",
        ),
        Mistake(
            "FROM debian AS build\nCOPY . /src/\nRUN cd /src && sh compile\n"
            "FROM debian\nCOPY --from=build /src/shop /usr/local/bin/shop\n",
            "`compile` wants gcc. Install it in the stage that compiles.",
        ),
    ),
)
