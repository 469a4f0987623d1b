"""Images of many kinds, as Dockerfiles on ``build-base``, for dive's figures to be recorded.

The layers of one kind each: what dive counts, what it counts oddly, and what it doesn't see.
"""

BIG = "head -c 300000 /dev/zero"

CLASSIC = {
    "empty-layers": "RUN true\nENV A=1\nRUN true\nRUN echo 1 > /a\n",
    "many-layers": "".join(f"RUN echo {n} >> /log; head -c {n}000 /dev/zero > /f{n}\n"
                           for n in range(1, 13)),
    "hard-links": (
        f"RUN mkdir /d && {BIG} > /z && ln /z /d/a && ln /z /y\nRUN echo more >> /y\n"
        "RUN rm -r /d\nRUN rm /z\n"
    ),
    "hard-link-copied-up": f"RUN {BIG} > /f\nRUN ln /f /g\nRUN rm /f\n",
    "whiteouts": f"RUN {BIG} > /big; echo 1 > /small; mkdir /e\nRUN rm -r /big /e\nRUN rm /small\n",
    "folder-deleted": f"RUN mkdir -p /d/e/f && {BIG} > /d/e/f/big && echo 1 > /d/x\nRUN rm -r /d\n",
    "folder-made-again": (
        f"RUN mkdir -p /d/e && {BIG} > /d/big && {BIG} > /d/e/big\n"
        "RUN rm -r /d && mkdir /d && echo 1 > /d/new\n"
    ),
    "symlinks": f"RUN {BIG} > /f && ln -s f /l && ln -s /nowhere /m\n"
    "RUN rm /l && echo 12345 > /l && ln -sf /etc/passwd /m\nRUN rm /f && ln -s l /f\n",
    "file-over-folder": f"RUN mkdir /d && {BIG} > /d/f\nRUN rm -r /d && echo 1 > /d\nRUN rm /d\n",
    "folder-over-file": f"RUN {BIG} > /d\nRUN rm /d && mkdir /d && echo 1 > /d/f\n",
    "metadata": (
        f"RUN {BIG} > /a && {BIG} > /b && mkdir /d && {BIG} > /d/c\n"
        "RUN chmod 700 /a\nRUN chown bob /b\nRUN chown -R bob /d\nRUN touch /a /d\n"
    ),
    "copied-twice": "COPY app /srv/app\nRUN touch /x\nCOPY app /srv/app\n",
    "unicode": (
        "RUN mkdir -p '/Ünï/中文' && echo 1 > '/Ünï/中文/ß'\n"
        "RUN echo 22 > '/Ünï/-x' && echo 3 > '/Ünï/.y'\n"
        "RUN echo 333 >> '/Ünï/中文/ß' && rm '/Ünï/-x'\nRUN rm -r '/Ünï/中文'\n"
    ),
    "moved": f"RUN mkdir /d && {BIG} > /d/f\nRUN mv /d /e\nRUN mv /e/f /g\n",
    "package-lists": f"RUN mkdir -p /var/lib/apt/lists && {BIG} > /var/lib/apt/lists/main\n",
    "fifo-and-empty": "RUN mkfifo /p && : > /e && mkdir /d\nRUN rm /p /e && echo 1 > /p\n",
}  # fmt: skip
BUILDKIT = {
    "buildkit": CLASSIC["metadata"] + "COPY --chown=1000:0 app /b\nRUN rm -r /d\n",
    "buildkit-twice": CLASSIC["copied-twice"],
    "buildkit-folder-made-again": CLASSIC["folder-made-again"],
}
FLAT = {
    "one-layer": "FROM scratch\nCOPY app app2 /\n",
    "one-layer-and-a-cache": "FROM scratch\nCOPY rootfs /\n",
}
"""Whole Dockerfiles."""
FILES = {
    "app": 20_000,
    "app2": 3_000,
    "rootfs/usr/bin/app": 20_000,
    "rootfs/var/cache/apt/pkgcache.bin": 5_000,
}
"""The build context: names and sizes."""
