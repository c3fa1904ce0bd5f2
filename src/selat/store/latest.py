"""The last position and the declared facts of every ship, kept up to date commit by commit.

The result does not depend on the order of the rows: for each ship the newest report by (time, seq) is kept, once of
all types but 27 and once of type 27; and of statics the newest of each kind of message. Only reading combines them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from selat.kernels.sort import newest_rows
from selat.model.clock import HOUR, MINUTE
from selat.model.columns import Array, Columns, concat, empty
from selat.model.schema import I32, NO_TIME, REPORTS, STATICS, Column
from selat.store.codec import from_storage, to_storage

LONG_RANGE = 27  #: message type, accurate to 1/10 minute (about 185 m) and without a time of its own
FRESH = 15 * MINUTE  #: a position of another type this much older than one of type 27 still counts more
FUTURE = 1 * HOUR  #: a report dated later than this after it was heard says nothing about now

_NOT_DECLARED = ("time", "received", "seq", "mmsi", "msg_type", "flags", "time_quality", "station")
DECLARED = tuple(c for c in STATICS.columns if c.name not in _NOT_DECLARED)  #: columns of a declaration


class Latest:
    """Newest rows of each ship; :meth:`update` with what is committed, :meth:`dump` into the same transaction."""

    def __init__(self, reports: bytes | None = None, statics: bytes | None = None) -> None:
        self.reports = empty(REPORTS) if reports is None else _load("reports", reports)
        self.statics = empty(STATICS) if statics is None else _load("statics", statics)

    def update(self, rows: Columns) -> None:
        """Take in committed rows of the table reports or statics."""
        if rows.table is REPORTS:
            usable = (rows["lat"] != I32) & (rows["lon"] != I32)
            known = (rows["time"] != NO_TIME) & (rows["received"] != NO_TIME)
            usable &= ~(known & (rows["time"] > rows["received"] + FUTURE))
            self.reports = _newest(self.reports, rows, np.where(usable, _report_key(rows), -1))
        else:
            self.statics = _newest(self.statics, rows, _static_key(rows))

    def dump(self) -> dict[str, bytes]:
        """Payloads by snapshot name."""
        return {"latest_reports": _dump(self.reports), "latest_statics": _dump(self.statics)}


def _report_key(rows: Columns) -> Array:
    out: Array = (rows["mmsi"].astype(np.int64) << 8) | (rows["msg_type"] == LONG_RANGE)
    return out


def _static_key(rows: Columns) -> Array:
    kind = rows["msg_type"].astype(np.int64) * 2 + (rows["name"] != b"")
    out: Array = (rows["mmsi"].astype(np.int64) << 8) | (kind & 255)
    return out


def _newest(old: Columns, rows: Columns, key: Array) -> Columns:
    found = newest_rows(key, rows["time"], rows["seq"])
    both = concat([old, rows.take(found)], rows.table)
    keys = _report_key(both) if rows.table is REPORTS else _static_key(both)
    return both.take(newest_rows(keys, both["time"], both["seq"]))


def _dump(rows: Columns) -> bytes:
    stored = to_storage(rows)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, stored.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(stored)
    return bytes(sink.getvalue())


def _load(table: str, payload: bytes) -> Columns:
    with pa.ipc.open_stream(pa.py_buffer(payload)) as reader:
        stored = reader.read_all()
    return Columns(table, from_storage(table, stored), stored.num_rows)


def last_positions(latest: Latest) -> Columns:
    """One report a ship, by MMSI; of type 27 only where no other is younger than 15 minutes before it."""
    rows = latest.reports
    if not rows.rows:
        return rows
    order = np.lexsort((rows["msg_type"] == LONG_RANGE, rows["mmsi"]))
    rows = rows.take(order)
    ship, long_range, time = rows["mmsi"], rows["msg_type"] == LONG_RANGE, rows["time"]
    # A pair is (other, type 27) of one ship; exactly one of the two is shown.
    second = np.r_[False, ship[1:] == ship[:-1]]
    first = np.r_[second[1:], False]
    before = np.roll(time, 1)
    wins = second & long_range & (time - FRESH > before) & (time != NO_TIME)
    wins |= second & (before == NO_TIME) & (time != NO_TIME)
    loses = second & ~wins
    beaten = first & np.roll(wins, -1)
    return rows.take(~loses & ~beaten)


def declared(latest: Latest) -> tuple[Array, Array, dict[str, Array]]:
    """(MMSI, time of the newest declaration, columns): each fact from the newest declaration that states it."""
    rows = latest.statics
    rows = rows.take(np.lexsort((rows["seq"], rows["time"], rows["mmsi"])))
    n = rows.rows
    ship = rows["mmsi"]
    starts = np.flatnonzero(np.r_[True, ship[1:] != ship[:-1]]) if n else np.zeros(0, np.int64)
    ends = np.r_[starts[1:], n] - 1 if n else starts
    out: dict[str, Array] = {}
    for column in DECLARED:
        values = rows[column.name]
        stated = np.maximum.accumulate(np.where(values != _null(column), np.arange(n), -1)) if n else starts
        at = stated[ends]
        known = at >= starts
        chosen = values[np.where(known, at, 0)] if n else values
        chosen[~known] = _null(column)
        out[column.name] = chosen
    return ship[ends], rows["time"][ends], out


def _null(column: Column) -> Any:
    return column.null
