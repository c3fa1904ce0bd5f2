"""One row of text to one row of stored columns: the report it states, and the data the ship declares.

Quantities have fixed numbers (:data:`QUANTITIES`); ``col[q]`` is the column of the table that holds one, -1 where there
is none; ``units[q]`` is ``(places, num, den)``: a text is read as an integer of ``places`` decimals and multiplied by
``num / den`` to get the stored step. Every value outside its range becomes null and sets ``Flag.NULLED``; only what
makes a report (time, MMSI, position, and numbers that are no numbers) rejects the row.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, bare, fused, i64
from selat.kernels._swar import load64
from selat.kernels.csvnum import (
    BAD,
    BIG,
    EMPTY,
    lookup,
    ratio,
    scaled,
    scaled_here,
    stamp,
    trim,
    word,
)  # fmt: skip
from selat.model.columns import Array

QUANTITIES = (
    "time", "mmsi", "lat", "lon", "sog", "cog", "heading", "rot", "nav_status", "msg_type", "altitude",
    "imo", "callsign", "name", "ship_type", "cargo", "length", "width", "draught", "destination", "eta", "epfd",
    "to_bow", "to_stern", "to_port", "to_starboard",
)  # fmt: skip
TIME, MMSI, LAT, LON, SOG, COG, HEADING, ROT, STATUS, CLASS, ALTITUDE = range(11)
IMO, CALLSIGN, NAME, SHIP_TYPE, CARGO, LENGTH, WIDTH, DRAUGHT, DESTINATION, ETA, EPFD = range(11, 22)
BOW, STERN, PORT, STARBOARD = range(22, 26)

# params: the kernel's options, one int64 each
DELIM, COLUMNS, POINT, TIME_HOW, TIME_PLACES, DEFAULT_TYPE, ROT_UNIT, ETA_HOW = range(8)
PARAMS = 8
ROT_PER_MINUTE, ROT_PER_SECOND, ROT_AIS = range(3)

# tables of words: keys[k], values[k]
W_CLASS, W_STATUS, W_SHIP, W_CARGO, W_EPFD, W_NULL, W_TEXT = range(7)

R_MMSI, R_TIME, R_NUMBER, R_RANGE = 11, 13, 14, 15  # selat.model.errors.Reason
NULLED = 128  # selat.model.schema.Flag
_I32 = -(2**31)
_U16 = 65535


def _number(src: Array, s: int, e: int, units: Array, k: int, point: int, keys: Array, values: Array) -> int:
    """Stored value of a field; EMPTY for nothing and for a word that means nothing."""
    v = scaled_here(src, s, e, units[k, 0], point)
    if v <= BIG:
        if v == BAD:
            s, e = trim(src, s, e)
            if lookup(keys, values, i64(W_NULL), word(src, s, e)) >= 0:
                return EMPTY
        return v
    if units[k, 1] == units[k, 2]:
        return v
    return ratio(v, units[k, 1], units[k, 2])


number = fused(_number)


def _time(src: Array, s: int, e: int, params: Array, text: Array, last: Array) -> int:
    """Time of a row; the last one is kept (``text``, ``last`` = length, value), as neighbours often share it."""
    n = e - s
    if n == last[0]:
        if 16 <= n <= 24:  # the last eight bytes overlap those before
            x = (load64(src, s) ^ load64(text, 0)) | (load64(src, s + 8) ^ load64(text, 8))
            if (x | (load64(src, e - 8) ^ load64(text, n - 8))) == U(0):
                return last[1]
        i = 0
        while i < n and text[i] == src[U(s + i)]:
            i += 1
        if i == n:
            return last[1]
    ns = stamp(src, s, e, params[TIME_HOW], params[TIME_PLACES])
    if ns != BAD and n <= len(text):
        for i in range(n):
            text[i] = src[U(s + i)]
        last[0] = n
        last[1] = ns
    return ns


read_time = fused(_time)


def _coded(src: Array, s: int, e: int, most: int, keys: Array, values: Array, kind: int) -> int:
    """A code given as a number up to ``most`` or as a word; EMPTY for nothing, BAD for anything else."""
    s, e = trim(src, s, e)
    if s == e:
        return EMPTY
    c = src[U(s)]
    if 48 <= c <= 57 or c == 45 or c == 43 or c == 46:
        v = scaled(src, s, e, i64(0), i64(46))
        return v if 0 <= v <= most else BAD
    v = lookup(keys, values, kind, word(src, s, e))
    return v if v >= 0 else BAD


coded = bare(_coded)


def _turn(v: int, unit: int) -> int:
    """ROT_AIS (M.1371: 4.733 sqrt(deg/min)) of a rate in millionths; EMPTY for the code -128, BAD beyond 127."""
    if unit == ROT_AIS:
        r = abs(v)
    else:
        per_minute = abs(v) / 1e6 * (60.0 if unit == ROT_PER_SECOND else 1.0)
        r = i64(np.floor(4.733 * np.sqrt(per_minute) + 0.5))
    if r > 127:
        return EMPTY if r == 128 and v < 0 else BAD
    return -r if v < 0 else r


turn = fused(_turn)


def _at(
    src: Array, q: Array, b: int, col: Array, units: Array, params: Array, keys: Array, values: Array, k: int,
) -> int:  # fmt: skip
    """The number of quantity ``k``; EMPTY where the table has no column for it."""
    c = col[k]
    if c < 0:
        return EMPTY
    return number(src, q[b + c] + 1, q[b + c + 1], units, k, params[POINT], keys, values)


number_at = fused(_at)


def _angle(src: Array, q: Array, b: int, col: Array, params: Array, k: int, full: int, v: int) -> int:
    """``v``, or 0 for an angle that only rounding made a full turn."""
    if v == full:
        c = b + col[k]
        fine = scaled(src, q[c] + 1, q[c + 1], i64(7), params[POINT])
        if BIG < fine < 3_600_000_000:
            return 0
    return v


angle = fused(_angle)


def _motion(
    src: Array, q: Array, b: int, col: Array, units: Array, params: Array, keys: Array, values: Array, row: Array,
) -> int:  # fmt: skip
    """Speed, course, heading, turn, status, altitude of a row into ``row[5:11]``; 0 or the reason to reject it."""
    nulled = row[11] != 0
    v = number_at(src, q, b, col, units, params, keys, values, i64(SOG))
    if v == BAD:
        return R_NUMBER
    most = 10220 if row[2] == 9 else 1022
    ok = 0 <= v <= most and v != 1023
    row[5] = v if ok else _U16
    nulled |= not (ok or v == EMPTY or v == 1023 or (v == 10230 and most == 10220))
    v = number_at(src, q, b, col, units, params, keys, values, i64(COG))
    if v == BAD:
        return R_NUMBER
    v = angle(src, q, b, col, params, i64(COG), i64(3600), v)
    ok = 0 <= v < 3600
    row[6] = v if ok else _U16
    nulled |= not (ok or v == EMPTY or v == 3600)
    v = number_at(src, q, b, col, units, params, keys, values, i64(HEADING))
    if v == BAD:
        return R_NUMBER
    v = angle(src, q, b, col, params, i64(HEADING), i64(360), v)
    ok = 0 <= v < 360
    row[7] = v if ok else _U16
    nulled |= not (ok or v == EMPTY or v == 511)
    v = number_at(src, q, b, col, units, params, keys, values, i64(ROT))
    if v == BAD:
        return R_NUMBER
    if v > BIG:
        v = turn(v, params[ROT_UNIT])
    row[8] = v if v > BIG else -32768
    nulled |= not (v > BIG or v == EMPTY)
    v = i64(EMPTY)
    if col[STATUS] >= 0:
        c = b + col[STATUS]
        v = coded(src, q[c] + 1, q[c + 1], i64(15), keys, values, i64(W_STATUS))
        nulled |= v == BAD
    row[9] = v if v >= 0 else 255
    v = number_at(src, q, b, col, units, params, keys, values, i64(ALTITUDE))
    if v == BAD:
        return R_NUMBER
    nulled |= not (v == EMPTY or 0 <= v <= 4095)
    row[10] = v if 0 <= v < 4095 else _U16
    row[11] = NULLED if nulled else 0
    return 0


motion = fused(_motion)


def _report(
    src: Array, q: Array, b: int, col: Array, units: Array, params: Array, keys: Array, values: Array, text: Array,
    last: Array, row: Array,
) -> int:  # fmt: skip
    """A row of text into ``row``: 0, or the :class:`~selat.model.errors.Reason` why it is no report.

    ``row``: time, mmsi, msg_type, lat, lon, sog, cog, heading, rot, nav_status, altitude, flags, seq.
    """
    point = params[POINT]
    c = b + col[TIME]
    ns = read_time(src, q[c] + 1, q[c + 1], params, text, last)
    if ns == BAD:
        return R_TIME
    c = b + col[MMSI]
    mmsi = scaled_here(src, q[c] + 1, q[c + 1], i64(0), i64(46))
    if mmsi <= BAD:
        return R_NUMBER
    if mmsi < 1 or mmsi > 999_999_999:
        return R_MMSI
    c = b + col[LAT]
    lat = number(src, q[c] + 1, q[c + 1], units, i64(LAT), point, keys, values)
    c = b + col[LON]
    lon = number(src, q[c] + 1, q[c + 1], units, i64(LON), point, keys, values)
    if lat == BAD or lon == BAD:
        return R_NUMBER
    none = lat == EMPTY or lat == 910_000_000 or lon == EMPTY or lon == 1_810_000_000
    if abs(lat) > 900_000_000 and lat != EMPTY and lat != 910_000_000:
        return R_RANGE
    if abs(lon) > 1_800_000_000 and lon != EMPTY and lon != 1_810_000_000:
        return R_RANGE
    kind, flags = params[DEFAULT_TYPE], 0
    if col[CLASS] >= 0:
        c = b + col[CLASS]
        v = coded(src, q[c] + 1, q[c + 1], i64(28), keys, values, i64(W_CLASS))
        if v >= 0:
            kind = v
        elif v == BAD:
            flags = NULLED
    row[0] = ns
    row[1] = mmsi
    row[2] = kind
    row[3] = _I32 if none else lat
    row[4] = _I32 if none else lon
    row[11] = flags
    return motion(src, q, b, col, units, params, keys, values, row)


report = fused(_report)
