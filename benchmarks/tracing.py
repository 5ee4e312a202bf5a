"""How much memory something keeps."""

import gc
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager

from attrs import define


@define
class Growth:
    """How many bytes more are held at the end than were at the beginning."""

    size: int = 0


@contextmanager
def traced() -> Generator[Growth]:
    """Count what is allocated within the block and still held at its end."""
    growth = Growth()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        yield growth
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        growth.size = after - before
    finally:
        tracemalloc.stop()
