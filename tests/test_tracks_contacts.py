"""Contacts: what is believed of each vessel, how it is kept, and who is near."""

from __future__ import annotations

import numpy as np
import pytest

from selat.detectors import _golden as made
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import Columns, empty
from selat.model.schema import NO_TIME
from selat.model.units import KNOT
from selat.tracks import nearby, say
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import Kind, kinds_of
from selat.tracks.trail import RING

START = made.START


def fed(*parts, statics=None):
    contacts = Contacts()
    if statics is not None:
        contacts.declare(statics)
    contacts.update(made.numbered(*parts))
    return contacts


def test_a_contact_says_what_was_last_reported():
    c = fed(made.sail(563000001, 1.2, 103.8, 12.0, 90.0, range(0, 600, 10), status=3))
    assert len(c) == 1 and c.mmsi.tolist() == [563000001]
    assert (c.kind[0], c.status[0], c.seq[0], c.reports[0]) == (Kind.CLASS_A, 3, 59, 60)
    assert c.sog[0] == pytest.approx(12 * KNOT) and c.cog[0] == 90.0 and c.heading[0] == 90.0
    assert (c.vx[0], c.vy[0]) == (pytest.approx(12 * KNOT, rel=1e-3), pytest.approx(0.0, abs=1e-3))
    assert c.time[0] == START + 590 * SECOND and c.received[0] == c.time[0] + SECOND // 2
    with pytest.raises(AttributeError):
        _ = c.colour


def test_values_that_mean_not_available_are_nan():
    row = made.sail(1, 1.2, 103.8, 12.0, 90.0, [0])
    row = row.replace(sog=np.array([1022]), cog=np.array([3600]), heading=np.array([511]))
    c = fed(row)
    assert np.isnan([c.sog[0], c.cog[0], c.heading[0], c.vx[0]]).all()


def test_velocity_is_smoothed_and_starts_anew_after_a_silence():
    steady = made.sail(1, 1.2, 103.8, 10.0, 0.0, range(0, 100, 10))
    spike = made.sail(1, 1.2, 103.8, 20.0, 0.0, [100])
    c = fed(steady, spike)
    assert 10 * KNOT < c.vy[0] < 15 * KNOT and c.sog[0] == pytest.approx(20 * KNOT)
    c.update(made.sail(1, 1.2, 103.8, 20.0, 0.0, [400]))
    assert c.vy[0] == pytest.approx(20 * KNOT)


def test_the_ring_remembers_two_hours_and_no_more():
    c = fed(made.sail(1, 1.2, 103.8, 10.0, 90.0, range(0, 4 * 3600, 10)))
    time, lat, lon, *_ = c.track(0)
    assert len(time) == RING and (np.diff(time) > 0).all()
    assert time[-1] == c.time[0] and lon[-1] == c.lon[0] and lat[-1] == c.lat[0]
    assert 1.9 * HOUR < time[-1] - time[0] < 2.2 * HOUR
    assert (np.diff(time)[:-1] >= 75 * SECOND).all()


def test_statics_are_kept_by_mmsi_field_by_field_and_the_newest_wins():
    c = Contacts()
    c.declare(made.ship(563000001, "OLD NAME", 100, 16, 70, second=0))
    c.declare(made.ship(563000001, "NEW NAME", second=60))
    c.declare(made.ship(563000001, "OLDER STILL", second=-60))
    c.update(made.sail(563000001, 1.2, 103.8, 10.0, 90.0, [70]))
    assert c.name(0) == "NEW NAME" and c.length()[0] == 100 and c.beam()[0] == 16 and c.static("ship_type")[0] == 70
    c.update(made.sail(563000002, 1.2, 103.9, 10.0, 90.0, [70]))
    assert c.name(1) == "MMSI 563000002" and np.isnan(c.length()[1])


def test_changes_are_found_by_version():
    c = fed(made.sail(1, 1.2, 103.8, 10.0, 90.0, [0]), made.sail(2, 1.3, 103.8, 10.0, 90.0, [0]))
    seen = c.version
    assert c.changed_since(seen).size == 0
    c.update(made.sail(2, 1.3, 103.8, 10.0, 90.0, [10]))
    assert c.changed_since(seen).tolist() == [1] and c.version > seen
    c.declare(made.ship(1, "NAME"))
    assert c.changed_since(seen).tolist() == [0, 1]
    c.update(empty("reports"))
    assert c.changed_since(c.version).size == 0


def test_silent_contacts_are_lost_and_found_again():
    c = fed(made.sail(1, 1.2, 103.8, 10.0, 90.0, [0]), made.sail(2, 1.3, 103.8, 0.0, 90.0, [0]))
    assert c.mark_lost(START + 7 * MINUTE).tolist() == [0]
    assert c.mark_lost(START + 7 * MINUTE).size == 0
    assert c.mark_lost(START + 19 * MINUTE).tolist() == [1]
    c.update(made.sail(1, 1.2, 103.8, 10.0, 90.0, [1200]))
    assert c.lost.tolist() == [False, True]


def world(n, seed=0):
    rng = np.random.default_rng(seed)
    data = {
        "time": np.sort(START + rng.integers(0, HOUR, n)), "mmsi": rng.integers(1, n // 5, n), "seq": np.arange(n),
        "lat": rng.integers(-6 * 10**8, 6 * 10**8, n), "lon": rng.integers(-18 * 10**8, 18 * 10**8, n),
        "sog": rng.integers(0, 200, n), "cog": rng.integers(0, 3600, n), "time_quality": np.full(n, 5),
        "msg_type": np.full(n, 1),
    }  # fmt: skip
    return Columns("reports", data)


def test_dropping_keeps_the_rest_whole():
    c = Contacts()
    c.update(world(4000))
    before = {int(i): float(lat) for i, lat in zip(c.ids(), c.lat, strict=True)}
    heard = dict(zip(c.ids().tolist(), c.heard.tolist(), strict=True))
    limit, version = START + 20 * MINUTE, c.version
    gone = c.drop(limit)
    assert gone == sum(h < limit for h in heard.values()) > 0
    after = {int(i): float(lat) for i, lat in zip(c.ids(), c.lat, strict=True)}
    assert after == {i: lat for i, lat in before.items() if heard[i] >= limit}
    assert {i for v, i in c.gone if v > version} == before.keys() - after.keys()
    for slot in range(len(c)):
        assert slot in c.of(int(c.mmsi[slot])).tolist()
    mmsi = int(c.mmsi[0])
    last = c.ordinal[c.of(mmsi)].max()
    c.update(made.sail(mmsi, 80.0, 10.0, 0.0, 0.0, [7200]))
    assert c.ordinal[c.of(mmsi)].max() == last + 1  # ordinals are never given twice


def test_state_restores_to_the_same_future():
    rows = world(3000, seed=4)
    one = Contacts()
    one.declare(made.ship(17, "SEVENTEEN", 50, 10))
    one.update(rows.slice(0, 2000))
    state = one.state()
    two = Contacts()
    two.restore(state)
    for c in (one, two):
        c.update(rows.slice(2000, 3000))
        c.drop(START + 30 * MINUTE)
    a, b = one.state(), two.state()
    for part in ("heads", "belief", "smooth", "track", "recent", "whos", "said"):
        for name in a[part]:
            np.testing.assert_array_equal(a[part][name], b[part][name], err_msg=name)
    assert a["version"] == b["version"] and a["gone"].tolist() == b["gone"].tolist()


def test_unknown_senders_have_no_slots():
    assert Contacts().of(5).size == 0
    assert fed(made.sail(1, 1.2, 103.8, 1.0, 0.0, [0])).of(5).size == 0


def test_kinds_by_number_and_by_message():
    mmsi = np.array([563000001, 563000002, 5630001, 995630001, 111563001, 970123456, 972123456, 974123456, 563000003])
    types = np.array([1, 18, 4, 21, 9, 1, 1, 1, 27], "u1")
    assert kinds_of(mmsi, types).tolist() == [
        Kind.CLASS_A, Kind.CLASS_B, Kind.BASE, Kind.ATON, Kind.AIRCRAFT,
        Kind.BEACON, Kind.BEACON, Kind.BEACON, Kind.VESSEL,
    ]  # fmt: skip


def test_helpers_are_sorted_by_who_is_there_first():
    slow = made.sail(563000001, 1.20, 103.80, 8.0, 90.0, [0])
    fast = made.sail(563000002, 1.25, 103.80, 30.0, 90.0, [0])
    far = made.sail(563000003, 3.0, 103.80, 30.0, 90.0, [0])
    buoy = made.sail(995630001, 1.21, 103.80, 0.0, 90.0, [0], msg_type=21)
    c = fed(slow, fast, far, buoy)
    found = nearby.helpers(c, 1.22, 103.80, START + SECOND, 5, 50 * 1852.0, 8 * KNOT)
    assert [h["mmsi"] for h in found] == [563000002, 563000001]
    assert found[1]["range"] == pytest.approx(2211.5, abs=1.0) and found[1]["bearing"] == pytest.approx(180.0, abs=0.1)
    assert found[1]["eta"] == pytest.approx(2211.5 / (8 * KNOT), rel=1e-3)
    assert nearby.helpers(c, float("nan"), 1.0, START, 5, 1e5, 1.0) == []


def test_who_passed_is_found_between_the_positions_kept():
    c = fed(
        made.sail(563000001, 1.2, 103.8, 15.0, 90.0, range(-3600, 0, 10)),
        made.sail(563000002, 1.25, 103.8, 15.0, 90.0, range(-3600, 0, 10)),
    )
    found = nearby.passers(c, 1.2005, 103.7, START - 2 * HOUR, START)
    assert [f["mmsi"] for f in found] == [563000001]
    assert found[0]["range"] == pytest.approx(55.3, abs=1.0)
    assert abs(found[0]["time"] - (START - round(11130 / (15 * KNOT)) * SECOND)) < 5 * SECOND
    assert nearby.passers(c, 1.2005, 103.7, START - 10 * MINUTE, START) == []


@pytest.mark.parametrize(
    "lat, lon, text",
    [
        (1.2416667, 103.92, "01°14.50'N 103°55.20'E"),
        (-0.99999999, -0.5, "01°00.00'S 000°30.00'W"),
        (float("nan"), 0.0, "an unknown position"),
    ],
)
def test_places_are_said_in_degrees_and_minutes(lat, lon, text):
    assert say.place(lat, lon) == text


def test_numbers_are_said_as_at_sea():
    assert [say.miles(m) for m in (40, 148.16, 18520 * 2)] == ["40 m", "0.08 nm", "20 nm"]
    assert [say.span(s) for s in (59, 420, 7200)] == ["59 s", "7 min", "2.0 h"]
    assert say.clock(NO_TIME + 2**63 + 3661 * SECOND) == "01:01:01"
    assert say.bearing(359.7) == "000"
