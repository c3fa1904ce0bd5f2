"""Targets of a radar by NMEA sentences: each lies where range and bearing put it, and nothing is lost or invented."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radar_tools import sentence, tagged, ttd, ttd_bits
from selat.kernels import geodesy
from selat.model import schema
from selat.model.clock import DAY, SECOND, parse_time
from selat.model.errors import Reason
from selat.model.radar import Site
from selat.model.targets import FIRST, target_number
from selat.readers.aivdm import AivdmReader
from selat.readers.radar_nmea import NmeaReader

NOW = parse_time("2026-11-28T03:15:20Z")
TOWER = Site("tower", 1.25, 103.85)
NM = 1852.0
RMC = sentence("GPRMC,031520.00,A,0115.000,N,10351.000,E,10.0,090.0,281126,,")
AIS = b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\n"


def reader(*sites: Site, live=True) -> NmeaReader:
    out = NmeaReader(live=live)
    out.know("tcp://radar:1", sites)
    return out


def read(data: bytes, *sites: Site, live=True):
    r = reader(*sites, live=live)
    batch = r.feed(data, NOW)
    rest = r.flush()
    assert (
        batch.lines + rest.lines == batch.kept + batch.duplicates + batch.rejects.rows + rest.kept + rest.rejects.rows
    )
    assert not rest.reports.rows
    return batch


def rows(batch):
    r = batch.reports
    null = schema.REPORTS
    return [
        {
            "mmsi": int(r["mmsi"][i]), "lat": r["lat"][i] * 1e-7, "lon": r["lon"][i] * 1e-7,
            "sog": None if r["sog"][i] == null["sog"].null else r["sog"][i] * 0.1,
            "cog": None if r["cog"][i] == null["cog"].null else r["cog"][i] * 0.1,
            "time": int(r["time"][i]), "msg_type": int(r["msg_type"][i]),
        }
        for i in range(r.rows)
    ]  # fmt: skip


def off(row, lat, lon) -> float:
    return float(geodesy.distance(row["lat"], row["lon"], lat, lon))


@pytest.mark.parametrize(
    ("unit", "metres", "knots"), [("N", NM, 1.0), ("K", 1000.0, 1 / 1.852), ("S", 1609.344, 1609.344 / NM)]
)
def test_ttm_in_all_units_from_a_fixed_radar(unit, metres, knots):
    (row,) = rows(read(sentence(f"RATTM,12,2.50,045.0,T,10.0,270.5,T,0.5,-3.0,{unit},,T,,031519.50,A"), TOWER))
    assert row["mmsi"] == target_number(1, 12) and row["msg_type"] == 0
    lat, lon = geodesy.destination(1.25, 103.85, 45.0, 2.5 * metres)
    assert off(row, lat, lon) < 0.02
    assert row["sog"] == pytest.approx(10 * knots, abs=0.051) and row["cog"] == pytest.approx(270.5)
    assert row["time"] == NOW - SECOND // 2


def test_ttm_from_a_ship_needs_her_place_and_for_a_relative_bearing_her_heading():
    true = sentence("RATTM,1,1.0,000.0,T,,,T,,,N,,T,,,")
    relative = sentence("RATTM,2,1.0,350.0,R,,,T,,,N,,T,,,")
    assert read(true).rejects["reason"].tolist() == [Reason.NO_PLACE]
    heading = sentence("HEHDT,100.0,T")
    batch = read(RMC + relative + heading + true + relative)
    assert batch.rejects["reason"].tolist() == [Reason.NOT_AIS, Reason.NOT_AIS]  # own ship's are no AIS, as ever
    by_course, one, two = rows(batch)
    assert off(one, *geodesy.destination(1.25, 103.85, 0.0, NM)) < 0.02
    assert off(two, *geodesy.destination(1.25, 103.85, 90.0, NM)) < 0.02
    assert off(by_course, *geodesy.destination(1.25, 103.85, 80.0, NM)) < 0.02, "no heading was ever told: her course"


@pytest.mark.parametrize("own", [
    "GPGGA,031520,0115.000,N,10351.000,E,1,08,1.0,5.0,M,0.0,M,,", "GPGLL,0115.000,N,10351.000,E,031520,A",
    "GNGNS,031520,0115.000,N,10351.000,E,AN,08,1.0,5.0,0.0,,",
])  # fmt: skip
@pytest.mark.parametrize("ahead", ["HEHDT,090.0,T", "HETHS,090.0,A", "IIOSD,090.0,A,085.0,W,12.0,W,,,N"])
def test_every_sentence_of_own_ship_tells(own, ahead):
    (row,) = rows(read(sentence(own) + sentence(ahead) + sentence("RATTM,1,1.0,000.0,R,,,T,,,N,,T,,,")))
    assert off(row, *geodesy.destination(1.25, 103.85, 90.0, NM)) < 0.02


@pytest.mark.parametrize("own", ["GPGGA,031520,0115.000,N,10351.000,E,0,08,1.0,5.0,M,0.0,M,,",
                                 "GPGLL,0115.000,N,10351.000,E,031520,V",
                                 "GPRMC,031520,V,0115.000,N,10351.000,E,,,281126,,"])  # fmt: skip
def test_an_invalid_fix_is_none(own):
    batch = read(sentence(own) + sentence("RATTM,1,1.0,000.0,T,,,T,,,N,,T,,,"))
    assert batch.rejects["reason"].tolist() == [Reason.NOT_AIS, Reason.NO_PLACE]


def test_own_ais_tells_the_place_too_and_an_old_place_does_not():
    r = reader()
    vdo = AIS.replace(b"AIVDM", b"AIVDO").replace(b"*4A", b"*48")
    batch = r.feed(vdo + sentence("RATTM,1,0.0,000.0,T,,,T,,,N,,T,,,"), NOW)
    own, target = batch.reports["lat"].tolist()
    assert own == target
    later = r.feed(sentence("RATTM,1,0.0,000.0,T,,,T,,,N,,T,,,"), NOW + 61 * SECOND)
    assert later.rejects["reason"].tolist() == [Reason.NO_PLACE]


def test_tll_label_and_name():
    lines = sentence("RATLL,05,0118.300,S,10400.600,W,PILOT,031521.00,T,") + sentence("RATLB,5,TUG^2C RED,9,NOBODY")
    batch = read(lines)
    (row,) = rows(batch)
    assert row["lat"] == pytest.approx(-1.305) and row["lon"] == pytest.approx(-104.01)
    assert batch.statics["name"].tolist() == [b"PILOT", b"TUG, RED"] and batch.kept == 2
    assert set(batch.statics["mmsi"].tolist()) == {row["mmsi"]}


def test_speed_that_is_not_over_ground_is_not_told():
    (row,) = rows(read(sentence("RATTM,1,1.0,000.0,T,9.9,123.0,R,,,N,,T,,,"), TOWER))
    assert row["sog"] is None and row["cog"] is None


def test_a_target_that_is_lost_ends_and_its_number_means_another_one():
    seen, query, lost = (sentence(f"RATTM,7,1.0,000.0,T,,,T,,,N,,{s},,,") for s in "TQL")
    batch = read(query + seen + lost + lost + query + seen, TOWER)
    assert batch.kept == 6
    first, second = (row["mmsi"] for row in rows(batch))
    assert first == target_number(1, 7) and second == target_number(1, 10_007)


def test_a_track_that_was_silent_for_long_is_another_one():
    r = reader(TOWER)
    line = sentence("RATTM,7,1.0,000.0,T,,,T,,,N,,T,,,")
    numbers = [r.feed(line, NOW + t * SECOND).reports["mmsi"][0] for t in (0, 299, 700)]
    assert numbers[0] == numbers[1] != numbers[2]


def test_the_same_sentence_twice_is_one_report_and_a_reception():
    line = sentence("RATTM,7,1.0,000.0,T,,,T,,,N,,T,,031520.00,")
    batch = read(line + line, TOWER)
    assert batch.reports.rows == 1 and batch.duplicates == 1
    assert batch.receptions["first_seq"].tolist() == [0] and batch.receptions["mmsi"][0] == batch.reports["mmsi"][0]
    undated = sentence("RATTM,7,1.0,000.0,T,,,T,,,N,,T,,,")
    assert read(undated + undated, TOWER).reports.rows == 2, "without a time it may be said again of a target at rest"


_TARGET = st.tuples(*(st.integers(0, most) for most in (1023, 3599, 4094, 3599, 16382)))


@given(st.lists(_TARGET, min_size=1, max_size=9, unique_by=lambda t: t[0]), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_ttd_says_what_was_written(drawn, per_sentence):
    lines = ttd([ttd_bits(n, b, s, c, distance=d) for n, b, s, c, d in drawn], per_sentence)
    batch = read(b"".join(lines), TOWER)
    assert batch.kept == len(lines) and batch.rejects.rows == 0
    for row, (n, b, s, c, d) in zip(rows(batch), drawn, strict=True):
        assert row["mmsi"] == target_number(1, n)
        assert off(row, *geodesy.destination(1.25, 103.85, b * 0.1, d * 0.01 * NM)) < 0.03
        assert row["sog"] == pytest.approx(s * 0.1) and row["cog"] == pytest.approx(c * 0.1)


def test_ttd_of_other_states():
    made = [ttd_bits(1, status=1), ttd_bits(2, operation=1), ttd_bits(3, relative=1), ttd_bits(4, water=1), ttd_bits(5, status=6),
            ttd_bits(6, status=0), ttd_bits(7, speed=4095)]  # fmt: skip
    found = rows(read(b"".join(ttd(made)), TOWER))
    assert [r["mmsi"] - FIRST for r in found] == [3, 4, 5, 7], "one acquired, one of a test, one that is none"
    assert [r["sog"] for r in found] == [None, None, pytest.approx(12.5), None]


def test_ttd_whose_parts_do_not_meet_is_rejected():
    one, two = ttd([ttd_bits(1), ttd_bits(2)], 1)
    r = reader(TOWER)
    first = r.feed(one + one + AIS, NOW)
    assert first.rejects["reason"].tolist() == [Reason.FRAGMENT_MISSING] and first.rejects["raw"][0] + b"\r\n" == one
    assert r.feed(two, NOW).reports.rows == 2
    r.feed(two, NOW)
    left = r.flush()
    assert left.rejects["reason"].tolist() == [Reason.FRAGMENT_MISSING]


@pytest.mark.parametrize(("body", "reason"), [
    ("RATTM,1,1.0,400.0,T,,,T,,,N,,T,,,", Reason.RANGE), ("RATTM,1,x,040.0,T,,,T,,,N,,T,,,", Reason.NUMBER),
    ("RATTM,1,1.0,040.0,Q,,,T,,,N,,T,,,", Reason.STRUCTURE), ("RATTM,1,1.0,040.0,T", Reason.STRUCTURE),
    ("RATTM,1,1.0,040.0,T,,,T,,,N,,T,,256000,", Reason.TIME), ("RATLL,1,9130.0,N,10400.0,E,,,T,", Reason.RANGE),
    ("RATLB,1", Reason.STRUCTURE), ("RATTD,01,02,1,0000,0", Reason.STRUCTURE), ("RATTD,01,01,1,0000,0", Reason.LENGTH),
    ("RATTD,01,01,1,00000000000000X,0", Reason.ARMOUR),
])  # fmt: skip
def test_what_cannot_be_read_is_rejected_with_its_bytes(body, reason):
    line = sentence(body)
    batch = read(line + AIS, TOWER)
    assert batch.rejects["reason"].tolist() == [reason] and batch.rejects["raw"][0] + b"\r\n" == line
    assert batch.reports.rows == 1


def test_a_wrong_checksum_is_no_target():
    line = sentence("RATTM,1,1.0,040.0,T,,,T,,,N,,T,,,")
    for bad in (line.replace(b"040", b"041"), line.split(b"*")[0] + b"\r\n"):
        assert read(bad, TOWER).rejects["reason"].tolist() == [Reason.CHECKSUM]


def test_time_of_day_across_midnight_and_a_clock_that_is_wrong():
    midnight = NOW // DAY * DAY
    r = reader(TOWER)
    before = r.feed(sentence("RATTM,1,1.0,0.0,T,,,T,,,N,,T,,235959.00,"), midnight + 2 * SECOND)
    assert before.reports["time"][0] == midnight - SECOND
    wrong = r.feed(sentence("RATTM,2,1.0,0.0,T,,,T,,,N,,T,,080000.00,"), midnight + 3 * SECOND)
    assert wrong.reports["time"][0] == midnight + 3 * SECOND, "eight hours off: of a clock in local time"


def test_a_log_takes_its_times_from_tag_blocks_and_own_clock():
    line = sentence("RATTM,1,1.0,0.0,T,,,T,,,N,,T,,,")
    batch = read(tagged(line, 1_700_000_000, "VTS") + RMC + line, TOWER, live=False)
    assert batch.reports["time"].tolist() == [1_700_000_000 * SECOND, NOW]
    assert batch.reports["time_quality"].tolist() == [schema.TimeQuality.TAG_S, schema.TimeQuality.CARRIED]


def test_stations_are_radars_of_their_own():
    line = sentence("RATTM,1,0.0,0.0,T,,,T,,,N,,T,,,")
    r = reader()
    batch = r.feed(RMC + tagged(line, NOW // SECOND, "EAST") + tagged(line, NOW // SECOND, "WEST") + line, NOW)
    assert batch.reports["mmsi"].tolist() == [target_number(n, 1) for n in (1, 2, 3)]
    assert r.radars == ["", "EAST", "WEST", ""]
    assert [r.stations[s] for s in batch.reports["station"]] == ["EAST", "WEST", ""]


def test_ais_is_read_as_ever_beside_a_radar():
    other = sentence("RATTM,1,1.0,0.0,T,,,T,,,N,,T,,,") + sentence("GPXTE,A,A,0.1,L,N") + b"noise\n"
    data = (AIS + other) * 3
    plain, mixed = AivdmReader(live=True), reader(TOWER)
    one, two = plain.feed(data, NOW), mixed.feed(data, NOW)
    ais = two.reports.take(two.reports["msg_type"] > 0)
    for name in ais:
        assert ais[name].tolist() == one.reports[name].tolist(), name
    assert two.duplicates == one.duplicates and two.kept == one.kept + 3
    assert two.rejects["raw"].tolist() == [raw for raw in one.rejects["raw"] if b"TTM" not in raw]
    assert (np.diff(two.reports["seq"]) > 0).all()


def test_a_saved_state_of_before_radars_is_gone_on_from():
    r = AivdmReader(live=True)
    r.feed(AIS, NOW)
    mixed = reader(TOWER)
    mixed.restore(pickle.loads(pickle.dumps(r.state())))
    assert mixed.feed(AIS + sentence("RATTM,1,1.0,0.0,T,,,T,,,N,,T,,,"), NOW).duplicates == 1


def test_bearing_of_a_radar_whose_north_is_off():
    (row,) = rows(read(sentence("RATTM,1,3.0,359.5,T,,,T,,,N,,T,,,"), Site("tower", 1.25, 103.85, north=1.5)))
    assert off(row, *geodesy.destination(1.25, 103.85, 1.0, 3 * NM)) < 0.02
    assert math.isclose(float(geodesy.bearing(1.25, 103.85, row["lat"], row["lon"])), 1.0, abs_tol=1e-4)


def test_a_target_reaches_history_and_floor_under_the_seas_number(tmp_path):
    import selat
    from selat.app.pipeline import Pipeline
    from selat.store.writer import Store

    (tmp_path / "sea").mkdir()
    (tmp_path / "sea" / "selat.toml").write_text(
        '[radar.raffles]\nlat = 1.25\nlon = 103.85\nsources = ["tcp://two*"]\n'
    )
    line = sentence("RATTM,42,2.0,045.0,T,12.0,270.0,T,,,N,SWIFT,T,,,")
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        pipeline = Pipeline(writer)
        for name in ("tcp://one:1", "tcp://two:1"):
            intake = pipeline.source(name, "nmea-live")
            pipeline.take(intake, AIS + RMC + line, NOW)
            pipeline.end(intake, NOW)
        assert [int(m) for m in np.unique(pipeline.floor.contacts.mmsi) if m > FIRST] == [
            target_number(n, 42) for n in (1, 2)
        ]
    store.close()
    with selat.open(tmp_path / "sea") as sea:
        found = sea.reports.stored()
        targets = found.take(found["msg_type"] == 0)
        assert sorted(targets["mmsi"].tolist()) == [target_number(1, 42), target_number(2, 42)]
        assert {r["name"] for r in sea.state.rows("radars")} == {"tcp://one:1", "raffles"}
        assert b"SWIFT" in sea.statics.stored()["name"].tolist()
