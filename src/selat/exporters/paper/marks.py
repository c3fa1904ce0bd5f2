"""Symbols of maps and legends: ships, alerts by priority, stops, datum. Red and amber are for alerts alone."""

from __future__ import annotations

from selat.exporters.paper import svg

PALE, DARK = "#cfe0e8", "#2f6f96"  #: ends of the scale of traffic
GREEN, MAGENTA = "#1e7a4c", "#a0519f"
_BOX = "M-5 -4H5V4H-5Z"
_DOT = "M-2.5 0A2.5 2.5 0 1 0 2.5 0A2.5 2.5 0 1 0 -2.5 0Z"
#: filled shapes with a white edge: (path, colour)
_FILLED = {
    "ship": ("M0 -5L3 4L0 2.5L-3 4Z", svg.INK), "meeting": ("M0 -4L4 0L0 4L-4 0Z", "#6a45a8"), "base": ("M-3.5 3H3.5L0 -4Z", GREEN),
    "emergency": ("M0 -5L5 4H-5Z", svg.RED), "alarm": ("M0 -5L5 4H-5Z", svg.RED), "warning": ("M0 -4.5L4.5 3.5H-4.5Z", svg.AMBER),
    "caution": ("M0 -4L4 3H-4Z", "#857000"), "pale": (_BOX, PALE), "dark": (_BOX, DARK),
}  # fmt: skip
#: shapes in outline: (path, colour, fill)
_OUTLINED = {
    "stop": ("M-3 -3H3V3H-3Z", GREEN, "#ffffff"), "begin": (_DOT, svg.BLUE, "#ffffff"),
    "datum": ("M-6 0H6M0 -6V6", svg.INK, "none"),
    "end": ("M-3 -3L3 3M3 -3L-3 3", svg.BLUE, "none"),
}  # fmt: skip
#: lines: (dashes, colour)
_LINES = {
    "track": ("", svg.BLUE), "gap": ("2 2", svg.BLUE), "lane": ("4 2", MAGENTA), "zone": ("2 2", "#5f7686"), "task": ("", GREEN),
    "contour50": ("", "#14588f"), "contour90": ("", "#4c86b8"), "contour95": ("", "#8db3d3"), "path": ("1 2", svg.INK),
}  # fmt: skip


def mark(kind: str, x: float, y: float, turn: float = 0.0, colour: str = "") -> tuple[str, str]:
    """(drawing, colour) of a symbol at a place; ``turn``: degrees clockwise, of ships only. An unknown kind is a dot."""
    where = f"translate({svg.number(x)} {svg.number(y)})"
    if kind in _LINES:
        dashes, own = _LINES[kind]
        more: dict[str, str] = {"stroke_dasharray": dashes} if dashes else {}
        return svg.element("path", d="M-6 0H6", transform=where, stroke=colour or own, stroke_width="1.4", **more), own
    if kind in _FILLED:
        shape, own = _FILLED[kind]
        colour = colour or own
        if kind == "ship":
            where += f" rotate({svg.number(turn)})"
        return svg.element("path", d=shape, transform=where, fill=colour, stroke="#ffffff", stroke_width="0.6"), colour
    shape, own, fill = _OUTLINED.get(kind, _OUTLINED["begin"])
    colour = colour or own
    return svg.element("path", d=shape, transform=where, fill=fill, stroke=colour, stroke_width="1.3"), colour
