"""Writes GRIB edition 2 messages (WMO Manual on Codes, I.2): regular latitude and longitude, simple packing; for tests."""

from __future__ import annotations

import math
import struct
from datetime import datetime

import numpy as np

U10 = (0, 2, 2)  #: discipline, category, number (code tables 4.1, 4.2): u-component of wind
V10 = (0, 2, 3)
U_CURRENT = (10, 1, 2)
V_CURRENT = (10, 1, 3)
METRES_ABOVE_GROUND, DEPTH_BELOW_SEA, SURFACE = 103, 160, 1
BITS = 16


def _signed(value: int, size: int) -> bytes:
    """Sign and magnitude, as the edition has it."""
    top = 1 << (8 * size - 1)
    return ((top | -value) if value < 0 else value).to_bytes(size, "big")


def _section(number: int, body: bytes) -> bytes:
    return struct.pack(">IB", len(body) + 5, number) + body


def message(
    values: np.ndarray, lat: np.ndarray, lon: np.ndarray, what: tuple[int, int, int], reference: datetime, hours: int,
    level: tuple[int, float] = (METRES_ABOVE_GROUND, 10.0),
) -> bytes:  # fmt: skip
    """One field (rows from north to south, columns from west to east); NaN is missing, by a bitmap."""
    discipline, category, number = what
    rows, columns = values.shape
    known = np.isfinite(values)
    present = values[known]
    low, high = float(present.min()), float(present.max())
    exponent = math.ceil(math.log2(max(high - low, 1e-9) / (2**BITS - 1)))
    reference_value = struct.unpack(">f", struct.pack(">f", low))[0]
    packed = np.rint((present - reference_value) / 2.0**exponent).clip(0, 2**BITS - 1).astype(">u2").tobytes()
    one = struct.pack(
        ">HHBBBHBBBBBBB", 7, 0, 2, 1, 1, reference.year, reference.month, reference.day, reference.hour, 0, 0, 0, 1
    )
    micro = [round(float(v) * 1e6) for v in (lat[0], lon[0] % 360.0, lat[-1], lon[-1] % 360.0)]
    step = [round(abs(float(v[1] - v[0])) * 1e6) for v in (lon, lat)]
    grid = struct.pack(">BIBBH", 0, rows * columns, 0, 0, 0)
    grid += struct.pack(">BBIBIBI", 6, 0, 0, 0, 0, 0, 0) + struct.pack(">IIII", columns, rows, 0, 0xFFFFFFFF)
    grid += _signed(micro[0], 4) + _signed(micro[1], 4) + b"\x30" + _signed(micro[2], 4) + _signed(micro[3], 4)
    grid += struct.pack(">IIB", step[0], step[1], 0)
    product = struct.pack(">HHBBBBBHBBI", 0, 0, category, number, 2, 0, 0, 0, 0, 1, hours)
    product += struct.pack(">BBI", level[0], 0, round(level[1])) + struct.pack(">BBI", 255, 0, 0)
    form = struct.pack(">IH", len(present), 0) + struct.pack(">f", reference_value)
    form += _signed(exponent, 2) + _signed(0, 2) + bytes([BITS, 0])
    bitmap = b"\xff" if known.all() else b"\x00" + np.packbits(known.ravel()).tobytes()
    body = _section(1, one) + _section(3, grid) + _section(4, product) + _section(5, form)
    body += _section(6, bitmap) + _section(7, packed) + b"7777"
    return b"GRIB" + struct.pack(">HBBQ", 0, discipline, 2, 16 + len(body)) + body
