"""Random application-specific messages, for the tests of their reader and writer."""

from __future__ import annotations

import random
from typing import Any

from selat.model.asm import ASM, Asm, Cell
from selat.model.asm_encode import encode_asm
from selat.model.encode import armour, bits
from strategies import LETTERS


def packed(value: int, nbits: int) -> bytes:
    """Bits as the table ``messages`` keeps them: eight a byte, first bit highest."""
    return (value << -nbits % 8).to_bytes(-(-nbits // 8), "big")


def cell_value(cell: Cell, rng: random.Random) -> Any:
    """A value of a cell, or None for "not available"; one in eight."""
    if cell.kind == "t":
        return "".join(rng.choice(LETTERS) for _ in range(rng.randrange(cell.width // 6 + 1))).rstrip() or None
    if cell.kind == "b":
        return rng.random() < 0.5
    if cell.na is not None and rng.random() < 0.125:
        return None
    signed = cell.kind == "i"
    low = cell.low if cell.low is not None else -(signed << cell.width - 1)
    high = cell.high if cell.high is not None else (1 << cell.width - signed) - 1
    raw = rng.choice([rng.randint(low, high)] * 4 + [low, high])
    if raw == cell.na:
        return None
    return raw + cell.offset if cell.scale == 1 else (raw + cell.offset) / round(1 / cell.scale)


def drawn(asm: Asm, rng: random.Random, kinds: tuple[int, ...] | None = None) -> dict[str, Any]:
    """Random fields of a message, its records among them; lengths are those that the scale can carry."""
    out = {c.name: cell_value(c, rng) for c in asm.cells if c.kind != "x"}
    if asm.group is None:
        return out
    records = []
    for _ in range(rng.randint(1, asm.group.most)):
        kind = rng.choice(kinds or tuple(asm.group.kinds))
        cells = [c for c in asm.group.cells(kind) if c.kind != "x"]
        record = {c.name: cell_value(c, rng) for c in cells}
        for c in cells:
            if c.power and record[c.name] is not None:
                record[c.name] *= 10 ** record["scale"]
        if asm.group.pick is not None:
            record[asm.group.pick.name] = kind
        if "bearing1" in record:
            legs = [(record.pop(f"bearing{k}"), record.pop(f"distance{k}")) for k in range(1, 5)]
            record["legs"] = [(b, d) for b, d in legs if b is not None and d][: rng.randrange(5)]
        records.append(record)
    if asm.group.count:
        out[asm.group.count] = len(records)
    return {**out, asm.group.name: records}


def messages_of(
    key: tuple[int, int], count: int, kinds: tuple[int, ...] | None = None
) -> list[tuple[dict[str, Any], str, int]]:
    """(fields, payload, fill) of random messages, filled with zeros to whole bytes as a transmitter does."""
    asm, rng, out = ASM[key], random.Random(str(key)), []
    while len(out) < count:
        fields = drawn(asm, rng, kinds)
        value, nbits = encode_asm(*key, **fields)
        data = (value << -nbits % 8, nbits + -nbits % 8)
        to = {"dest_mmsi": 2} if asm.types == (6,) else {}
        if data[1] < 900:
            out.append((fields, *armour(*bits(asm.types[0], mmsi=5330001, dac=key[0], fid=key[1], data=data, **to))))
    return out
