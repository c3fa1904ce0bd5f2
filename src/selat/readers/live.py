"""Live sources as one stream of blocks: what came, from whom, when.

::

    async with Live([parse_source("tcp://10.0.0.5:5631"), parse_source("udp://:10110")], RealClock()) as live:
        async for block in live:
            journal.append(block)
        outages = live.take_outages()

Back-pressure: all sources share one queue, bounded in bytes. TCP, standard input, followed files and web sockets are
not read while it is full, so their senders wait; UDP and serial lines cannot wait, and what is dropped is counted.
A source that ends or cannot be reached is tried again, at growing intervals; each time it was not heard is an outage.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Self

from selat.model.clock import Clock, RealClock, monotonic
from selat.model.columns import Columns
from selat.model.errors import ConfigError, SelatError
from selat.model.ports import Block
from selat.readers import live_files, live_tcp, live_udp
from selat.readers.live_feed import Down, Feed, Health, Outage, OutageLog, Tuning, outage_columns
from selat.readers.live_queue import ByteQueue
from selat.readers.live_spec import BINARY, NEVER, SourceSpec, parse_source

__all__ = ["Down", "Health", "Live", "Outage", "SourceSpec", "Tuning", "outage_columns", "parse_source"]

log = logging.getLogger(__name__)

QUEUE_BYTES = 16 << 20
Run = Callable[[], Awaitable[None]]


class Backoff:
    """Delays that double from ``first`` to ``last`` seconds, each shortened by up to a half at random.

    The jitter keeps many clients from coming back at the same moment after a server's restart.
    """

    def __init__(self, first: float, last: float, chance: Callable[[], float] = random.random) -> None:
        self.first, self.last, self._chance = first, last, chance
        self._next = first

    def reset(self) -> None:
        """Begin anew: it went well for a while."""
        self._next = self.first

    def delay(self) -> float:
        """Seconds to wait now."""
        now, self._next = self._next, min(self._next * 2, self.last)
        return now * (1 - self._chance() / 2)


class Live:
    """Several live sources, one stream of :class:`Block`. See the text of the module.

    ``queue_bytes``: at most so much waits in memory (and up to 0.4 MB more a connection, in its own buffers).
    ``on_outage`` is called in the event loop whenever an outage begins or its end is known.
    Raises :class:`ConfigError` for a source that cannot work: no key, no driver, the same name twice, a plain file.
    """

    def __init__(
        self,
        specs: Iterable[SourceSpec | str],
        clock: Clock | None = None,
        *,
        queue_bytes: int = QUEUE_BYTES,
        tuning: Tuning | None = None,
        on_outage: Callable[[Outage], None] | None = None,
    ) -> None:
        self.clock = clock or RealClock()
        self.tuning = tuning or Tuning()
        if queue_bytes < self.tuning.batch:
            raise ConfigError(f"a queue of {queue_bytes} bytes is too small", hint=f"at least {self.tuning.batch}")
        self.queue = ByteQueue(queue_bytes)
        self._outages = OutageLog(on_outage)
        self.feeds: dict[str, Feed] = {}
        self._formats: dict[str, str] = {}
        self._runs: list[tuple[SourceSpec, Feed, Run]] = []
        self._tasks: list[asyncio.Task[None]] = []
        for spec in specs:
            spec = parse_source(spec) if isinstance(spec, str) else spec
            if spec.name in self.feeds:
                raise ConfigError(f"two sources are named {spec.name!r}", hint="give one of them another ?name=")
            feed = self._feed(spec, spec.name)
            self._runs.append((spec, feed, self._runner(spec, feed)))

    # --- life -----------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin to listen; must run inside an event loop. A second call does nothing."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._supervise(*run), name=run[0].name) for run in self._runs]
            self._tasks.append(asyncio.create_task(self._watch(), name="watch"))

    async def stop(self) -> None:
        """End all sources. What was read already stays in the queue to be taken; outages begin, and stay open."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for feed in self.feeds.values():
            if feed.state not in {"ended", "stopped"}:
                feed.stop()
        self.queue.close()

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def __aiter__(self) -> AsyncIterator[Block]:
        """Blocks as they come, until all sources ended or :meth:`stop` was called and the queue is empty."""
        self.start()
        while (block := await self.queue.get()) is not None:
            yield block

    # --- what is known --------------------------------------------------------------------------------------
    def health(self) -> list[Health]:
        """Every source, and every sender that was heard through a listening one."""
        return [feed.health() for feed in self.feeds.values()]

    def format_of(self, name: str) -> str:
        """What the bytes of a source are: one of :data:`selat.readers.live_spec.FORMATS`."""
        return self._formats.get(name, "nmea")

    def take_outages(self) -> Columns:
        """Outages that began or ended since the last call, as a table; see :class:`Outage` for how to merge them."""
        return outage_columns(self._outages.take())

    # --- inside ---------------------------------------------------------------------------------------------
    def _feed(self, spec: SourceSpec, name: str, parent: Feed | None = None) -> Feed:
        feed = self.feeds.get(name)
        if feed is None:
            self._formats[name] = spec.format
            feed = Feed(name, spec.kind, spec.silence, self.queue, self.clock, self._outages, parent)
            feed.lined = spec.format not in BINARY
            self.feeds[name] = feed
        return feed

    def _runner(self, spec: SourceSpec, feed: Feed) -> Run:
        """What listens to ``spec`` once, until it ends."""
        tuning = self.tuning
        if spec.kind == "tcp":
            return lambda: live_tcp.run_client(spec, feed, tuning)
        if spec.kind == "tcp-listen":
            return lambda: live_tcp.run_server(spec, feed, tuning, lambda name: self._feed(spec, name, feed))
        if spec.kind == "udp":
            return lambda: live_udp.run_udp(spec, feed, tuning)
        if spec.kind == "serial":
            live_files.pyserial()  # better now than when the watch has begun
            return lambda: live_files.run_serial(spec, feed, tuning)
        if spec.kind == "tail":
            return live_files.Tail(spec, feed, tuning).run
        if spec.kind == "stdin":
            return lambda: live_files.run_stdin(feed, tuning)
        if spec.kind == "aisstream":
            from selat.readers import live_ws

            key = live_ws.read_key(spec)
            return lambda: live_ws.run_aisstream(spec, feed, tuning, key)
        if spec.kind == "signalk":
            from selat.readers import live_ws as sockets

            return lambda: sockets.run_signalk(spec, feed, tuning)
        raise ConfigError(
            f"{spec.name!r} is not a live source", hint=f"to follow it as it grows write tail:{spec.path}"
        )

    async def _supervise(self, spec: SourceSpec, feed: Feed, run: Run) -> None:
        """Run a source for ever: only standard input ends by itself. This is the edge of the process: no failure of
        one source may end the others, so everything is caught, counted as an outage, and logged.
        """
        backoff = Backoff(self.tuning.first_delay, self.tuning.last_delay)
        while True:
            feed.connecting()
            began, before = monotonic(), feed.bytes
            try:
                await run()
            except Down as e:
                feed.down(e.reason, e.detail)
                if e.reason == "silent":
                    backoff.reset()  # the silence was pause enough, and a quiet feed must not be missed for longer
            except SelatError as e:
                feed.down("refused", f"{e.message} ({e.hint})")
            except Exception as e:
                log.exception("%s failed", spec.name)
                feed.down("lost", f"{type(e).__name__}: {e}")
            else:
                feed.stop("closed", "the input ended")
                self._ended()
                return
            if feed.bytes > before and monotonic() - began >= min(self.tuning.good, spec.silence):
                backoff.reset()
            await asyncio.sleep(backoff.delay())

    def _ended(self) -> None:
        if all(feed.state == "ended" for _, feed, _ in self._runs):
            self.queue.close()

    async def _watch(self) -> None:
        shortest = min((s.silence for s, _, _ in self._runs if s.silence < NEVER), default=NEVER)
        pause = min(self.tuning.watch, shortest / 4)
        while True:
            before = monotonic()
            await asyncio.sleep(pause)
            if monotonic() - before > 2 * pause + 0.01:
                continue  # we stood still ourselves: first let what came meanwhile be read
            for feed in list(self.feeds.values()):
                feed.tick(self.tuning.calm)
