"""Incidents put into a real day: real ships that fall silent or jump, made-up ones that meet, drift, stop, loiter, call for help.

What is put in is known; the rest of a real day is not labelled, so what is told about it gives no more than an upper bound of false
alarms. Pure: rows in, rows to leave out and to add out, from a seed. Made-up ships begin where a real one was under way, so they
are at sea, and report about as often as the day's ships do; whether land lies in their way nobody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.exercise.script import Helm, Script, Scripts, metres_per_degree
from selat.exercise.staged import Truth
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.errors import ConfigError
from selat.model.schema import DEGREES, I32
from selat.model.units import KNOT
from selat.tracks.kinds import is_ship, kinds_of

HEARD = 0.85  #: share of the reports of a made-up ship that are heard
STEADY = 4 * MINUTE  #: ns: a ship is steadily heard while no step is longer
FIRST = 563_900_000  #: MMSI of made-up ships: from here on, where the day has none
_TRIES = 600


class Text(NamedTuple):
    """A safety related text: ns UTC, sender, words."""

    time: int
    mmsi: int
    words: str


@dataclass(slots=True)
class Injection:
    """``drop``: ``seq`` of rows to leave out, ``gone`` their MMSI; ``reports``, ``statics``, ``texts``: to add, by time.

    ``short``: kinds of which fewer than asked were put in, and how many are missing: the day has no ship for them.
    """

    drop: NDArray[np.int64]
    gone: NDArray[np.int64]
    reports: Columns
    statics: Columns
    texts: list[Text]
    truths: list[Truth]
    short: dict[str, int] = field(default_factory=dict)


class _Day:
    """The ships' reports of a day by (mmsi, time), and what was put in so far."""

    def __init__(self, reports: Columns, seed: int) -> None:
        use = is_ship(kinds_of(reports["mmsi"], reports["msg_type"])) & (reports["lat"] != I32) & (reports["time"] > 0)
        rows = reports.take(np.flatnonzero(use))
        self.rows = rows.take(np.lexsort((rows["time"], rows["mmsi"])))
        if not self.rows.rows:
            raise ConfigError(
                "the file has no positions of ships at known times", hint="a log needs times (TAG c: or $PGHP)"
            )
        self.rng = np.random.default_rng([seed, 0x1D])
        self.mmsi, self.time = self.rows["mmsi"].astype(np.int64), self.rows["time"]
        self.sog = np.where(self.rows["sog"] >= 1022, np.nan, self.rows["sog"] * 0.1 * KNOT)
        self.first = np.searchsorted(self.mmsi, self.mmsi)
        self.last = np.searchsorted(self.mmsi, self.mmsi, side="right") - 1
        lying = np.isin(self.rows["nav_status"], (1, 5, 6))
        self.moving = np.flatnonzero((self.sog > 5.0 * KNOT) & ~lying)
        self.still = np.flatnonzero((self.sog < 0.5 * KNOT) & lying)
        if not len(self.moving):
            raise ConfigError("nobody is under way on this day", hint="is it a log of a harbour alone?")
        self.begin, self.end = int(self.time.min()), int(self.time.max())
        steps = np.diff(self.time)[(np.diff(self.mmsi) == 0) & (self.sog[1:] > 5.0 * KNOT)]
        self.every = float(np.clip(np.median(steps) / SECOND if len(steps) else 10.0, 10.0, 120.0))
        self.used: set[int] = set()
        self.taken = set(self.mmsi.tolist())
        self.drop: list[NDArray[np.int64]] = []
        self.add: list[Columns] = []
        self.statics: list[Columns] = []
        self.texts: list[Text] = []
        self.truths: list[Truth] = []

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def stretch(self, rows: NDArray[np.int64], lasts: float, steady: int = STEADY) -> tuple[int, int] | None:
        """(row, last row) of a ship not yet used that is steadily heard 20 min before a row, for ``lasts`` s, and 10 min on."""
        for k in self.rng.choice(rows, min(_TRIES, len(rows)), replace=False).tolist() if len(rows) else ():
            low = int(np.searchsorted(self.time[self.first[k] : k], self.time[k] - 1200 * SECOND) + self.first[k])
            high = int(np.searchsorted(self.time[k : self.last[k] + 1], self.time[k] + (lasts + 600.0) * SECOND) + k)
            there = int(self.mmsi[k]) not in self.used and high <= self.last[k] and low > self.first[k]
            if there and np.diff(self.time[low - 1 : high + 1]).max() <= steady:
                self.used.add(int(self.mmsi[k]))
                return k, int(np.searchsorted(self.time[k : high + 1], self.time[k] + lasts * SECOND) + k)
        return None

    def place(self, k: int) -> tuple[float, float]:
        return float(self.rows["lat"][k] * DEGREES), float(self.rows["lon"][k] * DEGREES)

    def spot(self, lasts: float) -> tuple[float, float, float] | None:
        """(lat, lon) where a real ship was under way, and seconds of the day's begin at which something so long may begin."""
        span = (self.end - self.begin) / SECOND
        if span < lasts:
            return None
        lat, lon = self.place(int(self.rng.choice(self.moving)))
        north, east = metres_per_degree(lat)
        return (
            lat + self.uniform(-400, 400) / north,
            lon + self.uniform(-400, 400) / east,
            self.uniform(0.0, span - lasts),
        )

    def number(self, start: int = FIRST) -> int:
        """An MMSI that the day does not have."""
        while start in self.taken:
            start += 1
        self.taken.add(start)
        return start

    def fact(self, rule: str, who: tuple[int, ...], on: int, off: int, place: tuple[float, float], **more: Any) -> None:
        self.truths.append(Truth(rule, tuple(sorted(who)), on, off, place, **more))

    def at(self, seconds: float) -> int:
        return self.begin + round(seconds * SECOND)

    def launch(self, script: Script, *, kind: int = 70, length: int = 120, status: int = 0) -> int:
        """A made-up ship that reports while her script lasts; her MMSI."""
        mmsi = self.number()
        until = script.begin + 5.0 * (len(script.east) - 1)
        t = np.arange(script.begin + self.uniform(0, self.every), until, self.every)
        t = t[self.rng.random(t.size) < HEARD]
        lat, lon, sog, cog, heading, _ = Scripts([script]).at(np.zeros(t.size, np.int64), t)
        noise = self.rng.normal(0.0, 3.0, (2, t.size)) / 111_000.0
        knots = np.maximum(0.0, sog / KNOT + self.rng.normal(0.0, 0.05, t.size))
        self.add.append(_reports(mmsi, self.begin, t, lat + noise[0], lon + noise[1], knots, cog, heading, status))
        said = np.arange(script.begin, until, 360.0)
        bow = round(length * 0.8)
        n, port = said.size, length // 14
        data: dict[str, Any] = {
            "time": self.begin + (said * SECOND).astype(np.int64), "mmsi": mmsi, "msg_type": 5, "ship_type": kind,
            "name": f"EX INJECT {mmsi % 1000}".encode(), "to_bow": bow, "to_stern": length - bow, "to_port": port,
            "to_starboard": port,
        }  # fmt: skip
        data = {name: np.broadcast_to(np.asarray(value), n) for name, value in data.items()}
        self.statics.append(Columns("statics", data, n))
        return mmsi


def _reports(
    mmsi: int, begin: int, t: Any, lat: Any, lon: Any, knots: Any, cog: Any, heading: Any, status: int
) -> Columns:
    n = len(t)
    time = begin + np.floor(t).astype(np.int64) * SECOND
    data = {
        "time": time, "received": time + SECOND, "mmsi": np.full(n, mmsi), "msg_type": np.ones(n), "lat": np.round(lat * 1e7),
        "lon": np.round(lon * 1e7), "sog": np.round(knots * 10), "cog": np.round(cog * 10) % 3600,
        "heading": np.floor(heading) % 360, "nav_status": np.full(n, status),
    }  # fmt: skip
    return Columns("reports", {k: np.asarray(v) for k, v in data.items()}, n)


# --- real ships -------------------------------------------------------------------------------------------------------
def _silence(day: _Day, rows: NDArray[np.int64], steady: int = STEADY, **more: Any) -> bool:
    found = day.stretch(rows, day.uniform(35.0, 75.0) * 60.0, steady)
    if found is None:
        return False
    k, last = found
    day.drop.append(np.arange(k + 1, last))
    on = int(day.time[k])
    day.fact("dark", (int(day.mmsi[k]),), on, int(day.time[last]), day.place(k), known=on + 15 * MINUTE, **more)
    return True


def _dark(day: _Day) -> bool:
    """A ship under way is not heard for 35 to 75 minutes."""
    return _silence(day, day.moving, severity="high")


def _asleep(day: _Day) -> bool:
    """A ship at anchor or berth is not heard for as long: nothing to look at."""
    return _silence(day, day.still, 2 * STEADY, negative=True, note="silent at anchor")


def _jump(day: _Day) -> bool:
    """Reports of a ship under way come from elsewhere for 6 to 9 minutes."""
    found = day.stretch(day.moving, day.uniform(6.0, 9.0) * 60.0)
    if found is None:
        return False
    k, last = found
    rows = np.arange(k + 1, last)
    if len(rows) < 4:
        return False
    day.drop.append(rows)
    moved = day.rows.take(rows)
    away = [round(day.uniform(0.06, 0.12) * side * 1e7) for side in day.rng.choice((-1, 1), 2)]
    day.add.append(moved.replace(lat=moved["lat"] + away[0], lon=moved["lon"] + away[1]))
    day.fact(
        "jump", (int(day.mmsi[k]),), int(day.time[k + 1]), int(day.time[last - 1]), day.place(k), severity="medium"
    )
    return True


# --- made-up ones -----------------------------------------------------------------------------------------------------
def _distress(day: _Day) -> bool:
    """A man overboard beacon: eight messages 2 s apart, once a minute (ITU-R M.1371-5 Annex 9), drifting."""
    lasts = day.uniform(20.0, 40.0) * 60.0
    where = day.spot(lasts)
    if where is None:
        return False
    lat, lon, on = where
    mmsi = day.number(972_539_000)
    t = np.concatenate([on + 60.0 * m + 2.0 * np.arange(8) for m in range(int(lasts // 60))])
    north, east = metres_per_degree(lat)
    gone, way = 0.5 * (t - on), np.radians(day.uniform(0, 360))
    heard = day.rng.random(t.size) < 0.7
    heard[0] = True
    carried = lat + gone * np.cos(way) / north, lon + gone * np.sin(way) / east
    nothing = np.zeros(t.size)
    row = _reports(mmsi, day.begin, t, *carried, nothing + 0.9, nothing + np.degrees(way) % 360, nothing, 14)
    day.add.append(row.replace(heading=np.full(t.size, 65535)).take(heard))
    day.texts += [Text(day.at(on + 240.0 * m + 4.0), mmsi, "MOB ACTIVE") for m in range(int(lasts // 240))]
    day.fact("distress", (mmsi,), day.at(on), day.at(on + lasts), (lat, lon), severity="high")
    return True


def _rendezvous(day: _Day) -> bool:
    """Two ships come from different sides, lie together for 45 to 90 minutes, and part."""
    stay = day.uniform(45.0, 90.0) * 60.0
    where = day.spot(stay + 5700.0)
    if where is None:
        return False
    lat, lon, on = where
    course = day.uniform(0, 360)
    host = Helm(lat, lon, on, 8.0 * KNOT, course, size=110).sail(1200.0).sail(900.0, 0.0)
    host.drift(stay + 2700.0, day.uniform(0.1, 0.4), day.uniform(0, 360), course).sail(1200.0, 8.0 * KNOT)
    one = host.done()
    meet = round((1200.0 + 900.0 + 1500.0) / 5.0)
    east, north = float(one.east[meet]), float(one.north[meet])
    way = np.radians(course + 120.0)
    north_m, east_m = metres_per_degree(lat)
    y = float(lat + (north + 5000.0 * np.cos(way)) / north_m)
    x = float(lon + (east + 5000.0 * np.sin(way)) / east_m)
    speed = 9.0 * KNOT
    begin, back = on + 5.0 * meet - 5000.0 / speed - 300.0, float(np.degrees(way) + 180.0) % 360.0
    guest = Helm(y, x, begin, speed, back, size=60)
    guest.to(-5000.0 * float(np.sin(way)), -5000.0 * float(np.cos(way)), speed, near=70.0)
    joined = guest.now
    guest.follow(one, 26.0, 5.0, stay).sail(1500.0, speed, course + 60.0)
    who = day.launch(one, kind=70, length=110), day.launch(guest.done(), kind=79, length=60)
    place = float(lat + north / north_m), float(lon + east / east_m)
    day.fact("rendezvous", who, day.at(joined), day.at(joined + stay), place, severity="high",
             known=day.at(joined + 1800.0))  # fmt: skip
    return True


def _boarding(day: _Day) -> bool:
    """A pilot boat goes alongside a ship under way for five minutes."""
    where = day.spot(4200.0)
    if where is None:
        return False
    lat, lon, on = where
    course = day.uniform(0, 360)
    one = Helm(lat, lon, on, 7.0 * KNOT, course, size=180).sail(3900.0).done()
    k = 300
    side = np.radians(course + 90.0)
    north_m, east_m = metres_per_degree(lat)
    y = lat + (float(one.north[k]) + 2400.0 * np.cos(side)) / north_m
    x = lon + (float(one.east[k]) + 2400.0 * np.sin(side)) / east_m
    boat = Helm(float(y), float(x), on + 5.0 * k - 420.0, 13.0 * KNOT, float(course + 270.0) % 360.0, size=16)
    boat.to(-2300.0 * float(np.sin(side)), -2300.0 * float(np.cos(side)), 13.0 * KNOT, near=120.0)
    joined = boat.now
    boat.follow(one, 20.0, 0.0, 300.0).sail(900.0, 13.0 * KNOT, float(course + 90.0) % 360.0)
    who = day.launch(one, length=180), day.launch(boat.done(), kind=50, length=16)
    day.fact(
        "rendezvous", who, day.at(joined), day.at(joined + 300.0), (lat, lon), negative=True, note="pilot boarding"
    )
    return True


def _drifting(day: _Day) -> bool:
    """A ship loses her engine and drifts across her heading for 40 minutes."""
    where = day.spot(5400.0)
    if where is None:
        return False
    lat, lon, on = where
    towards = day.uniform(0, 360)
    helm = Helm(lat, lon, on, 11.0 * KNOT, (towards + 90.0) % 360.0, size=160).sail(1200.0).sail(420.0, 1.0)
    began = helm.now
    helm.drift(2400.0, day.uniform(0.8, 1.4), towards, helm.heading).sail(900.0, 9.0 * KNOT)
    mmsi = day.launch(helm.done(), length=160)
    day.fact("drifting", (mmsi,), day.at(began), day.at(began + 2400.0), (lat, lon), severity="high",
             known=day.at(began + 600.0))  # fmt: skip
    return True


def _sudden_stop(day: _Day) -> bool:
    """A ship at 13 knots stops within 20 seconds, and lies for half an hour."""
    where = day.spot(3600.0)
    if where is None:
        return False
    lat, lon, on = where
    helm = Helm(lat, lon, on, 13.0 * KNOT, day.uniform(0, 360), size=140).sail(1500.0)
    began = helm.now
    helm.sail(30.0, 0.0, brake=0.4).hold(1800.0)
    mmsi = day.launch(helm.done(), length=140)
    day.fact("sudden_stop", (mmsi,), day.at(began), day.at(began + 1800.0), (lat, lon), severity="high",
             known=day.at(began + 90.0))  # fmt: skip
    return True


def _loitering(day: _Day) -> bool:
    """A ship goes about at hardly any speed for 80 minutes."""
    where = day.spot(7200.0)
    if where is None:
        return False
    lat, lon, on = where
    helm = Helm(lat, lon, on, 8.0 * KNOT, day.uniform(0, 360), size=70).sail(900.0).sail(300.0, 1.2 * KNOT)
    began = helm.now
    for _ in range(16):
        helm.sail(300.0, 1.2 * KNOT, (helm.heading + 80.0) % 360.0)
    off = helm.now
    helm.sail(900.0, 8.0 * KNOT)
    mmsi = day.launch(helm.done(), length=70)
    day.fact("loitering", (mmsi,), day.at(began), day.at(off), (lat, lon), known=day.at(began + 1800.0))
    return True


#: rule -> what is put in for it: incidents, and look-alikes
KINDS: dict[str, tuple[Callable[[_Day], bool], ...]] = {
    "distress": (_distress,), "dark": (_dark, _asleep), "jump": (_jump,), "rendezvous": (_rendezvous, _boarding),
    "drifting": (_drifting,), "sudden_stop": (_sudden_stop,), "loitering": (_loitering,),
}  # fmt: skip


def inject(reports: Columns, seed: int = 1, count: int = 3, kinds: tuple[str, ...] = tuple(KINDS)) -> Injection:
    """Put ``count`` incidents of each of ``kinds`` into a day, and as many look-alikes.

    ``reports``: of the whole day, ``seq`` the numbers of their lines. Raises :class:`ConfigError` for an unknown kind, a day that
    has nobody under way, and one into which nothing fits.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise ConfigError(f"{kind!r} cannot be put into a day", hint=f"one of {', '.join(KINDS)}")
    day, short = _Day(reports, seed), {}
    for kind in kinds:
        for stage in KINDS[kind]:
            missing = count - sum(stage(day) for _ in range(count))
            if missing:
                short[(stage.__doc__ or kind).rstrip(".")] = missing
    if not day.truths:
        span = (day.end - day.begin) / MINUTE
        raise ConfigError(
            f"nothing could be put into {span:.0f} minutes", hint="give a longer log, or other kinds (--rules)"
        )
    rows = np.concatenate(day.drop).astype(np.int64) if day.drop else np.zeros(0, np.int64)
    added = concat(day.add, "reports") if day.add else empty("reports")
    said = concat(day.statics, "statics") if day.statics else empty("statics")
    order = np.argsort(day.rows["seq"][rows], kind="stable")
    added, said = (part.take(np.argsort(part["time"], kind="stable")) for part in (added, said))
    truths = sorted(day.truths, key=lambda t: (t.start, t.rule, t.subjects))
    drop, gone = day.rows["seq"][rows][order], day.mmsi[rows][order]
    return Injection(drop, gone, added, said, sorted(day.texts), truths, short)
