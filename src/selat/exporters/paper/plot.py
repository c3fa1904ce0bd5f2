"""Plots for paper: columns over time, bars of named counts. Axes begin at zero."""

from __future__ import annotations

import math
from collections.abc import Sequence

from selat.exporters.paper import svg

BAR = "#3b739f"


def columns(
    values: Sequence[float], labels: Sequence[str], *, width: float = 500.0, height: float = 120.0, unit: str = ""
) -> str:
    """One column a value; ``labels``: below the columns, every so many where they would not fit. ``unit``: above the axis."""
    left, bottom, top = 34.0, 16.0, 12.0
    most = _round(max(values, default=0.0))
    each = (width - left) / max(len(values), 1)
    high = height - bottom - top
    out = [svg.text(left, 8, unit, size=6.5, fill=svg.QUIET)]
    for part in range(5 if most >= 4 else int(most) + 1):
        value = most * part / (4 if most >= 4 else max(most, 1))
        y = height - bottom - high * value / most if most else height - bottom
        out.append(
            svg.element(
                "path",
                d=f"M{svg.number(left)} {svg.number(y)}H{svg.number(width)}",
                stroke="#cfd8dc",
                stroke_width="0.4",
            )
        )
        out.append(svg.text(left - 4, y + 2.2, f"{value:,.0f}", size=6.5, anchor="end", fill=svg.QUIET))
    every = max(1, math.ceil(max((svg.width_of(t, 6.5) for t in labels), default=1.0) * 1.3 / each))
    for k, value in enumerate(values):
        tall = high * value / most if most else 0.0
        x = left + k * each
        if tall > 0:
            out.append(
                svg.element("rect", x=x + each * 0.1, y=height - bottom - tall, width=each * 0.8, height=tall, fill=BAR)
            )
        if k % every == 0 and k < len(labels):
            out.append(svg.text(x + each / 2, height - 5, labels[k], size=6.5, anchor="middle", fill=svg.QUIET))
    return svg.drawing(width, height, out)


def bars(rows: Sequence[tuple[str, float]], *, width: float = 500.0) -> str:
    """One bar a row with its name before it and its number after it."""
    left = min(max((svg.width_of(name, 7.5) for name, _ in rows), default=40.0) + 10, width * 0.45)
    most = max((value for _, value in rows), default=0.0) or 1.0
    room = width - left - max((svg.width_of(f"{v:,.0f}", 7.5) for _, v in rows), default=20.0) - 8
    out = []
    for k, (name, value) in enumerate(rows):
        y = k * 13.0
        out.append(svg.text(left - 5, y + 9, name, size=7.5, anchor="end"))
        out.append(svg.element("rect", x=left, y=y + 2, width=max(room * value / most, 0.5), height=8.5, fill=BAR))
        out.append(svg.text(left + room * value / most + 4, y + 9, f"{value:,.0f}", size=7.5, fill=svg.QUIET))
    return svg.drawing(width, max(len(rows) * 13.0, 1.0), out)


def _round(value: float) -> float:
    """The next number that four even steps divide well."""
    if value <= 0:
        return 0.0
    if value < 4:
        return float(math.ceil(value))
    size = 10.0 ** math.floor(math.log10(value))
    return (
        next(m * size for m in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if m * size >= value and (m * size) % 4 == 0)
        if size >= 10
        else float(4 * math.ceil(value / 4))
    )
