"""Traffic and alerts between two times, counted: what the statistics page and reports show."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from selat.app.seen import alerts_of
from selat.app.session import Sea
from selat.model.clock import HOUR
from selat.model.columns import Array
from selat.model.picture import COG_NA, SOG_NA
from selat.model.schema import NO_TIME
from selat.store import handling, registry

MOVES = 20  #: 0.1 kn: faster than this a ship has a direction
HEADS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
FLAGS = 15  #: flags named; the rest are counted together
_TENS = {2: "fast", 4: "fast", 5: "service", 6: "passenger", 7: "cargo", 8: "tanker"}
_ONES = {30: "fishing", 36: "pleasure", 37: "pleasure"} | dict.fromkeys(range(31, 36), "service")


def category(code: int) -> str:
    """Kind of ship of an AIS ship-type code (ITU-R M.1371-5 table 53), as the page's legend has it."""
    return _ONES.get(code) or _TENS.get(code // 10, "unknown")


def counted(sea: Sea, begin: int, end: int, known: tuple[Array, dict[str, Array]]) -> dict[str, Any]:
    """Counts of ships (by type, flag, hour, direction), of reports by station, of alerts by rule and state.

    ``known``: MMSI ascending and their declared facts. A ship is counted once in each class that she belongs to.
    """
    rows = sea.reports.between(begin, end).columns("mmsi", "time", "sog", "cog", "station").stored()
    ships = np.unique(rows["mmsi"])
    everyone, facts = known
    types: Counter[str] = Counter()
    if len(everyone):
        at = np.minimum(np.searchsorted(everyone, ships), len(everyone) - 1)
        codes = np.where(everyone[at] == ships, facts["ship_type"][at], 0)
        types.update(category(code) for code in codes.tolist())
    names = registry.station_names(sea.state)
    station, heard = np.unique(rows["station"], return_counts=True)
    return {
        "begin_ms": begin / 1e6, "end_ms": end / 1e6, "reports": rows.rows, "ships": len(ships),
        "by_type": dict(types.most_common()), "by_flag": _flags(ships), "by_hour": _hours(rows, begin, end),
        "by_direction": _directions(rows),
        "by_station": {names[s] or "?": int(n) for s, n in zip(station.tolist(), heard, strict=True) if s < len(names)},
        "alerts": _alerts(sea, begin, end),
    }  # fmt: skip


def _flags(ships: Array) -> dict[str, int]:
    """Ships by country code (MID) of their number; vessels only (2 to 7 in front)."""
    mid = ships[(ships >= 200_000_000) & (ships < 800_000_000)] // 1_000_000
    code, n = np.unique(mid, return_counts=True)
    order = np.argsort(-n, kind="stable")
    out = {str(code[k]): int(n[k]) for k in order[:FLAGS]}
    rest = int(n[order[FLAGS:]].sum())
    return out | ({"other": rest} if rest else {})


def _hours(rows: Any, begin: int, end: int) -> list[list[float]]:
    """``[[begin of the hour in ms, ships heard in it], ...]``."""
    first = begin // HOUR
    hour = rows["time"] // HOUR - first
    pairs = (
        np.unique(np.stack([hour, rows["mmsi"].astype(np.int64)]), axis=1)[0] if rows.rows else np.zeros(0, np.int64)
    )
    n = np.bincount(pairs[pairs >= 0].astype(np.int64), minlength=-(-end // HOUR) - first)
    return [[(first + k) * HOUR / 1e6, int(v)] for k, v in enumerate(n.tolist())]


def _directions(rows: Any) -> dict[str, int]:
    """Ships by the octant they made way in, each in all octants where she did."""
    moving = (rows["sog"] >= MOVES) & (rows["sog"] < SOG_NA) & (rows["cog"] < COG_NA) & (rows["time"] != NO_TIME)
    octant = (rows["cog"][moving].astype(np.int64) + 225) // 450 % 8
    pairs = np.unique(octant * 2_000_000_000 + rows["mmsi"][moving])
    n = np.bincount(pairs // 2_000_000_000, minlength=8)
    return {head: int(v) for head, v in zip(HEADS, n.tolist(), strict=True)}


def _alerts(sea: Sea, begin: int, end: int) -> dict[str, Any]:
    """Alerts raised between two times: by rule with how they ended, and the median time to the acknowledgement, s."""
    handled = handling.handled(sea.state)
    by_rule: dict[str, dict[str, int]] = {}
    waited = []
    for alert in alerts_of(sea):
        if not begin <= alert.time < end:
            continue
        count = by_rule.setdefault(alert.rule, {"raised": 0, "acknowledged": 0, "true": 0, "false": 0, "open": 0})
        count["raised"] += 1
        stands = handled.get(alert.id)
        if stands is not None and stands.acknowledged_at:
            count["acknowledged"] += 1
            waited.append(max(stands.acknowledged_at - alert.time, 0) / 1e9)
        if stands is not None and stands.cause in ("true", "false"):
            count[stands.cause] += 1
        elif alert.state in ("active", "acknowledged") and not (stands is not None and stands.cause):
            count["open"] += 1
    return {"by_rule": dict(sorted(by_rule.items())), "median_ack_s": float(np.median(waited)) if waited else None}
