"""Traffic and alerts between two times, counted: what the statistics page and reports show."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np

from selat.app.seen import alerts_of
from selat.app.session import Sea
from selat.app.traffic import around, keeps_of, streamed, types_of
from selat.kernels import tally as kernel
from selat.model.clock import HOUR
from selat.model.columns import Array
from selat.model.nouns import Alert
from selat.model.schema import DEGREES
from selat.model.sieve import CATEGORIES, Sieve, category
from selat.model.units import KNOT
from selat.store import handling, registry
from selat.store.scan import Region, Where
from selat.tracks.ends import Ships

HEADS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
FLAGS = 15  #: flags named; the rest are counted together
_COLUMNS = ("mmsi", "time", "lat", "lon", "sog", "cog", "msg_type", "station")
Known = tuple[Array, dict[str, Array]]


def counted(
    sea: Sea, begin: int, end: int, known: Known, sieve: Sieve | None = None,
    box: tuple[float, float, float, float] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Ships by type, flag, hour, direction and speed, reports by station and hour, alerts by rule and what became of them.

    ``known``: MMSI ascending and their declared facts. A ship is counted once in each class that she was in. Vessels
    only; ``box`` (degrees): only reports inside. A sieve's course is not looked at: directions are counted.
    """
    sieve = sieve or Sieve()
    ships = Ships(keeps_of(sieve, known))
    names = registry.station_names(sea.state)
    first = begin // HOUR
    hours, kinds = max(-(-end // HOUR) - first, 1), len(CATEGORIES)
    seen = _seen(None, ships, known)
    counts = kernel.Counts(
        np.zeros((hours, kinds), np.int64), np.zeros((kernel.OCTANTS, kinds), np.int64),
        np.zeros((kernel.CLASSES, kinds), np.int64), np.zeros(kinds, np.int64), np.zeros((len(names), hours), np.int64),
        np.zeros(1, np.int64),
    )  # fmt: skip
    slow, quick = _bounds(sieve)
    regions: tuple[Region, ...] = (around(box, 0.0),) if box is not None else ()
    for rows in streamed(sea, Where(begin, end, sieve.mmsi or None, regions), _COLUMNS):
        ready = ships.rows(rows)
        seen = _seen(seen, ships, known)
        kernel.tally(
            ready.ship, ready.time, ready.sog, ready.cog, rows["station"], ships.ends.keep, seen, counts,
            begin, end, HOUR, slow, quick,
        )  # fmt: skip
    heard = ships.mmsi[: len(ships)][seen.hour[: len(ships)] >= 0]
    return {
        "begin_ms": begin / 1e6, "end_ms": end / 1e6, "reports": int(counts.told[0]), "ships": len(heard),
        "by_type": _named(counts.types), "by_flag": _flags(heard),
        "by_hour": [[(first + h) * HOUR / 1e6, int(n)] for h, n in enumerate(counts.hours.sum(axis=1).tolist())],
        "by_hour_type": {c: counts.hours[:, k].tolist() for k, c in enumerate(CATEGORIES) if counts.hours[:, k].any()},
        "by_direction": dict(zip(HEADS, counts.octants.sum(axis=1).tolist(), strict=True)),
        "by_direction_type": {head: _named(counts.octants[k]) for k, head in enumerate(HEADS)},
        "by_speed": dict(zip(speed_names(), counts.classes.sum(axis=1).tolist(), strict=True)),
        "by_speed_type": {name: _named(counts.classes[k]) for k, name in enumerate(speed_names())},
        "by_station": {n or "?": int(v) for n, v in zip(names, counts.stations.sum(axis=1).tolist(), strict=True) if v},
        "by_station_hour": {
            n or "?": row.tolist() for n, row in zip(names, counts.stations, strict=True) if row.any()
        },
        "alerts": alerts_counted(sea, begin, end, box),
    }  # fmt: skip


def speed_names() -> tuple[str, ...]:
    """Names of the classes of speed, knots: from each bound to the next."""
    bounds = [0.0, *(b / 10 for b in kernel.SPEEDS)]
    pairs = pairwise(bounds)
    return (*(f"{a:g}-{b:g}" for a, b in pairs), f"{bounds[-1]:g}+")


def _bounds(sieve: Sieve) -> tuple[int, int]:
    """Speeds of a sieve in 0.1 kn; below 0 where it has none."""
    if sieve.slow <= 0 and not math.isfinite(sieve.quick):
        return -1, -1
    quick = sieve.quick * 10 / KNOT if math.isfinite(sieve.quick) else 1e6
    return math.ceil(sieve.slow * 10 / KNOT - 1e-9), math.floor(quick + 1e-9)


def _seen(old: kernel.Seen | None, ships: Ships, known: Known) -> kernel.Seen:
    """What was counted, with room for the ships there are now, and their kinds."""
    n, out = len(ships), old
    if out is None or len(out.kind) < len(ships.mmsi):
        size = len(ships.mmsi)
        out = kernel.Seen(
            np.zeros(size, np.uint8), np.full(size, -1, np.int64), np.zeros(size, np.uint8), np.zeros(size, np.uint8)
        )
        for to, of in zip(out, old or (), strict=False):
            to[: len(of)] = of
    out.kind[:n] = types_of(ships.mmsi[:n], known)
    return out


def _named(types: Array) -> dict[str, int]:
    """Counts by type that are not none, the most first."""
    found = {c: int(n) for c, n in zip(CATEGORIES, types.tolist(), strict=True) if n}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _flags(ships: Array) -> dict[str, int]:
    """Ships by country code (MID) of their number; vessels only (2 to 7 in front)."""
    mid = ships[(ships >= 200_000_000) & (ships < 800_000_000)] // 1_000_000
    code, n = np.unique(mid, return_counts=True)
    order = np.argsort(-n, kind="stable")
    out = {str(code[k]): int(n[k]) for k in order[:FLAGS]}
    rest = int(n[order[FLAGS:]].sum())
    return out | ({"other": rest} if rest else {})


def alerts_counted(
    sea: Sea, begin: int, end: int, box: tuple[float, float, float, float] | None = None
) -> dict[str, Any]:
    """Alerts raised between two times: by rule with how they ended and how long the acknowledgement took (s), by hour."""
    handled = handling.handled(sea.state)
    by_rule: dict[str, dict[str, Any]] = {}
    waits: dict[str, list[float]] = {}
    first = begin // HOUR
    by_hour = [0] * max(-(-end // HOUR) - first, 1)
    for alert in alerts_of(sea, begin=begin, end=end):
        if not begin <= alert.time < end or not _inside(alert, box):
            continue
        by_hour[alert.time // HOUR - first] += 1
        count = by_rule.setdefault(
            alert.rule, {"priority": alert.priority, "raised": 0, "acknowledged": 0, "true": 0, "false": 0, "open": 0,
                         "causes": Counter()}
        )  # fmt: skip
        count["raised"] += 1
        stands = handled.get(alert.id)
        cause = stands.cause if stands is not None else ""
        if stands is not None and stands.acknowledged_at:
            count["acknowledged"] += 1
            waits.setdefault(alert.rule, []).append(max(stands.acknowledged_at - alert.time, 0) / 1e9)
        if cause:
            count["causes"][cause] += 1
        if cause in ("true", "false"):
            count[cause] += 1
        elif alert.state in ("active", "acknowledged") and not cause:
            count["open"] += 1
        elif not cause:
            count["causes"][f"({alert.state})"] += 1  # the rule ended it, nobody closed it
    for rule, count in by_rule.items():
        count["causes"] = dict(count["causes"].most_common())
        count |= _waited(waits.get(rule, []))
    whole = _waited([w for some in waits.values() for w in some])
    return {"by_rule": dict(sorted(by_rule.items())), "by_hour": by_hour, **whole}


def _waited(waits: list[float]) -> dict[str, float | None]:
    """Median and 9 in 10 of times to the acknowledgement, s."""
    if not waits:
        return {"median_ack_s": None, "p90_ack_s": None}
    return {"median_ack_s": float(np.median(waits)), "p90_ack_s": float(np.percentile(waits, 90))}


def _inside(alert: Alert, box: tuple[float, float, float, float] | None) -> bool:
    if box is None:
        return True
    if alert.lat != alert.lat or alert.lon != alert.lon:
        return False
    lon, lat = (np.array([round(v / DEGREES)]) for v in (alert.lon, alert.lat))
    return bool(around(box, 0.0).mask(lon, lat)[0])


__all__ = ["CATEGORIES", "HEADS", "alerts_counted", "category", "counted", "speed_names"]
