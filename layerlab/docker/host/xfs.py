"""How large a directory is on XFS, the file system of a CentOS host.

``ls -l`` shows it: 71 for the directory of a base layer, 85 where there is a ``parent`` too.
Source: the kernel's ``fs/xfs/libxfs/xfs_da_format.h``; inodes of 512 bytes, blocks of 4096.
How much room the label leaves is as on CentOS 7, kernel 3.10 (``xfs_attr_shortform_bytesfit``);
newer kernels keep 144 bytes free for attributes, so there the names move out at 192 bytes.
"""

from collections.abc import Iterable

from layerlab.paths import byte_length

BLOCK = 4096
_INODE, _CORE = 512, 176
_SHORT_HEADER, _SHORT_ENTRY = 6, 8
_ATTRIBUTES, _ATTRIBUTE = 4, 3
_BLOCK_HEADER, _BLOCK_TAIL, _HASH = 64, 8, 8
_DATA_ENTRY = 12
_DOTS = (".", "..")


def directory_size(names: Iterable[str], label: bytes) -> int:
    """Bytes as ``stat`` tells them, of a directory with these names and this SELinux label.

    Up to what fits beside the label into the inode, each name counts 8 bytes more than it has.
    Then the names move out, and whole blocks count; the blocks that index them do not.
    """
    lengths = [byte_length(name) for name in names]
    short = _SHORT_HEADER + sum(lengths) + _SHORT_ENTRY * len(lengths)
    if short <= _room_beside(label):
        return short
    lengths += map(len, _DOTS)
    entries = [-(-(_DATA_ENTRY + length) // 8) * 8 for length in lengths]
    if _BLOCK_HEADER + sum(entries) + _HASH * len(entries) + _BLOCK_TAIL <= BLOCK:
        return BLOCK
    free = [BLOCK - _BLOCK_HEADER]
    for entry in entries:
        block = next((number for number, room in enumerate(free) if room >= entry), None)
        if block is None:
            block = len(free)
            free.append(BLOCK - _BLOCK_HEADER)
        free[block] -= entry
    return len(free) * BLOCK


def _room_beside(label: bytes) -> int:
    """Bytes of the inode that its attributes leave, in steps of 8."""
    attributes = _ATTRIBUTES + _ATTRIBUTE + len("selinux") + len(label)
    return (_INODE - _CORE - attributes) // 8 * 8
