"""ASTERIX: what was encoded comes out, at its place and time; what cannot be read is rejected with its bytes."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterix_tools import block, cat010, cat048, cat062, compound, n, north, place, record, six, tod
from selat.kernels import geodesy
from selat.model.clock import DAY, SECOND, parse_time
from selat.model.errors import Reason
from selat.model.radar import Site
from selat.model.schema import Flag
from selat.model.targets import target_number
from selat.readers.asterix import AsterixReader

NOW = parse_time("2026-11-28T03:15:21Z")
SITE = Site("raffles", 1.16, 103.74, sac=0x11, sic=0x17, sigma_range=12.0, sigma_azimuth=0.1)
TRACK = n(77, 2)


def reader(*sites: Site, live=True) -> AsterixReader:
    out = AsterixReader(live=live)
    out.know("udp://radar:1", sites)
    return out


def read(data: bytes, *sites: Site, at=NOW, live=True):
    r = reader(*sites, live=live)
    batch = r.feed(data, at)
    rest = r.flush()
    for b in (batch, rest):
        assert b.lines == b.kept + b.duplicates + b.rejects.rows
    assert not rest.lines
    return batch


def at(batch, i=0):
    return batch.reports["lat"][i] * 1e-7, batch.reports["lon"][i] * 1e-7


def off(batch, lat, lon, i=0) -> float:
    return float(geodesy.distance(*at(batch, i), lat, lon))


def test_a_track_of_category_048():
    data = block(
        48, cat048(rho=5.0, theta=45.0, i161=TRACK, i200=n(round(10 / 3600 * 16384), 2) + n(round(90 / 360 * 65536), 2))
    )
    batch = read(data, SITE)
    assert batch.reports["mmsi"].tolist() == [target_number(1, 77)] and batch.reports["msg_type"].tolist() == [0]
    assert off(batch, *geodesy.destination(1.16, 103.74, 45.0, 5 * 1852)) < 0.02
    assert int(batch.reports["sog"][0]) == pytest.approx(100, abs=1) and batch.reports["cog"][0] == 900
    assert batch.reports["time"][0] == NOW // DAY * DAY + 11_720 * SECOND and batch.reports["received"][0] == NOW
    assert batch.reports["flags"][0] == Flag.SECOND
    assert reader(SITE).radars == [""] and batch.plots.rows == 0


def test_the_calculated_place_of_a_track_goes_before_the_measured():
    batch = read(block(48, cat048(i161=TRACK, i042=n(-128, 2) + n(256, 2))), SITE)
    away, bearing = math.hypot(1, 2) * 1852, math.degrees(math.atan2(-1, 2)) % 360
    assert off(batch, *geodesy.destination(1.16, 103.74, bearing, away)) < 0.02


def test_a_plot_goes_to_the_tracker_with_all_that_is_known_of_it():
    cal, pam = compound(n(-7 & 0x3FF, 2)), compound(None, None, None, None, n(-60, 1))
    marks = [block(34, north(11_700 + k)) for k in range(3)]
    batch = read(b"".join(marks) + block(48, cat048(rho=3.25, theta=100.0, i120=cal, i130=pam)), SITE)
    p = batch.plots
    assert p.rows == 1 and batch.reports.rows == 0 and batch.kept == 4
    row = {c: p[c].tolist()[0] for c in p}
    assert row["range"] * 0.1 == pytest.approx(3.25 * 1852, abs=0.06) and row["azimuth"] * 1e-6 == pytest.approx(
        100.0, abs=0.003
    )
    assert (row["doppler"], row["amplitude"], row["scan"], row["seq"], row["radar"]) == (-70, -600, 2, 3, 1)
    assert (row["sigma_range"], row["sigma_azimuth"]) == (120, 100)
    assert (row["radar_lat"], row["radar_lon"]) == (11_600_000, 1_037_400_000)


def test_a_radar_may_say_its_place_itself():
    plain = block(48, cat048(i161=TRACK))
    assert read(plain).rejects["reason"].tolist() == [Reason.NO_PLACE]
    batch = read(block(34, north(i120=place(1.20, 103.70))) + plain)
    assert off(batch, *geodesy.destination(1.20, 103.70, 45.0, 5 * 1852)) < 3.0  # 180 / 2^23 degrees
    assert read(block(34, north(i120=place(1.20, 103.70))) + plain, SITE).reports["lat"][0] != batch.reports["lat"][0]


def test_category_010_by_every_kind_of_place():
    wgs = n(round(1.3 / 180 * 2**31), 4) + n(round(-103.9 / 180 * 2**31), 4)
    velocity = n(-20, 2) + n(0, 2)  # 5 m/s west
    one = cat010(
        i041=wgs,
        i161=TRACK,
        i202=velocity,
        i270=n(120 << 1 | 1, 1) + n(1, 1) + n(20 << 1, 1),
        i245=b"\0" + six("RAJA 7"),
    )
    two = cat010(i040=n(4000, 2) + n(16384, 2), i161=n(78, 2))
    three = cat010(i042=n(-3000, 2) + n(4000, 2), i161=n(79, 2))
    batch = read(block(10, one, two, three), SITE)
    assert off(batch, 1.3, -103.9) < 0.02
    assert off(batch, *geodesy.destination(1.16, 103.74, 90.0, 4000), 1) < 0.02
    assert off(batch, *geodesy.destination(1.16, 103.74, math.degrees(math.atan2(-3, 4)), 5000), 2) < 0.02
    assert batch.reports["sog"][0] == round(5 / 0.514444 * 10) and batch.reports["cog"][0] == 2700
    assert batch.statics.rows == 1 and batch.statics["name"][0] == b"RAJA 7"
    assert [int(batch.statics[c][0]) for c in ("to_bow", "to_stern", "to_port", "to_starboard")] == [60, 60, 10, 10]


def test_a_plot_of_category_010_in_a_plane_becomes_range_and_azimuth():
    p = read(block(10, cat010(i042=n(-3000, 2) + n(4000, 2))), SITE).plots
    assert p["range"][0] == 50_000 and p["azimuth"][0] * 1e-6 == pytest.approx(323.130102)


def test_category_062_needs_no_radar():
    batch = read(block(62, cat062(track=60_000, i185=n(40, 2) + n(0, 2), i245=n(0, 1) + six("PILOT"))))
    assert off(batch, 1.25, 103.85) < 0.5  # 180 / 2^25 degrees
    assert batch.reports["mmsi"].tolist() == [target_number(1, 60_000)] and batch.statics["name"].tolist() == [b"PILOT"]


@pytest.mark.parametrize("made", [
    cat048(i161=TRACK, i070=n(0o1234, 2)), cat048(i161=TRACK, i090=n(400, 2)), cat048(i161=TRACK, i220=n(0x750001, 3)),
    cat048(i240=six("SIA321"), i161=TRACK),
])  # fmt: skip
def test_aircraft_are_rejected_as_such(made):
    assert read(block(48, made), SITE).rejects["reason"].tolist() == [Reason.AIRCRAFT]


@pytest.mark.parametrize("made", [
    block(48, cat048(i161=TRACK, i170=b"\x80")), block(48, cat048(i161=TRACK, i170=b"\x01\x40")),
    block(48, record(48, {"010": n(0x1117, 2), "140": tod(1), "020": b"\x30", "040": n(256, 2) + n(0, 2)})),
    block(10, record(10, {"010": n(0x1117, 2), "000": b"\x01", "020": b"\x61\x40", "040": n(256, 2) + n(0, 2), "161": TRACK})),
    block(10, cat010(i161=TRACK, i170=b"\x80", i042=n(1, 2) + n(1, 2))), block(62, cat062(i080=b"\x02")),
    block(62, cat062(i080=b"\x01\x80")),
    block(10, record(10, {"010": n(0x1117, 2), "000": b"\x02"})),
    block(63, record(63, {"010": n(1, 2), "030": tod(5), "050": n(9, 2)})),
    block(65, record(65, {"010": n(1, 2), "000": b"\x01", "030": tod(5), "040": b"\x00"})),
])  # fmt: skip
def test_tentative_tracks_tests_and_states_are_kept_and_make_no_row(made):
    batch = read(made, SITE)
    assert batch.kept == 1 and batch.reports.rows == batch.plots.rows == batch.statics.rows == 0


@pytest.mark.parametrize(
    ("end", "cat"), [(cat048(i161=TRACK, i170=b"\x01\x80"), 48), (cat010(i161=TRACK, i170=b"\x40"), 10)]
)
def test_a_track_that_ends_leaves_its_number_to_another(end, cat):
    seen = block(48, cat048(i161=TRACK))
    batch = read(seen + block(cat, end) + block(48, cat048(seconds=11_721, i161=TRACK)), SITE)
    assert batch.reports["mmsi"].tolist() == [target_number(1, 77), target_number(1, 4096 + 77)]


def test_a_silent_track_number_is_another_target():
    r = reader(SITE)
    numbers = [
        r.feed(block(48, cat048(11_720 + t, i161=TRACK)), NOW + t * SECOND).reports["mmsi"][0] for t in (0, 290, 700)
    ]
    assert numbers[0] == numbers[1] != numbers[2]


def test_times_of_day_across_midnight_and_a_clock_that_is_wrong():
    midnight = NOW // DAY * DAY
    times = read(
        block(48, cat048(86_399.5, i161=TRACK), cat048(0.25, i161=n(78, 2))), SITE, at=midnight + SECOND // 2
    ).reports["time"]
    assert [(int(t) - midnight) / SECOND for t in times] == [-0.5, 0.25]
    wrong = read(block(48, cat048(11_720 + 8 * 3600, i161=TRACK)), SITE)
    assert wrong.reports["time"][0] == NOW and wrong.reports["flags"][0] & Flag.SECOND == 0
    assert read(block(48, cat048(11_720 + 8 * 3600, i161=TRACK)), SITE, live=False).reports["time"][0] != NOW


def test_a_block_that_comes_by_two_networks_is_read_once():
    data = block(48, cat048(i161=TRACK), cat048(i161=n(78, 2)))
    batch = read(data + data + block(48, cat048(11_721, i161=TRACK)), SITE)
    assert (batch.lines, batch.kept, batch.duplicates) == (5, 3, 2)
    assert batch.receptions["first_seq"].tolist() == [0, 1] and batch.receptions["seq"].tolist() == [2, 3]


def test_radars_of_one_feed_are_told_apart():
    r = reader(Site("two", 1.0, 104.0, sac=0x11, sic=0x18), SITE)
    batch = r.feed(
        block(48, cat048(i161=TRACK)) + block(48, cat048(i161=TRACK, code=0x1118)) + block(62, cat062()), NOW
    )
    assert batch.reports["mmsi"].tolist() == [target_number(1, 77), target_number(2, 77), target_number(3, 500)]
    assert r.radars == ["", "raffles", "two", "034/001"]


def test_special_and_reserved_fields_are_passed_over():
    more = {"iSP": n(5, 1) + b"abcd", "iRE": n(3, 1) + b"\xff\xff", "i250": n(2, 1) + bytes(16), "i030": b"\x03\x02"}
    batch = read(block(48, cat048(i161=TRACK, **more), cat048(i161=n(78, 2))), SITE)
    assert batch.reports.rows == 2


def test_damage_is_told_and_what_follows_is_read():
    good = block(48, cat048(i161=TRACK))
    later = block(48, cat048(11_725, i161=TRACK))
    batch = read(good + b"\xff\xfe\x00junk" + later, SITE)
    assert batch.reports.rows == 2 and batch.rejects["reason"].tolist() == [Reason.NOISE]
    assert batch.rejects["raw"].tolist() == [b"\xff\xfe\x00junk"] and batch.rejects["offset"].tolist() == [len(good)]
    broken = bytearray(later)
    broken[4] |= 0x01  # another octet of the field specification
    batch = read(good + bytes(broken) + block(48, cat048(11_726, i161=TRACK)), SITE)
    assert batch.reports.rows == 2 and batch.rejects["reason"].tolist() == [Reason.STRUCTURE]
    other = block(240, bytes(20))
    batch = read(good + other + later, SITE)
    assert (
        batch.reports.rows == 2
        and batch.rejects["reason"].tolist() == [Reason.UNKNOWN_TYPE]
        and batch.rejects["raw"][0] == other
    )


def test_a_block_that_breaks_off_is_rejected_at_the_end():
    r = reader(SITE)
    assert r.feed(block(48, cat048())[:-2], NOW).lines == 0
    assert r.flush().rejects["reason"].tolist() == [Reason.TRUNCATED]


def test_the_settings_turn_azimuths_by_the_error_of_the_north_mark():
    batch = read(block(48, cat048(theta=359.5, i161=TRACK)), Site("a", 1.16, 103.74, north=1.5, sac=0x11, sic=0x17))
    assert off(batch, *geodesy.destination(1.16, 103.74, 1.0, 5 * 1852)) < 0.6


@given(st.binary(max_size=600), st.lists(st.integers(0, 900), max_size=6), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_any_bytes_in_any_cuts_come_to_the_same(noise, cuts, seed):
    rnd = random.Random(seed)
    parts = [block(48, cat048(11_700 + k, i161=n(k, 2))) for k in range(rnd.randint(0, 5))] + [
        block(34, north()),
        block(63, noise[:9] or b"x"),
    ]
    at_ = rnd.randint(0, len(parts))
    data = bytearray(b"".join(parts[:at_]) + noise + b"".join(parts[at_:]))
    for _ in range(rnd.randint(0, 4)):
        data[rnd.randrange(len(data))] = rnd.randrange(256)
    one, other = reader(SITE), reader(SITE)
    edges = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    whole = [one.feed(bytes(data), NOW), one.flush()]
    pieces = [other.feed(bytes(data[a:b]), NOW) for a, b in pairwise(edges)] + [other.flush()]
    for table in ("reports", "rejects", "receptions", "plots"):
        columns = getattr(whole[0], table)
        for column in columns:
            joined = [np.concatenate([getattr(b, table)[column] for b in made]).tolist() for made in (whole, pieces)]
            assert joined[0] == joined[1], (table, column)
    assert sum(b.lines for b in pieces) == sum(b.kept + b.duplicates + b.rejects.rows for b in pieces)
    raw = sum(b.rejects["length"].sum() for b in whole)
    assert raw <= len(data)
