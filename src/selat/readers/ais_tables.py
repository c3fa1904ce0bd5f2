"""Messages to tables: the rows of dtype MSG that the kernels made become Columns of reports, statics and messages."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from selat.kernels import fields
from selat.kernels.assemble import AGAIN
from selat.kernels.values import group
from selat.model.columns import Array, Columns, concat, empty
from selat.model.messages import BY_TYPE, LAYOUTS, MOTHERSHIP, POSITION_TYPES, STATIC_TYPES, Field, Layout
from selat.model.schema import REPORTS, STATICS

_STATIC_LAYOUTS = tuple(i for i, x in enumerate(LAYOUTS) if x.type in STATIC_TYPES)
_MESSAGE_LAYOUTS = tuple(i for i, x in enumerate(LAYOUTS) if x.type not in POSITION_TYPES + STATIC_TYPES)
#: column of the table statics that a field of a layout fills
_STATIC_COLUMN = {
    "imo": "imo", "callsign": "callsign", "shipname": "name", "name": "name", "ship_type": "ship_type", "aid_type": "ship_type",
    "to_bow": "to_bow", "to_stern": "to_stern", "to_port": "to_port", "to_starboard": "to_starboard", "epfd": "epfd",
    "draught": "draught", "destination": "destination", "month": "eta_month", "day": "eta_day", "hour": "eta_hour",
    "minute": "eta_minute", "vendorid": "vendor",
}  # fmt: skip
_DIMENSIONS = ("to_bow", "to_stern", "to_port", "to_starboard")
_DIM_START = BY_TYPE[24][1].start("to_bow")
#: columns in the order in which the kernel takes them
_REPORT_COLUMNS = (
    "seq", "mmsi", "msg_type", "time_quality", "station", "time", "received", "lat", "lon", "sog", "cog", "heading", "rot",
    "nav_status", "altitude", "flags",
)  # fmt: skip


class Messages:
    """Messages of one block: ``rows`` of dtype MSG, their bits in ``words``, ``kinds`` (layout, or AGAIN for a duplicate),
    and how their time is told."""

    def __init__(self, rows: Array, words: Array, kinds: Array, block_time: int, live: bool) -> None:
        self.rows = rows
        self.words = words
        self.block_time = block_time
        self.live = live
        self._starts = np.empty(258, np.int64)
        self._order = np.empty(len(rows), np.int32)
        group(kinds, self._starts, self._order)

    def of(self, layout: int) -> Array:
        """Indices of the kept messages of a layout, in order; ``AGAIN``: of the duplicates."""
        index: Array = self._order[self._starts[layout] : self._starts[layout + 1]]
        return index

    @property
    def types(self) -> dict[int, int]:
        """Number of kept messages by type."""
        out: dict[int, int] = {}
        for layout, n in zip(LAYOUTS, np.diff(self._starts[: len(LAYOUTS) + 1]).tolist(), strict=True):
            if n:
                out[layout.type] = out.get(layout.type, 0) + n
        return dict(sorted(out.items()))

    def raw(self, index: Array, start: int, field: Field) -> Array:
        """Raw integers (int64) of a numeric field; -2**63 where the message ends before it."""
        out = np.empty(len(index), np.int64)
        fields.uints(self.words, self.rows, index, len(index), start, field.width, field.kind == "i", out)
        return out

    def tail(self, index: Array, back: int, field: Field) -> Array:
        """Raw integers (int64) of a field that begins ``back`` bits before the end of the message."""
        out = np.empty(len(index), np.int64)
        fields.tails(self.words, self.rows, index, len(index), back, field.width, out)
        return out

    def text(self, index: Array, start: int, width: int) -> Array:
        """ASCII texts (dtype S) of a text field of ``width`` bits."""
        chars = max(width // 6, 1)
        out = np.zeros((len(index), chars), np.uint8)
        if width >= 6:
            fields.texts(self.words, self.rows, index, len(index), start, chars, out)
        return out.view(f"S{chars}")[:, 0]

    def payload(self, index: Array, start: int = 0, tail: int = 0) -> tuple[Array, Array]:
        """(offsets, bytes): bits from ``start`` to the end less ``tail``, eight a byte, of each message."""
        nbits = np.maximum(self.rows["nbits"][index].astype(np.int64) - start - tail, 0)
        out = np.zeros(int(((nbits + 7) // 8).sum()), np.uint8)
        offsets = np.zeros(len(index) + 1, np.int64)
        fields.payloads(self.words, self.rows, index, len(index), start, tail, offsets, out)
        return offsets, out

    def heads(self, index: Array) -> dict[str, Array]:
        """Columns that every table of messages has."""
        n = len(index)
        time, received, flags = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.uint16)
        fields.times(self.rows, index, n, self.block_time, self.live, self.words, time, received, flags)
        rows = self.rows[index]
        return {
            "time": time, "received": received, "flags": flags, "seq": rows["seq"], "mmsi": rows["mmsi"],
            "msg_type": rows["type"], "time_quality": rows["quality"], "station": rows["station"],
        }  # fmt: skip


def reports(m: Messages) -> Columns:
    """Position reports among the messages, stored layout."""
    n = len(m.rows)
    data = {name: np.empty(n, REPORTS[name].stored) for name in _REPORT_COLUMNS}
    k = fields.reports(m.rows, n, m.words, m.block_time, m.live, *data.values())
    return Columns("reports", {name: values[:k] for name, values in data.items()}, k) if k else empty("reports")


def _in_order(parts: list[Columns], table: str) -> Columns:
    out = concat(parts, table)
    if len(parts) > 1 and out.rows > 1:
        out = out.take(np.argsort(out["seq"], kind="stable"))
    return out


def statics(m: Messages) -> Columns:
    """Static and voyage data among the messages, stored layout."""
    parts = []
    for layout in _STATIC_LAYOUTS:
        index = m.of(layout)
        if len(index):
            parts.append(_static_part(m, LAYOUTS[layout], index))
    return _in_order(parts, "statics")


def _static_part(m: Messages, layout: Layout, index: Array) -> Columns:
    data = m.heads(index)
    for field, start in zip(layout.fields, layout.starts, strict=True):
        column = _STATIC_COLUMN.get(field.name)
        if column is None:
            continue
        if field.kind == "t":
            data[column] = m.text(index, start, field.width)
            continue
        raw = m.raw(index, start, field)
        none = raw < 0
        if field.na is not None:
            none |= raw == field.na
        data[column] = np.where(none, _null(column), raw)
    if layout.type == 21:
        data["name"] = _with_extension(m, layout, index, data["name"])
    if layout.type == 24 and layout.variant == "B":
        _mothership(m, index, data)
    if "to_bow" in data:
        sizes = [np.where(data[name] == _null(name), 0, data[name]) for name in _DIMENSIONS]
        for name in _DIMENSIONS:
            data[name] = np.where(sum(sizes) == 0, _null(name), data[name])
    return Columns("statics", data, len(index))


def _null(column: str) -> int:
    null = STATICS[column].null
    return null if isinstance(null, int) else 0


def _with_extension(m: Messages, layout: Layout, index: Array, names: Array) -> Array:
    """Name of an aid to navigation: its 20 characters and the extension, when the first part is full."""
    start = layout.start("name_ext")
    longest = int(m.rows["nbits"][index].max()) - start
    if longest < 6:
        return names
    more = m.text(index, start, min(longest, 84))
    full = np.char.str_len(names) == 20
    return np.where(full, np.char.add(names, more), names)


def _mothership(m: Messages, index: Array, data: dict[str, Array]) -> None:
    """Auxiliary craft (98MIDxxxx) send their mother ship's MMSI where others send dimensions."""
    craft = data["mmsi"] // 10_000_000 == 98
    if not craft.any():
        return
    mother = m.raw(index, _DIM_START, MOTHERSHIP)
    data["mothership"] = np.where(craft & (mother > 0), mother, 0)
    for name in _DIMENSIONS:
        data[name] = np.where(craft, 0, data[name])


def messages(m: Messages) -> Columns:
    """All other kept messages, with their payload, stored layout."""
    parts = []
    for layout in _MESSAGE_LAYOUTS:
        index = m.of(layout)
        if len(index):
            parts.append(_message_part(m, LAYOUTS[layout], index))
    return _in_order(parts, "messages")


def _message_part(m: Messages, layout: Layout, index: Array) -> Columns:
    n = len(index)
    data = m.heads(index)
    data["nbits"] = m.rows["nbits"][index]
    offsets, flat = m.payload(index)
    whole = flat.tobytes()
    payload = np.empty(n, dtype=object)
    payload[:] = [whole[a:b] for a, b in pairwise(offsets.tolist())]
    data["payload"] = payload
    for field, start in zip(layout.fields, layout.starts, strict=True):
        if field.name in ("dac", "fid", "dest_mmsi"):
            raw = m.raw(index, start, field)
            data["fi" if field.name == "fid" else field.name] = np.maximum(raw, -1 if field.name != "dest_mmsi" else 0)
        elif field.name == "text":
            longest = max(int(m.rows["nbits"][index].max()) - start, 0)
            texts = np.empty(n, dtype=object)
            texts[:] = [t.decode("ascii") for t in m.text(index, start, longest).tolist()]
            data["text"] = texts
    return Columns("messages", data, n)


def receptions(m: Messages) -> Columns:
    """Messages that were heard before (fate 1): who heard them again."""
    index = m.of(AGAIN)
    if not len(index):
        return empty("receptions")
    heads, rows = m.heads(index), m.rows[index]
    return Columns("receptions", {
        "seq": rows["seq"], "first_seq": rows["first_seq"], "received": heads["received"], "mmsi": rows["mmsi"],
        "station": rows["station"],
    }, len(index))  # fmt: skip


def part_receptions(recs: Array) -> Columns:
    """Single parts of a message that were heard again while its other parts were still missing (dtype REC)."""
    return Columns("receptions", {name: recs[name].copy() for name in recs.dtype.names or ()}, len(recs))
