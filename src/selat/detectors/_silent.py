"""Ships that fell silent though others there are heard; asked by rules that ask what they did meanwhile."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from selat.detectors import _ships as fleet
from selat.detectors._ships import Array
from selat.model.clock import SECOND
from selat.model.rule import Evidence
from selat.model.schema import NO_TIME
from selat.model.units import KNOT
from selat.tracks.intervals import nominal
from selat.tracks.kinds import sends
from selat.tracks.window import Window

LEAST, MOST = 900.0, 4 * 3600.0  #: s of silence that count
OTHERS = 3.0  #: reports of others that must have been heard there meanwhile
_REPORTS = 10  # a ship of fewer reports was hardly there


class Silent(NamedTuple):
    """Silent ships: slot, lasting number, MMSI, ns and place of the last position, m/s and deg then, s of silence."""

    slot: Array
    id: Array
    mmsi: Array
    time: Array
    lat: Array
    lon: Array
    speed: Array
    course: Array
    type: Array
    seconds: Array


def silent(window: Window) -> Silent:
    """The ships of this window that are silent; the second rule that asks gets the same arrays."""
    return fleet.once(window, _silent)


def _silent(w: Window) -> Silent:
    c = w.contacts
    age = np.where(c.time == NO_TIME, 1e12, (w.now - np.maximum(c.time, 0)) / SECOND)
    use = sends(c.kind, c.mmsi) & (age >= LEAST) & (age <= MOST) & (c.reports >= _REPORTS) & np.isfinite(c.vx)
    slot = np.flatnonzero(use & (c.successor < 0))
    # Whose number is heard from another place has jumped, or two use it: the rule jump tells of that.
    alone = [bool((c.heard[c.of(int(c.mmsi[s]))] <= c.heard[s]).all()) for s in slot.tolist()]
    slot = slot[np.array(alone, bool)]
    vx, vy = c.vx[slot].astype("f8"), c.vy[slot].astype("f8")
    return Silent(
        slot, c.ids()[slot], c.mmsi[slot], c.time[slot], c.lat[slot], c.lon[slot], np.hypot(vx, vy),
        np.degrees(np.arctan2(vx, vy)) % 360.0, c.static("ship_type")[slot], age[slot],
    )  # fmt: skip


def reception(w: Window, q: Silent, k: int) -> Evidence:
    """What the silence of one ship is worth: reports expected, chance that none came, and what that rests on."""
    c, slot = w.contacts, int(q.slot[k])
    every = nominal(c.kind[slot], c.sog[slot], c.status[slot])
    ask = w.reception.ask(q.lat[k], q.lon[k], c.kind[slot], q.seconds[k], every, vx=c.vx[slot], vy=c.vy[slot])
    return {name: round(float(getattr(ask, name)[0]), 6) for name in ask._fields}


def subject(w: Window, q: Silent, k: int) -> Evidence:
    """Who the silent ship is, and where and how she was last."""
    c, slot = w.contacts, int(q.slot[k])
    return {
        "mmsi": int(q.mmsi[k]), "name": c.name(slot), "type": int(q.type[k]), "length": fleet.real(c.length()[slot], 0),
        "status": int(c.status[slot]), "class_b": bool(c.kind[slot] == 2), "speed": round(float(q.speed[k]), 2),
        "course": round(float(q.course[k]), 1), "time": int(q.time[k]), "lat": round(float(q.lat[k]), 6),
        "lon": round(float(q.lon[k]), 6), "seq": int(c.seq[slot]),
    }  # fmt: skip


def worth(reception: Evidence) -> float:
    """How sure a silence is her own: 1 below a chance of one in ten thousand, 0.5 at one in a hundred, 0 at one in ten.

    0 where hardly anybody else was heard there meanwhile: then it may be the receiver's.
    """
    none = reception["none"]
    if none >= 0.1 or reception["others"] < OTHERS:
        return 0.0
    if none >= 0.01:
        return float(0.5 * (0.1 - none) / 0.09)
    return float(min(1.0, 0.5 - 0.25 * (np.log10(max(none, 1e-12)) + 2.0)))


def reach(q: Silent, k: Any, least: float = 8 * KNOT) -> Any:
    """How far (m) silent ships can have gone by now, at the speed they had or 8 knots."""
    return np.maximum(q.speed[k], least) * q.seconds[k] * 1.1


__all__ = ["LEAST", "MOST", "OTHERS", "Silent", "reach", "reception", "silent", "subject", "worth"]
