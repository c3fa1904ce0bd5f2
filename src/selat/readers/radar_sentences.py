"""Sentences of a radar and of own ship (IEC 61162-1): fields by name, by a table.

``parse(b"TTM,...")`` gives the fields in the units of the sentence. Raises :class:`Bad` with the reason: a sentence that
lacks a field it cannot do without, a number that is none, a value outside what its quantity can be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from selat.model.errors import Reason
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.readers.aisstream_rows import Bad

Fields = dict[str, Any]
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{0,12})?|-?\.\d{1,12}")
_CLOCK = re.compile(r"(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?")
#: by the letter of the unit: metres in one unit of distance, m/s in one unit of speed
UNITS = {"K": (1000.0, 1000.0 / 3600.0), "N": (NAUTICAL_MILE, KNOT), "S": (1609.344, 1609.344 / 3600.0)}


class Field(NamedTuple):
    """One field: its name, how it is read, and whether the sentence is nothing without it."""

    name: str
    read: Callable[[str], Any]
    need: bool = False


def number(text: str) -> float:
    """A number of the standard's kind x.x."""
    if not _NUMBER.fullmatch(text):
        raise Bad(Reason.NUMBER)
    return float(text)


def within(least: float, most: float) -> Callable[[str], float]:
    """A number from ``least`` to ``most``."""

    def read(text: str) -> float:
        value = number(text)
        if not least <= value <= most:
            raise Bad(Reason.RANGE)
        return value

    return read


def whole(most: int) -> Callable[[str], int]:
    """A number of a target: whole, from 0."""

    def read(text: str) -> int:
        value = number(text)
        if value != int(value) or not 0 <= value <= most:
            raise Bad(Reason.RANGE)
        return int(value)

    return read


def among(letters: str) -> Callable[[str], str]:
    """One of these letters."""

    def read(text: str) -> str:
        if len(text) != 1 or text not in letters:
            raise Bad(Reason.STRUCTURE)
        return text

    return read


def clock(text: str) -> int:
    """hhmmss.ss as nanoseconds since midnight."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise Bad(Reason.TIME)
    h, m, s = int(found[1]), int(found[2]), int(found[3])
    if h > 23 or m > 59 or s > 60:
        raise Bad(Reason.TIME)
    return ((h * 60 + m) * 60 + s) * 1_000_000_000 + int((found[4] or "0").ljust(9, "0"))


def angle(digits: int) -> Callable[[str], float]:
    """ddmm.mm (2 digits of degrees) or dddmm.mm (3) as degrees."""

    def read(text: str) -> float:
        value = number(text)
        degrees, minutes = divmod(value, 100.0)
        if value < 0 or minutes >= 60.0 or degrees + minutes / 60.0 > (90.0 if digits == 2 else 180.0):
            raise Bad(Reason.RANGE)
        return degrees + minutes / 60.0

    return read


def text(value: str) -> str:
    """Text with its ^hh escapes opened."""
    return re.sub(r"\^([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), value).strip()


_BEARING = within(0.0, 360.0)
_AHEAD = within(0.0, 1e6)
_PLACE = (Field("lat", angle(2)), Field("ns", among("NS")), Field("lon", angle(3)), Field("ew", among("EW")))
_FIX = tuple(f._replace(need=True) for f in _PLACE)
#: fields of each sentence in order; those beyond are let go, missing ones at the end are empty
LAYOUTS: dict[str, tuple[Field, ...]] = {
    "TTM": (
        Field("number", whole(9999), True), Field("distance", _AHEAD, True), Field("bearing", _BEARING, True),
        Field("bearing_of", among("TR"), True), Field("speed", _AHEAD), Field("course", _BEARING), Field("course_of", among("TR")),
        Field("cpa", number), Field("tcpa", number), Field("units", among("KNS"), True), Field("name", text),
        Field("status", among("LQT")), Field("reference", among("R")), Field("clock", clock), Field("acquired", among("AMR")),
    ),
    "TLL": (
        Field("number", whole(9999), True), *_FIX, Field("name", text), Field("clock", clock), Field("status", among("LQT")),
        Field("reference", among("R")),
    ),
    "OSD": (
        Field("heading", _BEARING), Field("valid", among("AV"), True), Field("course", _BEARING),
        Field("course_of", among("BMWRP")), Field("speed", _AHEAD), Field("speed_of", among("BMWRP")), Field("set", _BEARING),
        Field("drift", _AHEAD), Field("units", among("KNS")),
    ),
    "RSD": (
        *(Field(f"{what}{n}", number) for n in (1, 2) for what in ("origin_range", "origin_bearing", "vrm", "ebl")),
        Field("cursor_range", number), Field("cursor_bearing", number), Field("scale", _AHEAD), Field("units", among("KNS")),
        Field("display", among("CHN")),
    ),
    "RMC": (
        Field("clock", clock), Field("valid", among("AV"), True), *_PLACE, Field("speed", _AHEAD), Field("course", _BEARING),
        Field("date", whole(311_299)),
    ),
    "GGA": (Field("clock", clock), *_PLACE, Field("quality", whole(9), True)),
    "GNS": (Field("clock", clock), *_PLACE, Field("mode", text, True)),
    "GLL": (*_PLACE, Field("clock", clock), Field("valid", among("AV"), True)),
    "VTG": (
        Field("course", _BEARING), Field("course_of", text), Field("magnetic", number), Field("m", text), Field("speed", _AHEAD),
    ),
    "HDT": (Field("heading", _BEARING, True), Field("heading_of", among("T"), True)),
    "THS": (Field("heading", _BEARING), Field("mode", among("AEMSV"), True)),
    "ZDA": (
        Field("clock", clock, True), Field("day", within(1, 31), True), Field("month", within(1, 12), True),
        Field("year", within(1990, 2199), True),
    ),
}  # fmt: skip
OF_RADAR = ("TTM", "TLL", "TTD", "TLB", "OSD", "RSD")  #: these are kept; others only tell where own ship is


def parse(kind: str, body: str) -> Fields:
    """Fields of a sentence of ``kind`` whose fields, behind the first comma, are ``body``; empty ones are left out.

    >>> parse("HDT", "101.5,T")
    {'heading': 101.5, 'heading_of': 'T'}
    """
    values = body.split(",")
    out: Fields = {}
    for field, value in zip(LAYOUTS[kind], [*values, *[""] * len(LAYOUTS[kind])], strict=False):
        if value:
            out[field.name] = field.read(value)
        elif field.need:
            raise Bad(Reason.STRUCTURE)
    return out


def labels(body: str) -> list[tuple[int, str]]:
    """The (target, label) pairs of TLB."""
    values = body.split(",")
    if len(values) % 2 or not values[0]:
        raise Bad(Reason.STRUCTURE)
    return [(whole(9999)(n), text(label)) for n, label in zip(values[::2], values[1::2], strict=True) if n]


def place(fields: Fields) -> tuple[float, float] | None:
    """(lat, lon) in degrees, north and east positive; None where the sentence gives none."""
    try:
        lat, lon = fields["lat"], fields["lon"]
        return (lat if fields["ns"] == "N" else -lat), (lon if fields["ew"] == "E" else -lon)
    except KeyError:
        return None
