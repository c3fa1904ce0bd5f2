"""A watch that goes on for hours in minutes, and what the page holds of it: is anything kept that is of no use any more?

The picture's clock runs up to 100 times as fast, and each tick brings what that time brings: ships report, some fall
silent and go, others come with new numbers and names, alerts are raised, change and clear.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from browser.cdp import Browser
from selat.model.picture import CLASS_A, FLAG_LOST, LON_NA, POSITION_SCALE, ROW
from selat.web.server import create_app, serve_in_thread

WEST, SOUTH, EAST, NORTH = 103.4, 1.0, 104.6, 1.6
HOUR = 3600.0
STEP = 15.0  #: s of the picture that one tick brings
PERIOD = 0.15  #: s between ticks
COME = 0.02  #: share of the ships that comes, and goes, in a minute
ALERTS_A_STEP = 1  #: always as many, so that as many always stand and what the page holds may be compared
STANDS = 600.0  #: s that an alert stands
RULES = ("collision", "loitering", "drifting", "dark")


class Busy:
    """A picture whose time is counted in calls of :meth:`rows`; ships and alerts come and go."""

    def __init__(self, ships: int = 1500, seed: int = 1) -> None:
        self.dice = np.random.default_rng(seed)
        self.start, self.seconds = time.time(), 0.0
        self.all = np.zeros(ships, ROW)
        self.changed = np.ones(ships, np.int64)
        self.version, self.next = 1, 533_000_000
        self.gone: list[tuple[int, np.ndarray]] = []  # (version, last row)
        self.named: list[tuple[int, dict[str, Any]]] = []
        self.said: dict[str, tuple[int, dict[str, Any]]] = {}
        self.raised = 0
        self._come(np.arange(ships))

    def _come(self, at: np.ndarray) -> None:
        n = len(at)
        self.all["mmsi"][at] = np.arange(self.next, self.next + n)
        self.all["lon"][at] = self.dice.uniform(WEST, EAST, n) * POSITION_SCALE
        self.all["lat"][at] = self.dice.uniform(SOUTH, NORTH, n) * POSITION_SCALE
        self.all["sog"][at], self.all["cog"][at] = self.dice.integers(0, 200, n), self.dice.integers(0, 3600, n)
        self.all["hdg"][at], self.all["flags"][at] = self.all["cog"][at] // 10, CLASS_A
        self.changed[at] = self.version
        self.next += n
        for mmsi in self.all["mmsi"][at].tolist():
            label = {"id": mmsi, "name": f"SHIP {mmsi % 1_000_000}", "callsign": None, "imo": None, "ship_type": 70}
            self.named.append((self.version, label | {"length_m": 180.0, "beam_m": 30.0, "cls": CLASS_A}))

    def _step(self) -> None:
        self.seconds += STEP
        self.version += 1
        n = len(self.all)
        heard = self.dice.integers(0, n, int(n * 0.1 * STEP))
        self.all["lon"][heard] += self.dice.integers(-300, 301, len(heard))
        self.changed[heard] = self.version
        leave = self.dice.choice(n, self.dice.poisson(n * COME * STEP / 60), replace=False)
        if len(leave):
            last = self.all[leave].copy()
            last["flags"] |= FLAG_LOST
            last["lon"] = LON_NA  # not placed any more: off the map
            self.gone.append((self.version, last))
            self._come(leave)
        self._alert()
        # a real picture forgets too
        self.gone = self.gone[-200:]
        here = set(self.all["mmsi"].tolist())
        self.named = [x for x in self.named if x[1]["id"] in here]

    def _alert(self) -> None:
        now = self.start + self.seconds
        for _ in range(ALERTS_A_STEP):
            row = self.all[self.dice.integers(0, len(self.all))]
            self.raised += 1
            mmsi, rule = int(row["mmsi"]), RULES[self.raised % len(RULES)]
            alert = {
                "id": f"{rule}-{self.raised}", "rule": rule, "priority": ("alarm", "caution", "warning")[self.raised % 3],
                "state": "active", "subjects": [mmsi], "names": [f"SHIP {mmsi}"], "time_ms": now * 1000,
                "last_ms": now * 1000, "lat": 1.2, "lon": 103.8, "sentence": "Something is so, and it is measured.",
                "evidence": {"n": 1}, "confidence": 0.9, "lead": "", "assigned": "", "snoozed": False,
            }  # fmt: skip
            self.said[str(alert["id"])] = (self.version, alert)
        for key, (_, alert) in list(self.said.items()):
            if alert["state"] == "cleared":
                if now * 1000 - alert["last_ms"] > 60_000:
                    del self.said[key]
            elif now * 1000 - alert["time_ms"] > STANDS * 1000:
                self.said[key] = (self.version, {**alert, "state": "cleared", "last_ms": now * 1000})

    def rows(self, since: int) -> tuple[int, np.ndarray]:
        if since:
            self._step()
        changed = self.all[self.changed > since]
        return self.version, np.concatenate([*(r for v, r in self.gone if v > since > 0), changed]).copy()

    def labels(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        return self.version, [label for v, label in self.named if v > since]

    def alerts(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        return self.version, [a for v, a in self.said.values() if v > since and (since or a["state"] == "active")]

    def ship(self, mmsi: int) -> None:
        return None

    def health(self) -> dict[str, Any]:
        now = (self.start + self.seconds) * 1000
        source = {"name": "busy", "state": "ok", "last_heard_ms": now, "lines": 0, "kept": 0, "duplicates": 0}
        source |= {"rejected": 0, "rate_per_s": 1.0}
        return {"now_ms": now, "clock_ms": now, "replay": True, "sources": [source], "ships": len(self.all),
                "rate_per_s": 1.0, "lag_s": 0.0}  # fmt: skip


def held(page: Browser) -> dict[str, float]:
    """What the page holds after its garbage is collected: MB of JavaScript, elements, listeners, contacts, names."""
    for _ in range(2):
        page.call("HeapProfiler.collectGarbage")
    told = {m["name"]: m["value"] for m in page.call("Performance.getMetrics")["metrics"]}
    counts = page.js("selat.counts()")
    return {
        "heap_mb": told["JSHeapUsedSize"] / 1e6, "nodes": told["Nodes"], "listeners": told["JSEventListeners"],
        "ships": counts["ships"], "labels": counts["labels"], "alerts": counts["alerts"],
    }  # fmt: skip


def watched(minutes: float, settle: float, ships: int = 1500, query: str = "") -> list[tuple[float, dict[str, float]]]:
    """(minutes of the picture, what is held) from ``settle`` minutes on, a dozen times until ``minutes``."""
    picture = Busy(ships)
    server = serve_in_thread(create_app(picture, period_s=PERIOD))
    out: list[tuple[float, dict[str, float]]] = []
    try:
        with Browser() as page:
            page.call("Performance.enable")
            page.call("HeapProfiler.enable")
            page.open(server.url + query)
            page.wait("selat.ready()", 60)
            marks = np.linspace(settle, minutes, 12) * 60
            for mark in marks:
                while picture.seconds < mark:
                    time.sleep(PERIOD)
                    page.events.clear()
                out.append((picture.seconds / 60, held(page)))
            assert page.errors() == []
    finally:
        server.stop()
    return out


def growth(samples: list[tuple[float, dict[str, float]]], name: str) -> float:
    """Units an hour of the picture, by Theil and Sen's median of slopes: one odd sample says nothing."""
    slopes = [
        (b[1][name] - a[1][name]) / (b[0] - a[0]) * 60
        for k, a in enumerate(samples)
        for b in samples[k + 1 :]
        if b[0] > a[0]
    ]
    return float(np.median(slopes))


def least(samples: list[tuple[float, dict[str, float]]], name: str) -> tuple[float, float]:
    """The least of the first and of the last third: what was let go but is not collected yet adds to some samples, and
    to more of them on a busy machine; what is kept for good raises the least."""
    third = len(samples) // 3
    return min(h[name] for _, h in samples[:third]), min(h[name] for _, h in samples[-third:])
