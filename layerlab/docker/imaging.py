"""Commands that name images, make them of containers, and remove them: tag, commit, rmi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.several import for_each, named, read_reference
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes

if TYPE_CHECKING:
    from layerlab.engine import Engine


def tag(engine: Engine, args: Parsed) -> Output:
    """Give an image one more name (docker/docker: client/image_tag.go)."""
    source, target = args.args
    for name in args.args:
        try:
            reference = read_reference(name)
        except ClientError as error:
            what = f'Error parsing reference: "{name}" is not a valid repository/tag: {error.what}'
            raise ClientError(what) from None
    if reference.digest:
        raise ClientError("refusing to create a tag with a digest reference")
    engine.tag(source, target)
    return Output()


def commit(engine: Engine, args: Parsed) -> Output:
    """Make an image of a container's changes; its ID is printed."""
    container, name = (*args.args, "")[:2]
    if name and read_reference(name).digest:
        raise ClientError("refusing to create a tag with a digest reference")
    image = engine.commit(
        named(container),
        name or None,
        message=args.text("message"),
        author=args.text("author"),
        changes=args.texts("change"),
    )
    return Output(f"{image.image_id}\n")


def rmi(engine: Engine, args: Parsed) -> Output:
    """Take names from images, and remove those that have none left."""

    def act(name: str) -> str:
        return "".join(f"{line}\n" for line in engine.rmi(name, force=args.on("force")))

    return for_each(args.args, act, forgiving=args.on("force"))


COMMANDS = (
    Command(
        ("image tag", "tag"), "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
        "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE", tag,
        takes=Takes(2, 2), interspersed=False,
    ),
    Command(
        ("container commit", "commit"), "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
        "Create a new image from a container's changes", commit,
        (
            Flag("author", 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', "a",
                 kind="string"),
            Flag("change", "Apply Dockerfile instruction to the created image", "c", kind="list"),
            Flag("message", "Commit message", "m", kind="string"),
            Flag("pause", "Pause container during commit", "p", default="true"),
        ),
        Takes(1, 2), interspersed=False,
    ),
    Command(
        ("image rm", "image remove", "rmi"), "[OPTIONS] IMAGE [IMAGE...]",
        "Remove one or more images", rmi,
        (
            Flag("force", "Force removal of the image", "f"),
            Flag("no-prune", "Do not delete untagged parents"),
            Flag("platform", "Remove only the given platform variant. Formatted as "
                 '"os[/arch[/variant]]" (e.g., "linux/amd64")', kind="strings", since="1.50"),
        ),
        Takes(1),
    ),
)  # fmt: skip
