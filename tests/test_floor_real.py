"""The floor on real recordings, on a made-up sea of all rules together, and its state as bytes."""

from __future__ import annotations

import csv
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.model.clock import HOUR, SECOND, format_time, parse_time
from selat.model.columns import Columns, concat, empty
from selat.model.schema import TimeQuality
from selat.readers.aivdm import AivdmReader
from selat.store import blob

NOW = parse_time("2026-01-01")


def replay(path, received=NOW, block=50_000):
    reader, floor, alerts = AivdmReader(), Floor(), []
    data = path.read_bytes()
    batches = [reader.feed(data[lo : lo + block], received) for lo in range(0, len(data), block)] + [reader.flush()]
    for n, b in enumerate(batches):
        alerts += floor.step(b.reports, b.statics, b.messages, received, final=n == len(batches) - 1)
    return floor, alerts, batches


def shown(alerts):
    return [json.dumps([a.id, a.state, a.priority, a.last, a.sentence, a.evidence]) for a in alerts]


def test_a_satellite_log_of_the_indian_ocean(shared):
    """3,972 messages, 15 % of them out of order by seconds to minutes: few alerts, the same however it is cut."""
    path = shared / "nmea" / "amsa_exact-earth-augmented.txt"
    floor, alerts, batches = replay(path)
    reports = sum(b.reports.rows for b in batches)
    assert reports > 2900 and 900 < len(floor.contacts) < 1300
    assert format_time(floor.now).startswith("2012-01-31T06:")
    per_mmsi = Counter(floor.contacts.mmsi.tolist())
    assert sum(n > 1 for n in per_mmsi.values()) < 0.02 * len(per_mmsi)  # hardly any number is split
    asks = {a.id for a in alerts if a.priority != "caution"}
    assert not asks  # cautions are about numbers that no ship can have: IMO 1073741823, MMSI 503000000
    assert {a.rule for a in alerts} <= {"identity_format", "identity_mismatch"}


@pytest.mark.long
def test_a_morning_in_the_solent(shared):
    """91 ships for some 50 minutes, yachts among them: bearable, and alike in any order of arrival."""
    with (shared / "csv" / "stonesoup_solent_20160112.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    time = np.array([parse_time(x["Time"]) for x in lines])

    def column(name, scale):
        return np.array([round(float(x[name]) * scale) for x in lines])

    data = {
        "time": time, "seq": np.arange(len(lines)), "mmsi": column("MMSI", 1), "lat": column("Latitude_degrees", 1e7),
        "lon": column("Longitude_degrees", 1e7), "sog": column("SOG_knots", 10), "cog": column("COG_degrees", 10),
        "time_quality": np.full(len(lines), TimeQuality.ARCHIVE),
    }  # fmt: skip
    rows = Columns("reports", data)
    none = empty("statics"), empty("messages")
    floor = Floor()
    batch = floor.step(rows, *none, NOW, True)
    hours = np.ptp(time) / HOUR
    assert len({a.id for a in batch if a.rule == "collision"}) / hours < 15
    assert not [a for a in batch if a.rule == "distress"]
    rng = np.random.default_rng(1)
    order = np.argsort(time + rng.integers(0, 9 * SECOND, time.size))
    live, alerts = Floor(), []
    for part in np.array_split(order, 37):
        alerts += live.step(rows.take(part), *none, NOW)
    alerts += live.step(empty("reports"), *none, NOW, True)
    assert shown(alerts) == shown(batch)
    assert live.contacts.ids().tolist() == floor.contacts.ids().tolist()


def wild(seed, n=600):
    """Reports of some ships and beacons at random, with nulls, repeats, wrong places and wrong times."""
    rng = np.random.default_rng(seed)
    ships = np.array([563000001, 563000002, 525000003, 970000004, 5630005, 995630006, 111563007])
    who = rng.integers(0, ships.size, n)
    time = made.START + np.sort(rng.integers(0, 1800, n)) * SECOND
    lat = 12_000_000 + who * 20_000 + rng.choice([0, 0, 0, 0, 9_000_000], n) + rng.integers(-5000, 5000, n)
    data = {
        "time": time, "seq": np.arange(n), "mmsi": ships[who], "lat": np.where(rng.random(n) < 0.05, -(2**31), lat),
        "lon": 1_038_000_000 + rng.integers(-90_000, 90_000, n), "sog": rng.choice([0, 50, 120, 1022, 65535], n),
        "cog": rng.choice([0, 900, 2700, 65535], n), "nav_status": rng.choice([0, 1, 14, 15, 255], n),
        "msg_type": rng.choice([1, 3, 18, 27, 4, 9], n), "time_quality": rng.choice([0, 5, 7], n),
    }  # fmt: skip
    return Columns("reports", data)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(0, 12), st.integers(0, 9))
def test_batch_is_live_on_a_wild_sea(seed, parts, save_at, delay):
    rows = wild(seed)
    none = empty("statics"), empty("messages")
    batch = Floor().step(rows, *none, NOW, True)
    rng = np.random.default_rng(seed)
    order = np.argsort(rows["time"] + rng.integers(0, delay * SECOND + 1, rows.rows), kind="stable")
    live, alerts = Floor(), []
    for n, part in enumerate(np.array_split(order, parts)):
        if n == save_at:
            state = blob.load(blob.dump(live.state()))
            live = Floor()
            live.restore(state)
        alerts += live.step(rows.take(part), *none, NOW)
    alerts += live.step(empty("reports"), *none, NOW, True)
    assert shown(alerts) == shown(batch)


def test_a_state_is_the_same_after_bytes():
    texts = concat([made.text(563000001, "HELLO", 1.0), made.text(563000002, "", 2.0)], "messages")
    floor = Floor()
    floor.step(wild(3), made.ship(563000001, "NAME", 10, 3), texts, NOW)
    state = floor.state()
    again = blob.load(blob.dump(state))

    def same(a, b):
        if isinstance(a, dict):
            return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
        if isinstance(a, np.ndarray):
            return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        return json.dumps(a) == json.dumps(b)

    assert same(state, again)
