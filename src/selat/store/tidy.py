"""Files of the history are made into fewer: all at once at the end of a batch, beside the commits in a live watch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pyarrow as pa
from sqlalchemy.exc import SQLAlchemyError

from selat.model.errors import StoreError
from selat.store.blocks import settled
from selat.store.history import UNKNOWN, Part, merge_parts, sync_folders
from selat.store.layout import Layout, sweep
from selat.store.memory import give_back
from selat.store.state import Commit, State

log = logging.getLogger(__name__)


def piles(parts: Sequence[Part], min_parts: int, before: int | None = None, tiers: bool = False) -> list[list[Part]]:
    """Which files belong into one: those of a table and block that has ``min_parts`` or more, and is before ``before``.

    ``tiers``: of the newest block, which still grows, files of one level only: what commits wrote since the last time,
    and now and then what that made. Else hours of rows would be written anew each time.
    What is in its final form stays as it is (:func:`selat.store.blocks.settled`).
    """
    newest = max((p.block for p in parts if p.block != UNKNOWN), default=UNKNOWN)
    found: dict[tuple[str, int, int], list[Part]] = {}
    for part in parts:
        level = part.level if tiers and part.block == newest else 0
        found.setdefault((part.table, part.block, level), []).append(part)
    wanted = [p for (_, b, _), p in found.items() if len(p) >= min_parts and (before is None or b < before)]
    return [p for p in wanted if not settled(p)]


class Tidier:
    """Writes piles of files anew, each as one small file. Readers go on with the files that they pinned.

    Nothing but this takes files out of the manifest, so commits may go on meanwhile. ``grace``: ns for which a replaced
    file is left to readers that could not pin it.
    """

    def __init__(self, layout: Layout, state: State, grace: int) -> None:
        self._layout, self._state, self._grace = layout, state, grace
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="selat-tidy")
        self._pending: Future[int] | None = None
        self._over = threading.Event()

    def run(self, choose: Callable[[Sequence[Part]], list[list[Part]]], pool: ThreadPoolExecutor) -> int:
        """Do it now, by the threads of a pool; how many piles there were."""
        self.wait()
        return self._tidy(choose, pool.map)

    def begin(self, choose: Callable[[Sequence[Part]], list[list[Part]]]) -> None:
        """Do it beside what the caller does, unless that is still going on.

        What the disk or the database refuses is logged, and tried again the next time; other errors are raised then.
        """
        if self._pending is None or self._pending.done():
            self.wait()
            self._pending = self._thread.submit(self._beside, choose)

    def wait(self) -> None:
        """Until what was begun is done."""
        if self._pending is not None:
            self._pending.result()

    def close(self) -> None:
        """Finish the file that is being written, and nothing else."""
        self._over.set()
        self._thread.shutdown()

    def _beside(self, choose: Callable[[Sequence[Part]], list[list[Part]]]) -> int:
        try:
            return self._tidy(choose, map)
        except (StoreError, OSError, SQLAlchemyError, pa.ArrowException) as e:  # the rows are safe where they are
            log.warning("the history was not tidied: %s", e)
            return 0

    def _tidy(
        self,
        choose: Callable[[Sequence[Part]], list[list[Part]]],
        each: Callable[[Callable[[list[Part]], Part], Iterable[list[Part]]], Iterator[Part]],
    ) -> int:
        todo = choose(self._state.parts()[1])
        merge = partial(self._merge, generation=self._state.generation() + 1)
        for old, new in zip(todo, each(merge, todo), strict=False):
            self._state.commit(Commit(parts=[new], removed=[p.path for p in old]))
            log.debug("%s replaces %d files", new.path, len(old))
            if self._over.is_set():
                break
        if todo:
            give_back()
        sweep(self._layout, self._state, self._grace)
        return len(todo)

    def _merge(self, parts: list[Part], generation: int) -> Part:
        part = merge_parts(self._layout.history, parts, generation)
        sync_folders(self._layout.history, [part])
        pa.default_memory_pool().release_unused()
        return part
