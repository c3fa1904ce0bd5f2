"""Areas changed by hand: the plan that is not changed keeps its figures, and a change tells what it costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from selat.model.clock import HOUR, parse_time
from selat.model.errors import ConfigError
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.rescue.cloud import Cloud
from selat.rescue.plan import plan, setting_of
from selat.rescue.reshape import Shape, reshaped
from selat.rescue.searchers import Conditions, Searcher

T0 = parse_time("2026-11-27T01:00Z")
SIGHT = Conditions("person in water")


def _cloud(n: int = 4000) -> Cloud:
    rng = np.random.default_rng(3)
    lat, lon = 2.4 + rng.normal(0, 0.03, n), 101.6 + rng.normal(0, 0.05, n)
    drift = np.linspace(0.0, 0.04, 5)[:, None]
    time = T0 + np.arange(5) * HOUR
    return Cloud(time, lat + drift, lon - drift, np.full(n, 1.0 / n))


def _boats() -> list[Searcher]:
    return [
        Searcher("one", "boat", 2.5, 101.7, 12 * KNOT, 6 * 3600, width=400.0, transit=25 * KNOT),
        Searcher("two", "boat", 2.3, 101.8, 14 * KNOT, 6 * 3600, width=300.0, transit=30 * KNOT),
    ]


@pytest.fixture(scope="module")
def made():
    cloud, boats = _cloud(), _boats()
    setting, _ = setting_of(cloud, boats, SIGHT, T0, T0 + 4 * HOUR)
    return setting, plan(cloud, boats, SIGHT, T0, T0 + 4 * HOUR)


def test_what_is_not_changed_keeps_its_figures(made) -> None:
    setting, first = made
    again, both = reshaped(setting, first, {}, SIGHT)
    assert both == ()
    assert again.pos == pytest.approx(first.pos, rel=1e-3) and again.bound == pytest.approx(first.bound, rel=1e-9)
    for new, old in zip(again.tasks, first.tasks, strict=True):
        assert (new.name, new.searcher, new.pattern, new.begin) == (old.name, old.searcher, old.pattern, old.begin)
        assert new.spacing == pytest.approx(old.spacing) and new.pos == pytest.approx(old.pos, abs=2e-3)
        assert new.waypoints[0].lat == pytest.approx(old.waypoints[0].lat, abs=0.2)


def test_an_area_carried_off_finds_nothing(made) -> None:
    setting, first = made
    a = first.tasks[0].area
    far, _ = reshaped(setting, first, {"A1": Shape(a.lat + 2.0, a.lon, a.length, a.width, a.axis)}, SIGHT)
    rest = sum(t.pos for t in first.tasks[1:])
    assert far.tasks[0].pos == 0.0 and far.pos == pytest.approx(rest, abs=0.02) and far.pos < first.pos


def test_twice_the_area_is_searched_with_twice_the_spacing(made) -> None:
    setting, first = made
    a, t = first.tasks[0].area, first.tasks[0]
    wide, _ = reshaped(setting, first, {"A1": Shape(a.lat, a.lon, 2 * a.length, a.width, a.axis)}, SIGHT)
    new = wide.tasks[0]
    assert new.coverage <= t.coverage / 2 * (1 + 1e-9)
    assert new.coverage * new.area.size <= t.coverage * a.size * (1 + 1e-6)
    track = sum(w.length for w in new.waypoints)
    assert track <= t.coverage * a.size / t.sweep_width * 1.1


def test_areas_that_overlap_are_named(made) -> None:
    setting, first = made
    b = first.tasks[-1].area
    # areas move with the water: the same place on the plane at the time of the other
    lat, lon = setting.frame.earth(*setting.frame.plane(b.lat, b.lon, b.time), first.tasks[0].area.time)
    shape = Shape(float(lat), float(lon), b.length, b.width, b.axis)
    over, both = reshaped(setting, first, {"A1": shape}, SIGHT)
    assert ("A1", first.tasks[-1].name) in both
    assert any(w.endswith("overlap") for w in over.weaknesses)


def test_squares_stay_square() -> None:
    boats = [replace(_boats()[0], pattern="SS")]
    setting, _ = setting_of(_cloud(), boats, SIGHT, T0, T0 + 4 * HOUR)
    first = plan(_cloud(), boats, SIGHT, T0, T0 + 4 * HOUR, parts=1)
    a = first.tasks[0].area
    new, _ = reshaped(setting, first, {"A1": Shape(a.lat, a.lon, 2 * a.length, a.width, 30.0)}, SIGHT)
    assert new.tasks[0].area.length == pytest.approx(new.tasks[0].area.width)
    assert new.tasks[0].area.size == pytest.approx(2 * a.size, rel=1e-6)


def test_what_is_no_area_is_refused(made) -> None:
    setting, first = made
    with pytest.raises(ConfigError, match="no area 'A99'"):
        reshaped(setting, first, {"A99": Shape(2.0, 101.0, NAUTICAL_MILE, NAUTICAL_MILE, 0.0)}, SIGHT)
    for wrong in ((2.0, 101.0, 0.0, 100.0, 0.0), (200.0, 101.0, 900.0, 100.0, 0.0), (2.0, 101.0, 9e9, 100.0, 0.0)):
        with pytest.raises(ConfigError):
            Shape(*wrong)
    with pytest.raises(ConfigError, match="not among"):
        reshaped(replace(setting, searchers=setting.searchers[1:]), first, {}, SIGHT)


def test_a_sector_search_about_a_small_datum() -> None:
    rng = np.random.default_rng(5)
    n = 4000
    lat, lon = 2.4 + rng.normal(0, 0.008, n), 101.6 + rng.normal(0, 0.008, n)
    still = Cloud(T0 + np.arange(3) * HOUR, np.tile(lat, (3, 1)), np.tile(lon, (3, 1)), np.full(n, 1.0 / n))
    boat = Searcher("one", "boat", 2.45, 101.65, 12 * KNOT, 6 * 3600, width=400.0, transit=25 * KNOT, pattern="VS")
    made = plan(still, [boat], SIGHT, T0, T0 + 2 * HOUR)
    for task in made.tasks:
        assert task.pattern == "VS" and task.area.length == pytest.approx(task.area.width)
        track = sum(w.length for w in task.waypoints)
        radius = np.sqrt(task.area.size / np.pi)
        passes = (len(task.waypoints) - 1) / 9
        assert passes == int(passes) >= 1 and track == pytest.approx(9 * radius * passes, rel=0.01)
        # what is counted is not more than what is sailed
        assert task.coverage * task.area.size <= track * task.sweep_width * 1.01
        turns = [abs(w.turn) for w in task.waypoints[1:-1]]
        assert sum(abs(t - 120.0) < 1.0 for t in turns) >= 5 * passes
    assert made.pos > 0.3 and made.pos <= made.bound
    # even coverage is a modest figure for a pattern that is densest at the datum
    assert made.pos_ideal > 0.9 * made.pos
    setting, _ = setting_of(still, [boat], SIGHT, T0, T0 + 2 * HOUR)
    a = made.tasks[0].area
    wide, _ = reshaped(setting, made, {"A1": Shape(a.lat, a.lon, 3 * a.length, a.width, 0.0)}, SIGHT)
    assert wide.tasks[0].coverage == pytest.approx(made.tasks[0].coverage / 3, rel=0.02)
