"""The ships of one beat as arrays, worked out once for all rules that look at them; and what evidence tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from selat.detectors._life import PictureRule
from selat.model.clock import SECOND
from selat.model.rule import Evidence, Finding
from selat.model.schema import NO_TIME
from selat.model.units import KNOT
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import Kind, is_ship
from selat.tracks.motion import Motion
from selat.tracks.window import Window

Array = NDArray[Any]
MOVING_AGE = 120.0  #: s: an older position of a ship under way is not judged (class B sends every 30 s)
STILL_AGE = 420.0  #: s: ... of one that lies still (every 3 min, M.1371-5 Table 1)
LEAST_REPORTS = 3
_ROWS = 48  # rows of a track that evidence keeps

TOWING = (31, 32)
SERVICE = (50, 51, 52, 53, 54, 55, 58)  #: pilot, rescue, tug, tender, anti-pollution, law enforcement, medical
NUC, RESTRICTED, ANCHORED, MOORED, AGROUND, FISHING = 2, 3, 1, 5, 6, 7
TOW_STATUS = (11, 12)
_TYPES = {
    30: "fishing vessel", 31: "towing vessel", 32: "towing vessel", 33: "dredger", 34: "diving vessel",
    35: "naval vessel", 36: "sailing vessel", 37: "pleasure craft", 50: "pilot boat", 51: "rescue craft", 52: "tug",
    53: "port tender", 54: "anti-pollution craft", 55: "law enforcement craft", 58: "medical transport",
}  # fmt: skip
_DECADES = {2: "wing-in-ground craft", 4: "high-speed craft", 6: "passenger ship", 7: "cargo ship", 8: "tanker"}


class Ships(NamedTuple):
    """Ships whose position is fresh, one a row: ``speed`` (m/s) and ``course`` (deg) of the smoothed velocity."""

    slot: Array
    id: Array
    mmsi: Array
    time: Array
    lat: Array
    lon: Array
    speed: Array
    course: Array
    heading: Array
    sog: Array
    status: Array
    kind: Array
    type: Array
    length: Array
    draught: Array
    seq: Array


_Make = TypeVar("_Make")
_memo: dict[str, tuple[Window, Any]] = {}


def once(window: Window, make: Callable[[Window], _Make]) -> _Make:
    """``make(window)``, worked out once a window however many rules ask. ``make`` must be pure."""
    name = make.__qualname__ + make.__module__
    kept = _memo.get(name)
    if kept is not None and kept[0] is window:
        made: _Make = kept[1]
        return made
    fresh = make(window)
    _memo[name] = (window, fresh)
    return fresh


def ships(window: Window) -> Ships:
    """The ships of this window; the second rule that asks gets the same arrays. No ship meets her own echo."""
    return once(window, _ships)


def craft(window: Window) -> Ships:
    """As :func:`ships`, with young targets that may be echoes: for rules about boats, from which none is to be hidden."""
    return once(window, _craft) if len(window.contacts.echoes) else ships(window)


def _ships(w: Window) -> Ships:
    return _rows_of(w, echoes(w.contacts))


def _craft(w: Window) -> Ships:
    return _rows_of(w, echoes(w.contacts, maybe=False))


def _rows_of(w: Window, without: Array) -> Ships:
    c = w.contacts
    speed = np.hypot(c.vx, c.vy)
    use = is_ship(c.kind) & ~c.lost & np.isfinite(speed) & (c.reports >= LEAST_REPORTS) & (c.time != NO_TIME)
    use &= w.now - c.time <= np.where(speed > KNOT, MOVING_AGE, STILL_AGE) * SECOND
    use &= ~without
    slot = np.flatnonzero(use)
    vx, vy = c.vx[slot].astype("f8"), c.vy[slot].astype("f8")
    draught = c.static("draught")[slot].astype("f8") * 0.1
    return Ships(
        slot, c.ids()[slot], c.mmsi[slot], c.time[slot], c.lat[slot], c.lon[slot], np.hypot(vx, vy),
        np.degrees(np.arctan2(vx, vy)) % 360.0, c.heading[slot], c.sog[slot], c.status[slot], c.kind[slot],
        c.static("ship_type")[slot], c.length()[slot], np.where(draught > 0, draught, np.nan), c.seq[slot],
    )  # fmt: skip


def echoes(c: Contacts, maybe: bool = True) -> Array:
    """Bool by slot: targets that are ships of AIS, no craft of their own, or ``maybe`` so (:mod:`selat.tracks.fuse`)."""
    out = np.zeros(len(c), bool)
    for pairs in (c.joined, c.echoes) if maybe else (c.joined,):
        if len(pairs):
            out |= np.isin(c.ids(), pairs[:, 0])
    return out


def per_degree(lat: Array) -> tuple[Array, Array]:
    """Metres in a degree of latitude and of longitude, to half a percent: for a first look."""
    return np.full(lat.shape, 110_900.0), 111_320.0 * np.cos(np.radians(lat))


def turn(a: Any, b: Any) -> Any:
    """Least angle between directions, 0 to 180 deg."""
    return np.abs((np.asarray(a) - b + 180.0) % 360.0 - 180.0)


def fishes(c: Contacts, s: Ships) -> Array:
    """Bool: a fishing vessel, or one that moves like it and is not of another known type."""
    like = (c.motion[s.slot] == Motion.FISHING) & ((s.type == 0) | (s.length < 20.0))
    out: Array = (s.type == 30) | (s.status == FISHING) | like
    return out


def among(codes: Any, wanted: Iterable[int]) -> Array:
    """Bool of each code (0 to 255: a ship type, a status): is it one of those? By a table, as rules ask at every beat."""
    out: Array = _table(tuple(wanted))[codes]
    return out


@lru_cache(maxsize=64)
def _table(wanted: tuple[int, ...]) -> Array:
    out = np.zeros(256, bool)
    out[list(wanted)] = True
    return out


def word(ship_type: int) -> str:
    """What a ship type says, in words; ``ship`` where it says nothing (M.1371-5 Table 53)."""
    return _TYPES.get(ship_type) or _DECADES.get(ship_type // 10) or "ship"


def subject(c: Contacts, s: Ships, i: int) -> Evidence:
    """Who it is, as declared, and how it moves now."""
    return {
        "mmsi": int(s.mmsi[i]), "name": c.name(int(s.slot[i])), "type": int(s.type[i]), "length": real(s.length[i], 0),
        "draught": real(s.draught[i], 1), "status": int(s.status[i]), "class_b": bool(s.kind[i] == Kind.CLASS_B),
        "speed": round(float(s.speed[i]), 2), "course": round(float(s.course[i]), 1),
        "heading": real(s.heading[i], 1), "time": int(s.time[i]),
        "lat": round(float(s.lat[i]), 6), "lon": round(float(s.lon[i]), 6),
    }  # fmt: skip


def real(x: Any, digits: int) -> float | None:
    """A rounded number for evidence: None for NaN."""
    return round(float(x), digits) if x == x else None


def trail(c: Contacts, slot: int, start: int) -> Any:
    """Track of a contact from ``start`` (ns) on: the ring of two hours."""
    return since(c.track(slot), start)


def since(t: Any, start: int) -> Any:
    """A track from ``start`` (ns) on."""
    keep = t.time >= start
    return type(t)(*(a[keep] for a in t))


def fine_trail(c: Contacts, slot: int, start: int) -> Any:
    """As :func:`trail`, with the last minutes at full resolution."""
    old, new = trail(c, slot, start), c.recent(slot)
    if not len(new.time):
        return old
    keep_old, keep_new = old.time < new.time[0], new.time >= start
    return type(old)(*(np.concatenate([a[keep_old], b[keep_new]]) for a, b in zip(old, new, strict=True)))


def rows(t: Any, most: int = _ROWS) -> Evidence:
    """A track as evidence: every so many rows of it, the last one always; speeds m/s, directions deg."""
    step = max(1, -(-len(t.time) // most))
    pick = np.arange(len(t.time))[::-1][::step][::-1]
    return {
        "time": t.time[pick].tolist(), "lat": np.round(t.lat[pick], 6).tolist(),
        "lon": np.round(t.lon[pick], 6).tolist(), "sog": [real(x, 2) for x in t.sog[pick]],
        "cog": [real(x, 1) for x in t.cog[pick]], "heading": [real(x, 1) for x in t.heading[pick]],
    }  # fmt: skip


def finding(w: Window, s: Ships, i: int, start: int, evidence: Evidence, what: str = "", track: Any = None) -> Finding:
    """A finding about one ship: with who it is, its track slice, and the lines that it rests on."""
    seq = [int(s.seq[i])] if track is None else [int(q) for q in track.seq if q >= 0] or [int(s.seq[i])]
    told = {"seq": sorted({*seq, int(s.seq[i])}), "ship": subject(w.contacts, s, i), **evidence}
    if track is not None:
        told["track"] = rows(track)
    key = f"{int(s.id[i])}" + (f"/{what}" if what else "")
    return Finding(key, (int(s.mmsi[i]),), start, float(s.lat[i]), float(s.lon[i]), told)


def so(rule: PictureRule, findings: list[Finding]) -> list[Finding]:
    """Those that the rule's own judgement confirms: what it denies ends an alert, as if it had not been found."""
    return [f for f in findings if rule.judge(f.evidence) is not None]


def over(value: float, limit: float, certain: float = 2.0) -> float:
    """How sure a measured value beyond its limit makes: 0.6 at the limit, 1 at ``certain`` times the limit."""
    if limit <= 0 or certain <= 1:
        return 1.0
    return float(0.6 + 0.4 * min(1.0, max(0.0, (value / limit - 1.0) / (certain - 1.0))))


def known(ship: Evidence) -> float:
    """How sure we are who it is and what rules it falls under: less where it did not say its type or length."""
    return 1.0 - 0.1 * (not ship["type"]) - 0.1 * (not ship["length"])


def the(ship: Evidence) -> str:
    """A ship in a sentence: name and what it is."""
    return f"{ship['name']} ({word(ship['type'])})"
