"""Rows of a radar's sentences on their way into a batch, and the TAG block around a sentence."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from selat.kernels.geodesy import destination
from selat.model.columns import Columns, concat
from selat.model.ports import Batch
from selat.model.schema import DEGREES, Flag, TimeQuality
from selat.model.units import KNOT
from selat.readers.replay import line_time

_TAG = re.compile(rb"\\([^\\*]*)\*([0-9A-Fa-f]{2})\\")


class Row(NamedTuple):
    """A row of the rejects, until the line has its fate."""

    seq: int
    received: int
    offset: int
    reason: int
    length: int
    raw: bytes


class Tag(NamedTuple):
    """What stands around a sentence: ``time`` ns UTC, 0 none."""

    time: int
    quality: int
    flags: int
    station: str


def tags(line: bytes, begin: int) -> Tag:
    """What the TAG blocks before the sentence at ``begin`` say (IEC 61162-450: c: time in s or ms, s: source); without them
    a time before the line or after the checksum, as logs have it.
    """
    before = line[:begin]
    time, quality, flags, station = 0, int(TimeQuality.NONE), 0, ""
    for block in _TAG.finditer(before):
        x = 0
        for c in block[1]:
            x ^= c
        good = x == int(block[2], 16)
        flags |= 0 if good else int(Flag.TAG_CHECKSUM)
        for item in block[1].split(b","):
            key, _, value = item.partition(b":")
            if key == b"c" and good and value.isdigit() and len(value) in (10, 13):
                milli = len(value) == 13
                time = int(value) * (1_000_000 if milli else 1_000_000_000)
                quality = int(TimeQuality.TAG_MS if milli else TimeQuality.TAG_S)
            elif key == b"s" and good:
                station = value.decode("latin-1")
    if not time and not before.lstrip().startswith(b"\\") and (told := line_time(line)) is not None:
        time, quality = told, int(TimeQuality.SUFFIX)
    return Tag(time, quality, flags, station)


def rejects_of(rows: list[Row]) -> Columns:
    """A table of rejects."""
    raw = np.empty(len(rows), dtype=object)
    raw[:] = [r.raw for r in rows]
    columns = {n: np.array([r[i] for r in rows]) for i, n in enumerate(Row._fields[:-1])}
    return Columns("rejects", {**columns, "raw": raw}, len(rows))


class TargetRows:
    """What the radar's sentences of a batch come to."""

    def __init__(self) -> None:
        self.kept = 0
        self.rejects: list[Row] = []  #: in the order of lines
        self._reports: list[dict[str, Any]] = []
        self._polar: list[tuple[float, float, float, float]] = []  # lat, lon, bearing, metres
        self._names: list[dict[str, Any]] = []
        self._again: list[dict[str, Any]] = []

    def report(
        self, seq: int, number: int, when: Any, place: tuple[float, float], polar: tuple[float, float, bool] | None,
        motion: tuple[float, float] | None, station: int,
    ) -> None:  # fmt: skip
        """A target at ``place``, or (metres, degrees true) from there; ``motion`` m/s and degrees over ground."""
        row = _when(seq, number, when, station)
        if motion is not None:
            row["sog"] = min(round(motion[0] / (0.1 * KNOT)), 65534)
            row["cog"] = round(motion[1] * 10) % 3600
        self._reports.append(row)
        self._polar.append((*place, *((polar[1], polar[0]) if polar is not None else (0.0, 0.0))))

    def name(self, seq: int, number: int, when: Any, name: str, station: int) -> None:
        """A target's name."""
        row = _when(seq, number, when, station)
        self._names.append({**row, "name": name.encode("ascii", "replace")[:34]})

    def again(self, row: Row, first: int, received: int, number: int, station: int) -> None:
        """A line that repeats the one numbered ``first``."""
        self._again.append(
            {"seq": row.seq, "first_seq": first, "received": received, "mmsi": number, "station": station}
        )

    def into(self, batch: Batch) -> None:
        """Put them into a batch, whose rejects they were."""
        batch.kept += self.kept
        batch.duplicates += len(self._again)
        batch.rejects = rejects_of(self.rejects)
        if self._reports:
            lat, lon, bearing, away = np.array(self._polar).T
            to_lat, to_lon = destination(lat, lon, bearing, away)
            here = away == 0
            for row, a, o in zip(
                self._reports, np.where(here, lat, to_lat).tolist(), np.where(here, lon, to_lon).tolist(), strict=True
            ):
                row["lat"], row["lon"] = round(a / DEGREES), round(o / DEGREES)
            batch.reports = _merged(batch.reports, self._reports, "reports")
        batch.statics = _merged(batch.statics, self._names, "statics")
        batch.receptions = _merged(batch.receptions, self._again, "receptions")


def _when(seq: int, number: int, when: Any, station: int) -> dict[str, Any]:
    return {
        "seq": seq, "time": when.time, "received": when.received, "mmsi": number, "msg_type": 0, "flags": when.flags,
        "time_quality": when.quality, "station": station,
    }  # fmt: skip


def _merged(there: Columns, rows: list[dict[str, Any]], table: str) -> Columns:
    """Rows of a table and those of targets, in the order of lines."""
    if not rows:
        return there
    names = dict.fromkeys(name for row in rows for name in row)
    null = {c.name: c.null for c in there.table.columns}
    mine = Columns(table, {n: np.array([r.get(n, null[n]) for r in rows]) for n in names}, len(rows))
    both = concat([there, mine], table)
    return both.take(np.argsort(both["seq"], kind="stable")) if there.rows else both
