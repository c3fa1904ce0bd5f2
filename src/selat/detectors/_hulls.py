"""Who says what of herself: static data that came since the last look, and how texts and numbers of it compare."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import SECOND
from selat.model.rule import Evidence
from selat.model.watchlist import imo_valid, plain_name
from selat.tracks.contacts import Contacts
from selat.tracks.flags import FLAGS, flag
from selat.tracks.lists import distance
from selat.tracks.window import Window

Array = NDArray[Any]
_MIDS = np.array(sorted(FLAGS), "i8")


def fresh(w: Window, at: int) -> Array:
    """Slots of ships whose static data were told after ``at`` (ns), the newest segment of each MMSI only."""
    c = w.contacts
    slots = np.flatnonzero((c.static("time") > at) & (c.kind <= 2) & (c.reports >= 1))
    order = slots[np.lexsort((-c.heard[slots], c.mmsi[slots]))]
    keep = np.ones(order.size, bool)
    keep[1:] = c.mmsi[order[1:]] != c.mmsi[order[:-1]]
    return order[keep]


def twins(w: Window, old: dict[str, list[Any]], apart: float, at_once: float, lasting: float) -> dict[str, list[Any]]:
    """MMSIs of which two segments are heard: since when (ns) without a break, and whether they are two hulls for sure.

    ``old``: what this said at the last look. For sure: both heard within ``at_once`` s for ``lasting`` s; so they stay for
    as long as both are heard within ``apart`` s.
    """
    c = w.contacts
    slot = np.flatnonzero((c.kind <= 2) & (c.heard > w.now - round(apart * SECOND)))
    shared = _twice(c.mmsi[slot])
    both = _twice(c.mmsi[slot[c.heard[slot] > w.now - round(at_once * SECOND)]])
    out = {k: v for k, v in old.items() if v[1] and k in shared}
    for key in sorted(both):
        since, sure = old.get(key, [w.now, False])
        out[key] = [since, sure or w.now - since >= round(lasting * SECOND)]
    return out


def _twice(mmsi: Array) -> set[str]:
    """Those that are there more than once."""
    number, count = np.unique(mmsi, return_counts=True)
    return {str(x) for x in number[count > 1].tolist()}


def text(raw: Any) -> str:
    """A declared text without its filling."""
    return bytes(raw).decode("ascii", "replace").strip(" @\0")


def declared(c: Contacts, slot: int) -> Evidence:
    """All that the ship declares of herself."""
    s = c.said(slot)
    name = text(s["name"])
    return {
        "mmsi": s["mmsi"], "imo": int(s["imo"]), "callsign": text(s["callsign"]), "name": name or f"MMSI {s['mmsi']:09d}",
        "named": bool(name), "type": int(s["ship_type"]), "length": _sum(s["to_bow"], s["to_stern"], 65535),
        "beam": _sum(s["to_port"], s["to_starboard"], 255), "flag": flag(s["mmsi"]), "lat": round(float(c.lat[slot]), 6),
        "lon": round(float(c.lon[slot]), 6), "time": int(c.time[slot]),
    }  # fmt: skip


def _sum(a: Any, b: Any, no: int) -> float | None:
    """Two distances from the antenna together; None where one is not given, or both are 0."""
    return float(int(a) + int(b)) if no not in (int(a), int(b)) and int(a) + int(b) > 0 else None


def seqs(c: Contacts, slot: int) -> list[int]:
    """Numbers of the lines that say who she is and where: her last report, and her static data where there are any."""
    said = int(c.said(slot)["seq"])
    return sorted({int(c.seq[slot])} | ({said} if said >= 0 else set()))


def mmsi_fault(mmsi: int) -> str:
    """What is wrong with the MMSI of a ship's station (ITU-R M.585-9); empty where nothing is."""
    digits = f"{mmsi:09d}"
    if len(set(digits)) == 1 or digits in ("123456789", "987654321"):
        return "nobody is given such digits"
    if not 0 < mmsi <= 999_999_999:
        return "it does not have nine digits"
    if digits[0] == "8":
        return "" if int(digits[1:4]) in FLAGS else f"no country has the digits {digits[1:4]} (of a handheld radio)"
    if digits[:2] == "98":
        return "" if int(digits[2:5]) in FLAGS else f"no country has the digits {digits[2:5]} (of a ship's craft)"
    if digits[0] not in "234567":
        return f"no ship's number begins with {digits[0]}"
    if int(digits[:3]) not in FLAGS:
        return f"no country has the digits {digits[:3]}"
    return "six zeros are nobody's number" if digits[3:] == "000000" else ""


def odd_mmsi(mmsi: Array) -> Array:
    """Bool: those that :func:`mmsi_fault` need look at."""
    top = mmsi // 1_000_000
    rest = mmsi % 1_000_000
    good = np.isin(top, _MIDS) & (top >= 200) & (top < 800) & (rest != 0)
    out: Array = ~good | (mmsi % 111_111_111 == 0)
    return out


def odd_imo(imo: Array) -> Array:
    """Bool: IMO numbers that are given and fail their check digit (IMO A.1117(30))."""
    n = imo.astype("i8")
    total = sum(((n // 10**k) % 10) * (k + 1) for k in range(1, 7))
    out: Array = (n > 0) & ((n < 1_000_000) | (n > 9_999_999) | (total % 10 != n % 10))
    return out


def differs(name: str, old: Any, new: Any) -> bool:
    """True where a declared value changed in earnest, and not by a slip of the keys."""
    if not old or not new:
        return False
    if name == "imo":
        return bool(old != new and imo_valid(old) and imo_valid(new))
    if name in ("name", "callsign"):
        a, b = plain_name(old), plain_name(new)
        return bool(a and b and distance(a, b) > (2 if name == "name" else 1) and a not in b and b not in a)
    if name == "type":
        return old // 10 != new // 10 and not {old // 10, new // 10} & {0, 9} and not {old, new} <= set(range(30, 60))
    return bool(abs(old - new) > max(10.0, 0.2 * old))
