"""The picture as other programs take it: AIS sentences, Cursor on Target, Signal K deltas, KML, CSV, GPX.

``ships`` are features of :func:`selat.web.geo.feature_collection`: GeoJSON points whose properties have ``mmsi, class,
sog_kn, cog, heading, age_s, lost, moored, name, callsign, imo, ship_type, length_m, beam_m``; ``now`` is ns UTC.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator
from typing import Any

from selat.exporters._cells import xml_quoted, xml_text
from selat.model.clock import SECOND, format_time
from selat.model.encode import encode
from selat.model.units import KNOT

Ship = dict[str, Any]
STALE_S = 600  #: s after its last report for which a contact is good (Cursor on Target)
FIXED_STALE_S = 86_400
#: types of Cursor on Target: affiliation u (unknown) or n (neutral) alone. A flag or a name never makes anybody hostile.
COT = {"aton": "a-n-S-N", "base": "a-n-G-I-U-T", "sar_aircraft": "a-n-A-C", "beacon": "a-u-S"}
COT_SHIP = "a-u-S-X"
CSV_COLUMNS = (
    "mmsi", "name", "callsign", "imo", "ship_type", "class", "lon", "lat", "sog_kn", "cog", "heading", "age_s", "lost",
    "moored", "length_m", "beam_m",
)  # fmt: skip


def placed(ships: Iterable[Ship]) -> Iterator[tuple[Ship, float, float]]:
    """(properties, lon, lat) of those that have a place."""
    for ship in ships:
        if ship.get("geometry"):
            lon, lat = ship["geometry"]["coordinates"]
            yield ship["properties"], lon, lat


def positions(ships: Iterable[Ship], now: int) -> Iterator[str]:
    """A position sentence a ship, with its line end: what OpenCPN shows. Lost ships send nothing: they would look alive."""
    second = now // SECOND % 60
    for p, lon, lat in placed(ships):
        if p["lost"]:
            continue
        common = {"mmsi": p["mmsi"], "lon": lon, "lat": lat, "strict": False}
        moving = {"sog": p["sog_kn"], "cog": p["cog"], "second": second}
        if p["class"] == "aton":
            said = encode(21, **common, name=_ascii(p["name"], 20), aid_type=0, second=61)
        elif p["class"] == "base":
            said = encode(4, **common)
        elif p["class"] == "sar_aircraft":
            said = encode(9, **common, **moving)
        elif p["class"] == "B":
            said = encode(18, **common, **moving, heading=p["heading"])
        else:
            status = 1 if p["moored"] else 14 if p["class"] == "beacon" else 0
            said = encode(1, **common, **moving, heading=p["heading"], nav_status=status)
        yield from (f"{line}\r\n" for line in said)


def statics(ships: Iterable[Ship]) -> Iterator[str]:
    """Static data of those that declared a name; a receiver hears them again every few minutes."""
    for k, ship in enumerate(ships):
        p = ship["properties"]
        if not p["name"] or p["lost"] or p["class"] in ("aton", "base", "sar_aircraft"):
            continue
        name = _ascii(p["name"], 20)
        if p["class"] == "B":
            said = encode(24, variant="A", mmsi=p["mmsi"], shipname=name, strict=False)
        else:
            length, beam = round(p["length_m"] or 0), round(p["beam_m"] or 0)
            size: dict[str, Any] = {
                "to_bow": length // 2,
                "to_stern": length - length // 2,
                "to_port": beam // 2,
                "to_starboard": beam - beam // 2,
            }
            said = encode(
                5, mmsi=p["mmsi"], shipname=name, callsign=_ascii(p["callsign"], 7), imo=p["imo"] or 0,
                ship_type=p["ship_type"] or 0, strict=False, seq_id=k % 10, **size,
            )  # fmt: skip
        yield from (f"{line}\r\n" for line in said)


def _ascii(text: str | None, most: int) -> str:
    """Letters of the six-bit alphabet alone."""
    return "".join(c if " " <= c <= "_" else "?" for c in (text or "").upper())[:most]


def cot(ships: Iterable[Ship], now: int) -> Iterator[str]:
    """One Cursor-on-Target event (version 2.0) a ship; metres, m/s, degrees true. Affiliation is u or n, never another."""
    for p, lon, lat in placed(ships):
        then = now - int(p["age_s"]) * SECOND
        fixed = p["class"] in ("aton", "base")
        stale = then + (FIXED_STALE_S if fixed else STALE_S) * SECOND
        call = xml_quoted(p["name"] or str(p["mmsi"]))
        speed = "" if p["sog_kn"] is None else f' speed="{p["sog_kn"] * KNOT:.2f}"'
        course = "" if p["cog"] is None else f' course="{p["cog"]:.1f}"'
        said = [f"MMSI {p['mmsi']}", *([f"IMO {p['imo']}"] if p["imo"] else []), *(["LOST"] if p["lost"] else [])]
        yield (
            f'<event version="2.0" uid="MMSI-{p["mmsi"]}" type="{COT.get(p["class"], COT_SHIP)}" how="m-g"'
            f' time="{format_time(now, 3)}" start="{format_time(then, 3)}" stale="{format_time(stale, 3)}">'
            f'<point lat="{lat}" lon="{lon}" hae="9999999.0" ce="9999999.0" le="9999999.0"/>'
            f"<detail><contact callsign={call}/>"
            f"{f'<track{course}{speed}/>' if course or speed else ''}<remarks>{xml_text(', '.join(said))}</remarks>"
            "</detail></event>"
        )


def signalk(ships: Iterable[Ship], now: int) -> Iterator[dict[str, Any]]:
    """Signal K deltas (specification 1.7): SI units, radians."""
    for p, lon, lat in placed(ships):
        if p["lost"]:
            continue
        kind = "atons" if p["class"] == "aton" else "aircraft" if p["class"] == "sar_aircraft" else "vessels"
        values: list[dict[str, Any]] = [{"path": "navigation.position", "value": {"longitude": lon, "latitude": lat}}]
        for path, value, factor in (
            ("speedOverGround", p["sog_kn"], KNOT), ("courseOverGroundTrue", p["cog"], math.pi / 180),
            ("headingTrue", p["heading"], math.pi / 180),
        ):  # fmt: skip
            if value is not None:
                values.append({"path": f"navigation.{path}", "value": round(value * factor, 5)})
        named: dict[str, Any] = {"mmsi": f"{p['mmsi']:09d}"} | ({"name": p["name"]} if p["name"] else {})
        for group, key, value in (
            ("communication", "callsignVhf", p["callsign"]), ("registrations", "imo", p["imo"] and f"IMO {p['imo']}"),
        ):  # fmt: skip
            if value:
                named[group] = {key: value}
        values.append({"path": "", "value": named})
        for path, told in (
            ("aisShipType", p["ship_type"] and {"id": p["ship_type"]}), ("length", p["length_m"] and {"overall": p["length_m"]}),
            ("beam", p["beam_m"]),
        ):  # fmt: skip
            if told:
                values.append({"path": f"design.{path}", "value": told})
        update = {"$source": "selat", "timestamp": format_time(now - int(p["age_s"]) * SECOND, 3), "values": values}
        yield {"context": f"{kind}.urn:mrn:imo:mmsi:{p['mmsi']:09d}", "updates": [update]}


def kml(ships: Iterable[Ship], title: str) -> str:
    """KML 2.2 (OGC 07-147r2): a placemark a ship, turned to her heading."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>']
    parts.append(f"<name>{xml_text(title)}</name>")
    for p, lon, lat in placed(ships):
        turn = p["heading"] if p["heading"] is not None else p["cog"] or 0
        text = ", ".join(f"{k}: {p[k]}" for k in CSV_COLUMNS if p.get(k) not in (None, "", False))
        parts.append(
            f'<Placemark id="m{p["mmsi"]}"><name>{xml_text(p["name"] or str(p["mmsi"]))}</name>'
            f"<description>{xml_text(text)}</description><Style><IconStyle><heading>{turn}</heading></IconStyle></Style>"
            f"<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>"
        )
    return "\n".join([*parts, "</Document></kml>\n"])


def network_link(title: str, address: str, seconds: int = 10) -> str:
    """KML that loads ``address`` again every so many seconds."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink>'
        f"<name>{xml_text(title)}</name><Link><href>{xml_text(address)}</href><refreshMode>onInterval</refreshMode>"
        f"<refreshInterval>{seconds}</refreshInterval></Link></NetworkLink></kml>\n"
    )


def table(ships: Iterable[Ship]) -> str:
    """CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it: names come from the air."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for p, lon, lat in placed(ships):
        row = {**p, "lon": lon, "lat": lat}
        cells = ["" if row[c] is None else row[c] for c in CSV_COLUMNS]
        writer.writerow([f"'{c}" if isinstance(c, str) and c[:1] in ("=", "+", "-", "@", "\t") else c for c in cells])
    return out.getvalue()


def gpx(ships: Iterable[Ship]) -> str:
    """GPX 1.1: a waypoint a ship."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="selat" xmlns="http://www.topografix.com/GPX/1/1">'
    ]
    for p, lon, lat in placed(ships):
        at = f'lat="{lat}" lon="{-180.0 if lon >= 180.0 else lon}"'  # the schema's longitudes end before 180
        name = xml_text(p["name"] or str(p["mmsi"]))
        parts.append(f"<wpt {at}><name>{name}</name><desc>MMSI {p['mmsi']}</desc></wpt>")
    return "\n".join([*parts, "</gpx>\n"])
