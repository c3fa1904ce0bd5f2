"""Real samples, archives, mappings, Parquet, detection, and their errors."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

import csv_twin
from selat.model.arrow import to_arrow
from selat.model.columns import concat
from selat.model.errors import ConfigError, FormatError, Reason, SourceError, UnitError
from selat.model.schema import Flag
from selat.readers import archive, csv_dma, csv_mapped, csv_noaa, formats, parquet
from selat.readers.csv_reader import CsvReader, join
from test_csv_twin import NOAA_OLD, same

DATA = Path(os.environ.get("SELAT_SHARED", Path(__file__).parents[1] / "../shared")) / "data" / "csv"
SOLENT = {
    "csv": {
        "time": "iso",
        "columns": {
            "time": "Time", "mmsi": "MMSI", "lat": "Latitude_degrees", "lon": "Longitude_degrees",
            "cog": {"column": "COG_degrees", "unit": "deg"}, "sog": {"column": "SOG_knots", "unit": "kn"},
        },
    }
}  # fmt: skip
ROW = "367752440,2023-01-11T00:00:0{i},43.1,-70.7,0.0,360.0,95.0,{name},,WDI9818,31,0.0,16,6,,52.0,A"
HEAD = ",".join(NOAA_OLD)


def noaa(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


def real(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no {path}: real samples lie beside the project")
    return path


def test_real_noaa_sample_is_as_the_twin_reads_it():
    path = real("aisdb_noaa_20230111.csv")
    batch = join(list(csv_noaa.read(path)))
    same(batch, csv_twin.read(path.read_bytes(), csv_noaa.LAYOUT))
    assert batch.lines == batch.kept == 1000
    assert set(batch.reports["msg_type"].tolist()) == {1, 18}


def test_real_track_needs_a_mapping_and_reads_with_one():
    path = real("atlantes_noaa_track_2023.csv")
    with pytest.raises(FormatError, match="no known format"):
        formats.detect(path)
    columns = {"time": "send", "mmsi": "mmsi", "lat": "lat", "lon": "lon", "sog": {"column": "sog", "unit": "kn"},
               "nav_status": "nav", "name": "name", "ship_type": "category", "imo": "IMO"}  # fmt: skip
    batch = join(list(csv_mapped.read(path, {"columns": columns})))
    same(batch, csv_twin.read(path.read_bytes(), csv_mapped.layout({"columns": columns})))
    assert batch.rejects.rows == 0
    assert batch.statics["name"].tolist() == [b"TUFTY"]


def test_real_solent_mapping():
    path = real("stonesoup_solent_20160112.csv")
    batch = join(list(csv_mapped.read(path, SOLENT)))
    with path.open(newline="") as file:
        wanted = list(csv.DictReader(file))
    assert batch.lines == len(wanted) == 18_623
    first = {tuple(r.values()): None for r in wanted}  # exact repeats go
    assert batch.kept == len(first)
    assert batch.duplicates == len(wanted) - len(first)
    lat = [int((Decimal(r[2]) * 10**7).quantize(Decimal(1), ROUND_HALF_UP)) for r in first]
    assert batch.reports["lat"].tolist() == lat
    times = [datetime.fromisoformat(r[0]).replace(tzinfo=UTC) for r in first]
    assert batch.reports["time"].tolist() == [int(t.timestamp()) * 10**9 + t.microsecond * 1000 for t in times]


def compressed(tmp_path: Path, data: bytes) -> dict[str, Path]:
    paths = {k: tmp_path / f"ais.csv{s}" for k, s in (("plain", ""), ("gz", ".gz"), ("zst", ".zst"), ("zip", ".zip"))}
    paths["plain"].write_bytes(data)
    paths["gz"].write_bytes(gzip.compress(data))
    paths["zst"].write_bytes(zstandard.compress(data))
    with zipfile.ZipFile(paths["zip"], "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("README.txt", "not a table")
        z.writestr("ais.csv", data)
    return paths


def many(n: int) -> bytes:
    return noaa(*(ROW.format(i=i % 10, name=f"SHIP {i}") for i in range(n)))


def test_compressions_give_the_same(tmp_path):
    data = many(3000)
    for path in compressed(tmp_path, data).values():
        assert formats.detect(path).name == "noaa"
        batch = join(list(formats.read(path)))
        assert (batch.lines, batch.rejects.rows, batch.bytes) == (3000, 0, len(data))
        assert batch.statics["name"][-1] == b"SHIP 2999"


def test_zip_of_several_members_counts_on_and_remembers(tmp_path):
    path = tmp_path / "aisdk.zip"
    head = ",".join(csv_dma.COLUMNS)
    row = "31/12/2015 23:59:59,Class A,219000001,55.1,12.{i},Moored,0.0,1.0,2.0,3,Unknown,,N,Cargo,,6,18,,2.7,,,AIS,,,,"
    with zipfile.ZipFile(path, "w") as z:
        for day in range(3):
            text = "\n".join([head, *(row.format(i=i + (3 if day == 1 else 0)) for i in range(3)), "cut"])
            z.writestr(f"aisdk-{day}.csv", text)
    batch = join(list(csv_dma.read(path)))
    assert (batch.lines, batch.kept, batch.duplicates, batch.rejects.rows) == (12, 6, 3, 3)
    assert batch.receptions["first_seq"].tolist() == [0, 1, 2]
    assert batch.statics.rows == 1
    assert batch.rejects["seq"].tolist() == [3, 7, 11]
    assert batch.rejects["reason"].tolist() == [Reason.TRUNCATED] * 3


def test_damaged_and_missing_files_say_so(tmp_path):
    paths = compressed(tmp_path, many(30_000))
    for kind in ("gz", "zst", "zip"):
        whole = paths[kind].read_bytes()
        paths[kind].write_bytes(whole[: len(whole) // 2])
        with pytest.raises(SourceError) as e:
            list(formats.read(paths[kind], "noaa"))
        assert e.value.hint
    for path, text in (("no.csv", "no such file"), (".", "directory")):
        with pytest.raises(SourceError, match=text):
            formats.detect(tmp_path / path)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(SourceError, match="empty"):
        formats.detect(tmp_path / "empty.csv")
    (tmp_path / "x.bin").write_bytes(b"\0\1\2")
    with pytest.raises(FormatError) as e:
        formats.detect(tmp_path / "x.bin")
    assert "noaa" in e.value.hint and "dma" in e.value.hint and "parquet" in e.value.hint


def test_streams_are_read_too():
    assert join(list(csv_noaa.read(io.BytesIO(many(10))))).kept == 10


def test_every_format_is_found():
    assert {"noaa", "dma", "parquet"} <= {f.name for f in formats.formats()}
    with pytest.raises(FormatError, match="no format"):
        list(formats.read("x", "nowa"))


def test_old_danish_file_without_header(tmp_path):
    row = "31/12/2015 23:59:59;Class A;219000001;55,123456;12,5;Moored;0,0;1,3;2,0;3;Unknown;;N;Cargo;;6;18;GPS;2,7;;;AIS\r\n"
    path = tmp_path / "aisdk-2015.csv"
    path.write_text(row * 2 + row.replace("59;", "58;"), newline="")
    assert formats.detect(path).name == "dma"
    batch = join(list(formats.read(path)))
    assert (batch.lines, batch.kept, batch.duplicates) == (3, 2, 1)
    assert batch.reports["lat"].tolist() == [551234560] * 2
    assert batch.reports["sog"].tolist() == [13] * 2
    assert batch.statics["draught"].tolist() == [27]


def test_danish_rows_of_every_kind():
    head = ",".join(csv_dma.COLUMNS)
    kinds = ["Class A", "Class B", "Base Station", "AtoN", "SAR Airborne", "Man Overboard Device", "Emergency PIRB"]
    rows = [f"01/02/2024 00:00:0{i},{k},21900000{i},91.000000,0.000000,Unknown value,,258.0,,,Unknown,,,Undefined,,,,"
            "Undefined,,,,AIS,,,," for i, k in enumerate(kinds)]  # fmt: skip
    batch = join([(r := csv_dma.reader()).feed("\n".join([head, *rows, ""]).encode()), r.flush()])
    assert batch.reports["msg_type"].tolist() == [1, 18, 4, 21, 9, 1, 1]
    assert set(batch.reports["lat"].tolist()) == set(batch.reports["lon"].tolist()) == {-(2**31)}
    assert set(batch.reports["nav_status"].tolist()) == {255}
    fast = batch.reports["sog"].tolist()
    assert fast == [65535] * 4 + [2580] + [65535] * 2
    assert [f & Flag.NULLED > 0 for f in batch.reports["flags"].tolist()] == [s == 65535 for s in fast]
    assert batch.statics.rows == 0


def test_statics_only_when_they_change_and_never_when_they_say_nothing():
    head = ",".join(csv_dma.COLUMNS)
    full = "7654321,OXQX2,{n},Cargo,,6,18,GPS,2.7,X,,AIS,1,17,2,4"
    none = "Unknown,,,Undefined,,,,Undefined,,,,AIS,,,,"
    tails = [none, full.format(n="A"), none, full.format(n="A"), none, full.format(n="B"), none, full.format(n="B")]
    rows = [f"01/02/2024 00:00:0{i},Class A,219000001,55,12,Moored,,1,,,{t}" for i, t in enumerate(tails)]
    batch = join([(r := csv_dma.reader()).feed("\n".join([head, *rows, ""]).encode()), r.flush()])
    assert batch.statics["name"].tolist() == [b"A", b"B"]
    assert batch.statics["seq"].tolist() == [1, 5]
    assert [batch.statics[k][0] for k in ("to_bow", "to_stern", "to_port", "to_starboard")] == [1, 17, 2, 4]


def test_missing_columns_and_notes():
    with pytest.raises(FormatError, match="no column for lat") as e:
        csv_noaa.reader().feed(b"MMSI,BaseDateTime,LATT,LON\n")
    assert "LATT" in e.value.hint
    with pytest.raises(FormatError, match="both hold"):
        csv_noaa.reader().feed(b"MMSI,BaseDateTime,LAT,Latitude,LON\n")
    reader = csv_noaa.reader()
    reader.feed(b"LON,dist2coast,LAT,BaseDateTime,MMSI\n10,5,20,2023-01-11T00:00:00,219000001\n")
    assert reader.notes == ["noaa: columns not read: dist2coast"]


@pytest.mark.parametrize("size", [16_383, 16_384, 16_385, 70_000, 300_000])
def test_long_lines(size):
    long = ROW.format(i=1, name="")
    long = ROW.format(i=1, name="N" * (size - len(long)))
    data = noaa(ROW.format(i=0, name="A"), long, ROW.format(i=2, name='"open'), ROW.format(i=3, name="C"))
    want = csv_twin.read(data, csv_noaa.LAYOUT)
    for step in (len(data), 50_000, 4_097):
        reader = csv_noaa.reader()
        parts = [reader.feed(data[i : i + step]) for i in range(0, len(data), step)]
        same(join([*parts, reader.flush()]), want)
    assert (want["rejects"] != []) == (size > 16_384)


def test_a_stray_quote_costs_no_other_row():
    rows = [ROW.format(i=i % 10, name=f'"SHIP {i}' if i == 3 else f"SHIP {i}") for i in range(3000)]
    batch = join([(r := csv_noaa.reader()).feed(noaa(*rows)), r.flush()])
    assert batch.kept == 3000
    assert batch.statics["name"][3] == b'"SHIP 3'


def test_repeats_are_known_among_the_last_16384_kept_rows():
    rows = [ROW.format(i=0, name=f"S{i}") for i in range(16_385)]
    reader = csv_noaa.reader()
    batch = join([reader.feed(noaa(*rows, rows[0], rows[2])), reader.flush()])
    assert batch.receptions["first_seq"].tolist() == [2]
    assert batch.kept == 16_386
    more = join([reader.feed(("\n".join([rows[0], rows[16_000], ROW.format(i=1, name="x")]) + "\n").encode())])
    assert more.receptions["first_seq"].tolist() == [16_385, 16_000]


def test_many_ships_grow_the_table():
    rows = [ROW.replace("367752440", str(200_000_000 + i)).format(i=0, name=f"S{i}") for i in range(9000)]
    batch = join([(r := csv_noaa.reader()).feed(noaa(*rows, *(r + " " for r in rows))), r.flush()])
    assert batch.statics.rows == 9000


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"colums": {}}, ConfigError, "colums"),
        ({"time": "unix"}, ConfigError, "time"),
        ({"timezone": "Mars/North"}, ConfigError, "timezone"),
        ({"delimiter": ",,"}, ConfigError, "delimiter"),
        ({"columns": {"lat": "a"}}, ConfigError, "lacks time"),
        ({"columns": SOLENT["csv"]["columns"] | {"spd": "SOG"}}, ConfigError, "spd"),
        ({"columns": SOLENT["csv"]["columns"] | {"sog": "SOG_knots"}}, UnitError, "lacks its unit"),
        ({"columns": SOLENT["csv"]["columns"] | {"sog": {"column": "S", "unit": "deg"}}}, UnitError, "speed"),
        ({"columns": SOLENT["csv"]["columns"] | {"sog": {"colum": "S", "unit": "kn"}}}, ConfigError, "colum"),
        ({"columns": SOLENT["csv"]["columns"] | {"name": "MMSI"}}, ConfigError, "is given to"),
    ],
)
def test_mistakes_in_a_mapping_are_named(change, error, text):
    with pytest.raises(error, match=text) as e:
        csv_mapped.layout(SOLENT["csv"] | change)
    assert e.value.hint or "is given to" in e.value.message


def test_hint_names_the_nearest_key(tmp_path):
    with pytest.raises(ConfigError) as e:
        csv_mapped.layout({"delimeter": ";"})
    assert "delimiter" in e.value.hint
    path = tmp_path / "m.toml"
    path.write_text('[csv]\ntime = "epoch ms"\n[csv.columns]\ntime="t"\nmmsi="m"\nlat="a"\nlon="o"\n')
    assert csv_mapped.load(path).time_places == 6
    path.write_text("[csv\n")
    with pytest.raises(ConfigError, match="not TOML"):
        csv_mapped.load(path)


def mapped(config: dict, text: str):
    reader = csv_mapped.reader(config)
    return join([reader.feed(text.encode()), reader.flush()])


def test_units_and_epochs():
    columns = {"time": "t", "mmsi": "m", "lat": "a", "lon": "o", "sog": {"column": "v", "unit": "m/s"},
               "rot": {"column": "r", "unit": "deg/s"}, "draught": {"column": "d", "unit": "ft"}}  # fmt: skip
    batch = mapped({"time": "epoch ms", "columns": columns}, "t,m,a,o,v,r,d\n1600000000123,219000001,1,2,10,0.1,20\n")
    assert batch.reports["time"].tolist() == [1_600_000_000_123_000_000]
    assert batch.reports["sog"].tolist() == [194]  # 10 m/s = 19.438 kn
    assert batch.reports["rot"].tolist() == [round(4.733 * 6**0.5)]
    assert batch.statics["draught"].tolist() == [61]  # 6.096 m


@pytest.mark.parametrize("zone", ["+08:00", "Asia/Kuala_Lumpur", "Europe/Copenhagen", "America/New_York"])
def test_time_zones(zone):
    config = {"timezone": zone, "columns": {"time": "t", "mmsi": "m", "lat": "a", "lon": "o"}}
    local = [
        datetime(2023, month, day, hour)  # noqa: DTZ001  (local time)
        for month in (1, 3, 7, 10, 11)
        for day in (5, 12, 26, 29)
        for hour in (0, 1, 4, 12)
    ]
    text = "t,m,a,o\n" + "".join(f"{t:%Y-%m-%d %H:%M:%S},219000001,1,2\n" * 2 for t in local)
    batch = mapped(config, text + "2023-01-01T00:00:00Z,219000001,1,2\n")
    info = datetime.strptime(zone, "%z").tzinfo if zone[0] == "+" else ZoneInfo(zone)
    want = [int(t.replace(tzinfo=info).timestamp()) * 10**9 for t in local]
    assert batch.reports["time"].tolist() == want
    assert batch.receptions["received"].tolist() == want
    assert batch.rejects["reason"].tolist() == [Reason.TIME]  # states its own zone


def test_parquet_as_given_out_comes_back(tmp_path):
    path = tmp_path / "reports.parquet"
    reports = concat([b.reports for b in csv_noaa.read(io.BytesIO(many(500)))], "reports")
    pq.write_table(to_arrow(reports), path)
    assert formats.detect(path).name == "parquet"
    batch = join(list(formats.read(path)))
    assert (batch.lines, batch.kept, batch.rejects.rows) == (500, 500, 0)
    for name in reports:
        assert batch.reports[name].tolist() == reports[name].tolist(), name


def test_parquet_with_other_names_and_bad_rows(tmp_path):
    path = tmp_path / "x.parquet"
    table = pa.table({
        "t": pa.array([1, 2, None, 4, 5], type=pa.timestamp("ms")), "id": [219000001, 219000002, 219000003, 0, 219000005],
        "y": [1.5, 91.0, 3.0, 4.0, 95.0], "x": [100.25, 0.0, 3.0, 4.0, 5.0], "v": [5.0, 5000.0, None, 1.0, 1.0],
    })  # fmt: skip
    pq.write_table(table, path)
    names = {"time": "t", "mmsi": "id", "lat": "y", "lon": "x", "sog": "v"}
    batch = join(list(parquet.read(path, names)))
    assert batch.reports["time"].tolist() == [1_000_000, 2_000_000]
    assert batch.reports["lat"].tolist() == [15_000_000, -(2**31)]
    assert batch.reports["lon"].tolist() == [1_002_500_000, -(2**31)]
    assert batch.reports["sog"].tolist() == [97, 65535]
    assert batch.reports["flags"].tolist() == [0, Flag.NULLED]
    assert batch.rejects["reason"].tolist() == [Reason.TIME, Reason.MMSI, Reason.RANGE]
    with pytest.raises(FormatError, match="no column for time"):
        list(parquet.read(path, {"mmsi": "id"}))
    with pytest.raises(FormatError, match="no column 'idd'") as e:
        list(parquet.read(path, {"mmsi": "idd"}))
    assert "id" in e.value.hint
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(FormatError, match="whole Parquet"):
        list(parquet.read(path))


def test_blocks_stop_their_thread_when_the_reader_stops():
    stream = io.BytesIO(bytes(10_000_000))
    got = next(iter(archive.blocks("x", stream, 1000)))
    assert len(got) == 1000


def test_reports_of_a_row_do_not_share_memory_with_the_block():
    block = bytearray(many(3))
    reader = CsvReader(csv_noaa.LAYOUT)
    batch = reader.feed(bytes(block))
    before = batch.statics["name"].copy()
    reader.feed(many(5)[len(HEAD) + 1 :])
    assert np.array_equal(batch.statics["name"], before)
