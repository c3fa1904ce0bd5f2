"""The kernel against the obvious reader, on tables that try to break both."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csv_twin
from selat.kernels import csvcolumns as cc
from selat.model.schema import TABLES
from selat.readers.csv_dma import COLUMNS, LAYOUT, OLD
from selat.readers.csv_noaa import LAYOUT as NOAA
from selat.readers.csv_reader import CsvReader, join

NOAA_OLD = [
    "MMSI",
    "BaseDateTime",
    "LAT",
    "LON",
    "SOG",
    "COG",
    "Heading",
    "VesselName",
    "IMO",
    "CallSign",
    "VesselType",
    "Status",
    "Length",
    "Width",
    "Draft",
    "Cargo",
    "TransceiverClass",
]
NOAA_NEW = [
    "mmsi",
    "base_date_time",
    "longitude",
    "latitude",
    "sog",
    "cog",
    "heading",
    "vessel_name",
    "imo",
    "call_sign",
    "vessel_type",
    "status",
    "length",
    "width",
    "draft",
    "cargo",
    "transceiver",
]

_number = st.one_of(
    st.integers(-400, 4000).map(str),
    st.decimals(-400, 400, places=2, allow_nan=False).map(str),
    st.floats(-1e9, 1e9, allow_nan=False).map(repr),
    st.sampled_from(["", "0", "-0", "+1", ".5", "5.", ".", "-", "1e2", "1e-7", "1e999", "1E+2", "nan", "NaN", "Unknown",
                     "N/A", "99999999999999999999", "0.04999999999999999999999999", "0.05", "359.95", "359.94", "360",
                     "360.0", "511", "511.0", "102.3", "102.25", "1e", "--1", "1.2.3", "0x1", "1,5", " 7 ", "12 3"]),
)  # fmt: skip
_junk = st.text(st.characters(codec="utf-8", max_codepoint=0x17F), max_size=12)
_good_time = st.sampled_from(
    ["2023-01-11T00:00:00", "2023-01-11 00:00:01", "11/01/2023 00:00:00", "11-01-2023 00:00:02"]
)
_POOLS = {
    "time": st.one_of(
        _good_time, _good_time, _good_time, _good_time,
        st.tuples(st.integers(1968, 2027), st.integers(0, 13), st.integers(0, 32), st.integers(0, 25),
                  st.integers(0, 61), st.sampled_from(["00", "59", "60", "61", "07.25", "07.123456789123", "7"]),
                  st.sampled_from(["", "", "Z", " UTC", "+08:00", "-0330", "+8"]),
                  st.sampled_from("TT x"), st.booleans()).map(
            lambda t: (f"{t[0]}-{t[1]:02d}-{t[2]:02d}" if t[8] else f"{t[2]:02d}/{t[1]:02d}/{t[0]}")
            + f"{t[7]}{t[3]:02d}:{t[4]:02d}:{t[5]}{t[6]}"),
        st.sampled_from(["2023-01-11T00:00:00", "2023-01-11 00:00:01", "11/01/2023 00:00:00", "29/02/2024 12:00:00",
                         "29/02/2023 12:00:00", "2024-02-29", "2023-1-1 1:02", "", "yesterday"]),
    ),
    "mmsi": st.sampled_from(["219000001", "219000002", "367752440.0", "0", "1", "999999999", "1000000000", "-5", "", "x",
                             "2190064"]),
    "lat": st.one_of(_number, st.sampled_from(["55.123456", "-33.5", "91", "91.000000", "90.0000001", "90", "-91"])),
    "lon": st.one_of(_number, st.sampled_from(["12.65", "-179.99999999", "180", "181", "181.0", "-181", "200"])),
    "msg_type": st.sampled_from(["A", "B", "Class A", "Class B", "Base Station", "AtoN", "SAR Airborne", "", "X", "18",
                                 "99", "Man Overboard Device"]),
    "nav_status": st.sampled_from(["0", "0.0", "15", "16", "-1", "", "Moored", "Under way sailing", "Unknown value",
                                   "Something new", "5.0", "AIS-SART"]),
    "imo": st.sampled_from(["", "IMO9869693", "9869693", "IMO", "Unknown", "imo 123", "IMO0000000", "x", "99999999999"]),
    "callsign": st.one_of(_junk, st.sampled_from(["OXQX2", "Undefined", "WDI9818TOOLONG"])),
    "name": st.one_of(_junk, st.sampled_from(['SAN "JOSE"', "A,B", "TWO\nLINES", "CR\rLF\r\n", "", "Unknown", "N" * 40])),
    "destination": st.one_of(_junk, st.sampled_from(["HANSTHOLM;", ">>DK AAR", "Unknown"])),
    "ship_type": st.sampled_from(["", "Cargo", "Tanker", "Undefined", "70", "71", "30", "1004", "Towing long/wide", "80.0",
                                  "Submarine", "90"]),
    "cargo": st.sampled_from(["", "Category X", "No additional information", "71", "80.0", "81", "52", "x", "Undefined"]),
    "eta": st.sampled_from(["", "29/10/2019 07:00:00", "31/02/2019 07:00:00", "2024-02-29T23:59:00", "Unknown"]),
    "epfd": st.sampled_from(["", "GPS", "Undefined", "Internal", "1", "0", "77", "Sextant"]),
}  # fmt: skip


_GOOD = {
    "time": lambda r, how: (f"1{r.randint(0, 9)}/01/2023" if how else f"2023-01-1{r.randint(0, 9)}")
    + r.choice(" T" if not how else " ") + f"0{r.randint(0, 3)}:00:{r.randint(0, 59):02d}",
    "mmsi": lambda r, _: r.choice(["219000001", "219000002", "367752440"]),
    "lat": lambda r, _: r.choice(["91", "91.000000", f"{r.uniform(-90, 90):.{r.randint(0, 9)}f}"]),
    "lon": lambda r, _: r.choice(["0", "181", f"{r.uniform(-180, 180):.{r.randint(0, 9)}f}"]),
    "sog": lambda r, _: r.choice(["", "102.3", "102.2", f"{r.uniform(0, 103):.{r.randint(0, 3)}f}"]),
    "cog": lambda r, _: r.choice(["", "360.0", "359.97", f"{r.uniform(-5, 420):.{r.randint(0, 3)}f}"]),
    "heading": lambda r, _: r.choice(["", "511", "511.0", "359.6", f"{r.uniform(0, 400):.{r.randint(0, 2)}f}"]),
    "rot": lambda r, _: r.choice(["", "0", "0.0", "-731.4", "720.0", f"{r.uniform(-750, 750):.{r.randint(0, 3)}f}"]),
}  # fmt: skip


def _drawn(layout, names, rnd, odd):
    """Rows of cells; ``odd(q)`` draws a strange value."""
    how = layout.time_how
    rows = []
    badness = rnd.choice([0, 0.01, 0.05, 0.3])
    for _ in range(rnd.randint(0, 12)):
        cells = []
        for name in names:
            q = layout.names.get(csv_twin.plain(name), "")
            if q in _GOOD and rnd.random() >= badness:
                cells.append(_GOOD[q](rnd, how).replace(".", layout.point))
            else:
                cells.append(odd(q))
        rows.append(cells)
    return rows


def table(layout, names):
    """Bytes of tables of ``names``: good rows, odd values, quotes, repeats, junk between."""
    pools = {q: _POOLS.get(q, _number) for q in (layout.names.get(csv_twin.plain(n), "") for n in names)}

    @st.composite
    def build(draw) -> bytes:
        rnd = draw(st.randoms(use_true_random=False))
        stock = {q: draw(st.lists(pool, min_size=3, max_size=6)) for q, pool in pools.items()}
        junk = [*draw(st.lists(_junk, min_size=2, max_size=4)), "", "  ", ",".join(names[:3]), "\r", '"', '"a","b']
        ending = rnd.choice(["\n", "\r\n"])
        quoting = rnd.choice(["no", "need", "need", "always", "mixed"])
        lines = [] if layout.headless else [layout.delimiter.join(names)]
        for cells in _drawn(layout, names, rnd, lambda q: rnd.choice(stock[q])):
            lines.append(layout.delimiter.join(_quoted(c, quoting, layout.delimiter, rnd) for c in cells))
            while rnd.random() < 0.2:
                lines.append(rnd.choice([*lines[1:], *junk]))
        text = ending.join(lines) + rnd.choice(["", ending, ending, "\n\n"])
        data = rnd.choice([b"", b"\xef\xbb\xbf"]) + text.encode("utf-8")
        return data + draw(st.binary(max_size=20)) if rnd.random() < 0.2 else data

    return build()


def _quoted(text, how, delimiter, rnd) -> str:
    need = any(c in text for c in delimiter + '"\n\r')
    if how == "mixed":
        how = rnd.choice(["need"] * 8 + ["always", "stray"])
    if how == "always" or (how == "need" and need):
        return '"' + text.replace('"', '""') + '"'
    return '"' + text if how == "stray" else text


def whole(data: bytes, layout, cuts=()) -> object:
    reader = CsvReader(layout)
    edges = [0, *sorted(c % (len(data) + 1) for c in cuts), len(data)]
    return join([*(reader.feed(data[a:b], 0) for a, b in pairwise(edges)), reader.flush()])


def same(batch, want: dict) -> None:
    for name in ("rejects", "receptions", "reports", "statics"):
        got = getattr(batch, name)
        assert got.rows == len(want[name]), (name, want["rejects"])
        for column in TABLES[name].columns:
            expected = [r[column.name] for r in want[name]]
            assert got[column.name].tolist() == expected, f"{name}.{column.name}"
            assert got[column.name].dtype == np.dtype(column.stored)
    assert batch.lines == batch.kept + batch.duplicates + batch.rejects.rows
    assert batch.kept == batch.reports.rows
    assert batch.duplicates == batch.receptions.rows


CASES = {
    "noaa": (NOAA, NOAA_OLD), "noaa-no-class": (NOAA, NOAA_OLD[:-1]), "noaa-new": (NOAA, NOAA_NEW),
    "dma": (LAYOUT, list(COLUMNS)), "dma-22": (LAYOUT, list(COLUMNS[:22])), "dma-old": (OLD, list(COLUMNS[:22])),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_same_as_the_obvious_reader(case, data):
    layout, names = CASES[case]
    text = data.draw(table(layout, names))
    if layout.headless and not text.lstrip(b"\xef\xbb\xbf\r\n ")[:1].isdigit():
        return  # then the first line is a header
    cuts = data.draw(st.lists(st.integers(0, 5000), max_size=4))
    want = csv_twin.read(text, layout)
    same(whole(text, layout, cuts), want)


@pytest.mark.parametrize("how", range(5))
@settings(max_examples=150, deadline=None)
@given(text=st.one_of(_POOLS["time"], st.from_regex(r"[0-9]{8}[T _]?[0-9]{4,6}(\.[0-9]+)?Z?", fullmatch=True), _number))
def test_times(how, text):
    from selat.kernels import csvnum

    buf = np.frombuffer(text.encode() + b"\0", dtype=np.uint8)
    got = csvnum.stamp(buf, np.int64(0), np.int64(len(buf) - 1), np.int64(how), np.int64(3))
    want = csv_twin.stamp(text, how, NOAA, 3)
    assert (csv_twin.BAD if got == csvnum.BAD else got) == want


@settings(max_examples=300, deadline=None)
@given(text=_number, places=st.integers(0, 9))
def test_numbers(text, places):
    from selat.kernels import csvnum

    buf = np.frombuffer(text.encode() + b"\0", dtype=np.uint8)
    got = csvnum.scaled(buf, np.int64(0), np.int64(len(buf) - 1), np.int64(places), np.int64(46))
    want = csv_twin.number(text, places, NOAA, nulls=False)
    if got == csvnum.BIG:
        assert want == csv_twin.BIG or abs(want) > 2**61 // 10
    else:
        assert {csvnum.EMPTY: csv_twin.EMPTY, csvnum.BAD: csv_twin.BAD}.get(got, got) == want


def test_every_quantity_has_a_pool_or_is_a_number():
    assert set(_POOLS) <= set(cc.QUANTITIES)
