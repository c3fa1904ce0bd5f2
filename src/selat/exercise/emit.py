"""From motion to sentences: what each transponder sends, which receivers hear it, and what comes out of them.

Reporting intervals: ITU-R M.1371-5 Annex 1, Tables 1 and 2. Everything is drawn second by second from counters of the
seed, so a scene gives the same bytes every time. Memory does not grow with the length of play.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.exercise.incidents import Beacon, beacons, jumps
from selat.exercise.reception import Heard, Reception
from selat.exercise.scene import Scene
from selat.exercise.ship import Ship
from selat.exercise.traffic import Floats, Ints, State
from selat.model.clock import SECOND, format_time
from selat.model.encode import armour, bits, rot_code
from selat.model.units import KNOT

STATIC_EVERY = 360.0  #: seconds
EARLY_STATICS = 45.0  #: in the first seconds all ships tell who they are once, as when a base station asks
_TURNING = 20.0  #: deg/min: with that the heading is 5 degrees off its 30 s mean, Annex 1 section 4.2.1
_LYING = (1, 5)
_CAST_OFF = 11.0  #: seconds after which a shuttle does 3 knots
#: how much less far than class A a unit is heard: its power and the height of its aerial
REACH = {"A": 1.0, "B": 0.85, "M": 1.0, "S": 1.4, "beacon": 0.72}


def interval(cls: NDArray[np.str_], knots: Floats, turning: NDArray[np.bool_], lying: NDArray[np.bool_]) -> Floats:
    """Seconds until the next position report of units of class ``cls``: A, B (carrier sense), S, base or mark."""
    moving = np.select([knots > 23, knots > 14], [2.0, 6.0], 10.0)
    swift = np.select([knots > 14], [2.0], 10 / 3)
    a = np.where(lying & (knots <= 3), 180.0, np.where(lying, 10.0, np.where(turning, swift, moving)))
    return np.select([cls == "A", cls == "B", cls == "mark"], [a, np.where(knots > 2, 30.0, 180.0), 180.0], 10.0)


class Fix(NamedTuple):
    """What a ship's sensors say, ready for :func:`selat.model.encode.bits`."""

    ship: int
    t: float
    lat: float
    lon: float
    knots: float
    cog: float
    heading: int
    turn: float
    status: int
    leg: int
    radio: int


class Emitter:
    """Goes through a scene second by second. Use :func:`sentences`."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.fleet, self.traffic = scene, scene.fleet, scene.traffic
        n = len(self.fleet)
        rng = np.random.default_rng([scene.seed, 0xE317])
        self.cls = np.array([s.kind if s.cls == "M" else s.cls for s in self.fleet])
        self.moored = np.array([s.berthed for s in self.fleet])
        self.status = np.array([s.status for s in self.fleet])
        self.shuttles = np.array([s.kind in ("ferry", "bunker", "pilot") for s in self.fleet])
        self.anchored = np.array([s.kind == "anchored" for s in self.fleet])
        self.anchored |= np.array([s.kind == "lying" for s in self.fleet])
        self.reach = np.array([REACH[s.cls] for s in self.fleet])
        self.off = np.array([s.off for s in self.fleet])
        self.crab = np.array([s.crab for s in self.fleet])
        on = np.array([s.on for s in self.fleet])
        first = interval(self.cls, np.full(n, 12.0), np.zeros(n, bool), self.anchored)
        self.next = on + rng.uniform(0, 1, n) * first
        self.static = on + rng.uniform(0, EARLY_STATICS, n)
        self.static_phase = on + EARLY_STATICS + rng.uniform(0, STATIC_EVERY, n)
        self.static[self.cls == "mark"] = self.static[self.cls == "base"] = np.inf
        self.wobble = rng.uniform(0, 2 * np.pi, (n, 2))
        self.channel = rng.integers(0, 2, n)
        self.beacons, self.jumps = beacons(scene), jumps(scene)
        self.leg = np.zeros(n, dtype=np.int64)
        self.second0 = scene.start // SECOND
        self._statics: dict[tuple[int, int, int], tuple[str, int]] = {}

    def tick(self, k: int, rng: np.random.Generator) -> list[Heard]:
        """All that is sent in second ``k``, by time."""
        out: list[Heard] = []
        due = np.flatnonzero((self.next < k + 1) & (self.off > k))
        quiet = {s.ship for s in self.scene.staged.silences if s.on <= k < s.off}
        if len(due):
            for fix in self._fixes(due, rng):
                if fix.ship in quiet:
                    continue
                payload = self._position(self.fleet[fix.ship], fix)
                out.append(self._sent(fix.ship, fix.t, fix.lat, fix.lon, payload))
        for i in np.flatnonzero((self.static < k + 1) & (self.off > k)):
            said = self._identity(int(i))
            out.extend(said if int(i) not in quiet else ())
        for beacon in self.beacons:
            if beacon.on < k + 1 and beacon.off > k:
                out.extend(self._beacon(beacon, k, rng))
        out.sort(key=lambda m: m.t)
        return out

    def _sent(self, i: int, t: float, lat: float, lon: float, payload: tuple[str, int]) -> Heard:
        self.channel[i] ^= 1
        return Heard(t, lat, lon, float(self.reach[i]), "AB"[self.channel[i]], *payload)

    def _fixes(self, due: Ints, rng: np.random.Generator) -> Iterator[Fix]:
        """Sensors of the ships whose turn it is; and when it is their turn again."""
        t = self.next[due]
        state = self.traffic.at(due, np.floor(t))  # the fix is of the whole second that the message names
        n = len(due)
        dice, radio = rng.standard_normal((n, 5)), rng.integers(0, 1 << 17, n)
        knots = np.maximum(0.0, state.sog / KNOT + 0.05 * dice[:, 0])
        still = (self.shuttles[due] & (state.sog < 0.3)) | self.anchored[due]
        status = np.where(still, self.moored[due], self.status[due])
        self._next(due, t, state, knots, np.isin(status, _LYING))
        self.leg[due] = state.leg
        lat, lon = self._gps(due, t, state, dice)
        cog = (state.cog + dice[:, 3] * np.minimum(60.0, 0.3 + 2.0 / (knots + 0.05))) % 360
        heading = (state.heading + self.crab[due] + 0.4 * dice[:, 4]) % 360
        rows = zip(due, t, lat, lon, knots, cog, heading, state.turn * 60, status, state.leg, radio, strict=True)
        for row in rows:
            ship, at, y, x, speed, course, head, turn, stat, leg, comm = (v.item() for v in row)
            yield self._wrong(Fix(ship, at, y, x, speed, course, int(head), turn, stat, leg, comm))

    def _wrong(self, f: Fix) -> Fix:
        """The fix with what is staged to be wrong in it."""
        for w in self.scene.staged.wrongs:
            if w.ship == f.ship and w.on <= f.t < w.off:
                changed: dict[str, dict[str, Any]] = {
                    "sog": {"knots": w.value}, "status": {"status": int(w.value)},
                    "heading": {"heading": int(f.heading + w.value) % 360},
                    "lat": {"lat": f.lat + w.value}, "lon": {"lon": f.lon + w.value},
                }  # fmt: skip
                f = f._replace(**changed.get(w.name, {}))
        return f

    def _gps(self, due: Ints, t: Floats, state: State, dice: Floats) -> tuple[Floats, Floats]:
        """Positions as the receiver on board sees them: a slow wander of some metres, white noise, and jumps."""
        fixed = np.isin(self.cls[due], ("mark", "base"))
        slow = 3.5 * np.sin(t[:, None] * (2 * np.pi / np.array([610.0, 470.0])) + self.wobble[due])
        metres = np.where(fixed[:, None], 0.0, slow + 0.8 * dice[:, 1:3]) / 111_000.0
        lat, lon = state.lat + metres[:, 0], state.lon + metres[:, 1]
        for j in self.jumps:
            led = (due == j.ship) & (t >= j.on) & (t < j.off)
            lat, lon = lat + j.dlat * led, lon + j.dlon * led
        return lat, lon

    def _next(self, due: Ints, t: Floats, state: State, knots: Floats, lying: NDArray[np.bool_]) -> None:
        turning = np.abs(state.turn * 60) > _TURNING
        every = interval(self.cls[due], knots, turning & ~lying, lying)
        following = t + every
        waiting = np.flatnonzero(self.shuttles[due] & lying)
        if len(waiting):  # a unit that gets under way reports at once, not at the end of its three minutes
            soon = self.traffic.departure(due[waiting], t[waiting]) + _CAST_OFF
            following[waiting] = np.minimum(following[waiting], np.where(soon > t[waiting], soon, np.inf))
        self.next[due] = following

    def _position(self, ship: Ship, f: Fix) -> tuple[str, int]:
        second = int(self.second0 + int(f.t)) % 60
        where: dict[str, Any] = {"mmsi": ship.mmsi, "lat": f.lat, "lon": f.lon, "radio": f.radio}
        if ship.cls == "A":
            gyro = ship.length >= 20
            rot = rot_code(0.0 if f.status in _LYING else f.turn) if gyro else -128
            where |= {"heading": f.heading if gyro else None, "nav_status": f.status, "rot": rot, "second": second}
            return armour(*bits(1 if f.radio & 7 else 3, sog=min(f.knots, 102.2), accuracy=1, cog=f.cog, **where))
        if ship.cls == "B":
            return armour(*bits(18, sog=f.knots, accuracy=0, cog=f.cog, heading=None, second=second, cs=1, display=0,
                                dsc=1, band=1, msg22=1, raim=0, **where))  # fmt: skip
        if ship.cls == "S":
            return armour(
                *bits(9, alt=300 + 5 * (f.radio & 3), sog=round(f.knots), accuracy=1, cog=f.cog, second=second, **where)
            )
        if ship.kind == "base":
            day, clock = format_time(self.scene.start + int(f.t) * SECOND).rstrip("Z").split("T")
            year, month, date = (int(x) for x in day.split("-"))
            hour, minute, sec = (int(x) for x in clock.split(":"))
            return armour(
                *bits(
                    4,
                    year=year,
                    month=month,
                    day=date,
                    hour=hour,
                    minute=minute,
                    second=sec,
                    accuracy=1,
                    epfd=7,
                    **where,
                )
            )
        where.pop("radio")
        return armour(
            *bits(
                21,
                aid_type=1,
                name=ship.name,
                accuracy=1,
                epfd=7,
                second=second,
                off_position=0,
                virtual_aid=1,
                **where,
            )
        )

    def _identity(self, i: int) -> list[Heard]:
        """Static data of a ship: Message 5, or both parts of Message 24 two seconds apart."""
        t, ship, leg = float(self.static[i]), self.fleet[i], int(self.leg[i])
        steps = np.floor((t - self.static_phase[i]) / STATIC_EVERY) + 1
        self.static[i] = self.static_phase[i] + max(0.0, float(steps)) * STATIC_EVERY
        state = self.traffic.at(np.array([i]), np.array([t]))
        lat, lon = float(state.lat[0]), float(state.lon[0])
        parts = (0, 1) if ship.cls == "B" else (2,)
        return [self._sent(i, t + 2.0 * (p == 1), lat, lon, self._static(i, ship, leg, p)) for p in parts]

    def _static(self, i: int, ship: Ship, leg: int, part: int) -> tuple[str, int]:
        found = self._statics.get((i, leg, part))
        if found is None:
            found = self._statics[i, leg, part] = armour(*_static(i, ship, leg, part))
        return found

    def _beacon(self, beacon: Beacon, k: int, rng: np.random.Generator) -> Iterator[Heard]:
        for t, text in beacon.due(k, k + 1):
            lat, lon = beacon.at(t)
            lat, lon = lat + rng.normal(0, 4) / 111_000, lon + rng.normal(0, 4) / 111_000
            status, sog = (None, 0.0) if beacon.test else (14, 0.9)  # status 15 is "undefined", the code of a test
            second, radio = int(self.second0 + int(t)) % 60, int(rng.integers(0, 1 << 17))
            where: dict[str, Any] = {
                "lat": lat,
                "lon": lon,
                "sog": sog,
                "nav_status": status,
                "second": second,
                "radio": radio,
            }
            packed = bits(14, mmsi=beacon.mmsi, text=beacon.text) if text else bits(1, mmsi=beacon.mmsi, **where)
            payload = armour(*packed)
            yield Heard(t, lat, lon, REACH["beacon"], "AB"[round(t / 2) % 2], *payload)


def _static(i: int, ship: Ship, leg: int, part: int) -> tuple[int, int]:
    """Bits of Message 24 part A (``part`` 0) or B (1), or of Message 5 (2)."""
    if part == 0:
        return bits(24, mmsi=ship.mmsi, partno=0, shipname=ship.name)
    more: dict[str, Any] = {"mmsi": ship.mmsi, "ship_type": ship.ship_type or None, "callsign": ship.callsign}
    if ship.length:
        bow = round(ship.length * (0.3 if ship.kind in ("ferry", "tug") else 0.82))
        port = ship.beam // 2
        more |= {"to_bow": bow, "to_stern": ship.length - bow, "to_port": port, "to_starboard": ship.beam - port}
    if part == 1:
        return bits(24, partno=1, vendorid="EXA", model=1, serial=i, **more)
    if ship.kind == "through":
        more |= {"month": 3, "day": 4 + i % 20, "hour": i % 24, "minute": 15 * (i % 4)}
    more |= {"imo": ship.imo or None, "draught": ship.draught or None, "destination": ship.destinations[leg][:20]}
    return bits(5, ais_version=1, shipname=ship.name, epfd=1, dte=0, **more)


def sentences(scene: Scene, until_s: float = float("inf")) -> Iterator[tuple[int, bytes]]:
    """Lines of all receivers as they come in: (ns UTC of receipt, line with its CR LF), by time of receipt.

    Made second by second while they are asked for, up to ``until_s`` seconds after the scene's start.
    """
    emitter, reception = Emitter(scene), Reception(scene)
    k = 0
    while k < until_s:
        rng = np.random.Generator(np.random.Philox(key=[scene.seed, k]))
        reception.hear(emitter.tick(k, rng), rng)
        yield from reception.until(scene.start + round(min(k + 1, until_s) * SECOND))
        k += 1
