"""Rules of transmission and of the watch itself: what is the ships' doing, and what is the receivers'."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from seas import alerts_of, told, who
from selat.app.explain import concludes_again
from selat.detectors import _golden as made
from selat.detectors import (
    clock_off,
    coverage_drop,
    dark,
    feed_down,
    impossible_track,
    interference,
    jump,
    receiver_down,
    reporting_rate,
    sudden_loss,
)
from selat.model.clock import SECOND
from selat.model.schema import I32, Flag
from selat.tracks.stations import Silence

SHIP = 563000111


def fleet(n, times, lat=1.30, lon=104.30, first=563700000, station=1, msg_type=1):
    out = []
    for k in range(n):
        rows = made.sail(
            first + k, lat + 0.01 * k, lon, 6.0 + 0.1 * k, 70.0 if k % 2 else 250.0, times, msg_type=msg_type
        )
        out.append(rows.replace(station=np.full(rows.rows, station)))
    return out


def loud(alerts):
    return [a for a in alerts if a.state == "active"]


# Dark


def test_a_return_tells_the_way_that_is_not_accounted_for():
    gone = [*range(0, 4000, 10), *range(6400, 7200, 10)]
    still = made.sail(SHIP, 1.36, 104.32, 9.0, 70.0, gone)
    back = still["time"] >= made.START + 6400 * SECOND  # she comes back near where she fell silent
    still = still.replace(
        lat=np.where(back, still["lat"] - 30_000, still["lat"]),
        lon=np.where(back, still["lon"] - 900_000, still["lon"]),
    )
    found = alerts_of(dark.DETECTOR, [*fleet(12, range(0, 7200, 10)), still])
    (end,) = [a for a in found if a.state == "rectified"]
    back_ = end.evidence["back"]
    assert back_["away"] < 5000.0 and back_["detour"] > 5000.0 and back_["pace"] < 2.0
    assert any("not accounted for" in a.sentence for a in found)
    # Taken back by a late report after it was over, it still says what it said last; while it is active it may not.
    assert concludes_again(replace(end, state="retracted"), [dark.DETECTOR])
    assert not concludes_again(replace(end, state="active"), [dark.DETECTOR])


@pytest.mark.parametrize(("speed", "dark_"), [(9.0, True), (1.0, False)])
def test_a_status_that_was_left_hides_no_silence_at_sea(speed, dark_):
    """Who says that she is moored and sails at 9 knots is as dark as others; who lies is not."""
    gone = made.sail(SHIP, 1.36, 104.32, speed, 70.0, range(0, 4200, 10), status=5)
    found = alerts_of(dark.DETECTOR, [*fleet(12, range(0, 7200, 10)), gone])
    assert (SHIP in who(found)) is dark_


def test_a_receiver_that_fails_makes_no_ship_dark():
    far = fleet(6, range(0, 7200, 10), lat=2.3, lon=102.2, first=563710000, station=2)
    near = fleet(10, range(0, 4000, 10))
    reports = [*near, *far]
    assert who(alerts_of(dark.DETECTOR, reports)) == set() and who(alerts_of(sudden_loss.DETECTOR, reports)) == set()
    down = loud(alerts_of(receiver_down.DETECTOR, reports))
    assert {a.evidence["station"] for a in down} == {1}
    assert loud(alerts_of(feed_down.DETECTOR, reports)) == []


def test_what_a_relay_kept_and_gives_out_late_does_not_show_that_the_station_hears():
    far = fleet(6, range(0, 7200, 10), lat=2.3, lon=102.2, first=563710000, station=2)
    near = fleet(10, range(0, 4000, 10))
    kept = made.sail(SHIP, 1.5, 104.3, 9.0, 70.0, range(3000, 3900, 10))
    kept = kept.replace(station=np.full(kept.rows, 1), received=kept["time"] + 1500 * SECOND)
    again = [r.take(np.flatnonzero(r["time"] > made.START + 6000 * SECOND)) for r in fleet(10, range(0, 7200, 10))]
    found = alerts_of(receiver_down.DETECTOR, [*near, *far, kept, *again])
    over = [a for a in found if a.state == "rectified"]
    assert len({a.id for a in found}) == 1 and len(over) == 1
    assert "come in again, after 3" in over[0].sentence and over[0].last >= made.START + 5900 * SECOND


def test_when_everything_is_silent_only_the_feed_is_told_of():
    times = [*range(0, 4000, 10), *range(6400, 7600, 10)]
    reports = [*fleet(8, times), *fleet(5, times, lat=2.3, lon=102.2, first=563710000, station=2)]
    found = alerts_of(feed_down.DETECTOR, reports)
    assert [a.state for a in found][-1] == "rectified" and len({a.id for a in found}) == 1
    assert found[0].evidence["stations"] == 2 and abs(found[0].time - (made.START + 3990 * SECOND)) < 10 * SECOND
    for rule in (dark, sudden_loss, receiver_down):
        assert loud(alerts_of(rule.DETECTOR, reports)) == []


@pytest.mark.parametrize(
    "msg_type, times", [(18, range(0, 4000, 30)), (1, range(0, 4000, 180))], ids=["class B", "satellite"]
)
def test_what_is_heard_seldom_is_not_dark(msg_type, times):
    seldom = made.sail(SHIP, 1.36, 104.32, 9.0, 70.0, times, msg_type=msg_type)
    others = fleet(8, range(0, 7200, 180 if msg_type == 1 else 10))
    assert who(alerts_of(dark.DETECTOR, [*others, seldom])) == set()


# Coverage, clocks


def test_a_station_that_hears_as_usual_is_not_told_of():
    assert alerts_of(coverage_drop.DETECTOR, fleet(12, range(0, 6000, 10))) == []


def test_a_second_without_a_report_is_no_outage_of_a_busy_station():
    """Of one that brings nine a second a second is no chance any more; for 20 minutes after an outage it is not judged."""
    rule, now = coverage_drop.DETECTOR, made.START
    for seconds, down in ((2, {}), (40, {"3": now})):
        silence = Silence(3, now - seconds * SECOND, 9.0 * seconds, 1e-8)
        window = SimpleNamespace(now=now, reception=SimpleNamespace(silent=lambda _, s=silence: [s]))
        assert rule._fit(window, {"down": {}, "delay": {}, "late": {}}) == (down, {})


def test_ships_that_anchor_or_leave_are_no_drop():
    leave = fleet(12, range(0, 6000, 10))
    slow = [r.replace(sog=np.where(r["time"] > made.START + 4000 * SECOND, 0, r["sog"]),
                      nav_status=np.where(r["time"] > made.START + 4000 * SECOND, 1, 0)) for r in leave]  # fmt: skip
    thin = [r.take(np.flatnonzero((r["nav_status"] == 0) | (np.arange(r.rows) % 18 == 0))) for r in slow]
    assert alerts_of(coverage_drop.DETECTOR, thin) == []


def clocked(rows, offset, station=1):
    n = rows.rows
    return rows.replace(flags=np.full(n, int(Flag.SECOND)), received=rows["time"] + np.round((0.6 + offset) * SECOND).astype("i8"),
                        station=np.full(n, station))  # fmt: skip


def test_seconds_that_no_longer_fit_are_told_and_those_that_never_did_are_not():
    a = [clocked(r, 0.0) for r in fleet(8, range(0, 1800, 10))]
    b = [clocked(r, 0.0, 2) for r in fleet(8, range(0, 1800, 10), lat=2.0, first=563710000)]
    c = [
        clocked(r, 0.0, 3).replace(flags=np.zeros(r.rows))
        for r in fleet(8, range(0, 1800, 10), lat=2.3, first=563720000)
    ]
    b = [r.replace(flags=np.where(r["time"] < made.START + 900 * SECOND, int(Flag.SECOND), 0)) for r in b]
    found = loud(alerts_of(clock_off.DETECTOR, [*a, *b, *c]))
    assert {(x.evidence["station"], x.evidence["kind"]) for x in found} == {(2, "seconds")}


def test_a_link_that_holds_reports_back_makes_no_ship_wrong():
    a = [clocked(r, 0.0) for r in fleet(8, range(0, 1800, 10))]
    b = [clocked(r, 0.0, 2) for r in fleet(8, range(0, 1800, 10), lat=2.0, first=563710000)]
    b = [r.replace(received=r["received"] + 140 * SECOND * (r["time"] > made.START + 900 * SECOND)) for r in b]
    found = alerts_of(clock_off.DETECTOR, [*a, *b])
    assert {(x.evidence["station"], x.evidence["kind"], x.subjects) for x in found} == {(2, "late", ())}
    assert "141 s after the time that they carry" in found[0].sentence


def test_satellites_that_deliver_when_they_pass_have_no_clock_that_is_off():
    rng = np.random.default_rng(3)
    a = [clocked(r, rng.uniform(0.0, 3000.0, r.rows)) for r in fleet(8, range(0, 1200, 10))]
    assert loud(alerts_of(clock_off.DETECTOR, a)) == []


@pytest.mark.parametrize("offset, expected", [(0.8, set()), (12.0, {2}), (-20.0, {2})])
def test_clocks_of_stations(offset, expected):
    a = [clocked(r, 0.0) for r in fleet(8, range(0, 1200, 10))]
    b = [clocked(r, offset, 2) for r in fleet(8, range(0, 1200, 10), lat=2.0, first=563710000)]
    found = loud(alerts_of(clock_off.DETECTOR, [*a, *b]))
    assert {x.evidence["station"] for x in found} == expected and {x.priority for x in found} <= {"warning"}


@pytest.mark.parametrize("n, expected", [(2, {2}), (0, set())])
def test_a_station_that_brings_few_reports_is_judged_by_several_minutes(n, expected):
    a = [clocked(r, 0.0) for r in fleet(8, range(0, 2400, 10))]
    b = [clocked(r, 0.0, 2) for r in fleet(2, range(0, 2400, 12), lat=2.0, first=563710000)]  # ten a minute
    b[:n] = [r.replace(received=r["received"] - 70 * SECOND * (r["time"] > made.START + 1200 * SECOND)) for r in b[:n]]
    found = loud(alerts_of(clock_off.DETECTOR, [*a, *b]))
    assert {x.evidence["station"] for x in found} == expected
    assert all(x.evidence["reports"] >= 30 and x.last <= made.START + 1680 * SECOND for x in found[:1])


def test_clocks_of_ships():
    good = [clocked(r, 0.0) for r in fleet(8, range(0, 1800, 10))]
    wrong = clocked(made.sail(SHIP, 1.6, 104.3, 9.0, 70.0, range(0, 1800, 10)), 14.0)
    once = clocked(made.sail(SHIP + 1, 1.7, 104.3, 9.0, 70.0, range(0, 1800, 10)), 0.0)
    once = once.replace(received=once["received"] + 14 * SECOND * (np.arange(once.rows) % 15 == 0))
    assert told(alerts_of(clock_off.DETECTOR, [*good, wrong, once])) == {("caution", SHIP)}


# Interference


def thrown(n, lat, lon, at=1200, scatter=0.001):
    """Ships that from ``at`` s on report positions at (lat, lon), or moved by it where those are small."""
    out = []
    for k in range(n):
        rows = made.sail(563720000 + k, 1.20 + 0.02 * k, 103.90, 9.0, 80.0, range(0, 2400, 10))
        hit = rows["time"] >= made.START + (at + 20 * k) * SECOND
        move = abs(lat) < 1.0
        y = rows["lat"] + round(lat * 1e7) if move else np.full(rows.rows, round((lat + scatter * k) * 1e7))
        x = rows["lon"] + round(lon * 1e7) if move else np.full(rows.rows, round(lon * 1e7))
        out.append(rows.replace(lat=np.where(hit, y, rows["lat"]), lon=np.where(hit, x, rows["lon"])))
    return out


def kinds(found):
    return {a.evidence["kind"] for a in loud(found)}


def test_ships_thrown_alike_are_one_alert_about_the_area_and_none_about_ships():
    to_one = alerts_of(interference.DETECTOR, thrown(6, 1.355, 103.989))
    assert "place" in kinds(to_one) and {a.subjects for a in to_one} == {()}
    assert kinds(alerts_of(interference.DETECTOR, thrown(6, 0.30, 0.20))) == {"vector"}
    assert alerts_of(interference.DETECTOR, thrown(4, 1.355, 103.989)) == []


def test_ships_on_a_ring_are_one_alert():
    parts = []
    for k in range(9):
        rows = made.sail(563720000 + k, 1.20 + 0.02 * k, 103.90, 9.0, 80.0, range(0, 1800, 10))
        hit = rows["time"] >= made.START + (1200 + 10 * k) * SECOND
        angle = np.radians(40.0 * k)
        y, x = round((1.5 + 0.05 * np.cos(angle)) * 1e7), round((104.2 + 0.05 * np.sin(angle)) * 1e7)
        parts.append(rows.replace(lat=np.where(hit, y, rows["lat"]), lon=np.where(hit, x, rows["lon"])))
    assert kinds(alerts_of(interference.DETECTOR, parts)) == {"circle"}


def test_positions_lost_together_are_interference_and_one_lost_is_none():
    def blind(n):
        out = []
        for k, rows in enumerate(fleet(8, range(0, 1800, 10))):
            hit = (rows["time"] >= made.START + 900 * SECOND) & (k < n)
            out.append(rows.replace(lat=np.where(hit, I32, rows["lat"]), lon=np.where(hit, I32, rows["lon"])))
        return out

    assert kinds(alerts_of(interference.DETECTOR, blind(6))) == {"loss"}
    assert alerts_of(interference.DETECTOR, blind(2)) == []


def test_many_that_leap_each_their_own_way_are_no_interference():
    rng = np.random.default_rng(3)
    parts = []
    for k in range(8):
        rows = made.sail(563720000 + k, 1.20 + 0.02 * k, 103.90, 9.0, 80.0, range(0, 1800, 10))
        hit = rows["time"] >= made.START + (1200 + 10 * k) * SECOND
        dy, dx = (rng.uniform(-0.6, 0.6, 2) * 1e7).round().astype("i8")
        parts.append(rows.replace(lat=rows["lat"] + np.where(hit, dy, 0), lon=rows["lon"] + np.where(hit, dx, 0)))
    assert alerts_of(interference.DETECTOR, parts) == []
    assert len(who(alerts_of(jump.DETECTOR, parts))) >= 6


# Tracks and rates


def test_a_contradiction_is_a_caution():
    lies = made.sail(SHIP, 1.3, 104.3, 12.0, 80.0, range(0, 1800, 10))
    lies = lies.replace(
        lat=np.full(lies.rows, 13_000_000) + np.arange(lies.rows) % 3, lon=np.full(lies.rows, 1_043_000_000)
    )
    assert told(alerts_of(impossible_track.DETECTOR, [lies])) == {("caution", SHIP)}


def test_a_ship_far_out_of_range_is_told_of_and_many_are_the_air():
    near = fleet(20, range(0, 2400, 10), lat=1.1)
    far = made.sail(SHIP, 4.5, 104.3, 9.0, 70.0, range(1200, 2400, 10)).replace(station=np.full(120, 1))
    rng = np.random.default_rng(2)
    noisy = [r.replace(lat=r["lat"] + rng.normal(0, 300, r.rows).round().astype("i8")) for r in (*near, far)]
    assert told(alerts_of(impossible_track.DETECTOR, noisy)) == {("warning", SHIP)}
    duct = [*noisy, *fleet(5, range(1200, 2400, 10), lat=4.6, first=563730000)]
    assert who(alerts_of(impossible_track.DETECTOR, duct)) == set()


def test_a_beacon_far_away_that_sends_a_tenth_of_all_is_out_of_range_and_who_sailed_there_is_not():
    near = fleet(9, range(0, 5400, 10), lat=1.1)
    rng = np.random.default_rng(3)

    def noisy(r):
        return r.replace(lat=r["lat"] + rng.normal(0, 300, r.rows).round().astype("i8"))

    far = made.sail(SHIP, 4.5, 104.3, 9.0, 70.0, range(0, 5400, 10)).replace(station=np.full(540, 1))
    assert told(alerts_of(impossible_track.DETECTOR, [noisy(r) for r in (*near, far)])) == {("warning", SHIP)}
    sails = made.sail(SHIP, 1.2, 104.3, 60.0, 0.0, range(0, 7200, 10)).replace(station=np.full(720, 1))
    assert who(alerts_of(impossible_track.DETECTOR, [noisy(r) for r in (*near, sails)])) == set()


def test_seldom_reports_in_poor_reception_are_not_the_ships_doing():
    poor = [
        r.take(np.flatnonzero(np.random.default_rng(k).random(r.rows) < 0.12))
        for k, r in enumerate(fleet(12, range(0, 5400, 10)))
    ]
    assert who(alerts_of(reporting_rate.DETECTOR, poor)) == set()
