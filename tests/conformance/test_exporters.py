"""Every file format: what was written reads back as what was there, whatever the rows and however they were cut."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.exporters import choose_exporter, exporters
from selat.exporters import geojson_tracks as tracks
from selat.exporters._stream import GAP, of_ships, regroup, stretches, write_file
from selat.exporters.gpx import GPX, POINT
from selat.model.arrow import arrow_schema
from selat.model.clock import parse_time
from selat.model.errors import ConfigError, SchemaError
from selat.model.schema import NO_TIME, TABLES
from selat.store.ships import ships_schema

T0 = 1_795_000_000_000_000_000
ALL = sorted(exporters())
PLACED = ("reports", "ships", "alerts")
NASTY = [
    "",
    "SELAT",
    'A "B", C',
    "<&>'",
    "=1+1",
    "-5",
    "'x",
    "\t",
    "a\r\nb",
    "\x00\x1b[31m",
    "Å東\U0001f6a2",
    "\ufffe",
    " x ",
]


def schema_of(name):
    return ships_schema() if name == "ships" else arrow_schema(name)


def of_column(field):
    """Values of one column: nulls, edges, what breaks formats."""
    kind, unit = field.type, (field.metadata or {}).get(b"unit", b"").decode()
    if field.name in ("lat", "lon"):
        edge = 90 if field.name == "lat" else 180
        values = st.integers(-edge * 10**7, edge * 10**7).map(lambda v: v * 1e-7)
        values |= st.sampled_from([float(edge), -float(edge), 0.0])
    elif field.name in ("id", "mmsi"):
        values = st.sampled_from(["ab12", "cd34"]) if field.name == "id" else st.sampled_from([533000001, 563000002, 1])
        return values
    elif pa.types.is_timestamp(kind):
        values = st.integers(T0, T0 + 10**15) | st.sampled_from([0, 1, T0 + 999_999_999])
    elif pa.types.is_integer(kind):
        values = st.integers(0, 2 ** (kind.bit_width - (0 if str(kind)[0] == "u" else 1)) - 1)
    elif pa.types.is_float32(kind):
        values = st.floats(0, 300, width=32)
    elif pa.types.is_float64(kind):
        values = st.floats(allow_nan=False, allow_infinity=False)
    elif unit == "json":
        values = st.sampled_from(["[533000001, 563000002]", "[]"])
    elif pa.types.is_binary(kind):
        values = st.binary(max_size=5)
    else:
        values = st.sampled_from(NASTY) | st.text(max_size=8)
    return values | st.none()


@st.composite
def tables(draw, names=(*TABLES, "ships")):
    """A table of any name, sorted as a sea gives it."""
    schema = schema_of(draw(st.sampled_from(sorted(names))))
    n = draw(st.integers(0, 8))
    columns = [draw(st.lists(of_column(f), min_size=n, max_size=n)) for f in schema]
    table = pa.Table.from_arrays(
        [pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )
    keys = [(k, "ascending", "at_start") for k in ("mmsi", "time", "seq") if k in schema.names]
    return table.take(pc.sort_indices(table, sort_keys=keys)) if keys else table


def written(name, table, size=1000):
    """(rows, bytes) of an export of the table in batches of ``size``."""
    out = io.BytesIO()
    batches = table.to_batches(max_chunksize=size) or [pa.RecordBatch.from_pylist([], schema=table.schema)]
    rows = exporters()[name].write(iter(batches), out)
    assert not out.closed
    return rows, out.getvalue()


def ns(table, name):
    return table[name].cast(pa.int64()).to_pylist()


def placed(table):
    return [
        x is not None and y is not None for x, y in zip(table["lon"].to_pylist(), table["lat"].to_pylist(), strict=True)
    ]


def close(a, b):
    return a is b is None or (a is not None and b is not None and abs(a - b) < 1e-7)


def name_of(table):
    return table.schema.metadata[b"table"].decode()


# -- all formats


@pytest.mark.parametrize("name", ALL)
def test_is_documented_and_found(name):
    exporter = exporters()[name]
    assert exporter.text and "/" in exporter.media_type and set(exporter.tables) <= {*TABLES, "ships"}
    assert choose_exporter(name) is exporter
    for suffix in exporter.suffixes:
        assert choose_exporter(path=f"/x/Y{suffix.upper()}") is exporter


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=15)
@given(data=st.data())
def test_bytes_do_not_depend_on_the_cuts(name, data):
    table = data.draw(tables(exporters()[name].tables))
    first = written(name, table)
    assert written(name, table, data.draw(st.integers(1, 3))) == first


@pytest.mark.parametrize("name", ALL)
def test_without_any_batch_it_says_so(name):
    with pytest.raises(SchemaError, match="no batch") as caught:
        exporters()[name].write([], io.BytesIO())
    assert caught.value.hint


@pytest.mark.parametrize("name", ALL)
def test_an_empty_table_is_a_valid_file(name):
    for table in exporters()[name].tables:
        rows, data = written(name, schema_of(table).empty_table())
        assert rows == 0
        if name == "csv":
            assert data.decode() == ",".join(schema_of(table).names) + "\r\n"
        elif "parquet" in name:
            assert pq.read_table(io.BytesIO(data)).num_rows == 0
        elif name == "gpx":
            assert len(ET.fromstring(data)) == 0
        else:
            assert json.loads(data)["features"] == []


def test_the_longest_suffix_wins_and_an_unknown_one_is_told():
    assert choose_exporter(path="x.geo.parquet").name == "geoparquet"
    for wrong in ({"path": "x.xls"}, {"name": "xls"}):
        with pytest.raises(ConfigError) as caught:
            choose_exporter(**wrong)
        assert "csv" in caught.value.hint


# -- CSV


def unguarded(value):
    """A text cell as it was before the guard against formulas."""
    return value[1:] if value.startswith("'") else value


@settings(max_examples=60)
@given(tables())
def test_csv_round_trip(table):
    rows, data = written("csv", table)
    assert rows == table.num_rows and data.endswith(b"\r\n")
    header, *lines = csv.reader(io.StringIO(data.decode(), newline=""))
    assert header == table.schema.names and len(lines) == rows
    for at, field in enumerate(table.schema):
        found = [line[at] for line in lines]
        expected = table[field.name].to_pylist() if not pa.types.is_timestamp(field.type) else ns(table, field.name)
        for text, value in zip(found, expected, strict=True):
            if value is None:
                assert text == ""
            elif pa.types.is_timestamp(field.type):
                assert parse_time(text) == value
            elif pa.types.is_string(field.type):
                assert unguarded(text) == value
                assert not text.startswith(tuple("=+-@\t\r\n"))
            elif pa.types.is_binary(field.type):
                assert bytes.fromhex(text) == value
            elif pa.types.is_float32(field.type):
                assert np.float32(text) == np.float32(value)
            elif field.name in ("lat", "lon"):
                assert float(text) == pytest.approx(value, abs=5e-8)
                assert "e" in text or len(text.partition(".")[2]) <= 7
            else:
                assert type(value)(text) == value


def test_csv_tells_null_from_an_empty_text():
    table = pa.table({"name": pa.array(["", None, "x"]), "n": pa.array([1, 2, 3])})
    assert written("csv", table)[1] == b'name,n\r\n"",1\r\n,2\r\nx,3\r\n'
    assert written("csv", table.select(["n"]))[1] == b"n\r\n1\r\n2\r\n3\r\n"
    assert written("csv", table.select(["name"]))[1] == b'name\r\n""\r\n""\r\nx\r\n'


def test_csv_takes_any_column_or_refuses_it_by_name():
    table = pa.table({"d": pa.array(["=x", "a", "=x"]).dictionary_encode(), "b": [True, None, False]})
    assert written("csv", table)[1] == b"d,b\r\n'=x,true\r\na,\r\n'=x,false\r\n"
    assert written("csv", pa.table({"t": pa.array(["@a"], pa.large_string())}))[1] == b"t\r\n'@a\r\n"
    with pytest.raises(SchemaError, match="l: list"):
        written("csv", pa.table({"l": [[1]]}))


def test_csv_is_read_by_arrow_with_its_types():
    table = pa.table(
        {"time": pa.array([T0, None], pa.timestamp("ns", "UTC")), "sog": pa.array([0.1, None], pa.float32())}
    )
    back = pyarrow.csv.read_csv(io.BytesIO(written("csv", table)[1]))
    assert back["time"].cast(pa.int64()).to_pylist() == [T0, None]
    assert back["sog"].to_pylist() == [0.1, None]


# -- Parquet and GeoParquet


@settings(max_examples=25)
@given(tables())
def test_parquet_round_trip(table):
    rows, data = written("parquet", table)
    back = pq.read_table(io.BytesIO(data))
    assert rows == table.num_rows and back.equals(table)
    assert back.schema.metadata[b"table"] == table.schema.metadata[b"table"]
    for field in table.schema:
        assert field.metadata.items() <= back.schema.field(field.name).metadata.items()
    assert {c.compression for g in groups(data) for c in g} <= {"ZSTD"}


def groups(data):
    meta = pq.read_metadata(io.BytesIO(data))
    return [[meta.row_group(g).column(c) for c in range(meta.num_columns)] for g in range(meta.num_row_groups)]


def test_row_groups_are_the_same_whatever_the_batches():
    table = pa.table({"n": np.arange(1000)})
    for size in (1, 7, 100, 333, 1000):
        parts = list(regroup(table.to_batches(max_chunksize=size), 300))
        assert [p.num_rows for p in parts] == [300, 300, 300, 100]
        assert pa.concat_tables(parts).equals(table)


@settings(max_examples=25)
@given(tables(PLACED))
def test_geoparquet_round_trip(table):
    rows, data = written("geoparquet", table)
    back = pq.read_table(io.BytesIO(data))
    assert rows == table.num_rows and back.drop_columns(["geometry"]).equals(table)
    geo = json.loads(back.schema.metadata[b"geo"])  # where readers on Arrow look
    assert json.loads(pq.read_metadata(io.BytesIO(data)).metadata[b"geo"]) == geo  # where the specification puts it
    for field in table.schema:
        assert field.metadata.items() <= back.schema.field(field.name).metadata.items()
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    column = geo["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"], column["crs"]["id"]["code"]) == ("WKB", ["Point"], "CRS84")
    where = []
    for known, wkb, x, y in zip(
        placed(table), back["geometry"].to_pylist(), *(table[n].to_pylist() for n in ("lon", "lat")), strict=True
    ):
        assert (wkb is not None) == known
        if known:
            assert wkb[:5] == b"\x01\x01\x00\x00\x00" and len(wkb) == 21
            where.append(np.frombuffer(wkb[5:], "<f8").tolist())
            assert where[-1] == pytest.approx([x, y], abs=5e-8)
    if where:
        xs, ys = zip(*where, strict=True)
        assert column["bbox"] == [min(xs), min(ys), max(xs), max(ys)]
    else:
        assert "bbox" not in column


# -- GeoJSON


@settings(max_examples=50)
@given(tables(PLACED))
def test_geojson_round_trip(table):
    rows, data = written("geojson", table)
    found = json.loads(data, parse_constant=pytest.fail)
    assert found["type"] == "FeatureCollection" and rows == len(found["features"]) == table.num_rows
    plain = {
        n: ns(table, n) if pa.types.is_timestamp(table.schema.field(n).type) else table[n].to_pylist()
        for n in table.column_names
    }
    for i, feature in enumerate(found["features"]):
        properties = feature["properties"]
        assert feature["type"] == "Feature" and set(properties) == set(table.column_names) - {"lat", "lon"}
        x, y = plain["lon"][i], plain["lat"][i]
        if x is None or y is None:
            assert feature["geometry"] is None
        else:
            assert feature["geometry"]["type"] == "Point"
            assert feature["geometry"]["coordinates"] == pytest.approx([x, y], abs=5e-8)
        for name, value in properties.items():
            expected, field = plain[name][i], table.schema.field(name)
            if pa.types.is_timestamp(field.type):
                assert (value if value is None else parse_time(value)) == expected
            elif field.metadata[b"unit"] == b"json":
                assert value == (None if expected is None else json.loads(expected))
            elif pa.types.is_float32(field.type) and expected is not None:
                assert np.float32(value) == np.float32(expected)
            else:
                assert value == expected
        if name_of(table) == "ships":
            assert feature["id"] == plain["mmsi"][i]


def test_geojson_has_units_and_one_feature_a_line():
    table = schema_of("reports").empty_table()
    rows = pa.Table.from_pylist([{"seq": n, "mmsi": 1, "sog": 5.0} for n in range(3)], schema=table.schema)
    head, *lines = written("geojson", rows)[1].decode().splitlines()
    assert json.loads(head + "]}")["units"]["sog"] == "m/s"
    assert [json.loads(line.rstrip(","))["id"] for line in lines[:-1]] == [0, 1, 2]


# -- tracks


def track(*rows, mmsi=533000001):
    """Reports (seconds or None, lat, lon) of one ship."""
    full = [
        {
            "time": None if t is None else T0 + t * 10**9,
            "mmsi": mmsi,
            "lat": y,
            "lon": x,
            "sog": 5.25,
            "cog": 45.5,
            "seq": i,
        }
        for i, (t, y, x) in enumerate(rows)
    ]
    return pa.Table.from_pylist(full, schema=arrow_schema("reports"))


def lines_of(table):
    found = json.loads(written("geojson-tracks", table)[1])
    assert len(found["features"]) == 1
    return found["features"][0]


def test_a_track_is_a_line_with_times():
    feature = lines_of(track((0, 1.0, 103.0), (10, 1.1, 103.1), (None, None, None)))
    assert feature["geometry"] == {"type": "LineString", "coordinates": [[103.0, 1.0], [103.1, 1.1]]}
    assert feature["properties"]["reports"] == 2
    assert [parse_time(t) for t in feature["properties"]["coordTimes"]] == [T0, T0 + 10 * 10**9]


def test_a_track_is_cut_at_a_silence_and_a_lone_place_is_a_line_of_two():
    feature = lines_of(track((0, 1.0, 103.0), (GAP // 10**9 + 1, 2.0, 103.0), (GAP // 10**9 + 9, 2.5, 103.0)))
    assert feature["geometry"]["type"] == "MultiLineString"
    assert feature["geometry"]["coordinates"] == [[[103.0, 1.0]] * 2, [[103.0, 2.0], [103.0, 2.5]]]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_track_is_cut_at_the_antimeridian(sign):
    feature = lines_of(track((0, 10.0, sign * 179.0), (40, 14.0, sign * -177.0)))
    assert feature["geometry"]["coordinates"] == [
        [[sign * 179.0, 10.0], [sign * 180.0, 11.0]],
        [[sign * -180.0, 11.0], [sign * -177.0, 14.0]],
    ]
    assert [parse_time(t) - T0 for part in feature["properties"]["coordTimes"] for t in part] == [
        0,
        10**10,
        10**10,
        4 * 10**10,
    ]


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=12))
def test_no_part_of_a_track_leaps_over_the_earth(places):
    line = [(x, y, T0 + i) for i, (y, x) in enumerate(places)]
    parts = tracks.cut_at_antimeridian(line)
    for part in parts:
        assert len(part) >= 2
        assert all(abs(a[0] - b[0]) <= 180 and -180 <= a[0] <= 180 and -90 <= a[1] <= 90 for a, b in pairwise(part))
    kept = [v for part in parts for v in part]
    assert [v for v in line if v in kept] == line


@settings(max_examples=40)
@given(tables(("reports",)))
def test_tracks_hold_every_placed_report(table):
    rows, data = written("geojson-tracks", table)
    known = table.filter(pa.array(placed(table), pa.bool_()))
    assert rows == known.num_rows
    found = {f["id"]: f for f in json.loads(data)["features"]}
    assert set(found) == set(known["mmsi"].to_pylist())
    assert sum(f["properties"]["reports"] for f in found.values()) == rows


def test_rows_must_come_ship_by_ship():
    mixed = pa.concat_tables([track((0, 1.0, 1.0)), track((0, 1.0, 1.0), mmsi=2), track((9, 1.0, 1.0))])
    for name in ("geojson-tracks", "gpx"):
        with pytest.raises(SchemaError, match="not together") as caught:
            written(name, mixed)
        assert "sort" in caught.value.hint
    together = mixed.take([0, 2, 1])
    assert [(m, t.num_rows) for m, t in of_ships(together.to_batches(max_chunksize=1))] == [(533000001, 2), (2, 1)]


@given(st.lists(st.integers(0, 10**6) | st.none(), max_size=20))
def test_stretches_cover_all_rows_in_order(seconds):
    time = np.array([NO_TIME if s is None else T0 + s * 10**9 for s in seconds], dtype=np.int64)
    found = stretches(time)
    assert [i for a, b in found for i in range(a, b)] == list(range(len(time)))
    for a, b in found:
        known = time[a:b] != NO_TIME
        assert known.all() or not known.any()


# -- GPX


WPT = ["time", "name", "desc", "type", "extensions"]


def order_holds(element):
    """Children of a GPX element stand in the order of the schema (the elements that we use)."""
    orders = {"gpx": ["wpt", "trk"], "trk": ["name", "trkseg"], "trkseg": ["trkpt"], "trkpt": WPT, "wpt": WPT}
    name = element.tag.removeprefix(f"{{{GPX}}}")
    if name in orders:
        ranks = [orders[name].index(child.tag.removeprefix(f"{{{GPX}}}")) for child in element]
        assert ranks == sorted(ranks)
    for child in element:
        order_holds(child)


@settings(max_examples=60)
@given(tables(PLACED))
def test_gpx_round_trip(table):
    rows, data = written("gpx", table)
    root = ET.fromstring(data)
    assert root.tag == f"{{{GPX}}}gpx" and root.attrib == {"version": "1.1", "creator": "selat"}
    order_holds(root)
    known = table.filter(pa.array(placed(table), pa.bool_()))
    found = [e for e in root.iter() if e.tag in (f"{{{GPX}}}trkpt", f"{{{GPX}}}wpt")]
    assert rows == len(found) == known.num_rows
    for point, t, x, y in zip(
        found, ns(known, "time"), known["lon"].to_pylist(), known["lat"].to_pylist(), strict=True
    ):
        lon = float(point.attrib["lon"])
        assert -180 <= lon < 180 and float(point.attrib["lat"]) == pytest.approx(y, abs=1e-7)
        assert lon == pytest.approx(x, abs=1e-7) or abs(x - lon) == pytest.approx(360, abs=1e-7)
        text = point.findtext(f"{{{GPX}}}time")
        assert (None if text is None else parse_time(text)) == t
    if name_of(table) == "reports":
        speeds = [p.findtext(f".//{{{POINT}}}speed") for p in found]
        for text, value in zip(speeds, known["sog"].to_pylist(), strict=True):
            assert text is value is None or np.float32(text) == np.float32(value)
        assert [e.text for e in root.iter(f"{{{GPX}}}name")] == [
            f"{m:09d}" for m in dict.fromkeys(known["mmsi"].to_pylist())
        ]


def test_gpx_time_is_a_time_of_xml_schema():
    data = written("gpx", track((0, 1.0, 103.0)))[1].decode()
    text = ET.fromstring(data).findtext(f".//{{{GPX}}}time")
    assert datetime.fromisoformat(text) == datetime.fromtimestamp(T0 / 1e9, UTC)


# -- files


def test_a_file_is_whole_or_absent(tmp_path):
    table = track((0, 1.0, 103.0))
    target = tmp_path / "a.csv"
    done = write_file(exporters()["csv"], [table], target)
    assert (done.rows, done.bytes, done.path) == (1, target.stat().st_size, target)
    before = target.read_bytes()

    def broken():
        yield table
        raise RuntimeError("the disk is on fire")

    with pytest.raises(RuntimeError):
        write_file(exporters()["csv"], broken(), target)
    assert target.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(FileNotFoundError):
        write_file(exporters()["csv"], [table], tmp_path / "absent" / "a.csv")
    with pytest.raises(IsADirectoryError):
        write_file(exporters()["csv"], [table], tmp_path)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    write_file(exporters()["csv"], [table, table], link)
    assert link.is_symlink() and len(target.read_bytes().splitlines()) == 3


@pytest.mark.parametrize("name", ["csv", "parquet", "geoparquet"])
def test_a_device_is_written_to_and_not_replaced(name, tmp_path):
    import os
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    done = write_file(exporters()[name], [track((0, 1.0, 103.0))], pipe)
    reader.join()
    assert pipe.is_fifo() and done.bytes == len(got[0]) and written(name, track((0, 1.0, 103.0)))[1] == got[0]
