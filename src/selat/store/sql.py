"""SQL over a view: DuckDB in memory over the manifest's files, no extension, no file of its own.

DuckDB drops field metadata, calls the zone ``Etc/UTC`` and keeps only microseconds of a time with a zone: the views
give times as TIMESTAMP_NS (UTC), and results get their zone and, by name and type, their units back.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from selat.model.arrow import arrow_schema, to_arrow
from selat.model.errors import ConfigError, Reason
from selat.model.schema import TABLES, Column
from selat.store.alertbook import alert_columns, rows_to_columns
from selat.store.codec import SPLIT
from selat.store.history import KEPT
from selat.store.registry import station_names
from selat.store.ships import ships_schema, ships_table
from selat.store.view import View

VIEWS = (*KEPT, "reports_kn", "ships", "outages", "alerts", "stations")
_UTC = "UTC"


class SqlSession:
    """One DuckDB for one view. Calls from several threads take turns at the catalogue, not at the queries."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._lock = threading.Lock()
        self._made: set[str] = set()
        # only the history: a query cannot read or write other files of the machine
        self._connection = duckdb.connect(
            ":memory:", config={"TimeZone": _UTC, "autoinstall_known_extensions": "false"}
        )
        folder = str(view.layout.history.resolve()).replace("'", "''")
        self._connection.execute(f"SET allowed_directories = ['{folder}/']")
        self._connection.execute("SET enable_external_access = false")

    def run(self, sql: str, parameters: Sequence[object] | None = None) -> pa.Table:
        """Result of one statement as an Arrow table. Raises :class:`ConfigError` with DuckDB's words."""
        asked = [name for name in VIEWS if re.search(rf"\b{name}\b", sql, re.IGNORECASE)]
        for name in asked:
            self._make(name)
        cursor = self._connection.cursor()
        try:
            statements = cursor.extract_statements(sql)
            if [s.type.name for s in statements] not in (["SELECT"], ["EXPLAIN"]):
                raise ConfigError(
                    "not one query", hint="one SELECT, WITH, FROM, DESCRIBE or EXPLAIN; nothing is changed"
                )
            table = cursor.sql(sql, params=parameters).to_arrow_table()
        except duckdb.Error as e:
            raise ConfigError(f"the query failed: {e}", hint=f"views: {', '.join(VIEWS)}") from None
        finally:
            cursor.close()
        return dress(table, asked)

    def close(self) -> None:
        """Let go of DuckDB."""
        self._connection.close()

    def _make(self, name: str) -> None:
        with self._lock:
            if name not in self._made or name in ("outages", "alerts", "stations"):
                if name in (*KEPT, "reports_kn"):
                    self._make_files(name)
                else:
                    self._make_table(name, self._small(name))
                self._made.add(name)

    def _make_files(self, name: str) -> None:
        table = "reports" if name == "reports_kn" else name
        root = self._view.layout.history.resolve()
        files = ["'" + str(root / p.path).replace("'", "''") + "'" for p in self._view.parts if p.table == table]
        if not files:
            nothing = arrow_schema(table).empty_table()
            if name == "reports_kn":
                nothing = nothing.rename_columns(["sog_kn" if n == "sog" else n for n in nothing.column_names])
            self._make_table(name, nothing)
            return
        columns = [_given_sql(table, c, knots=name == "reports_kn") for c in TABLES[table].columns]
        source = f"read_parquet([{', '.join(files)}], hive_partitioning = false)"
        self._connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {', '.join(columns)} FROM {source}")

    def _make_table(self, name: str, rows: pa.Table) -> None:
        self._connection.register("selat_rows", naive(rows))
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM selat_rows")
        self._connection.unregister("selat_rows")

    def _small(self, name: str) -> pa.Table:
        state = self._view.state
        if name == "ships":
            return ships_table(self._view.ships())
        if name == "alerts":
            return to_arrow(alert_columns(state))
        if name == "outages":
            return to_arrow(rows_to_columns("outages", state.rows("outages", ("began", "source"))))
        names = station_names(state)
        return pa.table({"id": pa.array(range(len(names)), pa.uint16()), "name": pa.array(names, pa.string())})


def _given_sql(table: str, column: Column, *, knots: bool) -> str:
    """SQL of a column in the given layout, from the columns of a file."""
    name = f'"{column.name}"'
    if column.name == "time":
        return 'make_timestamp_ns("time_s" * 1000000000 + "time_ns") AS "time"'
    if column.name == "received":
        seconds = 'coalesce("time_s", 0) + "delay_s"' if "time" in TABLES[table].names else '"received_s"'
        return f'make_timestamp_ns(({seconds}) * 1000000000 + "received_ns") AS "received"'
    if column.name in SPLIT:
        steps = f'CAST(floor(("{column.name}_ais" * 100::BIGINT + 3) / 6e0) AS BIGINT)'
        return f'({steps} + "{column.name}_rest") * {_double(column.scale)} AS {name}'
    if column.name == "rot":
        value = f"({name} / 4.733e0)"
        limits = f"WHEN 127 THEN {5 / 30!r}e0 WHEN -127 THEN {-5 / 30!r}e0"
        return f"CAST(CASE {name} {limits} ELSE sign({name}) * ({value} * {value}) / 60e0 END AS FLOAT) AS {name}"
    if column.name == "reason":
        cases = " ".join(f"WHEN {int(r)} THEN '{r.label}'" for r in Reason)
        return f"CASE {name} {cases} END AS {name}"
    if column.name == "sog" and knots:
        return f'CAST({name} * 0.1e0 AS FLOAT) AS "sog_kn"'
    value = name if column.scale == 1.0 else f"{name} * {_double(column.scale)}"
    if column.given == "float":
        return f"CAST({value} AS FLOAT) AS {name}"
    return f"{value} AS {name}"


def _double(value: float) -> str:
    text = repr(value)
    return text if "e" in text else text + "e0"


def naive(table: pa.Table) -> pa.Table:
    """Times without a zone, for DuckDB to keep their nanoseconds."""
    fields = [pa.field(f.name, pa.timestamp("ns")) if pa.types.is_timestamp(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))


def dress(table: pa.Table, asked: Sequence[str]) -> pa.Table:
    """Zone UTC on every time, and the metadata of columns that still are what their name says in an asked view."""
    fields = []
    for field in table.schema:
        kind = field.type
        if pa.types.is_timestamp(kind):
            kind = pa.timestamp(kind.unit, tz=_UTC)
        known = (_GIVEN[view].get(field.name) for view in asked)
        meta = next((k.metadata for k in known if k is not None and k.type == kind), None)
        fields.append(pa.field(field.name, kind, metadata=meta))
    arrays = [_zoned(column, f.type) for column, f in zip(table.columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _zoned(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if not pa.types.is_timestamp(kind):
        return column.cast(kind) if column.type != kind else column
    return column.cast(pa.int64()).cast(kind)


def _fields(view: str) -> dict[str, pa.Field]:
    if view == "stations":
        return {}
    schema = ships_schema() if view == "ships" else arrow_schema("reports" if view == "reports_kn" else view)
    return {f.name: f for f in schema if view != "reports_kn" or f.name != "sog"}


_GIVEN = {view: _fields(view) for view in VIEWS}
