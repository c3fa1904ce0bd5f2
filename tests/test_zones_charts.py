"""Zones of OpenStreetMap and of electronic charts."""

import json
import math
import struct
import sys

import numpy as np
import pytest

from selat.model.errors import FormatError, SourceError
from selat.readers import zones_enc
from selat.readers.wkb import from_wkb
from selat.readers.zones import read_zones
from test_zones_read import BOW, RING, collection, polygon, read

# --- OpenStreetMap -------------------------------------------------------------------------------------------------------


def test_overpass_with_geometry_with_nodes_and_relations(tmp_path):
    nodes = [{"type": "node", "id": n, "lon": x, "lat": y} for n, (x, y) in enumerate(RING[:4], 1)]
    elements = [
        *nodes,
        {"type": "way", "id": 7, "nodes": [1, 2], "tags": {"seamark:type": "separation_lane", "seamark:name": "East"}},
        {"type": "way", "id": 8, "geometry": [{"lon": x, "lat": y} for x, y in RING],
         "tags": {"seamark:type": "precautionary_area"}},
        {"type": "relation", "id": 9, "tags": {
            "seamark:type": "restricted_area", "seamark:restricted_area:restriction": "no_anchoring;no_fishing"},
         "members": [
            {"type": "way", "role": "outer", "geometry": [{"lon": x, "lat": y} for x, y in RING[:3]]},
            {"type": "way", "role": "outer", "geometry": [{"lon": x, "lat": y} for x, y in RING[:1] + RING[3:1:-1]]},
            {"type": "way", "role": "inner", "geometry": [{"lon": x, "lat": y} for x, y in (
                [103.4, 1.4], [103.6, 1.4], [103.6, 1.6], [103.4, 1.4])]}]},
        {"type": "way", "id": 10, "nodes": [1, 99], "tags": {"seamark:type": "cable_submarine"}},
        {"type": "node", "id": 11, "lon": 103.5, "lat": 1.5, "tags": {"seamark:type": "light_minor"}},
        {"type": "way", "id": 12, "nodes": [1, 2, 3], "tags": {"seamark:type": "inshore_traffic_zone"}},
        {"type": "node", "id": 13, "lon": 103.5, "lat": 1.5, "tags": {"seamark:type": "separation_lane"}},
    ]  # fmt: skip
    data = {"osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"}, "elements": elements}
    found = read(tmp_path, "o.json", json.dumps(data))
    lane, area, restricted = found.zones
    assert (lane.kind, lane.name, lane.line) == ("lane", "East", True) and lane.direction == pytest.approx(90, abs=0.01)
    assert (area.kind, area.line, area.name) == ("precautionary", False, "precautionary_area way 8")
    assert len(restricted.ring) == 4 and len(restricted.holes) == 1
    assert restricted.rules == {"anchoring": False, "fishing": False}
    assert all("ODbL" in z.source and "2026-11-01" in z.source for z in found.zones) and "way 7" in lane.source
    assert [t.where.split("(")[1] for t in found.trouble] == ["way 10)", "way 12)", "node 13)"]
    assert all(t.hint for t in found.trouble) and found.left == {"light_minor": 1}


def test_the_strait_of_openstreetmap(shared):
    found = read_zones(shared / "map" / "tss_osm_92E-120E_4S-16N.geojson")
    assert not found.trouble and not found.left and len(found.zones) == 60
    lanes = {z.source.rsplit(" ", 1)[1]: z for z in found.zones if z.kind == "lane"}
    assert len(lanes) == 21 and all(z.line for z in lanes.values())
    for number, direction in (("182075799", 239), ("182075803", 59), ("182076258", 273), ("182076315", 123)):
        assert lanes[number].direction == pytest.approx(direction, abs=1)
    assert sum(z.kind == "roundabout" for z in found.zones) == 1
    assert all("OpenStreetMap" in z.source for z in found.zones)


@pytest.mark.parametrize(("tags", "direction"), [
    ({}, 90.0), ({"oneway": "-1"}, 270.0), ({"seamark:separation_lane:orientation": "81.5°"}, 81.5),
    ({"seamark:separation_lane:orientation": "?"}, None),
])  # fmt: skip
def test_a_lane_flows_as_it_was_drawn_unless_tagged(tmp_path, tags, direction):
    line = {"type": "LineString", "coordinates": [[103, 0], [103.5, 0]]}
    found = read(tmp_path, "a.json", collection((line, {"seamark:type": "separation_lane", **tags})))
    if direction is None:
        assert "without direction" in found.trouble[0].text
    else:
        assert found.zones[0].direction == pytest.approx(direction)


# --- charts --------------------------------------------------------------------------------------------------------------


def test_charts_without_gdal_say_what_to_do(tmp_path, monkeypatch):
    for name in ("pyogrio", "fiona", "osgeo"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SourceError, match="needs GDAL") as error:
        read(tmp_path, "CHART.000", b"\0")
    assert "ogr2ogr" in error.value.hint


def test_charts_are_mapped_by_class_and_attribute(tmp_path, monkeypatch):
    ring = {"type": "Polygon", "coordinates": [RING]}
    line = {"type": "LineString", "coordinates": RING[:2]}
    layers = {
        "DSID": [(None, {"DSID_DSNM": "MY4C0001.000", "DSID_EDTN": "12", "DSID_UPDN": "3"})],
        "TSSLPT": [(ring, {"ORIENT": 81.5, "RESTRN": ["1", "27"], "OBJNAM": None, "LNAM": "AB"}), (ring, {"ORIENT": math.nan})],
        "RESARE": [(ring, {"RESTRN": "(2:1,8)", "INFORM": "naval"}), (polygon(BOW), {})],
        "CBLSUB": [(line, {}), (None, {})],
        "DEPARE": [(ring, {"DRVAL1": 5.0})],
        "LIGHTS": [({"type": "Point", "coordinates": [103, 1]}, {})],
    }  # fmt: skip
    monkeypatch.setattr(zones_enc, "_layers", lambda path: layers)
    found = read(tmp_path, "MY4C0001.000", b"\0")
    lane, closed, cable = found.zones
    assert (lane.kind, lane.direction, lane.name) == ("lane", 81.5, "TSSLPT AB") and lane.rules == {"anchoring": False}
    assert (
        closed.kind == "restricted"
        and closed.rules["entry"] is closed.rules["anchoring"] is False
        and closed.rules["note"] == "naval"
    )
    assert cable.kind == "cable" and cable.line
    assert {z.source for z in found.zones} == {"ENC MY4C0001, edition 12, update 3"}
    assert ["without direction" in found.trouble[0].text, "crosses itself" in found.trouble[1].text] == [True, True]
    assert found.left == {"CBLSUB without geometry": 1, "DEPARE": 1, "LIGHTS": 1}
    deep = zones_enc.read_enc(tmp_path / "MY4C0001.000", depths=True)
    assert [z.rules for z in deep.zones if z.kind == "depth"] == [{"depth": 5.0}]


def test_well_known_binary():
    point = struct.pack("<BIdd", 1, 1, 103.0, 1.0)
    high = struct.pack(">BIddd", 0, 0x80000001, 103.0, 1.0, 9.0)
    area = struct.pack("<BII", 1, 3, 1) + struct.pack("<I", 5) + b"".join(struct.pack("<dd", *p) for p in RING)
    both = struct.pack("<BII", 1, 7, 2) + area + point
    assert from_wkb(point) == from_wkb(high) == {"type": "Point", "coordinates": [103.0, 1.0]}
    assert from_wkb(area) == polygon(RING)
    assert [g["type"] for g in from_wkb(both)["geometries"]] == ["Polygon", "Point"]
    assert from_wkb(struct.pack("<BII", 1, 4, 1) + point) == {"type": "MultiPoint", "coordinates": [[103.0, 1.0]]}
    for bad in (point + b"x", struct.pack("<BI", 1, 99)):
        with pytest.raises(ValueError, match=r"well-known|type"):
            from_wkb(bad)


def test_gdal_reads_layers_and_attributes(tmp_path):
    """The way through GDAL, on a file that GDAL can also write: layers named as in a chart."""
    pyogrio = pytest.importorskip("pyogrio")
    path = tmp_path / "chart.gpkg"
    area = struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<dd", *p) for p in RING)
    line = struct.pack("<BII", 1, 2, 2) + b"".join(struct.pack("<dd", *p) for p in RING[:2])
    text, number = np.array(["Westbound"], object), np.array([261.5])
    for layer, blob, kind, append in (("TSSLPT", area, "Polygon", False), ("CBLSUB", line, "LineString", True)):
        pyogrio.raw.write(
            path, np.array([blob], object), [text, number, np.array(["1,8"], object)], ["OBJNAM", "ORIENT", "RESTRN"],
            layer=layer, driver="GPKG", geometry_type=kind, crs="EPSG:4326", append=append,
        )  # fmt: skip
    found = zones_enc.read_enc(path)
    lane, cable = sorted(found.zones, key=lambda z: z.kind, reverse=True)
    assert not found.trouble and lane.direction == 261.5 and lane.rules == {"anchoring": False, "entry": False}
    assert lane.ring == tuple(map(tuple, RING[:-1])) and cable.line and cable.name == "Westbound #2"
    with pytest.raises(FormatError, match="GDAL"):
        read(tmp_path, "bad.000", b"no chart")
