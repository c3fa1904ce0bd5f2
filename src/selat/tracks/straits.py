"""Sourced facts of routeing in the Straits of Malacca and Singapore: reporting lines, sectors, speed limits.

From secondary sources, which each row names (`data/straits.csv`): confirm against the Singapore Port Information and the
Malaysian Notices to Mariners before operational use. No lane is among them: the corners of the lanes were not to be had
from a free source, and none is invented. Import your own (`selat zones SEA import`), or learn them (`selat lanes SEA learn`).

What is ours and not a fact: how far a limit that is published as a meridian runs north and south (here: from shore to
shore; at 104-23E to 1-36N, where there is no shore), and the width of the corridor in which a speed limit binds.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from selat.kernels import geodesy
from selat.model.units import KNOT
from selat.model.zone import Zone

SHIPPED = Path(__file__).parent / "data" / "straits.csv"
CONFIRM = "secondary source: confirm before operational use"
CORRIDOR = 1000.0  #: m to either side of the middle of a speed-limited part
DEEP = 15.0  #: m: a vessel of deep draught (IMO SN/Circ.198)
#: latitudes between which a meridian is drawn: see above
_REACH = {100.666667: (2.18, 4.18), 103.741667: (0.87, 1.31), 104.035: (1.17, 1.39), 104.383333: (1.19, 1.60)}
_SIDES = {"Sector 6/7 Tg Piai - P. Karimun Kecil": ("6", "7"), "Sector 7/8": ("7", "8"), "Sector 8/9": ("8", "9")}


@dataclass(frozen=True, slots=True)
class Fact:
    """One row: ``kind`` tss_longitude_span, tss_point, report_line, sector_vhf, speed_limit_...; degrees, WGS 84."""

    kind: str
    name: str
    lat1: float | None
    lon1: float | None
    lat2: float | None
    lon2: float | None
    value: str
    source: str


@cache
def facts() -> tuple[Fact, ...]:
    """All rows, in the order of the file."""
    with SHIPPED.open(newline="", encoding="utf-8") as handle:
        return tuple(
            Fact(
                r["kind"], r["name"], _number(r["lat1"]), _number(r["lon1"]), _number(r["lat2"]), _number(r["lon2"]),
                r["value"], r["source"],
            )
            for r in csv.DictReader(handle)
        )  # fmt: skip


def _number(text: str) -> float | None:
    return float(text) if text else None


def vhf() -> dict[str, str]:
    """VHF channel by number of the STRAITREP sector, ``"7": "73"``."""
    return {f.name.split()[1]: f.value for f in facts() if f.kind == "sector_vhf"}


def zones() -> list[Zone]:
    """Reporting lines, drawn northwards (a ship that crosses to the right goes east), and 12 kn parts, westbound."""
    out = []
    for f in facts():
        source = f"{f.source}; {CONFIRM}"
        if f.kind == "report_line" and f.lon1 is not None:
            if f.lat1 is None or f.lat2 is None or f.lon2 is None:
                south, north = _REACH[f.lon1]
                ring = ((f.lon1, south), (f.lon1, north))
            else:
                ends = ((f.lon1, f.lat1), (f.lon2, f.lat2))
                ring = (ends[0], ends[1]) if f.lat1 < f.lat2 else (ends[1], ends[0])
            out.append(
                Zone(
                    f"STRAITREP {f.name.removeprefix('STRAITREP ')}",
                    ring,
                    source,
                    "report_line",
                    rules=_about(f),
                    line=True,
                )
            )
        if f.kind.startswith("speed_limit") and None not in (f.lat1, f.lon1, f.lat2, f.lon2):
            assert f.lat1 is not None and f.lon1 is not None and f.lat2 is not None and f.lon2 is not None
            rules = {
                "speed_max": float(f.value) * KNOT, "draught_min": DEEP,
                "note": "over the ground; binds deep-draught vessels and, whatever their draught, tankers of 150,000 dwt "
                f"and more; the corridor of {CORRIDOR:.0f} m to either side is selat's",
            }  # fmt: skip
            ring = ((f.lon1, f.lat1), (f.lon2, f.lat2))
            course = round(float(geodesy.bearing(f.lat1, f.lon1, f.lat2, f.lon2)), 1)
            name = f"12 kn westbound {f.name}"
            out.append(Zone(name, ring, source, "speed_segment", course, CORRIDOR, rules, (), True))
    return out


def _about(f: Fact) -> dict[str, str]:
    """Who listens on either side of a line."""
    names = {x.name.split()[1]: x.name for x in facts() if x.kind == "sector_vhf"}
    if f.name in _SIDES:
        west, east = _SIDES[f.name]
        told = [f"{side} of it {names[n]}, VHF {vhf()[n]}" for side, n in (("west", west), ("east", east))]
        return {"note": "; ".join(told)}
    number = "1" if "west" in f.name else "9"
    drawn = "; selat draws the meridian from shore to shore" + ("" if number == "1" else ", and to 1-36N in the north")
    return {"vhf": vhf()[number], "note": f"inside it {names[number]}, VHF {vhf()[number]}{drawn}"}
