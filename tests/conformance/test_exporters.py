"""Every file format: what was written reads back as what was there, whatever the rows and however they were cut."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
import xml.etree.ElementTree as ET

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export_tables import ALL, PLACED, T0, name_of, ns, placed, schema_of, tables, track, written
from selat.exporters import choose_exporter, exporters
from selat.exporters._stream import regroup, write_file
from selat.model.clock import parse_time
from selat.model.errors import ConfigError, SchemaError
from selat.model.schema import TABLES

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
        elif name == "ndjson":
            assert data == b""
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


# -- JSON lines


@settings(max_examples=30)
@given(tables())
def test_ndjson_round_trip(table):
    rows, data = written("ndjson", table)
    found = [json.loads(line, parse_constant=pytest.fail) for line in data.decode().split("\n")[:-1]]
    assert rows == len(found) == table.num_rows
    for field in table.schema:
        stamped = pa.types.is_timestamp(field.type)
        expected = ns(table, field.name) if stamped else table[field.name].to_pylist()
        for row, value in zip(found, expected, strict=True):
            assert list(row) == table.schema.names
            got = row[field.name]
            if value is None:
                assert got is None
            elif stamped:
                assert parse_time(got) == value
            elif field.metadata[b"unit"] == b"json":
                assert got == json.loads(value)
            elif pa.types.is_binary(field.type):
                assert bytes.fromhex(got) == value
            elif pa.types.is_float32(field.type):
                assert np.float32(got) == np.float32(value)
            else:
                assert got == (pytest.approx(value, abs=5e-8) if field.metadata[b"unit"] == b"deg" else value)


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["csv", "parquet", "geoparquet"])
def test_a_device_is_written_to_and_not_replaced(name, tmp_path):

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    done = write_file(exporters()[name], [track((0, 1.0, 103.0))], pipe)
    reader.join()
    assert pipe.is_fifo() and done.bytes == len(got[0]) and written(name, track((0, 1.0, 103.0)))[1] == got[0]
