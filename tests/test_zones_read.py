"""Readers of zones: what each format gives, and that bad input names file, line or feature, and the remedy."""

import io
import json
import math
import random
import re
import zipfile
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from selat.kernels.region import first_crossing
from selat.model.errors import ConfigError, FormatError, SelatError, SourceError
from selat.model.units import KNOT
from selat.readers.zones import read_zones
from selat.readers.zones_table import position

RING = [[103.0, 1.0], [104.0, 1.0], [104.0, 2.0], [103.0, 2.0], [103.0, 1.0]]
BOW = [[103.0, 1.0], [104.0, 2.0], [104.0, 1.0], [103.0, 2.0], [103.0, 1.0]]


def read(tmp_path, name, content, **more):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_zones(path, **more)


@pytest.mark.parametrize(
    "spoilt", [[[103.0]], [[]], [103.0], [["a", "b"]], [{"lon": 1}], [[10**400, 1]], "ring", None, [None]]
)
def test_positions_that_are_none_are_told_and_the_others_read(tmp_path, spoilt):
    bad = {"type": "Polygon", "coordinates": [spoilt]}
    good = {"type": "Polygon", "coordinates": [RING]}
    features = [{"type": "Feature", "properties": {}, "geometry": g} for g in (bad, good)]
    found = read(tmp_path, "z.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert len(found.zones) == 1
    assert [t.text for t in found.trouble] == ["a geometry that cannot be read"]


def collection(*features):
    return json.dumps({
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": g, "properties": p} for g, p in features],
    })  # fmt: skip


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


# --- the shape -----------------------------------------------------------------------------------------------------------


def crosses(ring):
    """Twin: some pair of edges that are not neighbours meet, in exact whole numbers; neighbours fold back."""
    m = len(ring)

    def side(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    def on(p, q, r):
        inside = min(p[0], q[0]) <= r[0] <= max(p[0], q[0]) and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])
        return side(p, q, r) == 0 and inside

    for i in range(m):
        for j in range(i + 1, m):
            a, b, c, d = ring[i], ring[(i + 1) % m], ring[j], ring[(j + 1) % m]
            if j == i + 1 or (i == 0 and j == m - 1):
                far, corner, near = (a, b, d) if j == i + 1 else (b, a, c)
                if on(corner, far, near) or on(corner, near, far):
                    return True
                continue
            proper = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
            if proper or on(a, b, c) or on(a, b, d) or on(c, d, a) or on(c, d, b):
                return True
    return False


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=7))
def test_crossing_rings_equal_the_twin(ring):
    assume(all(a != b for a, b in pairwise([*ring, ring[0]])))
    assert (first_crossing(np.array(ring, float))[0] >= 0) == crosses(ring)


# --- GeoJSON -------------------------------------------------------------------------------------------------------------


def test_geojson_with_all_that_a_zone_can_say(tmp_path):
    hole = [[103.4, 1.4], [103.6, 1.4], [103.6, 1.6], [103.4, 1.4]]
    properties = {
        "name": "A", "kind": "lane", "direction": "81°", "source": "chart 5", "speed_max": "12 kn", "types": [70, "80-82"],
        "hours": "18:00-06:00", "anchoring": False, "width": None, "colour": "red", "rules": {"draught_min": "15 m"},
    }  # fmt: skip
    found = read(tmp_path, "a.geojson", collection((polygon(RING, hole), properties)))
    (zone,) = found.zones
    assert not found.trouble and zone.direction == 81.0 and zone.source == "chart 5" and len(zone.holes) == 1
    assert zone.rules == {
        "speed_max": 12 * KNOT, "draught_min": 15.0, "types": [70, 80, 81, 82], "hours": [64800.0, 21600.0],
        "anchoring": False,
    }  # fmt: skip


def test_geojson_of_several_shapes_makes_several_zones(tmp_path):
    many = {"type": "GeometryCollection", "geometries": [
        {"type": "MultiPolygon", "coordinates": [[RING], [[[x + 2, y] for x, y in RING]]]},
        {"type": "MultiLineString", "coordinates": [RING[:2]]}, {"type": "MultiPoint", "coordinates": RING[:2]},
    ]}  # fmt: skip
    found = read(tmp_path, "a.json", collection((many, {"name": "M", "kind": "cable"})))
    assert [(z.name, z.line) for z in found.zones] == [
        ("M", False), ("M #2", False), ("M #3", True), ("M #4", True), ("M #5", True),
    ]  # fmt: skip
    assert {z.source for z in found.zones} == {"a.json"}


@pytest.mark.parametrize(
    ("geometry", "properties", "words", "hint"),
    [
        (polygon(BOW), {"name": "B"}, r"crosses itself: .*103.0", "two areas"),
        (polygon(RING[:2]), {}, "fewer than 3", "degrees"),
        (polygon([[103, 1], [104, 1], [105, 1]]), {}, "encloses nothing", "three corners"),
        (polygon([[y, x] for x, y in RING]), {}, "leaves the earth", r"\(lon, lat\)"),
        (polygon(RING, [[110, 1], [111, 1], [111, 2]]), {}, "outside the ring", "of its own"),
        (polygon(RING), {"kind": "lane", "direction": 81}, "81 without a unit", "deg"),
        (polygon(RING), {"kind": "lane", "direction": "81"}, "without a unit", "deg"),
        (polygon(RING), {"speed_max": "12"}, "speed_max: speed without a unit", "12 kn"),
        (polygon(RING), {"speed_max": 12}, "without a unit", "12 kn"),
        (polygon(RING), {"rules": {"speed": "12 kn"}}, "no rule", "speed_max"),
        (polygon(RING), {"width": "5 kn"}, "width", "3 nm"),
        (polygon(RING), {"kind": "lain"}, "no kind", "lane"),
        ({"type": "Circle"}, {}, "cannot be read", "Polygon"),
        ({"type": "Polygon", "coordinates": [["x"]]}, {}, "cannot be read", "lon, lat"),
        (None, {}, "no geometry", ""),
    ],
)  # fmt: skip
def test_bad_features_are_named_with_a_remedy(tmp_path, geometry, properties, words, hint):
    good = polygon(RING), {"name": "good"}
    found = read(tmp_path, "a.geojson", collection(good, (geometry, properties)))
    assert [z.name for z in found.zones] == ["good"]
    (trouble,) = found.trouble
    assert "a.geojson: feature 2" in trouble.where
    assert re.search(words, trouble.text) and re.search(hint, trouble.hint)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": [1,\n 2', r"a\.json:2: not JSON"),
        ("{}", "neither GeoJSON"),
        ("[1]", "neither"),
        ("[" * 100_000, "nested"),
    ],
)
def test_what_is_no_geojson_is_an_error(tmp_path, text, words):
    with pytest.raises(FormatError, match=words) as error:
        read(tmp_path, "a.json", text)
    assert error.value.hint


# --- KML -----------------------------------------------------------------------------------------------------------------

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>Bank</name><ExtendedData>
  <Data name="kind"><value>precautionary</value></Data>
  <Data name="speed_max"><value>12 kn</value></Data></ExtendedData>
  <Polygon><outerBoundaryIs><LinearRing><coordinates>
    103,1,0 104,1,0 104,2,0 103,2,0 103,1,0
  </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>Cable</name><MultiGeometry><LineString><coordinates>103,1 104,2</coordinates></LineString>
  <Point><coordinates>103,1</coordinates></Point></MultiGeometry></Placemark>
<Placemark><name>Bad</name><Point><coordinates>1.2</coordinates></Point></Placemark>
<Placemark><name>Bow</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
    103,1 104,2 104,1 103,2</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>Nothing</name></Placemark>
</Document></kml>"""


def test_kml_and_kmz(tmp_path):
    found = read(tmp_path, "a.kml", KML, kind="cable", source="survey 7")
    assert [(z.name, z.kind, z.line) for z in found.zones] == [
        ("Bank", "precautionary", False), ("Cable", "cable", True), ("Cable #2", "cable", True),
    ]  # fmt: skip
    assert found.zones[0].rules == {"speed_max": 12 * KNOT} and found.zones[0].source == "survey 7"
    assert [t.where.split("a.kml")[1] for t in found.trouble] == [":11 (Bad)", ":12 (Bow)"]
    assert all(t.hint for t in found.trouble) and found.left == {"placemark without geometry": 1}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", KML)
    assert read(tmp_path, "a.kmz", packed.getvalue(), kind="cable", source="survey 7").zones == found.zones
    rng = random.Random(5)
    for _ in range(300):  # bytes changed anywhere: read, or said to be damaged
        raw = bytearray(packed.getvalue())
        for _ in range(rng.randint(1, 20)):
            raw[rng.randrange(2, len(raw))] = rng.randrange(256)
        try:
            read(tmp_path, "b.kmz", bytes(raw), kind="cable", source="survey 7")
        except FormatError as e:
            assert e.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<kml>", "not XML"),
        ("<a></a>", "not KML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><kml>&a;</kml>', "document type"),
        (b"PK\x03\x04broken", r"a\.kml: "),
    ],
)
def test_what_is_no_kml_is_an_error(tmp_path, content, words):
    with pytest.raises(FormatError, match=words) as error:
        read(tmp_path, "a.kml", content)
    assert error.value.hint


# --- our own table -------------------------------------------------------------------------------------------------------

TABLE = """# made by hand
source "Chart 4041, edition 5"

zone "Westbound lane"   # off Raffles
  kind lane
  direction 244 deg
  speed_max 12 kn
  01-12.51N 103-52.15E
  01-11.59N 103-50.21E
  1.18 N, 103.85 E
  hole
  1.19N 103.851E
  1.195N 103.853E
  1.196N 103.851E
zone "Cable # 1"
  kind cable
  line
  width 1 nm
  source "survey"
  anchoring no
  01-05-30N 103°40'00"E
  S00°30.0' W001
zone Rig
  kind platform
  point
  2N 104E
"""


def test_our_table(tmp_path):
    found = read(tmp_path, "mine.zones", TABLE)
    assert [t.where.split("mine.zones")[1] for t in found.trouble] == [":22"]  # the letter stands behind the number
    lane, rig = found.zones
    assert lane.direction == 244.0 and lane.rules == {"speed_max": 12 * KNOT} and len(lane.holes[0]) == 3
    assert lane.ring[0] == pytest.approx((103 + 52.15 / 60, 1 + 12.51 / 60)) and lane.source == "Chart 4041, edition 5"
    assert (rig.name, rig.line, rig.ring) == ("Rig", True, ((104.0, 2.0),))
    found = read(tmp_path, "mine.zones", TABLE.replace("S00°30.0' W001", "00°30.0'S 001W"))
    cable = found.zones[1]
    assert not found.trouble and (cable.name, cable.width, cable.source) == ("Cable # 1", 1852.0, "survey")
    assert cable.ring == (pytest.approx((103 + 40 / 60, 1 + 5.5 / 60)), (-1.0, -0.5)) and cable.rules == {
        "anchoring": False
    }


@pytest.mark.parametrize(
    ("line", "words", "hint"),
    [
        ("direction 244", "without a unit", "244 deg"),
        ("speed_max 12", "without a unit", "12 kn"),
        ("width 1", "without a unit", "3 nm"),
        ("1.2 103.8", "without hemispheres", "1.2085N"),
        ("1.2, 103.8", "without hemispheres", "1.2085N"),
        ("1.2N 1.3N", "two latitudes", "N or S"),
        ("01-72.5N 103-00E", "60 or more", "below 60"),
        ("1.5-12N 103-00E", "fraction before", "01-12.51N"),
        ("95N 103E", "leaves the earth", "up to 90"),
        ("speed_limit 12 kn", "neither a position nor a word", "speed_max"),
        ("types tanker", "no number", "80-89"),
        ("hours 6pm", "hours", "18:00-06:00"),
        ("anchoring maybe", "maybe", "yes or no"),
    ],
)
def test_bad_lines_are_named_with_a_remedy(tmp_path, line, words, hint):
    found = read(tmp_path, "mine.txt", f'zone "A"\n  kind lane\n  1N 103E\n  {line}\n  1N 104E\n  2N 104E\n')
    (trouble,) = found.trouble
    assert not found.zones and trouble.where.endswith("mine.txt:4") and words in trouble.text and hint in trouble.hint


def test_zones_of_one_name_and_lines_of_no_zone_are_trouble(tmp_path):
    text = (
        "kind lane\nzone A\npoint\n1N 103E\nzone A\npoint\n1N 103E\nzone B\npoint\n1N 3E\n2N 3E\nzone C\nline\n1N 3E\n"
    )
    found = read(tmp_path, "mine.txt", text)
    assert [t.where.split("mine.txt")[1] for t in found.trouble] == [":1", ":5 (A)", ":8 (B)", ":12 (C)"]


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_positions_come_back(lat, lon):
    def degrees(v, letters):
        return f"{abs(v):.9f}{letters[v < 0]}"

    def minutes(v, letters):
        whole = int(abs(v))
        rest = (abs(v) - whole) * 60
        return f"{whole:02d}-{min(rest, 59.9999999):.7f}{letters[v < 0]}"

    for way in (degrees, minutes):
        x, y = position(f"{way(lat, 'NS')} {way(lon, 'EW')}")
        assert (x, y) == (pytest.approx(lon, abs=1e-8), pytest.approx(lat, abs=1e-8))
    with pytest.raises(ConfigError):
        position(f"{lat} {lon}")


# --- which format -----------------------------------------------------------------------------------------------------------


def test_formats_are_known_by_their_first_bytes(tmp_path):
    assert read(tmp_path, "a", collection((polygon(RING), {}))).zones
    assert read(tmp_path, "b", KML).zones
    assert read(tmp_path, "c", "zone A\npoint\n1N 103E\n").zones
    with pytest.raises(FormatError, match="no format") as error:
        read(tmp_path, "d", "hello")
    assert "--format" in error.value.hint
    with pytest.raises(ConfigError, match="no format of zones"):
        read(tmp_path, "d", "hello", format="shape")
    with pytest.raises(ConfigError, match="no kind"):
        read(tmp_path, "d", "hello", kind="lanes")
    with pytest.raises(SourceError):
        read_zones(tmp_path / "none.kml")
    with pytest.raises(FormatError, match="UTF-8"):
        read(tmp_path, "e.json", b"\xff\xfe")


SEEDS = [
    ("a.kml", KML), ("a.zones", TABLE), ("a.geojson", collection((polygon(RING), {"name": "A", "width": "5 m", "types": "1-3"}))),
    ("o.json", json.dumps({"elements": [{"type": "relation", "id": 1, "tags": {"seamark:type": "anchorage"}, "members": [
        {"type": "way", "role": "outer", "geometry": [{"lon": x, "lat": y} for x, y in RING]}]}]})),
]  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_files_give_trouble_or_an_error_with_a_hint_and_nothing_else(tmp_path, seed, data):
    name, text = seed
    cut = data.draw(st.integers(0, len(text)))
    long = data.draw(st.integers(0, 30))
    junk = data.draw(
        st.one_of(st.text(max_size=8), st.sampled_from(["NaN", "1e999", "null", "[]", "{}", "-", '"', "<a>", "7"]))
    )
    try:
        found = read(tmp_path, name, text[:cut] + junk + text[cut + long :])
    except SelatError as e:
        assert e.message and e.hint
    else:
        assert all(t.where and t.text for t in found.trouble)
        for zone in found.zones:
            assert zone.ring and all(math.isfinite(v) for p in zone.ring for v in p)
