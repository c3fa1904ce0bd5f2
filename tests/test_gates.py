"""Gate counts: the kernel against a slow twin in whole numbers, and the rule for ships that wiggle on the line."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.app.traffic import counted, facts_of, gates_named, passages
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.errors import ConfigError
from selat.model.nouns import Zone
from selat.model.schema import I32, NO_TIME
from selat.model.sieve import sieve_of
from selat.store import registry
from selat.tracks.gates import GAP, Gating, toward
from selat.tracks.heat import FASTEST, Grid
from small_sea import MINUTES, T0, make_sea
from test_archive import reports
from test_heat import BEGIN, PLACES, everyone, heat_of, traffic

pytestmark = pytest.mark.long


def gate(*points, name="gate"):
    return Zone(name, tuple(points), "made up", kind="gate", line=True)


def metres(lat):
    cos = math.cos(math.radians(lat))
    return 110_574 + 1_120 * (1 - cos * cos), 111_320 * cos


def distance(line, lat, lon):
    my, mx = metres(lat)
    best = math.inf
    for (ax, ay), (bx, by) in itertools.pairwise(line):
        a = complex(((ax - lon + 180) % 360 - 180) * mx, (ay - lat) * my)
        b = complex(((bx - lon + 180) % 360 - 180) * mx, (by - lat) * my)
        t = 0.0 if a == b else min(max(-(a * (b - a).conjugate()).real / abs(b - a) ** 2, 0), 1)
        best = min(best, abs(a + t * (b - a)))
    return best


def twin(rows, gates, gap, clear):
    """(gate, ship, time, way, crossings) by the words of the rule, in Python's own whole numbers."""
    found = []
    for g, zone in enumerate(gates):
        line = [(round(x * 1e7), round(y * 1e7)) for x, y in zone.ring]
        for ship in sorted(set(rows["mmsi"].tolist())):
            last, run = None, []

            def end(run, g=g, ship=ship):
                if len(run) % 2:
                    found.append((g, ship, *run[-1], len(run)))
                return []

            for i in np.flatnonzero(rows["mmsi"] == ship).tolist():
                t, y, x = int(rows["time"][i]), int(rows["lat"][i]), int(rows["lon"][i])
                if t == NO_TIME or y == I32 or x == I32 or (last and t <= last[0]):
                    continue
                if last:
                    t0, y0, x0 = last
                    my, mx = metres(y * 1e-7)
                    dx = ((x - x0) * 1e-7 + 180) % 360 - 180
                    if t - t0 > gap or math.hypot(dx * mx, (y - y0) * 1e-7 * my) > FASTEST * (t - t0) * 1e-9:
                        run = end(run)
                    else:
                        shift = 3_600_000_000
                        px, qx = x0 + shift * (x - x0 > shift // 2), x + shift * (x0 - x > shift // 2)
                        hits = []
                        for (ax, ay), (bx, by) in itertools.pairwise(line):
                            if max(px, qx) > shift // 2 and max(p[0] for p in line) < 0:
                                ax, bx = ax + shift, bx + shift
                            s0 = (bx - ax) * (y0 - ay) - (by - ay) * (px - ax)
                            s1 = (bx - ax) * (y - ay) - (by - ay) * (qx - ax)
                            ga = (qx - px) * (ay - y0) - (y - y0) * (ax - px)
                            gb = (qx - px) * (by - y0) - (y - y0) * (bx - px)
                            if (s0 >= 0) != (s1 >= 0) and (ga >= 0) != (gb >= 0):
                                hits.append((s0 / (s0 - s1), 1 if s1 < 0 else -1))
                        for f, way in sorted(hits):
                            run.append((t0 + int(f * (t - t0)), way))
                if run and distance(zone.ring, y * 1e-7, x * 1e-7) >= clear:
                    run = end(run)
                last = (t, y, x)
            end(run)
    return sorted(found, key=lambda f: (f[2], f[0], f[1]))


def found_by(rows, gates, gap=GAP, clear=200.0, cuts=()):
    gating = Gating(gates, BEGIN - HOUR, BEGIN + 1000 * HOUR, everyone, gap, clear)
    times = np.where(rows["time"] == NO_TIME, BEGIN, rows["time"])
    edges = [0, *cuts, np.iinfo(np.int64).max]
    for a, b in itertools.pairwise(edges):
        gating.take(rows.take(np.flatnonzero((times >= a) & (times < b))))
    return gating.done()


def plain(found):
    return list(zip(*(getattr(found, n).tolist() for n in ("gate", "mmsi", "time", "way", "crossings")), strict=True))


@given(st.integers(0, 10**6), st.sampled_from(sorted(PLACES)), st.sampled_from([50.0, 400.0, 3000.0]))
@settings(max_examples=60, deadline=None)
def test_passages_are_those_of_the_twin_whatever_the_blocks(seed, place, clear):
    lat0, lon0 = PLACES[place]
    rows = traffic(seed, lat0=lat0, lon0=lon0, far=[0.001, 0.01, 0.05][seed % 3])
    west = lon0 - 0.02 if place != "date line" or seed % 2 else -179.99
    gates = [
        gate((west, lat0 - 0.1), (west, lat0 + 0.1)),
        gate((lon0 - 0.009, lat0 + 0.01), (lon0 + 0.009, lat0 - 0.01), (lon0, lat0 + 0.02)),
        gate((lon0 - 0.3, lat0 + 0.03), (lon0 + 0.005, lat0 + 0.03)),
    ]  # fmt: skip
    want = twin(rows, gates, GAP, clear)
    assert plain(found_by(rows, gates, clear=clear)) == [tuple(w) for w in want]
    assert plain(found_by(rows, gates, clear=clear, cuts=(BEGIN + HOUR, BEGIN + 2 * HOUR))) == [tuple(w) for w in want]


def sail(*points, every=120):
    n = len(points)
    return reports(
        mmsi=[563000001] * n, time=[BEGIN + k * every * SECOND for k in range(n)], lon=[p[0] * 1e7 for p in points],
        lat=[p[1] * 1e7 for p in points], sog=[50] * n, cog=[900] * n, msg_type=[1] * n,
    )  # fmt: skip


LINE = gate((103.8, 1.0), (103.8, 1.4))  # drawn northwards: its right is east


def test_a_plain_passage_says_when_where_and_which_way():
    (one,) = plain(found_by(sail((103.79, 1.2), (103.80, 1.2), (103.81, 1.2)), [LINE]))
    assert one[1:] == (563000001, BEGIN + 120 * SECOND, 1, 1), "a point on the line is left of it: she is over it after"
    found = found_by(sail((103.81, 1.2), (103.79, 1.21)), [LINE])
    assert found.heading() == ["W"] and found.lat[0] == pytest.approx(1.205) and found.lon[0] == pytest.approx(103.8)
    assert found.speed[0] == pytest.approx(5 * 0.514444, rel=1e-4) and toward(LINE) == ("E", "W")
    assert toward(gate((103.0, 1.0), (104.0, 1.0))) == ("S", "N") and toward(gate((0, 0), (1, 1))) == ("SE", "NW")
    corner = gate((103.8, 1.0), (103.8, 1.2), (103.79, 1.4))
    assert len(found_by(sail((103.79, 1.2), (103.81, 1.2)), [corner])) == 1, "through a corner she passes once"
    assert len(found_by(sail((103.79, 0.99), (103.81, 0.99)), [LINE])) == 0, "past its end is not over it"


def test_who_wiggles_on_the_line_passes_once_or_not_at_all():
    near = [(103.8 + d, 1.2 + k * 1e-4) for k, d in enumerate([4e-4, -4e-4] * 5)]  # 45 m on either side
    through = found_by(sail((103.79, 1.2), *near, (103.79, 1.21)), [LINE])
    assert len(through) == 0 and through.wiggled == 10
    over = found_by(sail((103.79, 1.2), *near[:-1], (103.81, 1.21)), [LINE])
    assert plain(over) == [(0, 563000001, int(over.time[0]), 1, 9)] and over.wiggled == 8
    assert len(found_by(sail((103.79, 1.2), *near[:-1], (103.81, 1.21)), [LINE], clear=20.0)) == 9
    back = found_by(sail((103.79, 1.2), (103.81, 1.2), (103.79, 1.2), (103.81, 1.2)), [LINE])
    assert [p[3] for p in plain(back)] == [1, -1, 1], "who goes well clear and comes back has passed again"


def test_what_was_not_seen_is_not_counted_but_told():
    silent = found_by(sail((103.79, 1.2), (103.81, 1.2), every=1200), [LINE])
    assert len(silent) == 0 and silent.unseen == 1
    jump = found_by(sail((103.0, 1.2), (104.6, 1.2)), [LINE])
    assert len(jump) == 0 and jump.unseen == 1


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_what_goes_over_a_closed_chain_of_gates_comes_out_again(seed):
    """Passages in and out of a box of four gates differ by at most one a ship and unbroken track."""
    rows = traffic(seed, ships=2, n=60, far=0.004)
    w, s, e, n = 103.79, 1.19, 103.82, 1.22
    ring = [gate((w, s), (w, n), (e, n), (e, s), (w, s))]
    found = found_by(rows, ring, clear=1e-9)
    broken = heat_of(rows, Grid.of((103.0, 0.5, 104.5, 2.0), 5000.0), BEGIN, BEGIN + 100 * HOUR).told
    assert abs(int(found.way.sum())) <= 2 + broken["gap"] + broken["too_fast"] + 2 * found.unseen
    for ship in np.unique(found.mmsi):
        ways = found.way[found.mmsi == ship]
        assert (ways[1:] != ways[:-1]).sum() >= len(ways) - 1 - broken["gap"] - broken["too_fast"]


def test_gates_of_a_sea(tmp_path: Path) -> None:
    begin, end = T0, T0 + MINUTES * MINUTE
    with selat.open(make_sea(tmp_path / "sea")) as sea:
        assert gates_named(sea) == []
        sea.put(gate((101.5, 1.0), (101.5, 3.0), name="west gate"))
        sea.put(gate((179.95, 3.0), (179.95, 4.0), name="date line"))
        sea.put(Zone("limit", ((104.0, 2.0), (104.0, 5.0)), kind="report_line", line=True))
        both = gates_named(sea)
        assert [g.name for g in both] == ["date line", "west gate"] and gates_named(sea, ["limit"])[0].name == "limit"
        found = passages(sea, begin, end, both)
        assert [(found.names[g], m) for g, m in zip(found.gate, found.mmsi, strict=True)] == [
            ("date line", 412000004), ("west gate", 533000001)]  # fmt: skip
        assert found.heading() == ["E", "E"] and abs(found.time[1] - T0 - 50 * MINUTE) < SECOND
        counts = counted(found, begin, end, facts_of(sea))
        east = counts[1]["ways"][0]
        assert (
            east["passages"] == 1
            and east["by_type"] == {"cargo": 1}
            and east["by_hour"] == [1, 0]
            and east["toward"] == "E"
        )
        assert sum(east["by_size"].values()) == 1 and counts[1]["ways"][1]["passages"] == 0
        assert len(passages(sea, begin, end, both, sieve_of({"flag": "412"}))) == 1
        assert len(passages(sea, begin, end, both, sieve_of({"course": "180-0"}))) == 0
        assert len(passages(sea, begin, end, both, sieve_of({"max_kn": "12"}))) == 1
        for bad in (["klang"], ["nothing"]):
            with pytest.raises(ConfigError) as told:
                gates_named(sea, bad)
            assert "west gate" in told.value.hint
        with pytest.raises(ConfigError):
            passages(sea, begin, end, [registry.zones(sea.state)["klang"]])
        with pytest.raises(ConfigError):
            passages(sea, begin, end, both, clear=0.0)
