"""Binary payloads of Messages 6, 8, 25 and 26, read by the tables of :mod:`selat.model.asm`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from selat.model.asm import ASM, Asm, Cell, Group
from selat.model.columns import Columns
from selat.model.errors import ConfigError
from selat.model.messages import SIXBIT
from selat.model.schema import NO_TIME

if TYPE_CHECKING:
    import pyarrow as pa

_TAIL = 24  #: Message 26: spare and communication state behind the data


def application_data(payload: bytes, nbits: int) -> tuple[int, int, int, int] | None:
    """``(dac, fi, value, nbits)`` of the bits behind the application identifier of a whole message; None without one.

    ``payload``: the bits of Message 6, 8, or structured 25 and 26, eight a byte, as in the table ``messages``.
    """
    whole = int.from_bytes(payload, "big") >> max(8 * len(payload) - nbits, 0)
    nbits = min(nbits, 8 * len(payload))
    msg_type = whole >> nbits - 6 if nbits >= 40 else 0
    start, end = {6: 72, 8: 40}.get(msg_type, 0), nbits
    if msg_type in (25, 26):
        addressed, structured = whole >> nbits - 39 & 1, whole >> nbits - 40 & 1
        start = (72 if addressed else 40) if structured else 0
        end = nbits - _TAIL if msg_type == 26 else nbits
    if start == 0 or end < start + 16:
        return None
    size = end - start - 16
    identifier = whole >> nbits - start - 16 & 0xFFFF
    return identifier >> 6, identifier & 63, whole >> nbits - end & (1 << size) - 1, size


def decode_asm(dac: int, fi: int, data_bits: bytes, nbits: int) -> dict[str, Any] | None:
    """Values of an application-specific message, in the units of its table; None where the layout is not declared.

    ``data_bits``: the bits behind DAC and FI, eight a byte, first bit highest; ``nbits`` of them count. "Not available"
    and reserved codes are None. Records are dicts in a list (``areas``, ``reports``, ``waypoints``), their ``kind``
    in words; a record of an unknown kind keeps its bits as the number ``raw``. Lines of an area are ``legs``, a list of
    (bearing in degrees, metres). A message shorter than its head is None as well.
    """
    value = int.from_bytes(data_bits, "big") >> max(8 * len(data_bits) - nbits, 0)
    return _decode(dac, fi, value, min(nbits, 8 * len(data_bits)))


def _decode(dac: int, fi: int, value: int, nbits: int) -> dict[str, Any] | None:
    asm = ASM.get((dac, fi))
    needed = asm.bits - asm.cells[-1].width * (asm.cells[-1].kind == "x") if asm and asm.cells else 0
    if asm is None or nbits < needed:
        return None
    if nbits < asm.bits:  # only the spare bits at the end are missing
        value, nbits = value << asm.bits - nbits, asm.bits
    out = _cells(asm.cells, value, nbits, 0)
    if asm.group is not None:
        out[asm.group.name] = list(_records(asm.group, value, nbits, asm.bits, out))
    return out


def _records(group: Group, value: int, nbits: int, at: int, head: dict[str, Any]) -> Iterator[dict[str, Any]]:
    count = min((nbits - at) // group.bits, group.most)
    if group.count:
        count = min(count, head[group.count] or 0)
    for k in range(count):
        start = at + k * group.bits
        kind = 0
        if group.pick is not None:
            kind = value >> nbits - start - group.pick.width & (1 << group.pick.width) - 1
            if kind not in group.kinds:
                yield {group.pick.name: kind, "raw": value >> nbits - start - group.bits & (1 << group.bits) - 1}
                continue
        record = _cells(group.cells(kind), value, nbits, start)
        if "bearing1" in record:
            _fold(record)
        if group.pick is not None:
            record["kind"] = group.kinds[kind].name
        yield record


def _fold(record: dict[str, Any]) -> None:
    """Legs of a polyline: those that have a length, up to the first without."""
    legs = [(record.pop(f"bearing{k}"), record.pop(f"distance{k}")) for k in range(1, 5)]
    used = next((i for i, (bearing, distance) in enumerate(legs) if bearing is None or not distance), 4)
    record["legs"] = legs[:used]


def _cells(cells: tuple[Cell, ...], value: int, nbits: int, at: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for cell in cells:
        at += cell.width
        if cell.kind != "x":
            out[cell.name] = _value(cell, value >> nbits - at & (1 << cell.width) - 1, out.get("scale", 0))
    return out


def _value(cell: Cell, raw: int, power: int) -> Any:
    if cell.kind == "t":
        text = "".join(SIXBIT[raw >> shift & 63] for shift in range(cell.width - 6, -1, -6))
        return text.split("@", 1)[0].rstrip() or None
    if cell.kind == "b":
        return bool(raw)
    if cell.kind == "i" and raw >> cell.width - 1:
        raw -= 1 << cell.width
    outside = (cell.low is not None and raw < cell.low) or (cell.high is not None and raw > cell.high)
    if raw == cell.na or outside:
        return None
    raw += cell.offset
    if cell.power:
        return raw * 10**power
    return raw if cell.scale == 1 else raw / round(1 / cell.scale)


def outline(areas: list[dict[str, Any]]) -> list[list[tuple[float, float]]]:
    """Points (latitude, longitude in degrees) of every polyline and polygon among the ``areas`` of a notice, in order.

    A line begins at the circle or point before it; lines of the same shape that follow each other are one. A line
    without a place to begin is left out. Geodesics on WGS 84.
    """
    from selat.kernels.geodesy import destination

    lines: list[list[tuple[float, float]]] = []
    here: tuple[float, float] | None = None
    before = ""
    for area in areas:
        kind = area.get("kind", "")
        if kind in ("circle", "rectangle", "sector"):
            here = (area["lat"], area["lon"]) if None not in (area["lat"], area["lon"]) else None
        elif kind in ("polyline", "polygon") and here is not None:
            if before != kind:
                lines.append([here])
            for bearing, distance in area["legs"]:
                lat, lon = destination(here[0], here[1], bearing, distance)
                here = (float(lat), float(lon))
                lines[-1].append(here)
        before = kind
    return lines


def table(messages: Columns, dac: int, fi: int) -> pa.Table:
    """Rows of one application-specific message among ``messages``: one a message, or one a record where it has a list.

    Columns: ``seq``, ``time``, ``received``, ``mmsi``, ``dest_mmsi``, then the fields, null where not available.
    Raises :class:`ConfigError` for a DAC and FI whose layout is not declared.
    """
    import pyarrow as pa

    asm = ASM.get((dac, fi))
    if asm is None:
        known = ", ".join(f"{d}/{f}" for d, f in ASM)
        raise ConfigError(f"no layout for DAC {dac}, FI {fi}", hint=f"declared are {known}")
    schema = pa.schema([*_when(pa), *(pa.field(name, kind) for name, kind in _types(asm, pa).items())])
    rows: list[dict[str, Any]] = []
    for i in range(messages.rows):
        if int(messages["dac"][i]) != dac or int(messages["fi"][i]) != fi or messages["payload"][i] is None:
            continue
        found = application_data(messages["payload"][i], int(messages["nbits"][i]))
        values = _decode(*found) if found and found[:2] == (dac, fi) else None
        if values is not None:
            rows += _rows(messages, i, values, asm)
    return pa.Table.from_pylist(rows, schema=schema)


def _when(pa: Any) -> list[Any]:
    stamp = pa.timestamp("ns", tz="UTC")
    return [
        pa.field("seq", pa.int64()), pa.field("time", stamp), pa.field("received", stamp),
        pa.field("mmsi", pa.int32()), pa.field("dest_mmsi", pa.int32()),
    ]  # fmt: skip


def _rows(messages: Columns, i: int, values: dict[str, Any], asm: Asm) -> Iterator[dict[str, Any]]:
    times = {n: int(messages[n][i]) for n in ("time", "received")}
    who = {
        "seq": int(messages["seq"][i]), **{n: None if t == NO_TIME else t for n, t in times.items()},
        "mmsi": int(messages["mmsi"][i]), "dest_mmsi": int(messages["dest_mmsi"][i]) or None,
    }  # fmt: skip
    if asm.group is None:
        yield {**who, **values}
        return
    records = values.pop(asm.group.name)
    for k, record in enumerate(records):
        legs = [{"bearing": b, "distance": d} for b, d in record.pop("legs", ())]
        yield {**who, **values, "record": k, **record, "legs": legs}


def _types(asm: Asm, pa: Any) -> dict[str, Any]:
    """Arrow type of every column, records after the head."""
    out = {c.name: _type(c, pa) for c in asm.cells if c.kind != "x"}
    group = asm.group
    if group is None:
        return out
    out["record"] = pa.int16()
    if group.pick is not None:
        out["kind"] = pa.string()
    for kind in group.kinds:
        out.update(
            {c.name: _type(c, pa) for c in group.cells(kind) if c.kind != "x" and c.name[:-1] not in ("bearing",)}
        )
    if any(c.power for kind in group.kinds for c in group.cells(kind)):
        out["legs"] = pa.list_(pa.struct([("bearing", pa.float64()), ("distance", pa.float64())]))
    return out


def _type(cell: Cell, pa: Any) -> Any:
    if cell.kind == "t":
        return pa.string()
    if cell.kind == "b":
        return pa.bool_()
    return pa.float64() if cell.scale != 1 or cell.unit not in ("1", "h", "min") else pa.int32()
