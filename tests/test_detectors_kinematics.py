"""Rules about how one ship moves: what must raise an alert, and what looks like it and must not."""

from __future__ import annotations

import numpy as np
import pytest

from seas import alerts_of, told, who
from selat.detectors import _golden as made
from selat.detectors import _seas as seas
from selat.detectors._ways import pivots
from selat.detectors.destination_mismatch import DETECTOR as BOUND
from selat.detectors.destination_mismatch import side_of
from selat.detectors.dragging_anchor import DETECTOR as DRAG
from selat.detectors.dragging_anchor import swing
from selat.detectors.draught_change import DETECTOR as DRAUGHT
from selat.detectors.loitering import DETECTOR as LOITER
from selat.detectors.manoeuvre import DETECTOR as TURN
from selat.detectors.speed_limit import DETECTOR as SPEED
from selat.model.units import KNOT
from selat.model.zone import Zone
from selat.tracks.flags import FLAGS, flag

A = 563001201
TANKER = made.ship(A, "A", 180, 30, 80)
LANE = seas.zoned(seas.lane())


class TestLoitering:
    TO_AND_FRO = tuple((1.5, 45.0 + 180.0 * (n % 2) + 8.0 * n, 600.0) for n in range(8))

    def alerts(self, legs, ship=TANKER, world=None, lat=1.3, lon=104.5, **more):
        return alerts_of(LOITER, [seas.voyage(A, lat, lon, legs, **more)], [ship], world)

    def test_to_and_fro(self):
        assert told(self.alerts(self.TO_AND_FRO)) == {("caution", A)}

    def test_in_a_lane_it_is_a_warning(self):
        assert ("warning", A) in told(self.alerts(self.TO_AND_FRO, world=LANE, lat=1.25, lon=104.1))

    def test_drifts_on_a_slow_current(self):
        assert not self.alerts([(1.5, 80.0, 4800.0)])

    def test_lies_at_anchor(self):
        assert not alerts_of(LOITER, [swing(A, 1.3, 104.5, 200.0)], [TANKER])

    def test_waits_where_one_waits(self):
        world = seas.zoned(seas.strip("pilot_boarding", 1.20, 1.30, "pilots"))
        assert not self.alerts(self.TO_AND_FRO, world=world, lat=1.25, lon=104.1)

    @pytest.mark.parametrize("size, kind", [(25, 30), (18, 50), (30, 52), (90, 33), (12, 37)])
    def test_whose_work_it_is(self, size, kind):
        assert not self.alerts(self.TO_AND_FRO, made.ship(A, "A", size, 6, kind))


class TestManoeuvre:
    ROUND = tuple((11.0, 80.0 + 20.0 * n, 60.0) for n in range(9))

    def alerts(self, legs, ship=TANKER, world=None, lat=1.3, lon=104.5, **more):
        return alerts_of(TURN, [seas.voyage(A, lat, lon, legs, **more)], [ship], world)

    def test_u_turn(self):
        alerts = self.alerts([(11.0, 80.0, 1200.0), *self.ROUND, (11.0, 260.0, 900.0)])
        assert told(alerts) == {("caution", A)} and len({a.id for a in alerts}) == 1

    def test_u_turn_to_anchor(self):
        assert not self.alerts([(11.0, 80.0, 1200.0), *self.ROUND, (2.0, 260.0, 600.0), (0.1, 260.0, 600.0)])

    def test_zigzag(self):
        legs = [(11.0, 80.0 + (45.0 if n % 2 else -45.0), 300.0) for n in range(6)]
        assert who(self.alerts([(11.0, 80.0, 900.0), *legs])) == {A}

    def test_avoids_a_ship(self):
        legs = [(11.0, 80.0, 1200.0), (11.0, 130.0, 300.0), (11.0, 50.0, 300.0), (11.0, 80.0, 1200.0)]
        assert not self.alerts(legs)

    def test_bend(self):
        assert not self.alerts([(11.0, 80.0 + 10.0 * n, 240.0) for n in range(10)])

    def test_across_the_lane_that_she_followed(self):
        lat = 1.2325 + 0.03 / np.tan(np.radians(80.0))
        legs = [(11.0, 80.0, 1200.0), (11.0, 5.0, 240.0)]
        assert told(self.alerts(legs, world=LANE, lat=lat - 0.004, lon=104.03)) == {("caution", A)}

    @pytest.mark.parametrize("size, kind", [(40, 60), (40, 40), (30, 52), (25, 30), (20, 50), (40, 70)])
    def test_others_turn_at_will(self, size, kind):
        legs = [(11.0, 80.0, 1200.0), *self.ROUND, (11.0, 260.0, 900.0)]
        assert not self.alerts(legs, made.ship(A, "A", size, 6, kind))

    def test_pivots(self):
        assert pivots([0, 50, -20, 60, 55, -10, 0], 60) == [50, -20, 60]
        assert pivots([0, 10, 20, 200], 60) == [0] and pivots([5.0], 60) == []


class TestDragging:
    def alerts(self, *rows, ship=TANKER):
        return alerts_of(DRAG, rows, [ship])

    def test_drags_downwind(self):
        rows = seas.voyage(A, 1.3, 104.5, [(0.0, 200.0, 2400.0), (1.0, 200.0, 1500.0)], heading=20.0, status=1)
        alerts = self.alerts(rows)
        assert told(alerts) == {("warning", A)}
        assert (alerts[0].last - made.START) / 1e9 < 2400 + 600

    def test_says_under_way_but_lay_at_anchor(self):
        rows = seas.voyage(A, 1.3, 104.5, [(0.0, 200.0, 3600.0), (1.0, 200.0, 900.0)], heading=20.0, status=1)
        later = rows["time"] > made.START + 3700 * 10**9
        assert who(self.alerts(rows.replace(nav_status=np.where(later, 0, 1)))) in ({A}, set())

    @pytest.mark.parametrize("angle", [60.0, 180.0, -150.0, 340.0])
    @pytest.mark.parametrize("chain", [60.0, 200.0, 330.0])
    def test_swings_with_the_tide(self, angle, chain):
        assert not self.alerts(swing(A, 1.3, 104.5, angle, chain=chain))

    def test_swings_and_drags(self):
        hold = swing(A, 1.3, 104.5, 60.0, seconds=3000.0)
        drag = seas.voyage(A, 1.2997, 104.4982, [(1.2, 300.0, 1500.0)], start=3060.0, heading=80.0, status=1)
        assert who(self.alerts(hold, drag)) == {A}

    @pytest.mark.parametrize("off", [-60, 40, 75])
    def test_swings_with_a_heading_that_is_off(self, off):
        rows = swing(A, 1.3, 104.5, 120.0)
        assert not self.alerts(rows.replace(heading=(rows["heading"].astype("i4") + off) % 360))

    def test_drags_with_a_heading_that_is_off(self):
        rows = seas.voyage(A, 1.3, 104.5, [(0.0, 200.0, 2400.0), (1.0, 200.0, 1500.0)], heading=50.0, status=1)
        assert who(self.alerts(rows)) == {A}

    def test_shifts_by_engine_and_anchors_there(self):
        legs = [(0.0, 20.0, 900.0), (0.9, 20.0, 1500.0), (0.0, 20.0, 2400.0)]
        rows = seas.voyage(A, 1.3, 104.5, legs, heading=20.0)
        there = rows["time"] > made.START + 2500 * 10**9
        assert not self.alerts(rows.replace(nav_status=np.where(there, 1, 0)))

    def test_weighs_and_leaves(self):
        legs = [(0.0, 20.0, 2400.0), (2.0, 20.0, 200.0), (6.0, 20.0, 900.0)]
        assert not self.alerts(seas.voyage(A, 1.3, 104.5, legs, heading=20.0, status=1))

    def test_comes_to_anchor(self):
        legs = [(8.0, 20.0, 1200.0), (2.0, 20.0, 300.0), (0.4, 200.0, 300.0), (0.0, 20.0, 2400.0)]
        assert not self.alerts(seas.voyage(A, 1.3, 104.5, legs, heading=20.0, status=1))


class TestDraught:
    def alerts(self, first, second, legs=((11.0, 80.0, 7200.0),), when=5400.0, again=None):
        said = [(0.0, first), (when, second)] + ([(when + 240.0, again)] if again else [])
        statics = [made.ship(A, "A", 240, 40, 80, t).replace(draught=np.array([round(10 * d)])) for t, d in said]
        return alerts_of(DRAUGHT, [seas.voyage(A, 1.3, 104.5, list(legs))], statics)

    def test_less_on_passage(self):
        assert told(self.alerts(14.0, 11.5)) == {("caution", A)}

    def test_by_little(self):
        assert not self.alerts(14.0, 13.0)

    def test_after_a_stop(self):
        assert not self.alerts(14.0, 11.0, legs=((11.0, 80.0, 1800.0), (0.0, 80.0, 1800.0), (11.0, 80.0, 3600.0)))

    def test_soon_after_she_came_into_view(self):
        assert not self.alerts(14.0, 11.0, when=1800.0)

    def test_a_typing_error_that_is_corrected(self):
        assert not self.alerts(14.0, 1.4, again=14.0)


class TestDestination:
    def alerts(self, destination, course=80.0, seconds=2700.0, lon=104.0, said=(0.0, 1600.0)):
        ships = [made.ship(A, "A", 200, 30, 70, at).replace(destination=np.array([destination])) for at in said]
        return alerts_of(BOUND, [seas.voyage(A, 1.25, lon, [(12.0, course, seconds)])], ships)

    def test_the_other_way(self):
        assert told(self.alerts(b"NL RTM")) == {("caution", A)}
        assert told(self.alerts(b"CNNGB", course=260.0, lon=104.4)) == {("caution", A)}

    @pytest.mark.parametrize(
        "destination", [b"CN NGB", b"SG SIN", b"FOR ORDERS", b"", b"NL RTM>SG SIN", b"INNER ROADS"]
    )
    def test_nothing_to_say(self, destination):
        assert not self.alerts(destination)

    def test_what_was_said_long_ago_may_have_been_changed(self):
        assert not self.alerts(b"NL RTM", said=(0.0,), seconds=4000.0)

    def test_not_far_enough(self):
        assert not self.alerts(b"NL RTM", seconds=900.0)

    def test_outside_the_straits(self):
        assert not self.alerts(b"NL RTM", lon=110.0)

    def test_codes(self):
        assert [side_of(x) for x in (b"NL RTM", b"JP.TYO", b"SGSIN>>DEHAM", b"ROTTERDAM", b"USNYC")] == [
            "west", "east", "west", "", ""
        ]  # fmt: skip


class TestSpeed:
    ZONE = seas.zoned(
        seas.strip("speed_segment", 1.225, 1.245, direction=260.0, rules={"speed_max": 12 * KNOT, "draught_min": 15.0})
    )

    def alerts(self, knots, draught=16.0, west=True, kind=80, length=250):
        ship = made.ship(A, "A", length, 40, kind).replace(draught=np.array([round(10 * draught)]))
        lat, lon, course = (1.258, 104.15, 260.0) if west else (1.240, 104.02, 80.0)
        return alerts_of(SPEED, [seas.voyage(A, lat, lon, [(knots, course, 900.0)])], [ship], self.ZONE)

    def test_too_fast(self):
        assert told(self.alerts(13.0)) == {("warning", A)}

    def test_within_the_error(self):
        assert not self.alerts(12.3)

    def test_not_bound(self):
        assert not self.alerts(14.0, draught=14.0) and not self.alerts(14.0, west=False)

    def test_a_tanker_of_150_000_tons_is_bound_whatever_her_draught(self):
        assert told(self.alerts(14.0, draught=10.0, length=330)) == {("warning", A)}
        assert not self.alerts(14.0, draught=10.0, length=330, kind=70)

    def test_faster_than_her_type(self):
        assert ("caution", A) in told(self.alerts(26.0, draught=9.0))
        assert not self.alerts(26.0, draught=9.0, kind=71)

    def test_one_wrong_report_is_nothing(self):
        rows = seas.voyage(A, 1.258, 104.15, [(11.0, 260.0, 900.0)])
        sog = rows["sog"].copy()
        sog[[20, 21, 50]] = 180
        ship = made.ship(A, "A", 330, 60, 80).replace(draught=np.array([160]))
        assert not alerts_of(SPEED, [rows.replace(sog=sog)], [ship], self.ZONE)

    def test_a_limit_that_goes_on_in_the_next_zone_is_one_alert(self):
        part = {"direction": 260.0, "rules": {"speed_max": 12 * KNOT, "draught_min": 15.0}}
        rings = [((x, 1.15), (x + 0.03, 1.15), (x + 0.03, 1.35), (x, 1.35)) for x in (104.00, 104.03, 104.06, 104.09)]
        zones = [Zone(f"part {n}", ring, "made up", kind="speed_segment", **part) for n, ring in enumerate(rings)]
        ship = made.ship(A, "A", 250, 40, 70).replace(draught=np.array([160]))
        rows = seas.voyage(A, 1.258, 104.15, [(14.0, 260.0, 2100.0)])
        alerts = alerts_of(SPEED, [rows], [ship], seas.zoned(*zones))
        assert told(alerts) == {("warning", A)} and len({a.id for a in alerts}) == 1
        assert len({a.evidence["zone"]["name"] for a in alerts}) == 4
        slower = Zone("slower", rings[1], "made up", kind="speed_segment", rules={"speed_max": 8 * KNOT})
        assert len({a.id for a in alerts_of(SPEED, [rows], [ship], seas.zoned(*zones, slower))}) == 2


def test_flags():
    assert [flag(m) for m in (533000001, 563999999, 235000001, 2350001, 999000001)] == ["MY", "SG", "GB", "", ""]
    assert len(FLAGS) == 292 and min(FLAGS) == 201 and max(FLAGS) == 775
