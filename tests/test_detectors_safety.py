"""Rules of safety: what must be told of ships in trouble, and the errors of AIS that look like it."""

from __future__ import annotations

import numpy as np
import pytest

from seas import alerts_of, told, who
from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import _seas as seas
from selat.detectors import aground, drifting, not_under_command, sar_activity, sudden_loss, sudden_stop
from selat.model.columns import concat
from selat.model.nouns import Zone
from selat.readers.aivdm import AivdmReader
from selat.tracks import coast
from selat.tracks.coast import Coast
from selat.tracks.world import World
from selat.tracks.zones import Zones

SHIP = 563000111


def known(length=120, ship_type=70, mmsi=SHIP):
    return [made.ship(mmsi, "KNOWN", length, 20, ship_type)]


def legs(*parts, lat=1.3, lon=104.5, mmsi=SHIP):
    """Legs one after the other, each (knots, course, seconds, status)."""
    out, at = [], 0.0
    for knots, course, seconds, status in parts:
        out.append(seas.voyage(mmsi, lat, lon, [(knots, course, seconds)], start=at, status=status))
        lat, lon = float(out[-1]["lat"][-1]) * 1e-7, float(out[-1]["lon"][-1]) * 1e-7
        at += seconds + 10.0
    return concat(out, "reports")


# Labelled tracks


@pytest.mark.parametrize(
    "name, rule, mmsi",
    [
        ("dma_538004030_drift_1.ais", drifting, {538004030}),
        ("dma_212123000_drift_1.ais", drifting, set()),
        ("dma_219165000_ssc_1.ais", sudden_stop, set()),
    ],
)
def test_the_labelled_tracks_are_judged_right(shared, name, rule, mmsi):
    """FRIO drifts; STOC MARCIA does not by the label's rule; the speeds of LOTUS are 102.2 knots, which are none."""
    batch = AivdmReader().feed((shared / "labelled" / name).read_bytes(), 1, 0)
    found = Floor([rule.DETECTOR]).step(
        batch.reports, batch.statics, batch.messages, int(batch.reports["received"].max()), True
    )
    assert who(found) == mmsi


# Not under command


def test_a_status_that_was_never_changed_is_stale():
    stale = legs((12.0, 80.0, 3600.0, 2))
    assert who(alerts_of(not_under_command.DETECTOR, [stale])) == set()
    moored = legs((0.0, 80.0, 1800.0, 5), (0.0, 80.0, 1800.0, 2))
    assert who(alerts_of(not_under_command.DETECTOR, [moored])) == set()


def test_a_status_at_full_speed_is_not_believed_until_she_slows():
    full = legs((12.0, 80.0, 1800.0, 0), (12.0, 80.0, 1200.0, 2))
    assert who(alerts_of(not_under_command.DETECTOR, [full])) == set()
    slows = legs((12.0, 80.0, 1800.0, 0), (12.0, 80.0, 300.0, 2), (7.0, 80.0, 300.0, 2), (2.0, 80.0, 300.0, 2))
    (first, *_) = alerts_of(not_under_command.DETECTOR, [slows], known())
    assert first.priority == "warning" and first.last > made.START + 2100 * 10**9


def test_in_a_lane_it_is_an_alarm():
    slows = legs((12.0, 80.0, 1800.0, 0), (3.0, 80.0, 900.0, 2), lat=1.232, lon=104.02)
    world = seas.zoned(seas.lane())
    assert {p for p, _ in told(alerts_of(not_under_command.DETECTOR, [slows], known(), world))} == {"alarm"}


# Aground


@pytest.mark.parametrize(
    "parts, expected",
    [
        ([(9.0, 80.0, 1800.0, 0), (0.1, 80.0, 900.0, 6)], True),
        ([(9.0, 80.0, 1800.0, 0), (9.0, 80.0, 900.0, 6)], False),
        ([(0.0, 80.0, 1800.0, 1), (0.0, 80.0, 900.0, 6)], False),
        ([(9.0, 80.0, 1800.0, 6), (0.0, 80.0, 900.0, 6)], False),
        ([(9.0, 80.0, 1800.0, 0), (0.1, 80.0, 10.0, 6), (0.1, 80.0, 900.0, 0)], False),
    ],
    ids=["struck", "sails on", "at anchor", "stale", "keyed by mistake"],
)
def test_aground_is_believed_of_ships_that_sailed_and_lie_fast(parts, expected):
    found = alerts_of(aground.DETECTOR, [legs(*parts)], known())
    assert told(found) == ({("alarm", SHIP)} if expected else set())


# Drifting


def test_a_wrong_heading_is_no_drift():
    off = seas.voyage(SHIP, 1.3, 104.5, [(11.0, 80.0, 1800.0), (3.0, 80.0, 1800.0)], heading=150.0)
    assert who(alerts_of(drifting.DETECTOR, [off], known())) == set()


@pytest.mark.parametrize(
    "ship_type, length, expected", [(80, 180, True), (52, 60, False), (30, 60, False), (70, 30, False)]
)
def test_those_who_drift_for_a_living_are_left_out(ship_type, length, expected):
    drift = seas.voyage(SHIP, 1.3, 104.5, [(2.5, 150.0, 1800.0)], heading=60.0)
    assert who(alerts_of(drifting.DETECTOR, [drift], known(length, ship_type))) == ({SHIP} if expected else set())


def test_a_drift_that_meets_the_shore_within_the_hour_is_an_alarm():
    world = World(coast=Coast(coast.SHIPPED))
    lat, lon = 1.25, 104.15  # the coast of Johor is 5 nm north
    drift = seas.voyage(SHIP, lat, lon - 0.07, [(10.0, 90.0, 1500.0), (4.0, 0.0, 3600.0)], heading=90.0)
    found = alerts_of(drifting.DETECTOR, [drift], known(180), world)
    assert "alarm" in {a.priority for a in found} and any(a.evidence["ashore"] for a in found)


# Sudden stop


def test_a_stop_that_engines_can_make_is_none():
    slow = [(12.0, 80.0, 900.0), *[(k, 80.0, 25.0) for k in np.arange(11.0, 0.0, -1.0)], (0.0, 80.0, 600.0)]
    assert who(alerts_of(sudden_stop.DETECTOR, [seas.voyage(SHIP, 1.3, 104.5, slow)], known(120))) == set()
    crash = [(12.0, 80.0, 900.0), (0.0, 80.0, 600.0)]
    assert told(alerts_of(sudden_stop.DETECTOR, [seas.voyage(SHIP, 1.3, 104.5, crash)], known(120))) == {
        ("warning", SHIP)
    }
    assert who(alerts_of(sudden_stop.DETECTOR, [seas.voyage(SHIP, 1.3, 104.5, crash)], known(20))) == set()


def test_a_stop_in_which_the_limit_itself_was_reported():
    """7.0 knots, as sent and stored, is neither above nor below the limit: the report before it counts."""
    crash = [(11.0, 80.0, 1500.0), (9.0, 80.0, 10.0), (7.0, 80.0, 10.0), (3.0, 80.0, 10.0), (0.0, 80.0, 600.0)]
    found = alerts_of(sudden_stop.DETECTOR, [seas.voyage(SHIP, 1.3, 104.5, crash)], known(120))
    assert told(found) == {("warning", SHIP)} and "from 9" in found[0].sentence


def test_a_speed_that_her_positions_deny_is_no_stop():
    lies = seas.voyage(SHIP, 1.3, 104.5, [(1.5, 80.0, 900.0), (0.0, 80.0, 600.0)])
    lies = lies.replace(sog=np.where(lies["sog"] > 0, 120, 0))
    assert who(alerts_of(sudden_stop.DETECTOR, [lies], known())) == set()


def test_a_stop_lasts_until_she_moves():
    crash = [(12.0, 80.0, 900.0), (0.0, 80.0, 3600.0), (5.0, 80.0, 600.0)]
    found = alerts_of(sudden_stop.DETECTOR, [seas.voyage(SHIP, 1.3, 104.5, crash)], known())
    assert len({a.id for a in found}) == 1 and [a.state for a in found][-1] == "rectified"
    assert found[-2].last > made.START + 3600 * 10**9


# Sudden loss


def fleet_of(n, until, every=10):
    return [made.sail(563470000 + k, 1.30 + 0.01 * k, 104.30, 6.0, 70.0, range(0, until, every)) for k in range(n)]


def test_a_loss_is_told_within_minutes_and_ends_with_her_return():
    again = made.sail(SHIP, 1.36, 104.32, 7.0, 70.0, [*range(0, 3800, 10), *range(5000, 5400, 10)])
    found = alerts_of(sudden_loss.DETECTOR, [*fleet_of(12, 5400), again], known(mmsi=SHIP))
    assert {a.subjects for a in found} == {(SHIP,)} and found[-1].state == "rectified"
    assert found[0].last - found[0].time < 420 * 10**9
    assert found[-1].evidence["back"]["away"] == pytest.approx(7.0 * 0.5144 * 1210, rel=0.02)


def test_when_all_fall_silent_no_ship_is_lost():
    lone = made.sail(563470099, 1.5, 104.9, 7.0, 70.0, range(0, 5400, 10))
    assert alerts_of(sudden_loss.DETECTOR, [*fleet_of(12, 3800), lone]) == []


def test_fishing_craft_of_class_b_count_and_yachts_do_not():
    for ship_type, expected in ((30, {SHIP}), (37, set())):
        craft = made.sail(SHIP, 1.36, 104.32, 7.0, 70.0, range(0, 3800, 30), msg_type=18)
        others = [
            made.sail(563480000 + k, 1.30 + 0.01 * k, 104.3, 6.0, 70.0, range(0, 6000, 30), msg_type=18)
            for k in range(12)
        ]
        found = alerts_of(sudden_loss.DETECTOR, [*fleet_of(12, 6000), *others, craft], known(15, ship_type))
        assert who(found) == expected


@pytest.mark.parametrize(
    "kind, knots, lost", [("anchorage", 10.0, True), ("anchorage", 6.0, False), ("port", 10.0, False)]
)
def test_who_is_fast_in_an_anchorage_does_not_anchor(kind, knots, lost):
    ring = ((104.2, 1.2), (104.8, 1.2), (104.8, 1.6), (104.2, 1.6))
    world = World(zones=Zones([Zone("Wide", ring, "test", kind=kind)]))
    ship = made.sail(SHIP, 1.36, 104.32, knots, 70.0, range(0, 3800, 10))
    found = alerts_of(sudden_loss.DETECTOR, [*fleet_of(12, 5400), ship], known(), world)
    assert who(found) == ({SHIP} if lost else set())


# Search and rescue


def test_a_rescue_craft_on_passage_is_not_searching():
    passage = seas.voyage(SHIP, 1.3, 104.5, [(15.0, 80.0, 1800.0), (15.0, 100.0, 1800.0)])
    assert alerts_of(sar_activity.DETECTOR, [passage], known(22, 51)) == []


def test_one_report_of_an_aircraft_is_not_enough():
    once = made.sail(111533001, 1.3, 104.5, 90.0, 45.0, [0], msg_type=9)
    later = made.sail(SHIP, 1.4, 104.5, 9.0, 45.0, range(0, 600, 10))
    assert alerts_of(sar_activity.DETECTOR, [once, later]) == []
