"""Rules of identity: numbers, changes, what does not fit, and lists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seas import alerts_of, told, who
from selat.detectors import _golden as made
from selat.detectors import _hulls as hulls
from selat.detectors import _prefixes as prefixes
from selat.detectors import identity_change, identity_format, identity_mismatch, watch_list, zombie_imo
from selat.model.watchlist import Entry, imo_valid
from selat.tracks.lists import Lists
from selat.tracks.world import World

SHIP = 563000111


def sails(mmsi=SHIP, until=3000, lat=1.3):
    return made.sail(mmsi, lat, 104.3, 9.0, 80.0, range(0, until, 10))


def says(mmsi=SHIP, second=0.0, name="FIRST NAME", length=180, ship_type=70, **more):
    rows = made.ship(mmsi, name, length, 30 if length else 0, ship_type, float(second))
    return rows.replace(**{k: np.array([v]) for k, v in more.items()}) if more else rows


# Format


@given(st.integers(0, 99_999_999))
def test_check_digits_by_arrays_and_one_by_one(imo):
    assert bool(hulls.odd_imo(np.array([imo]))[0]) == (imo != 0 and not imo_valid(imo))


@given(
    st.one_of(
        st.integers(10_000_000, 999_999_999), st.sampled_from([111111111, 222222222, 666666666, 563000000, 123456789])
    )
)
def test_numbers_that_pass_the_arrays_have_no_fault(mmsi):
    if hulls.mmsi_fault(mmsi):
        assert bool(hulls.odd_mmsi(np.array([mmsi]))[0])


@pytest.mark.parametrize(
    "mmsi, fine",
    [(563000111, True), (533123456, True), (123456789, False), (201999999, True), (200123456, False), (666666666, False),
     (563000000, False), (985631234, True), (856312345, True), (912345678, False)],
)  # fmt: skip
def test_mmsi(mmsi, fine):
    assert (hulls.mmsi_fault(mmsi) == "") == fine


def test_one_caution_a_ship_that_ends_when_she_corrects_it():
    said = [says(imo=9074728), *[says(second=s, imo=9074729) for s in (1200.0, 1560.0)]]
    found = alerts_of(identity_format.DETECTOR, [sails()], said)
    assert told(found) == {("caution", SHIP)} and len({a.id for a in found}) == 1 and found[-1].state == "rectified"


# Change


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"name": "OTHER THING"}, "caution"),
        ({"name": "FIRST NAMES"}, None),
        ({"name": "FIRSTNAME"}, None),
        ({"imo": 9176187}, "warning"),
        ({"imo": 9176188}, None),
        ({"name": "OTHER THING", "callsign": b"HP9999"}, "warning"),
        ({"ship_type": 80}, "caution"),
        ({"ship_type": 79}, None),
        ({"length": 100}, None),
        ({"length": 185}, None),
    ],
)
def test_what_is_a_change(change, expected):
    old = {"imo": 9074729, "callsign": b"9V1234"}
    said = [says(second=s, **(old if s < 1200 else {**old, **change})) for s in range(0, 3000, 360)]
    found = alerts_of(identity_change.DETECTOR, [sails()], said)
    assert told(found) == ({(expected, SHIP)} if expected else set())


def test_a_value_heard_once_is_no_change():
    said = [says(second=s, name="OTHER THING" if s == 1080 else "FIRST NAME") for s in range(0, 3000, 360)]
    assert alerts_of(identity_change.DETECTOR, [sails()], said) == []


def test_two_hulls_of_one_number_are_no_change():
    other = made.sail(SHIP, 1.3, 105.3, 9.0, 260.0, range(5, 3000, 10))
    said = [says(second=s, name=("FIRST NAME", "OTHER THING")[s // 720 % 2]) for s in range(0, 3000, 360)]
    assert alerts_of(identity_change.DETECTOR, [sails(), other], said) == []


def test_who_is_left_of_two_hulls_has_not_changed():
    """Of two that use a number the one is heard to say her name for an hour and more; then she leaves, and the other says hers."""
    other = made.sail(SHIP, 1.3, 105.3, 9.0, 260.0, range(605, 5400, 10))
    said = [
        says(
            second=s,
            name="OTHER THING" if 700 < s < 5500 else "FIRST NAME",
            callsign=b"HP9999" if 700 < s < 5500 else b"9V1234",
        )
        for s in range(0, 9000, 360)
    ]
    assert alerts_of(identity_change.DETECTOR, [sails(until=9000), other], said) == []


def test_who_changes_while_her_positions_are_elsewhere_is_told_of():
    rows = sails(until=6000)
    seconds = (rows["time"] - made.START) // 10**9
    rows = rows.replace(lat=rows["lat"] + np.where((seconds > 1500) & (seconds < 2000), 5_000_000, 0).astype("i4"))
    said = [says(second=s, name="FIRST NAME" if s < 1600 else "OTHER THING") for s in range(0, 6000, 360)]
    assert told(alerts_of(identity_change.DETECTOR, [rows], said)) == {("caution", SHIP)}


def test_the_change_is_told_for_an_hour():
    said = [says(second=s, name="FIRST NAME" if s < 1200 else "OTHER THING") for s in range(0, 9000, 360)]
    found = alerts_of(identity_change.DETECTOR, [sails(until=9000)], said)
    assert len({a.id for a in found}) == 1 and found[-1].state == "rectified"


# Mismatch


def test_call_signs_and_flags():
    assert (
        prefixes.countries("9V1234") == {"SG"}
        and prefixes.countries("3FAB7") == {"PA"}
        and prefixes.countries("??") == set()
    )
    assert prefixes.contradicts("SG", "HP1234") and not prefixes.contradicts("SG", "9V1234")
    assert (
        not prefixes.contradicts("SG", "QQ12")
        and not prefixes.contradicts("", "9V1")
        and not prefixes.contradicts("HK", "BXYZ")
    )


def test_one_number_of_two_ships_that_are_apart():
    a, b = sails(), sails(533000222, lat=1.5)
    said = [says(m, s, imo=9074729) for m in (SHIP, 533000222) for s in (0.0, 360.0, 720.0)]
    found = alerts_of(identity_mismatch.DETECTOR, [a, b], said)
    assert {(x.priority, x.subjects) for x in found} == {("warning", (533000222, SHIP))}
    apart = [says(SHIP, 0.0, imo=9074729), says(533000222, 0.0, imo=9176187)]
    assert alerts_of(identity_mismatch.DETECTOR, [a, b], apart) == []


@pytest.mark.parametrize(
    "change, wrong",
    [({}, False), ({"to_bow": 400, "to_stern": 80}, True), ({"to_bow": 20, "to_stern": 10}, True), ({"draught": 240}, True),
     ({"draught": 140}, False), ({"callsign": b"HP1234"}, True), ({"callsign": b"9V1234"}, False)],
)  # fmt: skip
def test_sizes_and_flags_that_do_not_fit(change, wrong):
    said = [says(second=s, **change) for s in (0.0, 360.0, 720.0)]
    found = alerts_of(identity_mismatch.DETECTOR, [sails()], said)
    assert told(found) == ({("caution", SHIP)} if wrong else set())


@pytest.mark.parametrize("twin, wrong", [(True, False), (False, True)])
def test_the_size_of_one_hull_and_the_draught_of_another_with_her_number(twin, wrong):
    """One ship never says how large she is; a smaller one with her number does, and is gone after half an hour."""
    rows = [sails(until=7200)]
    rows += [made.sail(SHIP, 1.3, 105.3, 6.0, 260.0, range(1205, 3600, 10))] if twin else []
    said = [says(second=s, length=0, draught=141) for s in range(0, 7200, 360)]
    said += [says(second=s, length=110, draught=55, to_port=7, to_starboard=8) for s in range(1220, 3600, 360)]
    found = alerts_of(identity_mismatch.DETECTOR, rows, said)
    assert told(found) == ({("caution", SHIP)} if wrong else set())


# Lists


def listed(*entries):
    return World(lists=Lists(entries))


def test_a_match_says_its_basis_and_score():
    world = listed(
        Entry("watch", "their list", mmsi=SHIP, reason="asked for"), Entry("scrapped", "a register", imo=9074729)
    )
    (alert, *_) = alerts_of(watch_list.DETECTOR, [sails()], [says()], world)
    assert alert.priority == "warning" and "MMSI" in alert.sentence and "their list" in alert.sentence
    assert alert.evidence["score"] == 0.8 and alert.confidence == 0.8
    assert alerts_of(zombie_imo.DETECTOR, [sails()], [says(imo=9176187)], world) == []
    assert told(alerts_of(zombie_imo.DETECTOR, [sails()], [says(imo=9074729)], world)) == {("warning", SHIP)}


def test_an_mmsi_of_another_hull_is_a_caution_if_asked_for_and_no_list_is_silent():
    keen = replace(watch_list.DETECTOR, p=replace(watch_list.DETECTOR.p, least=0.3))
    world = listed(Entry("watch", "their list", mmsi=SHIP, imo=9176187))
    assert alerts_of(watch_list.DETECTOR, [sails()], [says(imo=9074729)], world) == []
    assert told(alerts_of(keen, [sails()], [says(imo=9074729)], world)) == {("caution", SHIP)}
    assert alerts_of(watch_list.DETECTOR, [sails()], [says()]) == []


def test_a_name_that_comes_late_is_looked_up():
    world = listed(Entry("watch", "their list", name="GREY GHOST", callsign="HP1234"))
    late = says(second=1500.0, name="GREY GHOST", callsign=b"HP1234")
    found = alerts_of(watch_list.DETECTOR, [sails()], [says(), late], world)
    assert who(found) == {SHIP} and found[0].last >= made.START + 1500 * 10**9
