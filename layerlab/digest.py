"""The names of things: SHA-256 digests, and the types that keep them apart.

One layer goes by several names, and mixing them up is the classic mistake. So each has a
type of its own: a type checker refuses a DiffID where a ChainID is wanted. At run time a
digest is an ordinary ``str``, ready to print, compare and put into JSON.

Sources: OCI image-spec, ``descriptor.md`` (digests) and ``config.md`` (DiffID, ChainID, ImageID).
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Self

from layerlab.errors import InvalidDigest

_FORM = re.compile(r"sha256:[0-9a-f]{64}")


class Digest(str):
    """``sha256:`` and 64 lower-case hex digits. Anything else is an ``InvalidDigest``."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        if not isinstance(value, str) or not _FORM.fullmatch(value):
            raise InvalidDigest(
                f"{value!r:.100} is not a digest",
                hint="it takes 'sha256:' and 64 lower-case hex digits",
            )
        return super().__new__(cls, value)

    @classmethod
    def of(cls, data: bytes) -> Self:
        """The digest of ``data``."""
        return cls("sha256:" + hashlib.sha256(data).hexdigest())

    @property
    def hex(self) -> str:
        """The 64 hex digits, without ``sha256:``."""
        return self[7:]

    @property
    def short(self) -> str:
        """The first 12 hex digits, as Docker's tables print them."""
        return self[7:19]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __str__(self) -> str:
        return str.__str__(self)


class DiffID(Digest):
    """Names a layer by content: the digest of its *uncompressed* tar."""

    __slots__ = ()


class ChainID(Digest):
    """Names a layer *on top of all those below it*: see :func:`chain_id`."""

    __slots__ = ()


class BlobDigest(Digest):
    """Names bytes as a registry stores them: for a layer, usually the gzipped tar."""

    __slots__ = ()


class ImageID(Digest):
    """Names an image: the digest of its config JSON."""

    __slots__ = ()


def chain_id(*ids: Digest | Iterable[Digest] | None) -> ChainID:
    """The ChainID of a stack of layers, lowest first.

    ``chain_id(d0, d1, d2)`` and ``chain_id([d0, d1, d2])`` take DiffIDs;
    ``chain_id(parent, d2)`` goes on from the ChainID below, or from ``None`` at the base.

    OCI image-spec, config.md: ``ChainID(L0) = DiffID(L0)`` and
    ``ChainID(L0|…|Ln) = sha256(ChainID(L0|…|Ln-1) + " " + DiffID(Ln))``.
    """
    chain: str | None = None
    for item in ids:
        for diff_id in [item] if isinstance(item, str) else item or ():
            text = Digest(diff_id)
            chain = text if chain is None else Digest.of(f"{chain} {text}".encode())
    if chain is None:
        raise InvalidDigest("a ChainID needs at least one layer", hint="pass a DiffID")
    return ChainID(chain)


def chain_ids(diff_ids: Iterable[Digest]) -> tuple[ChainID, ...]:
    """The ChainID at every height of the stack, lowest first."""
    chains: list[ChainID] = []
    for diff_id in diff_ids:
        chains.append(chain_id(chains[-1] if chains else None, diff_id))
    return tuple(chains)
