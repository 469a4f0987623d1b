"""When two nodes are the same but for their times, which any writing changes."""

from __future__ import annotations

from layerlab.nodes import Change, File, LowerLink, Symlink, Whiteout


def same_content(one: Change, other: Change) -> bool:
    """Two nodes of one kind: whether files have the same bytes, symlinks the same target.

    Bytes are read only where the sizes are equal, a part at a time.
    """
    if isinstance(one, File) and isinstance(other, File):
        if one.size != other.size:
            return False
        pairs = zip(one.content.chunks(), other.content.chunks(), strict=True)
        return one.content == other.content or all(a == b for a, b in pairs)
    if isinstance(one, Symlink) and isinstance(other, Symlink):
        return one.target == other.target
    return True


def same_owner(one: Change, other: Change) -> bool:
    """Whether mode, owner, group and extended attributes are the same."""
    marks = Whiteout, LowerLink
    if isinstance(one, marks) or isinstance(other, marks):
        return True
    a, b = one.meta, other.meta
    return (a.mode, a.uid, a.gid, dict(a.xattrs)) == (b.mode, b.uid, b.gid, dict(b.xattrs))
