"""Drawing as SVG 1.1 for paper: shapes, text, paths. Coordinates are points, x to the right, y down, one decimal."""

from __future__ import annotations

from collections.abc import Iterable

from selat.exporters import _cells
from selat.exporters.paper.blocks import tame

FONT = "'Noto Sans CJK JP', 'Noto Sans JP', 'Noto Sans', sans-serif"
INK, QUIET, BLUE, RED, AMBER = "#16242b", "#4c5c64", "#2a5f94", "#c8102e", "#b35c00"
Points = Iterable[tuple[float, float]]


def xml_text(text: str) -> str:
    """Text for XML, tamed."""
    return _cells.xml_text(tame(text))


def quoted(text: str) -> str:
    """Text for an attribute."""
    return xml_text(text).replace('"', "&quot;")


def number(value: float) -> str:
    """One decimal, none where it is zero; never ``-0``."""
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def element(name: str, inside: str = "", **attributes: str | float) -> str:
    """An element; ``_`` of names becomes ``-``. Numbers get one decimal."""
    said = "".join(
        f' {k.rstrip("_").replace("_", "-")}="{number(v) if isinstance(v, float | int) else quoted(v)}"'
        for k, v in attributes.items()
    )
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"


def path(points: Points, *, closed: bool = False) -> str:
    """Data of a path through points; steps that do not leave a tenth of a point are left out."""
    out: list[str] = []
    last = ("", "")
    for x, y in points:
        at = number(x), number(y)
        if at != last:
            out.append(f"{'L' if out else 'M'}{at[0]} {at[1]}")
        last = at
    return "".join(out) + ("Z" if closed and out else "")


def text(x: float, y: float, words: str, *, size: float = 8.0, anchor: str = "start", fill: str = INK, bold: bool = False,
         halo: bool = False) -> str:  # fmt: skip
    """Words at a place (their baseline); ``halo``: legible on anything."""
    more: dict[str, str | float] = {"font_weight": "bold"} if bold else {}
    body = (
        element("text", xml_text(words), x=x, y=y, font_size=size, text_anchor=anchor, fill=fill, **more)
        if words
        else ""
    )
    if not halo or not words:
        return body
    under = element(
        "text", xml_text(words), x=x, y=y, font_size=size, text_anchor=anchor, fill="#ffffff", stroke="#ffffff", stroke_width=2.2,
        stroke_linejoin="round", opacity="0.85", **more,
    )  # fmt: skip
    return under + body


def width_of(words: str, size: float) -> float:
    """About how wide words are, in points."""
    return size * sum(1.0 if ord(c) > 0x2E80 else 0.66 if c.isupper() or c.isdigit() else 0.54 for c in words)


def drawing(width: float, height: float, parts: Iterable[str]) -> str:
    """The whole drawing, ``width`` by ``height`` points."""
    inside = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" '
        f'height="{number(height)}" font-family="{FONT}">{inside}</svg>'
    )
