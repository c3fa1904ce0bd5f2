"""Decode bytes or a file without a sea: ``selat.decode(…)``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from selat.kernels import fields as kernels
from selat.kernels.assemble import MSG
from selat.model.arrow import to_arrow
from selat.model.columns import Array, concat
from selat.model.errors import ConfigError, Reason, SourceError
from selat.model.messages import BY_TYPE, LAYOUTS, MOTHERSHIP, NAMES, Field, Layout
from selat.model.ports import Batch
from selat.readers.ais_tables import Messages, messages, receptions, reports, statics
from selat.readers.aivdm import AivdmReader

_BLOCK = 1 << 20
_NONE = -(2**63)
_UTC = pa.timestamp("ns", tz="UTC")
_NO_MESSAGES = Messages(np.zeros(0, MSG), np.zeros(1, np.uint64), 0, False)


class Decoded:
    """What some bytes of AIVDM contained; tables are Arrow, in the given layout (SI, degrees, null where not available).

    ``lines == kept + duplicates + rejected``.
    """

    def __init__(self, blocks: Iterator[bytes], *, received: int = 0) -> None:
        reader = AivdmReader()
        reader.keep = []
        batches = [reader.feed(block, received) for block in blocks]
        batches.append(reader.flush())
        self._kept: list[Messages] = reader.keep
        self._batches: list[Batch] = batches
        self.stations: tuple[str, ...] = tuple(reader.stations)
        self.lines = sum(b.lines for b in batches)
        self.kept = sum(b.kept for b in batches)
        self.duplicates = sum(b.duplicates for b in batches)

    @cached_property
    def reports(self) -> pa.Table:
        """Position reports: the table ``reports``, station ids as names."""
        return to_arrow(concat([reports(m) for m in self._kept], "reports"), self.stations)

    @cached_property
    def statics(self) -> pa.Table:
        """Static and voyage data: the table ``statics``."""
        return to_arrow(concat([statics(m) for m in self._kept], "statics"), self.stations)

    @cached_property
    def others(self) -> pa.Table:
        """All other messages with their payload: the table ``messages``."""
        return to_arrow(concat([messages(m) for m in self._kept], "messages"), self.stations)

    @cached_property
    def receptions(self) -> pa.Table:
        """Who else heard a message: the table ``receptions``."""
        parts = [receptions(m) for m in self._kept] + [b.receptions for b in self._batches]
        return to_arrow(concat(parts, "receptions"), self.stations).sort_by("seq")

    @cached_property
    def rejects(self) -> pa.Table:
        """Lines that were not kept: the table ``rejects``, with the reason also as text."""
        table = to_arrow(concat([b.rejects for b in self._batches], "rejects")).sort_by("seq")
        labels = [Reason(r).label for r in table["reason"].to_pylist()]
        return table.append_column("why", pa.array(labels, pa.string()))

    @property
    def types(self) -> dict[int, int]:
        """Number of kept messages by type."""
        out: dict[int, int] = {}
        for m in self._kept:
            for k, n in m.types.items():
                out[k] = out.get(k, 0) + n
        return dict(sorted(out.items()))

    def messages(self, number: int) -> pa.Table:
        """All fields of the kept messages of type ``number`` (1 to 28), one row a message, in order of arrival.

        Values are in the unit of the field (column metadata), null where not available or not sent. ``seq``, ``time``
        (heard) and ``nbits`` come first. Raises :class:`ConfigError` for another number.
        """
        if number not in BY_TYPE:
            raise ConfigError(f"there is no AIS message type {number}", hint="types are 1 to 28")
        parts = [
            _part(m, i) for m in self._kept for i in range(len(LAYOUTS)) if LAYOUTS[i].type == number and len(m.of(i))
        ]
        if not parts:
            parts = [_part(_NO_MESSAGES, LAYOUTS.index(BY_TYPE[number][0]))]
        table = pa.concat_tables(parts, promote_options="default")
        if len(BY_TYPE[number]) > 1:
            table = table.sort_by("seq")
        return table.replace_schema_metadata({"message": f"{number} {NAMES[number]}"})

    def __repr__(self) -> str:
        rejected = sum(b.rejects.rows for b in self._batches)
        return f"<selat.Decoded: {self.lines} lines = {self.kept} kept + {self.duplicates} duplicates + {rejected} rejected>"


def decode(source: bytes | str | Path, *, received: int = 0) -> Decoded:
    """Decode AIVDM/AIVDO bytes, or the file at a path.

    ``received`` (ns UTC): when the lines were heard, for those that do not say so. Raises :class:`SourceError` when the
    file cannot be read.

    >>> d = decode(b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\\n")
    >>> d.reports["mmsi"].to_pylist()
    [371798000]
    """
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
        return Decoded((data[i : i + _BLOCK] for i in range(0, len(data), _BLOCK)), received=received)
    return Decoded(_file_blocks(Path(source)), received=received)


def _file_blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as f:
            while block := f.read(_BLOCK):
                yield block
    except OSError as e:
        hint = "give a file" if path.is_dir() else "check the path and its permissions"
        raise SourceError(f"cannot read {path}: {e.strerror}", hint=hint) from e


@lru_cache
def _numeric(index: int) -> tuple[tuple[Field, ...], Array, Array, Array, Array, Array]:
    """Numeric fields of a layout, and their starts, widths, signs, not-available codes and scales as arrays."""
    layout = LAYOUTS[index]
    rows = [(f, s) for f, s in zip(layout.fields, layout.starts, strict=True) if f.kind in "uib" and f.width]
    if layout.type == 24 and layout.variant == "B":
        rows.append((MOTHERSHIP, layout.start("to_bow")))
    found = tuple(f for f, _ in rows)
    return (
        found,
        np.array([s for _, s in rows], np.int64),
        np.array([f.width for f in found], np.int64),
        np.array([f.kind == "i" for f in found], np.bool_),
        np.array([_NONE if f.na is None else f.na for f in found], np.int64),
        np.array([0.0 if f.scale == 1.0 else f.scale for f in found], np.float64),
    )


def _part(m: Messages, index: int) -> pa.Table:
    """All fields of the messages of one layout."""
    layout = LAYOUTS[index]
    at = m.of(index)
    n = len(at)
    found, starts, widths, signs, nas, scales = _numeric(index)
    ints, floats = np.empty((len(found), n), np.int64), np.empty((len(found), n), np.float64)
    nulls = np.zeros(len(found), np.int64)
    kernels.values(m.words, m.rows, at, n, starts, widths, signs, nas, scales, ints, floats, nulls)
    numbers = {f.name: _number(f, floats[i] if scales[i] else ints[i], bool(nulls[i])) for i, f in enumerate(found)}
    if layout.type == 24 and layout.variant == "B":
        _part_b(numbers, numbers["mmsi"].to_numpy() // 10_000_000 == 98)
    heard = m.rows["heard"][at]
    columns: dict[str, Any] = {
        "seq": pa.array(m.rows["seq"][at]),
        "time": pa.array(heard, type=pa.int64(), mask=heard == 0).cast(_UTC),
        "nbits": pa.array(m.rows["nbits"][at]),
    }
    meta = {}
    for field, start in zip(layout.fields, layout.starts, strict=True):
        if field.kind == "x":
            continue
        columns[field.name] = numbers[field.name] if field.name in numbers else _other(m, layout, field, start, at)
        meta[field.name] = {"unit": field.unit, "text": field.text}
    if MOTHERSHIP.name in numbers:
        columns[MOTHERSHIP.name] = numbers[MOTHERSHIP.name]
    schema = pa.schema([pa.field(k, v.type, metadata=meta.get(k)) for k, v in columns.items()])
    return pa.Table.from_arrays(list(columns.values()), schema=schema)


def _number(field: Field, values: Array, has_null: bool) -> pa.Array:
    if not has_null:
        return pa.array(values)
    return pa.array(values, mask=np.isnan(values) if values.dtype.kind == "f" else values == _NONE)


def _part_b(numbers: dict[str, pa.Array], craft: Array) -> None:
    """Message 24 part B: dimensions for ships, a mother ship for auxiliary craft (98MIDxxxx)."""
    none = pa.scalar(None, pa.int64())
    mask = pa.array(craft)
    for name in ("to_bow", "to_stern", "to_port", "to_starboard"):
        numbers[name] = pc.if_else(mask, none, numbers[name])
    numbers[MOTHERSHIP.name] = pc.if_else(mask, numbers[MOTHERSHIP.name], none)


def _other(m: Messages, layout: Layout, field: Field, start: int, at: Array) -> pa.Array:
    """A text field, or raw bits to the end of the message."""
    if field.kind == "t":
        width = field.width
        if not width:
            width = max(int(m.rows["nbits"][at].max()) - start, 0) if len(at) else 0
        texts = m.text(at, start, width)
        return pa.array(texts.tolist(), type=pa.binary()).cast(pa.string())
    tail = sum(f.width for f in layout.tail)
    offsets, flat = m.payload(at, start, tail)
    buffers = [None, pa.py_buffer(offsets.astype(np.int32).tobytes()), pa.py_buffer(flat.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(at), buffers)
