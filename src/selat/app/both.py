"""A ship that AIS and a radar see is one on the picture: drawn once, going on by radar where AIS falls silent."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.model.clock import SECOND
from selat.model.columns import Array
from selat.model.picture import COG_NA, FLAG_LOST, FLAG_SENSOR, POSITION_SCALE, SOG_NA
from selat.model.targets import is_target
from selat.model.units import KNOT
from selat.tracks.contacts import Contacts
from selat.tracks.slots import ID_BITS

AIS_SILENT = 30 * SECOND  #: ns by which a radar must have seen her later than AIS to give her position
_MS = 1_000_000


def whole(values: Array, none: int) -> Array:
    """Rounded values below ``none``; ``none`` for NaN."""
    found = np.isfinite(values)
    out: Array = np.where(found, np.minimum(np.rint(np.nan_to_num(values)), none - 1), none)
    return out


def joined(c: Contacts, slots: Array) -> tuple[Array, Array]:
    """The slots without targets that are ships of AIS among them, and of each the slot of her target (-1: none)."""
    both = np.full(len(slots), -1, "i8")
    if not len(c.joined):
        return slots, both
    ids = c.ids()[slots]
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], c.joined), len(ids) - 1)
    found = order[at]
    pairs = found[(ids[found] == c.joined).all(1)]
    both[pairs[:, 1]] = slots[pairs[:, 0]]
    keep = np.ones(len(slots), bool)
    keep[pairs[:, 0]] = False
    return slots[keep], both[keep]


def by_radar(c: Contacts, slots: Array, both: Array, rows: Array) -> Array:
    """Mark ships that a radar sees too; those that AIS does not hear any more go on by it. Returns times of positions."""
    time = c.time[slots].copy()
    k = np.flatnonzero(both >= 0)
    rows["flags"][k[c.kind[slots[k]] > 0]] |= FLAG_SENSOR
    k = k[c.time[both[k]] - time[k] > AIS_SILENT]
    if k.size:
        t = both[k]
        seen = c.fusion.where(c, t)
        rows["lat"][k], rows["lon"][k] = np.rint(seen.lat * POSITION_SCALE), np.rint(seen.lon * POSITION_SCALE)
        rows["sog"][k] = whole(c.sog[t] / (0.1 * KNOT), SOG_NA)
        rows["cog"][k] = whole(c.cog[t] * 10, COG_NA)
        rows["flags"][k] &= ~np.uint8(FLAG_LOST)
        time[k] = seen.time
    return time


def sensors(c: Contacts, slot: int) -> list[dict[str, Any]]:
    """Targets that are this ship, for her card; or the ship that is likeliest to be this target."""
    if c.fusion is None:
        return []
    number = int(c.ids()[slot])
    mine = c.fusion.of_target(number)
    links = c.fusion.of_ship(number) or ([mine] if mine else [])
    return [
        {
            "target": link.target >> ID_BITS, "ship": link.ship >> ID_BITS, "since_ms": link.since // _MS,
            "score": round(link.score, 1), "second": link.second >> ID_BITS if link.second >= 0 else None,
            "second_score": round(link.second_score, 1) if link.second >= 0 else None,
        }
        for link in links
    ]  # fmt: skip


def source(c: Contacts, slot: int, found: list[dict[str, Any]]) -> str:
    """What sees her: AIS, radar, or both; ``found`` (:func:`sensors`) has the particulars."""
    if found:
        return "AIS, radar"
    return "radar" if is_target(c.mmsi[slot]) else "AIS"
