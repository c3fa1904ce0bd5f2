"""Formats of tracks: every placed report once, cut where nobody knows and at the antimeridian; GPX by its schema."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export_tables import PLACED, T0, name_of, ns, placed, tables, track, written
from selat.exporters import geojson_tracks as tracks
from selat.exporters._stream import GAP, of_ships, stretches
from selat.exporters.gpx import GPX, POINT
from selat.model.clock import parse_time
from selat.model.errors import SchemaError
from selat.model.schema import NO_TIME

# -- tracks


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
