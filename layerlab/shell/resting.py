"""Python's collector of circular garbage, kept quiet while much is made that stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No search for garbage meanwhile: nodes come by the ten thousand, and they stay.

    The collector would go through all of them again and again. That took half of an
    installation's time, and a quarter of a build's. Afterwards it would go through them once
    more, as what is youngest; so they are made the oldest, which it looks at seldom.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if not gc.get_freeze_count():  # else somebody's own would thaw
                gc.freeze()
                gc.unfreeze()
            gc.enable()
