"""Area notice, broadcast 1/22 and addressed 1/23 (IMO SN.1/Circ.289, Annex, message 11).

A notice is a list of sub-areas of 87 bits; their union is the area. A polyline or polygon begins at the point (circle
of radius 0) before it, or at the end of the polyline before it. Text sub-areas are read one behind another.
"""

from __future__ import annotations

from selat.model.asm_types import LAT3, LINKAGE, LON3, START, Asm, Cell, Group, Record, bearing, spare

_SCALE = Cell("scale", 2, text="Lengths are multiplied by 10 to this power")
_WHERE = (_SCALE, LON3, LAT3, Cell("precision", 3, na=4, text="Decimals of position that count; null: all"))
_LEGS = tuple(
    cell
    for k in "1234"
    for cell in (
        Cell("bearing" + k, 10, "u", 0.5, "deg", 720, high=719),
        Cell("distance" + k, 10, unit="m", text="0: no point", power=True),
    )
)

SHAPES = {
    0: Record("circle", (*_WHERE, Cell("radius", 12, unit="m", text="0: a point", power=True), spare(18))),
    1: Record("rectangle", (
        *_WHERE, Cell("east", 8, unit="m", text="From the SW corner; 0: a line", power=True),
        Cell("north", 8, unit="m", text="From the SW corner; 0: a line", power=True),
        Cell("orientation", 9, unit="deg", high=359, text="Turned clockwise about the corner"), spare(5))),
    2: Record("sector", (
        *_WHERE, Cell("radius", 12, unit="m", power=True), bearing("left", "Left edge; the sector goes clockwise from it"),
        bearing("right", "Right edge"))),
    3: Record("polyline", (_SCALE, *_LEGS, spare(2))),
    4: Record("polygon", (_SCALE, *_LEGS, spare(2))),
    5: Record("text", (Cell("text", 84, "t"),)),
}
_HEAD = (LINKAGE, Cell("notice", 7, na=127, text="What it is about: NOTICES"), *START)
_AREAS = Group("areas", 87, 10, SHAPES, Cell("shape", 3, text="circle, rectangle, sector, polyline, polygon, text"))
_CLAUSE = "IMO SN.1/Circ.289, Annex, 11"

AREA_NOTICE = Asm(1, 22, "Area notice, broadcast", f"{_CLAUSE}, Table 11.1", (8,), _HEAD, _AREAS)
AREA_NOTICE_ADDRESSED = Asm(1, 23, "Area notice, addressed", f"{_CLAUSE}, Table 11.2", (6,), _HEAD, _AREAS)

#: IMO SN.1/Circ.289, Table 11.10; numbers that are not here are reserved
NOTICES = {
    0: "caution: habitat of marine mammals", 1: "caution: marine mammals, reduce speed", 2: "caution: marine mammals, stay clear",
    3: "caution: marine mammals, report sightings", 4: "caution: protected habitat, reduce speed", 5: "caution: protected habitat, stay clear",
    6: "caution: protected habitat, no fishing or anchoring", 7: "caution: derelicts (drifting objects)", 8: "caution: traffic congestion",
    9: "caution: marine event", 10: "caution: divers down", 11: "caution: swimmers", 12: "caution: dredging", 13: "caution: survey",
    14: "caution: underwater operation", 15: "caution: seaplanes", 16: "caution: fishery, nets in the water", 17: "caution: cluster of fishing vessels",
    18: "caution: fairway closed", 19: "caution: harbour closed", 20: "caution: risk (see text)", 21: "caution: underwater vehicle",
    23: "environment: storm front", 24: "environment: hazardous sea ice", 25: "environment: storm warning", 26: "environment: high wind",
    27: "environment: high waves", 28: "environment: restricted visibility", 29: "environment: strong currents", 30: "environment: heavy icing",
    32: "restricted: fishing prohibited", 33: "restricted: no anchoring", 34: "restricted: entry needs approval", 35: "restricted: entry prohibited",
    36: "restricted: military operations", 37: "restricted: firing", 38: "restricted: drifting mines",
    40: "anchorage open", 41: "anchorage closed", 42: "anchoring prohibited", 43: "anchorage for deep draught", 44: "anchorage for shallow draught",
    45: "anchorage: ship to ship transfer", 56: "security level 1", 57: "security level 2", 58: "security level 3",
    64: "distress: disabled and adrift", 65: "distress: sinking", 66: "distress: abandoning ship", 67: "distress: medical assistance wanted",
    68: "distress: flooding", 69: "distress: fire or explosion", 70: "distress: grounding", 71: "distress: collision",
    72: "distress: listing or capsizing", 73: "distress: under assault", 74: "distress: person overboard", 75: "distress: SAR area",
    76: "distress: pollution response area", 80: "instruction: contact VTS here", 81: "instruction: contact port administration here",
    82: "instruction: do not proceed beyond here", 83: "instruction: await instructions before proceeding beyond here",
    84: "proceed to this location, await instructions", 85: "clearance granted, proceed to berth", 88: "information: pilot boarding position",
    89: "information: icebreaker waiting area", 90: "information: places of refuge", 91: "information: position of icebreakers",
    92: "information: response units", 93: "VTS active target", 94: "rogue or suspicious vessel", 95: "vessel requests assistance, no distress",
    96: "chart feature: sunken vessel", 97: "chart feature: submerged object", 98: "chart feature: semi-submerged object", 99: "chart feature: shoal",
    100: "chart feature: shoal due north", 101: "chart feature: shoal due east", 102: "chart feature: shoal due south",
    103: "chart feature: shoal due west", 104: "chart feature: channel obstruction", 105: "chart feature: reduced vertical clearance",
    106: "chart feature: bridge closed", 107: "chart feature: bridge partly open", 108: "chart feature: bridge open",
    112: "report from ship: icing", 114: "report from ship (see text)", 120: "recommended route", 121: "alternative route",
    122: "recommended route through ice", 125: "other (see text)", 126: "cancels the area of the same linkage",
}  # fmt: skip
