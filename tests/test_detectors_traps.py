"""The rules' traps: distress is never missed nor repeated, a jump is no shared number, traffic is no collision."""

from __future__ import annotations

import math

import numpy as np
import pytest

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import collision, distress, jump
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import Columns, empty
from selat.model.schema import I32

pytestmark = pytest.mark.long

NOW = made.START + 86400 * 3 * SECOND
MINUTES = range(-1200, 0, 10)


def alerts(rule, *parts, statics=None, messages=None):
    reports = made.numbered(*parts) if parts else empty("reports")
    floor = Floor([rule])
    return floor.step(reports, statics or empty("statics"), messages or empty("messages"), made.START, final=True)


def beacon(mmsi=970111111, status=14, minutes=3, start=0, **columns):
    seconds = [start + 60 * m + 2 * k for m in range(minutes) for k in range(8)]
    rows = made.sail(mmsi, 1.25, 103.9, 0.5, 90.0, seconds, status=status)
    return rows.replace(**{k: np.full(rows.rows, v) for k, v in columns.items()}) if columns else rows


# Distress


@pytest.mark.parametrize(
    "mmsi, word", [(970000001, "Search and rescue"), (972000001, "Man overboard"), (974000001, "EPIRB")]
)
def test_an_active_beacon_is_an_emergency_from_its_first_message(mmsi, word):
    found = alerts(distress.DETECTOR, beacon(mmsi, minutes=1).slice(0, 1))
    assert len(found) == 1 and found[0].priority == "emergency" and found[0].sentence.startswith(word)
    assert found[0].time == made.START and found[0].evidence["bursts"] == 1


def test_an_episode_has_one_alert_that_is_refreshed():
    found = alerts(distress.DETECTOR, beacon(minutes=10))
    assert len({a.id for a in found}) == 1
    assert 8 <= len(found) <= 12
    assert found[-1].evidence["bursts"] == 10 and found[-1].evidence["messages"] >= 73


def test_after_six_hours_of_silence_it_is_a_new_episode():
    found = alerts(distress.DETECTOR, beacon(minutes=1), beacon(minutes=1, start=7 * 3600))
    assert len({a.id for a in found}) == 2


def test_a_test_is_shown_and_an_emergency_after_it_has_its_own_alert():
    found = alerts(distress.DETECTOR, beacon(status=15, minutes=2), beacon(status=14, minutes=2, start=300))
    assert [(a.priority, a.state) for a in found[:1]] == [("caution", "active")]
    cleared = next(a for a in found if a.state == "cleared")
    assert cleared.id == found[0].id
    emergency = [a for a in found if a.priority == "emergency"]
    assert emergency and {a.id for a in emergency} != {cleared.id}


def test_what_was_active_does_not_become_a_test():
    found = alerts(distress.DETECTOR, beacon(status=14, minutes=2), beacon(status=15, minutes=2, start=300))
    assert {a.priority for a in found} == {"emergency"} and len({a.id for a in found}) == 1


def test_a_beacon_without_status_counts_as_active_and_says_so():
    found = alerts(distress.DETECTOR, beacon(status=255, minutes=1, msg_type=27))
    assert found[0].priority == "emergency" and "sent no status" in found[0].sentence


def test_a_text_says_test_or_active():
    test = alerts(distress.DETECTOR, messages=made.text(970000009, "SART TEST", 5.0))
    assert test[0].priority == "caution" and math.isnan(test[0].lat) and "unknown position" in test[0].sentence
    live = alerts(distress.DETECTOR, messages=made.text(970000009, "SART ACTIVE", 5.0))
    assert live[0].priority == "emergency"


def test_a_beacon_without_position_is_shown_and_placed_later():
    dumb = beacon(minutes=1, lat=I32, lon=I32)
    found = alerts(distress.DETECTOR, dumb, beacon(minutes=2, start=60))
    assert math.isnan(found[0].lat) and found[-1].lat == pytest.approx(1.25, abs=0.01)
    assert len({a.id for a in found}) == 1


@pytest.mark.parametrize(
    "words, priority",
    [("MAYDAY WE ARE SINKING", "emergency"), ("FIRE ON BOARD", "alarm"), ("PIRATES ALONGSIDE", "alarm"),
     ("MOB DRILL", "caution"),
     ("FIREWORKS IN THE HARBOUR", None), ("HAVE A GOOD WATCH", None), ("", None), (None, None)],
)  # fmt: skip
def test_words_of_distress(words, priority):
    message = made.text(563000001, words or "", 5.0)
    found = alerts(distress.DETECTOR, messages=message.replace(text=np.array([words], dtype=object)))
    assert [a.priority for a in found] == ([priority] if priority else [])


def test_a_silent_beacon_says_so_once_and_stays():
    floor = Floor([distress.DETECTOR])
    found = floor.step(beacon(minutes=1), empty("statics"), empty("messages"), made.START)
    ship = made.sail(563000001, 1.3, 103.9, 10.0, 0.0, range(0, 3600, 10))
    found += floor.step(ship, empty("statics"), empty("messages"), made.START, True)
    assert [("silent" in a.sentence, a.state) for a in found] == [(False, "active"), (True, "active")]


def test_late_beacons_are_not_lost():
    floor = Floor([distress.DETECTOR])
    ship = made.sail(563000001, 1.3, 103.9, 10.0, 0.0, range(0, 3600, 10))
    floor.step(ship, empty("statics"), empty("messages"), made.START)
    found = floor.step(beacon(minutes=1, start=60), empty("statics"), empty("messages"), made.START + MINUTE, True)
    assert found[0].priority == "emergency" and found[0].time == made.START + 60 * SECOND


def test_ten_thousand_beacons_and_none_is_missed():
    rng = np.random.default_rng(1)
    n = 10_000
    data = {
        "time": made.START + np.sort(rng.integers(0, 1000 * SECOND, n)), "seq": np.arange(n), "msg_type": np.full(n, 1),
        "mmsi": rng.choice([970, 972, 974], n) * 1_000_000 + rng.permutation(n),
        "nav_status": rng.choice([14, 14, 255, 0], n),
        "lat": rng.integers(-8 * 10**8, 8 * 10**8, n), "lon": rng.integers(-18 * 10**8, 18 * 10**8, n),
    }  # fmt: skip
    found = alerts(distress.DETECTOR, Columns("reports", data))
    assert {a.subjects[0] for a in found if a.priority == "emergency"} == set(data["mmsi"].tolist())


# Jump


def moved(rows, by, seconds):
    keep = rows["time"] >= made.START + seconds * SECOND
    return rows.replace(lat=rows["lat"] + np.where(keep, round(by * 1e7), 0).astype("i4"))


def test_a_jump_is_told_with_both_places():
    found = alerts(jump.DETECTOR, moved(made.sail(533000001, 1.2, 103.8, 12.0, 90.0, range(0, 900, 10)), 0.5, 450))
    assert len(found) == 1
    e = found[0].evidence
    assert (
        e["kind"] == "jump"
        and e["from"][0] == pytest.approx(1.2, abs=0.01)
        and e["to"][0] == pytest.approx(1.7, abs=0.01)
    )
    assert e["distance"] == pytest.approx(55_300, rel=0.01) and e["seconds"] == 10.0 and len(e["seq"]) >= 4


def test_one_bad_fix_is_no_jump():
    rows = made.sail(533000001, 1.2, 103.8, 12.0, 90.0, range(0, 900, 10))
    lat = rows["lat"].copy()
    lat[40] += 5_000_000
    assert alerts(jump.DETECTOR, rows.replace(lat=lat)) == []
    lat[0] = 5_000_000  # and neither is a bad beginning
    assert alerts(jump.DETECTOR, rows.replace(lat=lat)) == []


def test_a_bad_clock_is_no_jump():
    rows = made.sail(533000001, 1.2, 103.8, 20.0, 90.0, range(0, 3600, 10))
    rng = np.random.default_rng(2)
    shaken = rows.replace(time=rows["time"] + rng.integers(-60, 60, rows.rows) * SECOND)
    assert alerts(jump.DETECTOR, shaken) == []


def test_coarse_satellite_positions_are_no_jump():
    rows = made.sail(533000001, 1.2, 103.8, 12.0, 90.0, range(0, 900, 10))
    coarse = made.sail(533000001, 1.9, 103.8, 12.0, 90.0, range(5, 900, 60), msg_type=27)
    assert alerts(jump.DETECTOR, rows, coarse) == []


def test_a_ship_that_comes_back_after_a_day_did_not_jump():
    before = made.sail(533000001, 1.2, 103.8, 12.0, 90.0, range(0, 900, 10))
    after = made.sail(533000001, 5.2, 100.0, 12.0, 90.0, range(0, 900, 10))
    assert alerts(jump.DETECTOR, before, after.replace(time=after["time"] + 40 * 3600 * SECOND)) == []


def two_ferries(seconds, share=2):
    a = made.sail(525000001, 1.15, 104.0, 20.0, 0.0, range(0, seconds, 30))
    b = made.sail(525000001, 1.15, 104.6, 20.0, 180.0, range(15, seconds, 15 * share))
    return a, b


def test_two_places_need_five_minutes():
    assert alerts(jump.DETECTOR, *two_ferries(250)) == []
    found = alerts(jump.DETECTOR, *two_ferries(900))
    assert {a.evidence["kind"] for a in found} == {"two places"} and len({a.id for a in found}) == 1
    assert len(found[0].evidence["segments"]) == 2 and found[0].evidence["changes"] > 3


def test_two_places_are_closed_an_hour_after_the_last_change():
    found = alerts(jump.DETECTOR, *two_ferries(2400), made.sail(525000001, 1.4, 104.0, 0.0, 0.0, range(2400, 8000, 30)))
    assert found[-1].state == "cleared" and found[-1].id == found[0].id


# Collision

CROSSING = (
    made.sail(563100001, 1.22, 103.85, 14.0, 70.0, MINUTES),
    made.sail(563100002, 1.2204, 103.8503, 9.0, 160.0, MINUTES),
)


def named(*lengths, kinds=(70, 70)):
    return made.numbered(
        *[made.ship(563100001 + n, f"SHIP {n}", x, 20, kinds[n], -1300.0) for n, x in enumerate(lengths)]
    )


def test_crossing_ships_are_warned_then_alarmed():
    found = alerts(collision.DETECTOR, *CROSSING, statics=named(200, 150))
    assert found[0].priority == "warning", "nobody acted in time"
    assert found[-1].priority == "alarm" and len({a.id for a in found}) == 1
    first = found[0]
    assert 340 < first.evidence["tcpa"] <= 360 and first.evidence["judgements"] > 30, "watched from 20 minutes before"
    assert first.evidence["encounter"] == "crossing" and first.evidence["give_way"] == 563100002
    assert "SHIP 1 has SHIP 0 to starboard" in first.sentence
    assert first.lat == pytest.approx(1.22, abs=0.002) and first.lon == pytest.approx(103.85, abs=0.002)


def test_who_gives_way_in_time_is_not_told_of():
    """She turns to starboard seven minutes before, sails as she says, and passes a third of a mile astern."""
    a, b = CROSSING[0], made.sail(563100002, 1.2204, 103.8503, 9.0, 160.0, range(-1200, -420, 10))
    lat, lon = b["lat"][-1] * 1e-7, b["lon"][-1] * 1e-7
    on = made.sail(563100002, lat - 0.0, lon, 9.0, 195.0, range(0, 420, 10))
    on = on.replace(time=on["time"] - 410 * SECOND)
    told = alerts(collision.DETECTOR, a, b, on, statics=named(200, 150))
    assert told == [] and alerts(collision.DETECTOR, a, CROSSING[1], statics=named(200, 150)) != []


def test_while_one_acts_nobody_speaks_unless_it_is_late():
    """The course of the one that gives way comes round by a degree every 10 s, too little."""
    a, b = CROSSING
    seconds = (b["time"] - made.START) / SECOND
    cog = 1600 + np.where(seconds > -450, np.minimum((seconds + 450) // 10 * 10, 120), 0)
    found = alerts(collision.DETECTOR, a, b.replace(cog=cog.astype("i8")), statics=named(200, 150))
    assert found and found[0].evidence["tcpa"] < 320, "while the distance of the pass changed, nothing was told"


def test_a_ferry_that_swings_through_the_way_of_another_is_no_danger_unless_she_stays():
    """A ferry points at the meeting 110 s before it, for half a minute; or keeps that course."""
    a, b = CROSSING[0], made.sail(563100002, 1.2204, 103.8503, 9.0, 160.0, range(-1200, 120, 5))
    seconds = (b["time"] - made.START) / SECOND
    for until, told in ((-75, False), (1000, True)):
        there = (seconds > -110) & (seconds < until)
        found = alerts(collision.DETECTOR, a, b.replace(cog=np.where(there, 1600, 2600)), statics=named(200, 40))
        assert any(x.last < made.START - 26 * SECOND for x in found) == told


def test_while_one_slows_down_nobody_speaks():
    """Two meet end on; one takes off her way from eight minutes before to three and a half."""
    a, b = (made.sail(563100001 + n, 1.2, 103.85, 12.0, 90.0 + 180.0 * n, MINUTES) for n in range(2))
    seconds = (b["time"] - made.START) / SECOND
    slower = b.replace(sog=np.interp(seconds, [-480, -210], [120, 30]).round().astype("i8"))
    steady, slowing = (alerts(collision.DETECTOR, a, x, statics=named(150, 150)) for x in (b, slower))
    assert steady[0].last < made.START - 330 * SECOND
    assert slowing[0].last > made.START - 260 * SECOND, "the time of the pass changed"


def test_positions_led_astray_meet_nobody():
    """A jammed ship is put 6 miles away, onto the way of another, and sails on from there."""
    a, b = CROSSING
    far = np.where(b["time"] < made.START - 340 * SECOND, 1_000_000, 0)
    assert alerts(collision.DETECTOR, a, b.replace(lat=b["lat"] + far), statics=named(200, 150)) == []


def test_a_pair_that_has_passed_is_rectified():
    after = range(-1200, 400, 10)
    found = alerts(
        collision.DETECTOR, made.sail(563100001, 1.22, 103.85, 14.0, 70.0, after),
        made.sail(563100002, 1.2215, 103.8503, 9.0, 160.0, after), statics=named(200, 150),
    )  # fmt: skip
    assert found[-1].state == "rectified" and found[-1].evidence["least_range"] < 300
    assert found[-1].last - made.START < 120 * SECOND


def test_head_on_and_overtaking_are_named():
    big = named(150, 150)
    head = alerts(
        collision.DETECTOR, made.sail(563100001, 1.2, 103.85, 12.0, 90.0, MINUTES),
        made.sail(563100002, 1.2005, 103.85, 12.0, 270.0, MINUTES), statics=big,
    )  # fmt: skip
    assert head[0].evidence["encounter"] == "head_on" and "rule 14" in head[0].sentence
    over = alerts(
        collision.DETECTOR, made.sail(563100001, 1.2, 103.85, 18.0, 90.0, MINUTES),
        made.sail(563100002, 1.2001, 103.85, 9.0, 90.0, MINUTES), statics=big,
    )  # fmt: skip
    assert over[0].evidence["encounter"] == "overtaking" and over[0].evidence["give_way"] == 563100001


SILENT = {
    "overtaking with room": (
        made.sail(563100001, 1.2, 103.85, 18.0, 90.0, MINUTES),
        made.sail(563100002, 1.2018, 103.85, 9.0, 90.0, MINUTES)),
    "tug and tow": (
        made.sail(563100001, 1.2, 103.85, 6.0, 90.0, MINUTES), made.sail(563100002, 1.2, 103.852, 6.1, 90.0, MINUTES)),
    "both at anchor": (
        made.sail(563100001, 1.2, 103.85, 0.3, 90.0, MINUTES, status=1),
        made.sail(563100002, 1.2, 103.851, 0.3, 270.0, MINUTES, status=1)),
    "moored at the berth ahead": (
        made.sail(563100001, 1.2, 103.85, 8.0, 90.0, MINUTES),
        made.sail(563100002, 1.2, 103.851, 0.0, 0.0, MINUTES, status=5)),
    "stale": (
        made.sail(563100001, 1.22, 103.85, 14.0, 70.0, range(-1800, -1600, 10)), CROSSING[1]),
    "two reports only": (
        made.sail(563100001, 1.22, 103.85, 14.0, 70.0, [-620, -610]), CROSSING[1]),
    "same number": (CROSSING[0], CROSSING[1].replace(mmsi=np.full(CROSSING[1].rows, 563100001))),
    "aircraft": (CROSSING[0], made.sail(111563001, 1.2204, 103.8503, 9.0, 160.0, MINUTES, msg_type=9)),
}  # fmt: skip


@pytest.mark.parametrize("parts", SILENT.values(), ids=SILENT)
def test_what_is_no_danger_raises_nothing(parts):
    assert alerts(collision.DETECTOR, *parts, statics=named(100, 100)) == []


def test_a_small_boat_that_lies_in_the_way_of_a_tanker_is_told():
    boat = made.sail(563100002, 1.2, 103.85, 0.0, 0.0, MINUTES, msg_type=18)
    found = alerts(
        collision.DETECTOR, made.sail(563100001, 1.2, 103.85, 14.0, 70.0, MINUTES), boat, statics=named(250, 8)
    )
    assert found and "lies still in the way of SHIP 0" in found[0].sentence and found[0].evidence["tcpa"] <= 300
    # A launch that makes for the tanker at anchor comes alongside.
    tanker = made.sail(563100001, 1.2, 103.85, 0.2, 0.0, MINUTES, status=1)
    launch = made.sail(563100002, 1.2, 103.85, 14.0, 70.0, MINUTES, msg_type=18)
    assert alerts(collision.DETECTOR, tanker, launch, statics=named(250, 8)) == []


def test_a_pilot_boat_may_close():
    assert alerts(collision.DETECTOR, *CROSSING, statics=named(200, 18, kinds=(70, 50))) == []
    assert alerts(collision.DETECTOR, *CROSSING, statics=named(200, 90, kinds=(70, 50))) != []


def test_a_single_swing_of_the_course_raises_nothing():
    """Two ships in opposite lanes 0.6 nm apart; one points at the other for two reports at a bend."""
    ship = made.sail(563100001, 1.2, 103.85, 12.0, 90.0, MINUTES)
    cog = ship["cog"].copy()
    cog[60:62] = 860
    other = made.sail(563100002, 1.21, 103.85, 12.0, 270.0, MINUTES)
    assert alerts(collision.DETECTOR, ship.replace(cog=cog), other, statics=named(200, 150)) == []


def test_the_same_pair_soon_again_goes_on_with_its_alert():
    """The first ship turns away at -300 s and back on its course two minutes later."""
    a = CROSSING[0]
    away = (a["time"] >= made.START - 300 * SECOND) & (a["time"] < made.START - 180 * SECOND)
    turned = a.replace(cog=np.where(away, 1600, 700))
    found = alerts(collision.DETECTOR, turned, CROSSING[1], statics=named(200, 150))
    states = [x.state for x in found]
    assert "rectified" in states and states.index("rectified") < len(states) - 1
    assert len({x.id for x in found}) == 1 and found[-1].state == "active"
