"""What the items of an ASTERIX record say of a target: one function a category, into one row.

Degrees, metres, metres a second; NaN where the record does not say. Clauses as I048/040: item 040 of category 048.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.asterix import SUB, compound
from selat.model.units import NAUTICAL_MILE

#: a record: ``at`` and ``length`` its bytes in the buffer, ``first`` the seq of the one it repeats, ``name`` where that lies
ROW = np.dtype(
    [
        ("at", "i8"), ("first", "i8"), ("name", "i8"), ("lat", "f8"), ("lon", "f8"), ("rho", "f8"), ("theta", "f8"), ("x", "f8"),
        ("y", "f8"), ("vx", "f8"), ("vy", "f8"), ("height", "f8"), ("sigma", "f8"), ("doppler", "f8"), ("amplitude", "f8"),
        ("radar_lat", "f8"), ("radar_lon", "f8"), ("size_m", "f4"), ("beam_m", "f4"), ("length", "i4"), ("tod", "i4"),
        ("track", "i4"), ("scan", "i4"), ("code", "i4"), ("radar", "u2"), ("cat", "u1"), ("kind", "u1"), ("fate", "u1"),
        ("state", "u1"), ("reason", "u1"),
    ],
    align=True,
)  # fmt: skip
TARGET, STATUS, REJECT, AGAIN = 0, 1, 2, 3  #: of ``fate``
ENDED, TENTATIVE, TEST, AIRCRAFT, COASTED = 1, 2, 4, 8, 16  #: bits of ``state``

_NM = NAUTICAL_MILE
_FOOT = 0.3048
_TURN = 360.0 / 65536.0
_SPEED = _NM / 16384.0  #: 2^-14 NM/s in m/s
_RAD = math.pi / 180.0


def _u16(b: Any, p: int) -> int:
    return np.int64(b[p]) << 8 | np.int64(b[p + 1])


u16 = inline(_u16)


def _i16(b: Any, p: int) -> int:
    v = u16(b, p)
    return v - 65536 if v >= 32768 else v


i16 = inline(_i16)


def _u24(b: Any, p: int) -> int:
    return u16(b, p) << 8 | np.int64(b[p + 2])


u24 = inline(_u24)


def _i24(b: Any, p: int) -> int:
    v = u24(b, p)
    return v - (1 << 24) if v >= 1 << 23 else v


i24 = inline(_i24)


def _i32(b: Any, p: int) -> int:
    v = u16(b, p) << 16 | u16(b, p + 2)
    return v - (1 << 32) if v >= 1 << 31 else v


i32 = inline(_i32)


def _blank(r: Any) -> None:
    """A row that says nothing yet."""
    r.lat = r.lon = r.rho = r.theta = r.x = r.y = r.vx = r.vy = r.height = r.sigma = r.doppler = r.amplitude = math.nan
    r.size_m = r.beam_m = math.nan
    r.name = -1
    r.tod = r.track = r.code = r.scan = -1
    r.kind = r.fate = r.state = r.reason = 0


blank = inline(_blank)


def _polar(r: Any, speed: float, course: float) -> None:
    """Velocity from speed (m/s) and course (deg)."""
    r.vx = speed * math.sin(course * _RAD)
    r.vy = speed * math.cos(course * _RAD)


polar = inline(_polar)


def _sized(buf: Any, p: int, r: Any) -> None:
    """I010/270, I062/270: length, orientation and width of the target, 1 m."""
    r.size_m = buf[p] >> 1
    if buf[p] & 1 and buf[p + 1] & 1:
        r.beam_m = buf[p + 2] >> 1


sized = inline(_sized)


def _cat010(buf: Any, at: Any, r: Any) -> None:
    """Category 010, surface movement: the coastal radar's target reports. Others (update cycle, status) are status."""
    if at[2] >= 0:
        r.kind = buf[at[2]]
    if r.kind != 1:
        r.fate = STATUS
    if at[3] >= 0:
        p = at[3]
        if buf[p] >> 5 in (1, 2):  # Mode S multilateration, ADS-B
            r.state |= AIRCRAFT
        if buf[p] & 1:
            if buf[p + 1] & 0xE0:  # SIM, TST, RAB
                r.state |= TEST
            if buf[p + 1] >> 1 & 3 in (1, 3):  # TOT: aircraft, helicopter
                r.state |= AIRCRAFT
    if at[4] >= 0:
        r.tod = u24(buf, at[4])
    if at[5] >= 0:
        r.lat, r.lon = i32(buf, at[5]) * (180.0 / 2.0**31), i32(buf, at[5] + 4) * (180.0 / 2.0**31)
    if at[6] >= 0:
        r.rho, r.theta = float(u16(buf, at[6])), u16(buf, at[6] + 2) * _TURN
    if at[7] >= 0:
        r.x, r.y = float(i16(buf, at[7])), float(i16(buf, at[7] + 2))
    if at[9] >= 0:
        r.vx, r.vy = i16(buf, at[9]) * 0.25, i16(buf, at[9] + 2) * 0.25
    elif at[8] >= 0:
        polar(r, u16(buf, at[8]) * _SPEED, u16(buf, at[8] + 2) * _TURN)
    if at[10] >= 0:
        r.track = u16(buf, at[10]) & 0xFFF
    if at[11] >= 0:
        p = at[11]
        r.state |= (buf[p] >> 7) * TENTATIVE | (buf[p] >> 6 & 1) * ENDED | (COASTED if buf[p] & 0x20 else 0)
    if at[13] >= 0:
        r.state |= AIRCRAFT
    if at[14] >= 0:
        r.name = at[14] + 1
    if at[18] >= 0:
        r.height = i16(buf, at[18]) * 6.25 * _FOOT
    if at[19] >= 0:
        sized(buf, at[19], r)
    if at[22] >= 0:
        r.sigma = math.hypot(buf[at[22]] * 0.25, buf[at[22] + 1] * 0.25) * math.sqrt(0.5)
    if at[24] >= 0:
        r.amplitude = buf[at[24]]


cat010 = jit(_cat010)


def _cat048(buf: Any, at: Any, parts: Any, r: Any) -> None:
    """Category 048: plots and tracks of one radar."""
    if at[2] >= 0:
        r.tod = u24(buf, at[2])
    if at[3] >= 0:
        p = at[3]
        r.kind = buf[p] >> 5
        if r.kind >= 4:  # Mode S
            r.state |= AIRCRAFT
        if buf[p] & 0x12:  # SIM, RAB: simulated, a field monitor
            r.state |= TEST
        if buf[p] & 1 and buf[p + 1] & 0x80:  # TST
            r.state |= TEST
        if r.kind == 0:
            r.state |= COASTED
    if at[4] >= 0:
        r.rho, r.theta = u16(buf, at[4]) * (_NM / 256.0), u16(buf, at[4] + 2) * _TURN
    if at[5] >= 0 or at[6] >= 0 or at[8] >= 0 or at[9] >= 0:  # codes, flight level, address or name of a transponder
        r.state |= AIRCRAFT
    if at[7] >= 0:
        compound(buf, at[7], len(buf), SUB[2], parts)
        if parts[5] >= 0:  # PAM, dBm
            v = buf[parts[5]]
            r.amplitude = v - 256.0 if v > 127 else float(v)
    if at[11] >= 0:
        r.track = u16(buf, at[11]) & 0xFFF
    if at[12] >= 0:
        r.x, r.y = i16(buf, at[12]) * (_NM / 128.0), i16(buf, at[12] + 2) * (_NM / 128.0)
    if at[13] >= 0:
        polar(r, u16(buf, at[13]) * _SPEED, u16(buf, at[13] + 2) * _TURN)
    if at[14] >= 0:
        p = at[14]
        r.state |= (buf[p] >> 7) * TENTATIVE
        if buf[p] & 1:
            r.state |= (buf[p + 1] >> 7) * ENDED | (TEST if buf[p + 1] & 0x40 else 0)  # TRE; GHO: a ghost
    if at[15] >= 0:
        r.sigma = math.hypot(float(buf[at[15]]), float(buf[at[15] + 1])) * (_NM / 128.0) * math.sqrt(0.5)
    if at[19] >= 0:
        v = u16(buf, at[19]) & 0x3FFF
        r.height = (v - 16384 if v >= 8192 else v) * 25.0 * _FOOT
    if at[20] >= 0:
        compound(buf, at[20], len(buf), SUB[3], parts)
        if parts[1] >= 0:  # CAL: positive going away
            v = u16(buf, parts[1]) & 0x3FF
            r.doppler = float(v - 1024 if v >= 512 else v)
        elif parts[2] >= 0 and buf[parts[2]] > 0:
            r.doppler = float(i16(buf, parts[2] + 1))


cat048 = jit(_cat048)


def _cat062(buf: Any, at: Any, r: Any) -> None:
    """Category 062: tracks of a system that joins several radars."""
    if at[4] >= 0:
        r.tod = u24(buf, at[4])
    if at[5] >= 0:
        r.lat, r.lon = i32(buf, at[5]) * (180.0 / 2.0**25), i32(buf, at[5] + 4) * (180.0 / 2.0**25)
    if at[6] >= 0:
        r.x, r.y = i24(buf, at[6]) * 0.5, i24(buf, at[6] + 3) * 0.5
    if at[7] >= 0:
        r.vx, r.vy = i16(buf, at[7]) * 0.25, i16(buf, at[7] + 2) * 0.25
    if at[9] >= 0 or at[11] >= 0 or at[17] >= 0:  # code, data of an aircraft, flight level
        r.state |= AIRCRAFT
    if at[10] >= 0:
        r.name = at[10] + 1
    if at[12] >= 0:
        r.track = u16(buf, at[12])
    if at[13] >= 0:
        p = at[13]
        r.state |= (buf[p] >> 1 & 1) * TENTATIVE
        if buf[p] & 1:
            r.state |= (buf[p + 1] >> 7) * TEST | (buf[p + 1] >> 6 & 1) * ENDED  # SIM, TSE
            if buf[p + 1] & 1 and buf[p + 2] & 1 and buf[p + 3] & 0x80:  # CST
                r.state |= COASTED
    if at[18] >= 0:
        r.height = i16(buf, at[18]) * 6.25 * _FOOT
    if at[22] >= 0:
        sized(buf, at[22], r)


cat062 = jit(_cat062)


def _cat034(buf: Any, at: Any, r: Any) -> None:
    """Category 034: the radar's north marks, sector marks, its turn time (I034/041, in ``vx``) and place (I034/120)."""
    r.fate = STATUS
    if at[2] >= 0:
        r.kind = buf[at[2]]
    if at[3] >= 0:
        r.tod = u24(buf, at[3])
    if at[5] >= 0:
        r.vx = u16(buf, at[5]) / 128.0
    if at[11] >= 0:
        r.height = float(i16(buf, at[11]))
        r.lat, r.lon = i24(buf, at[11] + 2) * (180.0 / 2.0**23), i24(buf, at[11] + 5) * (180.0 / 2.0**23)


cat034 = jit(_cat034)


def _read(buf: Any, cat: int, at: Any, parts: Any, r: Any) -> None:
    """Read the record whose items lie at ``at`` into ``r``."""
    blank(r)
    if at[1] >= 0:
        r.code = u16(buf, at[1])
    if cat == 48:
        cat048(buf, at, parts, r)
    elif cat == 10:
        cat010(buf, at, r)
    elif cat == 62:
        cat062(buf, at, r)
    elif cat == 34:
        cat034(buf, at, r)
    else:
        r.fate = STATUS  # 063, 065: health of sensors and of the system
        r.tod = u24(buf, at[3]) if cat == 63 and at[3] >= 0 else r.tod
        r.tod = u24(buf, at[4]) if cat == 65 and at[4] >= 0 else r.tod


read = jit(_read)
