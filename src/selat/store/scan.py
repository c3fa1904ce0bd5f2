"""Reading rows back: which files, which row groups, which rows.

Pruning goes from the manifest's bounds to row-group statistics (rows are sorted by ship inside a block) to exact tests
on the stored integers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from selat.kernels.region import points_in_ring, points_on_ring
from selat.kernels.sort import gather, in_order, sort_rows
from selat.model.clock import SECOND
from selat.model.columns import Array, Columns, concat, empty
from selat.model.errors import StoreError
from selat.model.schema import I32, NO_TIME, TABLES
from selat.store.codec import from_storage, storage_names
from selat.store.footers import Footer, footer
from selat.store.history import Part

if TYPE_CHECKING:
    import duckdb

SMALL = 100_000  #: rows of a file that is read by row groups in any case
_SHIPS = 16  #: for as many ships at most it is looked up where they are before anything is read
_FEW = 4  #: a share of 1 / _FEW of the row groups is few enough to read them whole


@dataclass(frozen=True, slots=True)
class Region:
    """Where: boxes (west, south, east, north) in stored steps, edges included, or the inside of one ring (m, 2).

    ``holes``: rings whose inside is left out; their edges are part of the region.
    """

    boxes: tuple[tuple[int, int, int, int], ...]
    ring: Array | None = None
    holes: tuple[Array, ...] = ()

    def mask(self, lon: Array, lat: Array) -> Array:
        """True for stored positions inside or on the edge; False for unknown ones."""
        out = np.zeros(len(lon), dtype=bool)
        for w, s, e, n in self.boxes:
            out |= (lon >= w) & (lon <= e) & (lat >= s) & (lat <= n)
        out &= (lon != I32) & (lat != I32)
        if self.ring is not None:
            at = np.flatnonzero(out)
            x, y = lon[at].astype(np.int64), lat[at].astype(np.int64)
            out[at] = points_in_ring(x, y, self.ring)
            for hole in self.holes:
                out[at] &= ~(points_in_ring(x, y, hole) & ~points_on_ring(x, y, hole))
        return out


@dataclass(frozen=True, slots=True)
class Where:
    """What is asked of a table. Times ns, ``begin`` included and ``end`` not; None: not asked.

    ``hidden``: numbers of stations whose rows are not for who asks.
    """

    begin: int | None = None
    end: int | None = None
    ships: tuple[int, ...] | None = None
    regions: tuple[Region, ...] = ()
    hidden: tuple[int, ...] = ()

    @property
    def everything(self) -> bool:
        """True when nothing is asked."""
        open_end = self.begin is None and self.end is None
        return open_end and self.ships is None and not self.regions and not self.hidden


ANYWHERE = Where()


def select_parts(parts: Sequence[Part], table: str, where: Where) -> list[Part]:
    """The files that may hold rows that are asked for, by block and in order of their first ship or line."""
    found = [p for p in parts if p.table == table and _may_hold(p, where)]
    by_ship = TABLES[table].order[0] == "mmsi"
    return sorted(found, key=lambda p: (p.block, p.generation, (p.min_mmsi if by_ship else p.min_seq) or 0))


def _may_hold(part: Part, where: Where) -> bool:
    if where.begin is not None or where.end is not None:
        if part.min_time is None or part.max_time is None:
            return "time" not in TABLES[part.table].names
        if where.begin is not None and part.max_time < where.begin // SECOND:
            return False
        if where.end is not None and part.min_time * SECOND >= where.end:
            return False
    if where.ships is not None and part.min_mmsi is not None and part.max_mmsi is not None:
        i = np.searchsorted(where.ships, part.min_mmsi)
        if i == len(where.ships) or where.ships[i] > part.max_mmsi:
            return False
    return all(_touches(part, region) for region in where.regions)


def _touches(part: Part, region: Region) -> bool:
    if part.min_lat is None or part.max_lat is None or part.min_lon is None or part.max_lon is None:
        return False
    return any(
        part.max_lon >= w and part.min_lon <= e and part.max_lat >= s and part.min_lat <= n
        for w, s, e, n in region.boxes
    )


def groups_of(of: Footer, where: Where) -> Array:
    """Numbers of the row groups that may hold rows that are asked for."""
    keep = np.ones(len(of.rows), dtype=bool)
    if of.has("time_s"):
        if where.begin is not None:
            keep &= of.bounds("time_s")[:, 1] >= where.begin // SECOND
        if where.end is not None:
            keep &= of.bounds("time_s")[:, 0] <= (where.end - 1) // SECOND
    if where.ships is not None:
        ships = np.asarray(where.ships, dtype=np.int64)
        low, high = of.bounds("mmsi")[:, 0], of.bounds("mmsi")[:, 1]
        keep &= np.searchsorted(ships, low, "left") < np.searchsorted(ships, high, "right")
    for region in where.regions:
        hit = np.zeros(len(keep), dtype=bool)
        for w, s, e, n in region.boxes:
            lon, lat = of.bounds("lon"), of.bounds("lat")
            hit |= (lon[:, 1] >= w) & (lon[:, 0] <= e) & (lat[:, 1] >= s) & (lat[:, 0] <= n)
        keep &= hit
    found = np.flatnonzero(keep)
    if _few(where) and len(found) and "mmsi" in of.names:
        found = found[np.isin(found, of.groups_of(where.ships or ()))]
    return found


def _few(where: Where) -> bool:
    return where.ships is not None and len(where.ships) <= _SHIPS


def row_mask(columns: dict[str, Array], n: int, where: Where) -> Array | None:
    """Exact test of rows in stored layout; None when nothing is asked."""
    if where.everything:
        return None
    keep = np.ones(n, dtype=bool)
    if where.begin is not None or where.end is not None:
        when = columns["time"] if "time" in columns else columns["received"]
        keep &= when != NO_TIME
        if where.begin is not None:
            keep &= when >= where.begin
        if where.end is not None:
            keep &= when < where.end
    if where.ships is not None:
        ships = np.asarray(where.ships, dtype=np.int64)
        keep &= columns["mmsi"] == ships[0] if len(ships) == 1 else np.isin(columns["mmsi"], ships)
    for region in where.regions:
        at = np.flatnonzero(keep)
        keep[at] = region.mask(columns["lon"][at], columns["lat"][at])
    if where.hidden:
        keep &= ~np.isin(columns["station"], where.hidden)
    return keep


def asked_columns(table: str, where: Where) -> list[str]:
    """Columns that the exact test needs."""
    names: list[str] = []
    if where.begin is not None or where.end is not None:
        names.append("time" if "time" in TABLES[table].names else "received")
    if where.ships is not None:
        names.append("mmsi")
    if where.regions:
        names += ["lat", "lon"]
    if where.hidden:
        names.append("station")
    return names


def read_file(root: Path, part: Part, where: Where, names: Sequence[str]) -> Columns:
    """Rows of one file that are asked for, in the order of the table: whole row groups by pyarrow, then the test."""
    of = footer(root, part)
    groups = groups_of(of, where)
    table = part.table
    if not len(groups):
        return empty(table)
    # a pool of threads costs more than it brings where little is read
    stored = read_groups(root, part, groups, (*names, *asked_columns(table, where)), threads=not _few(where))
    if where.ships is not None and len(where.ships) == 1:
        keys = stored.column("mmsi").to_numpy()
        a, b = np.searchsorted(keys, [where.ships[0], where.ships[0] + 1])
        stored = stored.slice(int(a), int(b - a))
    return tested(table, stored, where, names)


def read_groups(root: Path, part: Part, groups: Array, names: Sequence[str], *, threads: bool = False) -> pa.Table:
    """Whole row groups of a file, by their numbers, as they are stored."""
    wanted = storage_names(part.table, dict.fromkeys(names))
    with pq.ParquetFile(root / part.path, metadata=footer(root, part).metadata, pre_buffer=False) as file:
        return file.read_row_groups(groups.tolist(), columns=wanted, use_threads=threads)


def read_some(root: Path, part: Part, where: Where, names: Sequence[str], groups: int = 8) -> Iterator[Columns]:
    """As :func:`read_file`, the rows of so many row groups at a time: for counting what memory does not hold."""
    chosen = groups_of(footer(root, part), where)
    for at in range(0, len(chosen), groups):
        some = chosen[at : at + groups]
        stored = read_groups(root, part, some, (*names, *asked_columns(part.table, where)))
        yield tested(part.table, stored, where, names)


def tested(table: str, stored: pa.Table, where: Where, names: Sequence[str]) -> Columns:
    """Of rows as read from files those that pass the exact test."""
    test = from_storage(table, stored, asked_columns(table, where))
    keep = row_mask(test, stored.num_rows, where)
    if keep is not None and not keep.all():
        stored = stored.take(np.flatnonzero(keep))
    return Columns(table, from_storage(table, stored, names), stored.num_rows)


def read_sieved(root: Path, parts: Sequence[Part], where: Where, names: Sequence[str]) -> Columns:
    """Rows of several files by DuckDB, which decodes the other columns only where a row passes; then the exact test.

    Measured on a box of 0.5 degree and 2 hours in a block of 2.5 M rows: 38 ms, against 170 ms for whole row groups.
    """
    table = parts[0].table
    files = ", ".join("'" + str(root / p.path).replace("'", "''") + "'" for p in parts)
    wanted = ", ".join(storage_names(table, dict.fromkeys([*names, *asked_columns(table, where)])))
    sieve = " AND ".join(_sieve(table, where))
    import duckdb  # 23 MB that a watch needs only when its history is asked

    cursor = _duckdb().cursor()
    try:
        stored = cursor.sql(f"SELECT {wanted} FROM read_parquet([{files}]) WHERE {sieve}").to_arrow_table()
    except duckdb.IOException as e:
        raise StoreError(f"a file of the history cannot be read ({e})", hint="open the sea again") from None
    finally:
        cursor.close()
    return tested(table, stored, where, names)


def _sieve(table: str, where: Where) -> list[str]:
    """Conditions on the stored columns that every row asked for fulfils."""
    when = "time_s" if "time" in TABLES[table].names else "received_s"
    out = [f"{when} IS NOT NULL"] if where.begin is not None or where.end is not None else []
    if where.begin is not None:
        out.append(f"{when} >= {where.begin // SECOND}")
    if where.end is not None:
        out.append(f"{when} <= {(where.end - 1) // SECOND}")
    if where.ships is not None:
        out.append(f"mmsi IN ({', '.join(str(s) for s in where.ships)})")
    for region in where.regions:
        boxes = [
            f"(lon_ais BETWEEN {w * 6 // 100 - 1} AND {e * 6 // 100 + 2}"
            f" AND lat_ais BETWEEN {s * 6 // 100 - 1} AND {n * 6 // 100 + 2})"
            for w, s, e, n in region.boxes
        ]
        out.append(f"({' OR '.join(boxes)})")
    return out


_engine: duckdb.DuckDBPyConnection | None = None
_engine_lock = threading.Lock()


def _duckdb() -> duckdb.DuckDBPyConnection:
    """One DuckDB in memory for the process; it keeps the footers of files, which never change."""
    import duckdb

    global _engine
    with _engine_lock:
        if _engine is None:
            _engine = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
            _engine.execute("SET parquet_metadata_cache = true")
        return _engine


def _sieved(root: Path, part: Part, where: Where) -> bool:
    """True where few rows of many row groups are wanted: better by DuckDB than by whole row groups."""
    if where.everything or part.rows < SMALL or _few(where):  # of few ships it is known where they are
        return False
    of = footer(root, part)
    if len(groups_of(of, where)) * _FEW < len(of.rows):
        return False
    inside = (where.begin is None or part.min_time is None or where.begin <= part.min_time * SECOND) and (
        where.end is None or part.max_time is None or where.end > (part.max_time + 1) * SECOND
    )
    return bool(where.regions) or where.ships is not None or not inside


def read_rows(root: Path, parts: Sequence[Part], table: str, where: Where, names: Sequence[str]) -> Columns:
    """All rows asked for, in the order of the table, whatever files they lie in."""
    order = TABLES[table].order
    needed = list(dict.fromkeys([*names, *order]))
    chosen = select_parts(parts, table, where)
    sieved = [p for p in chosen if _sieved(root, p, where)]
    pieces = [read_file(root, p, where, needed) for p in chosen if p not in sieved]
    if sieved:
        pieces.append(read_sieved(root, sieved, where, needed))
    return in_table_order(concat(pieces, table))


def in_table_order(rows: Columns) -> Columns:
    """Rows in the order of their table."""
    seq = rows["seq"]
    key, time = (rows["mmsi"].astype(np.int64), rows["time"]) if rows.table.order[0] == "mmsi" else (seq * 0, seq)
    if in_order(key, time, seq):
        return rows
    order, _, _ = sort_rows(key, time, seq)
    return Columns(rows.table, {n: gather(rows[n], order) for n in rows.given}, rows.rows)


def blocks_of(parts: Sequence[Part], table: str, where: Where) -> Iterator[list[Part]]:
    """The files that may hold rows, block by block in order of time."""
    found: dict[int, list[Part]] = {}
    for part in select_parts(parts, table, where):
        found.setdefault(part.block, []).append(part)
    for block in sorted(found):
        yield found[block]
