"""The track of one searcher from a file: GPX (all points of its tracks) or CSV with columns time, lat, lon."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import parse_time
from selat.model.errors import FormatError, UnitError

MOST_BYTES = 100_000_000


def read_track(path: Path) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """(time ns, lat, lon) in order of time, equal times once.

    Raises :class:`FormatError` for a file that is neither, or holds no two points with a time.
    """
    if path.stat().st_size > MOST_BYTES:
        raise FormatError(f"{path} is larger than a track", hint="cut it to the time of the search")
    return track_of(path.read_text(encoding="utf-8", errors="replace"), path)


def track_of(text: str, path: Path | str) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """The same of a file's text; ``path`` is what errors call it."""
    try:
        rows = [p for p in gpx_points(text) if p[0]] if text.lstrip().startswith("<") else _csv(text)
        found = sorted({parse_time(t): (float(a), float(o)) for t, a, o in rows}.items())
    except (ET.ParseError, ValueError, KeyError, TypeError, UnitError) as e:
        raise FormatError(f"{path} is no track ({e})", hint="GPX, or CSV with the columns time, lat, lon") from None
    if len(found) < 2:
        raise FormatError(f"{path} has no two points with a time", hint="record the track with times")
    time = np.array([t for t, _ in found], np.int64)
    place = np.array([p for _, p in found])
    if not (np.isfinite(place).all() and (np.abs(place) <= (90.0, 180.0)).all()):
        raise FormatError(f"{path} has positions that are none", hint="decimal degrees")
    return time, place[:, 0], place[:, 1]


def gpx_points(text: str, kinds: tuple[str, ...] = ("trkpt", "rtept")) -> Iterator[tuple[str, str, str]]:
    """(time, lat, lon) of the points of a GPX file of version 1.0 or 1.1 as they are written; empty where one is missing.

    Raises ValueError for a document type, :class:`xml.etree.ElementTree.ParseError` for what is no XML.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("a document type has no place in GPX")
    root = ET.fromstring(text)
    if root.tag.rpartition("}")[2] != "gpx":
        raise ValueError(f"<{root.tag}> is no GPX")
    for point in root.iter():
        if point.tag.rpartition("}")[2] in kinds:
            time = next((c.text for c in point if c.tag.rpartition("}")[2] == "time" and c.text), "")
            yield time, point.get("lat", ""), point.get("lon", "")


def _csv(text: str) -> list[tuple[str, str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [(row["time"], row["lat"], row["lon"]) for row in csv.DictReader(lines)]
