"""All ships: last position and declared facts, one row each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from selat.model.arrow import arrow_field, to_arrow_array
from selat.model.columns import Array, blank
from selat.model.schema import REPORTS, Column
from selat.store.latest import DECLARED, Latest, declared, last_positions

#: of the last report, then of the declarations
REPORTED = tuple(
    REPORTS[n]
    for n in (
        "mmsi", "time", "lat", "lon", "sog", "cog", "heading", "rot", "nav_status", "altitude",
        "received", "msg_type", "flags", "time_quality", "station", "seq",
    )
)  # fmt: skip
_DECLARED_AT = Column(
    "declared", "i8", "timestamp", "ns UTC", REPORTS["time"].null, "selat", "Time of the newest declaration"
)


def ships_schema() -> pa.Schema:
    """Arrow schema of ``sea.ships``."""
    return pa.schema([arrow_field(c) for c in (*REPORTED, *DECLARED, _DECLARED_AT)], metadata={"table": "ships"})


def ships_table(latest: Latest) -> pa.Table:
    """One row a ship by MMSI, of all that reported or declared themselves; null where nothing is known."""
    rows = last_positions(latest)
    ship, when, facts = declared(latest)
    everyone = np.union1d(rows["mmsi"], ship).astype(np.int32)
    has_report, report_at = _match(everyone, rows["mmsi"])
    has_facts, facts_at = _match(everyone, ship)
    arrays: list[Any] = [pa.array(everyone)]
    for column in REPORTED[1:]:
        arrays.append(_spread(column, rows[column.name], has_report, report_at))
    for column in DECLARED:
        arrays.append(_spread(column, facts[column.name], has_facts, facts_at))
    arrays.append(_spread(_DECLARED_AT, when, has_facts, facts_at))
    return pa.Table.from_arrays(arrays, schema=ships_schema())


def _match(everyone: Array, known: Array) -> tuple[Array, Array]:
    """(whether each is known, where); ``known`` ascends."""
    if not len(known):
        return np.zeros(len(everyone), bool), np.zeros(len(everyone), np.int64)
    at = np.minimum(np.searchsorted(known, everyone), len(known) - 1)
    return known[at] == everyone, at


def _spread(column: Column, values: Array, has: Array, at: Array) -> pa.Array:
    if not len(values):
        full = blank(column.stored, column.null, len(at))
        return _nulled(to_arrow_array(column, full), has)
    array = to_arrow_array(column, values[at])
    return array if has.all() else _nulled(array, has)


def _nulled(array: pa.Array, has: Array) -> pa.Array:
    return pc.if_else(pa.array(has), array, pa.scalar(None, array.type))
