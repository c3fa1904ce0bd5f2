"""The obvious reader of tables: Python's csv module, decimal, datetime; one row at a time. Slow, for comparison."""

# ruff: noqa: E501  (tables of values)

from __future__ import annotations

import csv
import math
import re
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from selat.kernels import csvcolumns as cc
from selat.kernels import csvnum
from selat.model.errors import Reason
from selat.model.schema import REPORTS, STATICS, Flag
from selat.readers.csv_layout import STORED, Layout, plain

MAX = 16_384
SPACE = "".join(chr(i) for i in range(33))
CTX = Context(prec=120)
EMPTY, BAD, BIG = "empty", "bad", "big"


def rows(text: str, delimiter: str):
    """(start, raw text, fields or None for a line that is too long, cut)"""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        cut = end < 0
        end = len(text) if cut else end
        line = text[at:end]
        if len(line) > MAX:
            yield at, line.removesuffix("\r"), None, False
            at = end + 1
            continue
        got = quoted(text, at, delimiter) if '"' in line else None
        if got is not None:
            fields, stop = got
            yield at, text[at:stop].removesuffix("\r"), fields, stop == len(text)
            at = stop + 1
        else:
            line = line.removesuffix("\r")
            yield at, line, line.split(delimiter), cut
            at = end + 1


def quoted(text: str, at: int, delimiter: str):
    end = at
    while True:
        end = text.find("\n", end)
        end = len(text) if end < 0 else end
        whole = text[at:end]
        if len(whole) > MAX:
            return None
        whole = whole.removesuffix("\r").replace("\r", "\ue000").replace("\0", "\ue001")
        try:
            got = list(csv.reader([whole], delimiter=delimiter, strict=True))
        except csv.Error as e:
            if "unexpected end of data" not in str(e) or end == len(text):
                return None
            end += 1
            continue
        fields = [f.replace("\ue000", "\r").replace("\ue001", "\0") for f in got[0]]
        return (fields, end) if "\n" not in whole or len(fields) == quoted.wanted else None


def number(text: str, places: int, layout: Layout, nulls: bool = True, point: str | None = None):
    point = layout.point if point is None else point
    text = text.strip(SPACE)
    if not text:
        return EMPTY
    sign = re.escape("." + point)
    if not re.fullmatch(rf"[+-]?([0-9]+[{sign}]?[0-9]*|[{sign}][0-9]+)([eE][+-]?[0-9]+)?", text):
        return EMPTY if nulls and word(text) in {word(n) for n in layout.number_nulls} else BAD
    value = Decimal(text.replace(point, "."))
    if value == 0:
        return 0
    if value.adjusted() > 40:
        return BIG
    if value.adjusted() < -60:
        return 0
    return int(CTX.multiply(value, Decimal(10) ** places).quantize(Decimal(1), ROUND_HALF_UP, CTX))


def word(text: str) -> str:
    return "".join(c for c in text.lower() if c in "abcdefghijklmnopqrstuvwxyz0123456789")


def quantity(text: str, q: str, layout: Layout):
    places, num, den = layout.units.get(q) or STORED.get(q, (0, 1, 1))
    v = number(text, places, layout)
    if not isinstance(v, int) or num == den:
        return v
    return int((Decimal(v) * num / den).quantize(Decimal(1), ROUND_HALF_UP))


def code(text: str, q: str, most: int, layout: Layout):
    text = text.strip(SPACE)
    if not text:
        return EMPTY
    if text[0] in "0123456789+-.":
        v = number(text, 0, layout, nulls=False, point=".")
        return v if isinstance(v, int) and 0 <= v <= most else BAD
    table = {word(k): v for k, v in layout.words.get(q, {}).items()}
    return table.get(word(text), BAD)


_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
_ZONE = r" *(Z|z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?"
_DATE = r"([0-9]{%s})([-/.])([0-9]{1,2})\2([0-9]{%s})"
_TIMES = {
    csvnum.ISO: re.compile(_DATE % ("4", "1,2") + rf"(?:[T ]{_CLOCK}{_ZONE})?"),
    csvnum.DAY_FIRST: re.compile(_DATE % ("1,2", "4") + rf"(?:[T ]{_CLOCK}{_ZONE})?"),
    csvnum.MONTH_FIRST: re.compile(_DATE % ("1,2", "4") + rf"(?:[T ]{_CLOCK}{_ZONE})?"),
    csvnum.COMPACT: re.compile(
        rf"([0-9]{{4}})()([0-9]{{2}})([0-9]{{2}})(?:[T _]?([0-9]{{2}})([0-9]{{2}}):?(?:([0-9]{{2}})(?:[.,]([0-9]+))?)?{_ZONE})?"
    ),
}


def stamp(text: str, how: int, layout: Layout, places: int = 9):
    text = text.strip(SPACE)
    if how == csvnum.EPOCH:
        v = number(text, places, layout, nulls=False, point=".")
        return v if isinstance(v, int) and 0 <= v < 2**61 else BAD
    m = _TIMES[how].fullmatch(text)
    if m is None:
        return BAD
    a, _, b, c = m.groups()[:4]
    year, month, day = (a, b, c) if how in (csvnum.ISO, csvnum.COMPACT) else (c, b, a) if how == csvnum.DAY_FIRST else (c, a, b)  # fmt: skip
    hour, minute, second, fraction, zone = (g or "" for g in m.groups()[4:9])
    try:
        base = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        return BAD
    if not 1970 <= base.year <= 2261 or int(second or 0) > 60:
        return BAD
    ns = (base - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1) * 10**9
    ns += int(second or 0) * 10**9 + int((fraction or "0")[:9].ljust(9, "0"))
    if zone[:1] in ("+", "-") and zone:
        digits = zone[1:].replace(":", "").ljust(4, "0")
        if int(digits[:2]) > 23 or int(digits[2:]) > 59:
            return BAD
        ns -= (int(digits[:2]) * 60 + int(digits[2:])) * 60 * 10**9 * (1 if zone[0] == "+" else -1)
    return ns if ns >= 0 else BAD


def report(get, layout: Layout):  # noqa: C901
    """Stored values of a row, or a Reason."""
    out = {c.name: c.null if c.null is not None else 0 for c in REPORTS.columns}
    ns = stamp(get("time"), layout.time_how, layout, layout.time_places)
    if ns == BAD:
        return Reason.TIME
    mmsi = number(get("mmsi"), 0, layout, nulls=False, point=".")
    if mmsi in (EMPTY, BAD):
        return Reason.NUMBER
    if mmsi == BIG or not 1 <= mmsi <= 999_999_999:
        return Reason.MMSI
    lat, lon = quantity(get("lat"), "lat", layout), quantity(get("lon"), "lon", layout)
    if BAD in (lat, lon):
        return Reason.NUMBER
    for v, most, gone in ((lat, 90, 91), (lon, 180, 181)):
        if v == BIG or (isinstance(v, int) and abs(v) > most * 10**7 and v != gone * 10**7):
            return Reason.RANGE
    if EMPTY not in (lat, lon) and lat != 91 * 10**7 and lon != 181 * 10**7:
        out["lat"], out["lon"] = lat, lon
    kind = code(get("msg_type"), "msg_type", 28, layout)
    flags = Flag.NULLED if kind == BAD else 0
    kind = kind if isinstance(kind, int) and kind >= 0 else layout.default_type
    out |= {"time": ns, "received": ns, "mmsi": mmsi, "msg_type": kind, "time_quality": 7}
    for q in ("sog", "cog", "heading", "rot"):
        v = quantity(get(q), q, layout)
        if v == BAD:
            return Reason.NUMBER
        if v == EMPTY:
            continue
        good, gone, v = motion(q, v, get(q), kind, layout)
        if good:
            out[q] = v
        elif not gone:
            flags |= Flag.NULLED
    v = code(get("nav_status"), "nav_status", 15, layout)
    flags |= Flag.NULLED if v == BAD else 0
    out["nav_status"] = v if isinstance(v, int) else 255
    v = quantity(get("altitude"), "altitude", layout)
    if v == BAD:
        return Reason.NUMBER
    if isinstance(v, int) and 0 <= v < 4095:
        out["altitude"] = v
    elif v not in (EMPTY, 4095):
        flags |= Flag.NULLED
    out["flags"] = int(flags)
    return out


def motion(q: str, v, text: str, kind: int, layout: Layout):
    """(good, merely not available, value)"""
    if v == BIG:
        return False, False, v
    if q == "sog":
        if kind == 9:
            return 0 <= v <= 10220 and v != 1023, v in (1023, 10230), v
        return 0 <= v <= 1022, v == 1023, v
    if q == "rot":
        if layout.rot_unit == cc.ROT_AIS:
            r = abs(v)
        else:
            per_minute = abs(v) / 1e6 * (60.0 if layout.rot_unit == cc.ROT_PER_SECOND else 1.0)
            r = math.floor(4.733 * math.sqrt(per_minute) + 0.5)
        return r <= 127, r == 128 and v < 0, -r if v < 0 else r
    full, gone = (3600, 3600) if q == "cog" else (360, 511)
    if v == full and number(text, 7, layout) < 3_600_000_000:
        v = 0
    return 0 <= v < full, v == gone, v


def static(get, layout: Layout):
    """Stored values of what is declared, or None when nothing is."""
    out = {c.name: c.null if c.null is not None else 0 for c in STATICS.columns}
    known = bad = False
    nulls = {word(n) for n in layout.text_nulls}
    text = get("imo").strip(SPACE)
    if text[:3].lower() == "imo":
        text = text[3:].strip(SPACE)
    v = EMPTY if not text or word(text) in nulls else number(text, 0, layout, nulls=False, point=".")
    if isinstance(v, int) and 0 < v <= 1_073_741_823:
        out["imo"], known = v, True
    elif v not in (EMPTY, 0):
        bad = True
    for q, width in (("callsign", 7), ("name", 34), ("destination", 20)):
        text = get(q).strip(SPACE)
        if text and word(text) not in nulls:
            out[q] = "".join(c if " " <= c <= "~" else "?" for c in text)[:width].encode()
            known = True
    v = ship_type(get, layout)
    bad |= v == BAD
    if isinstance(v, int) and v > 0:
        out["ship_type"], known = v, True
    for a, b, total, most in (("to_bow", "to_stern", "length", 1022), ("to_port", "to_starboard", "width", 254)):
        v1, v2 = size(get(a), a, most, layout), size(get(b), b, most, layout)
        bad |= BAD in (v1, v2)
        if not any(isinstance(v, int) and v > 0 for v in (v1, v2)):
            v1, v2 = EMPTY, size(get(total), total, most, layout)
            bad |= v2 == BAD
            v1, v2 = (0, v2) if isinstance(v2, int) and v2 > 0 else (EMPTY, EMPTY)
        for q, v in ((a, v1), (b, v2)):
            if isinstance(v, int):
                out[q] = v
                known |= v > 0
    v = code(get("epfd"), "epfd", 15, layout)
    bad |= v == BAD
    if isinstance(v, int) and v > 0:
        out["epfd"], known = v, True
    v = size(get("draught"), "draught", 255, layout)
    bad |= v == BAD
    if isinstance(v, int) and v > 0:
        out["draught"], known = v, True
    text = get("eta").strip(SPACE)
    if text and word(text) not in nulls:
        ns = stamp(text, layout.eta_how, layout)
        if ns == BAD:
            bad = True
        else:
            d = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=ns // 10**9)
            out |= {"eta_month": d.month, "eta_day": d.day, "eta_hour": d.hour, "eta_minute": d.minute}
            known = True
    out["flags"] = int(Flag.NULLED) if bad else 0
    return out if known else None


def size(text: str, q: str, most: int, layout: Layout):
    v = quantity(text, q, layout)
    return v if v == EMPTY or (isinstance(v, int) and 0 <= v <= most) else BAD


def ship_type(get, layout: Layout):
    v = code(get("ship_type"), "ship_type", 99, layout)
    if not isinstance(v, int) or v <= 0 or v % 10 or v in (30, 50):
        return v
    c = code(get("cargo"), "cargo", 99, layout)
    if not isinstance(c, int) or c <= 0:
        return v
    if c < 10:
        return v + c
    return c if c // 10 == v // 10 else v


def read(data: bytes, layout: Layout) -> dict[str, list]:
    """Everything a table gives, as lists of dictionaries in stored values."""
    out: dict[str, list] = {"reports": [], "statics": [], "receptions": [], "rejects": []}
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    text = data.decode("latin-1")
    while start < len(text) and text[start] in "\r\n ":
        start += 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    head = data[start:end].decode("utf-8", "replace").removesuffix("\r")
    if layout.headless and head[:1].isdigit():
        names, begin = layout.headless, start
    else:
        names, begin = next(csv.reader([head], delimiter=layout.delimiter)), end + 1
    where = {layout.names[plain(n)]: i for i, n in enumerate(names) if plain(n) in layout.names}
    static_columns = sorted(where[q] for q in cc.QUANTITIES[cc.IMO :] if q in where)
    seen: OrderedDict[str, tuple] = OrderedDict()
    ships: dict[int, tuple] = {}
    quoted.wanted = len(names)
    for seq, (at, raw, fields, cut) in enumerate(rows(text[begin:], layout.delimiter)):
        reason = None
        if fields is None:
            reason = Reason.TOO_LONG
        elif len(fields) != len(names):
            blank = not raw.strip(SPACE)
            reason = Reason.BLANK if blank else Reason.COLUMNS
            if not blank and cut and len(fields) < len(names):
                reason = Reason.TRUNCATED
        elif raw in seen:
            first, ns, mmsi = seen[raw]
            out["receptions"].append({"seq": seq, "first_seq": first, "received": ns, "mmsi": mmsi, "station": 0})
            continue
        else:

            def get(q, fields=fields):
                return fields[where[q]] if q in where else ""

            row = report(get, layout)
            if isinstance(row, Reason):
                reason = row
            else:
                out["reports"].append(row | {"seq": seq})
                seen[raw] = (seq, row["time"], row["mmsi"])
                declared = tuple(fields[c] for c in static_columns)
                if static_columns and ships.get(row["mmsi"]) != declared:
                    s = static(get, layout)
                    if s is not None:
                        ships[row["mmsi"]] = declared
                        kind = {18: 24, 19: 24, 21: 21}.get(row["msg_type"], 5)
                        s |= {k: row[k] for k in ("time", "received", "mmsi", "time_quality")}
                        out["statics"].append(s | {"seq": seq, "msg_type": kind})
        if reason is not None:
            whole = raw.encode("latin-1")
            out["rejects"].append(
                {
                    "seq": seq, "received": -(2**63), "offset": begin + at, "reason": int(reason),
                    "length": len(whole), "raw": whole[:4096], "source": 0,
                }
            )  # fmt: skip
    return out
