"""From fixes to facts of use: sorties with their hours, time outside the agreed area, stays in ports of others.

The same for a track of AIS reports (grade A) and for the log of a logger (grade B).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.assist.book import Book
from selat.assist.facts import Fact
from selat.assist.logs import Fixes
from selat.kernels import geodesy
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.model.zone import Zone
from selat.tracks.ports import SHIPPED as PORTS
from selat.tracks.ports import Ports
from selat.tracks.zones import Zones

Array = NDArray[Any]
GAP = 30 * MINUTE  #: a longer silence ends a sortie: nothing is known of it
REST = 60 * MINUTE  #: so does a longer rest
MOVING = 1.0 * KNOT  #: m/s over ground between fixes
IN_PORT = 3 * NAUTICAL_MILE  #: m from a port of the World Port Index


def sorties(fixes: Fixes) -> list[tuple[int, int]]:
    """First and last index of each stretch in which it moved; rests within a sortie count as part of it."""
    t, n = fixes.time, len(fixes.time)
    if n < 2:
        return []
    metres = np.asarray(geodesy.distance(fixes.lat[:-1], fixes.lon[:-1], fixes.lat[1:], fixes.lon[1:]))
    gap = np.diff(t)
    moving = np.flatnonzero((metres > MOVING * gap / SECOND) & (gap <= GAP))
    if not len(moving):
        return []
    silent = np.concatenate([[0], np.cumsum(gap > GAP)])
    apart = (t[moving[1:]] - t[moving[:-1] + 1] > REST) | (silent[moving[1:]] != silent[moving[:-1] + 1])
    begins = np.concatenate([[moving[0]], moving[1:][apart]])
    ends = np.concatenate([moving[:-1][apart], [moving[-1]]]) + 1
    return [(int(a), int(b)) for a, b in zip(begins, ends, strict=True)]


def outside(fixes: Fixes, ring: list[list[float]], buffer: float) -> Array:
    """Seconds that each step spent more than ``buffer`` metres outside the ring: steps whose both ends are, and no gaps."""
    zones = Zones([Zone("agreed area", tuple((float(x), float(y)) for x, y in ring))])
    away = zones.distance(fixes.lat, fixes.lon, 0) > buffer
    gap = np.diff(fixes.time)
    out: Array = np.where(away[:-1] & away[1:] & (gap <= GAP), gap / SECOND, 0.0)
    return out


def cells(fixes: Fixes, first: int, last: int) -> dict[str, float]:
    """Hours by cell of one degree ("lat,lon" of its south-west corner) between two fixes: the most that a donor sees of where."""
    out: dict[str, float] = {}
    lat, lon = np.floor(fixes.lat[first:last]).astype(int), np.floor(fixes.lon[first:last]).astype(int)
    for y, x, span in zip(lat, lon, np.diff(fixes.time[first : last + 1]), strict=True):
        out[f"{y},{x}"] = out.get(f"{y},{x}", 0.0) + int(span) / HOUR
    return {cell: round(hours, 3) for cell, hours in sorted(out.items())}


def stays(fixes: Fixes, home: str) -> list[tuple[int, int, str]]:
    """(begin, end, country) of stretches near ports of other countries, ns: all fixes of a stretch are near that country's."""
    ports = Ports(PORTS)
    index, away = ports.nearest(fixes.lat, fixes.lon)
    where = [ports.country(int(i)) if i >= 0 and d <= IN_PORT else "" for i, d in zip(index, away, strict=True)]
    out, begin = [], 0
    for i in range(1, len(where) + 1):
        if i == len(where) or where[i] != where[begin]:
            if where[begin] not in ("", home):
                out.append((int(fixes.time[begin]), int(fixes.time[i - 1]), where[begin]))
            begin = i
    return out


def use_facts(
    book: Book, item: str, fixes: Fixes, *, grade: str, mission: str | None, who: str, source: str, holder: str = ""
) -> list[Fact]:
    """Facts "use" of an item from its fixes, one a sortie, ready to be written.

    Hours run from the first to the last movement of a sortie. ``outside_s`` is given where the programme agreed on an area.
    """
    programme = str(book.value("item", item, "programme", ""))
    ring, country = book.value("programme", programme, "area"), book.value("programme", programme, "country", "")
    buffer = float(book.value("programme", programme, "buffer_nm", 1.0)) * NAUTICAL_MILE
    out_s = outside(fixes, ring, buffer) if ring and len(fixes.time) > 1 else None
    abroad = stays(fixes, country)
    made = []
    for a, b in sorties(fixes):
        began, ended = int(fixes.time[a]), int(fixes.time[b])
        data: dict[str, Any] = {
            "ended": ended,
            "hours": round((ended - began) / HOUR, 6),
            "grade": grade,
            "evidence": fixes.sha256,
        }
        data |= {k: v for k, v in (("mission", mission), ("holder", holder)) if v}
        data["cells"] = cells(fixes, a, b)
        if out_s is not None:
            data["outside_s"] = round(float(out_s[a:b].sum()), 3)
        after = [s for s in abroad if began <= s[0] and (b == len(fixes.time) - 1 or s[0] <= ended)]
        if after:
            longest = max(after, key=lambda s: s[1] - s[0])
            data |= {"port_country": longest[2], "stay_h": round((longest[1] - longest[0]) / HOUR, 3)}
        made.append(Fact("use", item, began, data, source, who, "A"))
    return made


def spans_of(book: Book, item: str) -> list[tuple[int, int, int | None]]:
    """(MMSI, from, to) of an item, ns; ``to`` None: still."""
    return [(int(i[1]), i[0], i[2]) for i in book.item(item)["ids"].get("mmsi", ())]
