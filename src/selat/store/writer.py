"""The one writer of a sea: journal first, rows staged, then all of a batch in one commit.

Rows are sorted and written by a thread of its own, so that decoding goes on meanwhile; commits keep their order.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa

from selat.model.channel import Channel
from selat.model.columns import Columns
from selat.model.errors import Reason, StoreError
from selat.model.nouns import Alert
from selat.model.ports import Batch
from selat.model.release import Clauses
from selat.store import blob, registry
from selat.store.blocks import write_blocks
from selat.store.disk import Lock
from selat.store.history import KEPT, write_parts
from selat.store.journal import Journal
from selat.store.latest import Latest
from selat.store.layout import GRACE, Layout, clear_orphans, open_layout, open_state, settings, sweep
from selat.store.stage import Stage, Staged
from selat.store.state import Checkpoint, Commit, State
from selat.store.tidy import Tidier, piles

STAGE_BYTES = 120 << 20
HOLD_BYTES = 224 << 20  #: of tables of an archive: a block of 6 hours shall fit, to be written once
HOLD = 4  #: times as many rows of them are held as of others


@dataclass(frozen=True, slots=True)
class Recovery:
    """Where the last commit stood: replay the journal from ``position`` into readers restored from ``states``."""

    position: int
    next_seq: int
    states: Mapping[int, dict[str, Any]]
    torn_bytes: int = 0
    orphans: int = 0


class Store:
    """A sea's folder opened by path; :meth:`writer` to write it. Raises :class:`StoreError`."""

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True) -> None:
        self.layout: Layout = open_layout(path, create=create)
        self.state: State = open_state(self.layout)
        self.settings = settings(self.layout)

    def writer(self, *, grace: int = GRACE) -> Writer:
        """Take the writer's lock; raises :class:`StoreError` when another process has it."""
        return Writer(self, grace)

    def close(self) -> None:
        """Let go of the state."""
        self.state.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class Writer:
    """Writes a sea. Use as a context; leaving it without an error drains what was committed and closes.

    What was staged but not committed when it closes is not in the sea; the journal has it for the next replay.
    """

    def __init__(self, store: Store, grace: int) -> None:
        self.layout, self.state = store.layout, store.state
        try:
            self._lock = Lock(self.layout.root / "writer.lock")
        except OSError as e:
            raise StoreError(
                f"{self.layout.root} cannot be written ({e.strerror})", hint="may you write there?"
            ) from None
        self._tidier = Tidier(store.layout, store.state, grace)
        self.settings = store.settings  #: of the sea's selat.toml
        self.channels: Sequence[Channel] = ()  #: who is told of alerts; a live watch sets it
        self._stage_rows = store.settings.store.stage_rows
        self._stage = Stage(KEPT)
        self._staged = self._stage.begin()
        self._rows = self._bytes = 0
        self._counters: dict[int, Counter[str]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="selat-writer")
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="selat-sort")
        self._pending: Future[int] | None = None
        self._failed = False
        self._committed = 0
        self._open(grace)

    def _open(self, grace: int) -> None:
        try:
            self.raw = Journal(self.layout.journal, write=True)
            position, next_seq = self.state.progress()
            if position > self.raw.end:
                raise StoreError(
                    f"the journal ends at {self.raw.end}, before the last commit at {position}",
                    hint="bring the folder journal/ back from a copy",
                )
            lost = clear_orphans(self.layout, self.state)
            sweep(self.layout, self.state, grace)
            self._latest = Latest(self.state.snapshot("latest_reports"), self.state.snapshot("latest_statics"))
        except BaseException:
            self._lock.close()
            raise
        states = {c.source: blob.load(c.state) for c in self.state.checkpoints().values()}
        torn = sum(d.end - d.start for d in self.raw.damage)
        self.recovered = Recovery(position, next_seq, states, torn, lost)
        self._committed = position
        self.next_seq = next_seq

    # -- names

    def source(self, name: str, kind: str = "", fingerprint: str = "") -> int:
        """Number of a source; see :func:`selat.store.registry.source_id`."""
        return registry.source_id(self.state, name, kind, fingerprint)

    # -- bytes

    def journal(self, source: int, data: bytes, received: int) -> int:
        """Append bytes to the journal; the position after them. Received only once :meth:`sync` returns."""
        return self.raw.append(data, source, received)

    def refer(self, source: int, reference: Mapping[str, Any], received: int) -> int:
        """Append the name of an archive that is not copied (``path``, ``size``, ``sha256``); the position after it."""
        return self.raw.refer(dict(reference), source, received)

    def sync(self) -> int:
        """Force the journal to the disk; the position up to which bytes may be acknowledged."""
        return self.raw.sync()

    # -- rows

    def stage(self, batch: Batch, source: int = 0) -> None:
        """Hold the rows of a batch for the next commit, and count its lines for ``source``."""
        for name in KEPT:
            columns: Columns = getattr(batch, name)
            if columns.rows:
                self._staged.add(columns)
                self._rows += columns.rows
                self._bytes += sum(a.nbytes for a in columns.values())
        self._count(batch, source)

    def _count(self, batch: Batch, source: int) -> None:
        counter = self._counters.setdefault(source, Counter())
        counter.update(lines=batch.lines, kept=batch.kept, duplicates=batch.duplicates, bytes=batch.bytes)
        for name in ("reports", "statics", "messages"):
            types: Columns = getattr(batch, name)
            if types.rows:
                counts = np.bincount(types["msg_type"], minlength=1)
                counter.update({f"type.{t}": int(counts[t]) for t in np.flatnonzero(counts)})
        if batch.rejects.rows:
            counts = np.bincount(batch.rejects["reason"])
            counter.update({f"reason.{Reason(int(r)).label}": int(counts[r]) for r in np.flatnonzero(counts)})

    @property
    def full(self) -> bool:
        """True when enough is staged that the caller should commit at its next consistent point."""
        return self._rows >= self._stage_rows or self._bytes >= STAGE_BYTES

    def held(self, share: float = 1.0) -> bool:
        """True when of a table of an archive ``share`` of what may be held at most is staged."""
        return self._rows >= share * HOLD * self._stage_rows or self._bytes >= share * HOLD_BYTES

    @property
    def staged_rows(self) -> int:
        """Rows held for the next commit."""
        return self._rows

    @property
    def committed(self) -> int:
        """Journal position of the last commit that is on the disk."""
        return self._committed

    def commit(
        self,
        position: int | None = None,
        checkpoints: Mapping[int, Mapping[str, Any]] | None = None,
        *,
        next_seq: int | None = None,
        alerts: Sequence[Alert] = (),
        releases: Mapping[str, Clauses] | None = None,
        outages: Columns | Sequence[Mapping[str, Any]] = (),
        counters: Mapping[int, Mapping[str, int]] | None = None,
        finished: Mapping[int, bool] | None = None,
        whole: bool = False,
        wait: bool = True,
    ) -> None:
        """Write what is staged and all that goes with it, as one: after a crash all of it is there or nothing.

        ``whole``: blocks of 6 hours are staged as a whole, most likely, and go to the disk in their final form.

        ``position`` is how far into the journal the staged rows reach and ``checkpoints`` the readers' states there.
        With ``wait=False`` it is written meanwhile and known by :attr:`committed`; a failure is raised by a later call.
        After a failure this writer commits nothing more: open a new one, which replays from the last commit.
        """
        self._check()
        end = self.raw.sync() if position is None else position
        if end > self.raw.sync():
            raise StoreError(f"position {end} lies after the end of the journal", hint="commit what was journaled")
        self.next_seq = self.next_seq if next_seq is None else next_seq
        for source, numbers in (counters or {}).items():
            self._counters.setdefault(source, Counter()).update(numbers)
        change = Commit(
            checkpoints=[Checkpoint(s, end, self.next_seq, blob.dump(v)) for s, v in (checkpoints or {}).items()],
            counters={s: dict(c) for s, c in self._counters.items()},
            outages=outages,
            alerts=list(alerts),
            channels=self.channels,
            releases=releases or {},
            position=end,
            next_seq=self.next_seq,
            finished=finished or {},
        )
        staged, self._staged = self._staged, self._stage.begin()
        self._rows = self._bytes = 0
        self._counters = {}
        self._submit(wait, self._write, staged, change, whole)

    def tell(
        self, alerts: Sequence[Alert], releases: Mapping[str, Clauses] | None = None, *, wait: bool = True
    ) -> None:
        """Write alerts, and who may see them, ahead of the commit that brings the rows they rest on.

        After a crash the journal makes them again, and what is known already is old news
        (:func:`selat.store.alertbook.merge_state`). ``wait``: as of :meth:`commit`.
        """
        self._check()
        self.raw.sync()
        change = Commit(alerts=list(alerts), channels=self.channels, releases=releases or {})
        self._submit(wait, self.state.commit, change)

    def _check(self) -> None:
        if self._failed:  # its rows are not in the sea: a later position must not be either
            raise StoreError("an earlier commit failed", hint="close the writer, open a new one and replay the journal")

    def _submit(self, wait: bool, work: Callable[..., int], *args: Any) -> None:
        self.drain()
        self._pending = self._thread.submit(work, *args)
        if wait:
            self.drain()

    def drain(self) -> None:
        """Wait until the last commit is on the disk; raises what went wrong with it."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            try:
                pending.result()
            except BaseException:
                self._failed = True
                raise

    def _write(self, staged: Staged, change: Commit, whole: bool) -> int:
        change.checkpoints = [replace(c, state=blob.squeeze(c.state)) for c in change.checkpoints]
        tables = [staged.table(name) for name in KEPT]
        root, generation = self.layout.history, self.state.generation() + 1
        if whole:
            change.parts, newest = write_blocks(root, tables, generation, self._pool)
            change.snapshots = self._update([*newest, tables[1]])
        else:
            latest = self._pool.submit(self._update, tables[:2])
            change.parts = write_parts(root, tables, generation, self._pool)
            change.snapshots = latest.result()
        generation = self.state.commit(change)
        self._committed = change.position or 0
        staged.done()
        pa.default_memory_pool().release_unused()
        return generation

    def _update(self, tables: Sequence[Columns]) -> dict[str, bytes]:
        for columns in tables:
            if columns.rows:
                self._latest.update(columns)
        return self._latest.dump() if any(columns.rows for columns in tables) else {}

    # -- tidying

    def compact(self, *, min_parts: int = 2, before: int | None = None, tiers: bool = False, wait: bool = True) -> int:
        """Write each block anew as one small file that has ``min_parts`` or more, and comes before block ``before``.

        ``tiers``: as :func:`selat.store.tidy.piles` has it. With ``wait=False`` it is done beside what follows, commits
        and alerts too. Returns how many merges that were, 0 when it does not wait.
        """
        choose = partial(piles, min_parts=min_parts, before=before, tiers=tiers)
        if not wait:
            self._tidier.begin(choose)
            return 0
        self.drain()
        return self._tidier.run(choose, self._pool)

    def finish(self) -> None:
        """Write out and compact everything: the end of a batch job. What is staged must have been committed."""
        if self._rows:
            raise StoreError(f"{self._rows} rows are staged and not committed", hint="call commit() before finish()")
        self.compact(min_parts=1)

    def close(self) -> None:
        """Wait for the last commit, close the journal and let go of the lock."""
        try:
            self.drain()
        finally:
            self._thread.shutdown()
            self._tidier.close()
            self._pool.shutdown(cancel_futures=True)
            self.raw.close()
            self._lock.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()
