"""The live watch: sources to the pipeline, the picture to the page, commits as time goes by.

Sources run in the event loop; the pipeline runs in a thread of its own, one block at a time, so that neither the page
nor a source waits for it. When it falls behind, the bounded queue of the sources fills and they wait (or, where they
cannot, say how much was lost).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from selat.app import lean
from selat.app.handler import Handler
from selat.app.notify.worker import Notifier
from selat.app.picture import LivePicture
from selat.app.pipeline import Intake, Pipeline
from selat.app.released import Follower
from selat.app.session import Sea
from selat.model import clock as clocks
from selat.model.clock import SECOND, Clock
from selat.model.columns import Columns
from selat.model.config import channels
from selat.model.nouns import Alert
from selat.model.ports import Block
from selat.model.release import Groups, may_see
from selat.store import handling, releases

log = logging.getLogger(__name__)

#: by format of a live source: how its bytes are read
KINDS = {"nmea": "nmea-live", "aisstream": "aisstream", "signalk": "signalk", "asterix": "asterix-live"}
FIRST = 5.0  #: s after which the first reports of a new sea are stored: its pages show something soon
REFRESH = 0.5  #: s between refreshes of the picture
DECIDED = 2.0  #: s after which what was released elsewhere holds here
SETTLED = 120.0  #: s after which all kernels are loaded that a watch uses
LOOK = 1.0  #: s between looks at what others changed: zones, deeds, snoozes

Blocks = AsyncIterator[Block]


class Source(Protocol):
    """Blocks, and what is known of where they come from."""

    def __aiter__(self) -> Blocks:
        """Blocks as they come."""
        ...


class Watch:
    """One watch over one pipeline. ``clock`` tells the picture's time; ``kind`` how the bytes are read, or ``formats`` by
    name of the source.

    ``details`` gives what the sources say of themselves (state, last heard) by name; ``outages`` those that began or
    ended since the last call.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        *,
        kind: str = "nmea-live",
        replay: bool = False,
        details: Callable[[], list[dict[str, Any]]] | None = None,
        outages: Callable[[], Columns] | None = None,
        formats: Callable[[str], str] | None = None,
    ) -> None:
        if pipeline.floor is None:
            raise ValueError("a watch needs the rules")
        self.pipeline, self.clock, self.kind, self.replay = pipeline, clock, kind, replay
        self._details, self._outages, self._formats = details, outages, formats
        self._every = pipeline.writer.settings.watch  # s between commits, for alerts, between tidyings
        self.lock = threading.RLock()
        writer = pipeline.writer
        self.handler = Handler(writer.state, writer.layout.root, self._flush)
        self.picture = LivePicture(pipeline.floor.contacts, clock, self.lock, self.health, self.handler)
        self.picture.hand(handling.handled(writer.state), handling.snoozes(writer.state, clock.now()))
        assert pipeline.views is not None
        self.views = pipeline.views
        self.picture.views, self.picture.on_tell = self._released, self.views.tell
        self._decided = clocks.monotonic()
        pipeline.on_alerts = self._alerts
        pipeline.writer.channels = () if replay else channels(pipeline.writer.settings)  # a replay tells nobody
        self.notifier = Notifier(pipeline.writer.state, pipeline.writer.channels)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="selat-loop")
        self._committed = self._told = self._compacted = self._refreshed = self._looked = clocks.monotonic()
        self._born, self._young = clocks.monotonic(), True
        self._touched = handling.touched(writer.state, -1)
        self._new = not any(p.table == "reports" for p in writer.state.parts()[1])  # nothing is stored yet
        self._intakes: dict[str, Intake] = {}  # also those that have ended
        self._heard: dict[str, tuple[int, float]] = {}  # by source: when (picture's time), rate
        self._rates: dict[str, tuple[float, int, float]] = {}
        self.alerts = 0  #: alerts raised or changed
        self.blocks = 0
        self.ended = False

    # --- the loop ----------------------------------------------------------------------------------------------------
    async def run(self, source: Source, ready: Awaitable[object] | None = None) -> None:
        """Take blocks until the source ends or the task is cancelled; what was taken is committed either way.

        The first block waits until it is ``ready``; the source is open meanwhile, and holds what comes.
        """
        loop = asyncio.get_running_loop()
        ticker = asyncio.create_task(self._tick())
        self.notifier.start()
        try:
            async for block in source:
                if ready is not None:
                    await ready
                    ready = None
                await loop.run_in_executor(self._thread, self._take, block)
            self.ended = True
            await loop.run_in_executor(self._thread, self._end)
        finally:
            ticker.cancel()
            await asyncio.gather(ticker, return_exceptions=True)
            await asyncio.shield(loop.run_in_executor(self._thread, self.commit))
            self._thread.shutdown()
            self.handler.at_once = True  # nothing commits any more
            self.handler.store(self.handler.take())
            await loop.run_in_executor(None, self.notifier.stop)

    async def _tick(self) -> None:
        """Keep the picture and the sea up to date while nothing comes in."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(REFRESH)
            await loop.run_in_executor(self._thread, self._chores)

    def _take(self, block: Block) -> None:
        with self.lock:
            intake = self.pipeline.source(block.source, self._kind(block))
            self.pipeline.take(intake, block.data, block.received)
        self.pipeline.sync()
        self.blocks += 1
        self._note(intake, block)
        if clocks.monotonic() - self._refreshed > REFRESH:
            self._chores()

    def _kind(self, block: Block) -> str:
        return self.kind if self._formats is None else KINDS[self._formats(block.source)]

    def _end(self) -> None:
        with self.lock:
            for intake in list(self.pipeline.intakes.values()):
                self.pipeline.end(intake, self.clock.now())
        self._refresh()

    def _chores(self) -> None:
        self._refreshed = now = clocks.monotonic()
        if not self.replay and not self.ended:
            with self.lock:
                self.pipeline.idle(self.clock.now())
        if now - self._looked > LOOK:
            self._looked = now
            self._look()
        self._refresh()
        if self._young and now - self._born > SETTLED:
            self._young = False
            lean.settled()
        waited = now - self._committed
        due = waited > (min(FIRST, self._every.commit) if self._new else self._every.commit)
        if due or self.pipeline.writer.full or self.handler.waiting:
            self.commit()
        elif self.pipeline.alerts_waiting and now - self._told > self._every.alerts:
            self._told = now
            with self.lock:
                self.pipeline.tell(wait=False)
        if now - self._compacted > self._every.compact:
            self._compacted = now
            self.pipeline.writer.compact(min_parts=8, tiers=True, wait=False)

    def _look(self) -> None:
        """Take what was changed from the page, the command line or another process."""
        with self.lock:
            self.pipeline.look()
        state = self.pipeline.writer.state
        touched = handling.touched(state, self._touched)
        if touched != self._touched:
            self._touched = touched
            self.picture.hand(handling.handled(state), handling.snoozes(state, clocks.now()), self.handler.named())

    def _refresh(self) -> None:
        self.picture.refresh()
        for follower in list(self.views.followers.values()):
            follower.refresh()
        if self.views.followers and clocks.monotonic() - self._decided > DECIDED:
            self._decided = clocks.monotonic()
            self._decisions()

    def _decisions(self) -> None:
        """Take what people released or closed, here or at another console."""
        with self.lock:
            changed = self.views.decide(releases.clauses_of(self.pipeline.writer.state, "alert", by_people=True))
            told = self.picture.told
            self.views.tell(told[i] for i in told if i in changed)

    def _released(self, groups: Groups) -> LivePicture:
        """The picture of these groups, made when it is first asked for."""
        groups &= self.views.known()
        if groups not in self.views.followers:
            if self.handler.at_once:
                self._follow(groups)
            else:
                self._thread.submit(self._follow, groups).result()
        return self.views.followers[groups]

    def _follow(self, groups: Groups) -> None:
        if groups in self.views.followers:
            return
        self.commit()
        writer, floor = self.pipeline.writer, self.pipeline.floor
        with self.lock:
            if not self.views.followers:
                self.views.take(releases.of_alerts(writer.state) | self.views.clauses)
                self._decisions()
            root = writer.layout.root
            now = 0 if floor is None else floor.now
            contacts = self.views.view(groups, lambda g: Sea(root, create=False, groups=g), now, self.pipeline.arrival)
            follower = Follower(self.picture, contacts, groups, self.views, lambda: self._health_of(groups))
            follower.refresh()
            self.views.followers[groups] = follower

    def commit(self) -> None:
        """Make what was taken part of the sea, and then what people did with its alerts."""
        self._committed = self._told = clocks.monotonic()
        with self.lock:
            deeds = self.handler.take()
            self._new = self._new and not self.pipeline.writer.staged_rows
            self.pipeline.commit(outages=self._outages() if self._outages else None, wait=bool(deeds))
        self.handler.store(deeds)

    # --- told --------------------------------------------------------------------------------------------------------
    def _alerts(self, alerts: list[Alert]) -> None:
        self.alerts += len(alerts)
        self.picture.tell(alerts)

    def _flush(self) -> None:
        """Have all alerts in the sea, for who wants to ask about one."""
        if not self.handler.at_once:
            self._thread.submit(self.commit).result()

    def _note(self, intake: Intake, block: Block) -> None:
        """Rate of a source, over about five seconds."""
        self._intakes[intake.name] = intake
        at, lines, rate = self._rates.get(intake.name, (clocks.monotonic(), 0, 0.0))
        now = clocks.monotonic()
        if now - at >= 5.0:
            rate = (intake.tally.lines - lines) / (now - at)
            at, lines = now, intake.tally.lines
        elif not rate:
            rate = intake.tally.lines / max(now - at, 1.0)
        self._rates[intake.name] = (at, lines, rate)
        self._heard[intake.name] = (block.received, rate)

    # --- asked -------------------------------------------------------------------------------------------------------
    def _health_of(self, groups: Groups) -> dict[str, Any]:
        """How well the sources are heard that these groups may see."""
        told = self.health()
        seen = [s for s in told["sources"] if may_see(self.pipeline.policy.source(s["name"]), groups)]
        return told | {"sources": seen, "rate_per_s": sum(s["rate_per_s"] for s in seen)}

    def health(self) -> dict[str, Any]:
        """How well we hear; see :meth:`selat.model.picture.Picture.health`."""
        now = self.clock.now()
        with self.lock:
            known = {d["name"]: d for d in self._details()} if self._details else {}
            sources = []
            for intake in self._intakes.values():
                heard, rate = self._heard.get(intake.name, (0, 0.0))
                t = intake.tally
                sources.append({
                    "name": intake.name, "state": "done" if self.ended else "ok", "last_heard_ms": heard / 1e6 or None,
                    "lines": t.lines, "kept": t.kept, "duplicates": t.duplicates, "rejected": sum(t.rejected.values()),
                    "rate_per_s": rate, **known.pop(intake.name, {}),
                })  # fmt: skip
            empty = {"lines": 0, "kept": 0, "duplicates": 0, "rejected": 0, "rate_per_s": 0.0, "last_heard_ms": None}
            sources += [{**empty, **d} for d in known.values()]
            newest = max((h for h, _ in self._heard.values()), default=0)
            floor = self.pipeline.floor
            mark = floor.now if floor is not None else 0
        return {
            "now_ms": clocks.now() / 1e6, "clock_ms": now / 1e6, "replay": self.replay, "sources": sources,
            "rate_per_s": sum(s["rate_per_s"] for s in sources), "lag_s": max(newest - mark, 0) / SECOND if mark > 0 else 0.0,
            "ships": 0, "notify": self.notifier.health(),
        }  # fmt: skip
