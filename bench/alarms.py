"""How many alerts an hour a dense strait makes: run ``python bench/alarms.py [hours] [seed] [lanes]``.

A made-up strait of 50 nm with two bends: an eastbound lane 0.9 nm and a westbound lane 0.5 nm wide with 0.35 nm between
them, 230 ships a day through it (9 to 17 knots, they overtake), ferries that cross every few minutes at 24 to 30
knots, 60 harbour craft, 250 ships at anchor and 60 moored. Nobody avoids anybody, so some pairs do pass too close:
each alert is checked against what the ships then did. ``lanes``: the rules know the lanes. Deterministic for a seed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import numpy as np

from selat.app.floor import Floor
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import Columns, empty
from selat.model.nouns import Zone
from selat.model.schema import TimeQuality
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.lanes import Lanes
from selat.tracks.world import World
from selat.tracks.zones import Zones

START = 1_800_000_000 * SECOND
STEP = 10
BENDS = ((0.0, 0.0), (18.0, 4.0), (32.0, 4.5), (50.0, 11.0))  # nm east and north of the west end


def path(bends: np.ndarray, run: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """East and north (m) after ``run`` metres on a line, ``side`` metres to starboard; bends are rounded over 1 nm."""
    legs = np.hypot(*np.diff(bends, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(legs)])
    fine = np.linspace(0.0, at[-1], 2000)
    x, y = np.interp(fine, at, bends[:, 0]), np.interp(fine, at, bends[:, 1])
    width = max(3, int(2 * NAUTICAL_MILE / (fine[1] - fine[0])) | 1)
    pad = width // 2
    kernel = np.ones(width) / width
    x, y = (
        np.convolve(np.concatenate([2 * v[0] - v[pad:0:-1], v, 2 * v[-1] - v[-2 : -pad - 2 : -1]]), kernel, "valid")
        for v in (x, y)
    )
    dx, dy = np.gradient(x), np.gradient(y)
    n = np.hypot(dx, dy)
    east, north = np.interp(run, fine, x), np.interp(run, fine, y)
    return east + np.interp(run, fine, dy / n) * side, north - np.interp(run, fine, dx / n) * side


def strait(hours: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Columns]:
    """Positions (ships, steps) in metres, NaN when away; status; lengths; statics."""
    rng = np.random.default_rng(seed)
    steps = int(hours * 3600 / STEP)
    t = np.arange(steps) * STEP
    line = np.array(BENDS) * NAUTICAL_MILE
    end = float(np.hypot(*np.diff(line, axis=0).T).sum())
    xs, ys, status, lengths, types = [], [], [], [], []

    def add(x, y, st, length, kind=70):
        xs.append(x), ys.append(y), status.append(st), lengths.append(length), types.append(kind)

    def wander(size, tau):
        a = np.exp(-STEP / tau)
        out = np.empty(steps)
        v = rng.normal()
        for k in range(steps):
            v = a * v + np.sqrt(1 - a * a) * rng.normal()
            out[k] = v
        return out * size

    through = int(230 / 24 * (hours + 5))
    for n in range(through):
        east = n % 2 == 0
        speed = rng.uniform(9, 17) * KNOT
        run = (t - rng.uniform(-5 * 3600, hours * 3600)) * speed
        lane = rng.uniform(0.2, 1.0) if east else rng.uniform(0.17, 0.6)
        side = lane * NAUTICAL_MILE + wander(15.0, 900.0)
        x, y = path(line if east else line[::-1], np.clip(run, 0, end), side)
        gone = (run < 0) | (run > end)
        add(np.where(gone, np.nan, x), np.where(gone, np.nan, y), 0, rng.uniform(80, 340))
    for _ in range(int(hours * 16)):
        x0, x1 = rng.uniform(20, 26, 2) * NAUTICAL_MILE
        speed = rng.uniform(24, 30) * KNOT
        y0, y1 = (
            (-5 * NAUTICAL_MILE, 12 * NAUTICAL_MILE) if rng.random() < 0.5 else (12 * NAUTICAL_MILE, -5 * NAUTICAL_MILE)
        )
        share = (t - rng.uniform(-600, hours * 3600)) * speed / np.hypot(x1 - x0, y1 - y0)
        gone = (share < 0) | (share > 1)
        add(np.where(gone, np.nan, x0 + share * (x1 - x0)), np.where(gone, np.nan, y0 + share * (y1 - y0)), 0, 28.0, 40)
    for _ in range(60):
        x, y = rng.uniform(15, 35) * NAUTICAL_MILE, rng.uniform(6.5, 9) * NAUTICAL_MILE
        px, py = np.empty(steps), np.empty(steps)
        left = 0.0
        for k in range(steps):
            if left <= 0:
                gx, gy = x + rng.normal(0, 2500), np.clip(y + rng.normal(0, 1500), 6.2 * 1852.0, 9.5 * 1852.0)
                left, speed = np.hypot(gx - x, gy - y), rng.uniform(5, 10) * KNOT
                ux, uy = (gx - x) / left, (gy - y) / left
            x, y, left = x + ux * speed * STEP, y + uy * speed * STEP, left - speed * STEP
            px[k], py[k] = x, y
        add(px, py, 0, rng.uniform(14, 35), int(rng.choice([52, 50, 53, 70, 80])))
    for n in range(310):
        moored = n >= 250
        swing = wander(0.0 if moored else 25.0, 1800.0), wander(0.0 if moored else 25.0, 1800.0)
        base = rng.uniform(15, 35) * NAUTICAL_MILE, (rng.uniform(6.5, 9) if not moored else 9.8) * NAUTICAL_MILE
        add(base[0] + swing[0], base[1] + swing[1], 5 if moored else 1, rng.uniform(60, 300))
    x, y = np.array(xs), np.array(ys)
    n = len(x)
    length = np.round(lengths)
    mmsi = 563000000 + np.arange(n)
    when = np.full(n, START - SECOND)
    statics = Columns("statics", {
        "time": when, "received": when, "seq": np.arange(n), "mmsi": mmsi, "msg_type": np.full(n, 5),
        "ship_type": np.array(types),
        "to_bow": length // 2, "to_stern": length - length // 2, "to_port": length // 13, "to_starboard": length // 13,
    })  # fmt: skip
    return x, y, np.array(status), length, statics


def lanes() -> Zones:
    """The lanes of the strait as zones, in short pieces of one direction each, so that bends are known."""
    fine = np.linspace(0.0, 1.0, 201)
    out = []
    for name, bends, outer in (("eastbound", BENDS, 1.1), ("westbound", BENDS[::-1], 0.7)):
        line = np.array(bends) * NAUTICAL_MILE
        end = float(np.hypot(*np.diff(line, axis=0).T).sum())
        sides = [np.stack(path(line, fine * end, np.full(fine.size, s * NAUTICAL_MILE))) for s in (0.05, outer)]
        for k in range(0, fine.size - 5, 5):
            ring = np.concatenate([sides[0][:, k : k + 6], sides[1][:, k : k + 6][:, ::-1]], axis=1)
            lat, lon = geodesy.moved(1.15, 103.45, ring[0], ring[1])
            east, north = sides[0][:, k + 5] - sides[0][:, k]
            course = float(np.degrees(np.arctan2(east, north)) % 360.0)
            points = tuple(zip(lon.tolist(), lat.tolist(), strict=True))
            out.append(Zone(f"{name} {k}", points, "bench", kind="lane", direction=course))
    return Zones(out)


def reports(x: np.ndarray, y: np.ndarray, status: np.ndarray, seed: int) -> Columns:
    """What the ships send: every 10 s under way, every 3 minutes at rest; 5 m, 0.1 knot and 1 degree of noise."""
    rng = np.random.default_rng(seed + 1)
    u, v = np.gradient(x, STEP, axis=1), np.gradient(y, STEP, axis=1)
    speed, course = np.hypot(u, v), np.degrees(np.arctan2(u, v)) % 360
    n, steps = x.shape
    here = np.isfinite(x) & np.isfinite(speed)
    here &= (status[:, None] == 0) | ((np.arange(steps)[None, :] + np.arange(n)[:, None]) % 18 == 0)
    ship, step = np.nonzero(here)
    time_ = START + step * STEP * SECOND + rng.integers(0, STEP * SECOND, ship.size)
    lag = (time_ - START - step * STEP * SECOND) / SECOND
    px, py = (p[ship, step] + d[ship, step] * lag + rng.normal(0, 5, ship.size) for p, d in ((x, u), (y, v)))
    lat, lon = geodesy.moved(1.15, 103.45, px, py)
    s = np.maximum(0, speed[ship, step] / KNOT + rng.normal(0, 0.1, ship.size))
    c = (course[ship, step] + np.where(s > 1, rng.normal(0, 1, ship.size), rng.uniform(0, 360, ship.size))) % 360
    order = np.argsort(time_, kind="stable")
    data = {
        "time": time_, "received": time_ + SECOND, "mmsi": 563000000 + ship, "msg_type": np.full(ship.size, 1),
        "lat": np.round(lat * 1e7), "lon": np.round(lon * 1e7), "sog": np.round(s * 10),
        "cog": np.minimum(np.round(c * 10), 3599),
        "nav_status": status[ship], "time_quality": np.full(ship.size, TimeQuality.TAG_S),
    }  # fmt: skip
    rows = Columns("reports", data).take(order)
    return rows.replace(seq=np.arange(rows.rows))


def truth(x: np.ndarray, y: np.ndarray, a: int, b: int, start: int) -> float:
    """Least distance (m) of two ships within 25 minutes of ``start`` (ns)."""
    k = max(0, (start - START) // SECOND // STEP)
    d = np.hypot(x[a, k : k + 150] - x[b, k : k + 150], y[a, k : k + 150] - y[b, k : k + 150])
    return float(np.nanmin(d)) if np.isfinite(d).any() else np.inf


def main() -> None:
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    x, y, status, _, statics = strait(hours, seed)
    rows = reports(x, y, status, seed)
    floor = Floor(world=World(lanes=Lanes(zones=lanes())) if "lanes" in sys.argv else World())
    t0 = time.perf_counter()
    alerts = floor.step(empty("reports"), statics, empty("messages"), START)
    for lo in range(0, rows.rows, 20_000):
        part = rows.slice(lo, min(lo + 20_000, rows.rows))
        alerts += floor.step(
            part, empty("statics"), empty("messages"), int(part["received"][-1]), final=lo + 20_000 >= rows.rows
        )
    wall = time.perf_counter() - t0
    here = np.isfinite(x).sum(axis=0).mean()
    print(
        f"{hours:g} h, {here:.0f} ships at a time, {rows.rows} reports in {wall:.1f} s: {rows.rows / wall:.0f} a second"
    )
    ids = {a.id: a for a in alerts if a.state == "active"}
    close = Counter()
    names = np.where(status == 5, "moored", np.where(status == 1, "anchored", "lane"))
    kinds = statics["ship_type"]
    lengths = statics["to_bow"].astype(int) + statics["to_stern"]
    names[(status == 0) & (lengths < 36)] = "harbour"
    names[kinds == 40] = "ferry"
    for a in ids.values():
        kind = a.evidence.get("encounter", a.rule)
        if a.rule == "collision":
            kind = "-".join(sorted(names[m - 563000000] for m in a.subjects)) + " " + kind
            d = truth(x, y, a.subjects[0] - 563000000, a.subjects[1] - 563000000, a.time)
            close[kind, a.priority, "close" if d < 0.3 * NAUTICAL_MILE else "false"] += 1
        else:
            close[a.rule, a.priority, "false"] += 1
    for key in sorted(close):
        print(f"{key[0]:26s} {key[1]:8s} {key[2]:6s} {close[key] / hours:6.1f} an hour")
    print(
        f"all {len(ids) / hours:.1f} an hour, "
        f"of them alarms {sum(a.priority == 'alarm' for a in ids.values()) / hours:.1f}"
    )


if __name__ == "__main__":
    main()
