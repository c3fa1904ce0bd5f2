"""A sea of ships, some without AIS, and a shore radar with faults: rows as readers would make them, and the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import Columns, concat
from selat.model.schema import TimeQuality
from selat.model.targets import target_number
from selat.model.units import KNOT

START = 1_800_000_000 * SECOND
SITE = (1.2500, 103.8500)
LAT, LON = 1.20, 103.85  #: middle of the sea


@dataclass(slots=True)
class Scene:
    """What the radar and AIS say, and which ship (row) each target number was, from and until (s)."""

    reports: Columns
    statics: Columns
    mmsi: np.ndarray
    ais: np.ndarray
    spells: list[tuple[int, int, float, float]] = field(default_factory=list)
    swaps: int = 0

    def truth(self, second: float) -> dict[int, int]:
        """Ship (row) by number of a target at a moment."""
        return {number: ship for number, ship, a, b in self.spells if a <= second < b}


def scene(
    seed: int, ships: int = 1500, mute: int = 400, seconds: int = 1800, metres: float = 50.0, degrees: float = 0.3,
    late: float = 0.0, swap: float = 0.5, life: float = 1500.0, size: tuple[float, float] = (60e3, 18e3),
) -> Scene:  # fmt: skip
    """``mute`` of the ``ships`` send nothing; biases of the radar in range (m), bearing (deg) and time (s).

    A target lives ``life`` s on the average and then comes again under another number after 20 s; two that pass within
    80 m exchange their numbers with the chance ``swap``.
    """
    rng = np.random.default_rng(seed)
    length = np.exp(rng.uniform(np.log(20), np.log(330), ships)).round()
    still = rng.random(ships) < 0.35
    x = rng.uniform(-size[0] / 2, size[0] / 2, ships)
    y = rng.uniform(-size[1] / 2, size[1] / 2, ships)
    apart = _spread(rng, x, y, still, size)
    x, y = apart
    lane = rng.random(ships) < 0.7
    course = np.where(lane, np.where(y > 0, 70.0, 250.0) + rng.normal(0, 3, ships), rng.uniform(0, 360, ships))
    knots = np.where(still, 0.0, np.clip(rng.normal(11, 3.5, ships), 3, 25))
    speed = knots * KNOT
    turn = np.where(still | (rng.random(ships) > 0.1), 0.0, rng.normal(0, 0.05, ships))  # deg/s: some go round
    t = np.arange(seconds, dtype="f8")
    c = np.radians(course[:, None] + turn[:, None] * t)
    u, v = speed[:, None] * np.sin(c), speed[:, None] * np.cos(c)
    px, py = x[:, None] + np.cumsum(u, 1) - u[:, :1], y[:, None] + np.cumsum(v, 1) - v[:, :1]
    hdg = np.where(still, rng.uniform(0, 360, ships), course)[:, None] + turn[:, None] * t
    mmsi = 563_000_000 + np.arange(ships)
    ais = np.ones(ships, bool)
    ais[rng.choice(ships, mute, replace=False)] = False
    out = Scene(None, None, mmsi, ais)  # type: ignore[arg-type]
    beam = np.maximum(4, length / 6.5).round()
    bow = (length * np.where(rng.random(ships) < 0.8, 0.82, 0.3)).round()
    a = _ais(rng, out, px, py, u, v, hdg, still, speed, length, bow)
    r = _radar(rng, out, px, py, u, v, hdg, length, (metres, degrees, late), swap, life)
    out.reports = _numbered(concat([a, r], "reports"))
    out.statics = _statics(out, length, beam, bow)
    return out


def _spread(rng: Any, x: Any, y: Any, still: Any, size: Any) -> tuple[Any, Any]:
    """Ships at rest lie 250 m from each other, as at anchorages."""
    for _ in range(30):
        i = np.flatnonzero(still)
        d = np.hypot(x[i, None] - x[i], y[i, None] - y[i]) + 1e9 * np.eye(i.size)
        bad = i[(d < 250.0).any(1)]
        if not bad.size:
            break
        x[bad], y[bad] = (
            rng.uniform(-size[0] / 2, size[0] / 2, bad.size),
            rng.uniform(-size[1] / 2, size[1] / 2, bad.size),
        )
    return x, y


def _ais(
    rng: Any, s: Scene, px: Any, py: Any, u: Any, v: Any, hdg: Any, still: Any, speed: Any, length: Any, bow: Any
) -> Columns:
    k, j = [], []
    seconds = px.shape[1]
    for i in np.flatnonzero(s.ais):
        every = 180 if still[i] else 10 if speed[i] < 14 * KNOT else 6
        at = np.arange(rng.integers(0, every), seconds, every)
        at = at[rng.random(at.size) < 0.85]
        k.append(np.full(at.size, i))
        j.append(at)
    i, at = np.concatenate(k), np.concatenate(j)
    angle = np.radians(hdg[i, at])
    ahead = bow[i] - length[i] / 2  # the antenna lies abaft the middle by that
    fix = rng.normal(0, 4.0, (2, i.size)) + rng.normal(0, 3.0, (2, s.ais.size))[:, i]
    x = px[i, at] - ahead * np.sin(angle) + fix[0]
    y = py[i, at] - ahead * np.cos(angle) + fix[1]
    return _rows(s.mmsi[i], at, x, y, u[i, at], v[i, at], hdg[i, at], 1, still[i], rng)


def _radar(
    rng: Any, s: Scene, px: Any, py: Any, u: Any, v: Any, hdg: Any, length: Any, wrong: Any, swap: float, life: float
) -> Columns:
    ships, seconds = px.shape
    sx, sy = (float(a) for a in geodesy.plane(LAT, LON, *SITE))
    at = np.arange(0, seconds, 3)
    number = np.arange(ships)
    fresh, gone = ships, np.full(ships, -1.0)
    since = np.zeros(ships)
    held = np.zeros((at.size, ships), "i8")
    near: set[tuple[int, int]] = set()
    for k, sec in enumerate(at):
        for i in np.flatnonzero((gone < 0) & (rng.random(ships) < 3.0 / life)):
            s.spells.append((target_number(1, int(number[i])), int(i), since[i], float(sec)))
            gone[i] = sec + 20
        for i in np.flatnonzero((gone >= 0) & (gone <= sec)):
            number[i], gone[i], since[i] = fresh, -1.0, sec
            fresh += 1
        close = _close(px[:, sec], py[:, sec], 80.0)
        for i, j in close - near:
            if gone[i] < 0 and gone[j] < 0 and rng.random() < swap:
                for m in (i, j):
                    s.spells.append((target_number(1, int(number[m])), int(m), since[m], float(sec)))
                    since[m] = sec
                number[i], number[j] = number[j], number[i]
                s.swaps += 1
        near = close
        held[k] = np.where(gone < 0, number, -1)
    s.spells += [(target_number(1, int(number[i])), int(i), since[i], 1e9) for i in range(ships) if gone[i] < 0]
    when = np.clip(at - round(wrong[2]), 0, seconds - 1)
    along = rng.normal(0, 0.08, ships) * length  # the centre of the echo is not the middle of the hull
    angle = np.radians(hdg[:, when])
    x = px[:, when] + along[:, None] * np.sin(angle) - sx
    y = py[:, when] + along[:, None] * np.cos(angle) - sy
    away, bearing = np.hypot(x, y), np.arctan2(x, y)
    away = away + wrong[0] + _slow(rng, 10.0, x.shape)
    bearing = bearing + np.radians(wrong[1] + _slow(rng, 0.08, x.shape))
    xs, ys = sx + away * np.sin(bearing), sy + away * np.cos(bearing)
    us, vs = _faulty(x, y, u[:, when], v[:, when], wrong)
    us, vs = us + _slow(rng, 0.25, x.shape), vs + _slow(rng, 0.25, x.shape)
    i, k = np.nonzero((held.T >= 0) & (rng.random(held.T.shape) < 0.95))
    found = target_number(np.ones(i.size, "i8"), held[k, i])
    return _rows(found, at[k], xs[i, k], ys[i, k], us[i, k], vs[i, k], None, 0, None, rng)


def _faulty(x: Any, y: Any, u: Any, v: Any, wrong: Any) -> tuple[Any, Any]:
    """Velocities as the radar's tracker finds them from places that are wrong: farther out, the same bearings pass faster."""
    away = np.hypot(x, y)
    e, n = x / away, y / away
    out, round_ = u * e + v * n, (u * n - v * e) * (away + wrong[0]) / away
    s, c = np.sin(np.radians(wrong[1])), np.cos(np.radians(wrong[1]))
    e, n = e * c + n * s, n * c - e * s
    return out * e + round_ * n, out * n - round_ * e


def _close(x: Any, y: Any, within: float) -> set[tuple[int, int]]:
    from scipy.spatial import cKDTree

    return set(cKDTree(np.stack([x, y], 1)).query_pairs(within))


def _slow(rng: Any, sigma: float, shape: Any) -> Any:
    """Errors of a track: the filter of the radar makes those of some scans alike (15 s)."""
    e = rng.normal(0, sigma, shape)
    a = np.exp(-3.0 / 15.0)
    for k in range(1, shape[1]):
        e[:, k] = a * e[:, k - 1] + np.sqrt(1 - a * a) * e[:, k]
    return e


def _rows(mmsi: Any, at: Any, x: Any, y: Any, u: Any, v: Any, hdg: Any, kind: int, still: Any, rng: Any) -> Columns:
    lat, lon = geodesy.moved(LAT, LON, x, y)
    n = len(mmsi)
    time = START + (np.asarray(at) * SECOND).astype("i8")
    sog = np.hypot(u, v)
    full = {
        "time": time, "received": time + SECOND // 2, "mmsi": np.asarray(mmsi), "msg_type": np.full(n, kind),
        "lat": np.round(lat * 1e7).astype("i4"), "lon": np.round(lon * 1e7).astype("i4"),
        "sog": np.round(sog / KNOT * 10).astype("i4"), "cog": np.round(np.degrees(np.arctan2(u, v)) % 360 * 10).astype("i4") % 3600,
        "time_quality": np.full(n, TimeQuality.TAG_S),
    }  # fmt: skip
    if hdg is not None:
        full |= {"heading": np.round(hdg % 360).astype("i4") % 360, "nav_status": np.where(still, 1, 0)}
    return Columns("reports", full)


def _statics(s: Scene, length: Any, beam: Any, bow: Any) -> Columns:
    i = np.flatnonzero(s.ais)
    time = np.full(i.size, START)
    return Columns("statics", {
        "time": time, "received": time, "mmsi": s.mmsi[i], "msg_type": np.full(i.size, 5),
        "name": np.array([f"SHIP {k}".encode() for k in i]), "ship_type": np.full(i.size, 70),
        "to_bow": bow[i].astype("i4"), "to_stern": (length - bow)[i].astype("i4"),
        "to_port": (beam[i] / 2).astype("i4"), "to_starboard": (beam[i] / 2).astype("i4"),
    })  # fmt: skip


def _numbered(rows: Columns) -> Columns:
    rows = rows.take(np.lexsort((rows["mmsi"], rows["time"])))
    return rows.replace(seq=np.arange(rows.rows))
