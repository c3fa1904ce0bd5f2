"""What reports count from rows that come some at a time: as slow counts of all of them at once, however they are cut."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.app.papers import _traffic
from selat.app.papers._counts import Counting
from selat.app.papers.day import BELIEVED, _Seen
from selat.model.clock import DAY, HOUR
from selat.model.picture import COG_NA, SOG_NA
from selat.model.schema import DEGREES, I32, NO_TIME
from selat.model.units import KNOT
from selat.store.distinct import Distinct, distinct
from store_twin import some_reports


def reports(rng, rows, ships=6):
    out = some_reports(rng, rows, 0)
    time = DAY + rng.integers(0, DAY, rows)
    time[rng.random(rows) < 0.05] = NO_TIME
    lat, lon = rng.normal(0.15e8, 2e6, rows).astype("i4"), rng.normal(10.38e8, 3e6, rows).astype("i4")
    lat[rng.random(rows) < 0.05] = I32
    sog = np.where(rng.random(rows) < 0.2, SOG_NA, rng.integers(0, 700, rows)).astype("u2")
    cog = np.where(rng.random(rows) < 0.2, COG_NA, rng.integers(0, 3600, rows)).astype("u2")
    mmsi = (533_000_000 + rng.integers(0, ships, rows) - 400_000_000 * (rng.random(rows) < 0.1)).astype("i4")
    return out.replace(
        time=time, lat=lat, lon=lon, sog=sog, cog=cog, mmsi=mmsi, station=rng.integers(0, 3, rows).astype("u2")
    )


def cut(rows, cuts):
    edges = sorted({0, rows.rows, *(c % (rows.rows + 1) for c in cuts)})
    return [rows.slice(a, b) for a, b in pairwise(edges)] or [rows]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(0, 300), cuts=st.lists(st.integers(0, 300), max_size=5))
def test_counts(seed, rows, cuts):
    all_rows = reports(np.random.default_rng(seed), rows)
    counting = Counting(DAY, 2 * DAY)
    for some in cut(all_rows, cuts):
        counting.take(some)
    hours, octants = defaultdict(set), defaultdict(set)
    for m, t, v, c in zip(*(all_rows[n].tolist() for n in ("mmsi", "time", "sog", "cog")), strict=True):
        if t != NO_TIME:
            hours[t // HOUR].add(m)
        if 20 <= v < SOG_NA and c < COG_NA:
            octants[(c + 225) // 450 % 8].add(m)
    assert counting.rows == rows and counting.ships.values().tolist() == sorted(set(all_rows["mmsi"].tolist()))
    got = np.bincount(counting._by_hour.values() >> 32, minlength=24)
    assert got.tolist() == [len(hours[DAY // HOUR + k]) for k in range(24)]
    got = np.bincount(counting._by_octant.values() >> 32, minlength=8)
    assert got.tolist() == [len(octants[k]) for k in range(8)]
    assert counting._stations[:3].tolist() == np.bincount(all_rows["station"], minlength=3).tolist()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(0, 300), cuts=st.lists(st.integers(0, 300), max_size=5))
def test_the_fastest_and_the_odd(seed, rows, cuts):
    all_rows = reports(np.random.default_rng(seed), rows)
    seen = _Seen()
    for some in cut(all_rows, cuts):
        seen.take(some)
    speeds = defaultdict(list)
    for m, v in zip(all_rows["mmsi"].tolist(), all_rows["sog"].tolist(), strict=True):
        if 200_000_000 <= m < 800_000_000 and v * (KNOT / 10) <= BELIEVED:
            speeds[m].append(v)
    third = {m: sorted(v)[-3] for m, v in speeds.items() if len(v) >= 3}
    found = seen.fastest()
    if not third:
        assert found is None
    else:
        assert found is not None and third[found[0]] == max(third.values())
        assert abs(found[1] - max(third.values()) * KNOT / 10) < 1e-9
    for status, ships in seen.odd.items():
        assert ships.values().tolist() == sorted(set(all_rows["mmsi"][all_rows["nav_status"] == status].tolist()))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(0, 400), cuts=st.lists(st.integers(0, 400), max_size=5))
def test_the_map(seed, rows, cuts):
    """Frame and cells as :func:`numpy.quantile` of all places at once gives them."""
    all_rows = reports(np.random.default_rng(seed), rows)
    found = _traffic.cells(lambda: cut(all_rows, cuts))
    there = _traffic.placed(all_rows)
    if not there.rows:
        assert found is None
        return
    lat, lon = there["lat"] * DEGREES, there["lon"] * DEGREES
    south, north = np.quantile(lat, _traffic.OUTLIERS, method="nearest")
    west, east = np.quantile(lon, _traffic.OUTLIERS, method="nearest")
    side = max(north - south, east - west, 0.02) / _traffic.CELLS
    ships = defaultdict(set)
    for m, y, x in zip(there["mmsi"].tolist(), lat.tolist(), lon.tolist(), strict=True):
        if y >= south and x >= west:
            ships[math.floor((y - south) / side), math.floor((x - west) / side)].add(m)
    assert found is not None and (found.west, found.south, found.side) == (west, south, side)
    height, width = found.count.shape
    for r in range(height):
        for c in range(width):
            assert found.count[r, c] == len(ships[r, c])


@given(st.lists(st.lists(st.integers(-(2**40), 2**40), max_size=20), max_size=6))
def test_each_value_once(pieces):
    several = Distinct()
    several._merge = 10
    for some in pieces:
        several.take(np.array(some, np.int64))
    want = sorted({v for some in pieces for v in some})
    assert several.values().tolist() == want
    assert distinct(np.array([v for some in pieces for v in some], np.int64)).tolist() == want
