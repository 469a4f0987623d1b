"""Names of images, taken apart as distribution/reference does."""

import pytest

from layerlab.errors import InvalidReference
from layerlab.reference import Reference

HEX = "a" * 64
DIGEST = f"sha256:{HEX}"
TOO_HEX = f"invalid repository name ({HEX}), cannot specify 64-byte hexadecimal strings"
LOWERCASE = "invalid reference format: repository name{} must be lowercase"


@pytest.mark.parametrize(
    ("text", "domain", "path", "tag", "digest", "familiar"),
    [
        ("alpine", "docker.io", "library/alpine", "", "", "alpine"),
        ("alpine:3.20", "docker.io", "library/alpine", "3.20", "", "alpine:3.20"),
        ("docker.io/alpine", "docker.io", "library/alpine", "", "", "alpine"),
        ("index.docker.io/x:y", "docker.io", "library/x", "y", "", "x:y"),
        ("docker.io/library/x", "docker.io", "library/x", "", "", "x"),
        ("library/x", "docker.io", "library/x", "", "", "x"),
        ("me/app", "docker.io", "me/app", "", "", "me/app"),
        ("library/a/b", "docker.io", "library/a/b", "", "", "library/a/b"),
        ("quay.io/coreos/flannel:v0.14.0", "quay.io", "coreos/flannel", "v0.14.0", "", None),
        ("localhost/x", "localhost", "x", "", "", None),
        ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000", "a/b", "c", "", None),
        ("[::1]:5000/x", "[::1]:5000", "x", "", "", None),
        ("Foo/a:bar", "Foo", "a", "bar", "", None),
        ("a:B", "docker.io", "library/a", "B", "", "a:B"),
        ("a__b/c--d.e", "docker.io", "a__b/c--d.e", "", "", None),
        ("x:" + "t" * 128, "docker.io", "library/x", "t" * 128, "", "x:" + "t" * 128),
        (f"x@{DIGEST}", "docker.io", "library/x", "", DIGEST, f"x@{DIGEST}"),
        (f"x:t@{DIGEST}", "docker.io", "library/x", "t", DIGEST, f"x:t@{DIGEST}"),
    ],
)
def test_parts(
    text: str, domain: str, path: str, tag: str, digest: str, familiar: str | None
) -> None:
    reference = Reference.parse(text)
    assert reference == Reference(domain, path, tag, digest)
    assert str(reference) == reference.familiar == (familiar or text)
    assert Reference.parse(reference.full) == reference


@pytest.mark.parametrize(
    ("text", "client", "daemon"),
    [  # ran: the 28.2 client, and a 20.10 daemon
        ("Foo:bar", LOWERCASE.format(" (library/Foo)"), LOWERCASE.format("")),
        ("a/Foo", LOWERCASE.format(" (a/Foo)"), LOWERCASE.format("")),
        ("LOCALHOST/x", None, LOWERCASE.format("")),
        ("[::1]/x", None, "invalid reference format"),
        ("a b", "invalid reference format", "invalid reference format"),
        ("", "invalid reference format", "invalid reference format"),
        ("x:", "invalid reference format", "invalid reference format"),
        (":t", "invalid reference format", "invalid reference format"),
        ("a//b", "invalid reference format", "invalid reference format"),
        ("-a", "invalid reference format", "invalid reference format"),
        ("a___b", "invalid reference format", "invalid reference format"),
        ("é", "invalid reference format", "invalid reference format"),
        ("x:" + "a" * 129, "invalid reference format", "invalid reference format"),
        ("x@sha256:abc", "invalid reference format", "invalid reference format"),
        ("x\n", "invalid reference format", "invalid reference format"),
        *(
            (text, said, said)
            for text, said in [
                (HEX, TOO_HEX),
                ("a" * 256, "repository name must not be more than 255 characters"),
                (f"x@sha512:{HEX}", "invalid checksum digest length"),
                (f"x@md5:{HEX}", "unsupported digest algorithm"),
                (f"x@sha256:{HEX.upper()}", "invalid checksum digest format"),
            ]
        ),
    ],
)  # fmt: skip
def test_refusals(text: str, client: str | None, daemon: str) -> None:
    if client is None:
        Reference.parse(text)
    else:
        with pytest.raises(InvalidReference) as refused:
            Reference.parse(text)
        assert refused.value.what == client
    with pytest.raises(InvalidReference) as refused:
        Reference.parse(text, daemon=True)
    assert refused.value.what == daemon


def test_longest_name() -> None:
    assert len(Reference.parse("a" * 247).path) == 255
    Reference.parse("a" * 237, daemon=True)
    with pytest.raises(InvalidReference, match="more than 255"):
        Reference.parse("a" * 238, daemon=True)


def test_tags_and_digests() -> None:
    plain = Reference.parse("quay.io/a/b")
    assert plain.tagged() == plain.with_tag("latest") == Reference.parse("quay.io/a/b:latest")
    assert plain.with_tag("x").tagged().tag == "x"
    pinned = plain.with_tag("x").with_digest(DIGEST)
    assert pinned.tagged() == pinned == Reference.parse(f"quay.io/a/b@{DIGEST}")
    assert pinned.with_tag("y") == Reference.parse("quay.io/a/b:y")
    assert (pinned.name, pinned.familiar_name) == ("quay.io/a/b", "quay.io/a/b")
    with pytest.raises(InvalidReference, match="invalid tag format"):
        plain.with_tag("a b")
    with pytest.raises(InvalidReference, match="checksum digest length"):
        plain.with_digest("sha256:abc")
