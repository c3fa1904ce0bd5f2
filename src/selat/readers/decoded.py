"""Decode bytes or a file without a sea: ``selat.decode(…)``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from selat.kernels import values as kernels
from selat.kernels.assemble import MSG
from selat.kernels.bits import ASCII_OF
from selat.model.arrow import to_arrow
from selat.model.columns import Array, concat
from selat.model.errors import ConfigError, Reason, SourceError
from selat.model.messages import BY_TYPE, LAYOUTS, MOTHERSHIP, NAMES, Field, Layout
from selat.readers.ais_tables import Messages, messages, receptions, reports, statics
from selat.readers.aivdm import AivdmReader

_NONE = -(2**63)
_UTC = pa.timestamp("ns", tz="UTC")
_NO_MESSAGES = Messages(np.zeros(0, MSG), np.zeros(1, np.uint64), np.zeros(0, np.uint8), 0, False)


class Decoded:
    """What some bytes of AIVDM contained; tables are Arrow, in the given layout (SI, degrees, null where not available).

    ``lines == kept + duplicates + rejected``.
    """

    def __init__(self, data: bytes, *, received: int = 0) -> None:
        reader = AivdmReader()
        self._kept, self._batch = reader.read_all(data, received)
        self.stations: tuple[str, ...] = tuple(reader.stations)
        self.lines, self.kept, self.duplicates = self._batch.lines, self._batch.kept, self._batch.duplicates

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
        parts = [receptions(m) for m in self._kept] + [self._batch.receptions]
        return to_arrow(concat(parts, "receptions"), self.stations).sort_by("seq")

    @cached_property
    def rejects(self) -> pa.Table:
        """Lines that were not kept: the table ``rejects``, with the reason also as text."""
        table = to_arrow(self._batch.rejects).sort_by("seq")
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
        rejected = self._batch.rejects.rows
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
        return Decoded(bytes(source), received=received)
    path = Path(source)
    try:
        return Decoded(path.read_bytes(), received=received)
    except OSError as e:
        hint = "give a file" if path.is_dir() else "check the path and its permissions"
        raise SourceError(f"cannot read {path}: {e.strerror}", hint=hint) from e


@dataclass(frozen=True)
class _Numeric:
    """Numeric fields of a layout, and the plan by which the kernel reads them. ``fill`` sets their places for n messages."""

    fields: tuple[Field, ...]
    plan: Array
    words: int

    def fill(self, n: int) -> tuple[Array, int]:
        """The plan for ``n`` messages, and the size in bytes of the buffer that it fills."""
        plan = self.plan.copy()
        room = -(-n // kernels.TILE) * kernels.TILE
        at = 0
        for f in plan:
            size = kernels.TYPES[f["code"]].itemsize
            f["at"] = at // size
            at += room * size
            if f["bits"] >= 0:
                f["bits"] = at
                at += room // 8
        return plan, at


@lru_cache
def _numeric(index: int) -> _Numeric:
    layout = LAYOUTS[index]
    rows = [(f, s) for f, s in zip(layout.fields, layout.starts, strict=True) if f.kind in "uib" and f.width]
    if layout.type == 24 and layout.variant == "B":
        rows.append((MOTHERSHIP, layout.start("to_bow")))
    plan = np.zeros(len(rows), kernels.PLAN)
    for p, (f, start) in zip(plan, rows, strict=True):
        may_miss = f.na is not None or start + f.width > layout.min_bits
        p["start"], p["width"], p["na"] = start, f.width, _NONE if f.na is None else f.na
        p["sign"] = 1 << (f.width - 1) if f.kind == "i" else 0
        p["code"], p["steps"] = _code(f), 1.0 if f.scale == 1.0 else round(1 / f.scale)
        p["bits"] = 0 if may_miss else -1
    last = max(start + f.width for f, start in rows)
    return _Numeric(tuple(f for f, _ in rows), plan, -(-last // 64))


def _code(field: Field) -> int:
    """Narrowest type that holds every value of a field: whole numbers, or multiples of its scale."""
    if field.scale != 1.0:
        return kernels.F64
    if field.kind == "i":
        return kernels.I8 if field.width <= 8 else kernels.I16 if field.width <= 16 else kernels.I32
    return kernels.U8 if field.width <= 8 else kernels.U16 if field.width <= 16 else kernels.I32


def _part(m: Messages, index: int) -> pa.Table:
    """All fields of the messages of one layout."""
    layout = LAYOUTS[index]
    at = m.of(index)
    columns, numbers = _numbers(m, index, at)
    if layout.type == 24 and layout.variant == "B":
        _part_b(numbers, numbers["mmsi"].to_numpy() // 10_000_000 == 98)
    meta = {}
    for field, start in zip(layout.fields, layout.starts, strict=True):
        if field.kind == "x":
            continue
        columns[field.name] = numbers[field.name] if field.name in numbers else _other(m, layout, field, start, at)
        meta[field.name] = {"unit": field.unit, "text": field.text}
    back = 0
    for field in reversed(layout.tail):  # what stands at the very end, behind raw bits of any length
        back += field.width
        if field.kind != "x":
            columns[field.name] = pa.array(m.tail(at, back, field).astype(kernels.TYPES[_code(field)]))
            meta[field.name] = {"unit": field.unit, "text": field.text}
    if MOTHERSHIP.name in numbers:
        columns[MOTHERSHIP.name] = numbers[MOTHERSHIP.name]
    schema = pa.schema([pa.field(k, v.type, metadata=meta.get(k)) for k, v in columns.items()])
    return pa.Table.from_arrays(list(columns.values()), schema=schema)


def _numbers(m: Messages, index: int, at: Array) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """(seq, time and nbits; all numeric fields) of the messages of one layout, by name. Nothing is copied."""
    n = len(at)
    numeric = _numeric(index)
    plan, size = numeric.fill(n)
    buf = np.empty(size, np.uint8)
    nulls = np.zeros(len(plan), np.int64)
    seq, heard, nbits = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.uint16)
    tile = np.empty((numeric.words, kernels.TILE), np.uint64)
    u8, u16, i8, i16, i32, f64 = (buf.view(t) for t in kernels.TYPES)
    kernels.values(m.words, m.rows, at, n, plan, tile, u8, u16, i8, i16, i32, f64, nulls, seq, heard, nbits)
    whole = pa.py_buffer(buf)
    numbers = {}
    for f, p, missing in zip(numeric.fields, plan, nulls.tolist(), strict=True):
        kind = kernels.TYPES[p["code"]]
        start = int(p["at"]) * kind.itemsize
        bits = whole.slice(int(p["bits"]), -(-n // 8)) if missing else None
        data = whole.slice(start, n * kind.itemsize)
        numbers[f.name] = pa.Array.from_buffers(pa.from_numpy_dtype(kind), n, [bits, data], missing)
    known = heard != 0
    valid = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    time = pa.Array.from_buffers(_UTC, n, [valid, pa.py_buffer(heard)])
    return {"seq": pa.array(seq), "time": time, "nbits": pa.array(nbits)}, numbers


def _part_b(numbers: dict[str, pa.Array], craft: Array) -> None:
    """Message 24 part B: dimensions for ships, a mother ship for auxiliary craft (98MIDxxxx)."""
    mask = pa.array(craft)
    for name in ("to_bow", "to_stern", "to_port", "to_starboard"):
        numbers[name] = pc.if_else(mask, pa.scalar(None, numbers[name].type), numbers[name])
    mother = numbers[MOTHERSHIP.name]
    numbers[MOTHERSHIP.name] = pc.if_else(mask, mother, pa.scalar(None, mother.type))


def _other(m: Messages, layout: Layout, field: Field, start: int, at: Array) -> pa.Array:
    """A text field, or raw bits to the end of the message."""
    if field.kind == "t":
        return _text(m, at, start, field.width // 6)
    tail = sum(f.width for f in layout.tail)
    offsets, flat = m.payload(at, start, tail)
    buffers = [None, pa.py_buffer(offsets.astype(np.int32).tobytes()), pa.py_buffer(flat.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(at), buffers)


def _text(m: Messages, at: Array, start: int, chars: int) -> pa.Array:
    """A text field of ``chars`` characters (0: to the end of the message); nothing but ``@`` and blanks is null."""
    n = len(at)
    room = n * chars if chars else int(np.maximum(m.rows["nbits"][at].astype(np.int64) - start, 0).sum()) // 6
    offsets, out = np.empty(n + 1, np.int32), np.empty(room, np.uint8)
    used = kernels.strings(m.words, m.rows, at, n, start, chars, ASCII_OF, offsets, out)
    there = offsets[1:] > offsets[:-1]
    valid = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), n, [valid, pa.py_buffer(offsets), pa.py_buffer(out[:used])])
