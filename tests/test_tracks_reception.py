"""Reception learned from the feed: what it expects, what it makes of outages, and how often it is wrong."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.app.floor import Floor
from selat.exercise.emit import sentences
from selat.exercise.scene import Scene
from selat.kernels.chance import none_of
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import Columns, empty
from selat.model.units import KNOT
from selat.readers.aivdm import AivdmReader
from selat.tracks.cells import Cells, around, keys_of
from selat.tracks.intervals import nominal
from selat.tracks.kinds import Kind
from selat.tracks.reception import Reception
from selat.tracks.stations import Stations

START = 1_800_000_000 * SECOND
NONE = empty("statics"), empty("messages")


@given(st.floats(0.05, 50), st.floats(0.05, 50), st.integers(0, 60))
def test_the_chance_of_none_is_that_of_the_urn(a, b, n):
    """Twin: (b + i) / (a + b + i), report by report."""
    twin = math.prod((b + i) / (a + b + i) for i in range(n))
    assert float(none_of(a, b, n)) == pytest.approx(twin, rel=1e-9)


def test_ships_that_are_all_alike_give_the_binomial_back():
    assert float(none_of(0.7e7, 0.3e7, 20)) == pytest.approx(0.3**20, rel=1e-3)
    assert none_of([1.0, 2.0], [1.0, 1.0], 3).shape == (2,)


@pytest.mark.parametrize(
    "kind, knots, status, turning, seconds",
    [
        (Kind.CLASS_A, 0.0, 1, False, 180.0),
        (Kind.CLASS_A, 3.5, 1, False, 10.0),
        (Kind.CLASS_A, 0.0, 0, False, 10.0),
        (Kind.CLASS_A, 12.0, 0, False, 10.0),
        (Kind.CLASS_A, 12.0, 0, True, 10 / 3),
        (Kind.CLASS_A, 18.0, 0, False, 6.0),
        (Kind.CLASS_A, 18.0, 0, True, 2.0),
        (Kind.CLASS_A, 25.0, 0, False, 2.0),
        (Kind.CLASS_B, 1.0, 255, False, 180.0),
        (Kind.CLASS_B, 6.0, 255, False, 30.0),
        (Kind.VESSEL, math.nan, 255, False, 10.0),
        (Kind.BASE, 0.0, 255, False, 10.0),
        (Kind.ATON, 0.0, 255, False, 180.0),
    ],
)
def test_intervals_are_those_of_the_standard(kind, knots, status, turning, seconds):
    assert nominal(int(kind), knots * KNOT, status, turning) == pytest.approx(seconds)


def test_cells_touch_across_the_antimeridian_and_keep_their_numbers_in_order():
    east, west = keys_of(1.05, 179.95), keys_of(1.05, -179.95)
    assert west in around(np.array([east]))[0] and east in around(np.array([west]))[0]
    cells = Cells(n=())
    first = cells.meet(np.array([50, 10]))
    cells.tables["n"][first] = [5.0, 1.0]
    assert cells.meet(np.array([30])).tolist() == [1]
    assert cells.find([10, 30, 50, 70]).tolist() == [0, 1, 2, -1]
    assert cells.gather("n", cells.find([50, 70, 10])).tolist() == [5.0, 0.0, 1.0]


def sea(
    ships=40, minutes=60, chance=0.7, lat=1.25, lon=103.85, seed=0, silent=lambda t, i: False, station=1, spread=0.0
):
    """Ships that creep about one place, each report heard by ``chance``; ``silent(t, i)``: nothing heard of ship i."""
    rng = np.random.default_rng(seed)
    own = chance if not spread else rng.beta(chance * spread, (1 - chance) * spread, ships)
    t = np.arange(0, minutes * 60, 10.0)
    time, who = np.meshgrid(t, np.arange(ships), indexing="ij")
    time = time + rng.uniform(0, 9, ships)[None, :]
    kept = rng.random(time.shape) < np.broadcast_to(own, time.shape)
    kept &= ~np.array([[silent(x, int(i)) for x, i in zip(*row, strict=True)] for row in zip(time, who, strict=True)])
    order = np.argsort(time[kept], kind="stable")
    time, who = time[kept][order], who[kept][order]
    n = time.size
    when = START + np.round(time * 1e9).astype("i8")
    data = {
        "time": when, "received": when, "seq": np.arange(n), "mmsi": 563000000 + who, "msg_type": np.full(n, 1),
        "lat": np.round((lat + 0.001 * who / ships + 0.5e-7 * time) * 1e7), "lon": np.full(n, round(lon * 1e7)),
        "sog": np.full(n, 1), "cog": np.zeros(n), "nav_status": np.zeros(n), "station": np.full(n, station),
        "time_quality": np.full(n, 5),
    }  # fmt: skip
    return Columns("reports", {k: np.asarray(v, "i8") for k, v in data.items()})


def heard(rows):
    floor = Floor([])
    floor.step(rows, *NONE, int(rows["time"].max()), True)
    return floor


def test_the_share_that_is_heard_is_learned():
    model = heard(sea()).reception
    expected, none = model.expect(1.25, 103.85, Kind.CLASS_A, 600.0, 10.0)
    found = model.ask(1.25, 103.85, Kind.CLASS_A, 600.0, 10.0)
    assert found.chance[0] == pytest.approx(0.7, abs=0.02) and found.ratio[0] > 0.97
    assert expected[0] == pytest.approx(60 * found.chance[0] * found.ratio[0], rel=1e-6) and none[0] < 1e-5
    shorter = model.ask(1.25, 103.85, Kind.CLASS_A, [10.0, 60.0, 300.0], 10.0)
    assert (np.diff(shorter.none) < 0).all() and shorter.none[0] == pytest.approx(0.3, abs=0.08)


def test_where_nobody_was_ever_heard_silence_says_nothing():
    model = heard(sea()).reception
    for where in ((5.0, 100.0), (1.25, 104.5)):
        found = model.ask(*where, Kind.CLASS_A, 3600.0, 10.0)
        assert found.none[0] > 0.99 and found.expected[0] < 0.05
    assert heard(sea(minutes=1)).reception.ask(1.25, 103.85, Kind.CLASS_B, 3600.0, 30.0).none[0] > 0.99
    assert Reception().expect(1.0, 103.0, Kind.CLASS_A, 600.0, 10.0)[1].tolist() == [1.0]


def test_one_silent_ship_among_many_is_strange_and_all_silent_ones_are_an_outage():
    one = heard(sea(silent=lambda t, i: i == 7 and t > 2700)).reception
    found = one.ask(1.25, 103.85, Kind.CLASS_A, 900.0, 10.0)
    assert found.none[0] < 1e-6 and found.others[0] > 1000 and one.silent(one.now) == []
    out = heard(sea(silent=lambda t, i: t > 2700 and i != 0)).reception
    found = out.ask(1.25, 103.85, Kind.CLASS_A, 880.0, 10.0)
    assert found.none[0] > 0.05 and found.ratio[0] < 0.1


def test_a_station_that_falls_silent_is_told_and_its_ships_are_excused():
    far = {"lat": 2.2, "lon": 102.2}
    a = sea(station=1, silent=lambda t, i: t > 2700)
    b = sea(station=2, seed=1, **far)
    b = b.replace(mmsi=b["mmsi"] + 1000)
    rows = Columns("reports", {k: np.concatenate([a[k], b[k]]) for k in a})
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    model = heard(rows.replace(seq=np.arange(rows.rows))).reception
    (found,) = model.silent(model.now)
    assert found.station == 1 and found.expected > 1000 and found.chance < 1e-6
    assert abs(found.since - (START + 2700 * SECOND)) < 20 * SECOND
    assert model.ask(1.25, 103.85, Kind.CLASS_A, 880.0, 10.0).none[0] > 0.05
    assert model.ask(2.2, 102.2, Kind.CLASS_A, 880.0, 10.0).none[0] < 1e-6


def test_a_lonely_ship_proves_little():
    """Nobody near denies that the receiver is down; another station hears ships elsewhere."""
    lonely = sea(ships=1, chance=0.9, silent=lambda t, i: t > 2700)
    far = sea(ships=5, station=2, seed=1, lat=2.2, lon=102.2)
    far = far.replace(mmsi=far["mmsi"] + 1000)
    rows = Columns("reports", {k: np.concatenate([lonely[k], far[k]]) for k in far})
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    model = heard(rows.replace(seq=np.arange(rows.rows))).reception
    assert model.ask(1.25, 103.85, Kind.CLASS_A, 880.0, 10.0).none[0] > 2e-4


def test_ships_that_differ_make_silence_less_strange():
    alike, mixed = (heard(sea(ships=80, chance=0.5, spread=s)).reception for s in (0.0, 1.5))
    ask = [m.ask(1.25, 103.85, Kind.CLASS_A, 300.0, 10.0) for m in (alike, mixed)]
    assert ask[0].own[0] > 3 * ask[1].own[0] and ask[1].own[0] == pytest.approx(1.5, rel=0.5)
    assert ask[0].none[0] < 1e-4 < 1e-2 < ask[1].none[0]
    well = mixed.ask(1.25, 103.85, Kind.CLASS_A, 300.0, 10.0, heard=29.0, of=30.0)
    assert well.none[0] < ask[1].none[0] / 10  # this ship was always heard well


def test_a_ship_that_sails_out_of_reach_is_not_expected():
    model = heard(sea()).reception
    fast = model.ask(1.25, 103.85, Kind.CLASS_A, 3000.0, 10.0, vx=10.0, vy=10.0)
    still = model.ask(1.25, 103.85, Kind.CLASS_A, 3000.0, 10.0)
    assert fast.expected[0] < 0.7 * still.expected[0]


def plain(state):
    out = []
    for key, value in sorted(state.items()):
        if isinstance(value, dict):
            out += [(f"{key}.{k}", v) for k, v in plain(value)]
        else:
            out.append((key, value))
    return out


@settings(max_examples=10)
@given(st.lists(st.floats(0, 1), max_size=6), st.lists(st.floats(0, 9.4), min_size=1, max_size=23))
def test_what_is_learned_does_not_depend_on_the_cuts_nor_on_a_restart(cuts, delays):
    rows = sea(ships=8, minutes=25)
    whole = heard(rows)
    arrival = rows["time"] + np.round(np.resize(delays, rows.rows) * 1e9).astype("i8")
    begin, end = int(arrival.min()), int(arrival.max())
    edges = [begin - 1, *sorted(begin + int(c * (end - begin)) for c in cuts), end]
    floor = Floor([])
    for lo, hi in itertools.pairwise(edges):
        here = np.flatnonzero((arrival > lo) & (arrival <= hi))
        floor.step(rows.take(here), *NONE, hi, hi == end)
        state = floor.state()
        floor = Floor([])
        floor.restore(state)
    for (name, a), (_, b) in zip(plain(whole.reception.state()), plain(floor.reception.state()), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)


class Claims:
    """A rule that asks every minute about every ship, as if it had fallen silent, and sees what then came."""

    name, version = "claims", "1"

    def __init__(self, warm):
        self.warm, self.begun, self.seen, self.made = warm, None, {}, []

    def parameters(self):
        return {}

    def step(self, window, state):
        c, now = window.contacts, window.now
        if self.begun is None and window.reports.rows:
            self.begun = now
        if not window.at(MINUTE):
            return [], state
        every = nominal(c.kind, c.sog, c.status)
        heard = (c.kind <= Kind.CLASS_B) & (now - c.time < 1.5e9 * every)
        self.seen[now] = (
            c.ids()[heard],
            c.reports[heard],
            np.stack([c.lat, c.lon, c.kind, every, np.nan_to_num(c.vx), np.nan_to_num(c.vy)])[:, heard],
        )
        counts = dict(zip(c.ids().tolist(), c.reports.tolist(), strict=True))
        for seconds in (120, 300, 600, 900):
            before = now - seconds * SECOND
            if before not in self.seen or now - self.begun < self.warm:
                continue
            ids, reports, (lat, lon, kind, every, vx, vy) = self.seen[before]
            asked = window.reception.ask(lat, lon, kind, float(seconds), every, vx=vx, vy=vy)
            silent = np.array([counts.get(i) == r for i, r in zip(ids.tolist(), reports.tolist(), strict=True)], bool)
            self.made.append(np.stack([asked.none, silent]))
        return [], state


@pytest.mark.slow
@pytest.mark.parametrize("outage", [False, True])
def test_claims_are_as_rare_as_they_say(outage):
    """Every ship of the exercise goes on sending; so each silence that was called unlikely is a false claim."""
    lines = []
    scene = Scene(seed=8, ships=160, incidents=False)
    for received, line in sentences(scene, 70 * 60):
        minute = (received - scene.start) // MINUTE
        if not (outage and 50 <= minute < 60 and b"s:EXPULAI" in line):
            lines.append(line)
    batch = AivdmReader().feed(b"".join(lines), 1, 0)
    rule = Claims(25 * MINUTE)
    Floor([rule]).step(batch.reports, batch.statics, batch.messages, int(batch.reports["received"].max()), True)
    none, silent = np.concatenate(rule.made, axis=1)
    assert none.size > 15_000
    for limit in (1e-3, 1e-2, 1e-1):
        claimed = none < limit
        assert silent[claimed].mean() <= limit
    assert silent[none < 1e-5].sum() <= 1
    assert (none < 1e-3).mean() > 0.25  # it does claim something


def hears(minutes, late, times=20):
    """A station that brings so many reports a minute; in the last ``late`` minutes of 60 its times are ten minutes behind."""
    stations = Stations(24)
    for k in range(60):
        now = START + (k + 1) * MINUTE
        behind = 600 * SECOND * (k >= 60 - late)
        n = times if k < minutes or k >= 60 - late else 0
        stations.hear(np.full(n, 7), np.full(n, now - SECOND - behind), now)
        stations.minute(k % 24, now)
    return [s.station for s in stations.silent(now)]


def test_a_station_whose_clock_is_set_back_hears_and_one_whose_old_reports_trickle_in_does_not():
    assert hears(60, 0) == [] and hears(54, 6) == []
    assert hears(54, 0) == [7]
    stations = Stations(24)
    for k in range(60):
        now = START + (k + 1) * MINUTE
        old = k >= 54
        n = 3 if old else 20
        stations.hear(np.full(n, 7), np.full(n, now - SECOND - 900 * SECOND * old), now)
        stations.minute(k % 24, now)
    assert [s.station for s in stations.silent(now)] == [7]
    later = Stations(24)
    later.restore(
        {k: v for k, v in stations.state().items() if k not in ("newest", "old")}
    )  # as saved by an older version
    assert [s.station for s in later.silent(now)] == [7]
