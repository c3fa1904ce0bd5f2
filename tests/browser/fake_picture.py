"""An invented picture of some 400 ships that move; also a program, to look at the page without any data.

PYTHONPATH=src:tests python -m browser.fake_picture --port 8000
"""

from __future__ import annotations

import argparse
import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from browser import fake_places as places
from browser.fake_desk import FakeDesk
from selat.model.picture import (
    AGE_OLD,
    CLASS_A,
    CLASS_ATON,
    CLASS_B,
    CLASS_BASE,
    CLASS_BEACON,
    CLASS_SAR_AIRCRAFT,
    COG_NA,
    FLAG_ALERT,
    FLAG_LOST,
    FLAG_MOORED,
    HEADING_NA,
    POSITION_SCALE,
    ROW,
)
from selat.web.server import create_app, serve_in_thread

METRES_PER_DEGREE = 111_195.0
KNOT = 0.514444


@dataclass
class Ship:
    """One invented contact: a path walked at a speed, or a place to swing round."""

    mmsi: int
    name: str
    cls: int
    ship_type: int
    length: float
    beam: float
    speed_kn: float
    path: list[tuple[float, float]]
    start_m: float = 0.0
    interval_s: float = 6.0
    moored: bool = False
    silent_after: float = math.inf
    legs: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        total = [0.0]
        for (x0, y0), (x1, y1) in zip(self.path, self.path[1:], strict=False):
            total.append(total[-1] + math.hypot((x1 - x0) * math.cos(math.radians(y0)), y1 - y0) * METRES_PER_DEGREE)
        self.legs = total

    def at(self, t: float) -> tuple[float, float, float]:
        """Longitude, latitude and course at `t` seconds; at its end the path begins again."""
        if len(self.path) == 1:
            lon, lat = self.path[0]
            swing = (self.mmsi % 360 + t / 300) % 360
            return (
                lon + 0.0005 * math.sin(math.radians(swing)),
                lat + 0.0005 * math.cos(math.radians(swing)),
                swing,
            )
        run = (self.start_m + self.speed_kn * KNOT * t) % self.legs[-1]
        k = int(np.searchsorted(self.legs, run, side="right")) - 1
        share = (run - self.legs[k]) / (self.legs[k + 1] - self.legs[k])
        (x0, y0), (x1, y1) = self.path[k], self.path[k + 1]
        course = math.degrees(math.atan2((x1 - x0) * math.cos(math.radians(y0)), y1 - y0)) % 360
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, course


class FakePicture(FakeDesk):
    """A `Picture` that invents its ships from a seed; time comes from `clock`, in seconds."""

    def __init__(self, ships: int = 400, seed: int = 7, clock: Callable[[], float] = time.time, replay: bool = False):
        self.clock = clock
        self.replay = replay
        self.t0 = clock()
        self.stopped_at: float | None = None
        self.begin_desk()
        self._lock = threading.Lock()
        self._dice = random.Random(seed)
        self.ships = self._make(ships)
        self._by_mmsi = {ship.mmsi: ship for ship in self.ships}
        self._version = 1
        self._changed = np.ones(len(self.ships), np.int64)
        self._last = np.full(len(self.ships), self.t0)
        self._alert_version = 1
        self._alerts = self._make_alerts()

    def stop(self) -> None:
        """Every source falls silent from now on."""
        self.stopped_at = self.clock()

    # ------------------------------------------------------------------ Picture
    def rows(self, since: int) -> tuple[int, np.ndarray]:
        with self._lock:
            now = self._advance()
            pick = np.flatnonzero(self._changed > since)
            rows = np.zeros(len(pick), ROW)
            alerted = {m for a in self._alerts for m in a["subjects"]}
            for k, index in enumerate(pick):
                rows[k] = self._row(self.ships[index], float(self._last[index]), now, alerted)
            return self._version, rows

    def labels(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        return 1, [self._label(ship) for ship in self.ships] if since < 1 else []

    def ship(self, mmsi: int) -> dict[str, Any] | None:
        ship = self._by_mmsi.get(mmsi)
        if ship is None:
            return None
        end = min(self.clock(), self.t0 + ship.silent_after) - self.t0
        lon, lat, cog = ship.at(end)
        times = np.arange(end - 7200, end, 60.0)
        track = [[(self.t0 + t) * 1000, *ship.at(t)[:2], ship.speed_kn * KNOT, ship.at(t)[2]] for t in times]
        return {
            **{k: v for k, v in self._label(ship).items() if k != "id"},
            "mmsi": mmsi,
            "draught_m": 11.4 if ship.length > 100 else None,
            "destination": "SG SIN" if ship.cls == CLASS_A else None,
            "eta": "11-23 04:00" if ship.cls == CLASS_A else None,
            "nav_status": 1 if ship.moored else 0,
            "time_ms": (self.t0 + end) * 1000,
            "lon": lon,
            "lat": lat,
            "sog_mps": ship.speed_kn * KNOT,
            "cog": cog,
            "heading": round(cog),
            "source": "invented",
            "track": track,
            "alerts": [a["id"] for a in self._alerts if mmsi in a["subjects"]],
        }

    def alerts(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        with self._lock:
            return self._alert_version, [
                {k: v for k, v in a.items() if k not in ("_v", "log")} for a in self._alerts if a["_v"] > since
            ]

    def health(self) -> dict[str, Any]:
        now = self.clock() * 1000
        heard = (self.stopped_at or self.clock()) * 1000
        state = "ok" if self.stopped_at is None else "silent"
        rate = sum(1 / s.interval_s for s in self.ships) if self.stopped_at is None else 0.0
        source = {"lines": 81234, "kept": 79001, "duplicates": 2101, "rejected": 132, "rate_per_s": rate / 2}
        return {
            "now_ms": now,
            "clock_ms": now,
            "replay": self.replay,
            "ships": len(self.ships),
            "rate_per_s": rate,
            "lag_s": 0.4,
            "sources": [
                {"name": "tcp://vts-singapore", "state": state, "last_heard_ms": heard, **source},
                {"name": "udp://klang", "state": state, "last_heard_ms": heard - 400, **source},
                {"name": "satellite", "state": "silent", "last_heard_ms": (self.t0 - 5400) * 1000, **source},
            ],
        }

    # ------------------------------------------------------------------ inventing
    def _advance(self) -> float:
        now = self.stopped_at or self.clock()
        self._version += 1
        for k, ship in enumerate(self.ships):
            if now - self._last[k] >= ship.interval_s and now - self.t0 < ship.silent_after:
                self._last[k] = now
                self._changed[k] = self._version
        return self.clock()

    def _row(self, ship: Ship, last: float, now: float, alerted: set[int]) -> tuple[int, ...]:
        lon, lat, cog = ship.at(last - self.t0)
        age = min(now - last, AGE_OLD) if ship.silent_after > 0 else AGE_OLD
        flags = ship.cls | (FLAG_ALERT if ship.mmsi in alerted else 0) | (FLAG_MOORED if ship.moored else 0)
        if ship.silent_after <= 0:
            flags |= FLAG_LOST
        fixed = ship.cls in (CLASS_ATON, CLASS_BASE)
        heading = HEADING_NA if fixed or ship.cls in (CLASS_B, CLASS_BEACON) else round(cog) % 360
        return (
            ship.mmsi,
            round(lon * POSITION_SCALE),
            round(lat * POSITION_SCALE),
            round(ship.speed_kn * 10),
            COG_NA if ship.moored or fixed else int(cog * 10),
            heading,
            int(age),
            flags,
        )

    def _label(self, ship: Ship) -> dict[str, Any]:
        big = ship.cls == CLASS_A
        return {
            "id": ship.mmsi,
            "name": ship.name,
            "callsign": f"9V{ship.mmsi % 10000}" if big else None,
            "imo": 9_000_000 + ship.mmsi % 900_000 if big else None,
            "ship_type": ship.ship_type,
            "length_m": ship.length or None,
            "beam_m": ship.beam or None,
            "cls": ship.cls,
        }

    def _make(self, count: int) -> list[Ship]:
        dice = self._dice
        ships: list[Ship] = []

        def add(name: str, cls: int, kind: int, length: float, speed: float, path: list, **more: Any) -> None:
            base = {
                CLASS_ATON: 995660000,
                CLASS_BASE: 5660000,
                CLASS_BEACON: 970010000,
                CLASS_SAR_AIRCRAFT: 111533000,
            }
            mmsi = base.get(cls, 533_000_000 + dice.randrange(900) * 1000) + len(ships)
            ships.append(Ship(mmsi, name, cls, kind, length, round(length / 6.5), speed, path, **more))

        def name() -> str:
            return f"{dice.choice(places.FIRST)} {dice.choice(places.SECOND)}"

        def shifted(path: list[tuple[float, float]], spread: float) -> list[tuple[float, float]]:
            dx, dy = dice.gauss(0, spread), dice.gauss(0, spread)
            return [(x + dx, y + dy) for x, y in path]

        for title, lon, lat in places.LIGHTS:
            add(title, CLASS_ATON, 0, 0, 0, [(lon, lat)], interval_s=180)
        for title, lon, lat in places.STATIONS:
            add(title, CLASS_BASE, 0, 0, 0, [(lon, lat)], interval_s=10)
        add(
            "MERSING RESCUE",
            CLASS_SAR_AIRCRAFT,
            0,
            0,
            95,
            [(104.2, 1.9), (104.6, 1.6), (104.2, 1.6), (104.2, 1.9)],
        )
        add("SART ACTIVE", CLASS_BEACON, 0, 0, 1, [(104.72, 1.72), (104.8, 1.8)], interval_s=60)
        for lon, lat, spread, n in places.ANCHORAGES:
            for _ in range(n):
                place = [(lon + dice.gauss(0, spread), lat + dice.gauss(0, spread * 0.4))]
                kind = dice.choice([70, 70, 80, 80, 52])
                add(name(), CLASS_A, kind, dice.randrange(60, 330), 0, place, moored=True, interval_s=120)
        for _ in range(8):
            back = places.FERRY + places.FERRY[::-1]
            add(
                f"BATAM FAST {len(ships)}",
                CLASS_A,
                40,
                28,
                dice.uniform(20, 26),
                back,
                start_m=dice.random() * 3e4,
            )
        for k in range(max(30, count // 6)):
            lon, lat, spread = places.FISHING[k % len(places.FISHING)]
            x, y, r = lon + dice.gauss(0, spread), lat + dice.gauss(0, spread * 0.4), dice.uniform(0.01, 0.03)
            ring = [(x + r * math.sin(a), y + r * math.cos(a)) for a in np.linspace(0, 6.283, 13)]
            kind = 30 if k % 4 else 37
            start = dice.random() * 1e4
            add(f"KM {name()}", CLASS_B, kind, 18, dice.uniform(2, 7), ring, start_m=start, interval_s=30)
        while len(ships) < count:
            path = shifted(dice.choice([places.EAST, places.WEST]), 0.0015)
            kind = dice.choice([70, 70, 71, 74, 79, 80, 80, 81, 84, 60, 52, 0])
            length = dice.choice([90, 140, 180, 229, 250, 300, 366, 400])
            silent = 0.0 if dice.random() < 0.02 else math.inf
            add(name(), CLASS_A, kind, length, dice.uniform(8, 19), path, start_m=dice.random() * 1.1e6,
                interval_s=dice.choice([3, 6, 10]), silent_after=silent)  # fmt: skip
        return ships

    def _make_alerts(self) -> list[dict[str, Any]]:
        moving = [s for s in self.ships if s.cls == CLASS_A and s.speed_kn > 6]
        beacon = next(s for s in self.ships if s.cls == CLASS_BEACON)
        dark = next((s for s in moving if s.silent_after <= 0), moving[-1])
        dark.silent_after = 0.0
        near = sorted(moving, key=lambda s: math.dist(s.at(0)[:2], (103.85, 1.19)))[:5]
        fishing = next(s for s in self.ships if s.ship_type == 30)
        wording = [
            ("distress-beacon", "emergency", [beacon], 140,
             "A search and rescue transmitter is active and has reported its position for 2 min 20 s."),
            ("collision-risk", "alarm", near[:2], 65,
             f"{near[0].name} and {near[1].name} will pass 0.12 nm apart in 6 min 40 s if neither turns."),
            ("dark", "warning", [dark], 1260,
             f"{dark.name} has sent nothing for 21 min while ships round it were heard; it was at 13.2 kn."),
            ("lane-against-flow", "warning", [near[3]], 410,
             f"{near[3].name} has kept 170 degrees against the flow of the lane for 6 min 50 s."),
            ("loitering", "caution", [fishing], 5400,
             f"{fishing.name} has stayed within 1.1 nm for 1 h 30 min at 3.2 kn, outside any known ground."),
            ("static-mismatch", "caution", [near[4]], 9100,
             f"{near[4].name} has reported two lengths in one day: 229 m and 91 m."),
        ]  # fmt: skip
        alerts = []
        for k, (rule, priority, ships, ago, sentence) in enumerate(wording):
            lon, lat, _ = ships[0].at(0)
            since = (self.t0 - ago) * 1000
            alerts.append({
                "id": f"{rule}-{k}", "rule": rule, "priority": priority,
                "state": "acknowledged" if rule == "static-mismatch" else "active",
                "subjects": [s.mmsi for s in ships], "names": [s.name for s in ships],
                "time_ms": since, "last_ms": self.t0 * 1000, "lon": lon, "lat": lat,
                "sentence": sentence, "evidence": {"duration_s": ago, "cpa_m": 222.0, "track": {"lat": [1.0]}}, "_v": 1,
                "confidence": 0.82, "lead": "", "assigned": "", "snoozed": False,
                "detail": {
                    "confidence": {"margin": 0.9, "reception": 0.91}, "geometry": "exercise, own geometry (declared)",
                    "false_if": ["she waits for a pilot", "another ship hides her"],
                    "action": "Call her by name on channel 14, and look where she was last seen.",
                },
            })  # fmt: skip
        alerts.append({**alerts[-1], "id": "folded", "rule": "folded-away", "lead": alerts[0]["id"], "state": "active"})
        return alerts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--ships", type=int, default=400)
    parser.add_argument("--stop-after", type=float, default=0, help="seconds after which every source is silent")
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--seconds", type=float, default=math.inf, help="end after this long")
    args = parser.parse_args()
    picture = FakePicture(args.ships, replay=args.replay)
    running = serve_in_thread(create_app(picture, title="selat"), port=args.port)
    print(running.url, flush=True)
    end = time.monotonic() + args.seconds
    stop = time.monotonic() + args.stop_after if args.stop_after else math.inf
    while time.monotonic() < end:
        time.sleep(0.2)
        if time.monotonic() > stop and picture.stopped_at is None:
            picture.stop()
    running.stop()


if __name__ == "__main__":
    main()
