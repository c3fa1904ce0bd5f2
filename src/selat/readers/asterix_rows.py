"""Rows of ASTERIX records as tables in the stored layout: reports of tracks, plots, names and lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from selat.kernels.geodesy import destination
from selat.model.columns import Array, Columns, concat, empty
from selat.model.radar import Site
from selat.model.schema import DEGREES, I32, PLOTS
from selat.model.targets import target_number
from selat.model.units import KNOT

LONGER = 0.25  #: part by which a length must differ to be told anew
_ICAO = b" ABCDEFGHIJKLMNOPQRSTUVWXYZ     "
_SIX = bytes(_ICAO[i] if i < 32 else 32 if i == 32 else i if 48 <= i <= 57 else 32 for i in range(64))


class Moments(NamedTuple):
    """When rows were so and when they were heard (ns UTC), flags, and quality of their time."""

    time: Array
    received: Array
    flags: Array
    quality: Array

    def take(self, at: Array) -> Moments:
        """Those of some rows."""
        return Moments(*(v[at] for v in self))


def some(rows: Array, at: Array) -> Array:
    """The rows ``at``; without a copy where they are all. NumPy's own way to index wide records is ten times slower."""
    return rows if len(at) == len(rows) else np.take(rows, at)


def _where(rows: Array) -> tuple[Array, Array]:
    """Latitude and longitude: as stated, else from the radar's place by the track's plane, else by range and bearing."""
    lat, lon = rows["lat"].copy(), rows["lon"].copy()
    need = np.flatnonzero(~np.isfinite(lat))
    if len(need):
        r = some(rows, need)
        flat = np.isfinite(r["x"])
        away = np.where(flat, np.hypot(r["x"], r["y"]), r["rho"])
        bearing = np.where(flat, np.degrees(np.arctan2(r["x"], r["y"])), r["theta"])
        lat[need], lon[need] = destination(r["radar_lat"], r["radar_lon"], bearing, away)
    return lat, lon


def _stored(values: Array, step: float, null: int, most: int) -> Array:
    known = np.isfinite(values)
    out: Array = np.where(known, np.minimum(np.rint(np.where(known, values, 0.0) / step), most), null).astype(np.int64)
    return out


def reports(rows: Array, seq: Array, number: Array, when: Moments) -> Columns:
    """Reports of tracks: ``number`` of each target within its radar."""
    lat, lon = _where(rows)
    speed = np.hypot(rows["vx"], rows["vy"])
    course = np.degrees(np.arctan2(rows["vx"], rows["vy"])) % 360.0
    moving = np.isfinite(speed) & (speed > 0)
    columns = {
        "time": when.time, "received": when.received, "seq": seq, "mmsi": target_number(rows["radar"], number),
        "msg_type": np.zeros(len(rows), np.uint8), "lat": _stored(lat, DEGREES, I32, 900_000_000),
        "lon": _stored(lon, DEGREES, I32, 1_800_000_000), "sog": _stored(speed, 0.1 * KNOT, 65535, 65534),
        "cog": np.where(moving, _stored(course, 0.1, 0, 3600) % 3600, 65535), "flags": when.flags, "time_quality": when.quality,
    }  # fmt: skip
    return Columns("reports", columns, len(rows))


def plots(rows: Array, seq: Array, when: Moments, sites: Sequence[Site | None]) -> Columns:
    """Plots as the radar measured them; where it tells only a plane's x and y, range and azimuth of those."""
    if not len(rows):
        return empty(PLOTS)
    flat = ~np.isfinite(rows["rho"])
    away = np.where(flat, np.hypot(rows["x"], rows["y"]), rows["rho"])
    azimuth = np.where(flat, np.degrees(np.arctan2(rows["x"], rows["y"])), rows["theta"]) % 360.0
    sigma = {
        k: np.array([np.nan if s is None else getattr(s, k) for s in sites]) for k in ("sigma_range", "sigma_azimuth")
    }
    columns = {
        "time": when.time, "received": when.received, "seq": seq, "radar": rows["radar"],
        "radar_lat": _stored(rows["radar_lat"], DEGREES, I32, 900_000_000),
        "radar_lon": _stored(rows["radar_lon"], DEGREES, I32, 1_800_000_000), "range": _stored(away, 0.1, 0, 2**32 - 2),
        "azimuth": _stored(azimuth, 1e-6, 0, 360_000_000) % 360_000_000, "doppler": _stored(rows["doppler"], 0.1, -32768, 32767),
        "amplitude": _stored(rows["amplitude"], 0.1, -32768, 32767),
        "sigma_range": _stored(sigma["sigma_range"][rows["radar"]], 0.1, 65535, 65534),
        "sigma_azimuth": _stored(sigma["sigma_azimuth"][rows["radar"]], 0.001, 65535, 65534), "scan": rows["scan"],
    }  # fmt: skip
    return Columns(PLOTS, columns, len(rows))


def declarations(data: bytes, rows: Array, seq: Array, made: Columns, told: dict[int, tuple[bytes, float]]) -> Columns:
    """Names and lengths of targets, where they are new: ``told`` what was declared of each, kept up to date."""
    out, names, lengths, beams = [], [], [], []
    for i in np.flatnonzero((rows["name"] >= 0) | np.isfinite(rows["size_m"])).tolist():
        number = int(made["mmsi"][i])
        known, size = told.get(number, (b"", 0.0))
        begin = int(rows["name"][i])
        name = six(data[begin : begin + 6]) if begin >= 0 else known
        length = float(rows["size_m"][i])
        longer = length > 0 and abs(length - size) > LONGER * max(size, 1.0)
        if (name and name != known) or longer:
            told[number] = (name or known, length if longer else size)
            out.append(i)
            names.append(name or known)
            lengths.append(told[number][1])
            beams.append(float(rows["beam_m"][i]))
    if not out:
        return empty("statics")
    at, size_m, beam = np.array(out), np.array(lengths), np.nan_to_num(np.array(beams))
    half, side = np.floor(size_m / 2), np.floor(beam / 2)
    columns = {
        n: made[n][at] for n in ("time", "received", "seq", "mmsi", "msg_type", "flags", "time_quality", "station")
    }
    columns |= {
        "name": np.array(names, "S34"), "to_bow": np.where(size_m > 0, half, 65535),
        "to_stern": np.where(size_m > 0, size_m - half, 65535),
        "to_port": np.where(beam > 0, side, 255), "to_starboard": np.where(beam > 0, beam - side, 255),
    }  # fmt: skip
    return concat([Columns("statics", columns, len(at))], "statics")


def six(data: bytes) -> bytes:
    """Eight characters of six bits (ICAO Annex 10 alphabet), without the blanks around them."""
    value = int.from_bytes(data.ljust(6, b"\0"), "big")
    return bytes(_SIX[value >> (42 - 6 * i) & 63] for i in range(8)).strip()
