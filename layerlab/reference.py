"""Reference: an image's name, taken apart as Docker does (distribution/reference).

A client of 28.2 and a daemon of 20.10 carry different releases of that package. They refuse
upper case in other words, and the older one knows no IPv6 address.
"""

import re
from dataclasses import dataclass, replace

from layerlab.errors import InvalidReference

DEFAULT_DOMAIN = "docker.io"
OFFICIAL = "library/"
MAX_NAME = 255
"""Characters of a repository's path; for the daemon the domain counts, too (*ran*)."""

_COMPONENT = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"{_COMPONENT}(?:\.{_COMPONENT})*"
_PORT = r"(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"


def _form(host: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<domain>{host}{_PORT})/)?(?P<path>{_PART}(?:/{_PART})*)"
        rf"(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?"
    )


_OLD = _form(_HOST)
_NEW = _form(rf"(?:{_HOST}|\[[a-fA-F0-9:]+\])")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_HEX_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


@dataclass(frozen=True, order=True)
class Reference:
    """``quay.io/coreos/flannel:v0.14.0``: domain, path, and a tag, a digest, both or neither."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str, *, daemon: bool = False) -> "Reference":
        """The reference in ``text``; ``InvalidReference`` with Docker's own words.

        They are the 28.2 client's, or with ``daemon`` those of the 20.10 engine.
        """
        if _HEX64.fullmatch(text):
            raise InvalidReference(
                f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
            )
        domain, rest = _split(text, daemon)
        remote = rest.partition(":")[0]
        if remote.lower() != remote:
            which = "" if daemon else f" ({remote})"
            raise InvalidReference(
                f"invalid reference format: repository name{which} must be lowercase"
            )
        return cls._matched(f"{domain}/{rest}", daemon)

    @classmethod
    def _matched(cls, text: str, daemon: bool) -> "Reference":
        form = _OLD if daemon else _NEW
        match = form.fullmatch(text)
        if match is None:
            if form.fullmatch(text.lower()):
                raise InvalidReference(
                    "invalid reference format: repository name must be lowercase"
                )
            raise InvalidReference("invalid reference format")
        path = match["path"]
        counted = f"{match['domain']}/{path}" if daemon else path
        if len(counted) > MAX_NAME:
            raise InvalidReference(f"repository name must not be more than {MAX_NAME} characters")
        digest = match["digest"] or ""
        if digest:
            check_digest(digest)
        return cls(match["domain"], path, match["tag"] or "", digest)

    @property
    def name(self) -> str:
        """The repository in full: ``docker.io/library/alpine``."""
        return f"{self.domain}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """The repository as people write it: ``alpine``."""
        if self.domain != DEFAULT_DOMAIN:
            return self.name
        short = self.path.removeprefix(OFFICIAL)
        return self.path if "/" in short or not short else short

    @property
    def familiar(self) -> str:
        """The whole reference as people write it: ``alpine:3.20``."""
        return self.familiar_name + self._suffix

    @property
    def full(self) -> str:
        """The whole reference, with its domain: ``docker.io/library/alpine:3.20``."""
        return self.name + self._suffix

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def with_tag(self, tag: str) -> "Reference":
        """The same repository under another tag, without a digest."""
        if not re.fullmatch(_TAG, tag):
            raise InvalidReference("invalid tag format")
        return replace(self, tag=tag, digest="")

    def with_digest(self, digest: str) -> "Reference":
        """What this digest names in the repository, without a tag."""
        check_digest(digest)
        return replace(self, tag="", digest=digest)

    def tagged(self) -> "Reference":
        """With ``latest`` where there is neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag="latest")

    def __str__(self) -> str:
        return self.familiar


def check_digest(text: str) -> None:
    """Refuse what is no digest, in the words of opencontainers/go-digest."""
    algorithm, _, digits = text.partition(":")
    if algorithm not in _HEX_DIGITS:
        fault = "unsupported digest algorithm"
    elif len(digits) != _HEX_DIGITS[algorithm]:
        fault = "invalid checksum digest length"
    elif not re.fullmatch("[0-9a-f]+", digits):
        fault = "invalid checksum digest format"
    else:
        return
    raise InvalidReference(fault)


def _split(text: str, daemon: bool) -> tuple[str, str]:
    """The domain, and what follows it; Docker Hub's where the text begins with none."""
    first, slash, rest = text.partition("/")
    is_domain = any(sign in first for sign in ".:") or first == "localhost"
    # An upper-case namespace can only be a host; older releases call it a bad name.
    if slash and (is_domain or (not daemon and first.lower() != first)):
        domain = DEFAULT_DOMAIN if first == "index.docker.io" else first
    else:
        domain, rest = DEFAULT_DOMAIN, text
    if domain == DEFAULT_DOMAIN and "/" not in rest:
        rest = OFFICIAL + rest
    return domain, rest
