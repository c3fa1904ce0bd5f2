"""Two ships that do something together, as rows: ways given by points in time, noise and intervals as AIS has them."""

from __future__ import annotations

import numpy as np

from selat.detectors import _golden as made
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import Columns
from selat.model.schema import TimeQuality
from selat.model.units import KNOT

AT = (1.45, 104.55)


def way(mmsi, points, *, every=10.0, heading=None, status=0, msg_type=1, noise=3.0, seed=0, at=AT, start=0.0):
    """Reports along ``points`` (s, m east, m north), straight between them; ``heading``: deg, or a function of s."""
    points = np.array(points, "f8")
    rng = np.random.default_rng([seed, mmsi])
    s = np.arange(points[0, 0], points[-1, 0] + 1e-9, every) + start
    east, north = (np.interp(s - start, points[:, 0], points[:, k]) for k in (1, 2))
    ahead = [np.interp(s - start + 1.0, points[:, 0], points[:, k]) for k in (1, 2)]
    back = [np.interp(s - start - 1.0, points[:, 0], points[:, k]) for k in (1, 2)]
    vx, vy = 0.5 * (ahead[0] - back[0]), 0.5 * (ahead[1] - back[1])
    course = np.degrees(np.arctan2(vx, vy)) % 360.0
    lats, lons = geodesy.moved(*at, east + rng.normal(0, noise, s.size), north + rng.normal(0, noise, s.size))
    head = course if heading is None else heading(s) if callable(heading) else np.full(s.size, float(heading))
    n = s.size
    time = made.START + np.round(s * 1e9).astype("i8")
    data = {
        "time": time, "received": time + SECOND // 2, "mmsi": np.full(n, mmsi), "msg_type": np.full(n, msg_type),
        "lat": np.round(lats * 1e7).astype("i4"), "lon": np.round(lons * 1e7).astype("i4"),
        "sog": np.round(np.hypot(vx, vy) / KNOT * 10), "cog": np.round(course * 10) % 3600,
        "heading": np.full(n, 65535) if msg_type == 18 else np.round(head + rng.normal(0, 0.7, n)) % 360,
        "nav_status": np.full(n, status), "time_quality": np.full(n, TimeQuality.TAG_S),
    }  # fmt: skip
    return Columns("reports", data)


def meeting(stay, *, gap=30.0, run=6000.0, speed=8.0, drift=0.3, after=1800.0, lead=1200.0):
    """Points of two ships: one drifts, the other comes from ``run`` m away, stays ``stay`` s beside it, and leaves."""
    arrive = lead + run / (speed * KNOT)
    leave = arrive + stay
    first = [(0.0, 0.0, 0.0), (leave + after, drift * (leave + after), 0.0)]
    second = [(0.0, drift * arrive - 0.3 * run - run, gap), (lead, drift * arrive - run, gap), (arrive, drift * arrive, gap),
              (leave, drift * leave, gap), (leave + after, drift * leave + speed * KNOT * after, gap + 500.0)]  # fmt: skip
    return first, second
