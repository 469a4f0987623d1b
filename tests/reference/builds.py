"""Dockerfiles to be built by Docker and by layerlab, and the files that they are built with.

``base`` is a busybox with ``/etc/passwd`` and ``/etc/group``.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

BASE = """\
FROM scratch
COPY bin /bin/
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /etc /tmp /root && echo root:x:0:0:root:/root:/bin/sh > /etc/passwd \\
 && echo bob:x:1000:1001::/home/bob:/bin/sh >> /etc/passwd \\
 && echo root:x:0: > /etc/group && echo staff:x:50: >> /etc/group
CMD ["sh"]
"""
TREE = """\
mkdir -p d/s e/none; echo hi > d/f; ln d/f d/hard; ln -s f d/link; ln -s /etc/passwd d/abs
ln -s nowhere d/broken; chmod 4755 d/f; ln -s d dl; ln -s d/f fl; echo x > a; echo y > b
mkfifo d/fifo; printf 'Dockerfile\\n.dockerignore\\n*.no\\n' > .dockerignore; touch z.no 'w*x'
ln -s ../out out; ln -s ../../../e/none esc; tar czf e/t.tgz a d; tar cf e/p.tar -C d .
tar cjf e/b.tbz a; tar cJf e/x.txz a; echo no > e/notar.tgz; : > e/empty
find . -exec touch -h -d '2020-01-02 03:04:05' {} +
"""


def plant(folder: Path) -> None:
    """A context with links, devices, archives, and names that mean something elsewhere."""
    folder.mkdir()
    subprocess.run(TREE, shell=True, cwd=folder, check=True)


@dataclass(frozen=True)
class Case:
    """A Dockerfile, and what the command is told beside."""

    text: str
    args: tuple[str, ...] = ()


def on_base(text: str, *args: str) -> Case:
    """A Dockerfile that goes on from the base."""
    return Case(f"FROM build-base\n{text}\n", args)


BUILDS = {
    "nothing but FROM": on_base(""),
    "shell and exec form": on_base('RUN echo hi > /a\nRUN ["touch", "/b c"]\nRUN ["sh","-c","id"]'),
    "nothing changed": on_base("RUN true\nRUN echo >/tmp/f && rm /tmp/f\nWORKDIR /tmp"),
    "chmod copies": on_base("RUN chmod 700 /bin/busybox\nRUN chmod 700 /bin/busybox"),
    "deletions": on_base("RUN rm /etc/group\nRUN rm -r /root && mkdir /root && touch /root/new"),
    "output without a newline": on_base("RUN printf a\nRUN printf 'b\\r\\nc'"),
    "standard error in red": on_base("RUN echo err >&2\nRUN ls /nope /no; true"),
    "environment": on_base(
        'ENV A=1 B="two words" C=\'$A\' D=$A E=\\$A\nENV OLD form of $A\nENV A=2 F=${A}${X:-none}\n'
        "RUN echo $A-$B-$C-$D-$E-$OLD-$F > /out\nENV PATH=$PATH:/more"
    ),
    "labels": on_base('LABEL a=b "c d"="e f" multi=one\\\n  z=y\nLABEL a=c <&>=\\u2028'),
    "commands": on_base(
        'CMD ["a", "b \\"c\\""]\nENTRYPOINT ["e"]\nCMD echo $HOME\nENTRYPOINT exec top -b\n'
        "CMD []\nENTRYPOINT []\nCMD"
    ),
    "entrypoint drops the base's command": on_base('ENTRYPOINT ["x"]'),
    "entrypoint keeps the stage's own command": on_base('CMD ["y"]\nENTRYPOINT ["x"]'),
    "workdirs": on_base(
        "WORKDIR /w/x\nWORKDIR y\nENV d=z\nWORKDIR $d/../q\nRUN pwd > where\n"
        "WORKDIR /w/x/\nCOPY a .\n"
        "COPY a ./deep/er/"
    ),
    "a workdir that was removed comes back": on_base("WORKDIR /w\nRUN rm -r /w\nENV a=b"),
    "users": on_base("USER bob\nRUN id > /dev/null; id\nUSER 7:8\nRUN id\n"
        "WORKDIR /home/bob\nCOPY a a"),
    "ports": on_base('ENV p="90 91"\nEXPOSE 80 443/UDP $p\nEXPOSE 8000-8002/tcp 80'),
    "no ports at all": on_base("EXPOSE $nothing"),
    "volumes": on_base(
        'VOLUME /data /v\nVOLUME ["/etc"]\nRUN touch /data/x /etc/x /y\nCOPY a /data/\n'
        "RUN chown bob /data && echo z >> /etc/passwd\nENV a=b"
    ),
    "health": on_base(
        'HEALTHCHECK --interval=5m --timeout=3s --retries=3 CMD ["a"]\n'
        "HEALTHCHECK --start-period=1.5s CMD curl x || exit 1\nHEALTHCHECK NONE\nRUN true"
    ),
    "signals and shells": on_base(
        'STOPSIGNAL 9\nSTOPSIGNAL sigterm\nSHELL ["/bin/sh", "-ec"]\nRUN echo a\nCMD b\n'
        'ENTRYPOINT c'
    ),
    "maintainer": on_base("MAINTAINER me <me@example>\nRUN touch /x\nENV a=b"),
    "onbuild is noted": on_base("ONBUILD RUN echo 1\nONBUILD  COPY a /a  \nONBUILD ENV x=$y"),
    "arguments": on_base(
        "ARG a=1\nARG b\nARG c=${a}x d=\nRUN echo $a $b $c $HTTP_PROXY > /r\nENV a=env\n"
        "RUN echo $a\nARG HTTP_PROXY\nRUN echo $HTTP_PROXY",
        "--build-arg", "b=2", "--build-arg", "HTTP_PROXY=p", "--build-arg", "unused=3",
    ),
    "arguments before FROM": Case(
        "ARG B=build-base\nARG C=$B\nARG D\nFROM $C\nARG C\nRUN echo $C-$B > /c\nFROM ${D:-$B}\n"
        "ARG D=own\nRUN echo $D-$C > /d"
    ),
    "stages": Case(
        "FROM build-base AS One\nENV p=q\nRUN echo 1 > /1\nFROM ONE\nRUN echo $p > /p\n"
        "FROM scratch\nCOPY --from=one /1 /bin/\nCOPY --from=1 /p /etc/passwd /\n"
        "COPY --from=build-base /etc /etc"
    ),
    "target": Case(
        "FROM build-base AS a\nRUN echo 1 > /x\nFROM a AS b\nRUN false\n", ("--target", "A")
    ),
    "labels of the command": on_base("LABEL b=1", "--label", "b=2", "--label", "a= $x"),
    "continuation": Case(
        "# escape=`\n\nFROM build-base\n# a comment\nRUN echo a `\n  # not a part\n"
        "  && echo b `\n\n"
        "   && echo 'c `\nd' > /out\n  run echo e\nCMD c:\\"
    ),
    "empty continuation lines": on_base("RUN date +%F >/dev/null \\\n\n && echo 5%"),
    "containers stay": on_base("RUN true\nENV a=b", "--rm=false"),
    "files": on_base(
        "COPY a /n\nCOPY a b /both/\nCOPY fl /fl\nCOPY fl /etc/\nCOPY d/link /l/\nCOPY d/../a /dd\n"
        'COPY ["w*x", "/lit/"]\nCOPY /a ./b //x/y/../z/\nCOPY d/nope/../f /f2'
    ),
    "folders": on_base(
        "COPY d /d\nCOPY d/ /bin/d2\nCOPY dl /dl\nCOPY . /all\nCOPY e/none /none\nCOPY e a /mix/\n"
        "COPY esc /esc"
    ),
    "wildcards": on_base("COPY d* /w/\nCOPY [a-b] d/?ar? /x/\nCOPY e/*z /y/\nCOPY ? /q/"),
    "owners": on_base(
        "COPY --chown=3:4 d /own\nCOPY --chown=bob:staff a /n1/n2/a\nCOPY --chown=5 a /etc/\n"
        "ARG who=bob:50\nCOPY --chown=$who d /own\nADD --chown=9:9 e/t.tgz /t2/"
    ),
    "over what is there": on_base(
        "RUN ln -s /etc /le && mkdir -p /r/f /r/s && echo x > /r/f/b "
        "&& mkdir -p /q && echo q > /q/a\n"
        "COPY a /le/q\nCOPY a /le/\nCOPY d /le\nCOPY d /r\nCOPY a /q\n"
        "RUN rm -r /root && rm /etc/group\n"
        "COPY d /root\nCOPY a /etc/group"
    ),
    "archives": on_base(
        "ADD e/t.tgz /t/\nADD e/p.tar /p\nADD e/b.tbz e/x.txz e/notar.tgz e/empty /ar/\n"
        "COPY e/t.tgz /x.tgz\nADD a d /plain/"
    ),
    "from an image": on_base(
        "RUN mkdir /m && chown 5:6 /m && touch /m/x && chown 7:8 /m/x "
        "&& ln -s m/x /lx && ln /m/x /m/y\n"
        "FROM build-base\nCOPY --from=0 /m /m2\nCOPY --from=0 m/x /lx /m3/\nCOPY --from=0 /m* /w/\n"
        "COPY --from=0 --chown=1:2 /m /m4\nCOPY --from=0 /etc/passwd /a/b/\n"
        "COPY --from=0 /tmp /bin /b/"
    ),
    "from an ignored file's neighbours": on_base("COPY *.no* a /x/"),
}  # fmt: skip

TIMED = Case(
    "FROM scratch\nCOPY a b fl /\nCOPY d /\nADD e/t.tgz /\nCOPY --from=build-base /bin/busybox /\n"
    'RUN ["/busybox", "sh", "-c", "echo 1 > /new && ln -s new /ln && mkdir /dir && '
    "/busybox touch -h -d '2001-02-03 04:05:06' /new /ln /dir\"]\n"
    'RUN ["/busybox", "chmod", "600", "/a"]\nCOPY --chown=1:2 d /\n'
)
"""Every time in its layers is fixed: they have Docker's DiffIDs."""

FAILURES = (
    "RUN x", "", "# x", "# escape=x\nFROM build-base", "# escape=`\n#escape=`\nFROM build-base",
    "FROM build-base as 1a", "FROM build-base y", "FROM", "FROM $nothing", "FROM ${x:?gone}",
    "FROM scratch", "FROM Bad", "FROM build-base:a:b",
)  # fmt: skip
"""Dockerfiles that fail before anything is built."""

UNREADABLE = (
    "FOO bar", "ENV a", "ENV a=1 b", "ENV =y", 'LABEL "=x"', "ARG =y", "ONBUILD FROM y",
    "ONBUILD ONBUILD RUN y", "ONBUILD", "HEALTHCHECK", "HEALTHCHECK CMD", "HEALTHCHECK Y",
    "HEALTHCHECK NONE y", "HEALTHCHECK --retries=0 CMD a", "HEALTHCHECK --retries=y CMD a",
    "HEALTHCHECK --interval=1us CMD a", "HEALTHCHECK --interval=1 CMD a", "SHELL a b", "SHELL []",
    "CMD [1]", "COPY a", 'ADD ["a"]', "WORKDIR", "USER", 'VOLUME ["", "a"]', "COPY --from a /x",
    "COPY --chown=a --chown=b a /x", "COPY --link a /x", "RUN --network=none true", "USER --x y",
    "RUN <<EOF\ntrue\nEOF", "EXPOSE", "MAINTAINER", "STOPSIGNAL",
)  # fmt: skip
"""Lines, below a FROM, that the parser refuses."""

FAILING_STEPS = (
    "RUN false", "RUN echo hi; exit 7", "RUN echo err >&2; exit 3", 'RUN ["/nope", "a"]',
    'RUN ["nope"]', 'RUN ["/etc/passwd"]', "USER nosuch\nRUN true", "USER 0:nosuch\nRUN true",
    "COPY nope /x", "COPY a b /x", "COPY ../a /x", "COPY out /o", "COPY n* /x/", "COPY [a /x/",
    "COPY d/abs /x", "COPY d/f/x /x", "COPY z.no /", "COPY a* nope /x/", "COPY --from=3 a /x",
    "COPY --from=0 a /x", "COPY --from=-1 a /x", "COPY --from=build-base nope /",
    "COPY --chown=nobody a /x", "COPY --chown=bob a /x", "COPY --chown=a:b:c a /x",
    "COPY --chmod=755 a /x", "ADD --chmod=755 a /x", "RUN --mount=type=cache,target=/x true",
    "COPY http://127.0.0.1:1/x /x", "COPY a /bin/sh/x", "COPY d /bin/sh", "WORKDIR /bin/sh",
    "WORKDIR $nothing", 'ENV y="${x:?no x}"', "ENV y=${x", "ENV y='x", "EXPOSE 99999999",
    "EXPOSE 80/foo", "EXPOSE 5-3", "STOPSIGNAL SIGFOO", "STOPSIGNAL 0", "VOLUME $nothing",
    "ENV $nothing=x",
    "RUN echo 1 > /x\nRUN cat /x && false", "ONBUILD RUN x\nRUN false",
)  # fmt: skip
"""Steps, on the base, that fail when they are carried out."""

_RUNS = "RUN echo a\nCOPY a /a\nRUN echo b\n"
_ARGS = (
    "ARG v=1\nENV x=y\nRUN true\nARG w\nRUN echo $w >/w\nCMD a\nENTRYPOINT b\n"
    "ENTRYPOINT []\nRUN id\n"
)
_META = (
    "HEALTHCHECK --interval=5s CMD a\nHEALTHCHECK CMD b\nVOLUME /v\nEXPOSE 80\nWORKDIR /x\n"
    'RUN touch f\nWORKDIR y\nSHELL ["/bin/sh","-c"]\nMAINTAINER x\nONBUILD RUN y\nRUN touch z\n'
)
_STAGES = (
    "RUN echo 1 >/one\nCOPY a /\nFROM build-base AS two\nLABEL case={case}\n"
    "COPY --from=0 /one /two\nRUN cat /two\nFROM scratch\nCOPY --from=two /two /\n"
    "LABEL case={case}\n"
)


@dataclass(frozen=True)
class Edit:
    """A build after a change: of the Dockerfile, of a file, of an option."""

    text: str
    files: tuple[tuple[str, str, int], ...] = ()
    """Name, content and mode."""
    args: tuple[str, ...] = ()


SEQUENCES = {
    "texts and files": (
        Edit(_RUNS), Edit(_RUNS), Edit("# a comment\n" + _RUNS.replace("RUN echo a", "run echo a")),
        Edit(_RUNS.replace("echo a", "echo  a")), Edit(_RUNS, (("a", "new", 0o644),)),
        Edit(_RUNS, (("a", "x\n", 0o644),)), Edit(_RUNS, (("a", "x\n", 0o600),)),
        Edit(_RUNS, (), ("--no-cache",)), Edit(_RUNS, (("a", "x\n", 0o644),)),
        Edit(_RUNS.replace("a /a", "a b /q/")), Edit(_RUNS.replace("a /a", "b a /q/")),
        Edit(_RUNS.replace("COPY a /a", "ADD a /a")), Edit(_RUNS.replace("a /a", "d /q/")),
        Edit(_RUNS.replace("a /a", "d /q/"), (("d/more", "", 0o644),)),
    ),
    "arguments": (
        Edit(_ARGS), Edit(_ARGS), Edit(_ARGS, (), ("--build-arg", "v=2")),
        Edit(_ARGS, (), ("--build-arg", "w=2")), Edit(_ARGS, (), ("--build-arg", "w=2")),
        Edit(_ARGS), Edit(_ARGS.replace("x=y", "x=z")), Edit(_ARGS, (), ("--label", "k=v")),
        Edit(_ARGS, (), ("--label", "k=v")),
    ),
    "what makes no layer": (
        Edit(_META), Edit(_META), Edit(_META.replace("5s", "6s")),
        Edit(_META.replace("EXPOSE 80", "EXPOSE 80 81")), Edit(_META.replace("/x", "/z")),
        Edit(_META),
    ),
    "stages": (
        Edit(_STAGES), Edit(_STAGES), Edit(_STAGES, (("a", "new", 0o644),)),
        Edit(_STAGES.replace("echo 1", "echo 2")), Edit(_STAGES, (), ("--target", "two")),
        Edit(_STAGES.replace("RUN cat", "RUN false && cat")), Edit(_STAGES),
    ),
}  # fmt: skip

IGNORED = (
    "*", "*\n!d\n", "*\n!d/f", "d/*\n!d/link", "**/f", "**f\n!d/f", "/a\n./b\nd/../e",
    "?\n[d-e]/?*",
    "e/**\n!e/none", "d\n!d/s/..", "# a\n #b\na ", "!a\na\n!*", "**/*.t*", "*/*.t?r\n!**/p.tar",
    "a\\\n\\w\\*x", "*.no\nDockerfile\n!Dockerfile", "d/**/", "**", "**/d", "e*/**/*z",
)  # fmt: skip
"""Files ``.dockerignore``."""
