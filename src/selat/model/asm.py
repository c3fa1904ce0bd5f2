"""Application-specific messages that are read field by field; every other one stays raw, with its DAC and FI.

Sources: IMO SN.1/Circ.289 (2010), IMO SN/Circ.236 (2004), and for 200/10 the CCNR standard for vessel tracking and
tracing (ES-RIS, Part III, Table 2.7). One new message is one more entry of :data:`ASM`.
"""

from __future__ import annotations

from selat.model.asm_area import AREA_NOTICE, AREA_NOTICE_ADDRESSED, NOTICES
from selat.model.asm_env import ENVIRONMENT
from selat.model.asm_met import MET_HYDRO, MET_HYDRO_236
from selat.model.asm_types import LAT4, LINKAGE, LON4, START, Asm, Cell, Group, Record, spare

__all__ = ["ASM", "NOTICES", "ROUTES", "Asm", "Cell", "Group", "Record"]

_ROUTE = (
    LINKAGE, Cell("sender", 3, text="0 ship, 1 authority"), Cell("route_type", 5, na=0, text="What it is: ROUTES"),
    *START, Cell("waypoint_count", 5, high=16),
)  # fmt: skip
_WAYPOINTS = Group("waypoints", 55, 16, {0: Record("waypoint", (LON4, LAT4))}, count="waypoint_count")
_CLAUSE = "IMO SN.1/Circ.289, Annex, 13"

#: IMO SN.1/Circ.289, Table 13.1
ROUTES = {
    1: "mandatory",
    2: "recommended",
    3: "alternative",
    4: "recommended through ice",
    5: "ship's plan",
    31: "cancelled",
}

_INLAND = (
    Cell("eni", 48, "t", text="European vessel identification number"), Cell("length", 13, "u", 0.1, "m", 0, high=8000),
    Cell("beam", 10, "u", 0.1, "m", 0, high=1000), Cell("eri_type", 14, na=0, text="ERI code of ship or convoy"),
    Cell("hazard", 3, na=5, high=4, text="Blue cones or lights 0 to 3; 4: B flag"),
    Cell("draught", 11, "u", 0.01, "m", 0, high=2000), Cell("loaded", 2, na=0, high=2, text="1 loaded, 2 unloaded"),
    Cell("speed_quality", 1, "b", text="1: high, by an approved sensor"),
    Cell("course_quality", 1, "b"), Cell("heading_quality", 1, "b"), spare(8),
)  # fmt: skip

_ALL = (
    MET_HYDRO_236, AREA_NOTICE, AREA_NOTICE_ADDRESSED, ENVIRONMENT,
    Asm(1, 27, "Route information, broadcast", f"{_CLAUSE}, Table 13.1", (8,), _ROUTE, _WAYPOINTS),
    Asm(1, 28, "Route information, addressed", f"{_CLAUSE}, Table 13.2", (6,), _ROUTE, _WAYPOINTS), MET_HYDRO,
    Asm(200, 10, "Inland ship static and voyage related data", "ES-RIS Part III, Table 2.7", (8,), _INLAND),
)  # fmt: skip

#: by (DAC, FI)
ASM: dict[tuple[int, int], Asm] = {(a.dac, a.fi): a for a in _ALL}
