"""The verbs zones and lanes; what is only seen when zones stand together; export and back."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.app.world import counts_of, world_of
from selat.cli import main
from selat.exporters import _zones
from selat.model.columns import Columns, empty
from selat.model.nouns import Zone
from selat.model.ports import Batch
from selat.model.units import KNOT
from selat.readers.zones import read_zones
from selat.store import registry
from selat.store.writer import Store
from selat.tracks import straits
from selat.tracks.zones import Zones
from selat.tracks.zones_check import completed, contradictions, exchanged
from small_sea import make_sea
from test_lanes import call, stream
from test_zones_read import BOW, RING, collection, polygon

SQUARE = ((103.0, 1.0), (104.0, 1.0), (104.0, 2.0), (103.0, 2.0))


@pytest.fixture
def sea(tmp_path):
    selat.open(tmp_path / "sea").close()
    return str(tmp_path / "sea")


def said(capsys, *words, status=0):
    """(stdout, stderr) of a command."""
    capsys.readouterr()
    assert main(list(words)) == status
    return capsys.readouterr()


# --- together ------------------------------------------------------------------------------------------------------------


def shifted(name, direction, north, **more):
    return Zone(name, tuple((x, y + north) for x, y in SQUARE), kind="lane", direction=direction, **more)


def test_lanes_against_each_other_are_found_where_they_lie_over_each_other():
    a = shifted("a", 90, 0.0)
    assert not contradictions([a, shifted("b", 270, 1.0)])  # side by side
    assert not contradictions([a, shifted("b", 60, 0.5)])  # the same way
    assert not contradictions([a, shifted("b", 200, 0.5)])  # across
    assert not contradictions([a, Zone("z", SQUARE, kind="precautionary")])
    (trouble,) = contradictions([a, shifted("b", 270, 0.5)])
    assert trouble.where == "a and b" and "bound 90 and 270" in trouble.text and "precautionary" in trouble.hint
    line = Zone("l", ((104.5, 1.5), (103.5, 1.5)), kind="lane", direction=270, line=True)
    assert not contradictions([a, line])  # a line without width covers nothing
    assert contradictions([a, Zone("l", line.ring, kind="lane", direction=270, line=True, width=500.0)])


def test_a_lane_that_is_a_line_gets_its_width_from_what_bounds_it():
    bound = [
        Zone(f"b{n}", ((103.0, y), (104.0, y)), kind="separation_boundary", line=True)
        for n, y in enumerate((1.0, 1.02))
    ]
    lane = Zone("lane", ((103.1, 1.008), (103.9, 1.008)), kind="lane", direction=90.0, line=True)
    other = Zone("other", ((103.9, 1.012), (103.1, 1.012)), kind="lane", direction=270.0, line=True)
    (_, _, one), left = completed([*bound, lane])
    assert not left and one.width == pytest.approx(0.008 * 110574, abs=2) and "measured" in one.rules["note"]
    zones, _ = completed([*bound, lane, other])
    assert zones[2].width == pytest.approx(0.002 * 110574, abs=2)  # half-way to the other lane
    assert not contradictions(zones)
    zones, left = completed([lane])
    assert left == zones == [lane]
    given_one = Zone("g", lane.ring, kind="lane", direction=90.0, line=True, width=77.0)
    assert completed([given_one])[0] == [given_one]


def test_a_line_that_bends_is_cut():
    ring = ((103.0, 1.0), (103.1, 1.0), (103.2, 1.005), (103.3, 1.1), (103.3, 1.2))
    lane = Zone("lane", ring, kind="lane", direction=60.0, line=True, width=300.0)
    parts, _ = completed([lane])
    assert [p.name for p in parts] == ["lane part 1", "lane part 2", "lane part 3"]
    assert [p.direction for p in parts] == pytest.approx([88.6, 46.6, 0.0], abs=1.0)
    assert [len(p.ring) for p in parts] == [3, 2, 2] and parts[0].ring[-1] == parts[1].ring[0]
    turned = Zone("lane", ring, kind="lane", direction=240.0, line=True, width=300.0)  # tagged against the way
    assert completed([turned])[0] == [turned]


def test_the_lanes_of_openstreetmap_have_believable_widths(shared):
    """Just south of St John's the westbound lane is 530 m wide (MPA, as the notes have it)."""
    found = read_zones(shared / "map" / "tss_osm_92E-120E_4S-16N.geojson")
    zones, left = completed(found.zones)
    assert not left and not contradictions(zones)
    narrow = next(z for z in zones if "182075772" in z.name)
    assert 2 * narrow.width == pytest.approx(530, rel=0.1) and narrow.direction == pytest.approx(245, abs=2)


# --- out and back ----------------------------------------------------------------------------------------------------------

corner = st.tuples(st.floats(103, 104), st.floats(1, 2))
RULES = {
    "speed_max": 12 * KNOT, "speed_min": 1.2345, "length_min": 50.0, "dwell_max": 3600.0, "types": [30, 80, 81],
    "flags": ["MY", "SG"], "hours": [64800.0, 21600.0], "anchoring": False, "entry": True, "vhf": "14", "note": "for people",
    "mmsi": [563012345],
}  # fmt: skip


@settings(max_examples=30)
@given(
    st.lists(st.lists(corner, min_size=1, max_size=4), min_size=1, max_size=4), st.floats(0, 359.9), st.floats(1, 5000),
    st.sets(st.sampled_from(sorted(RULES))),
)  # fmt: skip
@pytest.mark.parametrize("form", ["table", "geojson"])
def test_zones_come_back_from_what_was_exported(tmp_path_factory, form, lines, direction, width, rules):
    chosen = {n: RULES[n] for n in rules}
    zones = [
        Zone(f"line {n}", tuple(dict.fromkeys(r)), "me", "lane", direction, width, chosen, (), True)
        for n, r in enumerate(lines)
    ]
    hole = ((103.4, 1.4), (103.6, 1.4), (103.6, 1.6))
    zones.append(Zone("area #1", SQUARE, "chart 5; edition 2", rules=chosen, holes=(hole,)))
    path = tmp_path_factory.mktemp("z") / ("z.txt" if form == "table" else "z.geojson")
    path.write_text(getattr(_zones, form)(zones), encoding="utf-8")
    found = read_zones(path)
    assert not found.trouble and found.zones == zones


# --- the verb zones --------------------------------------------------------------------------------------------------------


def test_import_list_show_check_export_remove(sea, tmp_path, capsys):
    path = tmp_path / "a.geojson"
    lane = polygon(RING), {"name": "A", "kind": "lane", "direction": "81 deg", "speed_max": "12 kn"}
    path.write_text(collection(lane, (polygon([[x + 2, y] for x, y in RING]), {"name": "B"})))
    err = said(capsys, "zones", sea, "import", str(path), "straits", "--source", "survey", "--who", "Lt Aminah").err
    assert "9 imported, 0 of them replaced" in err
    out = said(capsys, "zones", sea).out
    assert len(out.splitlines()) == 9 and "081.0 deg" in out and "survey" in out and "confirm before operational" in out
    rows = [json.loads(line) for line in said(capsys, "zones", sea, "--kind", "lane", "--json").out.splitlines()]
    assert [r["name"] for r in rows] == ["A"] and rows[0]["rules"]["speed_max"] == 12 * KNOT and rows[0]["version"]
    assert "speed_max 12 kn" in said(capsys, "zones", sea, "show", "A").out
    assert "nothing wrong" in said(capsys, "zones", sea, "check").err
    assert "2 imported, 2 of them replaced" in said(capsys, "zones", sea, "import", str(path)).err
    out = tmp_path / "out.txt"
    said(capsys, "zones", sea, "export", str(out))
    assert len(read_zones(out).zones) == 9
    assert json.loads(said(capsys, "zones", sea, "export", "-", "--json", "--kind", "lane").out)["features"]
    assert "1 removed" in said(capsys, "zones", sea, "remove", "A").err
    assert "2 removed" in said(capsys, "zones", sea, "remove", "--kind", "speed_segment").err
    with selat.open(sea) as opened:
        assert len(opened.zones) == 6 and opened.zones.named("B") >= 0
        actions = {(r["action"], r["who"]) for r in opened.state.rows("audit")}
        assert {("put", "Lt Aminah"), ("remove", "selat")} <= actions


def test_nothing_is_imported_where_anything_is_wrong_unless_it_is_left_out(sea, tmp_path, capsys):
    path = tmp_path / "a.geojson"
    lanes = [(polygon(RING), {"name": n, "kind": "lane", "direction": f"{d} deg"}) for n, d in (("E", 90), ("W", 270))]
    path.write_text(collection((polygon(BOW), {"name": "bow"}), *lanes, (polygon(RING), {"name": "good"})))
    err = said(capsys, "zones", sea, "import", str(path), status=2).err
    assert "a.geojson: feature 1 (bow)" in err and "crosses itself" in err and "two areas" in err
    assert "E and W" in err and "2 things wrong: nothing was imported" in err and "--skip-bad" in err
    assert "no zones" in said(capsys, "zones", sea).err
    assert "1 imported" in said(capsys, "zones", sea, "import", str(path), "--skip-bad").err
    assert said(capsys, "zones", sea).out.startswith("good")


def test_check_tells_what_is_wrong_with_files_and_with_the_sea(sea, tmp_path, capsys):
    path = tmp_path / "mine.txt"
    path.write_text('zone "A"\n  kind lane\n  direction 90\n  1N 103E\n')
    out = said(capsys, "zones", sea, "check", str(path), status=1).out
    assert "mine.txt:3" in out and "without a unit" in out
    with selat.open(sea) as opened:
        opened.put(Zone("line", SQUARE[:2], kind="lane", direction=90, line=True))
        registry.put_zone(opened.state, Zone("bow", tuple(map(tuple, BOW))))
    found = json.loads(said(capsys, "zones", sea, "check", "--json", status=1).out)
    assert [(f["where"], "width" in f["text"]) for f in found] == [("bow", False), ("line", True)]


def test_longitude_and_latitude_exchanged_are_found_by_where_the_sea_lies(busy, tmp_path, capsys):
    """With both below 90 degrees only the ships tell; here a sea moved to where that is so."""
    assert not exchanged([Zone("z", ((10.0, 55.0), (11.0, 55.0), (11.0, 56.0)))], (9.0, 54.0, 13.0, 58.0))
    (trouble,) = exchanged([Zone("z", ((55.0, 10.0), (56.0, 10.0), (56.0, 11.0)))], (9.0, 54.0, 13.0, 58.0))
    assert trouble.where == "z" and "10.33333N 55.66667E is far" in trouble.text and "first" in trouble.hint
    path = tmp_path / "a.geojson"
    path.write_text(collection((polygon([[y - 100, x] for x, y in RING]), {"name": "far away"})))
    assert "leaves the earth" in said(capsys, "zones", busy, "check", str(path), status=1).out
    path.write_text(collection((polygon(RING), {"name": "near"})))
    assert "1 imported" in said(capsys, "zones", busy, "import", str(path)).err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["show"], "show NAME"), (["show", "X"], "none yet"), (["import"], "import NAME"), (["remove"], "--kind"),
        (["list", "--kind", "lanes"], "lane"), (["import", "nowhere.kml"], "path"),
    ],
)  # fmt: skip
def test_wrong_commands_say_what_to_do(sea, capsys, words, hint):
    assert hint in said(capsys, "zones", sea, *words, status=2).err


# --- the verb lanes --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A sea with two streams and an anchorage in its history."""
    path = tmp_path_factory.mktemp("busy") / "sea"
    parts = [stream(30, course=90.0), stream(20, course=270.0, lat=2.05, lon=102.2, first=200001001, seed=2)]
    for k in range(12):
        parts += call(200002001 + k, 2.2 + 0.002 * (k % 3), 102.1, 3.0, 1)
    with Store(path) as store, store.writer() as writer:
        source = writer.source("made", "nmea-log")
        seq = 0
        for part in parts:
            full = {n: part[n] for n in part}
            full |= {"seq": np.arange(seq, seq + part.rows), "received": part["time"]}
            seq += part.rows
            rows = Columns("reports", full, part.rows)
            writer.stage(
                Batch(rows, empty("statics"), empty("messages"), empty("receptions"), empty("rejects")), source
            )
        writer.commit(finished={source: True})
    return str(path)


def test_lanes_are_learned_shown_and_exported(busy, tmp_path, capsys):
    assert "selat lanes SEA learn" in said(capsys, "lanes", busy).err
    told = json.loads(said(capsys, "lanes", busy, "learn", "--json").out)
    assert told["reports"] > 6000 and told["anchorages"] == 1 and told["lanes"] >= 2 and told["since"] == "2023-11-14"
    rows = [json.loads(line) for line in said(capsys, "lanes", busy, "show", "--json").out.splitlines()]
    directions = [r["direction"] for r in rows if r["ships"] >= 15]
    assert {round(d / 90) % 4 for d in directions} == {1, 3} and not any(r["declared"] for r in rows)
    out = said(capsys, "lanes", busy).out
    assert "anchorage 0: 2.2" in out and "12 stops" in out and "learned from" in out
    csv = said(capsys, "lanes", busy, "export", "-").out.splitlines()
    assert csv[0].startswith("lat,lon,direction") and len(csv) == told_flows(busy) + 1
    path = tmp_path / "a.geojson"
    said(capsys, "lanes", busy, "export", str(path))
    assert [z.kind for z in read_zones(path).zones] == ["anchorage"]
    with selat.open(busy) as sea:
        world = world_of(sea.layout, sea.state)
        assert world.lanes.at(2.0, 102.1).direction == pytest.approx(90, abs=3)


def told_flows(path):
    with selat.open(path) as sea:
        return len(world_of(sea.layout, sea.state).lanes.flows()["lat"])


def test_learning_in_parts_adds_up(busy, capsys):
    whole = json.loads(said(capsys, "lanes", busy, "learn", "--json").out)
    said(capsys, "lanes", busy, "learn", "--to", "2023-11-14T22:40", "--json")
    added = json.loads(said(capsys, "lanes", busy, "learn", "--add", "--json").out)
    assert added["reports"] == whole["reports"] and added["until"] == whole["until"]
    err = said(capsys, "lanes", busy, "learn", "--add", status=2).err
    assert "no reports to learn from" in err
    with selat.open(busy) as sea:
        assert counts_of(sea.layout).reports == whole["reports"]


def test_lanes_of_a_small_sea(tmp_path, capsys):
    path = str(make_sea(tmp_path / "sea"))
    assert f"{60} reports, 2026-11-21 to 2026-11-22: 0 lanes" in said(capsys, "lanes", path, "learn").out
    assert "export flows.csv" in said(capsys, "lanes", path, "export", status=2).err


def test_declared_lanes_are_shown_first(sea, capsys):
    with selat.open(sea) as opened:
        opened.put(Zone("East", SQUARE, "chart 5", "lane", 90.0))
    (row,) = [json.loads(line) for line in said(capsys, "lanes", sea, "--json").out.splitlines()]
    assert row["declared"] and row["source"] == "East: chart 5" and row["direction"] == 90.0


def test_straits_facts_are_zones_that_a_watch_can_use():
    assert len(Zones(straits.zones()).of("report_line")) == 5
