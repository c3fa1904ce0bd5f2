"""The life of alerts: N in a row raise, M without one end, silence ends nothing, the same event keeps its alert."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors._life import FORGET, Pace, PictureRule, contacts_of, plain
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Finding, Verdict, explain, param
from selat.model.units import KNOT

WHO = 563000111


@dataclass(frozen=True)
class P:
    limit: float = param(10 * KNOT, "m/s", "Faster is too fast", "test")


@dataclass(frozen=True)
class Fast(PictureRule):
    p: P = field(default_factory=P)
    name: str = "fast"
    pace: Pace = field(default_factory=lambda: Pace(3, 2, 60.0, 300.0))

    def look(self, window, memory: Any):
        c = window.contacts
        found = []
        for slot in np.flatnonzero((c.sog > self.p.limit) & (window.now - c.time < 60 * SECOND)).tolist():
            evidence = {"seq": [int(c.seq[slot])], "sog": c.sog[slot]}
            ids = window.ids([slot])
            found.append(Finding(f"{ids[0]}", (int(c.mmsi[slot]),), window.now, c.lat[slot], c.lon[slot], evidence))
        return found, (memory or 0) + 1

    def judge(self, evidence):
        if evidence["sog"] <= self.p.limit:
            return None
        priority = "alarm" if evidence["sog"] > 2 * self.p.limit else "warning"
        return Verdict(
            priority, f"{evidence['sog']:.1f} m/s.", {"margin": 0.5, "identity": 0.8}, ("it is not",), "Look."
        )

    def ended(self, evidence):
        return "Slow again."


def sea(*parts):
    """Legs of one ship: (knots, seconds)."""
    other = made.sail(563000222, 2.0, 104.0, 5.0, 90.0, range(0, 30_000, 10))
    return made.numbered(other, *[made.sail(WHO, 1.0, 103.0, k, 90.0, s) for k, s in parts])


def alerts_of(reports, floor=None):
    floor = floor or Floor([Fast()])
    return floor.step(reports, empty("statics"), empty("messages"), made.START, True)


def at(alert):
    return (alert.last - made.START) // SECOND


def test_raised_after_three_and_ended_after_two():
    alerts = alerts_of(sea((15.0, range(0, 100, 10)), (5.0, range(100, 200, 10))))
    assert [a.state for a in alerts] == ["active", "active", "rectified"]
    assert at(alerts[0]) == 20 and alerts[0].time == made.START
    assert alerts[-1].sentence == "Slow again." and alerts[-1].id == alerts[0].id


def test_the_same_report_confirms_nothing():
    assert alerts_of(sea((15.0, [0]), (5.0, [400]))) == []


def test_silence_ends_nothing_but_a_very_long_one():
    alerts = alerts_of(sea((15.0, range(0, 60, 10))))
    assert {a.state for a in alerts} == {"active", "rectified"}
    assert at(alerts[0]) == 20
    quiet = alerts_of(sea((15.0, range(0, 60, 10))).take(np.arange(400)))
    assert {a.state for a in quiet} == {"active"}
    assert FORGET < 30_000 * SECOND


def test_soon_again_is_the_same_alert_and_later_another():
    def ids(gap):
        legs = (15.0, range(0, 60, 10)), (5.0, range(60, 60 + gap, 10)), (15.0, range(60 + gap, 200 + gap, 10))
        return {a.id for a in alerts_of(sea(*legs))}

    assert len(ids(100)) == 1
    assert len(ids(900)) == 2


def test_a_graver_verdict_is_told_at_once():
    alerts = alerts_of(sea((15.0, range(0, 40, 10)), (25.0, range(40, 60, 10))))
    assert [(a.priority, at(a)) for a in alerts[:2]] == [("warning", 20), ("alarm", 40)]


def test_the_confidence_is_the_product_of_its_parts():
    alert = alerts_of(sea((15.0, range(0, 60, 10))))[0]
    assert alert.confidence == pytest.approx(0.4) and alert.detail["confidence"] == {"margin": 0.5, "identity": 0.8}


def test_what_is_stored_is_what_was_concluded():
    for alert in alerts_of(sea((15.0, range(0, 100, 10)), (5.0, range(100, 200, 10)))):
        assert explain(Fast(), json.loads(json.dumps(alert.evidence)), alert.state) == alert


def test_evidence_is_plain_or_refused():
    assert plain({"a": np.float32(0.1), "b": np.arange(2)}) == {"a": float(np.float32(0.1)), "b": [0, 1]}
    with pytest.raises(TypeError, match="no evidence"):
        plain({"a": {1, 2}})
    with pytest.raises(ValueError, match="JSON"):
        plain({"a": float("nan")})


def test_contacts_of_a_key():
    assert contacts_of("12-34/zone 7") == [12, 34] and contacts_of("all") == []


def test_saved_and_restored_in_between_it_is_the_same():
    reports = sea((15.0, range(0, 100, 10)), (5.0, range(100, 200, 10)))
    whole = alerts_of(reports)
    floor, got = Floor([Fast()]), []
    for lo in range(0, reports.rows, 37):
        part = reports.slice(lo, min(lo + 37, reports.rows))
        got += floor.step(part, empty("statics"), empty("messages"), int(part["time"].max()), lo + 37 >= reports.rows)
        state, floor = floor.state(), Floor([Fast()])
        floor.restore(state)
    assert got == whole
