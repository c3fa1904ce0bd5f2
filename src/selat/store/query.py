"""Asking a table: conditions in any order, one ending that reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from selat.model.arrow import arrow_schema, to_arrow_array
from selat.model.clock import SECOND, parse_time
from selat.model.columns import Columns
from selat.model.errors import ConfigError, StoreError
from selat.model.nouns import Zone
from selat.model.schema import DEGREES, TABLES
from selat.store import registry
from selat.store.pieces import readings
from selat.store.scan import ANYWHERE, Region, Where, blocks_of, read_rows
from selat.store.view import View

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars

Moment = str | int | datetime
Place = Zone | str | Sequence[float]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Result:
    """An Arrow table, given as what the reader likes."""

    def __init__(self, read: Callable[[], pa.Table]) -> None:
        self._read = read

    def arrow(self) -> pa.Table:
        """Arrow table in the given layout: SI units, degrees, null where not available, units as metadata."""
        return self._read()

    def polars(self) -> polars.DataFrame:
        """Polars frame; raises :class:`ConfigError` when polars is not installed."""
        try:
            import polars as pl
        except ModuleNotFoundError:
            raise ConfigError("polars is not installed", hint="pip install 'selat[polars]'") from None
        frame = pl.from_arrow(self.arrow())
        assert isinstance(frame, pl.DataFrame)
        return frame

    def pandas(self) -> pandas.DataFrame:
        """pandas frame with Arrow types, so that integers and nulls stay; ConfigError when pandas is absent."""
        try:
            import pandas as pd
        except ModuleNotFoundError:
            raise ConfigError("pandas is not installed", hint="pip install 'selat[pandas]'") from None
        return self.arrow().to_pandas(types_mapper=pd.ArrowDtype)

    def duckdb(self) -> duckdb.DuckDBPyRelation:
        """A relation of a DuckDB in memory of its own, time zone UTC."""
        import duckdb

        connection = duckdb.connect(":memory:")
        connection.execute("SET TimeZone = 'UTC'")
        return connection.from_arrow(self.arrow())

    def count(self) -> int:
        """Number of rows."""
        return int(self.arrow().num_rows)


@dataclass(frozen=True)
class Query(Result):
    """Rows of one table. Lazy: each condition gives a new query, nothing is read before the ending.

    Rows come in the order of the table: (mmsi, time, seq), or seq.
    """

    view: View
    table: str
    where: Where = ANYWHERE
    names: tuple[str, ...] | None = None
    most: int | None = None

    def between(self, begin: Moment | None, end: Moment | None = None) -> Query:
        """Rows with ``begin <= time < end``; rows without a time are not between any two times.

        ISO 8601 text (UTC unless it says otherwise), datetime with a zone, or int ns; None: open. Tables without a
        ``time`` are asked by ``received``. Asked twice, both must hold.
        """
        b, e = self.where.begin, self.where.end
        if begin is not None:
            b = nanoseconds(begin) if b is None else max(b, nanoseconds(begin))
        if end is not None:
            e = nanoseconds(end) if e is None else min(e, nanoseconds(end))
        return replace(self, where=replace(self.where, begin=b, end=e))

    def inside(self, place: Place) -> Query:
        """Rows inside a Zone, a (west, south, east, north) in degrees, or the zone of that name; edges included.

        A box with west > east crosses the antimeridian. Raises :class:`ConfigError`.
        """
        if "lat" not in TABLES[self.table].names:
            raise ConfigError(f"{self.table} has no positions", hint="ask sea.reports, then .of(mmsi)")
        region = region_of(place, self.view)
        return replace(self, where=replace(self.where, regions=(*self.where.regions, region)))

    def of(self, *mmsi: int) -> Query:
        """Rows of these ships. Asked twice, both must hold."""
        if "mmsi" not in TABLES[self.table].names:
            raise ConfigError(f"{self.table} has no mmsi", hint="ask another table")
        ships = {int(m) for m in mmsi}
        if self.where.ships is not None:
            ships &= set(self.where.ships)
        return replace(self, where=replace(self.where, ships=tuple(sorted(ships))))

    def columns(self, *names: str) -> Query:
        """Only these columns, in this order. Raises :class:`ConfigError` for an unknown one."""
        for name in names:
            if name not in TABLES[self.table].names:
                known = ", ".join(TABLES[self.table].names)
                raise ConfigError(f"{self.table} has no column {name!r}", hint=f"columns: {known}")
        return replace(self, names=tuple(dict.fromkeys(names)))

    def limit(self, n: int) -> Query:
        """At most the first ``n`` rows."""
        if n < 0:
            raise ConfigError(f"limit {n}", hint="give a number from 0")
        return replace(self, most=n if self.most is None else min(n, self.most))

    def stored(self) -> Columns:
        """Rows in stored layout; columns that were not asked for hold "not available"."""
        names = self._names()
        rows = self._rows(names)
        if self.names is None:
            return rows
        return Columns(self.table, {n: rows[n] for n in names}, rows.rows)

    def arrow(self) -> pa.Table:
        """Arrow table in the given layout: SI units, degrees, null where not available, units as metadata."""
        return given(self._rows(self._names()), self._names())

    def batches(self) -> Iterator[pa.Table]:
        """Tables in the given layout, one for each 6 hours, in order of time; for more rows than memory holds.

        A limit does not apply. Rows are in the order of the table inside each.
        """
        for parts in blocks_of(self.view.parts, self.table, self.where):
            rows = read_rows(self.view.layout.history, parts, self.table, self.where, self._names())
            if rows.rows:
                yield given(rows, self._names())

    def pieces(self) -> Iterator[Columns]:
        """Rows in stored layout, some ships of six hours at a time, for counting more than memory holds.

        A limit does not apply. Rows are in the order of the table inside each, and a ship is in one piece of each 6 hours.
        """
        for parts in blocks_of(self.view.parts, self.table, self.where):
            for read in readings(self.view.layout.history, parts, self.where, self._names()):
                yield read()

    def count(self) -> int:
        """Number of rows; without conditions it is known from the manifest."""
        if self.where.everything:
            n = sum(p.rows for p in self.view.parts if p.table == self.table)
            return n if self.most is None else min(n, self.most)
        return self._rows(()).rows

    def _names(self) -> tuple[str, ...]:
        return TABLES[self.table].names if self.names is None else self.names

    def _rows(self, names: Sequence[str]) -> Columns:
        if self.where.ships == () or self.most == 0:
            return Columns(self.table, {}, 0)
        rows = read_rows(self.view.layout.history, self.view.parts, self.table, self.where, names)
        return rows if self.most is None or rows.rows <= self.most else rows.slice(0, self.most)


def given(rows: Columns, names: Sequence[str]) -> pa.Table:
    """Columns ``names`` of stored rows in the given layout."""
    schema = arrow_schema(rows.table)
    fields = [schema.field(n) for n in names]
    arrays = [to_arrow_array(rows.table[n], rows[n]) for n in names]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=schema.metadata))


def nanoseconds(moment: Moment) -> int:
    """ns UTC of an ISO text, a datetime with a zone, or ns."""
    if isinstance(moment, str):
        return parse_time(moment)
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ConfigError(f"{moment} has no time zone", hint="give datetime(..., tzinfo=UTC), or ISO text")
        microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
        return microseconds * (SECOND // 1_000_000)
    if isinstance(moment, bool) or not isinstance(moment, int | np.integer):
        raise ConfigError(f"not a time: {moment!r}", hint="give ISO 8601 text, a datetime, or int nanoseconds UTC")
    return int(moment)


def region_of(place: Place, view: View) -> Region:
    """Region of a zone, a box or a zone's name."""
    if isinstance(place, str):
        known = registry.zones(view.state)
        if place not in known:
            raise ConfigError(f"there is no zone {place!r}", hint=f"known: {', '.join(known) or 'none yet'}")
        place = known[place]
    if isinstance(place, Zone):
        w, s, e, n = (_steps(v) for v in place.bounds)
        if place.is_box:
            return Region(((w, s, e, n),))
        if place.line:
            hint = "give an area; `zones.members` of a sea's zones tells what is near a line"
            raise ConfigError(f"zone {place.name!r} is a line: nothing is inside", hint=hint)
        ring, *holes = (
            np.array([[_steps(x), _steps(y)] for x, y in part], dtype=np.int64) for part in (place.ring, *place.holes)
        )
        return Region(((w, s, e, n),), ring, tuple(holes))
    if len(place) != 4:
        raise ConfigError(f"not a box: {place!r}", hint="give (west, south, east, north) in degrees, or a Zone")
    west, south, east, north = (float(v) for v in place)
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ConfigError(f"not a box: {tuple(place)!r}", hint="the order is (west, south, east, north), in degrees")
    w, s, e, n = _steps(west), _steps(south), _steps(east), _steps(north)
    if west <= east:
        return Region(((w, s, e, n),))
    return Region(((w, s, _steps(180.0), n), (_steps(-180.0), s, e, n)))


def _steps(degrees: float) -> int:
    """Degrees in stored steps, rounded to the nearest (half a centimetre at most)."""
    return round(degrees / DEGREES)


__all__ = ["Query", "Result", "StoreError", "given", "nanoseconds", "region_of"]
