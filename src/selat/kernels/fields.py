"""Bits to columns: position reports, static data, and any field of any layout. All offsets come from the declared layouts."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.bits import ASCII_OF, bits, signed
from selat.model.messages import LAYOUTS, POSITION_TYPES
from selat.model.schema import NO_TIME

#: where each quantity of a report stands in a layout: first bit, -1 where the layout has none
_WANTED = ("nav_status", "rot", "sog", "accuracy", "lon", "lat", "cog", "heading", "second", "raim", "assigned", "alt",
           "maneuver", "off_position", "virtual_aid")  # fmt: skip
AT = np.full((len(LAYOUTS), len(_WANTED)), -1, np.int64)
#: width of the same
WIDTH = np.zeros_like(AT)
#: stored units of one raw step of sog (0.1 kn) and cog (0.1 deg); of lon and lat, steps of 1e-7 deg over 3
STEP = np.zeros((len(LAYOUTS), 3), np.int64)
REPORTS = np.zeros(64, np.bool_)
for _i, _layout in enumerate(LAYOUTS):
    if _layout.type not in POSITION_TYPES:
        continue
    REPORTS[_layout.type] = True
    for _f, _start in zip(_layout.fields, _layout.starts, strict=True):
        if _f.name in _WANTED:
            AT[_i, _WANTED.index(_f.name)] = _start
            WIDTH[_i, _WANTED.index(_f.name)] = _f.width
            if _f.name in ("sog", "cog"):
                STEP[_i, 0 if _f.name == "sog" else 1] = round(_f.scale * 10)
            if _f.name == "lon":
                STEP[_i, 2] = round(_f.scale * 3e7)
STATUS, ROT, SOG, ACCURACY, LON, LAT, COG, HEADING, SECOND, RAIM, ASSIGNED, ALT, MANEUVER, OFF, VIRTUAL = range(15)

_I32 = -(2**31)
_U16 = 65535
_F_ACCURATE, _F_RAIM, _F_SECOND, _F_NULLED, _F_ASSIGNED, _F_OFF, _F_VIRTUAL, _F_REPEATED = (
    1,
    2,
    4,
    128,
    256,
    512,
    1024,
    2048,
)
_F_MANOEUVRE, _F_DEAD = 4096, 8192
_SECOND_NS = 1_000_000_000
LATE = 15  #: s: a report is heard within this of its fix, else it was relayed and its second tells nothing


def _raw(words: Any, m: Any, what: int) -> int:
    """Raw unsigned value of a quantity; -1 where the layout has none or the message ends before it."""
    at = AT[m.layout, what]
    if at < 0 or at + WIDTH[m.layout, what] > m.nbits:
        return -1
    return bits(words, m.word, at, WIDTH[m.layout, what])


raw = inline(_raw)


def _degrees(words: Any, m: Any, what: int, limit: int) -> tuple[int, bool]:
    """(1e-7 degrees, out of range) of lon or lat; I32 where not available. ``limit`` in degrees."""
    at = AT[m.layout, what]
    width = WIDTH[m.layout, what]
    if at < 0 or at + width > m.nbits:
        return _I32, False
    step = STEP[m.layout, 2]  # 50 for 1/600,000 degree, 50,000 for 1/600
    v = signed(words, m.word, at, width) * step
    if v > limit * 30_000_000 or v < -limit * 30_000_000:
        return _I32, v != (limit + 1) * 30_000_000
    return ((v + 1) // 3 if v >= 0 else -((1 - v) // 3)), False  # nearest: raw steps are 50/3 of 1e-7 degree


degrees = inline(_degrees)


def _fix_time(heard: int, second: int, coarse: bool) -> int:
    """Time of the fix from when it was heard (ns) and the UTC second it carries; 0 where they do not fit.

    A fix is heard 0 to LATE seconds after it was made; a second that lies one ahead is clock error of the receiver,
    and is believed only where the clock tells whole seconds (``coarse``).
    """
    whole = heard // _SECOND_NS
    behind = (whole - second) % 60
    if behind <= LATE:
        return (whole - behind) * _SECOND_NS
    if behind == 59 and coarse:
        return (whole + 1) * _SECOND_NS
    return 0


fix_time = inline(_fix_time)


def _when(m: Any, block_time: int, live: bool) -> tuple[int, int]:
    """(when the receiver heard it, when it came to us), ns UTC; NO_TIME where nobody says so (``block_time`` 0)."""
    heard = m.heard if m.heard != 0 else (block_time if block_time != 0 else NO_TIME)
    if live:
        return heard, block_time
    return heard, (m.arrived if m.arrived != 0 else heard)


when = inline(_when)


def _repeated(words: Any, m: Any) -> int:
    return _F_REPEATED if bits(words, m.word, 6, 2) > 0 else 0


repeated = inline(_repeated)


def _reports(
    msgs: Any, n: int, words: Any, block_time: int, live: bool,
    seq: Any, mmsi: Any, kind: Any, quality: Any, station: Any,
    time: Any, received: Any, lat: Any, lon: Any, sog: Any, cog: Any, heading: Any, rot: Any, status: Any, alt: Any, flags: Any,
) -> int:  # fmt: skip
    """Stored columns of the position reports among the first ``n`` messages; returns how many there are."""
    k = 0
    for i in range(n):
        m = msgs[i]
        if m.fate != 0 or not REPORTS[m.type]:
            continue
        seq[k], mmsi[k], kind[k], quality[k], station[k] = m.seq, m.mmsi, m.type, m.quality, m.station
        f = np.int64(m.flags)
        x, bad_x = degrees(words, m, LON, 180)
        y, bad_y = degrees(words, m, LAT, 90)
        if x == _I32 or y == _I32:
            x = y = _I32
        lon[k], lat[k] = x, y
        v = raw(words, m, SOG)
        full = (1 << WIDTH[m.layout, SOG]) - 1
        sog[k] = v * STEP[m.layout, 0] if 0 <= v < full else _U16
        v = raw(words, m, COG)
        v = v * STEP[m.layout, 1] if v >= 0 else 65535
        nulled = bad_x or bad_y or (v > 3600 and v != 65535 and not (m.type == 27 and v == 5110))
        cog[k] = v if v < 3600 else _U16
        v = raw(words, m, HEADING)
        nulled = nulled or 360 <= v < 511
        heading[k] = v if 0 <= v < 360 else _U16
        v = raw(words, m, ROT)
        rot[k] = -32768 if v < 0 or v == 128 else (v - 256 if v > 128 else v)
        v = raw(words, m, STATUS)
        status[k] = v if v >= 0 else 255
        v = raw(words, m, ALT)
        alt[k] = v if 0 <= v < 4095 else _U16
        if raw(words, m, ACCURACY) == 1:
            f |= _F_ACCURATE
        if raw(words, m, RAIM) == 1:
            f |= _F_RAIM
        if raw(words, m, ASSIGNED) == 1:
            f |= _F_ASSIGNED
        if raw(words, m, OFF) == 1:
            f |= _F_OFF
        if raw(words, m, VIRTUAL) == 1:
            f |= _F_VIRTUAL
        if raw(words, m, MANEUVER) == 1:
            f |= _F_MANOEUVRE
        if nulled:
            f |= _F_NULLED
        second = raw(words, m, SECOND)
        if second == 61 or second == 62:
            f |= _F_DEAD
        heard, arrived = when(m, block_time, live)
        received[k] = arrived
        t = (
            fix_time(heard, second, heard % _SECOND_NS == 0)
            if 0 <= second < 60 and m.quality != 0 and m.type != 4 and m.type != 11
            else 0
        )
        time[k] = t if t != 0 else heard
        if t != 0:
            f |= _F_SECOND
        flags[k] = f | repeated(words, m)
        k += 1
    return k


reports = jit(_reports)


def _text(words: Any, first: int, start: int, chars: int, nbits: int, out: Any) -> None:
    """Six-bit text of ``chars`` characters to ASCII bytes: ends at ``@`` or the end of the message, no blanks at the end."""
    last = 0
    for c in range(chars):
        if start + c * 6 + 6 > nbits:
            break
        v = bits(words, first, start + c * 6, 6)
        if v == 0:
            break
        out[c] = ASCII_OF[v]
        if v != 32:
            last = c + 1
    for c in range(last, chars):
        out[c] = 0


text = inline(_text)


def _times(
    msgs: Any, rows: Any, n: int, block_time: int, live: bool, words: Any, time: Any, received: Any, flags: Any
) -> None:
    """``time``, ``received`` and ``flags`` of the messages ``rows[:n]`` (without a second of their own)."""
    for k in range(n):
        m = msgs[rows[k]]
        heard, arrived = when(m, block_time, live)
        time[k] = heard
        received[k] = arrived
        flags[k] = m.flags | repeated(words, m)


times = jit(_times)


def _uints(words: Any, msgs: Any, rows: Any, n: int, start: int, width: int, is_signed: bool, out: Any) -> None:
    """Raw values (int64) of one field of the messages ``rows[:n]``; -2**63 where the message ends before it."""
    for k in range(n):
        m = msgs[rows[k]]
        if start + width > m.nbits:
            out[k] = -(2**63)
        elif is_signed:
            out[k] = signed(words, m.word, start, width)
        else:
            out[k] = bits(words, m.word, start, width)


uints = jit(_uints)


def _tails(words: Any, msgs: Any, rows: Any, n: int, back: int, width: int, out: Any) -> None:
    """Raw values (int64) of a field that begins ``back`` bits before the end of the messages ``rows[:n]``."""
    for k in range(n):
        m = msgs[rows[k]]
        out[k] = bits(words, m.word, np.int64(m.nbits) - back, width)


tails = jit(_tails)


def _texts(words: Any, msgs: Any, rows: Any, n: int, start: int, chars: int, out: Any) -> None:
    """Texts of one field of the messages ``rows[:n]`` into ``out``, uint8 of shape (n, chars)."""
    for k in range(n):
        m = msgs[rows[k]]
        text(words, m.word, start, chars, m.nbits, out[k])


texts = jit(_texts)


def _payloads(words: Any, msgs: Any, rows: Any, n: int, start: int, tail: int, offsets: Any, out: Any) -> None:
    """Bits from ``start`` to the end (less ``tail``), eight a byte, of the messages ``rows[:n]``, one after another.

    ``offsets`` int64 of n + 1; ``out`` uint8, long enough (see payload_bytes).
    """
    at = 0
    for k in range(n):
        m = msgs[rows[k]]
        offsets[k] = at
        b = start
        end = m.nbits - tail
        while b < end:
            take = min(8, end - b)
            out[at] = bits(words, m.word, b, take) << (8 - take)
            at += 1
            b += 8
    offsets[n] = at


payloads = jit(_payloads)
