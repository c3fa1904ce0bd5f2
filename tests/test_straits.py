"""The sourced facts of the Straits: as the notes give them, and never a lane."""

import csv

import numpy as np
import pytest

from selat.kernels import geodesy
from selat.model.units import KNOT
from selat.tracks import straits
from selat.tracks.coast import SHIPPED, Coast
from selat.tracks.zones import Zones


def test_the_facts_are_those_of_the_file(shared):
    with (shared / "behaviours" / "straits-routeing-facts.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    got = [(f.kind, f.name, f.value, f.source) for f in straits.facts()]
    assert got == [(r["kind"], r["name"], r["value"], r["source"]) for r in rows]


def test_channels_of_the_nine_sectors():
    """IMO MSC.73(69): Klang 66, 88, 84, 61, 88; Johor 88; Singapore 73, 14, 10."""
    assert list(straits.vhf().values()) == ["66", "88", "84", "61", "88", "88", "73", "14", "10"]
    assert list(straits.vhf()) == [str(n) for n in range(1, 10)]


def test_no_lane_is_invented_and_every_zone_says_to_confirm():
    zones = straits.zones()
    assert sorted({z.kind for z in zones}) == ["report_line", "speed_segment"] and len(zones) == 7
    assert all(z.source.endswith(straits.CONFIRM) and z.line for z in zones)


def test_lines_reach_from_shore_to_shore():
    coast = Coast(SHIPPED)
    for zone in straits.zones():
        if zone.kind == "report_line":
            (x1, y1), (x2, y2) = zone.ring
            away = coast.distance([y1, y2], [x1, x2])
            assert y1 < y2 and away[0] < 3000 and (away[1] < 3000 or "east limit" in zone.name)


def test_a_ship_through_the_strait_reports_at_each_line_once():
    """Eastbound along the middle of the fairway from One Fathom Bank to Horsburgh."""
    zones = Zones(straits.zones()).of("report_line")
    way = [
        (3.0, 100.4),
        (2.6, 101.3),
        (1.3, 103.2),
        (1.17, 103.5),
        (1.12, 103.7),
        (1.2, 103.9),
        (1.25, 104.1),
        (1.38, 104.5),
    ]
    lat, lon = np.array(way).T
    step, zone, _, side = zones.crossings(lat[:-1], lon[:-1], lat[1:], lon[1:])
    names = [zones[z].name.removeprefix("STRAITREP ").split()[:2] for z in zone[np.argsort(step, kind="stable")]]
    assert [" ".join(n) for n in names] == ["west limit", "Sector 6/7", "Sector 7/8", "Sector 8/9", "east limit"]
    assert (side == 1).all()


@pytest.mark.parametrize(("name", "course"), [("segment 1", 244.6), ("segment 2", 242.5)])
def test_speed_limited_parts(name, course):
    """SN/Circ.198: westbound 01-12.51N 103-52.15E to 01-11.59N 103-50.21E, 01-11.13N 103-49.08E to 01-08.65N 103-44.30E."""
    zones = Zones(z for z in straits.zones() if z.name.endswith(name))
    assert zones.limit("speed_max")[0] == pytest.approx(12 * KNOT) and zones.limit("draught_min")[0] == 15.0
    assert zones.direction[0] == pytest.approx(course, abs=0.5)
    ends = {"segment 1": ((1 + 12.51 / 60, 103 + 52.15 / 60), (1 + 11.59 / 60, 103 + 50.21 / 60)),
            "segment 2": ((1 + 11.13 / 60, 103 + 49.08 / 60), (1 + 8.65 / 60, 103 + 44.30 / 60))}[name]  # fmt: skip
    for (lat, lon), (x, y) in zip(ends, zones[0].ring, strict=True):
        assert float(geodesy.distance(lat, lon, y, x)) < 1.0
    middle = np.mean(ends, axis=0)
    assert len(zones.members([middle[0]], [middle[1]])[0]) == 1
