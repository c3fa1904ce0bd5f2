"""Maps for paper, drawn offline: land, graticule, scale, north, zones, tracks, marks with names that do not overlap.

Mercator on the sphere of its own latitudes (shapes are true, the scale bar holds at the middle of the map). Light: points closer
than a third of a point are left out. Longitudes may run past 180.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from selat.exporters.paper import svg
from selat.exporters.paper.ground import Box, Land, apart, clipped, coasts, latitude, mercator, mercators, thinned
from selat.exporters.paper.marks import mark
from selat.kernels.geodesy import bearing, distance
from selat.model.columns import Array
from selat.model.units import NAUTICAL_MILE
from selat.model.zone import Zone

SEA, LAND, COAST, GRID = "#e9f3f6", "#efe8cd", "#8a8468", "#b9cdd4"
_STEPS = (
    10.0,
    5.0,
    2.0,
    1.0,
    0.5,
    1 / 6,
    1 / 12,
    1 / 30,
    1 / 60,
    1 / 120,
    1 / 600,
)  #: degrees between lines of the graticule
_WAYS = {
    "lane",
    "separation_zone",
    "separation_line",
    "inshore_zone",
    "precautionary",
    "deep_water_route",
    "report_line",
}


def box_of(lats: Iterable[float], lons: Iterable[float], *, margin: float = 0.12, least: float = 0.05) -> Box:
    """A box around places with some room; at least ``least`` degrees wide and high. The whole strait where there is none."""
    y = [v for v in lats if math.isfinite(v)]
    x = [v for v in lons if math.isfinite(v)]
    if not y or not x:
        return 99.0, 0.5, 105.0, 6.5
    south, north, west, east = min(y), max(y), min(x), max(x)
    dy, dx = max(north - south, least) * (1 + 2 * margin), max(east - west, least) * (1 + 2 * margin)
    my, mx = (south + north) / 2, (west + east) / 2
    return mx - dx / 2, max(my - dy / 2, -85.0), mx + dx / 2, min(my + dy / 2, 85.0)


class Chart:
    """A map of a box, ``width`` points wide and at most ``tallest`` high: the box grows to fit the paper.

    Draw from the ground up; :meth:`svg` gives the drawing.
    """

    def __init__(self, box: Box, *, width: float = 500.0, tallest: float = 330.0, lowest: float = 220.0) -> None:
        west, south, east, north = box
        y0, y1 = mercator(south), mercator(north)
        high = min(max(width * (y1 - y0) / max(east - west, 1e-9), lowest), tallest)
        scale = min(width / max(east - west, 1e-9), high / max(y1 - y0, 1e-9))
        mx, my = (west + east) / 2, (y0 + y1) / 2
        self.width, self.height, self._scale = width, high, scale
        self._west, self._top = mx - width / scale / 2, my + high / scale / 2
        self.box: Box = (self._west, latitude(my - high / scale / 2), mx + width / scale / 2, latitude(self._top))
        self._ground: list[str] = []
        self._over: list[str] = []
        self._taken: list[tuple[float, float, float, float]] = []
        self._names: list[tuple[float, float, str, float, str, bool]] = []

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """Where a place is on the paper; a longitude is taken on the side of the map that is nearest."""
        middle = (self.box[0] + self.box[2]) / 2
        lon = middle + (lon - middle + 180.0) % 360.0 - 180.0
        return (lon - self._west) * self._scale, (self._top - mercator(lat)) * self._scale

    def _points(self, places: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
        return [self.at(lat, lon) for lat, lon in places]

    # --- the ground --------------------------------------------------------------------------------------------------
    def land(self, land: Land) -> Chart:
        """Land and its coast."""
        west, south, east, north = self.box
        room = 4.0 / self._scale
        for ring in land.rings:
            if (
                ring[:, 0].max() < west
                or ring[:, 0].min() > east
                or ring[:, 1].max() < south
                or ring[:, 1].min() > north
            ):
                continue
            x = (ring[:, 0] - self._west) * self._scale
            y = (self._top - mercators(ring[:, 1])) * self._scale
            keep = apart(x, y)
            inside = clipped(x[keep], y[keep], self.width, self.height, room * self._scale)
            if len(inside) > 2:
                self._ground.append(svg.element("path", d=svg.path(inside, closed=True), fill=LAND))
            for line in coasts(ring, x, y, land.boxes, self.width, self.height):
                self._ground.append(
                    svg.element(
                        "path",
                        d=svg.path(line),
                        fill="none",
                        stroke=COAST,
                        stroke_width="0.45",
                        stroke_linejoin="round",
                    )
                )
        return self

    def zones(self, zones: Iterable[Zone], named: int = 12) -> Chart:
        """Zones and lanes in outline; the names of the largest."""
        seen = []
        for zone in zones:
            w, s, e, n = zone.bounds
            if e < self.box[0] or w > self.box[2] or n < self.box[1] or s > self.box[3]:
                continue
            points = self._points((lat, lon) for lon, lat in zone.ring)
            way = zone.kind in _WAYS
            self._ground.append(svg.element(
                "path", d=svg.path(points, closed=not zone.line), fill="none", stroke="#a0519f" if way else "#5f7686",
                stroke_width="0.7", stroke_dasharray="4 2" if way else "2 2",
            ))  # fmt: skip
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            seen.append((-(max(xs) - min(xs)) * (max(ys) - min(ys)), zone.name, sum(xs) / len(xs), sum(ys) / len(ys)))
        for _, name, x, y in sorted(seen)[:named]:
            self._names.append((x, y, name, 6.5, "#7a4b7c", True))
        return self

    def area(
        self, ring: Iterable[Sequence[float]], *, stroke: str = svg.BLUE, fill: str = "none", opacity: float = 1.0,
        name: str = "", dash: str = "", weight: float = 1.2, strength: float = 1.0,
    ) -> Chart:  # fmt: skip
        """A polygon of (lat, lon); ``opacity`` of what fills it, ``strength`` of its edge."""
        points = self._points(ring)
        more: dict[str, str] = {"stroke_dasharray": dash} if dash else {}
        if strength < 1:
            more["stroke_opacity"] = f"{strength:.2f}"
        self._over.append(svg.element(
            "path", d=svg.path(thinned(points), closed=True), fill=fill, fill_opacity=f"{opacity:.2f}", stroke=stroke,
            stroke_width=f"{weight:.2f}", stroke_linejoin="round", **more,
        ))  # fmt: skip
        if name and points:
            xs, ys = zip(*points, strict=True)
            self._names.append((sum(xs) / len(xs), sum(ys) / len(ys), name, 8.0, stroke, True))
        return self

    def line(self, places: Iterable[Sequence[float]], *, stroke: str = svg.BLUE, weight: float = 1.0, dash: str = "",
             opacity: float = 1.0) -> Chart:  # fmt: skip
        """A line through (lat, lon); points closer than a third of a point to the last one are left out."""
        points = thinned(self._points(places))
        if len(points) > 1:
            more: dict[str, str] = {"stroke_dasharray": dash} if dash else {}
            self._over.append(svg.element(
                "path", d=svg.path(points), fill="none", stroke=stroke, stroke_width=f"{weight:.2f}", stroke_linejoin="round",
                stroke_linecap="round", stroke_opacity=f"{opacity:.2f}", **more,
            ))  # fmt: skip
        return self

    def track(self, track: Array, silence: int, *, stroke: str = svg.BLUE) -> Chart:
        """A track, (m, 3) time in ns, lat, lon: dashed over silences longer than ``silence`` ns."""
        if len(track) < 2:
            return self
        cuts = np.flatnonzero(np.diff(track[:, 0]) > silence)
        for part in np.split(track, cuts + 1):
            self.line(part[:, 1:].tolist(), stroke=stroke)
        for k in cuts.tolist():
            self.line(track[k : k + 2, 1:].tolist(), stroke=stroke, weight=0.8, dash="2 2", opacity=0.8)
        return self

    @staticmethod
    def turn(track: Array) -> float:
        """Course of the last part of a track, degrees; 0 where she did not move."""
        for k in range(len(track) - 2, -1, -1):
            if distance(track[k, 1], track[k, 2], track[-1, 1], track[-1, 2]) > 50.0:
                return float(bearing(track[k, 1], track[k, 2], track[-1, 1], track[-1, 2]))
        return 0.0

    def cell(self, lat: float, lon: float, side: float, columns: int, fill: str) -> Chart:
        """``columns`` cells of ``side`` degrees side by side, from their south-west corner."""
        x0, y0 = self.at(lat, lon)
        _, y1 = self.at(lat + side, lon)
        self._ground.append(
            svg.element("rect", x=x0, y=y1, width=columns * side * self._scale, height=y0 - y1, fill=fill)
        )
        return self

    def mark(
        self, lat: float, lon: float, kind: str = "ship", *, name: str = "", turn: float = 0.0, colour: str = ""
    ) -> Chart:
        """A symbol of :mod:`.marks` at a place, turned by ``turn`` degrees, with a name where there is room for it."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return self
        x, y = self.at(lat, lon)
        if -6 <= x <= self.width + 6 and -6 <= y <= self.height + 6:
            drawn, colour = mark(kind, x, y, turn, colour)
            self._over.append(drawn)
            self._taken.append((x - 4, y - 4, x + 4, y + 4))
            if name:
                self._names.append((x, y, name, 7.0, colour, False))
        return self

    # --- the whole ---------------------------------------------------------------------------------------------------
    def svg(self, legend: Sequence[tuple[str, str]] = (), credit: str = "") -> str:
        """The drawing; ``legend``: (symbol, words) told below the map; ``credit``: whose land it is."""
        lines, grid_text = self._graticule()
        below, high = _legend(legend, credit, self.width)
        frame = svg.element(
            "rect", x=0.5, y=0.5, width=self.width - 1, height=self.height - 1, fill="none", stroke=svg.QUIET
        )
        inner = [svg.element("rect", x=0, y=0, width=self.width, height=self.height, fill=SEA)]
        inner += [
            *self._ground,
            *lines,
            *self._over,
            *self._labels(),
            *grid_text,
            *self._scale_bar(),
            _north(self.width),
        ]
        drawn = "".join(inner)
        name = f"map{zlib.crc32(drawn.encode()):08x}"  # several drawings may stand in one file
        clip = svg.element("clipPath", svg.element("rect", x=0, y=0, width=self.width, height=self.height), id=name)
        whole = [svg.element("defs", clip), svg.element("g", drawn, clip_path=f"url(#{name})"), frame]
        lower = svg.element("g", below, transform=f"translate(0 {svg.number(self.height + 4)})") if below else ""
        return svg.drawing(self.width, self.height + (high + 6 if below else 0), [*whole, lower])

    def _labels(self) -> list[str]:
        """Names where they cover no symbol and no other name; areas' in their middle. Those without room are left out."""
        out = []
        for x, y, name, size, colour, centred in self._names:
            w = svg.width_of(name, size)
            middle = [(x - w / 2, y + size / 3 + k * (size + 4)) for k in (0, -1, 1, -2, 2)]
            spots = middle if centred else [
                (x + 5.5, y + size / 3), (x - w - 5.5, y + size / 3), (x - w / 2, y - 6), (x - w / 2, y + size + 5),
                (x + 5, y - 5), (x + 5, y + size + 3),
            ]  # fmt: skip
            for left, base in spots:
                spot = (left, base - size, left + w, base + 1.5)
                free = not any(
                    a < spot[2] and c > spot[0] and b < spot[3] and d > spot[1] for a, b, c, d in self._taken
                )
                if free and left > 2 and left + w < self.width - 2 and size < base < self.height - 2:
                    self._taken.append(spot)
                    out.append(svg.text(left, base, name, size=size, fill=colour, halo=True))
                    break
        return out

    def _graticule(self) -> tuple[list[str], list[str]]:
        west, south, east, north = self.box
        step = next(
            (s for s in _STEPS if 4 <= (east - west) / s <= 10), _STEPS[-1] if (east - west) < 0.01 else _STEPS[0]
        )
        lines, words = [], []
        for k in range(math.ceil(west / step), math.floor(east / step) + 1):
            x, _ = self.at((south + north) / 2, k * step)
            if 24 < x < self.width - 24:
                lines.append(
                    svg.element(
                        "path", d=f"M{svg.number(x)} 0V{svg.number(self.height)}", stroke=GRID, stroke_width="0.4"
                    )
                )
                words.append(
                    svg.text(
                        x,
                        self.height - 3,
                        _degrees(k * step, "EW"),
                        size=6.0,
                        anchor="middle",
                        fill=svg.QUIET,
                        halo=True,
                    )
                )
        for k in range(math.ceil(south / step), math.floor(north / step) + 1):
            _, y = self.at(k * step, (west + east) / 2)
            if 12 < y < self.height - 22:
                lines.append(
                    svg.element(
                        "path", d=f"M0 {svg.number(y)}H{svg.number(self.width)}", stroke=GRID, stroke_width="0.4"
                    )
                )
                words.append(svg.text(3, y + 2, _degrees(k * step, "NS"), size=6.0, fill=svg.QUIET, halo=True))
        return lines, words

    def _scale_bar(self) -> list[str]:
        """In nautical miles, true at the middle."""
        west, south, east, north = self.box
        middle = (south + north) / 2
        metres = float(distance(middle, west, middle, west + (east - west) / 8)) * 8 / self.width
        want = self.width / 4 * metres / NAUTICAL_MILE
        miles = next((m for e in range(4, -4, -1) for m in (5 * 10.0**e, 2 * 10.0**e, 10.0**e) if m <= want), 0.001)
        long = miles * NAUTICAL_MILE / metres
        x, y = self.width - 12 - long, self.height - 15
        half = svg.element("rect", x=x, y=y, width=long, height=3, fill="#ffffff", stroke=svg.INK, stroke_width="0.6")
        full = svg.element("rect", x=x, y=y, width=long / 2, height=3, fill=svg.INK)
        said = f"{miles:g} nm"
        return [
            half,
            full,
            svg.text(self.width - 12, y - 2.5, said, size=6.5, anchor="end", halo=True),
            svg.text(x, y - 2.5, "0", size=6.5, halo=True),
        ]


def _degrees(value: float, letters: str) -> str:
    minutes = round(abs(value) * 600) / 10
    whole, rest = divmod(minutes, 60)
    letter = letters[value < 0] if minutes else ""
    return f"{whole:.0f}°{f'{rest:04.1f}'.removesuffix('.0')}'{letter}" if rest else f"{whole:.0f}°{letter}"


def _north(width: float) -> str:
    x = width - 14
    arrow = svg.element(
        "path", d=f"M{svg.number(x)} 8L{svg.number(x + 4)} 20L{svg.number(x)} 17L{svg.number(x - 4)} 20Z", fill=svg.INK
    )
    return arrow + svg.text(x, 28, "N", size=7.5, anchor="middle", bold=True, halo=True)


def _legend(legend: Sequence[tuple[str, str]], credit: str, width: float) -> tuple[str, float]:
    out, x, y = [], 0.0, 8.0
    for kind, words in legend:
        w = svg.width_of(words, 7.0) + 24
        if x + w > width and x:
            x, y = 0.0, y + 11
        out += [mark(kind, x + 6, y - 2.5, 90.0, "")[0], svg.text(x + 14, y, words, size=7.0)]
        x += w
    if credit:
        if x and x + svg.width_of(credit, 6.0) > width:
            y += 10
        out.append(svg.text(width, y, credit, size=6.0, anchor="end", fill=svg.QUIET))
    return "".join(out), y + 2 if out else 0.0
