"""What the tests of the decoder share: whole readings of some bytes, tables made comparable, the logs at hand."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from selat.model.columns import Columns, concat
from selat.model.encode import checksum
from selat.readers.aivdm import AivdmReader

TABLES = ("reports", "statics", "messages", "receptions", "rejects")


class Reading:
    """All batches of one source, joined: ``tables`` by name, counts, names of the stations."""

    def __init__(self, reader: AivdmReader, batches: list[Any]) -> None:
        self.tables = {name: concat([getattr(b, name) for b in batches], name) for name in TABLES}
        self.lines = sum(b.lines for b in batches)
        self.kept = sum(b.kept for b in batches)
        self.duplicates = sum(b.duplicates for b in batches)
        self.bytes = sum(b.bytes for b in batches)
        self.stations = list(reader.stations)

    def __getattr__(self, name: str) -> Columns:
        return self.tables[name]

    @property
    def balance(self) -> int:
        """0 when nothing was lost: ``lines == kept + duplicates + rejects``."""
        return self.lines - self.kept - self.duplicates - self.tables["rejects"].rows

    def row(self, table: str, i: int = 0) -> dict[str, Any]:
        """One row as plain values."""
        columns = self.tables[table]
        return {k: v[i] if v.dtype == object else v[i].item() for k, v in columns.items()}


def read(
    data: bytes | Iterable[bytes], *, live: bool = False, received: int = 0, reader: AivdmReader | None = None
) -> Reading:
    """Feed ``data`` (bytes, or pieces of them) to a reader, flush it, and join what came."""
    reader = reader or AivdmReader(live=live)
    pieces = [data] if isinstance(data, bytes) else data
    batches = [reader.feed(piece, received) for piece in pieces]
    batches.append(reader.flush())
    return Reading(reader, batches)


def rows(columns: Columns) -> list[tuple[Any, ...]]:
    """Rows of a table, in the order of ``seq``: how bytes were cut may order the tables of one batch otherwise."""
    order = np.argsort(columns["seq"], kind="stable")
    return list(zip(*(columns[name][order].tolist() for name in columns), strict=True))


def same(a: Reading, b: Reading) -> None:
    """Assert that two readings are equal in every column of every table."""
    assert (a.lines, a.kept, a.duplicates) == (b.lines, b.kept, b.duplicates)
    assert a.stations == b.stations
    for name in TABLES:
        x, y = a.tables[name], b.tables[name]
        assert x.rows == y.rows, name
        for column in x:
            assert x[column].dtype == y[column].dtype, (name, column)
        left, right = rows(x), rows(y)
        for i, (p, q) in enumerate(zip(left, right, strict=True)):
            assert p == q, (name, i, dict(zip(x, p, strict=True)), dict(zip(x, q, strict=True)))


def sentence(body: str, start: str = "!") -> bytes:
    """``!body*hh`` with its checksum, without a line end."""
    return f"{start}{body}*{checksum(body)}".encode()


def nmea_logs(shared: Path) -> dict[str, bytes]:
    """Every recording of sentences at hand: name, bytes."""
    out = {}
    for path in sorted((shared / "nmea").iterdir()):
        out[path.name] = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for path in sorted((shared / "labelled").glob("*.ais")):
        out[path.name] = path.read_bytes()
    for name in ("gpsd_sample.aivdm", "libais_tagblock.nmea", "libais_typeexamples.nmea"):
        out[name] = (shared / "expected" / name).read_bytes()
    return out
