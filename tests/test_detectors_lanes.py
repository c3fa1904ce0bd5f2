"""Rules of separation schemes: what must raise an alert, and what looks like it and must not."""

from __future__ import annotations

import numpy as np
import pytest

from seas import alerts_of, told, who
from selat.detectors import _golden as made
from selat.detectors import _seas as seas
from selat.detectors.anchored_in_lane import DETECTOR as ANCHORED
from selat.detectors.deep_draught import DETECTOR as DEEP
from selat.detectors.inshore_zone import DETECTOR as INSHORE
from selat.detectors.lane_crossing import DETECTOR as CROSSING
from selat.detectors.precautionary_speed import DETECTOR as PRECAUTION
from selat.detectors.route_deviation import DETECTOR as DEVIATION
from selat.detectors.route_deviation import Straight
from selat.detectors.separation_zone import DETECTOR as MIDDLE
from selat.detectors.wrong_way import DETECTOR as WRONG
from selat.tracks.coast import Coast
from selat.tracks.world import World

A, B = 563001001, 563001002
LANE = seas.lane()
SCHEME = seas.zoned(
    LANE, seas.strip("separation_zone", 1.240, 1.244, "middle"), seas.lane("westbound lane", 1.244, 1.259, 260.0),
    seas.strip("inshore_zone", 1.19, 1.225, "inshore"),
)  # fmt: skip
CARGO = made.ship(A, "A", 180, 30, 70)


def at(lon, share=0.5, south=1.225, north=1.240):
    """Latitude of a place in a strip of that shape, ``share`` of the way from its southern edge."""
    return south + share * (north - south) + (lon - 104.0) / np.tan(np.radians(80.0))


class TestWrongWay:
    def alerts(self, lon, legs, share=0.5, ship=CARGO, world=SCHEME, **more):
        return alerts_of(WRONG, [seas.voyage(A, at(lon, share), lon, legs, **more)], [ship], world)

    def test_against_the_lane_is_an_alarm_within_four_minutes(self):
        alerts = self.alerts(104.15, [(12.0, 260.0, 900.0)])
        assert told(alerts) == {("alarm", A)}
        assert (alerts[0].last - made.START) / 1e9 <= 240
        assert alerts[0].detail["geometry"] == "made up (declared)"

    def test_slowly_is_still_against_it(self):
        assert who(self.alerts(104.1, [(4.0, 260.0, 1500.0)])) == {A}

    def test_class_b_that_reports_each_half_minute(self):
        alerts = self.alerts(104.15, [(8.0, 260.0, 1200.0)], every=30.0, msg_type=18)
        assert who(alerts) == {A}

    def test_small_craft_is_a_warning(self):
        assert told(self.alerts(104.15, [(8.0, 260.0, 1200.0)], ship=made.ship(A, "A", 15, 4, 37))) == {("warning", A)}

    def test_with_the_lane(self):
        assert not self.alerts(104.02, [(12.0, 80.0, 1200.0)])

    def test_along_its_edge_outside(self):
        assert not self.alerts(104.15, [(12.0, 260.0, 1200.0)], share=-0.03)

    def test_along_its_edge_just_inside(self):
        assert not self.alerts(104.15, [(12.0, 260.0, 1200.0)], share=0.02)

    @pytest.mark.parametrize("course", [350.0, 170.0, 320.0, 200.0])
    def test_across_both_lanes(self, course):
        lat, lon = (1.22, 104.1) if np.cos(np.radians(course)) > 0 else (1.30, 104.1)
        assert not alerts_of(WRONG, [seas.voyage(A, lat, lon, [(14.0, course, 1800.0)])], [CARGO], SCHEME)

    def test_turns_back_at_once(self):
        assert not self.alerts(104.1, [(10.0, 80.0, 600.0), (10.0, 260.0, 110.0), (10.0, 350.0, 600.0)])

    @pytest.mark.parametrize("status", [2, 3, 11, 12])
    def test_cannot_do_otherwise(self, status):
        assert not self.alerts(104.15, [(6.0, 260.0, 1200.0)], status=status)

    def test_tows(self):
        assert not self.alerts(104.15, [(6.0, 260.0, 1200.0)], ship=made.ship(A, "A", 30, 9, 31))

    def test_permitted(self):
        world = seas.zoned(seas.strip("lane", 1.225, 1.240, "lane", direction=80.0, rules={"mmsi": [A]}))
        assert not self.alerts(104.15, [(10.0, 260.0, 1200.0)], world=world)

    def test_positions_led_astray_into_the_lane_are_no_way(self):
        rows = seas.voyage(A, 1.40, 104.15, [(12.0, 260.0, 2400.0)])
        jammed = rows["time"] > made.START + 900 * 10**9
        astray = rows.replace(lat=np.where(jammed, rows["lat"] - round((1.40 - at(104.13)) * 1e7), rows["lat"]))
        assert not alerts_of(WRONG, [astray], [CARGO], SCHEME)

    def test_one_wrong_position_hides_nothing(self):
        rows = seas.voyage(A, at(104.15, 0.5), 104.15, [(12.0, 260.0, 1200.0)])
        off = np.arange(rows.rows) == 20
        assert who(
            alerts_of(WRONG, [rows.replace(lat=np.where(off, rows["lat"] + 800_000, rows["lat"]))], [CARGO], SCHEME)
        ) == {A}

    def test_ends_when_she_turns(self):
        alerts = self.alerts(104.15, [(12.0, 260.0, 600.0), (12.0, 350.0, 120.0), (12.0, 80.0, 600.0)])
        assert alerts[-1].state == "rectified" and "any more" in alerts[-1].sentence

    def test_a_noisy_position_does_not_hide_it(self):
        rng = np.random.default_rng(1)
        found = 0
        for n in range(10):
            rows = seas.voyage(A, at(104.15, 0.3 + 0.05 * n), 104.15, [(9.0, 260.0, 900.0)])
            noise = (rng.normal(0, 90, (2, rows.rows))).astype("i4")
            rows = rows.replace(lat=rows["lat"] + noise[0], lon=rows["lon"] + noise[1])
            found += who(alerts_of(WRONG, [rows], [CARGO], SCHEME)) == {A}
        assert found == 10


class TestCrossing:
    def alerts(self, course, knots=12.0, ship=CARGO, heading=None, lat=1.215, lon=104.05, **more):
        legs = [(knots, course, 2400.0)]
        return alerts_of(CROSSING, [seas.voyage(A, lat, lon, legs, heading=heading, **more)], [ship], SCHEME)

    @pytest.mark.parametrize("course, priority", [(48.0, "warning"), (30.0, "caution"), (110.0, None), (350.0, None)])
    def test_by_angle(self, course, priority):
        wanted = {(priority, A)} if priority else set()
        assert {x for x in told(self.alerts(course)) if x[0] == priority} == wanted
        assert bool(told(self.alerts(course))) == bool(priority)

    def test_heading_at_right_angles_set_aside_by_the_current(self):
        assert not self.alerts(38.0, heading=350.0)

    def test_by_course_where_there_is_no_heading(self):
        rows = seas.voyage(A, 1.215, 104.05, [(12.0, 45.0, 2400.0)])
        rows = rows.replace(heading=np.full(rows.rows, 65535))
        alerts = alerts_of(CROSSING, [rows], [CARGO], SCHEME)
        assert who(alerts) == {A} and "no heading" in alerts[0].sentence

    def test_joins_and_leaves_by_the_same_side(self):
        legs = [(12.0, 60.0, 500.0), (12.0, 80.0, 600.0), (12.0, 100.0, 900.0)]
        assert not alerts_of(CROSSING, [seas.voyage(A, at(104.02, -0.3), 104.02, legs)], [CARGO], SCHEME)

    def test_goes_through_from_end_to_end(self):
        legs = [(14.0, 80.0, 3600.0)]
        assert not alerts_of(CROSSING, [seas.voyage(A, at(103.97), 103.97, legs)], [CARGO], SCHEME)

    def test_each_lane_is_told_once(self):
        alerts = self.alerts(42.0, knots=16.0)
        assert len({a.id for a in alerts}) == 2

    def test_small_craft_is_a_caution_or_nothing(self):
        ferry = made.ship(A, "A", 40, 10, 60)
        assert {p for p, _ in told(self.alerts(48.0, ship=ferry))} == {"caution"}
        assert not self.alerts(30.0, ship=ferry)


class TestSeparationZone:
    ZONE = seas.zoned(LANE, seas.strip("separation_zone", 1.240, 1.248, "middle"))

    def alerts(self, legs, share=0.5, ship=CARGO, **more):
        rows = seas.voyage(A, at(104.02, share, 1.240, 1.248), 104.02, legs, **more)
        return alerts_of(MIDDLE, [rows], [ship], self.ZONE)

    def test_along_it(self):
        assert told(self.alerts([(10.0, 80.0, 900.0)])) == {("warning", A)}

    def test_for_a_short_time(self):
        assert not self.alerts([(10.0, 80.0, 240.0), (10.0, 170.0, 600.0)])

    def test_across_it_slowly(self):
        assert not self.alerts([(2.5, 350.0, 1200.0)], share=0.1)

    @pytest.mark.parametrize("status", [2, 3, 7])
    def test_may_be_there(self, status):
        assert not self.alerts([(6.0, 80.0, 900.0)], status=status)

    def test_fishes(self):
        assert not self.alerts([(4.0, 80.0, 900.0)], ship=made.ship(A, "A", 22, 6, 30))

    def test_along_its_edge(self):
        assert not self.alerts([(10.0, 80.0, 900.0)], share=0.02)


class TestAnchoredInLane:
    def alerts(self, knots, seconds, course=80.0, ship=CARGO, share=0.5, **more):
        rows = seas.voyage(A, at(104.1, share), 104.1, [(10.0, 80.0, 600.0), (knots, course, seconds)], **more)
        return alerts_of(ANCHORED, [rows], [ship], SCHEME)

    def test_in_a_lane(self):
        assert told(self.alerts(0.0, 1500.0, status=1)) == {("alarm", A)}

    def test_whatever_she_says(self):
        assert told(self.alerts(0.0, 1500.0, status=0)) == {("alarm", A)}

    def test_stops_for_a_pilot(self):
        assert not self.alerts(0.3, 420.0)

    def test_drifts(self):
        assert not self.alerts(1.2, 1800.0, course=120.0)

    def test_not_under_command(self):
        assert not self.alerts(0.1, 1800.0, status=2)

    def test_dredges(self):
        assert not self.alerts(0.1, 1800.0, ship=made.ship(A, "A", 80, 18, 33))

    def test_outside(self):
        assert not self.alerts(0.0, 1800.0, share=-0.3, status=1)


class TestInshore:
    def alerts(self, legs, ship=CARGO, lon=104.01):
        return alerts_of(INSHORE, [seas.voyage(A, at(lon, 0.4, 1.19, 1.225), lon, legs)], [ship], SCHEME)

    def test_through_it(self):
        assert told(self.alerts([(11.0, 80.0, 2400.0)])) == {("caution", A)}

    def test_calls_there(self):
        assert not self.alerts([(11.0, 80.0, 900.0), (2.0, 80.0, 1800.0)])

    @pytest.mark.parametrize("size, kind", [(40, 60), (15, 70), (25, 30), (30, 52), (18, 36)])
    def test_may_use_it(self, size, kind):
        assert not self.alerts([(11.0, 80.0, 2400.0)], made.ship(A, "A", size, 6, kind))


class TestPrecaution:
    AREA = seas.zoned(seas.strip("precautionary", 1.20, 1.26, "crossing", rules={"speed_max": 12 * 1852 / 3600}))

    def alerts(self, knots, others=3, ship=CARGO, world=None):
        ferries = [seas.voyage(B + n, 1.22, 104.05 + 0.01 * n, [(12.0, 350.0, 900.0)]) for n in range(others)]
        return alerts_of(
            PRECAUTION, [seas.voyage(A, 1.234, 104.02, [(knots, 80.0, 900.0)]), *ferries], [ship], world or self.AREA
        )

    def test_too_fast_among_others(self):
        assert told(self.alerts(16.0)) == {("caution", A)}

    def test_far_too_fast(self):
        assert ("warning", A) in told(self.alerts(21.0))

    def test_slow_enough(self):
        assert not self.alerts(12.2)

    def test_alone(self):
        assert not self.alerts(16.0, others=1)

    def test_ferries_where_the_area_has_no_limit_of_its_own(self):
        world = seas.zoned(seas.strip("precautionary", 1.20, 1.26, "crossing"))
        assert not self.alerts(24.0, ship=made.ship(A, "A", 40, 10, 60), world=world)


class TestDeep:
    WORLD = seas.zoned(
        seas.lane(south=1.225, north=1.235), seas.strip("deep_water_route", 1.235, 1.240, direction=80.0),
        seas.strip("depth", 1.395, 1.410, "shoal", rules={"depth": 21.0}),
    )  # fmt: skip

    def alerts(self, lat, lon=104.02, course=80.0, draught=16.0, seconds=900.0):
        ship = made.ship(A, "A", 330, 60, 80).replace(draught=np.array([round(10 * draught)]))
        return alerts_of(DEEP, [seas.voyage(A, lat, lon, [(11.0, course, seconds)])], [ship], self.WORLD)

    def test_beside_the_route(self):
        assert told(self.alerts(1.2290)) == {("warning", A)}

    def test_in_the_route(self):
        assert not self.alerts(1.2403)

    def test_the_other_way(self):
        assert not self.alerts(at(104.18, 0.5, 1.25, 1.26), 104.18, 260.0)

    def test_not_deep(self):
        assert not self.alerts(1.2290, draught=14.9)

    def test_before_the_route_begins(self):
        assert not self.alerts(1.2150, 103.90, seconds=900.0)

    @pytest.mark.parametrize("draught, priority", [(17.6, "warning"), (20.4, "alarm"), (17.4, None)])
    def test_under_the_keel(self, draught, priority):
        assert told(self.alerts(1.402, draught=draught)) == ({(priority, A)} if priority else set())


class Wall(Coast):
    """Land east of a meridian."""

    source = "made up"

    def __init__(self, lon):
        self.lon = lon

    def distance(self, lat, lon):
        return (self.lon - np.asarray(lon, "f8")) * 111_000.0 + 0.0 * np.asarray(lat, "f8")


class TestLearned:
    """Where nothing is declared: what nearly all ships did that were heard there."""

    class OneWay(Straight):
        passages, share = 2000, 0.99

        def at(self, *args, **more):
            hit = super().at(*args, **more)
            return hit._replace(
                merchants=np.full(hit.lane.shape, self.passages), share=np.full(hit.lane.shape, self.share)
            )

    def alerts(self, course, passages=2000, share=0.99, ship=CARGO):
        lanes = self.OneWay()
        lanes.passages, lanes.share = passages, share
        return alerts_of(WRONG, [seas.voyage(A, 1.25, 104.0, [(11.0, course, 900.0)])], [ship], World(lanes=lanes))

    def test_against_it_is_a_warning_that_says_so(self):
        alerts = self.alerts(270.0)
        assert told(alerts) == {("warning", A)} and alerts[0].detail["geometry"] == "made up, learned"

    @pytest.mark.parametrize("length, kind", [(14, 37), (0, 37), (80, 36), (30, 70), (45, 60), (24, 30), (0, 0)])
    def test_small_craft_and_who_is_not_on_passage_go_as_they_like(self, length, kind):
        assert not self.alerts(270.0, ship=made.ship(A, "A", length, max(4, length // 6), kind))

    def test_a_merchant_ship_that_does_not_say_her_length_counts(self):
        assert told(self.alerts(270.0, ship=made.ship(A, "A", 0, 0, 80))) == {("warning", A)}

    def test_with_it_or_where_it_is_not_sure(self):
        assert not self.alerts(90.0) and not self.alerts(270.0, share=0.9)

    def test_the_way_of_tugs_is_no_lane(self):
        """Of 2,000 ships that pass here 100 are merchant ships."""
        assert not self.alerts(270.0, passages=100)


class TestDeviation:
    def alerts(self, lat, course=90.0, ship=CARGO, seconds=1200.0):
        return alerts_of(
            DEVIATION, [seas.voyage(A, lat, 104.0, [(11.0, course, seconds)])], [ship], World(lanes=Straight())
        )

    def test_beside_the_lane(self):
        assert told(self.alerts(1.2605)) == {("caution", A)} and told(self.alerts(1.2370)) == {("caution", A)}

    def test_in_it_and_across_it_and_for_a_short_time(self):
        assert (
            not self.alerts(1.2560) and not self.alerts(1.2400, course=0.0) and not self.alerts(1.2650, seconds=500.0)
        )

    def test_positions_led_astray_are_not_beside_it(self):
        rows = seas.voyage(A, 1.4000, 104.0, [(11.0, 90.0, 2500.0)])
        jammed = rows["time"] > made.START + 900 * 10**9
        astray = rows.replace(lat=np.where(jammed, rows["lat"] - 1_350_000, rows["lat"]))
        assert not alerts_of(DEVIATION, [astray], [CARGO], World(lanes=Straight()))

    def test_who_leaves_the_lane_at_an_angle_is_not_beside_it(self):
        assert not self.alerts(1.2500, course=62.0, seconds=2400.0)

    def test_with_the_shore_ahead_it_is_a_warning(self):
        rows = seas.voyage(A, 1.2605, 104.0, [(11.0, 90.0, 1500.0)])
        ahead = World(lanes=Straight(), coast=Wall(104.08))
        first = alerts_of(DEVIATION, [rows], [CARGO], ahead)
        assert told(first) == {("warning", A)} and "meets the shore" in first[-1].sentence
        assert told(alerts_of(DEVIATION, [rows], [CARGO], World(lanes=Straight(), coast=Wall(104.5)))) == {
            ("caution", A)
        }

    def test_beside_a_way_of_few_ships_it_is_told_against_that_of_many(self):
        class Two(Straight):
            """A way of few ships a mile to the side; which of the two is nearer changes from place to place."""

            def at(self, lat, lon, *args, **more):
                hit = super().at(lat, lon, *args, **more)
                few = np.asarray(lon) * 300.0 % 2.0 < 1.0
                return hit._replace(
                    merchants=np.where(few, 60, hit.merchants),
                    cross=np.where(few, 1852.0, hit.cross),
                    lane=np.where(few, 1, 0),
                )

        rows = seas.voyage(A, 1.2650, 104.0, [(11.0, 90.0, 2400.0)])
        assert who(alerts_of(DEVIATION, [rows], [CARGO], World(lanes=Two()))) == {A}

    def test_beside_the_way_of_tugs_nobody_is_off_her_way(self):
        class Tugs(Straight):
            """A thousand tugs pass here, and few merchant ships."""

            def at(self, lat, lon, *args, **more):
                hit = super().at(lat, lon, *args, **more)
                return hit._replace(merchants=hit.merchants // 10)

        rows = seas.voyage(A, 1.2650, 104.0, [(11.0, 90.0, 2400.0)])
        assert not alerts_of(DEVIATION, [rows], [CARGO], World(lanes=Tugs()))
        assert who(alerts_of(DEVIATION, [rows], [CARGO], World(lanes=Straight()))) == {A}

    def test_far_from_it_and_small_craft(self):
        assert not self.alerts(1.3200) and not self.alerts(1.2650, ship=made.ship(A, "A", 30, 8, 70))
