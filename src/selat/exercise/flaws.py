"""What is wrong with what ships say, without anybody meaning harm: defaults, forgotten settings, poor fixes.

How often is our estimate, from what is known to be common (stale navigational status is the most common error of AIS; sizes
that were never set; draughts and destinations that nobody changed); no published share was found for this strait.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard
    from selat.exercise.ship import Ship

#: share of class A ships, and of class B
SHARES = {
    "size": (0.04, 0.25), "type": (0.03, 0.10), "imo": (0.04, 0.0), "draught": (0.08, 0.0), "destination": (0.12, 0.0),
    "heading": (0.05, 0.0), "rot": (0.12, 0.0), "sog": (0.004, 0.004), "noise": (0.04, 0.10), "skew": (0.01, 0.03),
    "offset": (0.015, 0.0),
}  # fmt: skip
_ODD = ("", "FOR ORDERS", "SINGAPORE", "SG>MY", "PORT KLANG PILOT", "=====", "SINGAPOR", "OPL E ANCH", "SIN/PKG")


def spoil(yard: Yard) -> None:
    """Exchange some ships of the traffic for the same with flaws."""
    for i, ship in enumerate(yard.fleet):
        if ship.cls in ("A", "B"):
            yard.fleet[i] = _flawed(yard, ship)


def _flawed(yard: Yard, ship: Ship) -> Ship:
    column = 1 if ship.cls == "B" else 0
    dice = dict(zip(SHARES, yard.rng.random(len(SHARES)).tolist(), strict=True))
    hit = {name for name, share in SHARES.items() if dice[name] < share[column]}
    more: dict[str, Any] = {}
    lacks = [name for name in ("size", "heading", "rot", "sog") if name in hit]
    if lacks:
        more["lacks"] = tuple(lacks)
    if "type" in hit:
        more["ship_type"] = 0
    if "imo" in hit and ship.imo:
        more["imo"] = 0
    if "draught" in hit:
        more["draught"] = 0.0
    if "destination" in hit:
        word = str(yard.rng.choice(_ODD))
        more["destinations"] = (word, word)
    if "noise" in hit:
        more["noise"] = float(yard.rng.uniform(4.0, 9.0))
    if "skew" in hit:
        more["skew"] = float(yard.rng.integers(-6, 1))
    if "offset" in hit:
        more["crab"] = ship.crab + float(yard.rng.choice((-1, 1)) * yard.rng.uniform(15, 60))
    stale = yard.rng.random()
    if ship.kind == "anchored" and stale < 0.07:
        more["berthed"] = 0 if stale < 0.04 else 5
    elif ship.kind == "through" and stale < 0.04:
        more["status"] = (1, 5, 8, 3)[int(stale * 100)]
    return replace(ship, **more) if more else ship
