"""Reordering, identity and contacts: laws, traps, and real recordings."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.detectors import _golden as made
from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND
from selat.model.columns import Columns, concat
from selat.model.schema import I32
from selat.model.units import KNOT
from selat.tracks import reorder
from selat.tracks.contacts import Contacts
from selat.tracks.identity import Verdict
from selat.tracks.reorder import FUTURE, LATE, UNTIMED, Order, Patience
from selat.tracks.slots import ID_BITS

START = made.START


def rows(times, received=None, seq=None, mmsi=563000001):
    times = START + np.round(np.asarray(times, "f8") * 1e9).astype("i8")
    n = times.size
    got = times if received is None else START + np.round(np.asarray(received, "f8") * 1e9).astype("i8")
    seq = np.arange(n) if seq is None else np.asarray(seq)
    data = {"time": times, "received": got, "seq": seq, "mmsi": np.full(n, mmsi), "msg_type": np.full(n, 1)}
    return Columns("reports", {**data, "time_quality": np.full(n, 5)})


def deliver(reports, arrivals, patience, cuts):
    """Ordered rows and odd ones (seq, mark) of a feed cut at ``cuts``."""
    order, out, odd, marks = Order(), [], [], []
    edges = [-1e18, *sorted(cuts), 1e18]
    for lo, hi in itertools.pairwise(edges):
        here = np.flatnonzero((arrivals > lo) & (arrivals <= hi))
        now = START + int(min(hi, float(arrivals.max())) * 1e9)
        before = order.watermark
        ready, order = reorder.step({"reports": reports.take(here)}, order, now, patience, hi == 1e18)
        r = ready["reports"]
        assert order.watermark >= before
        assert (r.key > before).all() and (r.key <= order.watermark).all()
        out.append(r.rows)
        odd += list(zip(r.odd["seq"].tolist(), r.mark.tolist(), strict=True))
        marks.append(order.watermark)
    return concat(out, "reports"), odd


@given(
    st.lists(st.tuples(st.floats(0, 200), st.floats(0, 9.9)), min_size=1, max_size=60),
    st.lists(st.floats(0, 210), max_size=6),
)
def test_rows_within_the_allowance_come_out_in_order_however_they_came(when, cuts):
    times, delays = np.array([w[0] for w in when]), np.array([w[1] for w in when])
    reports = rows(times, times + delays)
    out, odd = deliver(reports, times + delays, Patience(), cuts)
    assert odd == []
    expected = np.lexsort((reports["seq"], reports["time"]))
    assert out["seq"].tolist() == reports["seq"][expected].tolist()


@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 120)), min_size=1, max_size=60),
    st.lists(st.floats(0, 420), max_size=6),
)
def test_nothing_is_lost_and_late_rows_are_marked(when, cuts):
    times, delays = np.array([w[0] for w in when]), np.array([w[1] for w in when])
    reports = rows(times, times + delays)
    out, odd = deliver(reports, times + delays, Patience(), cuts)
    assert sorted([*out["seq"].tolist(), *[s for s, _ in odd]]) == list(range(len(when)))
    assert {m for _, m in odd} <= {LATE}
    key = out["time"]
    assert (np.diff(key) >= 0).all()


def test_a_wrong_clock_does_not_stop_the_sea():
    good = rows(np.arange(0, 60, 1.0))
    bad = rows([86400.0 * 365], received=[5.0], seq=[999], mmsi=7)
    none = Columns("reports", {"seq": np.array([1000]), "mmsi": np.array([8])}, 1)
    ready, order = reorder.step(
        {"reports": concat([good, bad, none], "reports")}, Order(), START + 60 * SECOND, Patience()
    )
    assert order.watermark == START + 49 * SECOND
    assert dict(zip(ready["reports"].odd["seq"].tolist(), ready["reports"].mark.tolist(), strict=True)) == {
        999: FUTURE,
        1000: UNTIMED,
    }
    contacts = Contacts()
    out = contacts.update(ready["reports"].odd, ready["reports"].mark)
    assert len(contacts) == 0 and (out.verdict == Verdict.IGNORED).all()


def test_a_row_waits_no_longer_than_it_must_when_the_feed_is_silent():
    ready, order = reorder.step({"reports": rows([0.5])}, Order(), START + SECOND, Patience())
    assert ready["reports"].rows.rows == 0
    ready, order = reorder.step({}, order, START + 12 * SECOND, Patience())
    assert ready["reports"].rows.rows == 0
    ready, order = reorder.step({}, order, START + 13 * SECOND, Patience())
    assert ready["reports"].rows.rows == 1 and order.watermark == START + SECOND


def test_a_station_of_its_own_is_given_its_own_time():
    patience = Patience(stations={3: 2 * HOUR})
    satellite = rows([0.0, 3600.0, 1800.0]).replace(station=np.full(3, 3, "u2"))
    ready, order = reorder.step({"reports": satellite}, Order(), START + 2 * HOUR, patience)
    assert ready["reports"].rows.rows == 0 and order.watermark == START - HOUR


def test_a_source_of_its_own_waits_less_and_a_quiet_one_no_longer_than_that():
    fast = rows([0.0, 1.0, 2.0, 3.4])
    ready, order = reorder.step({"reports": fast}, Order(), START + 4 * SECOND, Patience(), allowance=SECOND)
    assert ready["reports"].rows["seq"].tolist() == [0, 1, 2] and order.watermark == START + 2 * SECOND
    ready, order = reorder.step({}, order, START + 6 * SECOND, Patience())
    assert ready["reports"].rows.rows == 0
    ready, order = reorder.step({}, order, START + 7 * SECOND, Patience())
    assert ready["reports"].rows["seq"].tolist() == [3]
    late = rows([1.5], seq=[9])
    ready, _ = reorder.step({"reports": late}, order, START + 7 * SECOND, Patience(), allowance=SECOND)
    assert ready["reports"].mark.tolist() == [LATE]


def test_order_is_saved_and_loaded():
    _, order = reorder.step({"reports": rows([1.0, 5.0])}, Order(), START + 5 * SECOND, Patience())
    again = reorder.load(reorder.save(order))
    a, _ = reorder.step({}, order, START, Patience(), True)
    b, _ = reorder.step({}, again, START, Patience(), True)
    assert a["reports"].rows["seq"].tolist() == b["reports"].rows["seq"].tolist() == [0, 1]


# Identity


def trace(*parts):
    contacts = Contacts()
    reports = made.numbered(*parts)
    return contacts, reports, contacts.update(reports)


def test_one_ship_is_one_segment_and_two_with_one_number_are_two():
    contacts, reports, out = trace(
        made.sail(1, 1.0, 103.0, 15.0, 45.0, range(0, 1200, 10)),
        made.sail(1, 3.0, 101.0, 15.0, 45.0, range(5, 1200, 30)),
    )
    assert len(contacts) == 2
    assert contacts.ordinal.tolist() == [0, 1] and contacts.reports.tolist() == [120, 40]
    north = reports["lat"] > 20_000_000
    assert set(out.slot[north]) == {1} and set(out.slot[~north]) == {0}
    assert contacts.ids().tolist() == [1 << ID_BITS, 1 << ID_BITS | 1]


def test_a_fast_ferry_that_turns_about_stays_one():
    out_ = made.sail(1, 1.2, 103.8, 35.0, 90.0, range(0, 900, 180))
    lat, lon = out_["lat"][-1] * 1e-7, out_["lon"][-1] * 1e-7
    back = made.sail(1, lat, lon, 35.0, 270.0, range(0, 900, 180))
    back = back.replace(time=back["time"] + 900 * SECOND)
    contacts, _, _ = trace(out_, back)
    assert len(contacts) == 1


def test_a_single_bad_fix_opens_a_segment_of_its_own_and_leaves_the_ship_alone():
    bad = made.sail(1, 0.0, 0.0, 0.0, 0.0, [305])
    contacts, _, _ = trace(made.sail(1, 1.2, 103.8, 12.0, 90.0, range(0, 600, 10)), bad)
    assert contacts.reports.tolist() == [60, 1]


def test_type_27_never_overrides_a_fresh_position():
    near = made.sail(1, 1.2, 103.8, 12.0, 90.0, range(0, 600, 10))
    coarse = made.sail(1, 1.25, 103.8, 12.0, 90.0, [605], msg_type=27)
    contacts, _, out = trace(near, coarse)
    assert out.verdict[-1] == Verdict.COARSE
    assert contacts.lat[0] == pytest.approx(near["lat"][-1] * 1e-7)
    assert contacts.heard[0] == START + 605 * SECOND and contacts.time[0] == START + 590 * SECOND
    later = coarse.replace(time=coarse["time"] + 2 * HOUR)
    assert contacts.update(later).verdict[0] == Verdict.ACCEPTED


def test_a_report_without_position_only_says_that_it_was_heard():
    near = made.sail(1, 1.2, 103.8, 12.0, 90.0, range(0, 60, 10))
    null = made.sail(1, 1.2, 103.8, 12.0, 90.0, [100]).replace(lat=np.array([I32]), lon=np.array([I32]))
    contacts, _, out = trace(near, null)
    assert out.verdict[-1] == Verdict.HEARD and contacts.reports[0] == 6
    assert contacts.heard[0] == START + 100 * SECOND and contacts.time[0] == START + 50 * SECOND


def test_a_late_report_joins_its_segment_and_does_not_turn_it_back():
    contacts, _, _ = trace(made.sail(1, 1.2, 103.8, 12.0, 90.0, range(0, 600, 10)))
    at = contacts.lon[0]
    late = made.sail(1, 1.2, 103.8, 12.0, 90.0, [55])
    out = contacts.update(late, np.array([LATE], "u1"))
    assert out.verdict[0] == Verdict.STALE and out.slot[0] == 0 and contacts.lon[0] == at


def test_an_mmsi_of_the_whole_world_stays_bounded():
    parts = [made.sail(123456789, -60.0 + n, -170.0 + 3 * n, 0.0, 0.0, [n]) for n in range(100)]
    contacts, _, out = trace(*parts)
    assert len(contacts) == 20 and contacts.ordinal.max() == 99
    assert (out.verdict == Verdict.OPENED).all()
    assert len(contacts.of(123456789)) == 20


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 400), max_size=5))
def test_segments_do_not_depend_on_the_batches(seed, cuts):
    rng = np.random.default_rng(seed)
    n = 400
    data = {"time": START + np.sort(rng.integers(0, 3600 * SECOND, n)), "seq": np.arange(n),
            "mmsi": rng.integers(1, 6, n),
            "msg_type": rng.choice([1, 18, 27], n), "lat": rng.integers(0, 20, n) * 5_000_000,
            "lon": rng.integers(0, 3, n) * 10**7,
            "sog": rng.integers(0, 300, n), "cog": rng.integers(0, 3600, n), "time_quality": np.full(n, 5)}  # fmt: skip
    reports = Columns("reports", data)
    whole, parts = Contacts(), Contacts()
    slot = whole.update(reports).slot
    edges = [0, *sorted(cuts), n]
    split = np.concatenate([parts.update(reports.slice(a, b)).slot for a, b in itertools.pairwise(edges)])
    assert slot.tolist() == split.tolist()
    a, b = whole.state(), parts.state()
    for part in ("heads", "whos"):
        for name in a[part]:
            np.testing.assert_array_equal(a[part][name], b[part][name])


def read_gfw(path):
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def when(text):
        text = text.replace("T", " ").replace("Z", "")
        return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND

    n = len(lines)
    time = np.array([when(x["timestamp"]) for x in lines])

    def column(name, scale, null, dtype):
        return np.array([null if x.get(name) is None else round(x[name] * scale) for x in lines], dtype=dtype)

    data = {"time": time, "seq": np.arange(n), "mmsi": column("ssvid", 1, 0, "i4"), "msg_type": np.full(n, 1),
            "lat": column("lat", 1e7, I32, "i8"), "lon": column("lon", 1e7, I32, "i8"),
            "sog": column("speed", 10, 65535, "u2"),
            "cog": column("course", 10, 65535, "u2"), "time_quality": np.full(n, 7)}  # fmt: skip
    return Columns("reports", data), [x.get("segment") for x in lines]


def test_a_number_shared_by_several_hulls_against_the_segments_of_gfw(shared):
    """Their file was made by an older algorithm: it is a check of sanity, not a truth.

    Both make 29 segments of the month and agree on 98.7 % of the steps (whether the next position is of the same hull).
    Theirs ends a segment at other silences, and leaves single positions to themselves where ours finds the hull that
    could have sent them.
    """
    reports, names = read_gfw(shared / "labelled" / "gfw_segment_segmented-416000000.json")
    order = np.lexsort((reports["seq"], reports["time"]))
    out = Contacts().update(reports.take(order))
    theirs = np.unique(np.array(names)[order], return_inverse=True)[1]
    assert 20 <= out.ordinal.max() + 1 <= 40
    agree = (np.diff(theirs) == 0) == (np.diff(out.ordinal) == 0)
    assert agree.mean() > 0.98
    lat, lon = (reports[k][order] * 1e-7 for k in ("lat", "lon"))
    time = reports["time"][order]
    for ordinal in range(out.ordinal.max() + 1):
        at = np.flatnonzero(out.ordinal == ordinal)
        away = geodesy.distance(lat[at[:-1]], lon[at[:-1]], lat[at[1:]], lon[at[1:]])
        hours = np.hypot(np.diff(time[at]) / HOUR, 0.05)
        assert (away / hours / 3600 < 61 * KNOT).all()  # no hull sails faster than the gate


def test_segments_name_themselves_the_same_in_a_replay(shared):
    reports, _ = read_gfw(shared / "labelled" / "gfw_segment_416000000.json")
    one, two = Contacts(), Contacts()
    assert one.update(reports).ordinal.tolist() == two.update(reports).ordinal.tolist()
    assert one.ids().tolist() == two.ids().tolist()
