"""Logs of goods too small for AIS: GPX files and NMEA 0183 files of loggers, as times and places.

GPX 1.0 and 1.1 (topografix.com); NMEA 0183 / IEC 61162-1 sentence RMC, which alone carries the date. What cannot be read is
counted with its reason, never guessed.
"""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import parse_time
from selat.model.errors import FormatError, UnitError

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Fixes:
    """Times (int64 ns UTC, ascending), ``lat`` and ``lon`` (deg); the hash of the raw file; what was left out and why."""

    time: Array
    lat: Array
    lon: Array
    sha256: str = ""
    left: Mapping[str, int] = field(default_factory=dict)


def read_log(path: str | Path) -> Fixes:
    """Fixes of a .gpx file or of a file of NMEA sentences. Raises :class:`FormatError` where it holds none."""
    return read_fixes(Path(path).read_bytes(), str(path))


def read_fixes(data: bytes, path: str = "the log") -> Fixes:
    """Fixes of the bytes of such a file."""
    left: Counter[str] = Counter()
    rows = _gpx(data, left) if data.lstrip()[:1] in (b"<", b"\xef") else _nmea(data, left)
    if not rows:
        told = ", ".join(f"{n} {what}" for what, n in left.items())
        raise FormatError(
            f"{path}: no fix with a time and a place ({told or 'empty'})",
            hint="a GPX track, or NMEA with RMC sentences",
        )
    rows.sort()
    kept = [r for n, r in enumerate(rows) if n == 0 or r[0] > rows[n - 1][0]]
    left["of a time that was there"] = len(rows) - len(kept)
    time, lat, lon = zip(*kept, strict=True)
    digest = hashlib.sha256(data).hexdigest()
    return Fixes(np.array(time, np.int64), np.array(lat), np.array(lon), digest, {k: n for k, n in left.items() if n})


def _gpx(data: bytes, left: Counter[str]) -> list[tuple[int, float, float]]:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FormatError("a GPX file with a document type", hint="take it out: GPX files have none")
    try:
        root = ET.fromstring(data)
    except ET.ParseError as e:
        raise FormatError(f"no XML: {e}", hint="is it the whole file?") from None
    if not root.tag.endswith("gpx"):
        raise FormatError(f"<{root.tag}> is no GPX", hint="a GPX track")
    out = []
    for point in root.iter():
        if not point.tag.endswith("trkpt"):
            continue
        when = next((c.text or "" for c in point if c.tag.endswith("}time") or c.tag == "time"), "")
        try:
            out.append((parse_time(when), *_place(float(point.get("lat", "")), float(point.get("lon", "")))))
        except UnitError:
            left["without a time"] += 1
        except ValueError:
            left["without a place"] += 1
    return out


def _place(lat: float, lon: float) -> tuple[float, float]:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("not on the earth")
    return lat, lon


def _nmea(data: bytes, left: Counter[str]) -> list[tuple[int, float, float]]:
    out = []
    for line in data.decode("ascii", "replace").splitlines():
        at = line.find("$")
        if at < 0 or line[at + 3 : at + 6] != "RMC":
            continue
        body, _, check = line[at + 1 :].partition("*")
        total = 0
        for c in body.encode("ascii", "replace"):
            total ^= c
        if check.strip().upper() != f"{total:02X}":
            left["with a wrong checksum"] += 1
            continue
        part = body.split(",")
        try:
            if part[2] != "A":
                left["without a valid fix"] += 1
                continue
            day, clock = part[9], part[1]
            time = parse_time(f"20{day[4:6]}-{day[2:4]}-{day[:2]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z")
            lat = (int(part[3][:2]) + float(part[3][2:]) / 60) * {"N": 1, "S": -1}[part[4]]
            lon = (int(part[5][:3]) + float(part[5][3:]) / 60) * {"E": 1, "W": -1}[part[6]]
            out.append((time, *_place(lat, lon)))
        except (ValueError, KeyError, IndexError, UnitError):
            left["that cannot be read"] += 1
    return out
