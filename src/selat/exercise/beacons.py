"""Distress trials by the thousand: only what beacons and ships in distress send, without the sea around them.

For the one figure that must be perfect: of ten thousand calls for help none may be missed, and no test taken for one. Every
trial is one sender in one place: what it sends and what of it is heard are drawn by itself, down to a single report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from selat.exercise.columns import Tables
from selat.exercise.incidents import Beacon
from selat.exercise.staged import Truth
from selat.model.clock import SECOND, parse_time
from selat.model.columns import Array, Columns, empty
from selat.model.encode import bits
from selat.model.schema import Flag, TimeQuality

KINDS: tuple[tuple[str, float], ...] = (
    ("SART", 0.22), ("MOB", 0.28), ("EPIRB", 0.18), ("text", 0.10), ("no status", 0.06), ("text only", 0.06),
    ("test", 0.07), ("routine text", 0.03),
)  # fmt: skip
NEGATIVE = ("test", "routine text")
PREFIXES = {"SART": 970, "MOB": 972, "EPIRB": 974}
CALLS = (
    "MAYDAY MAYDAY MAYDAY", "MAYDAY FIRE ON BOARD", "SINKING NEED HELP", "MAN OVERBOARD", "DISTRESS TAKING WATER 9 POB",
    "PIRATES ON BOARD MAYDAY", "ABANDONING SHIP MAYDAY", "PIRACY ATTACK ONGOING",
)  # fmt: skip
ROUTINE = (
    "GOOD WATCH",
    "BUOY NO 4 UNLIT",
    "PILOT AT 1430",
    "CALL ME ON CH 72",
    "WILL PASS ASTERN",
    "NAV WARNING WRECK MARKED",
)
START = parse_time("2026-03-02T01:00:00Z")
MOST = 999_999 - 10  #: serial numbers of beacons


@dataclass(frozen=True, slots=True)
class Trials:
    """``count`` trials of a seed, one beginning every ``every`` seconds. ``loss``: share of messages that nobody hears.

    At least one message of each trial is heard: what nobody hears no watch can find.
    """

    seed: int = 1
    count: int = 10_000
    every: float = 2.0
    loss: float = 0.4
    start: int = START

    def truths(self) -> list[Truth]:
        """What each trial is; negatives are rule ``distress`` too: a test or a routine text taken for one is false."""
        return [truth for truth, _ in self._trials()]

    def stretches(self, every_s: float = 60.0) -> Iterator[Tables]:
        """What comes in, ``every_s`` seconds at a time, as :func:`selat.exercise.columns.stretches` gives it."""
        rows = [row for _, sent in self._trials() for row in sent]
        rows.sort(key=lambda r: r["received"])
        end = self.start + round(self.every * SECOND * self.count) + 400 * SECOND
        step, k, seq = round(every_s * SECOND), 0, 0
        for until in range(self.start + step, end + step, step):
            first = k
            while k < len(rows) and rows[k]["received"] < until:
                rows[k]["seq"] = seq = seq + 1
                k += 1
            mine = rows[first:k]
            yield Tables(_table("reports", mine), empty("statics"), _table("messages", mine), until)

    def _trials(self) -> Iterator[tuple[Truth, list[dict[str, Any]]]]:
        kinds = np.random.default_rng([self.seed, 0xD157]).choice(
            len(KINDS), self.count, p=np.array([s for _, s in KINDS]) / sum(s for _, s in KINDS)
        )
        for n, k in enumerate(kinds.tolist()):
            rng = np.random.default_rng([self.seed, 0xD158, n])
            yield self._trial(n, KINDS[k][0], rng)

    def _trial(self, n: int, kind: str, rng: np.random.Generator) -> tuple[Truth, list[dict[str, Any]]]:
        began = self.start + round(n * self.every * SECOND)
        lat, lon = float(rng.uniform(1.0, 3.0)), float(rng.uniform(100.5, 104.6))
        sent: list[tuple[int, str, int]]  # ns, text or "", navigational status
        if "text" in kind:
            mmsi = (563, 533, 525, 352)[n % 4] * 1_000_000 + 900_000 + n % 99_000
            words = ROUTINE if kind == "routine text" else CALLS
            said = str(rng.choice(words))
            sent = [(began + 75 * SECOND * j, said, 0) for j in range(3)]
            if kind == "text only":
                sent = sent[:1]
        else:
            word = kind if kind in PREFIXES else tuple(PREFIXES)[n % 3]
            mmsi = PREFIXES[word] * 1_000_000 + (n + 10) % MOST
            test = kind == "test"
            device = Beacon(
                mmsi, lat, lon, 0.0, 76.0 if test else 196.0, f"{word} {'TEST' if test else 'ACTIVE'}", test
            )
            status = 15 if test else 255 if kind == "no status" else 14
            sent = [
                (began + round(t * SECOND), device.text if text else "", status) for t, text in device.due(0.0, 200.0)
            ]
        heard = rng.random(len(sent)) >= self.loss
        if kind == "test":  # a test is known by its text or its status: both say so
            heard |= np.arange(len(sent)) < 1
        if not heard.any():
            heard[int(rng.integers(len(sent)))] = True
        rows = [self._row(mmsi, lat, lon, *s) for s, ok in zip(sent, heard.tolist(), strict=True) if ok]
        first = min(r["received"] for r in rows)
        negative = kind in NEGATIVE
        truth = Truth("distress", (mmsi,), began, max(r["received"] for r in rows), (lat, lon), "high", negative,
                      kind if negative else f"{kind} {len(rows)} heard", first)  # fmt: skip
        return truth, rows

    def _row(self, mmsi: int, lat: float, lon: float, at: int, text: str, status: int) -> dict[str, Any]:
        time = at // SECOND * SECOND
        row = {
            "received": at + SECOND // 5,
            "time": time,
            "mmsi": mmsi,
            "station": 1,
            "time_quality": int(TimeQuality.TAG_S),
        }
        if text:
            value, size = bits(14, mmsi=mmsi, text=text)
            payload = (value << -size % 8).to_bytes((size + 7) // 8, "big")
            return row | {"msg_type": 14, "text": text, "nbits": size, "payload": payload}
        return row | {
            "msg_type": 1, "lat": round(lat * 1e7), "lon": round(lon * 1e7), "nav_status": status, "sog": 9 if status == 14 else 0,
            "flags": int(Flag.SECOND),
        }  # fmt: skip


def _table(name: str, rows: list[dict[str, Any]]) -> Columns:
    mine = [r for r in rows if ("text" in r) == (name == "messages")]
    if not mine:
        return empty(name)
    data: dict[str, Array] = {}
    for key in mine[0]:
        values = np.empty(len(mine), dtype=object)
        values[:] = [r[key] for r in mine]
        data[key] = values if key in ("text", "payload") else values.astype(np.int64)
    return Columns(name, data, len(mine))


__all__ = ["KINDS", "Trials"]
