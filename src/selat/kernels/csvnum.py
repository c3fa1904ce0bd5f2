"""Numbers, times and words out of the bytes of a field: scaled integers, no float, no Python object.

A field is ``buf[s:e]``. Results are int64; three values that no quantity can have say why there is none:
:data:`EMPTY`, :data:`BAD` (cannot be read), :data:`BIG` (does not fit 62 bits).
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, bare, fused, i64
from selat.kernels.csvquick import SLOW, quick
from selat.model.columns import Array

EMPTY = -(2**63)
BAD = -(2**63) + 1
BIG = -(2**63) + 2
_NONE = -(2**63) + 2  # every result up to this one is no number
_LIMIT = 2**61

ISO, DAY_FIRST, MONTH_FIRST, COMPACT, EPOCH = 0, 1, 2, 3, 4  #: how a time is written
LOCAL = 8  #: added to it: times of a zone that the caller takes off; one that states its own zone is BAD

SECOND = 1_000_000_000
_DAY = 86_400 * SECOND


def _trim(buf: Array, s: int, e: int) -> tuple[int, int]:
    """The field without white space (every byte up to 32) at its ends."""
    while s < e and buf[U(s)] <= 32:
        s += 1
    while e > s and buf[U(e - 1)] <= 32:
        e -= 1
    return s, e


trim = bare(_trim)


def _scaled(buf: Array, s: int, e: int, places: int, point: int) -> int:
    """As :func:`digit_by_digit`, the short way where it goes."""
    if s == e:
        return EMPTY
    v = quick(buf, s, e, places)
    return digit_by_digit(buf, s, e, places, point) if v == SLOW else v


def _digit_by_digit(buf: Array, s: int, e: int, places: int, point: int) -> int:
    """``[+-]digits[.digits]`` times ``10**places``, half away from zero; exponents go the slow way.

    ``point`` is the decimal sign that is taken beside ``.`` (a byte; 46 for none).
    """
    s, e = trim(buf, s, e)
    if s == e:
        return EMPTY
    i = s
    negative = buf[U(i)] == 45
    if negative or buf[U(i)] == 43:
        i += 1
    first = i
    value = i64(0)
    while i < e and i - first < 10 and 48 <= buf[U(i)] <= 57:
        value = value * 10 + (i64(buf[U(i)]) - 48)
        i += 1
    digits = i - first
    left = places
    if i < e and (buf[U(i)] == 46 or buf[U(i)] == point):
        i += 1
        while i < e and left > 0 and 48 <= buf[U(i)] <= 57:
            value = value * 10 + (i64(buf[U(i)]) - 48)
            i += 1
            left -= 1
            digits += 1
        if left == 0 and i < e and 48 <= buf[U(i)] <= 57:
            value += buf[U(i)] >= 53
            digits += 1
            while i < e and 48 <= buf[U(i)] <= 57:
                i += 1
    if i != e or digits == 0 or places > 8:
        return exact(buf, s, e, places, point)
    while left > 0:
        value *= 10
        left -= 1
    return -value if negative else value


def _exact(buf: Array, s: int, e: int, places: int, point: int) -> int:
    """As :func:`scaled`, for long numbers and those with an exponent; the field is trimmed."""
    i = s
    negative = buf[U(i)] == 45
    if negative or buf[U(i)] == 43:
        i += 1
    value, digits, shift, seen = i64(0), 0, places, False
    while i < e:
        c = i64(buf[U(i)])
        if 48 <= c <= 57:
            digits += 1
            shift -= seen
            if value < 10**17:
                value = value * 10 + (c - 48)
            else:
                shift += 1  # beyond 18 digits: too small to round anything that fits
        elif not seen and (c == 46 or c == point):
            seen = True
        else:
            break
        i += 1
    if digits == 0:
        return BAD
    if i < e:
        power = exponent(buf, i, e)
        if power == BAD:
            return BAD
        shift += power
    return moved(value, shift, negative)


def _exponent(buf: Array, i: int, e: int) -> int:
    if buf[U(i)] != 101 and buf[U(i)] != 69:
        return BAD
    i += 1
    negative = i < e and buf[U(i)] == 45
    if i < e and (buf[U(i)] == 45 or buf[U(i)] == 43):
        i += 1
    if i == e:
        return BAD
    power = i64(0)
    while i < e:
        if buf[U(i)] < 48 or buf[U(i)] > 57:
            return BAD
        power = min(power * 10 + (i64(buf[U(i)]) - 48), 100_000)
        i += 1
    return -power if negative else power


def _moved(value: int, shift: int, negative: bool) -> int:
    """``value * 10**shift``, half away from zero."""
    if value == 0:
        return 0
    while shift > 0:
        if value >= _LIMIT // 10:
            return BIG
        value *= 10
        shift -= 1
    if shift < 0:
        while shift < -1 and value > 0:
            value //= 10
            shift += 1
        value = (value + 5) // 10
    return -value if negative else value


exponent = bare(_exponent)
moved = bare(_moved)
exact = bare(_exact)
digit_by_digit = bare(_digit_by_digit)
scaled_here = fused(_scaled)
scaled = bare(_scaled)


def _ratio(value: int, num: int, den: int) -> int:
    """``value * num / den``, half away from zero; ``den`` > 0."""
    if abs(value) >= _LIMIT // num:
        return BIG
    value *= num
    if value < 0:
        return -((-value * 2 + den) // (2 * den))
    return (value * 2 + den) // (2 * den)


ratio = fused(_ratio)


def _word(buf: Array, s: int, e: int) -> np.uint64:
    """64-bit FNV-1a over the letters and digits of a text, letters made small."""
    h = U(0xCBF29CE484222325)
    for i in range(s, e):
        c = buf[U(i)]
        if 65 <= c <= 90:
            c += 32
        if 97 <= c <= 122 or 48 <= c <= 57:
            h = (h ^ U(c)) * U(0x100000001B3)
    return h


word = bare(_word)


def _lookup(keys: Array, values: Array, kind: int, h: np.uint64) -> int:
    """Value of a hashed word in row ``kind`` of open-addressed tables (``keys`` 0: free); -1 when it is not there."""
    mask = keys.shape[1] - 1
    i = i64(h >> U(32)) & mask
    while keys[kind, i] != 0:
        if keys[kind, i] == h:
            return i64(values[kind, i])
        i = (i + 1) & mask
    return -1


lookup = fused(_lookup)


def _small(buf: Array, i: int, e: int, most: int) -> tuple[int, int]:
    """An unsigned number of at most ``most`` digits at ``i``: the value (-1: none) and where it ends."""
    value, first = i64(0), i
    while i < e and i - first < most and 48 <= buf[U(i)] <= 57:
        value = value * 10 + (i64(buf[U(i)]) - 48)
        i += 1
    if i == first:
        value = i64(-1)
    return value, i


small = bare(_small)


def _day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date of the Gregorian calendar; -1 when there is no such day (years 1970-2261)."""
    if year < 1970 or year > 2261 or month < 1 or month > 12 or day < 1 or day > 31:
        return -1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if month == 2 and day > 28 + leap:
        return -1
    if day == 31 and (month == 4 or month == 6 or month == 9 or month == 11):
        return -1
    y = year - (month <= 2)
    era = y // 400
    yoe = y - era * 400
    doy = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719_468


day_number = bare(_day_number)


def _date(buf: Array, i: int, e: int, how: int) -> tuple[int, int]:
    """Day number (-1: none) and where the date ends."""
    a, j = small(buf, i, e, i64(8 if how == COMPACT else 4))
    if how == COMPACT:
        return (day_number(a // 10_000, a // 100 % 100, a % 100) if j - i == 8 else i64(-1)), j
    wide = j - i
    if a < 0 or j >= e:
        return i64(-1), j
    mark = buf[U(j)]
    if mark != 45 and mark != 47 and mark != 46:
        return i64(-1), j
    b, k = small(buf, j + 1, e, i64(2))
    if b < 0 or k >= e or buf[U(k)] != mark:
        return i64(-1), k
    c, end = small(buf, k + 1, e, i64(4))
    last = end - k - 1
    if how == ISO:
        return (day_number(a, b, c) if wide == 4 and 0 < last <= 2 else i64(-1)), end
    if wide > 2 or last != 4:
        return i64(-1), end
    if how == MONTH_FIRST:
        return day_number(c, a, b), end
    return day_number(c, b, a), end


date = bare(_date)


def _zone(buf: Array, i: int, e: int) -> int:
    """Nanoseconds to take away for what follows a clock time: nothing, Z, UTC, +hh, +hhmm, +hh:mm; or BAD."""
    while i < e and buf[U(i)] == 32:
        i += 1
    if i == e or (i + 1 == e and (buf[U(i)] == 90 or buf[U(i)] == 122)):
        return 0
    if i + 3 == e and buf[U(i)] == 85 and buf[U(i + 1)] == 84 and buf[U(i + 2)] == 67:
        return 0
    if buf[U(i)] != 43 and buf[U(i)] != 45:
        return BAD
    sign = 1 if buf[U(i)] == 43 else -1
    h, j = small(buf, i + 1, e, i64(2))
    if j != i + 3:
        return BAD
    m = i64(0)
    if j < e:
        j += buf[U(j)] == 58
        m, k = small(buf, j, e, i64(2))
        if k != j + 2 or k != e:
            return BAD
    if h > 23 or m > 59:
        return BAD
    return sign * (h * 60 + m) * 60 * SECOND


zone = bare(_zone)


def _clock(buf: Array, i: int, e: int, compact: bool, local: bool) -> int:
    """Nanoseconds of the day of ``h:mm[:ss[.f]][zone]`` (compact: ``hhmm[ss[.f]][zone]``); BAD otherwise."""
    if i == e:
        return 0
    c = buf[U(i)]
    if c == 84 or c == 32 or (compact and c == 95):
        i += 1
    elif not compact:
        return BAD
    h, j = small(buf, i, e, i64(2))
    if h < 0 or h > 23 or j >= e or (compact and j != i + 2):
        return BAD
    if not compact:
        if buf[U(j)] != 58:
            return BAD
        j += 1
    m, k = small(buf, j, e, i64(2))
    if k != j + 2 or m > 59:
        return BAD
    ns = (h * 60 + m) * 60 * SECOND
    if k < e and (buf[U(k)] == 58 or (compact and 48 <= buf[U(k)] <= 57)):
        k += buf[U(k)] == 58
        s, j = small(buf, k, e, i64(2))
        if j != k + 2 or s > 60:
            return BAD
        ns += s * SECOND
        k = j
        if k < e and (buf[U(k)] == 46 or buf[U(k)] == 44):
            f, j = small(buf, k + 1, e, i64(9))
            if f < 0:
                return BAD
            for _ in range(9 - (j - k - 1)):
                f *= 10
            ns += f
            k = j
            while k < e and 48 <= buf[U(k)] <= 57:
                k += 1
    shift = zone(buf, k, e)
    if shift == BAD or (local and k < e):
        return BAD
    return ns - shift


clock = bare(_clock)


def _stamp(buf: Array, s: int, e: int, how: int, places: int) -> int:
    """Nanoseconds UTC of a time; ``places`` for EPOCH: 9 seconds, 6 milli-, 3 micro-, 0 nanoseconds. BAD otherwise."""
    s, e = trim(buf, s, e)
    if s == e:
        return BAD
    if how == EPOCH:
        ns = exact(buf, s, e, places, i64(46))
        return ns if ns >= 0 else BAD
    local = how >= LOCAL
    how &= 7
    day, i = date(buf, s, e, how)
    if day < 0:
        return BAD
    of_day = clock(buf, i, e, how == COMPACT, local)
    if of_day == BAD:
        return BAD
    ns = day * _DAY + of_day
    return ns if ns >= 0 else BAD


stamp = bare(_stamp)
