"""Which pattern is planned: about a well-known datum, along lines that people chose, and both in one plan."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from selat.cli import main
from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND
from selat.model.errors import ConfigError
from selat.model.plan import from_dict, to_dict
from selat.model.units import KNOT
from selat.rescue.cloud import Cloud
from selat.rescue.plan import CLOSE_SS, CLOSE_VS, NEARLY, plan
from selat.rescue.probability import update_plan
from selat.rescue.searchers import Conditions, Searcher, read_searchers
from selat.rescue.together import together

pytestmark = pytest.mark.long

START = 1_795_000_000 * SECOND
END = START + 3 * HOUR
SIGHT = Conditions("person in water")
WIDTH = 600.0
R90 = 2.146  # sigmas of a circular normal that hold 90 %


def cloud(sigma, n=3000, flow=(0.0, 0.0), stretch=1.0):
    p = np.random.default_rng(4).normal(size=(n, 2)) * [sigma * stretch, sigma]
    steps = np.arange(9) * (HOUR // 2)
    places = [geodesy.moved(2.4, 101.7, *(p + np.array(flow) * t).T) for t in steps / SECOND]
    return Cloud(START + steps, *(np.array([q[k] for q in places]) for k in (0, 1)), np.full(n, 1 / n))


def boat(name="one", **more):
    given = {"name": name, "platform": "boat", "lat": 2.42, "lon": 101.68, "speed": 12 * KNOT, "endurance": 9 * 3600.0,
             "width": WIDTH}  # fmt: skip
    return Searcher(**given | more)


@pytest.mark.parametrize(
    ("reach", "pattern"), [(1.0, ("VS",)), (1.8, ("VS",)), (4.5, ("SS",)), (9.0, ("PS", "CS"))], ids=str
)
def test_a_datum_that_is_well_known_gets_a_sector_search_then_an_expanding_square(reach, pattern):
    """IAMSAR II, 5.5: VS where the datum is close, SS where it is known within relatively close limits; for one unit."""
    assert CLOSE_VS < CLOSE_SS
    c = cloud(reach * WIDTH / R90, flow=(0.4, 0.2))
    p = plan(c, [boat()], SIGHT, START, END)
    assert {t.pattern for t in p.tasks} <= set(pattern), p.tasks[0].pattern
    if set(pattern) <= {"SS", "VS"}:
        (t,) = p.tasks
        first = t.waypoints[0]
        datum = c.at(first.time)
        off = float(geodesy.distance(first.lat, first.lon, datum[0].mean(), datum[1].mean()))
        assert off < 0.5 * WIDTH, "both begin at the datum, which drifts"
        other = plan(c, [boat(pattern="PS")], SIGHT, START, END)
        assert p.pos >= (NEARLY - 0.02) * other.pos and p.pos <= p.bound


def test_two_units_never_share_a_datum():
    """One unit only: two would meet in the middle at every leg."""
    c = cloud(WIDTH / R90)
    p = plan(c, [boat(), boat("two", lat=2.38)], SIGHT, START, END)
    assert {t.pattern for t in p.tasks} <= {"PS", "CS"}
    assert {t.pattern for t in plan(c, [boat(pattern="CS")], SIGHT, START, END).tasks} == {"CS"}


def test_where_a_small_datum_is_long_the_square_must_still_be_worth_it():
    c = cloud(WIDTH / 3.0, stretch=6.0)
    p = plan(c, [boat()], SIGHT, START, END)
    best = plan(c, [boat(pattern="PS")], SIGHT, START, END)
    assert p.pos >= (NEARLY - 0.02) * best.pos


def test_a_line_and_areas_in_one_plan():
    """One boat looks along the route first, the others share what that leaves; all of it is one plan."""
    c = cloud(6000.0, n=5000)
    route = ((2.44, 101.62), (2.40, 101.70), (2.36, 101.78))
    first = boat("along", pattern="TSR", line=route)
    rest = [boat("two", lat=2.5), boat("three", lat=2.3)]
    p = together(c, [first, *rest], SIGHT, START, END, case="x")
    assert [t.name for t in p.tasks] == [f"A{k + 1}" for k in range(len(p.tasks))]
    assert p.tasks[0].pattern == "TSR" and p.tasks[0].searcher == "along"
    assert {t.searcher for t in p.tasks[1:]} == {"two", "three"}
    alone = together(c, [first], SIGHT, START, END)
    areas = together(c, rest, SIGHT, START, END)
    assert max(alone.pos, areas.pos) < p.pos < 1 - (1 - alone.pos) * (1 - areas.pos) + 0.02
    assert p.pos <= p.bound and p.pos_ideal >= p.pos
    # the particles say the same after all of it was in vain
    _, found = update_plan(c, p)
    assert found == pytest.approx(p.pos, abs=0.04)
    assert any(w.startswith("A1 passes through A") for w in p.weaknesses)
    assert from_dict(json.loads(json.dumps(to_dict(p)))) == p
    with pytest.raises(ConfigError, match="same name"):
        together(c, [first, replace(first)], SIGHT, START, END)


def test_a_barrier_in_a_file_of_boats(tmp_path, capsys):
    assert main(["rescue", "demo", "--to", str(tmp_path), "--particles", "2000"]) == 0
    boats = (tmp_path / "boats.toml").read_text(encoding="utf-8")
    assert boats.count("[[searcher]]") == 2
    more = boats + '\n[[searcher]]\nname = "Gate"\nplatform = "boat"\nlat = 2.42\nlon = 101.62\nspeed = "12 kn"\n'
    more += 'endurance = "8 h"\nwidth = "0.2 nm"\npattern = "BS"\nline = [[2.42, 101.60], [2.46, 101.64]]\n'
    (tmp_path / "b.toml").write_text(more, encoding="utf-8")
    words = [
        "rescue",
        "plan",
        str(tmp_path / "drift.npz"),
        "--with",
        str(tmp_path / "b.toml"),
        "--for",
        "person in water",
    ]
    words += ["--begin", "2026-11-27T19:10Z", "--end", "2026-11-27T23:10Z", "--out", str(tmp_path / "p.json")]
    assert main(words) == 0
    tasks = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["tasks"]
    assert tasks[0]["searcher"] == "Gate" and tasks[0]["pattern"] == "BS"
    capsys.readouterr()
    for bad, said in (
        ('pattern = "BS"', "a line without a pattern"),
        ("line = [[2.42, 101.60], [2.46, 101.64]]", "BS without a line"),
    ):
        with pytest.raises(ConfigError, match=said):
            read_searchers(more.replace(bad, ""))
