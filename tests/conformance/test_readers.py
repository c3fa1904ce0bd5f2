"""What every reader must do, whatever it reads. A new reader is one line in ``READERS``.

* its tables are those of the schema, in the stored types;
* conservation: lines == kept + duplicates + rejects, once flushed;
* the same rows, however the bytes are cut;
* state and restore at any cut go on as if nothing had happened;
* random bytes never raise.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.model.columns import concat
from selat.model.ports import Batch, Reader
from selat.model.schema import TABLES

NAMES = ("reports", "statics", "messages", "receptions", "rejects")


@dataclass(frozen=True)
class Case:
    """A reader, what must come first (a header), and bytes that it should read and stumble over."""

    make: Callable[[], Reader]
    head: bytes
    body: bytes


def _noaa() -> Case:
    from selat.readers.csv_noaa import reader

    head = (
        b"MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,"
        b"TransceiverClass\n"
    )
    rows = [
        b'36775244%d,2023-01-11T00:00:0%d,43.07917,-70.75733,0.0,360.0,95.0,"SAN, JOSE %d",,WDI9818,31,0.0,,,,52.0,A\n'
        % (i % 3, i % 7, i % 4)
        for i in range(40)
    ]
    junk = [b"\n", b"nonsense\r\n", b'"open quote\n', b"\xff\xfe\x00,,,\n", rows[3], rows[5], b'1,2,"a\nb",4\n']
    return Case(reader, head, b"".join(rows[:20] + junk + rows[20:]) + b"36775244")


def _dma() -> Case:
    from selat.readers.csv_dma import COLUMNS, reader

    rows = [
        b"31/12/2015 23:59:5%d,Class %s,21900000%d,5%d.1,91.0,Moored,0.0,1.%d,12.5,12,Unknown,OXQX2,NAME %d,Cargo,,6,18,"
        b"GPS,2.7,HANSTHOLM;,29/10/2019 07:00:00,AIS,5,13,3,3\r\n"
        % (i % 5, b"AB"[i % 2 :][:1], i % 2, i % 6, i % 3, i % 3)
        for i in range(60)
    ]
    return Case(
        reader, ",".join(COLUMNS).encode() + b"\r\n", b"".join(rows) + b"\r\n31/12/2015,Class A\r\n" + rows[0][:-2]
    )


def _mapped() -> Case:
    from selat.readers.csv_mapped import reader

    mapping = {"time": "epoch s", "delimiter": ";", "columns": {"time": "t", "mmsi": "m", "lat": "a", "lon": "o"}}
    rows = [b"%d.5;21900000%d;1.%d;10%d.5\n" % (1_600_000_000 + i // 3, i % 4, i % 9, i % 5) for i in range(60)]
    return Case(lambda: reader(mapping), b"t;m;a;o\n", b"".join(rows) + b"x;y\nbad;1;2;3\n")


def _signalk() -> Case:
    import json

    from selat.readers.signalk import SignalKReader

    def delta(n: int, *values: tuple[str, object]) -> bytes:
        told = [{"path": p, "value": v} for p, v in values]
        update = {"timestamp": f"2026-11-27T02:00:{n % 60:02d}.500Z", "values": told}
        return (
            json.dumps({"context": f"vessels.urn:mrn:imo:mmsi:53300000{n % 4}", "updates": [update]}).encode() + b"\n"
        )

    rows = [
        delta(
            n, ("navigation.position", {"latitude": 1.0 + n / 100, "longitude": 104.0}), ("", {"name": f"SHIP {n % 3}"})
        )
        for n in range(30)
    ]
    rows += [delta(n, ("navigation.speedOverGround", 5.0), ("design.length", {"overall": 90.0})) for n in range(9)]
    junk = [b"\n", b"{", b"[]\r\n", b"\xff\n", b'{"updates": 3}\n', b'{"name": "server", "self": "vessels.urn:x"}\n', rows[3],
            delta(1, ("environment.depth.belowKeel", 3.0)), delta(2, ("navigation.position", {"latitude": "x"}))]  # fmt: skip
    return Case(SignalKReader, b"", b"".join(rows[:20] + junk + rows[20:]) + b'{"context": "vessels.self", "upd')


def _nmea_radar() -> Case:
    from radar_tools import sentence, tagged, ttd, ttd_bits
    from selat.readers.radar_nmea import NmeaReader

    ais = b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\r\n"
    own = [sentence(f"GPRMC,0315{n:02d}.00,A,0115.000,N,10351.000,E,10.0,090.0,281126,,") for n in range(4)]
    ttm = [
        sentence(
            f"RATTM,{n % 5},{n}.5,{n * 7}.0,{'TR'[n % 2]},10,90,T,,,N,BOAT {n % 3},{'TTTLQ'[n % 5]},,0315{n:02d}.0,A"
        )
        for n in range(25)
    ]
    parts = ttd([ttd_bits(n, 100 * n) for n in range(6)], 2)
    tags = [tagged(line, 1_764_000_000 + n, "VTS") for n, line in enumerate(ttm[:4])]
    rest = [
        sentence("RATLL,9,0118.3,N,10400.6,E,PILOT,,T,"),
        sentence("RATLB,9,TUG"),
        sentence("HEHDT,45.0,T"),
        sentence("RARSD,,,,,,,,,1.0,20.0,6.0,N,H"),
    ]
    junk = [
        b"\n",
        ttm[2],
        b"$RATTM,1*00\r\n",
        b"$RATTM,9,9,9\n",
        parts[0],
        b"\xff!x$\n",
        ais,
        b"!AIVDM,2,1,1,A,55,0*1C\n",
    ]
    return Case(
        NmeaReader,
        b"",
        b"".join([ais, *own, *ttm[:12], *parts, *tags, *junk, *rest, *ttm[12:]]) + parts[1] + b"$RATTM,3",
    )


def _asterix() -> Case:
    from asterix_tools import block, cat010, cat048, cat062, n, north, place
    from selat.readers.asterix import AsterixReader

    rows = [block(34, north(11_600 + k, i120=place(1.2, 103.7))) for k in range(2)]
    rows += [block(48, *(cat048(11_700 + k, k, 10 * k, i161=n(k % 4, 2)) for k in range(i))) for i in range(1, 6)]
    rows += [block(10, cat010(11_720, i042=n(50 * k, 2) + n(900, 2), i161=n(9, 2) if k % 2 else b"")) for k in range(5)]
    rows += [block(62, cat062(11_721 + k, i245=n(0, 1) + b"PILOT 1")) for k in range(3)]
    junk = [
        b"\x30\x00",
        rows[4],
        b"\xff" * 9,
        block(240, bytes(9)),
        rows[6][:-1],
        rows[0],
        block(48, cat048(i070=n(5, 2))),
    ]
    return Case(AsterixReader, b"", b"".join(rows[:9] + junk + rows[9:]) + rows[3][:11])


READERS: dict[str, Callable[[], Case]] = {
    "asterix": _asterix,
    "nmea-radar": _nmea_radar,
    "noaa": _noaa,
    "dma": _dma,
    "mapped": _mapped,
    "signalk": _signalk,
}


@pytest.fixture(params=READERS)
def case(request) -> Case:
    return READERS[request.param]()


def feed(reader: Reader, data: bytes, cuts: list[int]) -> list[Batch]:
    edges = [0, *sorted(cuts), len(data)]
    return [reader.feed(data[a:b], 1_700_000_000_000_000_000) for a, b in pairwise(edges)]


def rows(batches: list[Batch], name: str) -> dict[str, list]:
    table = concat([getattr(b, name) for b in batches], name)
    return {k: table[k].tolist() for k in table}


def assert_same(one: list[Batch], other: list[Batch]) -> None:
    for name in NAMES:
        assert rows(one, name) == rows(other, name), name
    for count in ("lines", "kept", "duplicates", "bytes"):
        assert sum(getattr(b, count) for b in one) == sum(getattr(b, count) for b in other), count


def assert_conserved(batches: list[Batch]) -> None:
    lines = sum(b.lines for b in batches)
    fates = sum(b.kept + b.duplicates + b.rejects.rows for b in batches)
    assert lines == fates


def test_tables_are_those_of_the_schema(case):
    reader = case.make()
    batches = [*feed(reader, case.head + case.body, []), reader.flush()]
    assert sum(b.reports.rows for b in batches) > 0
    for batch in batches:
        for name in NAMES:
            table = getattr(batch, name)
            assert tuple(table) == TABLES[name].names
            for column in TABLES[name].columns:
                assert table[column.name].dtype == np.dtype(column.stored), column.name
                assert len(table[column.name]) == table.rows
    assert_conserved(batches)
    assert sum(b.bytes for b in batches) == len(case.head + case.body)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", READERS)
def test_cuts_do_not_matter(name, data):
    case = READERS[name]()
    whole = case.head + case.body
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=12))
    a, b = case.make(), case.make()
    one = [*feed(a, whole, []), a.flush()]
    other = [*feed(b, whole, cuts), b.flush()]
    assert_same(one, other)
    assert_conserved(other)


def test_byte_by_byte(case):
    whole = case.head + case.body[:1500]
    a, b = case.make(), case.make()
    one = [*feed(a, whole, []), a.flush()]
    other = [*feed(b, whole, list(range(1, len(whole)))), b.flush()]
    assert_same(one, other)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", READERS)
def test_state_restores_at_any_cut(name, data):
    case = READERS[name]()
    whole = case.head + case.body
    cut = data.draw(st.integers(0, len(whole)))
    a, b, c = case.make(), case.make(), case.make()
    one = [*feed(a, whole, [cut]), a.flush()]
    first = b.feed(whole[:cut], 1_700_000_000_000_000_000)
    c.restore(pickle.loads(pickle.dumps(b.state())))
    other = [first, c.feed(whole[cut:], 1_700_000_000_000_000_000), c.flush()]
    assert_same(one, other)


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(max_size=400), seed=st.integers(0, 2**32))
@pytest.mark.parametrize("name", READERS)
def test_random_bytes_never_raise(name, noise, seed):
    case = READERS[name]()
    reader = case.make()
    rnd = random.Random(seed)
    body = bytearray(case.body[: rnd.randint(0, 600)])
    for _ in range(rnd.randint(0, 20)):
        if body:
            body[rnd.randrange(len(body))] = rnd.choice([rnd.randint(0, 255), 34, 10, 44, 45, 57])
    batches = [*feed(reader, case.head + bytes(body) + noise, []), reader.flush()]
    assert_conserved(batches)


def test_seq_can_be_given(case):
    reader = case.make()
    reader.feed(case.head, 0)
    batch = reader.feed(case.body, 0, seq=1000)
    assert batch.reports["seq"].min() >= 1000
    later = reader.flush()
    rejected = np.concatenate([_tables(b)["rejects"]["seq"] for b in (batch, later)]).tolist()
    assert len(set(rejected)) == len(rejected)
    kept = list(zip(batch.reports["seq"].tolist(), batch.reports["mmsi"].tolist(), strict=True))
    assert len(set(kept)) == len(kept), "one line may tell of several targets, of each once"
    assert not set(rejected) & set(batch.reports["seq"].tolist())


def _tables(batch: Batch) -> dict:
    return {n: getattr(batch, n) for n in NAMES}
