"""Tables of every kind as Hypothesis draws them, and what the tests of the file formats share."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import strategies as st

from selat.exporters import exporters
from selat.model.arrow import arrow_schema
from selat.model.schema import TABLES
from selat.store.ships import ships_schema

T0 = 1_795_000_000_000_000_000
ALL = sorted(exporters())
PLACED = ("reports", "ships", "alerts")
NASTY = [
    "",
    "SELAT",
    'A "B", C',
    "<&>'",
    "=1+1",
    "-5",
    "'x",
    "\t",
    "a\r\nb",
    "\x00\x1b[31m",
    "Å東\U0001f6a2",
    "\ufffe",
    " x ",
]


def schema_of(name):
    return ships_schema() if name == "ships" else arrow_schema(name)


def of_column(field):
    """Values of one column: nulls, edges, what breaks formats."""
    kind, unit = field.type, (field.metadata or {}).get(b"unit", b"").decode()
    if field.name in ("lat", "lon"):
        edge = 90 if field.name == "lat" else 180
        values = st.integers(-edge * 10**7, edge * 10**7).map(lambda v: v * 1e-7)
        values |= st.sampled_from([float(edge), -float(edge), 0.0])
    elif field.name in ("id", "mmsi"):
        values = st.sampled_from(["ab12", "cd34"]) if field.name == "id" else st.sampled_from([533000001, 563000002, 1])
        return values
    elif pa.types.is_timestamp(kind):
        values = st.integers(T0, T0 + 10**15) | st.sampled_from([0, 1, T0 + 999_999_999])
    elif pa.types.is_integer(kind):
        values = st.integers(0, 2 ** (kind.bit_width - (0 if str(kind)[0] == "u" else 1)) - 1)
    elif pa.types.is_float32(kind):
        values = st.floats(0, 300, width=32)
    elif pa.types.is_float64(kind):
        values = st.floats(allow_nan=False, allow_infinity=False)
    elif unit == "json":
        values = st.sampled_from(["[533000001, 563000002]", "[]"])
    elif pa.types.is_binary(kind):
        values = st.binary(max_size=5)
    else:
        values = st.sampled_from(NASTY) | st.text(max_size=8)
    return values | st.none()


@st.composite
def tables(draw, names=(*TABLES, "ships")):
    """A table of any name, sorted as a sea gives it."""
    schema = schema_of(draw(st.sampled_from(sorted(names))))
    n = draw(st.integers(0, 8))
    columns = [draw(st.lists(of_column(f), min_size=n, max_size=n)) for f in schema]
    table = pa.Table.from_arrays(
        [pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )
    keys = [(k, "ascending", "at_start") for k in ("mmsi", "time", "seq") if k in schema.names]
    return table.take(pc.sort_indices(table, sort_keys=keys)) if keys else table


def written(name, table, size=1000):
    """(rows, bytes) of an export of the table in batches of ``size``."""
    out = io.BytesIO()
    batches = table.to_batches(max_chunksize=size) or [pa.RecordBatch.from_pylist([], schema=table.schema)]
    rows = exporters()[name].write(iter(batches), out)
    assert not out.closed
    return rows, out.getvalue()


def ns(table, name):
    return table[name].cast(pa.int64()).to_pylist()


def placed(table):
    return [
        x is not None and y is not None for x, y in zip(table["lon"].to_pylist(), table["lat"].to_pylist(), strict=True)
    ]


def name_of(table):
    return table.schema.metadata[b"table"].decode()


def track(*rows, mmsi=533000001):
    """Reports (seconds or None, lat, lon) of one ship."""
    full = [
        {
            "time": None if t is None else T0 + t * 10**9,
            "mmsi": mmsi,
            "lat": y,
            "lon": x,
            "sog": 5.25,
            "cog": 45.5,
            "seq": i,
        }
        for i, (t, y, x) in enumerate(rows)
    ]
    return pa.Table.from_pylist(full, schema=arrow_schema("reports"))
