"""What a process that watches for weeks does without."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any


class _Hidden:
    """An import hook that finds no pandas."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not needed here", name=name)


def without_pandas() -> None:
    """Keep Arrow from loading pandas, 38 MB, at its first array: it does so wherever pandas is installed.

    Arrow looks for it once, and again only when a frame is asked for (``to_pandas``), so nothing is lost. For processes
    of our own: a notebook that hands pandas objects to Arrow needs it to have looked in earnest.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    hook: Any = _Hidden()
    sys.meta_path.insert(0, hook)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(hook)


def one_pool() -> None:
    """Have Arrow take its memory from the C library: its own pool keeps what another thread freed, 40 MB of a watch.

    Arrow looks at this as it is loaded. An environment that names a pool is left as it is.
    """
    if sys.platform.startswith("linux"):
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def for_weeks() -> None:
    """What a process that watches for weeks begins with, before it loads anything else."""
    one_pool()
    from selat.store.memory import spare  # loads Arrow

    spare()
    without_pandas()


def settled() -> None:
    """What lives now lives as long as the watch: its modules and kernels are looked through no more.

    A full search for garbage through 200,000 objects holds the loop for 90 ms, at every second save of the state.
    """
    gc.collect()
    gc.freeze()
