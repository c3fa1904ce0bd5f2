"""What ships do: made-up tracks of each kind, hysteresis, labelled real tracks, and the exercise's truth."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.exercise.emit import sentences
from selat.exercise.scene import Scene
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import Columns, empty
from selat.model.schema import Flag
from selat.model.units import KNOT
from selat.readers.aivdm import AivdmReader
from selat.tracks import features
from selat.tracks.contacts import Contacts
from selat.tracks.motion import Motion

START = made.START
NONE = empty("statics"), empty("messages")


def path(mmsi, east, north, seconds, heading=None, msg_type=1, seed=0, noise=4.0, lat=1.2, lon=103.8):
    """Reports of a ship at these metres from a place; SOG and COG from the path, errors of a good receiver."""
    rng = np.random.default_rng(seed)
    t = np.asarray(seconds, float)
    u, v = np.gradient(east, t), np.gradient(north, t)
    east, north = east + rng.normal(0, noise, t.size), north + rng.normal(0, noise, t.size)
    lats, lons = geodesy.moved(lat, lon, east, north)
    speed = np.hypot(u, v)
    cog = np.degrees(np.arctan2(u, v)) + rng.normal(0, 1, t.size) * np.minimum(60, 1 + 1 / (speed + 0.05))
    head = np.full(t.size, 511.0) if heading is None else np.broadcast_to(heading, t.shape) + rng.normal(0, 0.4, t.size)
    time = START + np.round(t * 1e9).astype("i8")
    data = {
        "time": time, "received": time, "mmsi": np.full(t.size, mmsi), "msg_type": np.full(t.size, msg_type),
        "lat": np.round(lats * 1e7), "lon": np.round(lons * 1e7), "sog": np.round(speed / KNOT * 10),
        "cog": np.round(cog * 10) % 3600, "heading": np.round(head % 360) % 360 if heading is not None else head,
        "flags": np.full(t.size, int(Flag.ACCURATE | Flag.SECOND)), "time_quality": np.full(t.size, 5),
    }  # fmt: skip
    return Columns("reports", {k: np.asarray(a, "i8") for k, a in data.items()})


def settled(*parts, rules=()):
    floor = Floor(list(rules))
    rows = made.numbered(*parts)
    floor.step(rows, *NONE, int(rows["time"].max()), True)
    return floor.contacts


def swung(period=5400.0, radius=110.0, angle=60.0, seconds=range(0, 5400, 180)):
    t = np.array(seconds, float)
    heading = 70.0 + angle * np.sin(2 * np.pi * t / period) + 3 * np.sin(t / 90.0)
    back = np.radians(heading + 180.0)
    return radius * np.sin(back), radius * np.cos(back), t, heading


def drift(speed=0.8, seconds=range(0, 3600, 10)):
    t = np.array(seconds, float)
    return speed * t * np.sin(1.0), speed * t * np.cos(1.0), t


def trawl(seconds=range(0, 5400, 30)):
    t = np.array(seconds, float)
    angle = t / 150.0
    return 250 * np.cos(angle) + 0.1 * t, 250 * np.sin(1.3 * angle), t


@pytest.mark.parametrize(
    "rows, state",
    [
        (made.sail(563000001, 1.2, 103.8, 12.0, 60.0, range(0, 1800, 10)), Motion.UNDER_WAY),
        (made.sail(563000001, 1.2, 103.8, 3.0, 60.0, range(0, 3600, 10)), Motion.UNDER_WAY),
        (path(563000001, *swung()[:3], heading=swung()[3]), Motion.ANCHORED),
        (path(563000001, np.zeros(40), np.zeros(40), range(0, 7200, 180), heading=212.0), Motion.MOORED),
        (path(563000001, *drift(), heading=330.0), Motion.DRIFTING),
        (path(563000001, *drift(0.35, range(0, 5400, 30)), msg_type=18), Motion.DRIFTING),
        (path(563000001, *trawl(), msg_type=18), Motion.FISHING),
    ],
    ids=["under way", "slow", "anchored", "moored", "drifting", "drifting without heading", "fishing"],
)
def test_each_state_is_told_by_evidence(rows, state):
    declared_wrongly = rows.replace(nav_status=np.full(rows.rows, 5))
    for sent in (rows, declared_wrongly):
        c = settled(sent)
        assert Motion(int(c.motion[0])) == state
        assert c.motion_sure[0] > 0.45 and START <= c.motion_since[0] <= c.time[0]


def test_the_swing_circle_gives_the_anchor():
    east, north, t, heading = swung(radius=150.0)
    c = Contacts()
    c.update(made.numbered(path(563000001, east, north, t, heading)))
    found = features.swings(c, None, int(c.time[0]), 7200)
    away = geodesy.distance(1.2, 103.8, found.lat[0], found.lon[0])
    assert away < 15.0 and found.radius[0] == pytest.approx(150.0, abs=10.0) and found.rest[0] < 8.0
    assert found.spread[0] > 20.0 and found.n[0] == len(t)


def test_a_ship_that_weighs_anchor_is_under_way_and_says_since_when():
    east, north, t, heading = swung()
    lie = path(563000001, east, north, t, heading)
    gone = made.sail(563000001, 1.2, 103.8, 9.0, 90.0, range(5400, 6300, 10))
    gone = gone.replace(time=gone["time"], lat=gone["lat"], lon=gone["lon"] - gone["lon"][0] + lie["lon"][-1])
    c = settled(lie, gone)
    assert c.motion[0] == Motion.UNDER_WAY
    assert START + 5400 * SECOND <= c.motion_since[0] <= START + 5700 * SECOND


def test_one_strange_look_changes_nothing():
    fast = made.sail(563000001, 1.2, 103.8, 12.0, 60.0, range(0, 1800, 10))
    odd = fast.replace(sog=np.where(np.arange(fast.rows) == 100, 0, fast["sog"]))
    seen = []

    class Spy:
        name, version = "spy", "1"

        def parameters(self):
            return {}

        def step(self, window, state):
            if window.contacts.n:
                seen.append(int(window.contacts.motion[0]))
            return [], state

    settled(odd, rules=[Spy()])
    assert set(seen[20:]) == {int(Motion.UNDER_WAY)}


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1), max_size=8), st.lists(st.floats(0, 9.4), min_size=1, max_size=23))
def test_what_is_concluded_does_not_depend_on_the_cuts(cuts, delays):
    east, north, t, heading = swung()
    rows = made.numbered(
        path(563000001, east, north, t, heading),
        path(563000002, *drift(), heading=330.0, lat=1.3),
        path(563000003, *trawl(), msg_type=18, lat=1.4),
    )
    whole = Floor([])
    whole.step(rows, *NONE, int(rows["time"].max()), True)
    arrival = rows["time"] + np.round(np.resize(delays, rows.rows) * 1e9).astype("i8")
    begin, end = int(arrival.min()), int(arrival.max())
    edges = [begin - 1, *sorted(begin + int(c * (end - begin)) for c in cuts), end]
    parts = Floor([])
    for lo, hi in itertools.pairwise(edges):
        here = np.flatnonzero((arrival > lo) & (arrival <= hi))
        parts.step(rows.take(here), *NONE, hi, hi == end)
        state = parts.state()
        parts = Floor([])
        parts.restore(state)
    for part in ("belief", "smooth", "track", "recent"):
        for name, values in whole.contacts.state()[part].items():
            if name != "version":
                np.testing.assert_array_equal(values, parts.contacts.state()[part][name], err_msg=name)


def test_the_labelled_tracks_are_judged_right(shared):
    """The ship that drifts is found drifting for its quarter of an hour. The other lies a thousand metres off for half
    a day at 0.6 knots, not under command: she drifts too, below the speed that the label's rule asks for."""

    def told(name):
        batch = AivdmReader().feed((shared / "labelled" / name).read_bytes(), 1, 0)
        seen = Counter()

        class Spy:
            name, version = "spy", "1"

            def parameters(self):
                return {}

            def step(self, window, state):
                if window.at(60 * SECOND) and window.contacts.n:
                    seen[Motion(int(window.contacts.motion[0]))] += 1
                return [], state

        Floor([Spy()]).step(batch.reports, batch.statics, batch.messages, int(batch.reports["received"].max()), True)
        return seen

    drifts = told("dma_538004030_drift_1.ais")
    assert drifts[Motion.DRIFTING] >= 10 and drifts[Motion.UNDER_WAY] >= 120 and set(drifts) <= {1, 2}
    slow = told("dma_212123000_drift_1.ais")
    assert slow[Motion.DRIFTING] > 600 and slow[Motion.UNDER_WAY] > 110 and slow[Motion.FISHING] == 0
    still = told("dma_219165000_ssc_1.ais")
    assert still[Motion.UNDER_WAY] == still[Motion.DRIFTING] == 0


def exercise(seed, ships, minutes):
    """(state found, kind of the ship, was it making way) of the ships of a scene that did one thing for a quarter of an hour."""
    scene = Scene(seed=seed, ships=ships, incidents=False)
    floor, reader = Floor([]), AivdmReader()
    lines = b"".join(line for _, line in sentences(scene, minutes * 60))
    batch = reader.feed(lines, 1, 0)
    floor.step(batch.reports, batch.statics, batch.messages, int(batch.reports["received"].max()), True)
    c, end, out = floor.contacts, minutes * 60.0, []
    for i, ship in enumerate(scene.fleet):
        slots = c.of(ship.mmsi)
        if ship.cls not in "AB" or len(slots) != 1:
            continue
        if len(c.recent(int(slots[0])).between(floor.now - 600 * SECOND, floor.now).time) < 3:
            continue  # hardly heard lately: nothing can be known
        state = scene.traffic.at(np.full(7, i), end - np.arange(7) * 150.0)
        moves = state.sog > 0.3
        if moves.all() or not moves.any():
            out.append((Motion(int(c.motion[slots[0]])), ship.kind, bool(moves.all())))
    return out


@pytest.mark.slow
def test_the_exercise_is_judged_right():
    found = exercise(5, 150, 60)
    right = {
        "through": Motion.UNDER_WAY,
        "tug": Motion.UNDER_WAY,
        "patrol": Motion.UNDER_WAY,
        "anchored": Motion.ANCHORED,
    }
    plain = [(state, right[kind]) for state, kind, _ in found if kind in right]
    assert len(plain) > 80 and np.mean([a == b for a, b in plain]) > 0.98
    lying = [state for state, kind, moves in found if kind in ("ferry", "bunker", "pilot") and not moves]
    assert all(state in (Motion.MOORED, Motion.ANCHORED) for state in lying)
    work = [state for state, kind, _ in found if kind == "fishing"]
    assert np.mean([s == Motion.FISHING for s in work]) > 0.5
