"""What is stored of one ship: who she said she was and since when, where she stopped, on which days she was heard."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.model.clock import HOUR, MINUTE
from selat.model.columns import Array, Columns
from selat.model.picture import SOG_NA
from selat.model.schema import DEGREES, I32, NO_TIME
from selat.model.units import KNOT
from selat.tracks.ports import Ports

DAY = 24 * HOUR
STOP_SPEED = 5  #: 0.1 kn: slower is standing
STOP_LEAST = 30 * MINUTE  #: ns: shorter is no stop
STOP_GAP = 6 * HOUR  #: ns without a report end a stop
STOP_REACH = 0.02  #: deg: further than this from where it began, it is another stop
NEAR_PORT = 10_000.0  #: m: further away a stop is at no port
MOST = 40  #: stops and identities told, the newest
FACTS = ("name", "callsign", "imo", "ship_type", "length", "beam", "destination", "draught")
_MS = 1_000_000


def identity(statics: Columns) -> list[dict[str, Any]]:
    """Each fact she declared with when it was first and last said, newest first; ``fact, value, from_ms, to_ms, times``."""
    rows = statics.take(np.argsort(statics["time"], kind="stable"))
    out: list[dict[str, Any]] = []
    for fact, values, stated in _facts(rows):
        values, times = values[stated], rows["time"][stated]
        if not len(values):
            continue
        change = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        for a, b in zip(change, np.r_[change[1:], len(values)], strict=True):
            out.append({
                "fact": fact, "value": _said(values[a]), "from_ms": int(times[a]) / _MS, "to_ms": int(times[b - 1]) / _MS,
                "times": int(b - a),
            })  # fmt: skip
    return sorted(out, key=lambda r: -r["from_ms"])[: MOST * 2]


def _facts(rows: Columns) -> list[tuple[str, Array, Array]]:
    length = rows["to_bow"].astype(np.int64) + rows["to_stern"]
    beam = rows["to_port"].astype(np.int64) + rows["to_starboard"]
    whole = (rows["to_bow"] != 65535) & (rows["to_stern"] != 65535) & (length > 0)
    wide = (rows["to_port"] != 255) & (rows["to_starboard"] != 255) & (beam > 0)
    out = [(n, rows[n], rows[n] != b"") for n in ("name", "callsign", "destination")]
    out += [("imo", rows["imo"], rows["imo"] > 0), ("ship_type", rows["ship_type"], rows["ship_type"] > 0)]
    return [*out, ("length", length, whole), ("beam", beam, wide), ("draught", rows["draught"], rows["draught"] > 0)]


def _said(value: Any) -> Any:
    return text(value) if isinstance(value, bytes) else int(value)


def text(raw: bytes) -> str | None:
    """Text as declared, without its padding; None for none."""
    return bytes(raw).decode("ascii", "replace").strip(" @\0") or None


def stops(reports: Columns, ports: Ports) -> list[dict[str, Any]]:
    """Where she stood for half an hour or more, newest first: ``from_ms, to_ms, lon, lat, port, port_m``.

    A stop ends where she moves, leaves the place, or was not heard for six hours.
    """
    known = (reports["lat"] != I32) & (reports["lon"] != I32) & (reports["time"] != NO_TIME)
    rows = reports.take(known)
    if not rows.rows:
        return []
    time, lat, lon = rows["time"], rows["lat"] * DEGREES, rows["lon"] * DEGREES
    still = (rows["sog"] <= STOP_SPEED) | (rows["sog"] >= SOG_NA)
    far = np.hypot(np.diff(lat), np.diff(lon)) > STOP_REACH
    cut = np.r_[True, (still[1:] != still[:-1]) | (np.diff(time) > STOP_GAP) | far]
    begins = np.flatnonzero(cut)
    ends = np.r_[begins[1:], len(time)] - 1
    long = still[begins] & (time[ends] - time[begins] >= STOP_LEAST)
    begins, ends = begins[long][-MOST:], ends[long][-MOST:]
    if not len(begins):
        return []
    y = np.array([np.median(lat[a : b + 1]) for a, b in zip(begins, ends, strict=True)])
    x = np.array([np.median(lon[a : b + 1]) for a, b in zip(begins, ends, strict=True)])
    port, away = ports.nearest(y, x)
    out = []
    for k in range(len(begins) - 1, -1, -1):
        near = port[k] >= 0 and away[k] <= NEAR_PORT
        out.append({
            "from_ms": int(time[begins[k]]) / _MS, "to_ms": int(time[ends[k]]) / _MS, "lon": round(float(x[k]), 5),
            "lat": round(float(y[k]), 5), "port": ports.name(int(port[k])) if near else None,
            "port_m": round(float(away[k])) if near else None,
        })  # fmt: skip
    return out


def days(reports: Columns) -> list[dict[str, Any]]:
    """Reports a day, newest first: ``day`` (ISO), ``reports``, ``stations`` (how many heard her)."""
    time = reports["time"]
    known = time != NO_TIME
    number = time[known] // DAY
    out = []
    for day in np.unique(number)[::-1][:MOST].tolist():
        here = number == day
        out.append({
            "day": str(np.datetime64(int(day), "D")), "reports": int(here.sum()),
            "stations": len(np.unique(reports["station"][known][here])),
        })  # fmt: skip
    return out


def line(reports: Columns, most: int = 3000) -> list[list[float | None]]:
    """Her track as ``[[time_ms, lon, lat, sog_mps, cog], ...]``, every so many points left out beyond ``most``."""
    rows = reports.take((reports["lat"] != I32) & (reports["lon"] != I32) & (reports["time"] != NO_TIME))
    rows = (
        rows.take(np.unique(np.linspace(0, rows.rows - 1, min(rows.rows, most)).astype(np.int64)))
        if rows.rows
        else rows
    )
    sog = np.where(rows["sog"] < SOG_NA, rows["sog"] * (KNOT / 10), np.nan)
    cog = np.where(rows["cog"] < 3600, rows["cog"] / 10, np.nan)
    columns = (rows["time"] / _MS, rows["lon"] * DEGREES, rows["lat"] * DEGREES, sog, cog)
    return [[None if v != v else v for v in point] for point in zip(*(c.tolist() for c in columns), strict=True)]
