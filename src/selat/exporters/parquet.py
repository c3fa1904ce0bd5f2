"""Apache Parquet in the given layout; unit, clause and meaning of each column stay with it as field metadata."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from selat.exporters._stream import begin, regroup
from selat.model.ports import Exporter
from selat.model.schema import TABLES

ROW_GROUP = 131_072  #: rows held in memory at once


def write(batches: Iterable[Any], out: BinaryIO) -> int:
    """Rows as Parquet; how many."""
    schema, batches = begin(batches)
    rows = 0
    with parquet_writer(out, schema) as writer:
        for table in regroup(batches, ROW_GROUP):
            writer.write_table(table, row_group_size=ROW_GROUP)
            rows += table.num_rows
    return rows


def parquet_writer(out: BinaryIO, schema: pa.Schema, *, store_schema: bool = True) -> pq.ParquetWriter:
    """A writer with the settings of all our Parquet exports; the stream stays open."""
    return pq.ParquetWriter(
        out, schema, version="2.6", compression="zstd", compression_level=3, store_schema=store_schema
    )


EXPORTER = Exporter(
    name="parquet",
    suffixes=(".parquet", ".pq"),
    media_type="application/vnd.apache.parquet",
    write=write,
    text="Apache Parquet, SI units, with units and meanings as metadata",
    tables=(*TABLES, "ships"),
)
