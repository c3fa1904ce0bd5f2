"""What is known of one live source: its health, and when it was not heard (the table ``outages``)."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from selat.model.clock import Clock, monotonic
from selat.model.columns import Columns
from selat.model.ports import Block
from selat.model.schema import NO_TIME
from selat.readers.live_queue import ByteQueue

log = logging.getLogger(__name__)

REASONS = ("refused", "lost", "silent", "closed", "stopped", "overrun")
RATE_WINDOW = 10.0  #: s: time constant of the rate of lines
PIECE = 65_536  #: bytes: a block that waits for room is at most so long
DETAIL = 500  #: characters kept of what the system said


@dataclass(frozen=True, slots=True)
class Tuning:
    """Times and sizes of the live sources; seconds and bytes. Tests make them short."""

    batch: int = 65_536  #: a block is at most so long
    linger: float = 0.05  #: small reads are gathered for so long
    connect: float = 10.0  #: time-out of a connection attempt
    first_delay: float = 1.0  #: before the second attempt; doubled each time, with jitter
    last_delay: float = 60.0  #: at most so long between attempts
    good: float = 60.0  #: after so long with data the delays begin anew
    poll: float = 0.2  #: how often a followed file is looked at
    watch: float = 1.0  #: how often silence is looked for
    calm: float = 1.0  #: an overrun is over when nothing was dropped for so long


async def within(wait: Callable[[], Awaitable[bytes]], silence: float, grace: float) -> bytes:
    """What ``wait()`` brings within ``silence`` seconds. Raises :class:`Silence` if it brings nothing.

    There is a second chance of ``grace`` seconds: when this process itself stood still (a suspended machine, a long
    step), the time is up before what came meanwhile could be read, and the sender was not silent at all.
    """
    for seconds in (silence, grace):
        try:
            async with asyncio.timeout(None if math.isinf(seconds) else seconds) as watch:
                return await wait()
        except TimeoutError:  # may also come from the socket: then it is not ours
            if not watch.expired():
                raise
    raise Silence


class Silence(Exception):
    """Nothing came in time."""


class Down(Exception):
    """A source ended or cannot be reached, for ``reason`` (one of :data:`REASONS`); it is tried again."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Outage:
    """``source`` was not heard from ``began`` (last time heard; ns UTC) to ``ended`` (``NO_TIME``: still so).

    ``(source, began, reason)`` stays the same when the end becomes known: the later record replaces the earlier.
    """

    source: str
    began: int
    ended: int
    reason: str
    detail: str


def outage_columns(outages: Iterable[Outage]) -> Columns:
    """The table ``outages``, sorted by ``began``."""
    rows = sorted(outages, key=lambda o: (o.began, o.source))
    return Columns(
        "outages",
        {
            "source": np.array([o.source for o in rows], dtype=object),
            "began": np.array([o.began for o in rows], dtype="i8"),
            "ended": np.array([o.ended for o in rows], dtype="i8"),
            "reason": np.array([o.reason for o in rows], dtype=object),
            "detail": np.array([o.detail for o in rows], dtype=object),
        },
        len(rows),
    )


class OutageLog:
    """Outages that began or ended since they were last taken."""

    def __init__(self, notify: Callable[[Outage], None] | None = None) -> None:
        self._changed: dict[tuple[str, int, str], Outage] = {}
        self._notify = notify

    def record(self, outage: Outage) -> None:
        """Keep the newest state of an outage."""
        self._changed[outage.source, outage.began, outage.reason] = outage
        if self._notify is not None:
            self._notify(outage)

    def take(self) -> list[Outage]:
        """What changed since the last call, each outage once, in its newest state."""
        out = list(self._changed.values())
        self._changed.clear()
        return out


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is: ``state`` starting, connecting, open (nothing heard yet), live, silent, down, ended, stopped.

    ``last_heard`` ns UTC; ``rate`` lines a second over about ten seconds; ``dropped`` datagrams (serial: reads).
    """

    name: str
    kind: str
    state: str
    last_heard: int
    bytes: int
    lines: int
    rate: float
    dropped: int
    attempts: int
    address: str
    detail: str


class Feed:
    """One line stream on its way into the queue, with its counts. Made and used in one event loop."""

    def __init__(
        self,
        name: str,
        kind: str,
        silence: float,
        queue: ByteQueue,
        clock: Clock,
        outages: OutageLog,
        parent: Feed | None = None,
    ) -> None:
        self.name, self.kind, self.silence = name, kind, silence
        self.state, self.detail, self.address = "starting", "", ""
        self.last_heard, self.started = NO_TIME, clock.now()
        self.bytes = self.lines = self.dropped = self.attempts = 0
        self.lined = True  #: the bytes are lines; else nothing is put between or behind them
        self.tail = b"\n"  #: last byte delivered: tells whether a line is unfinished
        self._queue, self._clock, self._outages, self._parent = queue, clock, outages, parent
        self._gap: Outage | None = None
        self._over: Outage | None = None
        self._lost = [0, 0]  # datagrams and bytes of the overrun
        self._last_drop = 0.0
        self._heard_at = monotonic()
        self._waiting = False
        self._rate = 0.0
        self._rate_at = self._heard_at

    # --- data -----------------------------------------------------------------------------------------------
    async def deliver(self, data: bytes) -> None:
        """Put ``data`` into the queue, waiting for room: meanwhile nothing is read, and the sender is held back.

        If cancelled while it waits, all of ``data`` is put nevertheless.
        """
        size, received, at = min(PIECE, self._queue.limit), self.heard(data), 0
        self._wait(True)
        try:
            while at < len(data):
                block = Block(self.name, data[at : at + size], received)
                at += size  # a cancelled put has put its block
                await self._queue.put(block)
        finally:
            self._wait(False)
            if at < len(data):
                self._queue.put_over(Block(self.name, data[at:], received))

    def keep(self, data: bytes) -> None:
        """Put what was read and not yet delivered when the source is stopped: without waiting, over the limit."""
        if data:
            self._queue.put_over(Block(self.name, data, self.heard(data)))

    def offer(self, data: bytes) -> bool:
        """Put ``data`` without waiting; False, and nothing counted, if there is no room."""
        if not self._queue.fits(len(data)):
            return False
        return self._queue.put_now(Block(self.name, data, self.heard(data)))

    def end_line(self) -> None:
        """Finish a line that the sender left unfinished, so that it does not run into the next connection's first."""
        if self.lined and self.tail != b"\n":
            self.tail = b"\n"
            self._queue.put_over(Block(self.name, b"\n", self._clock.now()))

    def heard(self, data: bytes) -> int:
        """Count ``data`` as heard now, which ends a silence; the time, ns UTC."""
        now, mono = self._clock.now(), monotonic()
        lines = data.count(b"\n") if self.lined else 1
        self.last_heard, self._heard_at = now, mono
        self.bytes += len(data)
        self.lines += lines
        self.tail = data[-1:] or self.tail
        self._rate = self._rate * math.exp((self._rate_at - mono) / RATE_WINDOW) + lines / RATE_WINDOW
        self._rate_at = mono
        self.state = "live"
        if self._gap is not None:
            self._end_gap(now)
        if self._parent is not None:
            self._parent.heard(data)
        return now

    def _wait(self, waiting: bool) -> None:
        """While we do not read, the sender is not silent: we are slow."""
        self._waiting, self._heard_at = waiting, monotonic()
        if self._parent is not None:
            self._parent._wait(waiting)

    # --- coming and going -----------------------------------------------------------------------------------
    def connecting(self) -> None:
        """An attempt begins."""
        self.attempts += 1
        self.state = "connecting"

    def opened(self, address: str = "") -> None:
        """The way is open; nothing was heard on it yet."""
        self.state, self.address, self._heard_at = "open", address, monotonic()

    def down(self, reason: str, detail: str) -> None:
        """Not heard any more, for ``reason`` (one of :data:`REASONS`): an outage from the last time it was heard."""
        detail = " ".join(detail.split())[:DETAIL]
        self.state = {"silent": "silent", "stopped": "stopped"}.get(reason, "down")
        self.detail = f"{reason}: {detail}"
        if self._gap is None:
            began = self.started if self.last_heard == NO_TIME else self.last_heard
            self._gap = Outage(self.name, began, NO_TIME, reason, detail)
            log.warning("%s is %s: %s", self.name, reason, detail)
        elif f"then {reason}" in self._gap.detail or self._gap.reason == reason:
            return  # the same again: every attempt would make it longer
        else:
            self._gap = replace(self._gap, detail=f"{self._gap.detail}; then {reason}: {detail}"[:DETAIL])
        self._outages.record(self._gap)

    def _end_gap(self, now: int) -> None:
        assert self._gap is not None
        log.info("%s is heard again", self.name)
        self._outages.record(replace(self._gap, ended=now))
        self._gap, self.detail = None, ""

    def overrun(self, count: int, size: int, what: str = "datagrams") -> None:
        """``count`` pieces of ``size`` bytes were dropped because the queue was full, or by the system."""
        now = self._clock.now()
        self.dropped += count
        self._lost = [self._lost[0] + count, self._lost[1] + size] if self._over else [count, size]
        detail = f"{self._lost[0]} {what} dropped" + (f", {self._lost[1]} bytes" if self._lost[1] else "")
        if self._over is None:
            log.warning("%s comes faster than it is read: %s are dropped", self.name, what)
        fresh = self._over is None
        began = self._over.began if self._over else now
        self._over = Outage(self.name, began, now, "overrun", detail)  # ended: the last drop so far
        self._last_drop = monotonic()
        if fresh:
            log.warning("%s comes faster than it is read: %s are dropped", self.name, what)
            self._outages.record(self._over)

    # --- watching -------------------------------------------------------------------------------------------
    def tick(self, calm: float) -> None:
        """Look at the watch: note a silence, and the end of an overrun."""
        mono = monotonic()
        if mono - self._last_drop >= calm:
            self._end_overrun()
        open_ = self.state in {"open", "live"} and not self._waiting
        if open_ and mono - self._heard_at > self.silence:
            self.down("silent", f"nothing for {self.silence:g} s")

    def _end_overrun(self) -> None:
        if self._over is not None:
            log.warning("%s: the overrun is over, %s", self.name, self._over.detail)
            self._outages.record(self._over)
            self._over = None

    def stop(self, reason: str = "stopped", detail: str = "stopped by us") -> None:
        """The end of listening: from now on nothing is known, so an outage is open."""
        self._end_overrun()
        self.down(reason, detail)
        self.state = "stopped" if reason == "stopped" else "ended"

    def health(self) -> Health:
        """The state now."""
        rate = self._rate * math.exp((self._rate_at - monotonic()) / RATE_WINDOW)
        return Health(
            self.name,
            self.kind,
            self.state,
            self.last_heard,
            self.bytes,
            self.lines,
            rate,
            self.dropped,
            self.attempts,
            self.address,
            self.detail,
        )


class Lossy:
    """Gathers pieces of a source that cannot wait (UDP, serial); what finds no room is dropped and counted.

    Each piece must end with a line end where pieces may be dropped between.
    """

    def __init__(self, feed: Feed, tuning: Tuning, what: str) -> None:
        self.feed, self.batch, self.what = feed, tuning.batch, what
        self._pieces: list[bytes] = []
        self._size = self._count = 0

    def add(self, piece: bytes, count: int = 1) -> None:
        """Take a piece that counts for ``count``; pass on what was gathered when it is enough."""
        if self._size + len(piece) > self.batch:
            self.flush()
        if self._pieces and self._size + len(piece) > self.batch:
            self.feed.overrun(count, len(piece), self.what)
            return
        self._pieces.append(piece)
        self._size += len(piece)
        self._count += count

    def flush(self) -> bool:
        """Pass on what was gathered, if there is room; True if nothing is left here."""
        if self._pieces and self.feed.offer(b"".join(self._pieces)):
            self._pieces, self._size, self._count = [], 0, 0
        return not self._pieces

    def give_up(self) -> None:
        """Count what is still here as dropped: the source ends."""
        self.flush()
        if self._pieces:
            self.feed.overrun(self._count, self._size, self.what)
            self._pieces, self._size, self._count = [], 0, 0
