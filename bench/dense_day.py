"""A dense synthetic day of AIS reports, seeded: what bench/size.py and bench/queries.py measure on.

5,000 vessels in 98-104.5 E, 1-6 N; class A every 2 to 180 s and class B every 30 or 180 s by speed (M.1371 Annex 1,
Table 1), 20-75 % lost on the way; GPS jitter 2 m; positions in 1/600000 degree, speed and course in 0.1; times in whole
seconds UTC, received 0 to 2 s later in milliseconds; rows in order of arrival, as ``seq`` counts them.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from selat.model.clock import DAY, SECOND
from selat.model.columns import Columns

VESSELS = 5_000
WEST, SOUTH, EAST, NORTH = 98.0, 1.0, 104.5, 6.0
START = 1_795_000_000 // 86_400 * 86_400 * SECOND  #: 00:00 UTC of a day


@numba.njit(cache=True)
def _interval(class_a, knots, turning):
    if not class_a:
        return 30.0 if knots > 2 else 180.0
    if knots < 0.5:
        return 180.0
    if knots > 23:
        return 2.0
    if knots > 14:
        return 2.0 if turning else 6.0
    return 3.33 if turning else 10.0


@numba.njit(cache=True)
def _simulate(vessels, seconds, seed, room):  # noqa: PLR0915
    np.random.seed(seed)
    second = np.empty(room, np.int64)
    delay = np.empty(room, np.int64)
    ints = np.empty((room, 12), np.int32)
    n = 0
    for v in range(vessels):
        class_a = np.random.random() < 0.65
        accurate = np.random.random() < 0.6
        loss = 0.2 + 0.55 * np.random.random()
        has_heading = class_a or np.random.random() < 0.2
        has_rot = class_a and np.random.random() < 0.7
        cruise = 3 + 15 * np.random.random() if np.random.random() < 0.9 else 20 + 10 * np.random.random()
        lon, lat = WEST + (EAST - WEST) * np.random.random(), SOUTH + (NORTH - SOUTH) * np.random.random()
        course = 360 * np.random.random()
        berth = 360 * np.random.random()
        moving = np.random.random() < 0.4
        phase_left = 3600 * (1 + 14 * np.random.random())
        turn_left, turn_rate = 0.0, 0.0
        t = 180 * np.random.random()
        while t < seconds and n < room:
            knots = cruise if moving else 0.0
            step = _interval(class_a, knots, turn_left > 0)
            if np.random.random() >= loss:
                cos = math.cos(lat * math.pi / 180)
                y = lat + np.random.normal() * 2 / 111_200
                x = lon + np.random.normal() * 2 / (111_200 * cos)
                sog = max(0.0, knots + np.random.normal() * (0.15 if moving else 0.03))
                track = course if moving else berth
                cog = (track + np.random.normal() * (0.8 if moving else 4.0)) % 360
                heading = (track + np.random.normal() * (0.7 if moving else 0.2)) % 360
                second[n] = int(t)
                delay[n] = int(np.random.random() * 2000)
                row = ints[n]
                row[0] = v
                row[1] = (3 if turn_left > 0 else 1) if class_a else 18
                row[2] = round(round(y * 600_000) * 50 / 3)
                row[3] = round(round(x * 600_000) * 50 / 3)
                row[4] = round(sog * 10)
                row[5] = round(cog * 10) % 3600
                row[6] = round(heading) % 360 if has_heading else 65535
                row[7] = round(turn_rate * 60 / 4) if has_rot and moving else (0 if has_rot else -32768)
                row[8] = (0 if moving else 5) if class_a else 255
                row[9] = (1 if accurate else 0) | (4 if np.random.random() < 0.9 else 0)
                near = int((lon - WEST) / 1.1) + 1
                row[10] = near if np.random.random() < 0.9 else near % 6 + 1
                row[11] = 6 if row[10] % 2 else 5
                n += 1
            t += step * (1 + 0.02 * np.random.random())
            phase_left -= step
            if phase_left < 0:
                moving = not moving
                phase_left = 3600 * (1 + 14 * np.random.random()) * (1.0 if moving else 2.0)
            if moving:
                if turn_left > 0:
                    turn_left -= step
                    course = (course + turn_rate * step) % 360
                elif np.random.random() < step / 1800:
                    turn_left, turn_rate = 60.0, (np.random.random() - 0.5) * 1.5
                d = knots * 0.514444 * step / 111_200
                lat += d * math.cos(course * math.pi / 180)
                lon += d * math.sin(course * math.pi / 180) / math.cos(lat * math.pi / 180)
                if lat < SOUTH or lat > NORTH or lon < WEST or lon > EAST:
                    lat, lon = min(max(lat, SOUTH), NORTH), min(max(lon, WEST), EAST)
                    course = (course + 170) % 360
    return second[:n], delay[:n], ints[:n]


def dense_day(day: int = 0, rows: int = 10_000_000, seed: int = 20261122) -> Columns:
    """About ``rows`` reports of one day in order of arrival; the day ``day`` after the first goes on counting."""
    vessels = max(1, VESSELS * rows // 10_000_000)  # a moving share of 40 % gives 10 M for all 5,000
    second, delay, ints = _simulate(vessels, DAY // SECOND, seed + day, rows * 3 // 2 + 1000)
    time = START + day * DAY + second * SECOND
    received = time + delay * 1_000_000
    order = np.argsort(received, kind="stable")
    ints = np.ascontiguousarray(ints[order].T)
    names = ("mmsi", "msg_type", "lat", "lon", "sog", "cog", "heading", "rot", "nav_status")
    names += ("flags", "station", "time_quality")
    data = dict(zip(names, ints, strict=True))
    data["mmsi"] = 533_000_000 + data["mmsi"] * 37
    seq = np.arange(len(order)) + day * rows * 2
    return Columns("reports", {**data, "time": time[order], "received": received[order], "seq": seq})
