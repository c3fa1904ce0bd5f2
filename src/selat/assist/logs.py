"""Logs of goods too small for AIS: GPX files and NMEA 0183 files of loggers, as times and places.

GPX by :mod:`selat.readers.track_file`, NMEA by :mod:`selat.readers.rmc`. What cannot be read is counted with its reason,
never guessed.
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
from selat.readers.rmc import rmc_fixes
from selat.readers.track_file import gpx_points

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
    rows = _gpx(data, left) if data.lstrip()[:1] in (b"<", b"\xef") else rmc_fixes(data, left)
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
    out = []
    try:
        for when, lat, lon in gpx_points(data.decode("utf-8-sig", "replace"), ("trkpt",)):
            try:
                out.append((parse_time(when), *_place(float(lat), float(lon))))
            except UnitError:
                left["without a time"] += 1
            except ValueError:
                left["without a place"] += 1
    except (ET.ParseError, ValueError) as e:
        raise FormatError(f"no GPX: {e}", hint="a GPX track without a document type; is it the whole file?") from None
    return out


def _place(lat: float, lon: float) -> tuple[float, float]:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("not on the earth")
    return lat, lon
