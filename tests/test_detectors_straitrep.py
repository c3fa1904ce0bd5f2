"""Reporting lines: who is told of, once, and who is not bound."""

from __future__ import annotations

import numpy as np
import pytest

from seas import alerts_of, told
from selat.detectors import _golden as made
from selat.detectors import _seas as seas
from selat.detectors.straitrep import DETECTOR as REPORT
from selat.model.zone import Zone

A = 563001001
CARGO = made.ship(A, "A", 180, 30, 70)


class TestReport:
    LINE = seas.zoned(Zone("limit", ((104.1, 1.1), (104.1, 1.4)), "made up", kind="report_line", line=True))

    def alerts(self, rows, ship=CARGO):
        return alerts_of(REPORT, [rows], [ship], self.LINE)

    def sails(self, gap=0.0):
        """Over the line after 18 minutes; nothing is heard of her for so many seconds around that."""
        rows = seas.voyage(A, 1.25, 104.04, [(12.0, 90.0, 3000.0)])
        away = np.abs((rows["time"] - made.START) / 1e9 - 1080.0)
        return rows.take(np.flatnonzero(away > gap / 2))

    @pytest.mark.parametrize("gap", [0.0, 300.0, 700.0])
    def test_a_crossing_is_told_once_also_in_a_gap(self, gap):
        alerts = self.alerts(self.sails(gap))
        assert told(alerts) == {("caution", A)} and len({a.id for a in alerts}) == 1
        assert abs((alerts[0].evidence["crossed"] - made.START) / 1e9 - 1080.0) < 30.0 + gap / 4

    @pytest.mark.parametrize(
        "length, kind, imo, bound",
        [(0, 70, 9074729, True), (0, 70, 9074728, False), (0, 70, 0, False), (0, 30, 9074729, False), (40, 70, 9074729, False),
         (0, 81, 0, True), (0, 60, 0, True)],
    )  # fmt: skip
    def test_who_does_not_send_her_length(self, length, kind, imo, bound):
        """An IMO number shows 300 GT, of a cargo ship; a wrong one shows nothing, and 40 m are 40 m."""
        ship = made.ship(A, "A", length, 8, kind).replace(imo=np.array([imo], "u4"))
        alerts = self.alerts(self.sails(), ship)
        assert bool(alerts) is bound
        assert not (bound and kind == 70) or "IMO number 9074729" in alerts[0].sentence

    def test_in_a_longer_gap_nobody_knows_when(self):
        assert not self.alerts(self.sails(1100.0))

    def test_positions_that_leap_over_it_and_back_cross_nothing(self):
        rows = seas.voyage(A, 1.25, 104.04, [(12.0, 0.0, 2400.0)])
        off = (np.arange(rows.rows) > 60) & (np.arange(rows.rows) < 66)
        assert not self.alerts(rows.replace(lon=np.where(off, rows["lon"] + 1_500_000, rows["lon"])))
