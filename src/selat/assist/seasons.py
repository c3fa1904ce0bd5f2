"""The monsoon seasons of the Straits and the South China Sea, by month, so that unlike seas are not compared.

Malaysian Meteorological Department, "Monsoon": north-east monsoon November to March, south-west monsoon from late May to
September, and the transition between them. The change of a year moves by weeks; the month is as fine as this goes: May is taken
as transition.
"""

from __future__ import annotations

NORTH_EAST, SOUTH_WEST, BETWEEN = "north-east monsoon", "south-west monsoon", "between monsoons"
SEASONS = (NORTH_EAST, SOUTH_WEST, BETWEEN)
_OF_MONTH = {
    **dict.fromkeys((11, 12, 1, 2, 3), NORTH_EAST), **dict.fromkeys((6, 7, 8, 9), SOUTH_WEST), **dict.fromkeys((4, 5, 10), BETWEEN),
}  # fmt: skip


def season_of(day: str) -> str:
    """The season of a day or month (``YYYY-MM...``); empty for what is none."""
    try:
        return _OF_MONTH[int(day[5:7])]
    except (ValueError, KeyError):
        return ""
