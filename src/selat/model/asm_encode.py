"""Binary payloads from values: the inverse of :mod:`selat.readers.asm`, from the same tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from selat.model.asm import ASM
from selat.model.asm_types import Asm, Cell, Group
from selat.model.encode import text_bits
from selat.model.errors import ConfigError

_SCALES = 4  #: multipliers 1, 10, 100, 1000 of a sub-area


def encode_asm(dac: int, fi: int, **fields: Any) -> tuple[int, int]:
    """Bits behind the application identifier as ``(value, nbits)``; that is the ``data`` of Messages 6, 8, 25 and 26.

    Values in the cell's unit, None for "not available"; records as a list of dicts under the group's name (``areas``,
    ``reports``, ``waypoints``), their kind by number or name; lines of an area as ``legs``: [(bearing, metres), …].
    Raises :class:`ConfigError` for what is unknown or out of range.

    >>> encode_asm(1, 22, notice=74, areas=[{"shape": "circle", "lat": 2.5, "lon": 101.2, "radius": 1500}])[1]
    142
    """
    asm = ASM.get((dac, fi))
    if asm is None:
        known = ", ".join(f"{d}/{f}" for d, f in ASM)
        raise ConfigError(f"no layout for DAC {dac}, FI {fi}", hint=f"declared are {known}; give raw bits instead")
    records = fields.pop(asm.group.name, ()) if asm.group else ()
    if asm.group and not 1 <= len(records) <= asm.group.most:
        raise ConfigError(f"{asm.name}: {len(records)} {asm.group.name}", hint=f"1 to {asm.group.most} of them fit")
    if asm.group and asm.group.count:
        fields.setdefault(asm.group.count, len(records))
    value, nbits = _cells(asm.cells, fields, asm.name, asm)
    if asm.group is None:
        return value, nbits
    for record in records:
        more, size = _record(asm, asm.group, record)
        value, nbits = value << size | more, nbits + size
    return value, nbits


def _record(asm: Asm, group: Group, record: Mapping[str, Any]) -> tuple[int, int]:
    fields = dict(record)
    kind = 0
    if group.pick is not None:
        kind = _kind(group, fields.get(group.pick.name))
        fields[group.pick.name] = kind
    name = group.kinds[kind].name
    if "legs" in fields:
        _unfold(fields.pop("legs"), fields)
    for derived in ("kind", "points"):
        fields.pop(derived, None)
    cells = group.cells(kind)
    if any(c.power for c in cells):
        _rescale(cells, fields)
    return _cells(cells, fields, f"{asm.name}, {name}", asm)


def _kind(group: Group, given: Any) -> int:
    for number, record in group.kinds.items():
        if given in (number, record.name):
            return number
    names = ", ".join(r.name for r in group.kinds.values())
    pick = group.pick.name if group.pick else ""
    raise ConfigError(f"{group.name}: no {pick} {given!r}", hint=f"there are {names}")


def _unfold(legs: Sequence[tuple[float, float]], fields: dict[str, Any]) -> None:
    if len(legs) > 4:
        raise ConfigError(
            f"{len(legs)} legs in one sub-area", hint="4 fit; go on in another sub-area of the same shape"
        )
    for k, (bearing, distance) in enumerate(legs, 1):
        fields[f"bearing{k}"], fields[f"distance{k}"] = bearing, distance


def _rescale(cells: tuple[Cell, ...], fields: dict[str, Any]) -> None:
    """Lengths in units of 10 to the power ``scale``, the smallest power in which all of them fit."""
    if fields.get("scale") is None:
        fits = [
            s for s in range(_SCALES)
            if all(round((fields.get(c.name) or 0) / 10**s) < 1 << c.width for c in cells if c.power)
        ]  # fmt: skip
        fields["scale"] = fits[0] if fits else _SCALES - 1
    for cell in cells:
        if cell.power and fields.get(cell.name) is not None:
            fields[cell.name] = fields[cell.name] / 10 ** fields["scale"]


def _cells(cells: tuple[Cell, ...], fields: Mapping[str, Any], where: str, asm: Asm) -> tuple[int, int]:
    names = {c.name for c in cells if c.kind != "x"}
    unknown = next((n for n in fields if n not in names), None)
    if unknown is not None:
        raise ConfigError(f"{where} has no field {unknown!r}", hint=f"its fields are: {', '.join(sorted(names))}")
    value = nbits = 0
    for cell in cells:
        value = value << cell.width | _raw(cell, fields.get(cell.name), where)
        nbits += cell.width
    return value, nbits


def _raw(cell: Cell, given: Any, where: str) -> int:
    """Raw value of a cell, two's complement under its width."""
    if cell.kind == "x":
        return 0
    if cell.kind == "t":
        return text_bits(cell.name, given or "", cell.width // 6)
    if given is None:
        return (cell.na or 0) & (1 << cell.width) - 1
    try:
        raw = round(float(given) / cell.scale) - cell.offset
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"{where}: {cell.name} = {given!r} is no number", hint="None means not available") from None
    signed = cell.kind == "i"
    low = cell.low if cell.low is not None else (-(1 << cell.width - 1) if signed else 0)
    high = cell.high if cell.high is not None else (1 << cell.width - signed) - 1
    if not low <= raw <= high:
        a, b = ((x + cell.offset) * cell.scale for x in (low, high))
        raise ConfigError(
            f"{where}: {cell.name} = {given!r} does not fit",
            hint=f"{cell.name} goes from {a:.10g} to {b:.10g} {cell.unit}; None means not available",
        )
    return raw & (1 << cell.width) - 1
