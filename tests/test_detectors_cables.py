"""Rules of cables and platforms: what must raise an alert, and what looks like it and must not."""

from __future__ import annotations

import pytest

from seas import alerts_of, told, who
from selat.detectors import _cables as cables
from selat.detectors import _golden as made
from selat.detectors import _seas as seas
from selat.detectors.cable_anchor import DETECTOR as ANCHOR
from selat.detectors.cable_drag import DETECTOR as DRAG
from selat.detectors.cable_loiter import DETECTOR as LOITER
from selat.detectors.platform import DETECTOR as PLATFORM
from selat.detectors.platform import disc
from selat.model.nouns import Zone
from selat.model.units import KNOT

A = 563001101
CARGO = made.ship(A, "A", 150, 24, 70)
WORLD = seas.zoned(cables.cable())
SAILS = 10.0 * KNOT * 2400.0 / 111_300.0  # degrees of longitude in 40 minutes at 10 knots


class TestAnchor:
    def alerts(self, *legs, lon=104.0975, ship=CARGO, world=WORLD, **more):
        first = (10.0, 90.0, 2400.0)
        return alerts_of(ANCHOR, [seas.voyage(A, 1.25, lon - SAILS, [first, *legs], **more)], [ship], world)

    def test_slows_down_and_anchors(self):
        alerts = self.alerts((2.0, 90.0, 400.0), (0.05, 90.0, 2400.0))
        assert told(alerts) == {("warning", A), ("alarm", A)}

    def test_says_so_at_once(self):
        alerts = alerts_of(ANCHOR, [seas.voyage(A, 1.25, 104.1, [(0.3, 90.0, 300.0)], status=1)], [CARGO], WORLD)
        assert told(alerts) == {("alarm", A)}

    def test_says_so_and_sails(self):
        assert not self.alerts((10.0, 90.0, 1200.0), status=1)

    def test_passes(self):
        assert not self.alerts((10.0, 90.0, 1200.0))

    def test_beside_it(self):
        assert not self.alerts((2.0, 90.0, 400.0), (0.05, 90.0, 2400.0), lon=104.08)

    def test_in_an_anchorage(self):
        box = Zone("anchorage", ((104.08, 1.24), (104.12, 1.24), (104.12, 1.26), (104.08, 1.26)), kind="anchorage")
        assert not self.alerts((2.0, 90.0, 400.0), (0.05, 90.0, 2400.0), world=seas.zoned(cables.cable(), box))

    def test_repairs_it(self):
        assert not self.alerts((2.0, 90.0, 400.0), (0.05, 90.0, 2400.0), status=3)

    @pytest.mark.parametrize("size, kind", [(40, 60), (15, 37), (25, 30), (20, 50)])
    def test_others(self, size, kind):
        assert not self.alerts((2.0, 90.0, 400.0), (0.05, 90.0, 2400.0), ship=made.ship(A, "A", size, 6, kind))


class TestDrag:
    YAW = tuple((6.5, 90.0 + a, 150.0) for a in (20, -18, 22, -20, 18, -22, 20, -18, 22, -20, 18, -22))

    def alerts(self, legs, ship=CARGO, lat=1.25, lon=104.07, **more):
        rows = seas.voyage(A, lat, lon - SAILS * 1.15, [(11.5, 90.0, 2400.0), *legs], **more)
        return alerts_of(DRAG, [rows], [ship], WORLD)

    def test_slower_and_yawing_over_it(self):
        assert told(self.alerts(self.YAW)) == {("alarm", A)}

    def test_only_slower(self):
        assert not self.alerts([(6.5, 90.0, 1800.0)])

    def test_only_yawing(self):
        assert not self.alerts([(11.0, c, s) for _, c, s in self.YAW])

    def test_not_over_it(self):
        assert not self.alerts(self.YAW, lat=1.50)

    @pytest.mark.parametrize("status", [2, 3, 7, 12])
    def test_has_a_reason(self, status):
        assert not self.alerts(self.YAW, status=status)

    def test_turns_once(self):
        assert not self.alerts([(7.5, 90.0, 900.0), (7.5, 120.0, 900.0)])


class TestLoiter:
    def alerts(self, legs, lon=104.1, ship=CARGO, **more):
        return alerts_of(LOITER, [seas.voyage(A, 1.25, lon, legs, **more)], [ship], WORLD)

    def test_stays(self):
        assert told(self.alerts([(1.5, 180.0 * (n % 2), 600.0) for n in range(6)])) == {("warning", A)}

    def test_comes_back(self):
        assert who(self.alerts([(9.0, 90.0 + 180.0 * (n % 2), 600.0) for n in range(7)], lon=104.085)) == {A}

    def test_there_and_back(self):
        assert not self.alerts([(9.0, 90.0, 900.0), (9.0, 270.0, 900.0), (9.0, 90.0, 900.0)], lon=104.08)

    def test_lies_at_anchor(self):
        assert not self.alerts([(0.1, 90.0, 3600.0)], status=1)

    @pytest.mark.parametrize("size, kind", [(40, 60), (15, 37), (25, 30), (30, 52)])
    def test_others(self, size, kind):
        legs = [(9.0, 90.0 + 180.0 * (n % 2), 600.0) for n in range(7)]
        assert not self.alerts(legs, lon=104.085, ship=made.ship(A, "A", size, 6, kind))


class TestPlatform:
    ZONE = Zone("ALPHA", disc(1.30, 104.10, 500.0), "made up", kind="platform", rules={"mmsi": [A + 1]})

    def alerts(self, lat, knots=8.0, ship=CARGO, mmsi=A, **more):
        rows = seas.voyage(mmsi, lat, 104.085, [(knots, 90.0, 1200.0)], **more)
        return alerts_of(PLATFORM, [rows], [ship], seas.zoned(self.ZONE))

    def test_inside(self):
        assert told(self.alerts(1.3030)) == {("warning", A)}

    def test_makes_for_it(self):
        assert ("alarm", A) in told(self.alerts(1.3002))

    def test_permitted(self):
        assert not self.alerts(1.3002, ship=made.ship(A + 1, "B", 60, 15, 70), mmsi=A + 1)

    def test_outside(self):
        assert not self.alerts(1.3050)

    def test_by_a_hair(self):
        assert not self.alerts(1.30448)

    def test_has_left(self):
        alerts = self.alerts(1.3030)
        assert alerts[-1].state == "rectified" and "has left" in alerts[-1].sentence
