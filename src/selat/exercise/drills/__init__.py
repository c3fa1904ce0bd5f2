"""Drills: families of incidents to be staged in number, each with look-alikes that are none.

A family is a module with ``stage(yard, count)``: it launches the craft it needs, or takes ships of the traffic, and notes the
truth. Nothing in what is sent says that it was staged. Families do not disturb each other: each incident has waters of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from selat.exercise.drills import lanes, meetings, silences

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

FAMILIES: dict[str, Callable[[Yard, int], None]] = {
    "meetings": meetings.stage,
    "silences": silences.stage,
    "lanes": lanes.stage,
}
