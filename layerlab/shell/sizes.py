"""Sizes as a file system counts them, and as programs print them."""

from __future__ import annotations

import os
import stat

BLOCK = 4096


def blocks(found: os.stat_result) -> int:
    """Blocks of 512 bytes that a file takes, where space comes in 4096 bytes as on ext4.

    A symlink of less than 60 bytes lies in its inode. The model itself counts bytes alone.
    """
    size = found.st_size
    if stat.S_ISDIR(found.st_mode):
        return -(-size // BLOCK) * 8 if size >= BLOCK else 0
    if stat.S_ISLNK(found.st_mode) and size < 60:
        return 0
    if stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
        return -(-size // BLOCK) * 8
    return 0


def human(size: int, *, gnu: bool) -> str:
    """``ls -h``: three digits and a letter; GNU rounds up, busybox to the nearest tenth."""
    if size < 1024:
        return str(size)
    units = "KMGTPE"
    power = 0
    value = size
    while value >= 1024 * 1024:
        value //= 1024
        power += 1
    exact = size / 1024 ** (power + 1)
    if gnu:
        tenths = -(-size * 10 // 1024 ** (power + 1))
        if tenths < 100:
            return f"{tenths // 10}.{tenths % 10}{units[power]}"
        whole = -(-size // 1024 ** (power + 1))
        return f"1.0{units[power + 1]}" if whole >= 1024 else f"{whole}{units[power]}"
    tenths = int(exact * 10 + 0.5)
    if tenths < 1000:
        return f"{tenths // 10}.{tenths % 10}{units[power]}"
    whole = int(exact + 0.5)
    return f"1.0{units[power + 1]}" if whole >= 1024 else f"{whole}{units[power]}"
