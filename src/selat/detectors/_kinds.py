"""What two ships are to each other: whose meetings are work, whose are custom, and whose need a look."""

from __future__ import annotations

from selat.detectors import _ships as fleet
from selat.model.rule import Evidence

CALLERS = (50, 51, 53, 54, 55, 58)  #: pilot, rescue, tender, anti-pollution, law enforcement, medical
SMALL = 24.0  #: m: a craft of class B up to this length is a boat (load line length of small craft)


def tanker(ship: Evidence) -> bool:
    """Carries liquids in bulk, as declared."""
    return bool(80 <= ship["type"] <= 89)


def caller(ship: Evidence) -> bool:
    """Comes alongside others as its work: pilot boat, tender, patrol, rescue; not if it is large."""
    return ship["type"] in CALLERS and (ship["length"] or 0.0) < 90.0


def tug(ship: Evidence) -> bool:
    """Tows or pushes, as declared."""
    return ship["type"] in (*fleet.TOWING, 52)


def fishing(ship: Evidence) -> bool:
    """Fishes, as declared."""
    return bool(ship["type"] == 30 or ship["status"] == fleet.FISHING)


def passenger(ship: Evidence) -> bool:
    """Carries passengers, as declared: ferries lie side by side and pass close."""
    return bool(40 <= ship["type"] <= 49 or 60 <= ship["type"] <= 69)


def pleasure(ship: Evidence) -> bool:
    """Sails for pleasure, as declared."""
    return ship["type"] in (36, 37)


def boat(ship: Evidence) -> bool:
    """A small craft, as declared or by its class."""
    length = ship["length"]
    return length <= SMALL if length is not None else bool(ship["class_b"])
