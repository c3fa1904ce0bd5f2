"""Random rows, and the slow obvious way to ask them, for the tests of the store."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from selat.model.clock import SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.nouns import Zone
from selat.model.ports import Batch
from selat.model.schema import I32, NO_TIME, TABLES
from selat.store.history import KEPT

T0 = 1_795_000_000 * SECOND
SHIPS = np.array([533000001, 533000002, 563000003, 525000004, 2_147_000_000], dtype=np.int64)


def some_reports(rng, n, seq0=0, spread=86_400):
    """Reports with every kind of value: nulls, ties, times out of order and unknown, edges of ranges."""
    time = T0 + rng.integers(0, spread, n) * SECOND + rng.choice([0, 0, 1, 999_999_999], n)
    time = np.where(rng.random(n) < 0.05, NO_TIME, time)
    received = np.where(rng.random(n) < 0.1, NO_TIME, T0 + rng.integers(0, spread * 1000, n) * 1_000_000)
    return Columns(
        "reports",
        {
            "time": time,
            "received": received,
            "seq": seq0 + np.arange(n),
            "mmsi": rng.choice(SHIPS, n),
            "msg_type": rng.choice([1, 3, 18, 27], n),
            "lat": np.where(rng.random(n) < 0.1, I32, rng.integers(-5, 6, n) * 10_000_000 + rng.integers(-1, 2, n)),
            "lon": np.where(rng.random(n) < 0.1, I32, rng.integers(98, 105, n) * 10_000_000 + rng.integers(-1, 2, n)),
            "sog": rng.choice([0, 1, 1023, 65535], n),
            "cog": rng.choice([0, 3599, 65535], n),
            "heading": rng.choice([0, 359, 65535], n),
            "rot": rng.choice([-128, -127, -3, 0, 3, 127, -32768], n),
            "nav_status": rng.choice([0, 5, 255], n),
            "altitude": rng.choice([0, 65535], n),
            "flags": rng.integers(0, 16384, n),
            "time_quality": rng.integers(0, 8, n),
            "station": rng.choice([0, 1, 65535], n),
        },
    )


def some_statics(rng, n, seq0=0):
    names = np.array([b"", b"SELAT", b"KAPAL @ 7", "ÅBO".encode("latin-1")], dtype="S34")
    return Columns(
        "statics",
        {
            "time": T0 + rng.integers(0, 86_400, n) * SECOND,
            "received": T0 + rng.integers(0, 86_400_000, n) * 1_000_000,
            "seq": seq0 + np.arange(n),
            "mmsi": rng.choice(SHIPS, n),
            "msg_type": rng.choice([5, 24], n),
            "imo": rng.choice([0, 9074729, 2**32 - 1], n),
            "name": rng.choice(names, n),
            "callsign": rng.choice(np.array([b"", b"9MAB1"], dtype="S7"), n),
            "ship_type": rng.choice([0, 70], n),
            "to_bow": rng.choice([0, 511, 65535], n),
            "draught": rng.choice([0, 121], n),
            "destination": rng.choice(np.array([b"", b"PORT KLANG"], dtype="S20"), n),
        },
    )


def objects(values):
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def some_batch(rng, n, seq0=0):
    """A batch of all tables; its rows are disjoint in ``seq`` from those of another range."""
    k = max(n // 4, 1) if n else 0
    reports = some_reports(rng, n, seq0)
    statics = some_statics(rng, k, seq0 + n)
    messages = Columns(
        "messages",
        {
            "time": T0 + rng.integers(0, 86_400, k) * SECOND,
            "received": np.full(k, NO_TIME),
            "seq": seq0 + 2 * n + np.arange(k),
            "mmsi": rng.choice(SHIPS, k),
            "msg_type": np.full(k, 8),
            "text": objects([None if i % 3 else f"SÖS {i}" for i in range(k)]),
            "payload": objects([bytes([i % 256, 0, 255]) for i in range(k)]),
            "nbits": np.full(k, 24),
        },
    )
    receptions = Columns(
        "receptions",
        {"seq": seq0 + 3 * n + np.arange(k), "first_seq": np.full(k, -1), "received": np.full(k, T0 + 5)},
    )
    rejects = Columns(
        "rejects",
        {
            "seq": seq0 + 4 * n + np.arange(k),
            "received": np.where(rng.random(k) < 0.5, NO_TIME, T0),
            "offset": np.arange(k),
            "reason": rng.integers(1, 19, k),
            "length": np.full(k, 3),
            "raw": objects([b"\xff\x00" + bytes([i % 256]) for i in range(k)]),
        },
    )
    lines = n + 4 * k
    return Batch(reports, statics, messages, receptions, rejects, lines, n + 2 * k, k, lines * 40)


def split_batch(batch, cuts):
    """The same rows in several batches; ``cuts`` are fractions of 0 to 1."""
    out = []
    edges = [0.0, *sorted(cuts), 1.0]
    for a, b in pairwise(edges):
        tables = {}
        for name in KEPT:
            columns = getattr(batch, name)
            tables[name] = columns.slice(int(a * columns.rows), int(b * columns.rows))
        out.append(Batch(**tables))
    return out


def as_rows(columns):
    """Rows as tuples, in the order given."""
    return list(zip(*(columns[n].tolist() for n in columns), strict=True))


def in_order(columns):
    """Rows sorted as their table is, by Python."""
    order = TABLES[columns.table.name].order
    at = [list(columns).index(n) for n in order]
    return sorted(as_rows(columns), key=lambda row: tuple(row[i] for i in at))


def keep(columns, begin=None, end=None, ships=None, zones=()):
    """The twin of between, of and inside, row by row."""
    rows = []
    names = list(columns)
    for row in as_rows(columns):
        r = dict(zip(names, row, strict=True))
        when = r["time"] if "time" in r else r["received"]
        if (begin is not None or end is not None) and when == NO_TIME:
            continue
        if begin is not None and when < begin:
            continue
        if end is not None and when >= end:
            continue
        if ships is not None and r["mmsi"] not in ships:
            continue
        if zones and (r["lat"] == I32 or r["lon"] == I32):
            continue
        if all(in_zone(r["lon"], r["lat"], z) for z in zones):
            rows.append(row)
    return rows


def in_zone(x, y, zone: Zone):
    """Even-odd with the boundary included, in whole steps and Python's integers."""
    ring = [(round(a * 1e7), round(b * 1e7)) for a, b in zone.ring]
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        if cross == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        to_the_right = (by > ay) == (cross > 0)  # the edge, seen from the point, at its height
        if (ay > y) != (by > y) and to_the_right:
            inside = not inside
    return inside


def all_of(batches, name):
    return concat([getattr(b, name) for b in batches], name)


def nothing():
    return Batch(*(empty(n) for n in KEPT))
