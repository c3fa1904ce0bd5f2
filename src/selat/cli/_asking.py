"""What the verbs that ask a sea share: conditions, and rows as batches."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from selat.model.errors import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

    from selat.app.session import Sea
    from selat.store.query import Query

GROUP = 1_000_000  #: rows that are held at once while they are brought together by ship
TABLES = ("reports", "statics", "messages", "receptions", "rejects", "outages", "alerts", "ships")


def open_sea(path: str) -> Sea:
    """The sea in a folder; raises StoreError where there is none."""
    from selat.app.session import open

    return open(path, create=False)


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """Options for when, who and where."""
    parser.add_argument(
        "--from", dest="begin", metavar="TIME", help="from this time on, ISO 8601, UTC unless it says so"
    )
    parser.add_argument("--to", dest="end", metavar="TIME", help="before this time")
    parser.add_argument("--mmsi", metavar="N", nargs="+", action="extend", type=int, help="only these ships")
    parser.add_argument(
        "--box", metavar="W,S,E,N", help="inside these degrees; --box=-5,50,5,60 where the first is negative"
    )
    parser.add_argument("--zone", metavar="NAME", help="inside a zone of the sea")


def box_of(text: str) -> tuple[float, ...]:
    """West, south, east, north of an option; raises ConfigError for other than four numbers."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 4:
        raise ConfigError(f"not a box: {text!r}", hint="four numbers, west,south,east,north: --box 98,-3,105,7")
    return numbers


def batches_of(sea: Sea, table: str, args: argparse.Namespace, *, by_ship: bool = False) -> Iterator[pa.RecordBatch]:
    """Rows of a table under the conditions in ``args``; the first batch is empty. Raises ConfigError."""

    from selat.store.query import Query

    if table not in TABLES:
        raise ConfigError(f"there is no table {table!r}", hint=f"one of {', '.join(TABLES)}")
    source: Any = getattr(sea, table)
    if isinstance(source, Query):
        query = _narrowed(source, args)
        found = iter((query.limit(0).arrow(),))
        rows: Iterable[pa.Table] = _by_ship(query) if by_ship else query.batches()
    else:
        whole = source.arrow().filter(_mask(source.arrow(), sea, args)) if _asked(args) else source.arrow()
        found, rows = iter((whole.slice(0, 0),)), [whole]
    return _flat(found, rows)


def _flat(*parts: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for tables in parts:
        for table in tables:
            yield from table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]


def _asked(args: argparse.Namespace) -> bool:
    return any(getattr(args, name) is not None for name in ("begin", "end", "mmsi", "box", "zone"))


def _narrowed(query: Query, args: argparse.Namespace) -> Query:
    if args.begin is not None or args.end is not None:
        query = query.between(args.begin, args.end)
    if args.mmsi is not None:
        query = query.of(*args.mmsi)
    if args.box is not None:
        query = query.inside(box_of(args.box))
    return query if args.zone is None else query.inside(args.zone)


def _by_ship(query: Query) -> Iterator[pa.Table]:
    """Rows ship by ship: some ships at a time, so that no more than about GROUP rows are held."""
    import numpy as np

    counts: dict[int, int] = {}
    for table in query.columns("mmsi").batches():
        ships, rows = np.unique(table["mmsi"].to_numpy(), return_counts=True)
        for ship, n in zip(ships.tolist(), rows.tolist(), strict=True):
            counts[ship] = counts.get(ship, 0) + n
    group: list[int] = []
    held = 0
    for ship in sorted(counts):
        if group and held + counts[ship] > GROUP:
            yield query.of(*group).arrow()
            group, held = [], 0
        group.append(ship)
        held += counts[ship]
    if group:
        yield query.of(*group).arrow()


def _mask(table: pa.Table, sea: Sea, args: argparse.Namespace) -> Any:
    """Rows of a small table under the conditions."""
    import numpy as np
    import pyarrow as pa

    from selat.store.query import nanoseconds

    out = np.ones(table.num_rows, dtype=bool)
    when = "time" if "time" in table.column_names else "began"
    time = table[when].cast(pa.int64())
    known = ~np.asarray(time.is_null())
    ns = np.asarray(time.fill_null(0))
    if args.begin is not None:
        out &= known & (ns >= nanoseconds(args.begin))
    if args.end is not None:
        out &= known & (ns < nanoseconds(args.end))
    if args.mmsi is not None:
        out &= _of(table, set(args.mmsi))
    for place in [p for p in (args.box and box_of(args.box), args.zone) if p is not None]:
        out &= _inside(table, sea, place)
    return pa.array(out, pa.bool_())


def _of(table: pa.Table, ships: set[int]) -> Any:
    import numpy as np

    if "mmsi" in table.column_names:
        return np.isin(table["mmsi"].to_numpy(), list(ships))
    if "subjects" in table.column_names:
        return np.array([bool(ships & set(json.loads(s))) for s in table["subjects"].to_pylist()], dtype=bool)
    raise ConfigError("this table has no ships", hint="leave --mmsi out")


def _inside(table: pa.Table, sea: Sea, place: Any) -> Any:
    import numpy as np

    from selat.model.schema import DEGREES, I32
    from selat.store.query import region_of

    if "lat" not in table.column_names:
        raise ConfigError("this table has no positions", hint="leave --box and --zone out")
    region = region_of(place, sea.view)
    steps = []
    for name in ("lon", "lat"):
        values = table[name].fill_null(np.nan).to_numpy()
        steps.append(np.where(np.isnan(values), I32, np.rint(np.nan_to_num(values) / DEGREES)).astype(np.int64))
    return region.mask(*steps)


def print_json(rows: pa.Table) -> None:
    """Rows as JSON lines on stdout."""
    from selat.exporters import choose_exporter

    sys.stdout.flush()
    choose_exporter("ndjson").write([rows], sys.stdout.buffer)


def plain(text: str) -> str:
    """Text from the air for a terminal: nothing in it moves the cursor or changes a colour."""
    return "".join(c if c.isprintable() else "?" for c in text)
