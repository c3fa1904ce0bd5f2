"""Values as text: one way for all text formats."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from selat.model.columns import Array
from selat.model.errors import SchemaError

PLACES = 7  #: decimals of a degree: the stored step, about a centimetre
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def unit_of(field: pa.Field) -> str:
    """Unit of a column, empty where none is known."""
    return str((field.metadata or {}).get(b"unit", b"").decode())


def is_text(kind: pa.DataType) -> bool:
    """True for texts, also in a dictionary."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def cells(array: pa.Array, field: pa.Field) -> pa.StringArray:
    """A column as text, null where it is null: ISO 8601 times, hexadecimal bytes, shortest numbers that come back.

    Raises :class:`SchemaError` for a type that has no text.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.dictionary_decode(), kind.value_type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_timestamp(kind):
        # without a zone no database of time zones is asked; nine digits, so that all rows look alike
        naive = array.cast(pa.timestamp("ns", kind.tz)).cast(pa.int64()).cast(pa.timestamp("ns"))
        return pc.strftime(naive, "%Y-%m-%dT%H:%M:%SZ" if kind.tz else "%Y-%m-%dT%H:%M:%S")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if v is None else v.hex() for v in array.to_pylist()], type=pa.string())
    if pa.types.is_float64(kind) and unit_of(field) == "deg":
        array = pc.if_else(pc.is_finite(array), pa.array(np.round(_floats(array), PLACES)), array)
    try:
        return array.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise SchemaError(f"{field.name}: {kind} has no text form", hint="leave the column out") from None


def _floats(array: pa.Array) -> Array:
    out: Array = pc.fill_null(array, 0.0).to_numpy(zero_copy_only=False)
    return out


def positions(batch: Any) -> tuple[Array, Array, Array]:
    """(longitude, latitude, whether both are known and on the earth) of the rows of a batch or table; degrees."""
    out = []
    for name in ("lon", "lat"):
        column = batch.column(name)
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        values = column.cast(pa.float64())
        out.append(np.round(pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False), PLACES))
    lon, lat = out
    with np.errstate(invalid="ignore"):
        placed = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)
    return lon, lat, placed


def gpx_place(lat: float, lon: float) -> str:
    """Attributes of a place in GPX, in degrees as they are written; its schema's longitudes end before 180."""
    lon = round(lon, PLACES)
    return f'lat="{lat:.{PLACES}f}" lon="{-180.0 if lon >= 180.0 else lon:.{PLACES}f}"'


def json_cells(array: pa.Array, field: pa.Field) -> list[str]:
    """A column as JSON texts; columns that hold JSON themselves are taken in as such, NaN becomes null."""
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    texts = cells(array, field).to_pylist()
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return ["null" if t is None else t for t in texts]
    if pa.types.is_floating(kind):
        return ["null" if t is None or t.lstrip("-") in ("nan", "inf") else t for t in texts]
    if unit_of(field) == "json":
        return ["null" if t is None else _embedded(t) for t in texts]
    return ["null" if t is None else json.dumps(t, ensure_ascii=False) for t in texts]


def _embedded(text: str) -> str:
    """JSON text in canonical form; anything else as a JSON string."""
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except ValueError:
        value = text
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def xml_text(text: str) -> str:
    """Text escaped for XML 1.0; what XML cannot hold at all becomes U+FFFD."""
    text = _NOT_XML.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def xml_quoted(text: str) -> str:
    """The same as the value of an attribute, with its quotation marks."""
    quoted = xml_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{quoted}"'
