"""Searches along a line: where their tracks lie, what they are worth, and that a barrier that leaks says so."""

from __future__ import annotations

import numpy as np
import pytest

from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND, parse_time
from selat.model.errors import ConfigError
from selat.model.plan import from_dict, to_dict
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.rescue.cloud import Cloud
from selat.rescue.lines import along
from selat.rescue.probability import update_plan
from selat.rescue.searchers import SEARCHING, Conditions, Searcher

T0 = parse_time("2026-11-27T01:00Z")
SIGHT = Conditions("person in water")
ROUTE = [(2.50, 101.70), (2.40, 101.80)]
BOAT = Searcher("one", "boat", 2.51, 101.69, 12 * KNOT, 8 * 3600, width=400.0, transit=25 * KNOT)


def _cloud(places: np.ndarray, spread: float, drift: tuple[float, float] = (0.0, 0.0)) -> Cloud:
    """Particles about places, drifting (north, east degrees an hour)."""
    rng = np.random.default_rng(2)
    n = 3000
    at = places[rng.integers(0, len(places), n)] + rng.normal(0.0, spread, (n, 2))
    hours = np.arange(6)[:, None]
    lat, lon = at[:, 0] + drift[0] * hours, at[:, 1] + drift[1] * hours
    return Cloud(T0 + np.arange(6) * HOUR, lat, lon, np.full(n, 1.0 / n))


ALONG = np.linspace(ROUTE[0], ROUTE[1], 50)


def test_a_route_is_searched_on_both_sides_and_finds_who_lies_on_it() -> None:
    cloud = _cloud(ALONG, 0.004)
    made = along(cloud, BOAT, SIGHT, "TSR", ROUTE, T0, T0 + 5 * HOUR)
    task = made.tasks[0]
    assert (task.pattern, task.spacing) == ("TSR", 800.0) and len(task.waypoints) == 4
    for w in task.waypoints:  # half a spacing off the route
        off = min(float(geodesy.distance(w.lat, w.lon, *p)) for p in np.linspace(ROUTE[0], ROUTE[1], 2000))
        assert off == pytest.approx(400.0, abs=5.0)
    assert (
        made.pos > 0.35 and made.pos <= made.bound and task.poc > 0.8 and task.pod == pytest.approx(made.pos / task.poc)
    )
    elsewhere = along(cloud, BOAT, SIGHT, "TSR", [(2.2, 102.0), (2.15, 102.1)], T0, T0 + 5 * HOUR)
    assert elsewhere.pos < 0.01
    once = along(cloud, BOAT, SIGHT, "TSN", ROUTE, T0, T0 + 5 * HOUR)
    assert once.tasks[0].waypoints[-1].lat < 2.41  # it ends at the far end
    assert from_dict(to_dict(made)).tasks[0].pattern == "TSR"
    after, pos = update_plan(cloud, made)
    assert 0.2 < pos < 1.0 and after.weight.sum() == pytest.approx(1.0)


def test_what_the_time_does_not_allow_is_cut_off_and_said() -> None:
    cloud = _cloud(ALONG, 0.004)
    made = along(cloud, BOAT, SIGHT, "TSR", ROUTE, T0, T0 + HOUR)
    task = made.tasks[0]
    sailed = sum(w.length for w in task.waypoints)
    assert sailed == pytest.approx((T0 + HOUR - task.begin) / SECOND * SEARCHING * task.speed, rel=0.01)
    assert any("ends early" in w for w in made.weaknesses)


def test_a_barrier_holds_a_slow_drift_and_leaks_at_a_fast_one() -> None:
    gate = [(2.45, 101.75), (2.45, 101.78)]  # 1.8 nm across the way to the north
    slow, fast = ((_cloud(np.array([[2.43, 101.765]]), 0.004, (v, 0.0))) for v in (0.008, 0.09))
    held = along(slow, BOAT, SIGHT, "BS", gate, T0, T0 + 5 * HOUR)
    assert not any("pass the barrier" in w for w in held.weaknesses) and held.pos > 0.5
    leaks = along(fast, BOAT, SIGHT, "BS", gate, T0, T0 + 5 * HOUR)
    assert any("pass the barrier" in w for w in leaks.weaknesses) and leaks.pos < held.pos
    twice = along(slow, BOAT, SIGHT, "BS", gate, T0, T0 + 5 * HOUR, times=2)
    assert len(twice.tasks[0].waypoints) == 3 and twice.pos < held.pos


def test_a_contour_goes_off_leg_by_leg() -> None:
    cloud = _cloud(ALONG, 0.01)
    made = along(cloud, BOAT, SIGHT, "OS", ROUTE, T0, T0 + 5 * HOUR, times=3)
    legs = made.tasks[0].waypoints
    assert len(legs) == 6 and made.tasks[0].spacing == 400.0
    other = along(cloud, BOAT, SIGHT, "OS", ROUTE, T0, T0 + 5 * HOUR, times=3, port=True)
    assert other.tasks[0].area.lat > made.tasks[0].area.lat
    assert made.tasks[0].area.length > 5 * NAUTICAL_MILE


def test_what_is_wrong_is_said() -> None:
    cloud = _cloud(ALONG, 0.004)
    with pytest.raises(ConfigError, match="no search along a line"):
        along(cloud, BOAT, SIGHT, "PS", ROUTE, T0, T0 + HOUR)
    with pytest.raises(ConfigError, match="places for BS"):
        along(cloud, BOAT, SIGHT, "BS", [*ROUTE, ROUTE[0]], T0, T0 + HOUR)
    with pytest.raises(ConfigError, match="places for TSR"):
        along(cloud, BOAT, SIGHT, "TSR", ROUTE[:1], T0, T0 + HOUR)
    far = Searcher("far", "boat", 7.0, 95.0, 12 * KNOT, 3 * 3600, width=400.0)
    with pytest.raises(ConfigError, match="cannot search there"):
        along(cloud, far, SIGHT, "TSR", ROUTE, T0, T0 + 5 * HOUR)
