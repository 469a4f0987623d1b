"""Dockerfiles that only BuildKit builds, or builds in a way of its own, each with what follows.

A case is a sequence: what the second build finds in the cache counts, too.
"""

from reference.builds import Case

_ON = "FROM build-base\n"
_ONE = "FROM build-base AS one\nRUN echo 1 > /one\n"
_ARGS = (
    "FROM build-base AS a\nARG X=1\nRUN echo $X\nENV Y=2\nARG Y=3\nRUN echo $X $Y ${Z:-x}\nFROM a\n"
    "ARG TARGETARCH\nRUN echo $X $Y $TARGETARCH\n"
)
_CLOCK = Case(_ON + "RUN hostname > /n\nWORKDIR /w\nCOPY a a\n")


def _on(*texts: str) -> tuple[Case, ...]:
    return tuple(Case(f"{_ON}{text}\n") for text in texts)


SEQUENCES = {
    "cache mounts": _on(
        "RUN --mount=type=cache,target=/c echo hi >> /c/x; cat /c/x",
        "RUN --mount=type=cache,target=/c echo hi2 >> /c/x; cat /c/x",
        "RUN --mount=type=cache,target=/c,id=other ls /c\n"
        "RUN --mount=type=cache,target=/d/e,id=/c cat /d/e/x",
    ),
    "bind mounts and tmpfs": _on(
        "RUN --mount=type=bind,target=/c,source=d ls /c > /list",
        "RUN --mount=target=/c cat /c/a /c/b",
        "RUN --mount=target=c,rw touch c/new; ls c | head -3",
        "RUN --mount=type=tmpfs,target=/tm touch /tm/x; ls /tm",
    ),
    "a mount of another stage counts by its content": (
        Case(_ONE + _ON + "RUN --mount=from=one,source=/one,target=/x cat /x > /two\n"),
        Case(
            _ONE.replace("> /one", ">/one")
            + _ON + "RUN --mount=from=one,source=/one,target=/x cat /x > /two\n"
        ),
    ),
    "secrets that nobody gives": _on(
        "RUN --mount=type=secret,id=s ls /run 2>&1; true",
        "RUN --mount=type=secret,id=s,required true",
    ),
    "modes": _on("COPY --chmod=755 a /a\nCOPY --chmod=600 d /d\nCOPY --chmod=x b /b"),
    "equal steps of two stages are one": (
        Case(
            "FROM build-base AS a\nRUN echo same\nFROM build-base AS b\nRUN echo same\n"
            "FROM build-base AS c\nRUN echo unused\nFROM scratch AS d\nCOPY --from=a /etc /x\n"
            "COPY --from=b /etc/passwd /y/\nCOPY --from=0 /etc/group /y/\nWORKDIR /\nWORKDIR /q\n"
        ),
    ),
    "circles, and stages that come later": (
        Case("FROM build-base AS a\nCOPY --from=a /x /x\n"),
        Case(
            "FROM build-base AS a\nCOPY --from=b /etc/passwd /x\nFROM build-base AS b\n"
            "RUN echo 1 > /y\nFROM a\n"
        ),
        Case("FROM build-base\nCOPY --from=build-base nope /\n"),
    ),
    "arguments": (
        Case(_ARGS), Case(_ARGS, ("--build-arg", "Y=5", "--build-arg", "http_proxy=x")),
        Case(_ARGS, ("--build-arg", "X=2")), Case(_ARGS),
    ),
    "in spite of the cache": (_CLOCK, Case(_CLOCK.text, ("--no-cache",)), _CLOCK),
    "triggers": (
        Case(
            "FROM build-base AS t\nONBUILD RUN echo 1 > /1\nONBUILD COPY a b /x/\nONBUILD ARG y=2\n"
            "FROM t\nRUN echo $y\n"
        ),
    ),
    "the target and labels of the command": (
        Case(_ON + "RUN true\n", ("--target", "x")),
        Case(_ONE + "FROM one\nRUN false\n", ("--target", "ONE")),
        Case(_ON + "LABEL a=c\n", ("--label", "a=b")),
    ),
    "what a COPY is compared by": _on(
        "COPY a /x\nRUN cat /x > /y", "COPY  a   /x\nRUN cat /x > /y",
        "COPY b /x\nRUN cat /x > /y", "ENV q=1\nCOPY a /x\nRUN cat /x > /y",
        "USER bob\nCOPY a /x\nRUN cat /x > /tmp/y", "ADD a /x\nRUN cat /x > /y",
        "COPY --chown=0:0 a /x", "COPY ./a /x\nRUN cat /x > /y", "COPY ? /x/", "COPY [ab] /x/",
    ),
    "directories": _on(
        "WORKDIR $nothing\nRUN pwd", "WORKDIR a/../b//c\nWORKDIR ./d\nRUN pwd",
        "USER bob\nWORKDIR /h/i\nCOPY a .\nCOPY b ./deep/er/",
        "COPY --chown=bob a /x\nCOPY --chown=bob:staff d /y\nCOPY --chown=nosuch:nosuch b /b",
    ),
    "nothing to begin with": (Case("FROM scratch\nCOPY a /\nENV a=b\n"),),
}  # fmt: skip

UNREADABLE = (
    "RUN --mount=type=foo true", "RUN --mount=type=bind,mode=7 true", "RUN --mount=target=/ true",
    "RUN --mount=type=cache,sharing=x true", "RUN --mount=x true", "RUN --mount=type=secret true",
    "RUN --mount=type=secret,from=x,id=y true", "RUN --mount=ro=x true",
    "RUN --mount=required true", "RUN --mount=type=cache,uid=x true", "RUN --mount=bogus=1 true",
)  # fmt: skip

TIMED = (
    "FROM scratch\nCOPY a b fl /\nCOPY d /\nADD e/t.tgz /\nCOPY --chown=1:2 d /\n"
    "COPY --from=build-base /bin/busybox /\n"
)
"""Every time in its layers is fixed. (RUN makes ``/dev``, ``/proc`` and ``/sys`` when it runs.)"""
