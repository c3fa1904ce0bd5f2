"""The radar tracker as a step: cuts, order, late plots, saving; radars with limits, two radars, objects that are fixed."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import _radar_scenes as scenes

from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.errors import ConfigError
from selat.model.schema import PLOTS
from selat.model.targets import is_target
from selat.sensors.radar import Radar
from selat.tracks.fixed import TIDE
from selat.tracks.scans import _cuts
from selat.tracks.tracker import RING, Tracker

LAT, LON, BEGIN = scenes.LAT, scenes.LON, scenes.BEGIN


def plots(rows: list[tuple[float, float, float]], *, radar: int = 1, first: int = 0, lat: float = LAT, lon: float = LON,
          scan: bool = False) -> Columns:  # fmt: skip
    """A table of (seconds, range m, azimuth deg)."""
    n = len(rows)
    t = np.array([round(r[0] * SECOND) for r in rows], "i8") + BEGIN
    return Columns(
        PLOTS,
        {
            "time": t, "received": t, "seq": first + np.arange(n), "radar": np.full(n, radar),
            "radar_lat": np.full(n, round(lat * 1e7)), "radar_lon": np.full(n, round(lon * 1e7)),
            "range": np.rint([r[1] * 10 for r in rows]), "azimuth": np.rint([r[2] % 360 * 1e6 for r in rows]),
            "scan": (t - BEGIN) // (3 * SECOND) if scan else np.full(n, -1),
        },
    )  # fmt: skip


def sweep(seed: int, turns: int, boats: int = 6, radar: int = 1, first: int = 0, phase: float = 0.0, pd: float = 0.92,
          clutter: int = 4, antenna: tuple[float, float] = (0.0, 0.0)) -> Columns:  # fmt: skip
    """A turning antenna over straight-going boats; every plot has the time at which the beam passed it."""
    rng, noise = np.random.default_rng(seed), np.random.default_rng(1000 * radar + seed)
    place, speed = rng.uniform(-8000, 8000, (boats, 2)), rng.uniform(-9, 9, (boats, 2))
    rows = []
    for k in range(turns):
        for at, v in zip(place, speed, strict=True):
            t = 3.0 * k + phase
            for _ in range(3):  # when the beam passes her
                e, n = at + v * t - antenna
                t = 3.0 * k + phase + 3.0 * (np.degrees(np.arctan2(e, n)) % 360) / 360
            if noise.random() < pd:
                rows.append(
                    (t, np.hypot(e, n) + noise.normal(0, 15), np.degrees(np.arctan2(e, n)) + noise.normal(0, 0.08))
                )
        for _ in range(noise.poisson(clutter)):
            a = noise.uniform(0, 360)
            rows.append((3.0 * k + phase + 3.0 * a / 360, 8000 * np.sqrt(noise.random()), a))
    rows.sort()
    lat, lon = geodesy.moved(LAT, LON, *antenna)
    return plots(rows, radar=radar, first=first, lat=float(lat), lon=float(lon))


def same(a: Columns, b: Columns) -> bool:
    """The same rows, value for value."""
    names = ("time", "received", "seq", "mmsi", "lat", "lon", "sog", "cog", "msg_type")
    return a.rows == b.rows and all((a[n] == b[n]).all() for n in names)


def whole(table: Columns, end: int | None = None, **options: Any) -> tuple[Columns, Tracker]:
    tracker = Tracker(**options)
    return tracker.step(table, int(table["time"].max()) + 10 * SECOND if end is None else end), tracker


SEA = sweep(3, 40)
WHOLE, _ = whole(SEA)


def test_six_boats_become_six_tracks_and_clutter_none() -> None:
    assert WHOLE.rows > 100
    assert is_target(WHOLE["mmsi"]).all()
    assert len(np.unique(WHOLE["mmsi"])) == 6
    assert (WHOLE["msg_type"] == 0).all()
    rng = np.random.default_rng(3)
    place, speed = rng.uniform(-8000, 8000, (6, 2)), rng.uniform(-9, 9, (6, 2))
    late = WHOLE.take(WHOLE["time"] > BEGIN + 60 * SECOND)
    t = (late["time"] - BEGIN) * 1e-9
    e, n = geodesy.plane(LAT, LON, late["lat"] * 1e-7, late["lon"] * 1e-7)
    ways = place[None] + speed[None] * t[:, None, None]
    off = np.hypot(e[:, None] - ways[:, :, 0], n[:, None] - ways[:, :, 1]).min(1)
    assert np.sqrt(np.mean(off**2)) < 15  # sigma of one plot is 15 m and up to 11 m across


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, SEA.rows), max_size=12), st.integers(0, 2**32 - 1))
def test_cuts_and_the_order_within_them_change_nothing(cuts: list[int], seed: int) -> None:
    edges = sorted({0, SEA.rows, *cuts})
    tracker, out = Tracker(), []
    rng = np.random.default_rng(seed)
    for lo, hi in pairwise(edges):
        part = SEA.slice(lo, hi).take(rng.permutation(hi - lo))
        # up to the last plot's time is known whole, except for others of the same moment
        out.append(tracker.step(part, int(SEA["time"][hi - 1]) - 1))
    out.append(tracker.step(empty(PLOTS), int(SEA["time"].max()) + 10 * SECOND))
    assert same(concat(out, "reports"), WHOLE)


def test_plot_by_plot_is_as_turn_by_turn_with_numbers_of_turns() -> None:
    scene = scenes.draw(12, 3000, 8, False, 5, scans=30)
    tables, first = [], 0
    for k in range(30):
        tables.append(scene.table(k, first))
        first += tables[-1].rows
    joined = concat(tables, PLOTS)
    want, _ = whole(joined)
    tracker, out = Tracker(), []
    for k in range(joined.rows):
        out.append(tracker.step(joined.slice(k, k + 1), int(joined["time"][k]) - 1))
    out.append(tracker.step(empty(PLOTS), int(joined["time"].max()) + 10 * SECOND))
    assert same(concat(out, "reports"), want)
    # the same turns without their numbers: one time for all plots of a turn tells them apart
    bare, _ = whole(joined.replace(scan=np.full(joined.rows, -1)))
    assert same(bare, want)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, SEA.rows), st.integers(0, 30))
def test_saved_and_restored_anywhere_it_goes_on_the_same(cut: int, seconds: int) -> None:
    tracker = Tracker()
    until = int(SEA["time"][min(cut, SEA.rows - 1)]) - 1
    first = tracker.step(SEA.slice(0, cut), until)
    other = Tracker()
    other.restore(tracker.state())
    rest = other.step(SEA.slice(cut, SEA.rows), int(SEA["time"].max()) + (10 + seconds) * SECOND)
    assert same(concat([first, rest], "reports"), WHOLE)


@settings(max_examples=10, deadline=None)
@given(st.integers(40, SEA.rows - 1), st.integers(1, 60))
def test_late_plots_within_the_ring_leave_the_state_that_they_would_have_made(at: int, seconds: int) -> None:
    late = slice(max(0, at - 4), at)
    rows = np.arange(SEA.rows)
    held = (rows >= late.start) & (rows < late.stop)
    when = int(SEA["time"][at - 1]) + seconds * SECOND
    tracker = Tracker()
    before = (SEA["time"] <= when) & ~held
    tracker.step(SEA.take(before), when)
    tracker.step(SEA.take(held), when)
    assert tracker.late == held.sum()
    assert tracker.lost == 0
    after = SEA.take(~before & ~held)
    end = int(SEA["time"].max()) + 10 * SECOND
    tracker.step(after, end)
    _, straight = whole(SEA, end)
    for name in ("lat", "lon", "r", "time", "hits", "uid", "alive"):
        assert (tracker.engine.columns[name] == straight.engine.columns[name]).all(), name


def test_plots_older_than_the_ring_are_counted_and_left_out() -> None:
    long = sweep(3, 60)
    tracker = Tracker()
    tracker.step(long, int(long["time"].max()))
    tracker.step(long.slice(0, 5), int(long["time"].max()))
    assert long["time"].max() - long["time"][4] > RING + 15 * SECOND
    assert (tracker.late, tracker.lost) == (0, 5)


def test_a_radar_does_not_end_what_it_cannot_see() -> None:
    """A boat goes through a blind sector of 30 degrees (50 s): the track lives; without the sector it ends, if a buoy shows
    that the antenna turned."""
    rows = [(3.0 * k, 5000.0, 40.0 + 0.23 * 3 * k) for k in range(120)]  # 20 m/s
    seen = [r for r in rows if not 70 < r[2] < 82]
    dead, _ = whole(plots(seen, scan=True))
    assert (
        len(np.unique(dead["mmsi"])) == 1
    )  # nothing came at all: that is a radar that is down, not a boat that is gone
    table = plots(sorted(seen + [(3.0 * k, 3000.0, 250.0) for k in range(120)]), scan=True)
    out, tracker = whole(table, radars={1: Radar(blind=((70.0, 82.0),))})
    assert len(np.unique(out["mmsi"])) == 2
    assert all(tracker.standing(int(n))["existence"] > 0.9 for n in np.unique(out["mmsi"]))
    out, _ = whole(table, radars={1: Radar()})
    assert len(np.unique(out["mmsi"])) == 3


def test_two_radars_see_one_boat_as_one_track_and_better() -> None:
    near = sweep(8, 50, clutter=1)
    other = sweep(8, 50, radar=2, phase=1.3, clutter=1, first=100_000, antenna=(6000.0, 3000.0))
    both = concat([near, other], PLOTS)
    both = both.take(np.lexsort((both["seq"], both["time"])))
    out, tracker = whole(both)
    assert len(np.unique(out["mmsi"])) == 6
    _, single = whole(near)
    c, s = tracker.engine.columns, single.engine.columns
    assert np.median(tracker.engine.mean()[c["sure"] > 0, 4]) < 0.8 * np.median(single.engine.mean()[s["sure"] > 0, 4])


def test_what_does_not_move_for_a_tide_is_no_boat() -> None:
    """One plot a minute for 14 hours of a beacon and of a ship at anchor that swings by 150 m."""
    rng = np.random.default_rng(0)
    rows = []
    for k in range(14 * 60):
        swing = 75 * np.sin(2 * np.pi * k / (6.2 * 60))
        rows.append((60.0 * k, 4000 + rng.normal(0, 8), 90 + rng.normal(0, 0.05)))
        rows.append((60.0 * k + 0.1, 6000 + swing + rng.normal(0, 8), 200 + rng.normal(0, 0.05)))
    slow = {1: Radar(period=60.0)}
    out, tracker = whole(plots(rows), radars=slow)
    assert len(tracker.engine.fixed.learned) == 1
    e, n = geodesy.plane(LAT, LON, *tracker.engine.fixed.learned[0, :2])
    assert np.hypot(e - 4000, n) < 30
    end = out.take(out["time"] > BEGIN + 13 * HOUR)
    assert end.rows > 20
    assert (geodesy.plane(LAT, LON, end["lat"] * 1e-7, end["lon"] * 1e-7)[1] < -3000).all()
    assert TIDE < 13 * HOUR


def test_a_charted_object_is_never_told_of() -> None:
    rng = np.random.default_rng(0)
    rows = [(3.0 * k, 4000 + rng.normal(0, 8), 90 + rng.normal(0, 0.05)) for k in range(60)]
    lat, lon = geodesy.moved(LAT, LON, 4000, 0)
    tracker = Tracker()
    tracker.engine.fixed.charted = np.array([[float(lat), float(lon), 40.0]])
    table = plots(rows)
    assert tracker.step(table, int(table["time"].max()) + 10 * SECOND).rows == 0
    assert whole(table)[0].rows > 10


def test_clutter_is_learned_where_it_lies() -> None:
    rng = np.random.default_rng(1)
    turns = [(3.0 * k, a) for k in range(100) for a in [*rng.uniform(0, 90, 40), 225 + rng.uniform(-20, 20)]]
    rows = [(t + a / 120, 9000.0 if a > 90 else np.sqrt(rng.random()) * 3000, a) for t, a in turns]
    _, tracker = whole(plots(sorted(rows)))
    map_ = tracker.engine.clutter[1]
    e, n = np.array([1400.0, -6400.0]), np.array([1400.0, 2000.0])
    inside, outside = map_.density(*(np.asarray(v) for v in geodesy.moved(LAT, LON, e, n)))
    assert inside == pytest.approx(40 / (np.pi * 3000**2 / 4), rel=0.5)
    assert outside < 0.2 * inside


def test_turns_are_cut_at_north_whatever_comes_first() -> None:
    """A turn whose first plot is in the west is short; plots that jump back over north do not begin a turn of their own."""
    rows = [(0.0 + a / 120, a) for a in (290.0, 350.0)] + [(3.0 + a / 120, a) for a in (0.2, 90.0, 280.0, 359.9)]
    rows += [(6.0, 0.1), (6.001, 359.95), (6.01, 0.3), (8.0, 240.0), (20.0, 10.0)]
    t = np.array([round(r[0] * SECOND) for r in rows])
    azimuth = np.array([round(r[1] * 1e6) for r in rows])
    assert _cuts(t, azimuth, np.full(len(rows), -1), 3 * SECOND).tolist() == [0, 2, 6, 10]


def test_a_radar_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError):
        Radar(period=0.0)
    with pytest.raises(ConfigError):
        Radar(nearest=10.0, farthest=5.0)
    assert Radar.of(Radar(blind=((350.0, 10.0),)).state()) == Radar(blind=((350.0, 10.0),))
    assert Radar(blind=((350.0, 10.0),)).sees([100.0] * 3, [355.0, 5.0, 20.0]).tolist() == [False, False, True]
