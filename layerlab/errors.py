"""What can go wrong, in words that say what, where and what to do.

Path operations of a file system raise plain ``OSError`` with the kernel's errno, so that
Python picks ``FileNotFoundError`` and the rest. Everything else is a ``LayerlabError``.
"""


class LayerlabError(Exception):
    """The root of layerlab's own errors.

    ``what`` is the fault, ``where`` the archive, entry or value it was found in, ``hint``
    what the reader can do about it.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.what}{advice}"


class InvalidDigest(LayerlabError):
    """A text that should be ``sha256:`` and 64 hex digits, and isn't."""


class InvalidLayer(LayerlabError):
    """A changeset or a tar stream that no layer can be made of."""


class InvalidImage(LayerlabError):
    """An archive, a manifest or a config that no image can be made of."""


class LimitExceeded(LayerlabError):
    """An archive that has more than its reader believes; ``limit`` is a field of ``Limits``."""

    def __init__(self, what: str, limit: str, *, where: str = "") -> None:
        self.limit = limit
        super().__init__(
            what,
            where=where,
            hint=f"if you trust it, raise the limit: open_image(…, limits=Limits({limit}=…))",
        )


class DigestMismatch(LayerlabError):
    """Bytes that don't have the digest under which they were stored or asked for."""

    def __init__(self, expected: str, actual: str, *, where: str = "") -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"the bytes have digest {actual}, but {expected} was promised",
            where=where,
            hint="the data was altered or damaged: fetch or save it again",
        )


class NotFound(LayerlabError):
    """A name or digest that nothing here goes by."""

    def __init__(self, ref: str, *, where: str = "", hint: str = "") -> None:
        self.ref = ref
        super().__init__(f"there is no {ref!r}", where=where, hint=hint)


class NoContent(LayerlabError):
    """The bytes of a layer of which only the name and size were recorded."""


class InvalidReference(LayerlabError):
    """A text that can't be the name of an image, in the words of Docker's ``reference`` package."""


class EngineError(LayerlabError):
    """What an engine answers when it won't: what stands after ``Error response from daemon:``."""


class DockerfileError(EngineError):
    """A Dockerfile that can't be understood, in the daemon's words, and the line it is about."""

    def __init__(self, what: str, *, line: int = 0, source: str = "") -> None:
        self.line, self.source = line, source
        super().__init__(what, where=_place(line, source))


class BuildError(EngineError):
    """An instruction that failed, in the daemon's words: the command's exit code, if it is that.

    ``output`` is what the build printed until then.
    """

    def __init__(
        self, what: str, *, line: int = 0, source: str = "", code: int = 1, output: str = ""
    ) -> None:
        self.line, self.source, self.code, self.output = line, source, code, output
        super().__init__(what, where=_place(line, source))


def _place(line: int, source: str) -> str:
    """Where in a Dockerfile something is."""
    return ", ".join(filter(None, (f"line {line}" if line else "", source.strip()[:80])))


class DockerExit(LayerlabError):
    """A docker command that failed: its exit code, and what it printed until then."""

    def __init__(self, code: int, stdout: str = "", stderr: str = "") -> None:
        self.code, self.stdout, self.stderr = code, stdout, stderr
        super().__init__(stderr.removesuffix("\n") or f"exit status {code}")
