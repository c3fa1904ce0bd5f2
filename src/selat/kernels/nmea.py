"""Find the AIS sentences in raw bytes: lines, TAG blocks, checksums, fields, times. No payload is opened here.

Sentence (IEC 61162-1): ``!ttVDM,total,number,sequence,channel,payload,fill*hh``; in front of it TAG blocks
(NMEA 0183 4.10, IEC 62320-1) ``\\k:v,k:v*hh\\``, an epoch or an ISO time; behind it an epoch, or the list of the
US Coast Guard (``,s12345,d-119,T12.34,S0042,r003669958,1085889680``). A ``$PGHP`` sentence (Gatehouse) gives time and
base station of the next sentence, named by its checksum.

A *line* ends at LF, CR or CRLF, and also where a sentence is glued behind another (``*hh!``, or a ``!`` in a payload).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit

#: one row a line; ``fate`` 0: AIS sentence, CONTEXT: kept as context, else selat.model.errors.Reason
LINE = np.dtype(
    [
        ("heard", "i8"), ("arrived", "i8"), ("start", "i8"), ("pay", "i8"), ("length", "i4"), ("paylen", "i4"),
        ("station", "u2"), ("talker", "u2"), ("flags", "u2"), ("seqid", "i2"), ("fate", "u1"), ("quality", "u1"),
        ("total", "u1"), ("num", "u1"), ("fill", "u1"), ("chan", "u1"), ("tagged", "u1"), ("pad", "u1"),
    ],
    align=True,
)  # fmt: skip

CONTEXT = 255
GROUPS = 1024  #: TAG groups remembered
STATIONS = 16384  #: slots of the table of stations (a power of two; ids go to STATIONS // 2 - 1)

#: what the scanner remembers from line to line
CTX = np.dtype(
    [
        ("last_heard", "i8"), ("pghp_count", "i8"), ("pghp_fresh", "u1"), ("stations", "u2"),
        ("prev_total", "u1"), ("prev_num", "u1"), ("prev_chan", "u1"), ("prev_quality", "u1"), ("prev_seqid", "i2"),
        ("prev_talker", "u2"), ("prev_station", "u2"), ("prev_heard", "i8"), ("prev_arrived", "i8"),
        ("carried", "u1"), ("cut", "u1"),
    ],
    align=True,
)  # fmt: skip
#: $PGHP lines remembered; logs that were sorted by arrival tear them from their sentences
PGHP = np.dtype([("time", "i8"), ("arrived", "i8"), ("check", "i4"), ("station", "u2"), ("live", "u1")], align=True)
RING = 16
GROUP = np.dtype([("id", "i8"), ("heard", "i8"), ("arrived", "i8"), ("station", "u2"), ("quality", "u1")], align=True)

_R_BLANK, _R_NOT_AIS, _R_NOISE, _R_STRUCTURE, _R_CHECKSUM, _R_TOO_LONG = 1, 2, 3, 4, 5, 7
_Q_CARRIED, _Q_SUFFIX, _Q_PGHP, _Q_TAG_S, _Q_TAG_MS = 2, 3, 4, 5, 6
_F_OWN, _F_TAG = 32, 64
MAX_SENTENCE = 1024  #: longest sentence that is read, bytes from ``!`` to the checksum
_NL, _CR, _BANG, _DOLLAR, _STAR, _COMMA, _COLON, _BACK = 10, 13, 33, 36, 42, 44, 58, 92
_EPOCH_MIN, _EPOCH_MAX = 946_684_800, 4_102_444_800  # 2000-01-01, 2100-01-01
_FNV, _FNV_P = np.uint64(14695981039346656037), np.uint64(1099511628211)


def _hexval(c: int) -> int:
    if 48 <= c <= 57:
        return c - 48
    if 65 <= c <= 70:
        return c - 55
    if 97 <= c <= 102:
        return c - 87
    return -1


hexval = inline(_hexval)


def _epoch(buf: Any, a: int, b: int) -> int:
    """Nanoseconds of the 10 (s) or 13 (ms) digits in buf[a:b]; 0 when they are none, or not of 2000 to 2100."""
    n = b - a
    if n != 10 and n != 13:
        return 0
    v = 0
    for i in range(a, b):
        d = buf[i] - 48
        if d < 0 or d > 9:
            return 0
        v = v * 10 + d
    if n == 10:
        v *= 1000
    if v < _EPOCH_MIN * 1000 or v >= _EPOCH_MAX * 1000:
        return 0
    return v * 1_000_000


epoch = jit(_epoch)


def _days(y: int, m: int, d: int) -> int:
    """Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant, chrono-compatible date algorithms)."""
    if m <= 2:
        y -= 1
    era = y // 400
    yoe = y - era * 400
    mp = m - 3 if m > 2 else m + 9
    doy = (153 * mp + 2) // 5 + d - 1
    doe = yoe * 365 + yoe // 4 - yoe // 100 + doy
    return era * 146097 + doe - 719468


days = jit(_days)


def _number(buf: Any, a: int, b: int) -> int:
    """Decimal digits buf[a:b] as an int; -1 when empty, too long or not digits."""
    if a >= b or b - a > 12:
        return -1
    v = 0
    for i in range(a, b):
        d = buf[i] - 48
        if d < 0 or d > 9:
            return -1
        v = v * 10 + d
    return v


number = jit(_number)


def _station(buf: Any, a: int, b: int, keys: Any, ids: Any, news: Any, ctx: Any) -> int:
    """Id (from 1) of the station named by buf[a:b]; a new one is noted in ``news`` as (start, end). 0: table full."""
    if a >= b:
        return 0
    h = _FNV
    for i in range(a, b):
        h = (h ^ np.uint64(buf[i])) * _FNV_P
    if h == np.uint64(0):
        h = np.uint64(1)
    at = np.int64(h & np.uint64(STATIONS - 1))
    for _ in range(STATIONS):
        if keys[at] == h:
            return ids[at]
        if keys[at] == np.uint64(0):
            known = np.int64(ctx.stations)
            if known >= STATIONS // 2 - 1 or known >= len(news):
                return 0
            keys[at] = h
            ids[at] = known + 1
            news[known, 0] = a
            news[known, 1] = b
            ctx.stations = known + 1
            return known + 1
        at = (at + 1) & (STATIONS - 1)
    return 0


station = jit(_station)


def _iso(buf: Any, a: int, b: int) -> int:
    """Nanoseconds of ``YYYY-MM-DD?hh:mm:ss[.f…]`` at the start of buf[a:b], UTC; 0 when it is no such time."""
    if b - a < 19 or buf[a + 4] != 45 or buf[a + 7] != 45 or buf[a + 13] != _COLON or buf[a + 16] != _COLON:
        return 0
    y, mo, d = number(buf, a, a + 4), number(buf, a + 5, a + 7), number(buf, a + 8, a + 10)
    h, mi, s = number(buf, a + 11, a + 13), number(buf, a + 14, a + 16), number(buf, a + 17, a + 19)
    if y < 2000 or y >= 2100 or mo < 1 or mo > 12 or d < 1 or d > 31:
        return 0
    if h < 0 or h > 23 or mi < 0 or mi > 59 or s < 0 or s > 60:
        return 0
    ns = (days(y, mo, d) * 86400 + h * 3600 + mi * 60 + s) * 1_000_000_000
    if a + 19 < b and (buf[a + 19] == 46 or buf[a + 19] == _COMMA):
        unit = 100_000_000
        i = a + 20
        while i < b and 48 <= buf[i] <= 57 and unit > 0:
            ns += (buf[i] - 48) * unit
            unit //= 10
            i += 1
    return ns


iso = jit(_iso)


def _group(buf: Any, a: int, b: int) -> tuple[int, int]:
    """(group id, part) of ``1-2-3985`` (NMEA) or ``1G2:3985`` (IEC) in buf[a:b]; id -1 when it is neither."""
    i = a
    while i < b and 48 <= buf[i] <= 57:
        i += 1
    if i == a or i >= b:
        return -1, 0
    part = number(buf, a, i)
    j = i + 1
    while j < b and 48 <= buf[j] <= 57:
        j += 1
    if j >= b - 1:
        return -1, 0
    return number(buf, j + 1, b), part


group = jit(_group)


def _tags(buf: Any, p: int, e: int, row: Any, ctx: Any, groups: Any, keys: Any, ids: Any, news: Any) -> int:
    """Read the TAG blocks that begin at ``p``; fills heard, quality, arrived and station; returns where they end.

    A wrong TAG checksum keeps the sentence and lowers the trust in its time (reference: real logs carry ``*00``).
    """
    gid = -1
    part = 0
    while p < e and buf[p] == _BACK:
        q = p + 1
        x = 0
        star = -1
        while q < e and buf[q] != _BACK and buf[q] != _BANG and buf[q] != _NL and buf[q] != _CR:
            if buf[q] == _STAR and star < 0:
                star = q
            if star < 0:
                x ^= buf[q]
            q += 1
        if q >= e or buf[q] != _BACK:  # never closed: what stands before a sentence is noise
            return q if q < e and buf[q] == _BANG else p
        end = star if star >= 0 else q
        good = star >= 0 and q - star == 3 and hexval(buf[star + 1]) * 16 + hexval(buf[star + 2]) == x
        if not good:
            row.flags |= _F_TAG
        i = p + 1
        while i < end:
            j = i
            while j < end and buf[j] != _COMMA:
                j += 1
            if j - i > 2 and buf[i + 1] == _COLON:
                key = buf[i]
                if key == 99:  # c: time of reception
                    t = epoch(buf, i + 2, j)
                    if t != 0:
                        row.heard = t
                        row.quality = _Q_SUFFIX if not good else (_Q_TAG_MS if j - i == 15 else _Q_TAG_S)
                elif key == 115:  # s: source
                    row.station = station(buf, i + 2, j, keys, ids, news, ctx)
                elif key == 116:  # t: seen as a second epoch, the time of arrival
                    t = epoch(buf, i + 2, j)
                    if t != 0:
                        row.arrived = t
                elif key == 103:  # g: group
                    gid, part = group(buf, i + 2, j)
            i = j + 1
        row.tagged = 1
        p = q + 1
    if gid >= 0:
        g = groups[gid % GROUPS]
        if part == 1 or g.id != gid:
            g.id = gid
            g.heard, g.arrived, g.station, g.quality = row.heard, row.arrived, row.station, row.quality
        else:
            if row.heard == 0:
                row.heard, row.quality = g.heard, g.quality
            if row.arrived == 0:
                row.arrived = g.arrived
            if row.station == 0:
                row.station = g.station
    return p


tags = jit(_tags)


def _suffix(buf: Any, p: int, e: int, row: Any, keys: Any, ids: Any, news: Any, ctx: Any) -> None:
    """Read ``,field,field…`` behind a checksum: an epoch is the time of arrival, ``r…`` the station."""
    while p < e and buf[p] == _COMMA:
        q = p + 1
        while q < e and buf[q] != _COMMA:
            q += 1
        if q - p > 2 and buf[p + 1] == 114 and row.station == 0:
            row.station = station(buf, p + 1, q, keys, ids, news, ctx)
        elif row.arrived == 0:
            z = q
            while z > p + 1 and buf[z - 1] == 32:
                z -= 1
            row.arrived = epoch(buf, p + 1, z)
        p = q


suffix = jit(_suffix)


def _pghp(buf: Any, p: int, e: int, arrived: int, ctx: Any, ring: Any, keys: Any, ids: Any, news: Any) -> bool:
    """Read ``$PGHP,1,Y,M,D,h,m,s,ms,country,region,station,online,check`` at ``p``; True when its time was understood."""
    at = np.zeros(16, np.int64)
    n = 0
    i = p
    while i < e and buf[i] != _STAR and n < 16:
        if buf[i] == _COMMA:
            at[n] = i
            n += 1
        i += 1
    if n < 13:
        return False
    y, mo, d = number(buf, at[1] + 1, at[2]), number(buf, at[2] + 1, at[3]), number(buf, at[3] + 1, at[4])
    h, mi, s = number(buf, at[4] + 1, at[5]), number(buf, at[5] + 1, at[6]), number(buf, at[6] + 1, at[7])
    ms = number(buf, at[7] + 1, at[8])
    if y < 2000 or y >= 2100 or mo < 1 or mo > 12 or d < 1 or d > 31 or h > 23 or mi > 59 or s > 60:
        return False
    if h < 0 or mi < 0 or s < 0:
        return False
    row = ring[ctx.pghp_count % RING]
    row.time = (days(y, mo, d) * 86400 + h * 3600 + mi * 60 + s) * 1_000_000_000 + max(ms, 0) * 1_000_000
    row.station = station(buf, at[10] + 1, at[11], keys, ids, news, ctx)
    c = at[12] + 1
    row.check = hexval(buf[c]) * 16 + hexval(buf[c + 1]) if i - c == 2 else -1
    row.arrived = arrived
    row.live = 1
    ctx.pghp_count += 1
    ctx.pghp_fresh = 1
    return True


pghp = jit(_pghp)

_NEAR = 60_000_000  #: ns: a $PGHP and its sentence arrive together


def _pghp_match(row: Any, check: int, ctx: Any, ring: Any) -> None:
    """Give the sentence the time and station of its $PGHP: the one right before it, or one that came in with it."""
    fresh = ctx.pghp_fresh
    ctx.pghp_fresh = 0
    for k in range(min(ctx.pghp_count, RING)):
        r = ring[(ctx.pghp_count - 1 - k) % RING]
        if r.live == 0 or r.check != check:
            continue
        together = r.arrived != 0 and row.arrived != 0 and abs(r.arrived - row.arrived) <= _NEAR
        if together or (k == 0 and fresh != 0):
            if row.heard == 0:
                row.heard = r.time
                row.quality = _Q_PGHP
            if row.station == 0:
                row.station = r.station
            r.live = 0
            return


pghp_match = jit(_pghp_match)
