"""Rings and what is read from them: against slow, obvious twins."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.detectors import _golden as made
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import Columns
from selat.model.units import KNOT
from selat.tracks import features
from selat.tracks.contacts import Contacts
from selat.tracks.trail import RECENT, RECENT_EVERY, RING, RING_EVERY, Trail

START = made.START


def fed(*parts):
    contacts = Contacts()
    contacts.update(made.numbered(*parts))
    return contacts


def kept(times, length, every):
    """Numbers of the rows that a ring keeps: its head is the last one, moved on when far enough from the one before."""
    ring: list[int] = []
    for i in range(len(times)):
        if len(ring) < 2 or times[ring[-1]] - times[ring[-2]] >= every:
            ring.append(i)
        else:
            ring[-1] = i
    return ring[-length:]


def twin(trail: Trail, since: int, until: int) -> dict[str, float]:
    """Features by the definitions, point by point on the ellipsoid."""
    points = [p for p in zip(*(a.tolist() for a in trail[:6]), strict=True) if since <= p[0] <= until]
    out = dict.fromkeys(features.Features.__dataclass_fields__, math.nan)
    out |= {"n": len(points), "span": 0.0, "net": 0.0, "gross": 0.0, "turned": 0.0}
    if not points:
        return out
    _, lat, lon, sog, cog, heading = (np.array(c, float) for c in zip(*points, strict=True))
    seconds = np.array([(p[0] - points[0][0]) * 1e-9 for p in points])
    out["span"] = seconds[-1]
    out["net"] = float(geodesy.distance(lat[0], lon[0], lat[-1], lon[-1]))
    steps = geodesy.distance(lat[:-1], lon[:-1], lat[1:], lon[1:])
    out["gross"] = float(steps.sum())
    out["lat"] = float(lat.mean())
    out["lon"] = (lon[0] + ((lon - lon[0] + 180) % 360 - 180).mean() + 180) % 360 - 180
    out["radius"] = float(geodesy.distance(out["lat"], out["lon"], lat, lon).max())
    known = sog[~np.isnan(sog)]
    if known.size:
        out["least"], out["most"] = known.min(), known.max()
        pairs = [
            (b - a, (u + v) / 2)
            for (a, u), (b, v) in itertools.pairwise(zip(seconds, sog, strict=True))
            if u + v == u + v
        ]
        total = sum(t for t, _ in pairs)
        out["mean"] = sum(t * v for t, v in pairs) / total if total else (known.min() + known.max()) / 2
    elif seconds[-1] > 0:
        out["mean"] = out["least"] = out["most"] = out["gross"] / seconds[-1]
    under = ~np.isnan(cog) & (np.nan_to_num(sog) >= 0.999 * KNOT)
    turns = (np.diff(cog[under]) + 180) % 360 - 180
    out["turned"] = float(np.abs(turns).sum())
    if turns.size:
        out["turn_std"] = float(turns.std())
    off = np.abs((cog - heading + 180) % 360 - 180)[under & ~np.isnan(heading)]
    if off.size:
        out["crab"], out["across"] = off.mean(), np.minimum(off, 180 - off).mean()
    return out


def drunk(seed, n, lat0=1.2, lon0=103.8, every=(1, 40)):
    """A ship on a random walk, with everything missing now and then."""
    rng = np.random.default_rng(seed)
    time = START + np.cumsum(rng.integers(every[0], every[1], n)) * SECOND
    lat = lat0 + np.cumsum(rng.normal(0, 3e-4, n))
    lon = (lon0 + np.cumsum(rng.normal(0, 3e-4, n)) + 180) % 360 - 180
    gone = rng.random((3, n)) < 0.15
    data = {
        "time": time, "received": time, "mmsi": np.full(n, 563000001), "msg_type": np.full(n, 1),
        "lat": np.round(lat * 1e7), "lon": np.round(lon * 1e7), "time_quality": np.full(n, 5), "seq": np.arange(n),
        "sog": np.where(gone[0], 65535, rng.integers(0, 250, n)),
        "cog": np.where(gone[1], 3600, rng.integers(0, 3600, n)),
        "heading": np.where(gone[2], 511, rng.integers(0, 360, n)),
    }  # fmt: skip
    return Columns("reports", {k: v.astype("i8") for k, v in data.items()})


@given(st.integers(0, 10**6), st.integers(1, 400))
@settings(max_examples=40)
def test_rings_keep_the_last_positions_at_their_pace(seed, n):
    rows = drunk(seed, n)
    c = Contacts()
    c.update(rows)
    times = rows["time"].tolist()
    for trail, length, every in ((c.track(0), RING, RING_EVERY), (c.recent(0), RECENT, RECENT_EVERY)):
        index = kept(times, length, every)
        assert trail.seq.tolist() == index
        assert trail.time.tolist() == rows["time"][index].tolist()
        np.testing.assert_array_equal(trail.lat, rows["lat"][index] * 1e-7)
        np.testing.assert_array_equal(trail.lon, rows["lon"][index] * 1e-7)
        sog = np.where(rows["sog"][index] > 1000, np.nan, rows["sog"][index] * 0.1 * KNOT)
        np.testing.assert_allclose(trail.sog, sog, rtol=1e-6)
        np.testing.assert_allclose(
            trail.cog, np.where(rows["cog"][index] >= 3600, np.nan, rows["cog"][index] * 0.1), rtol=1e-6
        )
        heading = rows["heading"][index].astype(float)
        np.testing.assert_array_equal(trail.heading, np.where(heading >= 360, np.nan, heading))


@given(st.integers(0, 10**6), st.integers(1, 200), st.sampled_from([60, 300, 600, 1800, 7200]), st.integers(-300, 3000))
@settings(max_examples=60)
def test_features_are_those_of_the_twin(seed, n, seconds, after):
    lat0, lon0 = [(1.2, 103.8), (58.0, 179.999), (-33.0, -179.9995)][seed % 3]
    rows = drunk(seed, n, lat0, lon0)
    c = Contacts()
    c.update(rows)
    if len(c) != 1:
        return  # too drunk to be one hull
    now = int(rows["time"][-1]) + after * SECOND
    found = features.over(c, None, now, seconds)
    trail = c.recent(0) if seconds <= 600 else c.track(0)
    for name, value in twin(trail, now - seconds * SECOND, now).items():
        got = float(getattr(found, name)[0])
        assert got == pytest.approx(value, rel=1e-4, abs=0.02, nan_ok=True), name


def test_features_of_ships_that_do_plain_things():
    straight = made.sail(1, 1.2, 103.8, 10.0, 90.0, range(0, 3600, 10))
    still = made.sail(2, 1.3, 103.8, 0.0, 90.0, range(0, 3600, 10))
    crabbing = made.sail(3, 1.4, 103.8, 3.0, 90.0, range(0, 3600, 10))
    crabbing = crabbing.replace(heading=np.full(crabbing.rows, 350))
    f = features.over(fed(straight, still, crabbing), [0, 1, 2], START + 3590 * SECOND, 1800)
    assert f.net[0] == pytest.approx(f.gross[0], rel=1e-4) and f.net[0] == pytest.approx(
        10 * KNOT * f.span[0], rel=1e-3
    )
    assert f.mean[0] == pytest.approx(10 * KNOT, rel=1e-4) and f.turned[0] == 0.0 and f.crab[0] == 0.0
    assert f.radius[0] == pytest.approx(f.net[0] / 2, rel=0.05)
    assert (f.net[1], f.gross[1], f.radius[1]) == (0.0, 0.0, 0.0) and np.isnan(f.crab[1])
    assert f.crab[2] == 100.0 and f.across[2] == 80.0


def test_nothing_is_found_where_nothing_was_heard():
    c = fed(made.sail(1, 1.2, 103.8, 10.0, 90.0, [0]))
    f = features.over(c, None, START + 60 * MINUTE, 600)
    assert f.n[0] == 0 and f.span[0] == 0.0 and np.isnan([f.mean[0], f.lat[0], f.radius[0]]).all()
    assert features.over(c, [], START, 600).n.size == 0


def test_a_trail_goes_into_evidence_as_plain_values():
    c = fed(made.sail(1, 1.2, 103.8, 10.0, 90.0, [0, 10, 20]).replace(heading=np.array([511, 90, 90])))
    told = c.recent(0).between(START, START + 10 * SECOND).evidence()
    assert told["seq"] == [0, 1] and told["heading"] == [None, 90.0] and told["sog"] == [5.144, 5.144]
    assert told["time"] == [START, START + 10 * SECOND] and told["lat"][0] == 1.2
