"""What a co-ordinator asks beside the plan: light, the survival clock, ships that could help, the worth of more effort, files."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from selat.app.papers import brief
from selat.app.rescue.bench import Bench
from selat.exporters.plans import FORMATS, write_plan
from selat.model.clock import HOUR
from selat.model.errors import ConfigError
from selat.model.picture import (
    CLASS_A,
    CLASS_B,
    CLASS_MASK,
    CLASS_UNKNOWN,
    FLAG_LOST,
    FLAG_MOORED,
    LAT_NA,
    POSITION_SCALE,
    SOG_NA,
    Picture,
)
from selat.model.plan import Plan
from selat.model.units import KNOT
from selat.rescue import sun, survival
from selat.rescue.drifted import Drifted
from selat.rescue.probability import effort_curve
from selat.rescue.survival import Policy
from selat.rescue.vessels import RAISE_STEAM, able, arrivals
from selat.tracks.coast import Coast

PAPER = {"html": "brief on paper, to be printed", "pdf": "brief on paper, PDF"}
MOST = 25  #: ships that are listed
TIMES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)  #: of a plan's effort, on the curve
_MS = 1_000_000


def light(lat: float, lon: float, begin: int, end: int) -> dict[str, Any]:
    """Sun and moon between two times (ns) at a place, times in ms."""
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < end - begin <= 40 * 24 * HOUR):
        raise ConfigError("light where and when?", hint="lat, lon, and at most 40 days")
    found = sun.light(lat, lon, begin, end)
    names = ("sunrise", "sunset", "dawn", "dusk", "moonrise", "moonset")
    return {n: [t / _MS for t in getattr(found, n)] for n in names} | {"moon_lit": found.moon_lit}


def survival_clock(begin: int, given: dict[str, Any]) -> dict[str, Any]:
    """The policy clock from ``water`` (deg C), ``review`` and ``limit`` (hours), ``factor``."""
    try:
        water, review, limit, factor = (
            float(given.get(k) or d) for k, d in (("water", 29.0), ("review", 24.0), ("limit", 0.0), ("factor", 1.0))
        )
    except (TypeError, ValueError):
        raise ConfigError("that is no policy", hint="water, review, limit and factor are numbers") from None
    if not (-5.0 <= water <= 45.0 and 1.0 <= review <= 240.0 and 0.0 <= limit <= 2400.0 and 0.0 < factor <= 100.0):
        raise ConfigError(
            "that is no policy", hint="water -5 to 45 deg C, review 1 to 240 h, limit to 2400 h, factor to 100"
        )
    found = survival.clock(begin, water, Policy(factor=factor, review=review, limit=limit))
    return {
        "end_ms": found.end / _MS if found.end else None, "reviews_ms": [t / _MS for t in found.reviews],
        "sentence": found.sentence,
    }  # fmt: skip


def helpers(picture: Picture, lat: float, lon: float, coast: Coast) -> list[dict[str, Any]]:
    """Ships of the picture in the order in which they would be at a place, at the speed each can make."""
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ConfigError("ships near what?", hint="lat and lon in degrees")
    _, rows = picture.rows(0)
    _, labels = picture.labels(0)
    known = {int(row["id"]): row for row in labels}
    kind = rows["flags"] & CLASS_MASK
    use = (
        np.isin(kind, (CLASS_UNKNOWN, CLASS_A, CLASS_B)) & ((rows["flags"] & FLAG_LOST) == 0) & (rows["lat"] != LAT_NA)
    )
    rows = rows[use]
    types = np.array([int(known.get(int(m), {}).get("ship_type") or 0) for m in rows["mmsi"]], np.int64)
    sog = np.where(rows["sog"] == SOG_NA, np.nan, rows["sog"] * 0.1 * KNOT)
    speed = able(types, sog)
    found = arrivals(
        lat, lon, rows["lat"] / POSITION_SCALE, rows["lon"] / POSITION_SCALE, speed, coast=coast, most=2 * MOST
    )
    out = []
    for k, row in enumerate(found.row.tolist()):
        ship = known.get(int(rows["mmsi"][row]), {})
        moored = bool(rows["flags"][row] & FLAG_MOORED)
        out.append({
            "mmsi": int(rows["mmsi"][row]), "name": ship.get("name"), "ship_type": int(types[row]) or None,
            "length_m": ship.get("length_m"), "lat": float(rows["lat"][row]) / POSITION_SCALE,
            "lon": float(rows["lon"][row]) / POSITION_SCALE, "away_m": float(found.away[k]),
            "bearing": float(found.bearing[k]), "speed": float(speed[row]), "moored": moored,
            "seconds": float(found.seconds[k]) + (RAISE_STEAM if moored else 0.0), "land": bool(found.land[k]),
        })  # fmt: skip
    out.sort(key=lambda r: (r["land"], r["seconds"]))
    return out[:MOST]


def next_best(bench: Bench, made: Plan) -> dict[str, Any]:
    """What more or less effort than a plan's could find at most, at the middle of its time: ``(times the effort, POS)``."""
    effort = sum(t.coverage * t.area.size for t in made.tasks)
    middle = (made.begin + made.end) // 2
    worth = effort_curve(bench.cloud(), middle, [effort * k for k in TIMES])
    return {"effort_m2": effort, "curve": [[k, p] for k, p in zip(TIMES, worth, strict=True)]}


def formats() -> dict[str, str]:
    """Formats of plans and what they are."""
    return {name: what for name, (_, what) in FORMATS.items()} | PAPER | {"all": "all of them, zipped"}


def written(
    made: Plan, name: str, stem: str, facts: dict[str, str], language: str, found: Drifted | None = None
) -> tuple[str, bytes]:
    """(file name, bytes) of a plan in a format; several files come as one zip. ``found``: the drift, for the brief.

    Raises :class:`ConfigError`.
    """
    if name in PAPER:
        return f"{stem}.{name}", brief.file(made, name, found, facts=facts, language=language)
    wanted = [f for f in FORMATS if f not in ("rtz-1.0", "rtz-1.1")] if name == "all" else [name]
    files: dict[str, bytes] = {}
    for one in wanted:
        for suffix, text in write_plan(made, one, **_more(one, facts, language)).items():
            files[stem + suffix] = text.encode() if isinstance(text, str) else bytes(text)
    if len(files) == 1:
        return next(iter(files.items()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for file, data in files.items():
            z.writestr(zipfile.ZipInfo(file, (2000, 1, 1, 0, 0, 0)), data)
    return f"{stem}.{name}.zip", out.getvalue()


def _more(name: str, facts: dict[str, str], language: str) -> dict[str, object]:
    messages = name in ("sitrep", "action", "safetynet")
    return {"facts": facts, "language": language} if messages else {}
