"""Plans on the way to the crews: read back, and held against the rules of their schemas."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.exporters.plans import FORMATS, messages, write_plan
from selat.exporters.plans import rtz as rtz_format
from selat.exporters.plans._text import group, position
from selat.exporters.plans.words import LANGUAGES, WORDS
from selat.model.clock import HOUR, SECOND, parse_time
from selat.model.errors import ConfigError
from selat.model.plan import APPROVAL, Plan, SubArea, Task, Waypoint

T0 = parse_time("2026-11-27T18:40:00Z")


def task(name="A1", searcher="Penyelamat 7", **more):
    way = tuple(
        Waypoint(
            2.4 + 0.01 * (k // 2),
            101.7 + 0.05 * (k in (1, 2, 5, 6)),
            T0 + k * HOUR // 4,
            90.0,
            90.0 if k else 0.0,
            5000.0,
        )
        for k in range(8)
    )
    area = SubArea(
        ((2.43, 101.75), (2.43, 101.7), (2.4, 101.7), (2.4, 101.75)),
        2.415,
        101.725,
        5560.0,
        3330.0,
        90.0,
        T0,
        0.4,
        320.0,
    )
    return Task(**{
        "name": name, "searcher": searcher, "platform": "boat", "pattern": "PS", "area": area, "begin": T0, "end": T0 + 2 * HOUR,
        "speed": 6.0, "sweep_width": 500.0, "spacing": 550.0, "coverage": 0.91, "poc": 0.6, "pod": 0.55, "pos": 0.33,
        "waypoints": way, "mmsi": 533000001, "callsign": "9MAA",
    } | more)  # fmt: skip


def plan(*tasks, **more):
    return Plan(**{
        "case": "Port Dickson <1> & \"2\"", "target": "person in water", "made": T0 - HOUR, "begin": T0, "end": T0 + 2 * HOUR,
        "datum": (2.41, 101.72), "pos": 0.33, "bound": 0.35, "pos_ideal": 0.4, "tasks": tasks or (task(), task("A2", "Bot 2")),
        "weaknesses": ("sweep width given by hand: Bot 2",), "conditions": {"wind": 6.0, "sea": 1.0, "visibility": 9260.0},
    } | more)  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_the_first_line_stands_in_every_format_until_the_users_own_replaces_it(name):
    for text in write_plan(plan(), name).values():
        assert APPROVAL.upper() in " ".join(text.upper().split())
        assert "GIVEN BY HAND" in " ".join(text.upper().split())
    own = plan(approval="Approved: MRCC Putrajaya 27 Nov")
    for text in write_plan(own, name).values():
        folded = " ".join(text.upper().split())
        assert "APPROVED: MRCC PUTRAJAYA 27 NOV" in folded and APPROVAL.upper() not in folded


# What the schemas of RTZ 1.0, 1.1 and 1.2 allow of what we write: elements with their children in order (name: least, most), and
# attributes with the form of their values (IEC 61174, Annex S).
NUMBER = r"\d+(\.\d+)?"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
ATTRIBUTES = {
    "routeInfo": {"routeName": ".+", "routeAuthor": ".*", "routeStatus": ".*", "validityPeriodStart": TIME,
                  "validityPeriodStop": TIME, "vesselName": ".*", "vesselMMSI": r"\d+"},
    "waypoint": {"id": r"\d+", "revision": r"\d+", "name": ".*", "radius": NUMBER},
    "defaultWaypoint": {"radius": NUMBER},
    "position": {"lat": "-?" + NUMBER, "lon": "-?" + NUMBER},
    "leg": {"starboardXTD": NUMBER, "portsideXTD": NUMBER, "geometryType": "Loxodrome|Orthodrome", "speedMin": NUMBER,
            "speedMax": NUMBER},
    "schedule": {"id": r"\d+", "name": ".*"},
    "element": {"waypointId": r"\d+", "etd": TIME, "eta": TIME, "speed": NUMBER},
}  # fmt: skip
REQUIRED = {
    "routeInfo": {"routeName"},
    "waypoint": {"id"},
    "position": {"lat", "lon"},
    "schedule": {"id"},
    "element": {"waypointId"},
}
CHILDREN = {
    "route": [("routeInfo", 1, 1), ("waypoints", 1, 1), ("schedules", 0, 1)], "routeInfo": [], "position": [], "leg": [],
    "waypoints": [("defaultWaypoint", 0, 1), ("waypoint", 2, 10**6)], "waypoint": [("position", 1, 1), ("leg", 0, 1)],
    "defaultWaypoint": [("leg", 0, 1)], "schedules": [("schedule", 0, 10**6)], "schedule": [("manual", 0, 1), ("calculated", 0, 1)],
    "manual": [("element", 1, 10**6)], "element": [],
}  # fmt: skip


def hold(node, space, element):
    """Raise AssertionError where a node breaks the rules."""
    assert node.tag.startswith(f"{{{space}}}")
    name = node.tag.split("}")[1]
    key = "element" if name == element else name
    assert key in CHILDREN, name
    allowed = ATTRIBUTES.get(key, {})
    for attribute, value in node.attrib.items():
        if name == "route":
            continue
        assert re.fullmatch(allowed[attribute], value, re.S), (name, attribute, value)
    assert REQUIRED.get(key, set()) <= set(node.attrib)
    tags = [c.tag.split("}")[1] for c in node]
    tags = ["element" if t == element else t for t in tags]
    rest = tags
    for child, least, most in CHILDREN[key]:
        count = next((i for i, t in enumerate(rest) if t != child), len(rest))
        assert least <= count <= most, (name, child, count)
        rest = rest[count:]
    assert not rest, (name, rest)
    for child in node:
        hold(child, space, element)


@pytest.mark.parametrize("version", rtz_format.VERSIONS)
def test_rtz_keeps_the_rules_of_its_schema(version):
    text = rtz_format.write(plan(), "A1", version=version)
    root = ET.fromstring(text)
    space = f"http://www.cirm.org/RTZ/{version[0]}/{version[2]}"
    assert root.attrib == {"version": version}
    hold(root, space, "sheduleElement" if version == "1.0" else "scheduleElement")
    n = {"r": space}
    points = root.findall(".//r:waypoint", n)
    assert len({p.get("id") for p in points}) == len(points) == 8
    for p, w in zip(points, plan().tasks[0].waypoints, strict=True):
        place = p.find("r:position", n)
        assert float(place.get("lat")) == pytest.approx(w.lat, abs=1e-7)
        assert -180 <= float(place.get("lon")) < 180
        assert 0 <= float(p.get("radius")) <= 5.0
    times = [e.get("eta") or e.get("etd") for e in root.iter() if e.get("waypointId")]
    assert [parse_time(t) for t in times] == [w.time for w in plan().tasks[0].waypoints]


def test_rtz_that_cannot_be():
    for bad, said in (
        (lambda: rtz_format.write(plan(), "A1", version="2.0"), "no RTZ 2.0"),
        (lambda: rtz_format.write(plan(), "B9"), "no task 'B9'"),
        (lambda: rtz_format.write(plan(task(waypoints=task().waypoints[:1])), "A1"), "a route needs two"),
    ):
        with pytest.raises(ConfigError, match=said):
            bad()
    assert write_plan(plan(task(waypoints=task().waypoints[:1])), "rtz") == {}


SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://www.topografix.com/GPX/1/1"
 targetNamespace="http://www.topografix.com/GPX/1/1" elementFormDefault="qualified">
 <xs:simpleType name="lat"><xs:restriction base="xs:decimal"><xs:minInclusive value="-90"/><xs:maxInclusive value="90"/>
 </xs:restriction></xs:simpleType>
 <xs:simpleType name="lon"><xs:restriction base="xs:decimal"><xs:minInclusive value="-180"/><xs:maxExclusive value="180"/>
 </xs:restriction></xs:simpleType>
 <xs:complexType name="point"><xs:sequence><xs:element name="ele" type="xs:decimal" minOccurs="0"/>
  <xs:element name="time" type="xs:dateTime" minOccurs="0"/><xs:element name="name" type="xs:string" minOccurs="0"/>
  <xs:element name="cmt" type="xs:string" minOccurs="0"/><xs:element name="desc" type="xs:string" minOccurs="0"/>
  <xs:element name="sym" type="xs:string" minOccurs="0"/><xs:element name="type" type="xs:string" minOccurs="0"/></xs:sequence>
  <xs:attribute name="lat" type="lat" use="required"/><xs:attribute name="lon" type="lon" use="required"/></xs:complexType>
 <xs:element name="gpx"><xs:complexType><xs:sequence>
  <xs:element name="metadata" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="name" type="xs:string" minOccurs="0"/>
   <xs:element name="desc" type="xs:string" minOccurs="0"/><xs:element name="time" type="xs:dateTime" minOccurs="0"/>
   </xs:sequence></xs:complexType></xs:element>
  <xs:element name="wpt" type="point" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="rte" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
   <xs:element name="name" type="xs:string" minOccurs="0"/><xs:element name="cmt" type="xs:string" minOccurs="0"/>
   <xs:element name="desc" type="xs:string" minOccurs="0"/><xs:element name="number" type="xs:nonNegativeInteger" minOccurs="0"/>
   <xs:element name="type" type="xs:string" minOccurs="0"/>
   <xs:element name="rtept" type="point" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence><xs:attribute name="version" type="xs:string" use="required" fixed="1.1"/>
  <xs:attribute name="creator" type="xs:string" use="required"/></xs:complexType></xs:element></xs:schema>"""


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_gpx_keeps_the_rules_of_its_schema(lat, lon):
    """What the schema of GPX 1.1 says of routes (topografix.com/GPX/1/1), in our words, held by libxml2."""
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.fromstring(SCHEMA))
    one = task(waypoints=(Waypoint(lat, lon, T0), Waypoint(2.4, 101.7, T0 + HOUR)))
    schema.assertValid(etree.fromstring(write_plan(plan(one), "gpx")[".gpx"].encode()))


def test_gpx_and_kml_are_read_back():
    root = ET.fromstring(write_plan(plan(), "gpx")[".gpx"])
    n = {"g": "http://www.topografix.com/GPX/1/1"}
    assert [c.tag.split("}")[1] for c in root] == ["metadata", "rte", "rte"]
    assert [c.tag.split("}")[1] for c in root[1]][:4] == ["name", "desc", "type", "rtept"]
    got = [
        (float(p.get("lat")), float(p.get("lon")), parse_time(p.find("g:time", n).text))
        for p in root[1].findall("g:rtept", n)
    ]
    assert got == [(pytest.approx(w.lat), pytest.approx(w.lon), w.time) for w in task().waypoints]
    kml = ET.fromstring(write_plan(plan(), "kml")[".kml"])
    k = {"k": "http://www.opengis.net/kml/2.2"}
    rings = [r.text.split() for r in kml.findall(".//k:LinearRing/k:coordinates", k)]
    assert len(rings) == 2 and all(r[0] == r[-1] and len(r) == 5 for r in rings)
    assert kml.find(".//k:name", k).text == 'Port Dickson <1> & "2"'


def test_geojson_and_csv_are_read_back():
    data = json.loads(write_plan(plan(), "geojson")[".geojson"])
    kinds = [f["properties"]["what"] for f in data["features"]]
    assert kinds.count("area") == kinds.count("track") == 2 and kinds.count("waypoint") == 16
    text = write_plan(plan(), "csv")[".csv"]
    rows = list(csv.DictReader(io.StringIO(text.split("\n", 1)[1])))
    assert (
        len(rows) == 16 and rows[3]["task"] == "A1" and float(rows[3]["lat"]) == pytest.approx(task().waypoints[3].lat)
    )
    assert float(rows[0]["leg_nm"]) == pytest.approx(5000 / 1852, abs=1e-3)


def test_sitrep_has_its_letters_in_order_and_makes_nothing_up():
    text = messages.sitrep(plan(), facts={"persons": "1", "from": "MRCC Putrajaya"})
    assert re.findall(r"^([A-Z])\. ", text, re.M) == list("ABCDEFGHJKLMN")
    assert "D. NUMBER OF PERSONS AT RISK: 1\n" in text
    assert "A. IDENTITY OF CASUALTY: NOT KNOWN\n" in text
    with pytest.raises(ConfigError, match="unknown facts: name"):
        messages.sitrep(plan(), facts={"name": "x"})


def test_search_action_message_has_six_parts_and_all_three_forms_of_areas():
    text = messages.action(plan(task(altitude=152.4)), facts={"control": "VHF 16"})
    assert re.findall(r"^(\d)\. (.+)$", text, re.M) == [
        ("1", "SITUATION"), ("2", "SEARCH AREAS"), ("3", "EXECUTION"), ("4", "CO-ORDINATION"), ("5", "COMMUNICATIONS"),
        ("6", "REPORTS"),
    ]  # fmt: skip
    assert "CORNERS: 02-25.80N 101-45.00E" in text and "LIMITS: 02-25.80N 02-24.00N 101-45.00E 101-42.00E" in text
    assert "02-24.90N 101-43.50E 3.0 x 1.8 NM AXIS 090" in text and "0.8 KN TOWARDS 320" in text
    assert "CONTROL VHF 16" in text and "500 FT" in text and "(9MAA)" in text


def test_safetynet_fits_a_navtex_printer():
    text = messages.safetynet(plan(), facts={"from": "MRCC Putrajaya", "persons": "1"})
    assert all(len(line) <= 69 for line in text.splitlines()) and text == text.upper()
    assert text.rstrip().endswith("NNNN") and "02-25.80N 101-42.00E" in text
    odd = plan(weaknesses=('12% ashore & drifting; "Bot_2" #3 é|ü ' + "x" * 150,))
    for facts in ({}, {"navtex": "FD07", "casualty": "M/V SINAR <JAYA>*", "persons": "3 @ raft"}):
        text = messages.safetynet(odd, facts=facts)
        assert re.fullmatch(r"[A-Z0-9\-?:().,'=/+ \n]+", text), set(text)
        assert max(map(len, text.splitlines())) <= 69
        assert "12 PERCENT ASHORE AND DRIFTING, 'BOT-2' NO 3 E.U XX" in " ".join(text.split())
        assert text.startswith("ZCZC FD07\n") == bool(facts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_in_three_languages_hold_the_same_facts(language):
    for message in (messages.sitrep, messages.action, messages.safetynet):
        text = message(plan(), language=language)
        assert WORDS["approval"][LANGUAGES.index(language)].upper() in " ".join(text.upper().split())
        assert "101-4" in text
    assert all(len(t) == 3 and all(t) for t in WORDS.values())
    with pytest.raises(ConfigError, match="no language"):
        messages.sitrep(plan(), language="xx")


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_positions_as_written_are_within_ten_metres(lat, lon):
    text = position(lat, lon)
    found = [
        (int(d) + float(m) / 60) * (-1 if s in "SW" else 1) for d, m, s in re.findall(r"(\d+)-([\d.]+)([NSEW])", text)
    ]
    assert found == [pytest.approx(lat, abs=1e-4), pytest.approx(lon, abs=1e-4)]
    assert "60.00" not in text


def test_date_time_group():
    assert group(T0) == "271840Z NOV 26" and group(T0 + 30 * SECOND) == "271841Z NOV 26"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_written_as_good_xml(case, name):
    p = plan(replace(task(), searcher=name, agency=case), case=case, approval=name)
    for form in ("gpx", "rtz", "kml"):
        for text in write_plan(p, form).values():
            ET.fromstring(text)
    json.loads(write_plan(p, "geojson")[".geojson"])
