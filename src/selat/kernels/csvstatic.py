"""What a row declares about its ship, into stored columns of the table ``statics``.

``sta``: time, seq, mmsi, msg_type, imo, ship_type, to_bow, to_stern, to_port, to_starboard, epfd, draught, eta_month,
eta_day, eta_hour, eta_minute, flags; ``texts``: call sign 7, name 34, destination 20 bytes. A value that cannot be
read or be true becomes null and sets ``Flag.NULLED``: the position of the same row is good all the same.
"""

from __future__ import annotations

from selat.kernels._jit import bare, i64
from selat.kernels.csvcolumns import (
    BOW,
    CALLSIGN,
    CARGO,
    DESTINATION,
    DRAUGHT,
    EPFD,
    ETA,
    ETA_HOW,
    IMO,
    LENGTH,
    NAME,
    NULLED,
    POINT,
    SHIP_TYPE,
    W_CARGO,
    W_EPFD,
    W_SHIP,
    W_TEXT,
    coded,
    number,
)  # fmt: skip
from selat.kernels.csvnum import BAD, EMPTY, SECOND, lookup, scaled, stamp, trim, word
from selat.model.columns import Array


def _text(src: Array, s: int, e: int, keys: Array, values: Array, texts: Array, n: int, at: int, width: int) -> bool:
    """Copy a text into ``texts[n, at : at + width]`` (zero filled, cut); True when there is one.

    Bytes that are no printable ASCII become ``?``.
    """
    for i in range(width):
        texts[n, at + i] = 0
    s, e = trim(src, s, e)
    if s == e or lookup(keys, values, i64(W_TEXT), word(src, s, e)) >= 0:
        return False
    for i in range(min(e - s, width)):
        c = src[s + i]
        texts[n, at + i] = c if 32 <= c <= 126 else 63
    return True


text = bare(_text)


def _imo(src: Array, s: int, e: int, keys: Array, values: Array) -> int:
    """IMO number with or without the letters before it; EMPTY, BAD as :func:`number`."""
    s, e = trim(src, s, e)
    if e - s >= 3 and (src[s] | 32) == 105 and (src[s + 1] | 32) == 109 and (src[s + 2] | 32) == 111:
        s, e = trim(src, s + 3, e)
        if s == e:
            return EMPTY
    if s < e and lookup(keys, values, i64(W_TEXT), word(src, s, e)) >= 0:
        return EMPTY
    return scaled(src, s, e, i64(0), i64(46))


imo_number = bare(_imo)


def _ship_type(src: Array, q: Array, b: int, col: Array, keys: Array, values: Array) -> int:
    """Code of M.1371 table 53; the cargo column makes the last digit finer where it can. EMPTY, BAD."""
    kind = i64(EMPTY)
    if col[SHIP_TYPE] >= 0:
        c = b + col[SHIP_TYPE]
        kind = coded(src, q[c] + 1, q[c + 1], i64(99), keys, values, i64(W_SHIP))
    if kind <= 0 or kind % 10 != 0 or kind == 30 or kind == 50 or col[CARGO] < 0:
        return kind
    c = b + col[CARGO]
    cargo = coded(src, q[c] + 1, q[c + 1], i64(99), keys, values, i64(W_CARGO))
    if 0 < cargo < 10:
        return kind + cargo
    return cargo if cargo // 10 == kind // 10 else kind


ship_type = bare(_ship_type)


def _metres(
    src: Array, q: Array, b: int, col: Array, units: Array, k: int, point: int, keys: Array, values: Array, most: int,
) -> int:  # fmt: skip
    """A dimension of 0 to ``most``; EMPTY for none, BAD when it cannot be."""
    if col[k] < 0:
        return EMPTY
    c = b + col[k]
    v = number(src, q[c] + 1, q[c + 1], units, k, point, keys, values)
    if v == EMPTY or 0 <= v <= most:
        return v
    return BAD


metres = bare(_metres)


def _side(
    src: Array, q: Array, b: int, col: Array, units: Array, point: int, keys: Array, values: Array, pair: int,
    most: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Distances from the antenna to both ends (pair 0) or sides (1); where only their sum is known, 0 and the sum, as
    M.1371 Fig. 41 says. EMPTY for unknown; with a bit set: 1 something was bad, 2 something is known.
    """
    k = BOW + 2 * pair
    first = metres(src, q, b, col, units, k, point, keys, values, most)
    second = metres(src, q, b, col, units, k + 1, point, keys, values, most)
    state = 1 if first == BAD or second == BAD else 0
    if first <= 0 and second <= 0:
        k = LENGTH + pair
        first = i64(EMPTY)
        second = metres(src, q, b, col, units, k, point, keys, values, most)
        if second == BAD:
            state |= 1
        if second > 0:
            first = i64(0)
        else:
            second = i64(EMPTY)
    if first > 0 or second > 0:
        state |= 2
    return first, second, state


side = bare(_side)


def _eta(src: Array, s: int, e: int, how: int, keys: Array, values: Array, sta: Array, n: int) -> int:
    """Month, day, hour and minute of arrival into ``sta[n, 12:16]``; bit set as :func:`_side`."""
    sta[n, 12], sta[n, 13], sta[n, 14], sta[n, 15] = 0, 0, 24, 60
    s, e = trim(src, s, e)
    if s == e or lookup(keys, values, i64(W_TEXT), word(src, s, e)) >= 0:
        return 0
    ns = stamp(src, s, e, how, i64(9))
    if ns == BAD:
        return 1
    minutes = ns // (60 * SECOND)
    z = minutes // 1440 + 719_468
    doe = z % 146_097
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    sta[n, 12] = mp + (3 if mp < 10 else -9)
    sta[n, 13] = doy - (153 * mp + 2) // 5 + 1
    sta[n, 14] = minutes // 60 % 24
    sta[n, 15] = minutes % 60
    return 2


eta = bare(_eta)


def _static(
    src: Array, q: Array, b: int, col: Array, units: Array, params: Array, keys: Array, values: Array, sta: Array,
    texts: Array, n: int,
) -> bool:  # fmt: skip
    """Declared data of a row into place ``n`` of ``sta`` and ``texts``; False when nothing is declared."""
    state = 0
    v = i64(EMPTY)
    if col[IMO] >= 0:
        c = b + col[IMO]
        v = imo_number(src, q[c] + 1, q[c + 1], keys, values)
    good = 0 < v <= 1_073_741_823
    sta[n, 4] = v if good else 0
    state |= 2 if good else (0 if v == EMPTY or v == 0 else 1)
    for k, at, width in ((CALLSIGN, 0, 7), (NAME, 7, 34), (DESTINATION, 41, 20)):
        s, e = i64(0), i64(0)
        if col[k] >= 0:
            s, e = q[b + col[k]] + 1, q[b + col[k] + 1]
        state |= 2 if text(src, s, e, keys, values, texts, n, at, width) else 0
    v = ship_type(src, q, b, col, keys, values)
    sta[n, 5] = v if v > 0 else 0
    state |= 2 if v > 0 else (1 if v == BAD else 0)
    first, second, known = side(src, q, b, col, units, params[POINT], keys, values, i64(0), i64(1022))
    sta[n, 6] = first if first >= 0 else 65535
    sta[n, 7] = second if second >= 0 else 65535
    state |= known
    first, second, known = side(src, q, b, col, units, params[POINT], keys, values, i64(1), i64(254))
    sta[n, 8] = first if first >= 0 else 255
    sta[n, 9] = second if second >= 0 else 255
    state |= known
    v = i64(EMPTY)
    if col[EPFD] >= 0:
        c = b + col[EPFD]
        v = coded(src, q[c] + 1, q[c + 1], i64(15), keys, values, i64(W_EPFD))
    sta[n, 10] = v if v > 0 else 255  # 0 is "undefined"
    state |= 2 if v > 0 else (1 if v == BAD else 0)
    v = metres(src, q, b, col, units, i64(DRAUGHT), params[POINT], keys, values, i64(255))
    sta[n, 11] = v if v > 0 else 0
    state |= 2 if v > 0 else (1 if v == BAD else 0)
    if col[ETA] >= 0:
        c = b + col[ETA]
        state |= eta(src, q[c] + 1, q[c + 1], params[ETA_HOW], keys, values, sta, n)
    else:
        sta[n, 12], sta[n, 13], sta[n, 14], sta[n, 15] = 0, 0, 24, 60
    sta[n, 16] = NULLED if state & 1 else 0
    return state & 2 != 0


static = bare(_static)
