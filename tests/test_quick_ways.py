"""What is worked out in a quick way of the floor, against the plain way: the same answer, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.detectors import _golden as made
from selat.detectors.impossible_track import _ROUND, JOINED, _waters
from selat.kernels import geodesy
from selat.kernels.belief import by_contact
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import concat
from selat.model.units import KNOT
from selat.tracks import nearby, succession
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import is_ship
from selat.tracks.stations import Stations

START = made.START


def flood(cell):
    """Numbers of the waters by a plain flood from the first cell of each."""
    number, water = {}, 0
    for first in cell:
        if first in number:
            continue
        todo = [first]
        while todo:
            key = todo.pop()
            if key in number or key not in cell:
                continue
            number[key] = water
            todo += [key + dy * _ROUND + dx for dy in range(-JOINED, JOINED + 1) for dx in range(-JOINED, JOINED + 1)]
        water += 1
    return [number[key] for key in cell]


@given(
    st.sets(
        st.tuples(st.integers(900, 930), st.sampled_from([*range(2830, 2870), *range(4), 3598, 3599])), max_size=120
    )
)
def test_waters_are_those_of_a_plain_flood(places):
    cell = sorted(y * _ROUND + x for y, x in places)
    assert _waters(np.array(cell, "i8")).tolist() == flood(cell)


def sea(seed, ships=40):
    """Rows of ships that come and go, some of them twins that share a number, in order of time."""
    rng = np.random.default_rng(seed)
    parts = []
    for n in range(ships):
        times = np.sort(rng.choice(1200, int(rng.integers(1, 60)), replace=False)).tolist()
        lat, lon = rng.uniform(1.0, 1.6), rng.uniform(103.5, 104.2)
        rows = made.sail(563000000 + n * 4 // 5, lat, lon, rng.uniform(0, 25), rng.uniform(0, 360), times)
        parts.append(rows.replace(station=np.full(rows.rows, n % 3)))
    rows = concat(parts, "reports")
    return made.numbered(rows.take(np.argsort(rows["time"], kind="stable")))


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_contacts_are_the_same_row_by_row_and_all_at_once(seed):
    rows, once, each = sea(seed, 20), Contacts(), Contacts()
    once.update(rows)
    for k in range(rows.rows):
        each.update(rows.slice(k, k + 1))
    a, b = once.state(), each.state()
    for part in ("heads", "belief", "smooth", "track", "recent", "whos"):
        for name in a[part].keys() - {"version"}:
            assert a[part][name].tobytes() == b[part][name].tobytes(), (part, name)


@pytest.mark.parametrize("contacts", [5, 65_534, 65_535, 100_000])
def test_rows_by_contact_keep_their_order(contacts):
    rng = np.random.default_rng(contacts)
    slot = rng.choice(np.array([-1, 0, 1, contacts - 2, contacts - 1], "i4"), 500)
    order = by_contact(slot, contacts)
    assert sorted(order.tolist()) == list(range(500))
    for one in set(slot.tolist()):
        at = order[slot[order] == one]
        assert (np.diff(at) > 0).all() and at[-1] >= 0
        where = np.flatnonzero(slot[order] == one)
        assert where[-1] - where[0] == where.size - 1  # together


def change(seed, ships=30):
    """Ships that fall silent and others that begin about where those would be, and some of the same number."""
    rng = np.random.default_rng(seed)
    parts, apart = [], 11 * 60
    for n in range(ships):
        lat, lon, speed = rng.uniform(1.0, 1.2), rng.uniform(103.8, 104.0), rng.uniform(0.0, 20.0)
        course, end = rng.uniform(0, 360), int(rng.integers(apart, apart + 500))
        parts.append(made.sail(563000000 + n, lat, lon, speed, course, range(0, end, 20)))
        gap = int(rng.integers(10, 700))
        went = speed * KNOT * (end + gap) * rng.uniform(0.9, 1.1)
        east, north = went * np.sin(np.radians(course)), went * np.cos(np.radians(course))
        lat, lon = lat + (north + rng.normal(0, 300)) / 110_600.0, lon + (east + rng.normal(0, 300)) / 111_300.0
        young = made.sail(563000000 + n + 100 * (n % 7 > 0), lat, lon, speed, course, range(0, 120, 20))
        parts.append(young.replace(**{k: young[k] + (end + gap) * SECOND for k in ("time", "received")}))
    parts.append(made.sail(563009999, 1.5, 103.9, 8.0, 0.0, range(0, 1800, 10)))
    rows = concat(parts, "reports")
    return made.numbered(rows.take(np.argsort(rows["time"], kind="stable")))


def one_by_one(c, young, quiet):
    """Pairs by the plain gates, one ship at a time, without the flat sums."""
    for new in young.tolist():
        first, old = c.track(new), []
        for s in quiet.tolist():
            gap, across = c.begun[new] - c.time[s], abs((c.lon[s] - first.lon[0] + 180.0) % 360.0 - 180.0)
            if (
                c.mmsi[s] != c.mmsi[new]
                and 0 < gap <= succession.GAP
                and abs(c.lat[s] - first.lat[0]) < 0.3
                and across < 0.6
            ):
                old.append(s)
        if old:
            yield new, np.array(old)


@pytest.mark.parametrize("pairs", [1, 50, 200_000])
def test_a_hull_goes_on_as_the_plain_gates_say(monkeypatch, pairs):
    linked = 0
    for seed in range(4):
        rows, made_good = change(seed), []
        for way in (succession._close, one_by_one):
            with monkeypatch.context() as m:
                m.setattr(succession, "_close", way)
                m.setattr(succession, "_PAIRS", pairs)
                m.setattr(succession, "ENOUGH", -50.0)  # whoever fits, without a name
                c = Contacts()
                for minute in range(1, 31):
                    until = START + minute * MINUTE
                    now = (rows["time"] > until - MINUTE) & (rows["time"] <= until)
                    c.update(rows.take(now))
                    succession.settle(c, until)
                made_good.append((c.successor.tolist(), c.predecessor.tolist(), c.links))
        assert made_good[0] == made_good[1]
        linked += len(made_good[0][2])
    assert linked > 20


@given(st.integers(0, 10_000), st.integers(1, 8), st.floats(0.5, 15.0), st.floats(-60.0, 60.0))
def test_helpers_are_those_of_sums_over_all(seed, count, least, lat):
    rows = sea(seed)
    rows = rows.replace(lat=rows["lat"] + np.int32(round((lat - 1.3) * 1e7)))
    c, now = Contacts(), START + 20 * MINUTE
    c.update(rows)
    reach = 40_000.0
    found = nearby.helpers(c, lat, 103.85, now, count, reach, least)
    slots = np.flatnonzero(is_ship(c.kind) & ~np.isnan(c.lat))
    away, toward, _ = geodesy.inverse(lat, 103.85, c.lat[slots], c.lon[slots])
    pace = np.fmax(np.hypot(c.vx[slots], c.vy[slots]), least)
    ids, eta = c.ids()[slots], away / pace
    within = [k for k in np.lexsort((ids, eta)).tolist() if away[k] < 1.05 * reach]
    plain = [
        (int(c.seq[slots[k]]), round(float(away[k]), 1), round(float(toward[k]), 1), round(float(eta[k]), 1))
        for k in within[:count]
        if away[k] <= reach
    ]
    near = [h for h in found if h["range"] <= reach]
    assert [(h["seq"], h["range"], h["bearing"], h["eta"]) for h in near][: len(plain)] == plain


@given(st.lists(st.lists(st.tuples(st.sampled_from([0, 1, 7, 60_000]), st.integers(0, 200)), max_size=20), max_size=6))
def test_stations_count_what_each_of_them_heard(ticks):
    s, plain = Stations(3), {}
    for n, tick in enumerate(ticks):
        now = START + 100 * n * SECOND
        newest = {k: v[1] for k, v in plain.items()}
        s.hear(np.array([k for k, _ in tick], "u2"), np.array([now - t * SECOND for _, t in tick], "i8"), now)
        for key, t in tick:
            plain.setdefault(key, [0, 0, 0])
            time = now - t * SECOND
            if time < newest.get(key, 0) - MINUTE:
                plain[key][2] += 1
            else:
                plain[key][0] += 1
                plain[key][1] = max(plain[key][1], time)
    assert s.ids.tolist() == sorted(plain)
    told = [[int(s.tables[t][k]) for t in ("count", "newest", "old")] for k in range(len(s.ids))]
    assert told == [plain[key] for key in sorted(plain)]
