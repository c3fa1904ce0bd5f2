"""Times: where they come from, how far they are trusted, and the second that a message carries. Each with an obvious twin."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoding import nmea_logs, read, sentence
from selat.kernels.fields import LATE
from selat.model.encode import encode, tag_block
from selat.model.schema import NO_TIME, Flag, TimeQuality
from strategies import pghp

S = 1_000_000_000
C = 1_700_000_000  # 2023-11-14T22:13:20Z
MS = C * 1000 + 250


def fix(second: int = 60, mmsi: int = 533000001) -> str:
    """A type 1 sentence with this second (60: not available)."""
    return encode(1, mmsi=mmsi, lat=2.5, lon=101.25, second=None if second == 60 else second)[0]


def one(text: str, **how) -> dict:
    r = read(text.encode() + b"\n", **how)
    assert r.balance == 0 and r.reports.rows == 1
    return r.row("reports")


#: text around a sentence: received, quality, station name
FORMS = {
    "{}": (NO_TIME, TimeQuality.NONE, ""),
    tag_block(c=C) + "{}": (C * S, TimeQuality.TAG_S, ""),
    tag_block(c=MS) + "{}": (MS * 1_000_000, TimeQuality.TAG_MS, ""),
    tag_block(c=C, s="kl") + "{}": (C * S, TimeQuality.TAG_S, "kl"),
    tag_block(s="kl") + tag_block(c=C) + "{}": (C * S, TimeQuality.TAG_S, "kl"),
    f"\\c:{C}*00\\{{}}": (C * S, TimeQuality.SUFFIX, ""),  # wrong TAG checksum: kept, trusted less
    f"\\c:{C}\\{{}}": (C * S, TimeQuality.SUFFIX, ""),
    tag_block(c=C, t=C + 5) + "{}": ((C + 5) * S, TimeQuality.TAG_S, ""),  # heard at c:, arrived at t:
    tag_block(c=12) + "{}": (NO_TIME, TimeQuality.NONE, ""),
    f"{{}},{C}": (C * S, TimeQuality.SUFFIX, ""),
    f"{{}},{MS}": (MS * 1_000_000, TimeQuality.SUFFIX, ""),
    f"{{}},s22345,d-119,T12.34567890,S0042,r003669958,{C}": (C * S, TimeQuality.SUFFIX, "r003669958"),
    f"{{}},d-080,S2118,t050056.00,T56.48,r003669946,{C + 59},{C}": ((C + 59) * S, TimeQuality.SUFFIX, "r003669946"),
    f"{C} {{}}": (C * S, TimeQuality.SUFFIX, ""),
    f"{MS},{{}}": (MS * 1_000_000, TimeQuality.SUFFIX, ""),
    "2023-11-14T22:13:20Z {}": (C * S, TimeQuality.SUFFIX, ""),
    "[2023-11-14 22:13:20.250] {}": (MS * 1_000_000, TimeQuality.SUFFIX, ""),
    tag_block(c=C) + f"{{}},{C + 2}": ((C + 2) * S, TimeQuality.TAG_S, ""),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_forms(form):
    r = read(form.format(fix()).encode() + b"\r\n")
    row = r.row("reports")
    received, quality, station = FORMS[form]
    assert (row["received"], row["time_quality"], r.stations[row["station"]]) == (received, quality, station)
    wrong = (
        form.startswith("\\")
        and form.split("\\")[1][-3:] != tag_block(**{})[-3:]
        and ("*00" in form or "*" not in form)
    )
    assert bool(row["flags"] & Flag.TAG_CHECKSUM) == wrong
    if "t:" not in form and form.count(str(C)[:6]) < 2:
        assert row["time"] == received


def test_the_time_of_the_block_where_a_log_has_none():
    assert one(fix(), received=5 * S)["received"] == 5 * S
    assert one(fix(), received=5 * S)["time_quality"] == TimeQuality.NONE


def test_live_the_clock_is_ours_and_a_tag_tells_when_it_was_heard():
    row = one(fix(), live=True, received=(C + 7) * S)
    assert (row["time"], row["received"], row["time_quality"]) == ((C + 7) * S, (C + 7) * S, TimeQuality.CLOCK)
    row = one(tag_block(c=C) + fix(), live=True, received=(C + 7) * S)
    assert (row["time"], row["received"], row["time_quality"]) == (C * S, (C + 7) * S, TimeQuality.TAG_S)
    a, b = (
        read(f"{tag_block(c=C)}{fix()}\n{fix(mmsi=1)}\n".encode(), live=True, received=(C + 7) * S)
        .reports["time"]
        .tolist()
    )
    assert (a, b) == (C * S, (C + 7) * S)  # nothing is carried over


def test_a_log_carries_the_last_time_on():
    r = read(f"{fix(mmsi=1)}\n{tag_block(c=C)}{fix(mmsi=2)}\n{fix(mmsi=3)}\nnoise\n{fix(mmsi=4)}\n".encode())
    assert r.reports["received"].tolist() == [NO_TIME, C * S, C * S, C * S]
    assert r.reports["time_quality"].tolist() == [0, TimeQuality.TAG_S, TimeQuality.CARRIED, TimeQuality.CARRIED]


@given(st.integers(C, C + 3600), st.integers(0, 999), st.integers(0, 63), st.booleans())
def test_second_of_minute(heard, ms, second, fine):
    """The latest time with that second within LATE of when it was heard; one second ahead only of whole seconds."""
    row = one(tag_block(c=heard * 1000 + ms if fine else heard) + encode(1, mmsi=1, second=second, strict=False)[0])
    at = heard * S + (ms * 1_000_000 if fine else 0)
    coarse = at % S == 0
    back = [k for k in range(-1 if coarse else 0, LATE + 1) if (heard - k) % 60 == second]
    want = (heard - back[-1]) * S if back and second < 60 else at
    assert row["time"] == want
    assert bool(row["flags"] & Flag.SECOND) == (bool(back) and second < 60)
    assert bool(row["flags"] & Flag.DEAD_RECKONED) == (second in (61, 62))
    assert row["received"] == at


def test_without_a_clock_the_second_tells_nothing():
    row = one(fix(17))
    assert (row["time"], row["flags"] & Flag.SECOND) == (NO_TIME, 0)


# --- groups and parts ----------------------------------------------------------------------------------------------
def parts(**tags) -> list[str]:
    return encode(5, mmsi=533000001, shipname="SELAT", destination="LUMUT", **tags)


@pytest.mark.parametrize("group", ["{}-2-77", "{}G2:77"])
def test_the_time_of_a_group_is_on_its_first_sentence(group):
    a, b = parts()
    text = f"{tag_block(g=group.format(1), s='kl', c=C)}{a}\n{fix()}\n{tag_block(g=group.format(2))}{b}\n"
    r = read(text.encode())
    row = r.row("statics")
    assert (row["received"], row["time_quality"], r.stations[row["station"]]) == (C * S, TimeQuality.TAG_S, "kl")


def test_an_untagged_part_right_behind_its_elder_is_of_the_same_source():
    a, b = parts()
    r = read(f"{tag_block(s='kl', c=C)}{a}\n{b}\n".encode())
    assert (r.row("statics")["time"], r.stations[r.row("statics")["station"]]) == (C * S, "kl")
    r = read(f"{tag_block(s='kl', c=C)}{a}\n{tag_block(s='xy', c=C)}{b}\n".encode())
    assert r.statics.rows == 0 and r.rejects.rows == 2  # never joined across stations


def test_parts_far_apart_in_time_are_not_one_message():
    a, b = parts()
    assert read(f"{tag_block(c=C)}{a}\n{tag_block(c=C + 29)}{b}\n".encode()).statics.rows == 1
    r = read(f"{tag_block(c=C)}{a}\n{tag_block(c=C + 31)}{b}\n".encode())
    assert (r.statics.rows, r.rejects.rows) == (0, 2)


def test_a_carried_time_does_not_part_a_message():
    a, b = parts()
    r = read(f"{tag_block(c=C)}{fix()}\n{a}\n{tag_block(c=C + 99)}{fix(mmsi=2)}\n{b}\n".encode())
    assert (r.statics.rows, r.rejects.rows) == (1, 0)


# --- $PGHP -------------------------------------------------------------------------------------------------------
def gatehouse(ns: int, of: str, station: int = 5330001) -> str:
    t = dt.datetime.fromtimestamp(ns // S, tz=dt.UTC)
    return pghp((*t.timetuple()[:6], ns % S // 1_000_000), station, of[-2:])


def test_pghp_gives_time_and_station_of_the_next_sentence():
    when = MS * 1_000_000
    x, y = fix(mmsi=1), fix(mmsi=3)
    r = read(f"{gatehouse(when, x)}\n{x}\n{gatehouse(when + S, y, 7)}\n{y}\n".encode())
    assert r.kept == 4 and r.reports["received"].tolist() == [when, when + S]
    assert [r.stations[i] for i in r.reports["station"]] == ["5330001", "7"]
    assert set(r.reports["time_quality"].tolist()) == {TimeQuality.PGHP}


def test_pghp_of_another_sentence_is_not_taken():
    x, y = fix(mmsi=1), fix(mmsi=3)
    assert x[-2:] != y[-2:]
    r = read(f"{gatehouse(C * S, x)}\n{y}\n".encode())
    assert r.reports["time_quality"].tolist() == [TimeQuality.NONE]
    bad = gatehouse(C * S, x)[:-2] + "00"
    r = read(f"{bad}\n{x}\n".encode())
    assert (r.reports["time_quality"].tolist(), r.rejects.rows) == ([TimeQuality.NONE], 1)


def test_pghp_torn_from_its_sentence_is_found_by_time_of_arrival():
    x, y = fix(mmsi=1), fix(mmsi=3)
    when = C * S
    text = f"{gatehouse(when, x)},{MS}\n{gatehouse(when + S, y)},{MS}\n{x},{MS + 10}\n{y},{MS + 20}\n"
    r = read(text.encode())
    assert r.reports["time"].tolist() == [when, when + S]
    assert r.reports["received"].tolist() == [(MS + 10) * 1_000_000, (MS + 20) * 1_000_000]
    late = read(f"{gatehouse(when, x)},{MS}\n{gatehouse(when + S, y)},{MS}\n{x},{MS + 5000}\n".encode())
    assert late.reports["time_quality"].tolist() == [TimeQuality.SUFFIX]


@pytest.mark.parametrize("cut", [-1, -2, 3])
def test_a_cut_between_cr_and_lf_does_not_lose_the_time(cut):
    x = fix(mmsi=1)
    data = f"{gatehouse(C * S, x)}\r\n{x}\r\n".encode()
    r = read([data[:cut], data[cut:]])
    assert r.reports["received"].tolist() == [C * S]


def test_recordings_have_the_times_that_their_lines_state(shared):
    logs = nmea_logs(shared)
    r = read(logs["dma_stream_example_20100611.txt"])
    trust = Counter(r.reports["time_quality"].tolist())
    assert set(trust) == {TimeQuality.PGHP, TimeQuality.CARRIED} and trust[TimeQuality.PGHP] > 0.95 * r.reports.rows
    day = dt.datetime(2010, 6, 11, tzinfo=dt.UTC).timestamp() * S
    assert day < r.reports["time"].min() and r.reports["time"].max() < day + 86400 * S
    r = read(logs["aisdb_exactearth_20211101.nm4"])
    line = logs["aisdb_exactearth_20211101.nm4"].split(b"\n")
    for seq, received in zip(r.reports["seq"].tolist(), r.reports["received"].tolist(), strict=True):
        assert f"t:{received // S}".encode() in line[seq]


#: what stands before and behind both parts of a message, and whether they are of one time
PAIRS = {
    "a damaged TAG's time of hearing beside a time of arrival": (
        f"\\s:kl,c:{C}*00\\{{}},{C + 40}", f"\\s:kl*00\\{{}},{C + 40}", True),
    "times of arrival": (f"{{}},{C}", f"{{}},{C + 29}", True),
    "times of arrival, far apart": (f"{{}},{C}", f"{{}},{C + 31}", False),
    "damaged TAGs, far apart": (f"\\c:{C}*00\\{{}}", f"\\c:{C + 31}*00\\{{}}", False),
    "damaged TAGs, far apart, arrived together": (
        f"\\c:{C}*00\\{{}},{C + 40}", f"\\c:{C + 31}*00\\{{}},{C + 40}", False),
    "TAGs, far apart": (tag_block(c=C) + "{}", tag_block(c=C + 31) + "{}", False),
}  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("case", PAIRS)
def test_parts_of_one_message_are_of_one_time(case, turned):
    first, second, together = PAIRS[case]
    parts = encode(5, mmsi=533000001, shipname="SELAT", seq_id=3)
    lines = [first.format(parts[0]), second.format(parts[1])]
    r = read("\n".join(reversed(lines) if turned else lines).encode() + b"\n")
    assert (r.statics.rows, r.rejects.rows) == ((1, 0) if together else (0, 2))


def test_a_tag_block_does_not_reach_over_a_line_end():
    r = read(f"\\\n{tag_block(c=C)}{fix()}\n".encode())
    assert r.reports["received"].tolist() == [C * S]
    assert r.rejects["raw"].tolist() == [b"\\"]
    assert read(b"\\c:1\n" + sentence("AIVDM,1,1,,A,,0") + b"\\\n").lines == 3
