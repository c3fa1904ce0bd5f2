"""The picture of a sea that someone else writes, or nobody does: last positions, alerts, tracks from its history."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any

from selat.app.handler import Handler
from selat.app.picture import LivePicture
from selat.app.seen import alerts_of, source_seen
from selat.app.session import Sea
from selat.model import clock as clocks
from selat.model.clock import HOUR, Clock, RealClock
from selat.model.nouns import Alert
from selat.model.release import Groups
from selat.model.schema import NO_TIME
from selat.store import handling, releases
from selat.tracks.contacts import Contacts

PERIOD = 2.0  #: s between two looks at the sea
NOW = HOUR  #: ns: a sea whose newest report is younger than this is shown as of now, an older one as of then
TRACK = 6 * HOUR  #: ns of track on a ship's card
SHOWN = 200  #: alerts shown, the newest


class Still(RealClock):
    """A clock that stands at ``at``, or is the machine's when ``at`` is 0."""

    def __init__(self) -> None:
        self.at = 0

    def now(self) -> int:
        """Nanoseconds UTC."""
        return self.at or super().now()


class Standing:
    """Looks at a sea every two seconds and keeps :attr:`picture` as it is there, and one for each set of groups that asks.

    ``sea`` opened for groups shows what they may see (:class:`selat.app.session.Sea`).
    """

    def __init__(self, sea: Sea) -> None:
        self.sea = sea
        self.clock = Still()
        self.lock = threading.RLock()
        clock: Clock = self.clock
        self.handler = Handler(sea.state, sea.layout.root, groups=sea.groups)
        self.picture = LivePicture(Contacts(), clock, self.lock, self.health, self.handler, self._track)
        self.picture.views = self._released
        self._others: dict[Groups, Standing] = {}
        self._seen = -1
        self._told: dict[str, tuple[str, int]] = {}
        self._newest = NO_TIME
        self.look()

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                await asyncio.sleep(PERIOD)
                for standing in (self, *self._others.values()):
                    await asyncio.to_thread(standing.look)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the seas that were opened for groups."""
        with self.lock:
            for other in self._others.values():
                other.sea.close()
            self._others.clear()

    def _released(self, groups: Groups) -> LivePicture:
        with self.lock:
            if groups not in self._others:
                self._others[groups] = Standing(Sea(self.sea.layout.root, create=False, groups=groups))
            return self._others[groups].picture

    def look(self) -> None:
        """Take the sea as it is now."""
        with self.lock:
            self.sea.refresh()
            generation = self.sea.state.generation()
            if generation != self._seen:
                self._seen = generation
                self._contacts()
            everything = self.sea.groups is None  # else it is not known how many of the newest may be seen
            found = alerts_of(self.sea, newest=SHOWN if everything else None)[-SHOWN:]
            fresh = [a for a in found if self._told.get(a.id) != (a.state, a.last)]
            self._told.update((a.id, (a.state, a.last)) for a in fresh)
            self.picture.tell(fresh)
            self.picture.tell(self._closed())
            self.picture.hand(handling.handled(self.sea.state), handling.snoozes(self.sea.state, clocks.now()))
            self.picture.contacts.mark_lost(self.clock.now())
            self.picture.refresh()

    def _closed(self) -> list[Alert]:
        """Alerts that were shown and are not for us any more: they end."""
        told = self.picture.told
        hidden = set(told) - set(releases.seen(self.sea.state, "alert", told, self.sea.groups))
        return [replace(a, state="cleared") for a in (told[i] for i in sorted(hidden)) if a.state != "cleared"]

    def _contacts(self) -> None:
        latest = self.sea.view.ships()
        contacts = Contacts()
        contacts.declare(latest.statics.take(latest.statics["time"].argsort(kind="stable")))
        rows = latest.reports.take(latest.reports["time"].argsort(kind="stable"))
        if rows.rows:
            contacts.update(rows)
            self._newest = int(rows["time"].max())
            now = clocks.now()
            self.clock.at = self._newest if now - self._newest > NOW else 0
        self.picture.contacts = contacts

    def _track(self, mmsi: int) -> list[list[float | None]]:
        if self._newest == NO_TIME:
            return []
        rows = self.sea.reports.of(mmsi).between(self._newest - TRACK, self._newest + 1).stored()
        known = rows.take(rows["lat"] != -(2**31))
        order = known["time"].argsort(kind="stable")[-2000:]
        times, lats, lons = known["time"][order] / 1e6, known["lat"][order] / 1e7, known["lon"][order] / 1e7
        return [[t, x, y, None, None] for t, x, y in zip(times.tolist(), lons.tolist(), lats.tolist(), strict=True)]

    def health(self) -> dict[str, Any]:
        """How the sea is: its sources with their counts."""
        with self.lock:
            counts = self.sea.state.counters()
            names = {r["id"]: r["name"] for r in self.sea.state.rows("sources")}
        heard = self._newest / 1e6 if self._newest != NO_TIME else None
        sources = [
            {
                "name": names.get(k, str(k)), "state": "done" if self.clock.at else "ok", "last_heard_ms": heard,
                "lines": c.get("lines", 0), "kept": c.get("kept", 0), "duplicates": c.get("duplicates", 0),
                "rejected": sum(n for key, n in c.items() if key.startswith("reason.")), "rate_per_s": 0.0,
            }
            for k, c in counts.items()
            if source_seen(self.sea, names.get(k, ""))
        ]  # fmt: skip
        return {
            "now_ms": clocks.now() / 1e6, "clock_ms": self.clock.now() / 1e6, "replay": bool(self.clock.at), "sources": sources,
            "rate_per_s": 0.0, "lag_s": 0.0, "ships": 0,
        }  # fmt: skip
