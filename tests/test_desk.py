"""The desk: one event is one alert, a storm is one alert, late facts take back; nothing is dropped, distress never folded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from selat.app.desk import STORM, Desk
from selat.detectors import _golden as made
from selat.kernels import segments
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import empty
from selat.model.nouns import Alert
from selat.store import blob
from selat.tracks.contacts import Contacts
from selat.tracks.reorder import LATE
from selat.tracks.window import Window

T = made.START


def alert(rule="drifting", subjects=(1,), minute=0.0, priority="warning", **more):
    time = T + round(minute * MINUTE)
    given = {"time": time, "last": time, "lat": 1.0, "lon": 103.0, "sentence": "So."}
    return Alert(rule, "1", priority, subjects, **{**given, **more})


def window(minute=0.0, reports=None, mark=0):
    reports = empty("reports") if reports is None else reports
    marks = np.full(reports.rows, mark, "u1")
    trace = segments.empty_trace(reports.rows)
    return Window(T + round(minute * MINUTE), reports, marks, trace, empty("messages"), Contacts())


def through(desk, *alerts, minute=None):
    return desk.step(window(max(0.5, 0.0) if minute is None else minute), alerts)


def test_related_alerts_of_one_ship_are_one_event():
    desk = Desk()
    first, second = alert("drifting"), alert("not_under_command", minute=5)
    assert [a.lead for a in through(desk, first)] == [""]
    assert [a.lead for a in through(desk, second)] == [first.id]
    assert through(desk, replace(second, last=second.last + SECOND))[0].lead == first.id  # and stays so


def test_the_graver_one_leads_and_the_other_is_told_so():
    desk = Desk()
    mild, grave = alert("drifting"), alert("aground", priority="alarm", minute=3)
    through(desk, mild)
    got = through(desk, grave)
    assert {a.rule: a.lead for a in got} == {"drifting": grave.id, "aground": ""}
    assert through(desk, replace(mild, last=mild.last + MINUTE))[0].lead == grave.id


def test_others_are_not_folded():
    desk = Desk()
    through(desk, alert("drifting"))
    for other in (alert("drifting", (2,)), alert("identity_format"), alert("aground", minute=60 * 24)):
        desk_state = desk.state()
        clock = window(60 * 24 if other.rule == "aground" else 1)
        assert desk.step(clock, [other])[0].lead == "" or other.rule == "aground"
        desk.restore(blob.load(blob.dump(desk_state)))


def test_one_that_ended_long_ago_takes_nothing_in():
    desk = Desk()
    first = alert("drifting")
    through(desk, first)
    through(desk, replace(first, state="rectified"))
    assert through(desk, alert("aground", minute=45))[0].lead == ""


def test_distress_is_never_folded():
    desk = Desk()
    through(desk, alert("drifting"))
    got = [a for n in range(3 * STORM) for a in through(desk, alert("distress", (n,), n, "emergency"))]
    assert len(got) == 3 * STORM and all(a.lead == "" for a in got)


def test_a_storm_is_one_alert_and_spares_alarms():
    desk = Desk()
    got = [a for n in range(STORM + 5) for a in through(desk, alert("loitering", (n,), n))]
    storms = [a for a in got if a.rule == "rule_storm"]
    assert len(storms) == 1 and "loitering" in storms[0].sentence
    assert sum(a.lead == storms[0].id for a in got) == 5 and len(got) == STORM + 6
    alarm = through(desk, alert("loitering", (99,), 20, "alarm"))[0]
    assert alarm.lead == ""
    over = desk.step(window(STORM + 90), [])
    assert [(a.rule, a.state) for a in over] == [("rule_storm", "rectified")]


def test_refreshes_are_no_storm():
    desk = Desk()
    for n in range(3 * STORM):
        assert len(through(desk, alert("loitering", last=T + n * MINUTE))) == 1


def test_a_late_report_takes_back_a_silence():
    desk = Desk()
    dark = alert("dark", (563000001,), last=T + 30 * MINUTE)
    through(desk, dark)
    inside = made.numbered(made.sail(563000001, 1.0, 103.0, 10.0, 90.0, [900]))
    got = desk.step(window(40, inside, LATE), [])
    assert [(a.rule, a.state) for a in got] == [("dark", "retracted"), ("late_data", "active")]
    assert got[0].id == dark.id and got[1].evidence["retracted"] == dark.id and got[1].evidence["seq"] == [0]
    assert through(desk, replace(dark, last=T + HOUR)) == []  # what was taken back is not told again


def test_a_late_report_from_before_or_of_another_ship_changes_nothing():
    for mmsi, second, mark in ((563000001, -60, LATE), (563000002, 900, LATE), (563000001, 900, 0)):
        desk = Desk()
        through(desk, alert("dark", (563000001,), last=T + 30 * MINUTE))
        rows = made.numbered(made.sail(mmsi, 1.0, 103.0, 10.0, 90.0, [second]))
        assert desk.step(window(40, rows, mark), []) == []


RULES = st.sampled_from(["drifting", "aground", "dark", "loitering", "rendezvous", "distress", "wrong_way"])
SOME = st.lists(
    st.tuples(RULES, st.integers(1, 3), st.integers(0, 300), st.sampled_from(["alarm", "warning", "caution"])),
    max_size=40,
)


@given(SOME, st.integers(0, 40))
def test_nothing_is_lost_and_a_save_changes_nothing(drawn, cut):
    alerts = [alert(r, (s,), m, p) for r, s, m, p in sorted(drawn, key=lambda d: d[2])]
    desk, saved = Desk(), Desk()
    whole, parts = [], []
    for n, a in enumerate(alerts):
        minute = (a.time - T) / MINUTE
        whole += desk.step(window(minute), [a])
        if n == cut:
            state, saved = blob.load(blob.dump(saved.state())), Desk()
            saved.restore(state)
        parts += saved.step(window(minute), [a])
    assert whole == parts
    assert {a.id for a in alerts} <= {a.id for a in whole}
    leads = {a.id: a.lead for a in whole}
    assert all(lead in leads for lead in leads.values() if lead)
