"""Registry: what a server of images holds, and what it answers.

The questions of the OCI distribution-spec, as methods. A repository has tags, manifests and
blobs; the bytes of a blob are kept once for all repositories that have it.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from layerlab.digest import BlobDigest
from layerlab.errors import DigestMismatch, LayerlabError, NoContent
from layerlab.image import Image
from layerlab.reference import Reference
from layerlab.registry import shelf
from layerlab.registry.blobs import Blob, compressed
from layerlab.registry.manifest import Manifest, parse
from layerlab.registry.traffic import Crossed, Direction, Kind, Traffic
from layerlab.source import Memory, Source

PLATFORM = "linux/amd64"
"""What is chosen from an index: the platform of the engines here."""


class Refused(LayerlabError):
    """What a registry answers when it won't: a code and a message of the distribution-spec."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code.lower().replace('_', ' ')}: {message}")


_STRANGERS = {  # what the public registries say to somebody who isn't logged in
    "docker.io": ("DENIED", "requested access to the resource is denied"),
    "quay.io": ("UNAUTHORIZED", "access to the requested resource is not authorized"),
}


@dataclass
class Repository:
    """What one name has, ``coreos/flannel``: without the host."""

    tags: dict[str, BlobDigest] = field(default_factory=dict)
    manifests: set[BlobDigest] = field(default_factory=set)
    blobs: set[BlobDigest] = field(default_factory=set)


class Registry:
    """A registry at ``host``: ``docker.io``, ``127.0.0.1:5000``.

    ``Registry(host)`` keeps all in memory. With ``directory`` it is an OCI layout there, which
    other tools read, and which a registry opened later goes on with. Repositories are named
    without the host: ``coreos/flannel``. Nobody is logged in, so ``docker.io`` and ``quay.io``
    refuse pushes; :meth:`publish` puts images there.
    """

    def __init__(
        self, host: str = "127.0.0.1:5000", directory: str | os.PathLike[str] | None = None
    ) -> None:
        self.host = host
        self.traffic = Traffic()
        self._repositories: dict[str, Repository] = {}
        self._offers: dict[str, list[Callable[[], object]]] = {}
        self._recorded: dict[BlobDigest, Manifest] = {}
        self._shelf = shelf.Memory() if directory is None else shelf.Directory(directory)
        for name, digest in self._shelf.entries():
            repository, _, tag = name.partition("@")[0].rpartition(":")
            self._enter(repository or name.partition("@")[0], tag if repository else None, digest)

    def __repr__(self) -> str:
        return f"<Registry {self.host}: {len(self.repositories)} repositories>"

    @property
    def repositories(self) -> tuple[str, ...]:
        """The names of all repositories, sorted."""
        return tuple(sorted({*self._repositories, *self._offers}))

    def tags(self, repository: str) -> tuple[str, ...]:
        """The tags of a repository, sorted."""
        return tuple(sorted(self._named(repository).tags))

    def has_blob(self, repository: str, digest: BlobDigest) -> bool:
        """Whether the repository has the blob (HEAD)."""
        self._cross("up", "check", digest)
        return digest in self._blobs_of(repository)

    def blob(self, repository: str, digest: BlobDigest) -> Blob:
        """The blob as it is kept, its bytes neither read nor verified."""
        found = self._shelf.get(digest) if digest in self._blobs_of(repository) else None
        if found is None:
            raise Refused("BLOB_UNKNOWN", "blob unknown to registry")
        return found

    def get_blob(self, repository: str, digest: BlobDigest, kind: Kind = "layer") -> bytes:
        """The bytes of a blob; ``DigestMismatch`` if they were tampered with."""
        found = self.blob(repository, digest)
        self._cross("down", kind, digest, found.size)
        if found.source is None:
            raise NoContent("only the name of this blob was recorded", where=digest)
        return _verified(digest, found.source)

    def put_blob(self, repository: str, data: bytes | Blob, kind: Kind = "layer") -> BlobDigest:
        """Upload a blob."""
        self._check_login()
        blob = Blob.of(data) if isinstance(data, bytes) else data
        self._cross("up", kind, blob.digest, blob.size)
        self._add(repository, blob)
        return blob.digest

    def mount(self, repository: str, digest: BlobDigest, source: str) -> bool:
        """Take a blob over from another repository of this registry, if that one has it."""
        self._check_login()
        self._cross("up", "mount", digest)
        if digest not in self._blobs_of(source):
            return False
        self._made(repository).blobs.add(digest)
        return True

    def head(self, repository: str, tag_or_digest: str) -> BlobDigest:
        """What a tag points at, or that there is such a digest (HEAD)."""
        digest = self._find(repository, tag_or_digest)
        self._cross("up", "check", digest)
        return digest

    def get_manifest(self, repository: str, tag_or_digest: str) -> bytes:
        """The bytes of a manifest or index; asked for by digest, they must have it."""
        digest = self._find(repository, tag_or_digest)
        if digest in self._recorded:
            raise NoContent("only the digest of this manifest was recorded", where=digest)
        source = self._bytes(digest)
        self._cross("down", "manifest", digest, source.size)
        if digest == tag_or_digest:
            return _verified(digest, source)
        return b"".join(source.blocks())

    def manifest(self, repository: str, tag_or_digest: str) -> tuple[BlobDigest, Manifest]:
        """The manifest for :data:`PLATFORM`, and the digest that a pull prints: an index's own."""
        digest = self._find(repository, tag_or_digest)
        if digest in self._recorded:
            manifest = self._recorded[digest]
            self._cross("down", "manifest", digest, None)
            if manifest.digest != digest:  # it was named by an index, and is fetched itself
                self._cross("down", "manifest", manifest.digest, manifest.size)
            return digest, manifest
        found = parse(self.get_manifest(repository, tag_or_digest), digest)
        if isinstance(found, Manifest):
            return found.digest, found
        if PLATFORM not in found.manifests:
            raise Refused("MANIFEST_UNKNOWN", f"no matching manifest for {PLATFORM}")
        return found.digest, self.manifest(repository, found.manifests[PLATFORM].digest)[1]

    def put_manifest(self, repository: str, tag: str | None, raw: bytes) -> BlobDigest:
        """Upload a manifest, whose blobs must be here, and let ``tag`` point at it."""
        self._check_login()
        found = parse(raw)
        here = self._blobs_of(repository)
        needed = (found.config, *found.layers) if isinstance(found, Manifest) else ()
        if not all(item.digest in here for item in needed):
            raise Refused("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
        self._cross("up", "manifest", found.digest, len(raw))
        self._put_manifest(repository, tag, raw)
        return found.digest

    def publish(self, name: str, image: Image, *, index: BlobDigest | None = None) -> BlobDigest:
        """Put an image here as somebody else's push would have: ``publish("team/app:v1", image)``.

        A name without a tag means ``latest``; on Docker Hub ``alpine`` is ``library/alpine``.
        It is no traffic of ours. Layers are really compressed. ``index`` is the digest of an
        index that names the image among others, where no more of it was recorded. Returns the
        digest that a pull will print.
        """
        reference = self._reference(name)
        repository, tag = reference.path, reference.tag
        manifest = Manifest.of(image)
        for layer in image.layers:
            self._add(repository, compressed(layer))
        if manifest.raw is not None:
            self._add(repository, Blob.of(image.raw_config))
            self._put_manifest(repository, None if index else tag, manifest.raw)
        if index or manifest.raw is None:
            digest = index or manifest.digest
            self._recorded[digest] = manifest
            self._enter(repository, tag, digest)
            return digest
        return manifest.digest

    def offer(self, name: str, make: Callable[[], Image], index: BlobDigest | None = None) -> None:
        """Publish what ``make`` returns, as soon as somebody asks for a tag of its repository."""
        offers = self._offers.setdefault(self._reference(name).path, [])
        offers.append(lambda: self.publish(name, make(), index=index))

    def tamper(self, digest: BlobDigest, data: bytes) -> None:
        """Put other bytes where a blob or manifest lies: what digests are there to find out."""
        self._shelf.put(Blob(digest, len(data), Memory(data)))

    def _reference(self, name: str) -> Reference:
        inside = name.removeprefix(f"{self.host}/")
        return Reference.parse(f"{self.host}/{inside}").tagged()

    def _known(self, repository: str) -> Repository | None:
        """The repository, once what was offered is in it."""
        for publish in self._offers.pop(repository, ()):
            publish()
        return self._repositories.get(repository)

    def _made(self, repository: str) -> Repository:
        """The repository, a new one if there is none."""
        return self._known(repository) or self._repositories.setdefault(repository, Repository())

    def _find(self, repository: str, tag_or_digest: str) -> BlobDigest:
        known = self._known(repository)
        if known is None and self.host in _STRANGERS:
            raise Refused(*_STRANGERS[self.host])
        if known is not None and tag_or_digest in known.tags:
            return known.tags[tag_or_digest]
        if known is not None and tag_or_digest in known.manifests:
            return BlobDigest(tag_or_digest)
        raise Refused("MANIFEST_UNKNOWN", "manifest unknown")

    def _put_manifest(self, repository: str, tag: str | None, raw: bytes) -> None:
        digest = BlobDigest.of(raw)
        self._shelf.put(Blob(digest, len(raw), Memory(raw)))
        self._enter(repository, tag, digest)
        self._shelf.keep(self._entries())

    def _enter(self, repository: str, tag: str | None, digest: BlobDigest) -> None:
        """Note that the repository has this manifest, and what it names."""
        known = self._made(repository)
        known.manifests.add(digest)
        if tag:
            known.tags[tag] = digest
        if digest in self._recorded:
            return
        found = parse(b"".join(self._bytes(digest).blocks()), digest)
        if isinstance(found, Manifest):
            known.blobs.update(item.digest for item in (found.config, *found.layers))
        else:
            for item in found.manifests.values():
                if self._shelf.get(item.digest) is not None:
                    self._enter(repository, None, item.digest)

    def _entries(self) -> Iterator[shelf.Entry]:
        for name, repository in sorted(self._repositories.items()):
            untagged = repository.manifests - set(repository.tags.values())
            names = [(f"{name}:{tag}", digest) for tag, digest in sorted(repository.tags.items())]
            names += [(f"{name}@{digest}", digest) for digest in sorted(untagged)]
            for full, digest in names:
                raw = b"".join(self._bytes(digest).blocks())
                yield shelf.Entry(full, digest, parse(raw), raw)

    def _add(self, repository: str, blob: Blob) -> None:
        if self._shelf.get(blob.digest) is None:
            self._shelf.put(blob)
        self._made(repository).blobs.add(blob.digest)

    def _bytes(self, digest: BlobDigest) -> Source:
        blob = self._shelf.get(digest)
        if blob is None or blob.source is None:
            raise Refused("MANIFEST_UNKNOWN", "manifest unknown")
        return blob.source

    def _blobs_of(self, repository: str) -> set[BlobDigest]:
        known = self._known(repository)
        return known.blobs if known else set()

    def _named(self, repository: str) -> Repository:
        known = self._known(repository)
        if known is None:
            self._check_login()
            raise Refused("NAME_UNKNOWN", "repository name not known to registry")
        return known

    def _check_login(self) -> None:
        if self.host in _STRANGERS:
            raise Refused(*_STRANGERS[self.host])

    def _cross(
        self, direction: Direction, kind: Kind, digest: BlobDigest, size: int | None = 0
    ) -> None:
        self.traffic.add(Crossed(direction, kind, digest, size))


def _verified(digest: BlobDigest, source: Source) -> bytes:
    data = b"".join(source.blocks())
    if BlobDigest.of(data) != digest:
        raise DigestMismatch(digest, BlobDigest.of(data))
    return data
