"""What the rules of others look at, against slow twins; and the labelled real tracks."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_sea import every, sea, ship
from selat.exercise.baselines import BASELINES, Context, dma, positions_of, rtec
from selat.exercise.baselines import _table as table
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND, parse_time
from selat.model.columns import concat
from selat.model.units import KNOT
from selat.readers.aivdm import AivdmReader

# -- the table


def slow_resample(p, step, bridge):
    out = {}
    for k in range(len(p.mmsi)):
        joined = k + 1 < len(p.mmsi) and p.mmsi[k + 1] == p.mmsi[k] and p.time[k + 1] - p.time[k] <= bridge
        for n in range(int(p.time[k] // step), int((p.time[k + 1] if joined else p.time[k]) // step) + 1):
            if n * step == p.time[k]:
                out[n, int(p.mmsi[k])] = p.lat[k], p.lon[k], p.sog[k]
            elif joined and p.time[k] < n * step < p.time[k + 1]:
                f = (n * step - p.time[k]) / (p.time[k + 1] - p.time[k])
                out[n, int(p.mmsi[k])] = tuple(c[k] + f * (c[k + 1] - c[k]) for c in (p.lat, p.lon, p.sog))
    return out


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 4000)), min_size=1, max_size=30, unique=True),
    st.integers(0, 99),
)
def test_resample_against_its_twin(marks, seed):
    rng = np.random.default_rng(seed)
    marks = sorted(marks)
    p = sea(*(ship(m, [t], *rng.uniform(-900, 900, 2), sog=float(rng.uniform(0, 9))) for m, t in marks))
    g = table.resample(p, MINUTE, 15 * MINUTE)
    want = slow_resample(p, MINUTE, 15 * MINUTE)
    assert list(zip(g.step.tolist(), g.mmsi.tolist(), strict=True)) == sorted(want)
    for k, key in enumerate(sorted(want)):
        assert (g.lat[k], g.lon[k], g.sog[k]) == pytest.approx(want[key], abs=1e-9)


@given(st.integers(0, 999), st.integers(0, 5), st.integers(1, 3))
def test_spells_against_their_twin(seed, least, hole):
    """Pairs by brute force, runs by going through the steps one by one."""
    rng = np.random.default_rng(seed)
    t = every(60, 900)
    p = sea(*(ship(m, t, rng.uniform(-300, 300, t.size), rng.uniform(-300, 300, t.size)) for m in (1, 2, 3)))
    g = table.resample(p, MINUTE, 5 * MINUTE)
    a, b, metres = table.meetings(g, 250.0)
    got = {(s.one, s.two, s.first, s.last) for s in table.spells(g, a, b, least * MINUTE, hole)}
    near = defaultdict(list)
    for i in range(len(g.step)):
        for j in range(len(g.step)):
            if g.step[i] == g.step[j] and g.mmsi[i] < g.mmsi[j]:
                away = float(geodesy.distance(g.lat[i], g.lon[i], g.lat[j], g.lon[j]))
                if away <= 250.0:
                    near[int(g.mmsi[i]), int(g.mmsi[j])].append(int(g.step[i]))
                    assert away == pytest.approx(float(metres[(a == i) & (b == j)][0]), abs=0.01)
    want = set()
    for (one, two), steps in near.items():
        run = [steps[0]]
        for n in [*steps[1:], 1 << 60]:
            if n - run[-1] > hole:
                if run[-1] - run[0] >= least:
                    want.add((one, two, run[0], run[-1]))
                run = [n]
            else:
                run.append(n)
    assert got == want


@given(st.lists(st.tuples(st.integers(1, 2), st.booleans(), st.integers(1, 40)), max_size=25))
def test_runs_against_their_twin(rows):
    rows = sorted(rows, key=lambda r: r[0])
    if not rows:
        return
    t = np.cumsum([r[2] for r in rows])
    p = sea(*(ship(r[0], [x]) for r, x in zip(rows, t, strict=True)))
    flag = np.array([r[1] for r in rows])
    got = [tuple(map(int, x)) for x in zip(*table.runs(p, flag, 20 * SECOND), strict=True)]
    want, k = [], 0
    joined = [i + 1 < len(rows) and rows[i][0] == rows[i + 1][0] and rows[i + 1][2] <= 20 for i in range(len(rows))]
    while k < len(rows):
        if flag[k]:
            last = k
            while joined[last] and flag[last + 1]:
                last += 1
            until = t[last + 1] if joined[last] else t[last]
            want.append((k, last, int(until - t[k]) * SECOND))
            k = last
        k += 1
    assert got == want


def test_positions_carry_what_was_declared_last():
    from selat.detectors import _golden as made

    moving = made.sail(563000001, 1.2, 103.8, 10.0, 90.0, range(0, 120, 10))
    first, second = made.ship(563000001, "A", 80, 12, 70), made.ship(563000001, "B", 200, 32, 80, second=1.0)
    second = second.replace(to_bow=np.array([150]), to_stern=np.array([50]))
    p = positions_of(concat([moving, moving], "reports"), concat([second, first], "statics"))
    assert len(p.mmsi) == moving.rows and (np.diff(p.time) > 0).all() and np.allclose(p.sog, 10.0 * KNOT)
    assert set(p.type.tolist()) == {80} and set(p.length.tolist()) == {200.0} and set(p.ahead.tolist()) == {50.0}
    bare = positions_of(moving, first.slice(0, 0))
    assert np.isnan(bare.length).all() and not bare.type.any()


# -- real tracks with labels


def labelled(shared, name):
    reader = AivdmReader()
    data = (shared / "labelled" / name).read_bytes()
    batches = [reader.feed(data, parse_time("2026-01-01")), reader.flush()]
    return positions_of(
        concat([b.reports for b in batches], "reports"), concat([b.statics for b in batches], "statics")
    )


def test_the_labelled_drift_fires_and_the_negative_does_not(shared):
    frio, marcia = labelled(shared, "dma_538004030_drift_1.ais"), labelled(shared, "dma_212123000_drift_1.ais")
    found = dma.drift(frio)
    assert found and {r.subjects for r in found} == {(538004030,)}
    assert dma._looked_at(marcia, dma.Parameters()).mean() > 0.5, "she is looked at"
    assert dma.drift(marcia) == []
    assert rtec.drifting(frio)


def test_the_only_high_speeds_of_the_stop_are_the_code_for_more(shared):
    """Their label says sudden stop: it rests on SOG 102.2, which the standard gives the meaning "that or more"."""
    lotus = labelled(shared, "dma_219165000_ssc_1.ais")
    fast = lotus.sog[lotus.sog > 7 * KNOT] / KNOT
    assert fast.size and np.allclose(fast, 102.2)
    assert len(dma.sudden_speed_change(lotus)) <= 1, "theirs may take it for a speed"
    assert dma.sudden_speed_change(lotus, None, dma.Parameters(stop_valid=102.1 * KNOT)) == []


def test_the_list_of_baselines_is_whole():
    from selat.app.floor import detectors

    ours = {rule.name for rule in detectors()}
    assert len(BASELINES) == 21
    assert {b.ours for b in BASELINES.values()} >= {
        "dark",
        "rendezvous",
        "loitering",
        "drifting",
        "sudden_stop",
        "collision",
    }
    nothing = ship(1, [])
    for b in BASELINES.values():
        assert b.find(nothing, Context()) == []
        assert b.find(ship(1, [0]), Context()) == []
    assert "dark" in ours
